"""What a jurisdiction offers to the gateway, and what it is handed.

A jurisdiction is pure: it opens no socket, reads no clock, holds no private key and keeps no state. It answers with
values; the gateway alone acts on them. A `Jurisdiction` is a frozen record of rooms (`about`, `law`, `seal`,
`exchange`,
`desk`, `simulator`); a part that it lacks is None, and the gateway asks for parts, never for names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

import msgspec

from schemas.document import Invoice
from schemas.findings import Findings
from schemas.invoice import Kind
from schemas.party import Party
from schemas.states import Standing, SubmissionState

Environment = Literal["test", "live"]


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of everything that crosses this contract: frozen, by keyword, comparable."""


# ------------------------------------------------------------------------------------------------ about


class Scope(StrEnum):
    """Whose secret a credential is."""

    PLATFORM = "platform"
    TENANT = "tenant"
    ISSUER = "issuer"


class CredentialSpec(Value, frozen=True, kw_only=True):
    """A credential that the jurisdiction needs, by name; `fields` are written once and never read back.

    `kind`: `pkcs12` (fields p12, password), `key_pair` (certificate, private_key, password; binary ones as base64), or
    `secret` (any texts). `purpose` tells a person what it is.
    """

    name: str
    scope: Scope
    kind: Literal["pkcs12", "key_pair", "secret"]
    fields: tuple[str, ...]
    purpose: str
    required: bool = True


class EndpointSpec(Value, frozen=True, kw_only=True):
    """A named place that asks go to. `live` is the authority's own; in test the gateway serves `simulator` itself.

    `preproduction` is told to people only: no key of ours reaches it unless the operator configures it.
    """

    name: str
    live: str
    preproduction: str | None = None


class Edition(Value, frozen=True, kw_only=True):
    """A rule set or format with its dates: valid from the first day, until the last (None: still in force)."""

    code: str
    valid_from: date
    valid_until: date | None = None


class Obligation(Value, frozen=True, kw_only=True):
    """A dated duty, as data: who must, from when, under which law."""

    who: str
    valid_from: date
    law: str


class About(Value, frozen=True, kw_only=True):
    code: str
    name: str
    sources: tuple[str, ...]
    editions: tuple[Edition, ...]
    kinds: tuple[Kind, ...]
    credentials: tuple[CredentialSpec, ...]
    endpoints: tuple[EndpointSpec, ...]
    maturity: str
    obligations: tuple[Obligation, ...] = ()
    provides: tuple[str, ...] = ()
    """Facts that this seal gives to the seals of the same invoice's other routes."""
    consumes: tuple[str, ...] = ()
    """Facts that this seal takes if another route gives them: providers seal first, cycles are refused at load."""
    slots: int = 4
    """How many exchanges may run at the same time against one endpoint."""
    longest_pause_seconds: int = 3600
    """The longest that a flow may rest between two tries."""


# ------------------------------------------------------------------------------------------------ issuers, instructions


class Issuer(Value, frozen=True, kw_only=True):
    """The legal entity that issues, with its time zone (IANA) and what each jurisdiction needs to know of it.

    `settings` holds the decoded `settings_type` of the jurisdiction that is asked, None where the issuer has none.
    `credentials` names those of its credentials that are stored, with facts read from them (subject, serial, expiry…).
    """

    id: str
    party: Party
    time_zone: str
    environment: Environment
    settings: object = None
    credentials: Mapping[str, Mapping[str, str]] = {}


class InstructionKind(StrEnum):
    ISSUE = "issue"
    CORRECT = "correct"
    CANCEL = "cancel"
    RECEIPT = "receipt"


class Earlier(Value, frozen=True, kw_only=True):
    """An earlier submission of the same invoice to the same jurisdiction, as it ended."""

    submission: str
    instruction: InstructionKind
    state: SubmissionState
    fingerprint: str
    attributes: Mapping[str, str] = {}
    authority_code: str | None = None


class Instruction(Value, frozen=True, kw_only=True):
    """What one submission asks for. Each is sealed once and makes exactly one submission.

    `extension` is `invoice.extensions[code]` in the jurisdiction's own type; `line_extensions` the same of each line,
    in
    order. `earlier` are the invoice's former submissions here, oldest first.
    """

    kind: InstructionKind
    invoice: Invoice
    extension: object = None
    line_extensions: tuple[object, ...] = ()
    standing: Standing = Standing.NONE
    earlier: tuple[Earlier, ...] = ()


# ------------------------------------------------------------------------------------------------ law


