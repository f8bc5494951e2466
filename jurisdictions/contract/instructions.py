"""What a jurisdiction is asked to do, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from jurisdictions.contract.values import Environment, Value
from schemas.document import Invoice
from schemas.party import Party
from schemas.states import Standing, SubmissionState


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
