"""What people at the desk need: refusals in plain words, and the legal ways out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from jurisdictions.contract.instructions import Earlier, Instruction, InstructionKind
from jurisdictions.contract.values import Value
from schemas.document import Invoice
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState


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
    `automatic`: nothing is wrong with the data, and the gateway resubmits by itself under `path`, once.
    """

    case_class: CaseClass
    sentence: str
    path: Path
    pointer: str | None = None
    fix: str | None = None
    actions: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    automatic: bool = False


class CorrectionOption(Value, frozen=True, kw_only=True):
    """A correction that is legal now. `kind` None: the same invoice (a record about it); else a new document of that
    kind.

    A cancellation names what its request `needs` ("replacement") and whether the buyer has a say: `none`, `silence`
    gives consent, or `express` consent only; `confirm` is what its caller must state to be so. A new document begins
    with `presets` (a merge patch on its draft, before the caller's changes) and names `this` document, or those that
    it named itself.
    """

    option: str
    title: str
    reason: str
    instruction: InstructionKind
    kind: Kind | None = None
    until: datetime | None = None
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    consent: Literal["none", "silence", "express"] | None = None
    presets: Mapping[str, object] = {}
    confirm: tuple[str, ...] = ()
    refers: Literal["this", "its_preceding"] = "this"


class Deadline(Value, frozen=True, kw_only=True):
    """What the law wants done by when.

    It is `case` (the diagnosis of missing it) that makes the gateway watch it, and `warn_at` that makes it warn before;
    `unless` tells what makes it moot: the submission accepted, the invoice paid, a pending cancellation decided, or a
    live document in the place of this one.
    """

    name: str
    at: datetime
    law: str
    warn_at: datetime | None = None
    unless: Literal["accepted", "paid", "decided", "replaced", "never"] = "never"
    case: Diagnosis | None = None


class Picture(Value, frozen=True, kw_only=True):
    """A QR code as the law wants it printed: the fact that it holds, the words above and (a fact) below it, its side
    and quiet zone in millimetres, error correction, and the `mark` that documents of the test environment carry."""

    fact: str
    title: str
    legend_fact: str
    millimetres: int
    quiet_millimetres: int
    mark: str | None = None
    error: Literal["m"] = "m"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What people at the desk need: `classify(instruction kind, code, message)`, legal corrections, deadlines,
    delivery."""

    classify: Callable[[InstructionKind, str, str | None], Diagnosis]
    corrections: Callable[[Invoice, Standing, tuple[Earlier, ...], datetime], tuple[CorrectionOption, ...]]
    deadlines: Callable[[Instruction, datetime], tuple[Deadline, ...]]
    deliverable: Callable[[SubmissionState], bool]
    render: Callable[[Invoice, Mapping[str, str]], Mapping[str, str]]
    picture: Picture | None = None
