"""Who may ask: user and password give a token, and the token opens the stamping service for a while."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec

from jurisdictions.cfdi.simulator import replies
from jurisdictions.contract import SimulatorReply, SimulatorRequest

FOUNDING: Mapping[str, bytes] = {"password": b"sandbox"}
"""Any user of the sandbox has this password."""

_LIFETIME = timedelta(hours=2)


class _Login(msgspec.Struct):
    user: str = ""
    password: str = ""


def authenticate(book: Mapping[str, bytes], request: SimulatorRequest, at: datetime) -> SimulatorReply:
    """A token for user and password, given as JSON (/v2) or in headers."""
    try:
        login = msgspec.json.decode(request.body, type=_Login) if request.body.strip() else _Login()
    except msgspec.DecodeError:
        login = _Login()
    user = header(request, "user") or login.user
    password = header(request, "password") or login.password
    if not user or password.encode() != book.get("password", b"sandbox"):
        return replies.error("AU2000 - Usuario o contraseña incorrectos.", status=401)
    expires = at + _LIFETIME
    token = "sandbox." + sha256(f"{user}|{at.isoformat()}".encode()).hexdigest()
    data = {
        "token": token,
        "expires_in": int(_LIFETIME.total_seconds()),
        "expires": expires.isoformat(),
        "tokeny_type": "bearer",
    }
    return replies.success(data, {f"token/{token}": expires.isoformat().encode()})


def refused(book: Mapping[str, bytes], request: SimulatorRequest, at: datetime) -> SimulatorReply | None:
    """The refusal for a token that is absent, unknown or expired; None where it is honoured."""
    scheme, _, token = (header(request, "authorization") or "").partition(" ")
    stored = book.get(f"token/{token}") if scheme.lower() == "bearer" and token else None
    if not stored:
        return replies.error("AU4000 - El token no existe o no se proporcionó.", status=401)
    if at >= datetime.fromisoformat(stored.decode()):
        return replies.error("AU4001 - El token expiró.", status=401)
    return None


def header(request: SimulatorRequest, name: str) -> str | None:
    """A header of the request, whatever the case of its name."""
    found = request.headers.get(name)
    if found is not None:
        return found
    return next((value for key, value in request.headers.items() if key.lower() == name), None)
