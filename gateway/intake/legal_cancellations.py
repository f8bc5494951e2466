"""Which cancellations of an invoice are legal now, and which of them a request means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from gateway import presentation
from gateway.errors import Conflict, Refused
from gateway.identity import Prefix, written
from gateway.intake.earlier import earlier_of, standing_of
from jurisdictions.contract import CorrectionOption, InstructionKind, Jurisdiction
from schemas.answers import CancelInput
from schemas.document import Invoice
from schemas.findings import Finding, Findings
from schemas.states import SETTLED, InvoiceState, Standing, SubmissionState

_AT_REST = SETTLED | {SubmissionState.HELD}
_HELD = frozenset({Standing.REGISTERED, Standing.REGISTERED_WITH_ERRORS})


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """One legal cancellation in one jurisdiction, with the edition of law that the invoice was routed under."""

    jurisdiction: str
    edition: str
    option: CorrectionOption


def choose(
    jurisdictions: Mapping[str, Jurisdiction],
    row: Any,
    invoice: Invoice,
    sent: list[Any],
    wish: CancelInput,
    at: datetime,
) -> Chosen:
    """The one cancellation that is wished for. Raises Conflict where nothing can be cancelled (any more), and Refused
    where none or more than one is meant."""
    _cancellable(row, sent)
    routed = presentation.decode_routes(row["routes"])
    wanted = [one for one in routed if wish.jurisdiction in (None, one.jurisdiction)]
    free = [one for one in wanted if not under_way(sent, one.jurisdiction)]
    legal = [
        Chosen(jurisdiction=route.jurisdiction, edition=route.edition, option=option)
        for route in free
        for option in jurisdictions[route.jurisdiction].desk.corrections(
            invoice, standing_of(sent, route.jurisdiction), earlier_of(sent, route.jurisdiction), at
        )
        if option.instruction is InstructionKind.CANCEL
    ]
    if not legal and len(free) < len(wanted):
        raise Conflict("A cancellation is under way: wait for its answer, or work its case.", code="cancel_in_progress")
    meant = [one for one in legal if wish.option in (None, one.option.option)]
    if len(meant) != 1:
        standings = {route.jurisdiction: standing_of(sent, route.jurisdiction) for route in routed}
        raise _not_one(wish, legal, meant, standings)
    return meant[0]


def unconfirmed(wanted: tuple[str, ...], given: tuple[str, ...]) -> Findings:
    """What the law wants confirmed by whoever asks for it, and was not."""
    missing = [one for one in wanted if one not in given]
    if not missing:
        return ()
    return (
        Finding(
            rule="GW-CONFIRM",
            message="The law allows this only where its cause is confirmed.",
            pointer="/confirm",
            found=", ".join(given) or None,
            expected=", ".join(wanted),
            fix=f"Where it is so, send confirm: {msgspec.json.encode(list(wanted)).decode()}. See GET …/corrections.",
        ),
    )


def _cancellable(row: Any, sent: list[Any]) -> None:
    name = written(Prefix.INVOICE, row["id"])
    if row["state"] == InvoiceState.DRAFT:
        raise Conflict(f"{name} is a draft: it was never issued, delete it.", code="not_finalized")
    # What an authority holds of a void invoice may be ended there too.
    if row["state"] == InvoiceState.VOID and not any(one["standing"] in _HELD for one in sent):
        raise Conflict(f"{name} is cancelled already.", code="already_cancelled")


def under_way(sent: list[Any], jurisdiction: str) -> bool:
    """Whether that authority has been asked to end the invoice, and has not answered yet; what is held back was never
    asked."""
    return any(
        one["jurisdiction"] == jurisdiction
        and one["instruction"] == InstructionKind.CANCEL
        and SubmissionState(one["state"]) not in _AT_REST
        for one in sent
    )


def _not_one(wish: CancelInput, legal: list[Chosen], meant: list[Chosen], standings: Mapping[str, str]) -> Refused:
    """Why no single cancellation could be chosen, with what there is to choose from."""
    if len(meant) > 1:
        message, fix = "More than one cancellation is legal now.", "Name an option, and the jurisdiction if needed."
    elif legal:
        message, fix = "This cancellation is not legal now.", "Choose one that is."
    else:
        message, fix = "No cancellation is legal now.", "See GET …/corrections for what is."
    choices = " | ".join(f"{one.option.option} ({one.jurisdiction})" for one in meant or legal)
    return Refused(
        message,
        code="cancel_not_available",
        findings=(
            Finding(
                rule="GW-CANCEL",
                message=message,
                pointer="/option" if legal else "",
                found=wish.option or ", ".join(f"{code}: {standing}" for code, standing in standings.items()),
                expected=choices or "none is legal now",
                fix=fix,
            ),
        ),
    )
