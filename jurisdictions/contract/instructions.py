"""What a jurisdiction is asked to do, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from jurisdictions.contract.attestations import Attestation
from jurisdictions.contract.values import Environment, Value
from schemas.document import ExchangeRate, Invoice
from schemas.invoice import Kind
from schemas.party import Party
from schemas.states import Standing, SubmissionState


class Issuer(Value, frozen=True, kw_only=True):
    """The legal entity that issues, with its time zone (IANA) and what each jurisdiction needs to know of it.

    `settings` holds the decoded `settings_type` of the jurisdiction that is asked, None where the issuer has none.
    `credentials` names those of its credentials that are stored, with facts read from them (subject, serial, expiry…).
    `deployment` is what the operator says of this installation of the program, in the jurisdiction's `deployment_type`;
    `attestations` are the registered papers, newest first. `flows` tells whom else the jurisdiction serves in this
    account: the first and the last of all its flow keys there (the same one twice: one flow; none: nothing was ever
    sealed).
    """

    id: str
    party: Party
    time_zone: str
    environment: Environment
    settings: object = None
    credentials: Mapping[str, Mapping[str, str]] = {}
    deployment: object = None
    attestations: tuple[Attestation, ...] = ()
    flows: tuple[str, ...] = ()


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
    authority_message: str | None = None


class Allocation(Value, frozen=True, kw_only=True):
    """One invoice that a payment pays, wholly or in part.

    `external_id` and `attributes` are those of its accepted submission here. `amount` and the balances are in the
    invoice's currency; `rate` is how many units of it make one unit of the payment's (None: the same currency).
    `installment` counts the payments of the invoice, this one included.
    """

    invoice: Invoice
    external_id: str
    attributes: Mapping[str, str]
    amount: Decimal
    installment: int
    balance_before: Decimal
    balance_after: Decimal
    rate: Decimal | None = None
    extension: object = None
    line_extensions: tuple[object, ...] = ()


class Payment(Value, frozen=True, kw_only=True):
    """Money received for invoices that are issued: what a receipt tells the authority.

    `means` is a code of UNTDID 4461; `extension` is the payment's own in the jurisdiction's `payment_extension_type`.
    """

    id: str
    paid_at: datetime
    currency: str
    amount: Decimal
    means: str
    allocations: tuple[Allocation, ...]
    reference: str | None = None
    exchange_rates: tuple[ExchangeRate, ...] = ()
    extension: object = None


class Related(Value, frozen=True, kw_only=True):
    """Another live document that names the one that is to be cancelled, or the one that takes its place.

    `on_its_way`: the authority has not decided about it yet, so that it may come to hold it at any moment.
    """

    id: str
    kind: Kind
    number: str
    external_id: str | None
    standing: Standing
    on_its_way: bool = False


class Cancellation(Value, frozen=True, kw_only=True):
    """The wish to cancel a registered document: by which option of the desk, why, and what hangs on the document.

    `external_id` and `attributes` are those of the accepted submission; `replacement` takes the document's place,
    `related` live documents name it; `refused_before` counts earlier cancellations that were refused; `confirmed` is
    what the caller has confirmed, out of the option's `confirm`.
    """

    option: str
    external_id: str
    attributes: Mapping[str, str]
    registered_at: datetime
    reason: str | None = None
    replacement: Related | None = None
    related: tuple[Related, ...] = ()
    refused_before: int = 0
    confirmed: tuple[str, ...] = ()


class Instruction(Value, frozen=True, kw_only=True):
    """What one submission asks for. Each is sealed once and makes exactly one submission.

    `extension` is `invoice.extensions[code]` in the jurisdiction's own type; `line_extensions` the same of each line,
    in
    order. `earlier` are the invoice's former submissions here, oldest first. `payment` comes with a `receipt`, whose
    invoice is the neutral form of the receipt itself; `cancellation` may come with a `cancel`.
    """

    kind: InstructionKind
    invoice: Invoice
    extension: object = None
    line_extensions: tuple[object, ...] = ()
    standing: Standing = Standing.NONE
    earlier: tuple[Earlier, ...] = ()
    payment: Payment | None = None
    cancellation: Cancellation | None = None
