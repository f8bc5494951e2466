"""One ordinary invoice for each jurisdiction, ready to be sealed, and its authority; nothing is sent anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gateway.intake.drafting import Draft, Ground, draft_invoice
from gateway.intake.instructions import Known, instruct
from gateway.samples import invoices
from gateway.samples.issuers import PLATFORM, SAMPLES
from gateway.sandbox import SandboxAuthority
from gateway.transport.filling import filled_body, filled_headers
from gateway.transport.line import over_https
from gateway.vault import Keyring, StoredCredential, describe
from gateway.vault.material import load
from jurisdictions.contract import (
    Answer,
    Ask,
    AskKind,
    Failure,
    Instruction,
    Issuer,
    Jurisdiction,
    Keys,
    Position,
    Sandbox,
    Sealed,
    Sealing,
    Sending,
    Session,
    Setting,
    SimulatorReply,
    SimulatorRequest,
    Step,
)
from schemas.answers import IssuerInput
from schemas.document import Invoice
from schemas.invoice import InvoiceInput
from schemas.party import Party
from tests.jurisdictions.toy import with_toyland

AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
Json = dict[str, Any]
NAME = "iss_" + "0" * 32
TOY: Json = {
    "name": "Toys Ltd",
    "tax_ids": [{"scheme": "AQ:TIN", "value": "1000"}],
    "address": {"country": "AQ"},
    "default_taxes": [{"percent": "21"}],
}
LINE = invoices.line("Consulting", "100.00")
BODIES: Mapping[str, Json] = {
    "verifactu": invoices.spanish(NAME, LINE),
    "peppol": invoices.belgian(NAME, LINE),
    "cfdi": invoices.mexican(NAME, LINE),
    "toyland": {"issuer": NAME, "customer": {"name": "Child"}, "currency": "EUR", "lines": [LINE]},
}
_submissions = count(1)


@dataclass
class Sample:
    """A jurisdiction with an issuer of its own, the issuer's secrets, and an invoice that its rules allow."""

    jurisdiction: Jurisdiction
    issuer: Issuer
    draft: Draft
    secrets: Mapping[str, Mapping[str, str]]
    keys: Keys
    authority: SandboxAuthority
    at: datetime = AT
    peer: bytes | None = None

    @property
    def instruction(self) -> Instruction:
        return instruct(self.jurisdiction, self.draft.invoice)[0]

    def instruction_of(self, invoice: Invoice) -> Instruction:
        return instruct(self.jurisdiction, invoice)[0]

    def sealing(self, number: str = "A-1", place: int = 1, previous: bytes | None = None, **more: Any) -> Sealing:
        invoice = replace(self.draft.invoice, number=number, series="A")
        instruction = more.pop("instruction", None) or self.instruction_of(invoice)
        chain = self.jurisdiction.seal.chain
        key = chain(instruction, self.issuer) if chain else None
        submission = more.pop("submission", None) or str(UUID(int=next(_submissions)))
        position = Position(chain=key, sequence=place, previous=previous) if key is not None else None
        return Sealing(
            instruction=instruction,
            issuer=self.issuer,
            number=number,
            submission=submission,
            at=more.pop("at", self.at),
            edition=self.draft.routes[0].edition,
            position=position,
            **more,
        )

    def sealed(self, many: int = 1) -> list[tuple[Sealing, Sealed]]:
        """Documents one after the other, each in its place of the chain."""
        made: list[tuple[Sealing, Sealed]] = []
        for place in range(1, many + 1):
            previous = made[-1][1].link if made else None
            sealing = self.sealing(f"A-{place}", place, previous)
            made.append((sealing, self.jurisdiction.seal.seal(sealing, self.keys)))
        return made

    def sendings(self, many: int = 1) -> tuple[Sending, ...]:
        return tuple(
            Sending(
                submission=sealing.submission,
                instruction=sealing.instruction.kind,
                body=sealed.body,
                attributes=sealed.attributes,
                sealed_at=sealing.at,
                edition=sealing.edition,
            )
            for sealing, sealed in self.sealed(many)
        )

    def secrets_shown(self, ask: Ask) -> bool:
        """Whether a secret stands where a slot should."""
        said = b"".join(piece for piece in ask.body if isinstance(piece, bytes))
        said += b"".join(piece for _, pieces in ask.headers for piece in pieces if isinstance(piece, bytes))
        return any(
            value.encode() in said
            for fields in self.secrets.values()
            for name, value in fields.items()
            if name in ("password", "token", "p12", "private_key")
        )

    def setting(self, session: Session | None = None, at: datetime | None = None) -> Setting:
        return Setting(issuer=self.issuer, session=session, at=at or self.at, sandbox=self.sandbox())

    def sandbox(self) -> Sandbox:
        """Every endpoint of the jurisdiction is the simulator's."""
        assert self.jurisdiction.simulator is not None
        names = tuple(self.jurisdiction.simulator.endpoints)
        return Sandbox(endpoints=names, authority=self.authority.certificate_pem.decode())