class Rounding(Value, frozen=True, kw_only=True):
    """How a route's documents round (always HALF_UP).

    `tax_per` group: tax = round(sum of bases * rate) per row of the breakdown. line: each line's tax is rounded to the
    currency and the group is their sum. `line_tax_scale`: lines' taxes are kept at this many decimals before summing.
    """

    name: str
    tax_per: Literal["group", "line"] = "group"
    line_tax_scale: int | None = None


class Route(Value, frozen=True, kw_only=True):
    """Why this jurisdiction concerns the invoice, and how it rounds."""

    jurisdiction: str
    reason: str
    rounding: Rounding
    edition: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Law:
    """Which invoices concern us, under which edition, and what the rules say of them.

    `route(invoice, issuer)` is pure and cheap; settings or extensions may be absent. `check(instruction, issuer, at)`
    runs every rule and never raises for bad data. `judge(document)` takes any bytes, also a stranger's.
    """

    route: Callable[[Invoice, Issuer, datetime], Route | None]
    check: Callable[[Instruction, Issuer, datetime], Findings]
    judge: Callable[[bytes], Judgement]
    settings_type: type[msgspec.Struct] | None = None
    extension_type: type[msgspec.Struct] | None = None
    line_extension_type: type[msgspec.Struct] | None = None


class Layer(Value, frozen=True, kw_only=True):
    """One layer of a judgement: `passed`, `failed`, or `skipped` because an earlier one failed."""

    name: str
    verdict: Literal["passed", "failed", "skipped"]
    rule_set: str | None = None


class Judgement(Value, frozen=True, kw_only=True):
    """What may be said of a document. `undecided` exists and is never shown as valid."""

    verdict: Literal["valid", "invalid", "undecided"]
    rule_set: str
    layers: tuple[Layer, ...]
    findings: Findings


# ------------------------------------------------------------------------------------------------ seal


class Keys(Protocol):
    """The vault's signer for one issuer: it signs and shows certificates, and never gives a key away."""

    def certificate(self, credential: str) -> bytes:
        """The DER certificate of the credential. Raises `CredentialMissing` where there is none."""

    def sign(self, credential: str, message: bytes, algorithm: Literal["rsa-sha256", "rsa-sha1"]) -> bytes:
        """PKCS#1 v1.5 signature over `message`. Raises `CredentialMissing` where there is no key."""


class CredentialMissing(LookupError):
    """The issuer has no such credential: `check` should have found it."""


class Position(Value, frozen=True, kw_only=True):
    """A place in a chain: 1-based `sequence`, and the link of the record before (None for the first)."""

    chain: str
    sequence: int
    previous: bytes | None


class Sealing(Value, frozen=True, kw_only=True):
    """What a seal is handed. `at` is timezone-aware UTC, read after the chain lock, never before the chain's last time.

    `submission` is the id (UUID text) of the submission to be made: the stable identity to give to a network.
    """

    instruction: Instruction
    issuer: Issuer
    number: str
    submission: str
    at: datetime
    edition: str
    position: Position | None = None
    facts: Mapping[str, str] = {}


class Sealed(Value, frozen=True, kw_only=True):
    """A legal document. `body` never changes. `link` is handed to the next record of the chain.

    `attributes` is what the exchange, matching and reporting need without reading the body again (texts only). `facts`
    carry neutral names to later routes of the same invoice and to the caller (`verification_url`…). `fingerprint`
    ignores
    time, link, seal and submission id, so that "the same as the refused one" can be asked.
    """

    name: str
    media_type: str
    body: bytes
    digest: str
    fingerprint: str
    link: bytes | None = None
    attributes: Mapping[str, str] = {}
    facts: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True)
class Seal:
    """`chain` names the seal order or None. `verify(body, previous)` re-checks stored bytes against the former link."""

    seal: Callable[[Sealing, Keys], Sealed]
    preview: Callable[[Instruction, Issuer, datetime], bytes]
    chain: Callable[[Instruction, Issuer], str] | None = None
    verify: Callable[[bytes, bytes | None], Findings] | None = None
    link: Callable[[bytes], bytes] | None = None
    """The link that a stored record gives to the next one, recomputed from its bytes."""


# ------------------------------------------------------------------------------------------------ exchange


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
    """One sealed document on its way. `tries` counts exchanges in which it was (maybe) sent before."""

    submission: str
    instruction: InstructionKind
    body: bytes
    attributes: Mapping[str, str]
    sealed_at: datetime
    edition: str
    tries: int = 0
    first_tried_at: datetime | None = None


class SecretSlot(Value, frozen=True, kw_only=True):
    """A place in a request that the transport fills with a stored secret; the filled form is never stored."""

    credential: str
    field: str


class AskKind(StrEnum):
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


