"""What a flow keeps between its exchanges: SW's token, which PAC is out of reach, and SAT's certificates.

The contract gives a flow one session with one end; each thing in it has an end of its own, written beside it.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jurisdictions.contract import Session, Setting

TOKEN = "token"  # noqa: S105 - the name of a slot
_CERTIFICATE = "certificate."
_REST = "rest."
_UNTIL = "_until"
_KEPT_FOR = timedelta(hours=24)


@dataclass
class Notebook:
    """A session that is being written. Values are texts; `<name>_until` is the end of `<name>` (ISO 8601)."""

    at: datetime
    values: dict[str, str] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def of(cls, setting: Setting) -> Notebook:
        """The session of the setting, without what has ended."""
        session = setting.session
        if session is None or session.expires_at <= setting.at:
            return cls(setting.at)
        book = cls(setting.at)
        for name, value in session.values.items():
            until = _moment(session.values.get(name + _UNTIL)) or session.expires_at
            if not name.endswith(_UNTIL) and until > setting.at:
                book.values |= {name: value, name + _UNTIL: until.isoformat()}
        return book

    @property
    def signed_in(self) -> bool:
        return TOKEN in self.values

    def keep_token(self, token: str, until: datetime) -> None:
        self._write(TOKEN, token, until)

    def drop_token(self) -> None:
        """Forget a token that is no longer honoured."""
        self.changed = self.values.pop(TOKEN, None) is not None or self.changed
        self.values.pop(TOKEN + _UNTIL, None)

    def rests(self, name: str) -> bool:
        """Whether this endpoint was out of reach a moment ago."""
        return _REST + name in self.values

    def rest(self, name: str, pause: timedelta) -> None:
        """Ask this endpoint last, or not at all, for a while."""
        self._write(_REST + name, "1", self.at + pause)

    def certificate(self, number: str) -> bytes | None:
        """The DER certificate of that number, if it was fetched before."""
        try:
            return b64decode(self.values.get(_CERTIFICATE + number, ""), validate=True) or None
        except NotBase64:
            return None

    def keep_certificate(self, number: str, der: bytes) -> None:
        self._write(_CERTIFICATE + number, b64encode(der).decode(), self.at + _KEPT_FOR)

    def session(self) -> Session | None:
        """The session to be kept; None where nothing is left of it."""
        if not self.values:
            return None
        ends = [_moment(value) or self.at for name, value in self.values.items() if name.endswith(_UNTIL)]
        return Session(values=dict(self.values), expires_at=max(ends, default=self.at))

    def _write(self, name: str, value: str, until: datetime) -> None:
        self.values |= {name: value, name + _UNTIL: until.isoformat()}
        self.changed = True


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