def sample(code: str, directory: Path) -> Sample:
    """The jurisdiction's sample; its certificates are made below the directory."""
    jurisdictions = with_toyland()
    authority = SandboxAuthority(directory, clock=lambda: AT)
    secrets = _secrets(code, authority)
    kinds = {spec.name: spec.kind for spec in jurisdictions[code].about.credentials}
    facts = {f"{code}:{name}": describe(kinds[name], fields) for name, fields in secrets.items()}
    body = msgspec.convert(SAMPLES[code].body if code in SAMPLES else TOY, IssuerInput)
    written = msgspec.convert(BODIES[code], InvoiceInput)
    assert isinstance(written.customer, Party)
    only = {code: jurisdictions[code]}
    ground = Ground(
        issuer_id=UUID(int=0),
        issuer=body,
        environment="test",
        customer=written.customer,
        known=Known(credentials=facts),
    )
    draft = draft_invoice(only, UUID(int=1), written, ground, AT)
    assert draft.ready, draft.findings
    held = {
        name: StoredCredential(f"{directory}:{code}:{name}", kinds[name], lambda fields=fields: fields)
        for name, fields in secrets.items()
    }
    return Sample(
        jurisdiction=jurisdictions[code],
        issuer=draft.issuers[code],
        draft=draft,
        secrets=secrets,
        keys=Keyring().signer(held),
        authority=authority,
        peer=_peer(kinds, secrets),
    )


def _secrets(code: str, authority: SandboxAuthority) -> dict[str, dict[str, str]]:
    if code not in SAMPLES:
        return {"office": {"password": "sesame"}}
    issued = {name: dict(make(authority)) for (_, name), make in SAMPLES[code].credentials.items()}
    ours = {name: dict(fields) for (of, name), fields in PLATFORM.items() if of == code}
    return issued | ours


def _peer(kinds: Mapping[str, str], secrets: Mapping[str, Mapping[str, str]]) -> bytes | None:
    """The certificate that a TLS server would see."""
    from cryptography.hazmat.primitives.serialization import Encoding

    for name, fields in secrets.items():
        if kinds[name] == "pkcs12":
            return load("pkcs12", fields).certificate.public_bytes(Encoding.DER)
    return None


@dataclass
class Talk:
    """An exchange with the simulator, without a line: asks are answered by the pure function, under a book.

    `trouble(ask, reply)` may turn an answer into a failure; what the simulator has written by then stays written.
    """

    sample: Sample
    book: dict[str, bytes] = field(default_factory=dict)
    session: Session | None = None
    asked: list[Ask] = field(default_factory=list)
    failures: dict[str, Failure] = field(default_factory=dict)
    """By effect: what becomes of questions of that kind. `not_sent` never reaches the simulator."""

    def __post_init__(self) -> None:
        simulator = self.sample.jurisdiction.simulator
        assert simulator is not None
        self.simulator = simulator
        self.book.update(simulator.founding)

    def run(self, documents: tuple[Sending, ...], step: Step, at: datetime | None = None) -> list[Step]:
        """Every step from the given one until no ask is left."""
        steps = [step]
        for _ in range(30):
            self._keep(step)
            if not step.asks:
                return steps
            memo = msgspec.json.decode(msgspec.json.encode(step.memo))
            answers = {ask.name: self.answer(ask, at or self.sample.at) for ask in step.asks}
            setting = self.sample.setting(self.session, at)
            step = self.sample.jurisdiction.exchange.resume(documents, memo, answers, setting)
            steps.append(step)
        raise AssertionError("this exchange never ends")

    def _keep(self, step: Step) -> None:
        if step.drop_session:
            self.session = None
        if step.session is not None:
            self.session = step.session

    def answer(self, ask: Ask, at: datetime) -> Answer:
        self.asked.append(ask)
        failure = self.failures.get(str(ask.effect))
        if failure is Failure.NOT_SENT:
            return Answer(name=ask.name, failure=failure)
        reply = self.reply(ask, at)
        for key, value in reply.changes.items():
            if value is None:
                self.book.pop(key, None)
            else:
                self.book[key] = value
        if failure is not None or reply.lost:
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Answer(name=ask.name, status=reply.status, headers=headers, body=reply.body)

    def reply(self, ask: Ask, at: datetime) -> SimulatorReply:
        ask = over_https(ask) if ask.kind is AskKind.DNS else ask
        headers = asyncio.run(filled_headers(ask, self._secret))
        request = SimulatorRequest(
            method=ask.method,
            path=self.simulator.endpoints[ask.endpoint] + ask.path,
            headers={name.decode().lower(): value.decode() for name, value in headers},
            body=asyncio.run(filled_body(ask, self._secret, headers)),
            client_certificate=self.sample.peer if ask.client_credential else None,
        )
        return self.simulator.answer(dict(self.book), request, at, self.sample.authority, "default")

    async def _secret(self, credential: str, name: str) -> bytes:
        values = self.session.values if credential == "session" and self.session else self.sample.secrets[credential]
        return values[name].encode()
