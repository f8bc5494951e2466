"""The talk with an authority, sans-IO: steps, asks, answers and outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jurisdictions.contract.instructions import Instruction, InstructionKind, Issuer
from jurisdictions.contract.values import Value
from schemas.findings import Findings
from schemas.states import Standing, SubmissionState


class Flow(Value, frozen=True, kw_only=True):
    """Delivery order of submissions with the same `key`.

    `ordered`: by chain position, and an unknown outcome blocks what follows. `max_batch` records go out in one
    exchange.
    `full_batch_overrides_pause`: a full batch need not wait for the authority's pacing (never for a backoff).
    """

    key: str
    ordered: bool
    max_batch: int
    full_batch_overrides_pause: bool = False


class Sending(Value, frozen=True, kw_only=True):
    """One sealed document on its way. `tries` counts exchanges in which it was (maybe) sent before.

    `asked` are the endpoints that have, or may have, heard a write about it: every one that answered, and every one of
    which no answer tells that nothing was sent.
    """

    submission: str
    instruction: InstructionKind
    body: bytes
    attributes: Mapping[str, str]
    sealed_at: datetime
    edition: str
    tries: int = 0
    first_tried_at: datetime | None = None
    state: SubmissionState = SubmissionState.QUEUED
    asked: tuple[str, ...] = ()


class SecretSlot(Value, frozen=True, kw_only=True):
    """A place in a request that the transport fills with a stored secret; the filled form is never stored."""

    credential: str
    field: str


class AskKind(StrEnum):
    """How a question travels. `dns`: the body is a DNS message (RFC 1035 4), and so is the answer's; the endpoint is a
    resolver that is spoken to over HTTPS (RFC 8484)."""

    HTTP = "http"
    DNS = "dns"


class Effect(StrEnum):
    """Whether the other side may change state when it hears the question."""

    READ = "read"
    WRITE = "write"


Piece = bytes | SecretSlot


class Ask(Value, frozen=True, kw_only=True):
    """One question to one endpoint. `name` comes back on its answer. `documents` are those that it concerns.

    `path` is appended to the endpoint's address. Header values and the body are pieces, joined by the transport.
    `client_credential` names the PKCS#12 for mutual TLS.
    """

    name: str
    endpoint: str
    effect: Effect
    documents: tuple[str, ...]
    method: str = "POST"
    path: str = ""
    headers: tuple[tuple[str, tuple[Piece, ...]], ...] = ()
    body: tuple[Piece, ...] = ()
    kind: AskKind = AskKind.HTTP
    client_credential: str | None = None
    timeout_seconds: float = 30.0
    secret_answer: bool = False
    """The answer carries a secret (a token): it is used and not stored."""


class Failure(StrEnum):
    """No answer came. `not_sent`: certainly nothing reached them. `maybe_sent`: something may have."""

    NOT_SENT = "not_sent"
    MAYBE_SENT = "maybe_sent"


class Answer(Value, frozen=True, kw_only=True):
    """What came back to the ask of that name: a status with headers (lower-case names) and body, or a failure."""

    name: str
    status: int = 0
    headers: Mapping[str, str] = {}
    body: bytes = b""
    failure: Failure | None = None
    detail: str | None = None


class Evidence(Value, frozen=True, kw_only=True):
    """Something the authority gave us that is kept for ever: a stamped XML, a receipt, an acuse."""

    name: str
    media_type: str
    body: bytes


class Outcome(Value, frozen=True, kw_only=True):
    """What became of one document in this exchange.

    `accepted*` need `authority_id`. `retry_scheduled`: certainly nothing happened (not sent, or busy), the flow's
    backoff
    decides when. `outcome_unknown`: inquire before anything else. `waiting`: they have it and will decide later;
    `not_before` says when to ask again. `held`: a cause that a person must mend. `queued`: not part of this exchange.
    """

    state: SubmissionState
    authority_id: str | None = None
    code: str | None = None
    message: str | None = None
    findings: Findings = ()
    standing: Standing | None = None
    facts: Mapping[str, str] = {}
    attributes: Mapping[str, str] = {}
    evidence: tuple[Evidence, ...] = ()
    not_before: datetime | None = None


class Session(Value, frozen=True, kw_only=True):
    """Something good for several exchanges (a PAC's token, a discovery answer). The gateway keeps it until
    `expires_at`."""

    values: Mapping[str, str]
    expires_at: datetime


class Hold(Value, frozen=True, kw_only=True):
    """The whole flow stops until a person has mended the cause: one case for it, whatever waits behind."""

    code: str
    message: str


class Step(Value, frozen=True, kw_only=True):
    """Where an exchange stands. No asks: it has ended for now.

    `not_before` is the authority's pacing of the flow (None: no wish). `backoff`: the other side could not be reached
    or was
    busy; the gateway doubles the pause. `drop_session` forgets a session that they no longer honour.
    """

    outcomes: Mapping[str, Outcome] = {}
    asks: tuple[Ask, ...] = ()
    memo: Mapping[str, object] = {}
    not_before: datetime | None = None
    backoff: bool = False
    hold: Hold | None = None
    session: Session | None = None
    drop_session: bool = False


class Sandbox(Value, frozen=True, kw_only=True):
    """The endpoints that simulators answer here, and the authority (PEM) that their signers' certificates come from."""

    endpoints: tuple[str, ...]
    authority: str


class Setting(Value, frozen=True, kw_only=True):
    """Where an exchange takes place: what the flow needs to know beside its documents. No `sandbox` in live."""

    issuer: Issuer
    session: Session | None
    at: datetime
    sandbox: Sandbox | None = None


class Inbound(Value, frozen=True, kw_only=True):
    """A request that the authority or the network sends to us."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """The talk with the authority, sans-IO: each call answers a `Step`; the gateway asks, stores and comes back.

    `batch(waiting)` chooses which of the waiting documents (in flow order) may go out together: a non-empty subset.
    `begin(documents, setting)`; `resume(documents, memo, answers, setting)` with the answers to every ask of the last
    step;
    `inquire(documents, setting)` for documents whose outcome is unknown, before any blind resend.
    """

    flow: Callable[[Instruction, Issuer], Flow]
    batch: Callable[[tuple[Sending, ...]], tuple[Sending, ...]]
    begin: Callable[[tuple[Sending, ...], Setting], Step]
    resume: Callable[[tuple[Sending, ...], Mapping[str, object], Mapping[str, Answer], Setting], Step]
    inquire: Callable[[tuple[Sending, ...], Setting], Step]
    receive: Callable[[Inbound], object] | None = None
