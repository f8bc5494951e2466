"""The simulated network behind an exchange's questions: directory, registry and access point, without a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from gateway.sandbox import SandboxAuthority
from jurisdictions.contract import (
    Answer,
    Ask,
    AskKind,
    Failure,
    Sandbox,
    Sending,
    Session,
    Setting,
    SimulatorRequest,
    Step,
)
from jurisdictions.peppol.exchange import EXCHANGE
from jurisdictions.peppol.simulator import SIMULATOR
from tests.jurisdictions.peppol import shapes

DNS = (("content-type", "application/dns-message"), ("accept", "application/dns-message"))


def place(authority: SandboxAuthority) -> Sandbox:
    return Sandbox(endpoints=tuple(SIMULATOR.endpoints), authority=authority.certificate_pem.decode())


@dataclass
class Network:
    """`tamper(ask, answer)` may change what comes back."""

    authority: SandboxAuthority
    at: datetime = shapes.AT
    book: dict[str, bytes] = field(default_factory=lambda: dict(SIMULATOR.founding))
    asked: list[Ask] = field(default_factory=list)
    session: Session | None = None
    tamper: Callable[[Ask, Answer], Answer] = lambda _, answer: answer

    def answer(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        headers = {name.lower(): _joined(pieces) for name, pieces in ask.headers}
        request = SimulatorRequest(
            method="POST" if ask.kind is AskKind.DNS else ask.method,
            path=SIMULATOR.endpoints[ask.endpoint] + ask.path,
            headers=dict(DNS) if ask.kind is AskKind.DNS else headers,
            body=b"".join(piece for piece in ask.body if isinstance(piece, bytes)),
        )
        before = dict(self.book)
        reply = SIMULATOR.answer(self.book, request, self.at, self.authority, "strict")
        assert self.book == before, "the book is written by the server alone"
        self.book.update({key: value for key, value in reply.changes.items() if value is not None})
        if reply.lost or reply.delay_seconds > 30:
            return self.tamper(ask, Answer(name=ask.name, failure=Failure.MAYBE_SENT, detail="no answer"))
        return self.tamper(ask, Answer(name=ask.name, status=reply.status, headers=reply.headers, body=reply.body))

    def setting(self) -> Setting:
        return Setting(issuer=shapes.issuer(), session=self.session, at=self.at, sandbox=place(self.authority))

    def run(self, *documents: Sending) -> list[Step]:
        """Every step of one exchange; memos go through JSON, as in the gateway."""
        steps = [EXCHANGE.begin(documents, self.setting())]
        while True:
            self.session = steps[-1].session or self.session
            if not steps[-1].asks:
                return steps
            answers: Mapping[str, Answer] = {ask.name: self.answer(ask) for ask in steps[-1].asks}
            memo: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(steps[-1].memo))
            steps.append(EXCHANGE.resume(documents, memo, answers, self.setting()))


def _joined(pieces: tuple[object, ...]) -> str:
    return b"".join(piece if isinstance(piece, bytes) else b"sandbox-token" for piece in pieces).decode()