class Setting(Value, frozen=True, kw_only=True):
    """Where an exchange takes place: what the flow needs to know beside its documents."""

    issuer: Issuer
    session: Session | None
    at: datetime


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


# ------------------------------------------------------------------------------------------------ desk


class CaseClass(StrEnum):
    """What kind of trouble a refusal is; only the first three ever move by themselves."""

    RETRYABLE_TRANSPORT = "retryable_transport"
    AUTHORITY_BUSY = "authority_busy"
    OUTCOME_UNKNOWN = "outcome_unknown"
    DATA_CORRECTION = "data_correction"
    CONFIGURATION = "configuration"
    RECIPIENT = "recipient"
    DUPLICATE = "duplicate"
    BUYER_DISPUTE = "buyer_dispute"
    DEFECT = "defect"


class Path(StrEnum):
    """How the law lets a refused submission go out again.

    `reseal`: it never became a legal document; same number, new seal. `subsanacion`-like correction: a new record
    about the
    same number (`correct`). `resend`: the very same bytes, once the cause outside them is mended. `new_document`:
    only a
    correcting invoice will do.
    """

    RESEAL = "reseal"
    CORRECT = "correct"
    RESEND = "resend"
    NEW_DOCUMENT = "new_document"


class Diagnosis(Value, frozen=True, kw_only=True):
    """A refusal in a person's words: class, one plain sentence, where to mend it, and how it may go out again.

    `editable` lists the JSON pointer prefixes of the invoice that may still be changed under `path`; `("",)` means all.
    """

    case_class: CaseClass
    sentence: str
    path: Path
    pointer: str | None = None
    fix: str | None = None
    actions: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()


class CorrectionOption(Value, frozen=True, kw_only=True):
    """A correction that is legal now. `kind` None: the same invoice (a record about it); else a new document of that
    kind."""

    option: str
    title: str
    reason: str
    instruction: InstructionKind
    kind: Kind | None = None
    until: datetime | None = None
    fields: tuple[str, ...] = ()


class Deadline(Value, frozen=True, kw_only=True):
    name: str
    at: datetime
    law: str


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What people at the desk need: `classify(instruction kind, code, message)`, legal corrections, deadlines,
    delivery."""

    classify: Callable[[InstructionKind, str, str | None], Diagnosis]
    corrections: Callable[[Invoice, Standing, tuple[Earlier, ...], datetime], tuple[CorrectionOption, ...]]
    deadlines: Callable[[Instruction, datetime], tuple[Deadline, ...]]
    deliverable: Callable[[SubmissionState], bool]
    render: Callable[[Invoice, Mapping[str, str]], Mapping[str, str]]


# ------------------------------------------------------------------------------------------------ simulator


class SimulatorRequest(Value, frozen=True, kw_only=True):
    """A request as the simulator's server read it. `client_certificate` is the DER of the mutual-TLS peer, if any."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    client_certificate: bytes | None = None


class SimulatorReply(Value, frozen=True, kw_only=True):
    """The authority's answer and what it writes into its book (None deletes). `lost`: the line drops before the answer.

    The server stores `changes` before the answer leaves. `delay_seconds` makes it slow.
    """

    status: int = 200
    headers: Mapping[str, str] = {}
    body: bytes = b""
    changes: Mapping[str, bytes | None] = {}
    lost: bool = False
    delay_seconds: float = 0.0


class SimulatorKeys(Protocol):
    """The sandbox's own authority: certificates that simulators trust, and the key that they stamp with."""

    def authority(self) -> bytes:
        """DER certificate of the sandbox's certification authority."""

    def certificate(self, name: str) -> bytes:
        """DER certificate of a named signer that the sandbox made (`stamping`, `access_point`)."""

    def sign(self, name: str, message: bytes) -> bytes:
        """RSA PKCS#1 v1.5 SHA-256 signature by the named signer."""


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """The authority's side as a pure function of (book, request, time), as strict as the authority.

    `answer(book, request, at, keys, profile)`: `profile` is `default` (quick, for development) or `strict` (the
    authority's
    real pacing). `signers` names the keys it wants. `endpoints` maps each endpoint name to the path prefix served here.
    `founding` is what the book holds at first.
    """

    answer: Callable[[Mapping[str, bytes], SimulatorRequest, datetime, SimulatorKeys, str], SimulatorReply]
    endpoints: Mapping[str, str]
    client_certificate: bool = False
    signers: tuple[str, ...] = ()
    founding: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """A folder of pure functions, as one value."""

    about: About
    law: Law
    seal: Seal
    exchange: Exchange
    desk: Desk
    simulator: Simulator | None = None
