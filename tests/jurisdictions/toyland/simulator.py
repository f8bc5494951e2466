"""Toyland's office: registers what is whole and follows in order, and can be asked for every refusal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from jurisdictions.contract import Simulator, SimulatorKeys, SimulatorReply, SimulatorRequest
from tests.jurisdictions.toyland.codelists import (
    AT_ONCE,
    BUYER_ACCEPTS,
    BUYER_REFUSES,
    DAYS_OF_SILENCE,
    DAYS_TO_ANSWER,
    LATE_ONCE,
    REASONS,
)

PASSWORD = "Toy sesame"


def answer(
    book: Mapping[str, bytes], request: SimulatorRequest, at: datetime, keys: SimulatorKeys, profile: str
) -> SimulatorReply:
    headers = {name.lower(): value for name, value in request.headers.items()}
    if headers.get("authorization") != PASSWORD:
        return SimulatorReply(status=401)
    try:
        asked = json.loads(request.body)
    except (ValueError, RecursionError):
        return SimulatorReply(status=400)
    if not isinstance(asked, list):
        return SimulatorReply(status=400)
    if request.path == "/office/search":
        found = [str(one) for one in asked if f"receipt:{one}" in book]
        return _reply([_known(book, one, at) for one in found], {})
    changes: dict[str, bytes | None] = {}
    lines = [_register({**book, **{k: v for k, v in changes.items() if v}}, one, changes, at) for one in asked]
    lost = any(_wish(one) == "lost" and f"receipt:{one['submission']}" in changes for one in asked)
    return _reply(lines, changes, lost=lost)


def _wish(record: object) -> object:
    return record.get("ask_for") if isinstance(record, dict) else None


def _known(book: Mapping[str, bytes], name: str, at: datetime) -> dict[str, object]:
    """A record that is kept; of a cancellation, what the customer says of it by now."""
    receipt, asked = book[f"receipt:{name}"].decode(), book.get(f"cancel:{name}")
    if asked is None:
        return _registered(name, receipt)
    since, _, wish = asked.decode().partition(" ")
    past = at - datetime.fromisoformat(since)
    if wish == BUYER_REFUSES and past >= timedelta(days=DAYS_TO_ANSWER):
        return {"submission": name, "verdict": "kept", "code": "T-BUYER", "message": REASONS["T-BUYER"]}
    days = {AT_ONCE: 0, BUYER_ACCEPTS: DAYS_TO_ANSWER}.get(wish, DAYS_OF_SILENCE)
    if past >= timedelta(days=days):
        return {"submission": name, "verdict": "cancelled", "receipt": receipt}
    return {"submission": name, "verdict": "pending"}


def _register(
    book: Mapping[str, bytes], record: object, changes: dict[str, bytes | None], at: datetime
) -> dict[str, object]:
    name = str(record.get("submission")) if isinstance(record, dict) else ""
    if not isinstance(record, dict) or not _whole(record):
        return _refused(name, "T-LINK")
    if f"receipt:{name}" in book:
        return _known(book, name, at)
    wish, cancels = record.get("ask_for"), record.get("instruction") == "cancel"
    if wish == LATE_ONCE and f"late:{record.get('number')}" not in book:
        changes[f"late:{record.get('number')}"] = b"1"
        return _refused(name, "T-LATE")
    if wish in REASONS and not (wish == "T-OUTSIDE" and f"refused:{name}" in book):
        changes[f"refused:{name}"] = b"1"
        return _refused(name, str(wish))
    receipt = "TOY-" + str(record["link"])[:12]
    changes[f"receipt:{name}"] = receipt.encode()
    if cancels:
        changes[f"cancel:{name}"] = f"{at.isoformat()} {wish or ''}".encode()
        return _known({**book, **{k: v for k, v in changes.items() if v}}, name, at)
    return _registered(name, receipt)


def _whole(record: Mapping[str, object]) -> bool:
    rest = {name: value for name, value in record.items() if name != "link"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest() == record.get("link")


def _registered(name: str, receipt: str) -> dict[str, object]:
    return {"submission": name, "verdict": "registered", "receipt": receipt}


def _refused(name: str, code: str) -> dict[str, object]:
    return {"submission": name, "verdict": "refused", "code": code, "message": REASONS[code]}


def _reply(lines: list[dict[str, object]], changes: dict[str, bytes | None], *, lost: bool = False) -> SimulatorReply:
    body = json.dumps({"lines": lines}).encode()
    return SimulatorReply(headers={"content-type": "application/json"}, body=body, changes=changes, lost=lost)


SIMULATOR = Simulator(answer=answer, endpoints={"office": "/office"})
