"""What has been tried before for an invoice, as the jurisdictions are told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gateway.identity import Prefix, written
from jurisdictions.contract import Earlier, InstructionKind
from schemas.states import Standing, SubmissionState

_texts = msgspec.json.Decoder(dict[str, str])


def earlier_of(rows: Iterable[Mapping[str, Any]], jurisdiction: str) -> tuple[Earlier, ...]:
    """The former submissions to one jurisdiction, oldest first."""
    return tuple(
        Earlier(
            submission=written(Prefix.SUBMISSION, row["id"]),
            instruction=InstructionKind(row["instruction"]),
            state=SubmissionState(row["state"]),
            fingerprint=row["fingerprint"],
            attributes=_texts.decode(row["attributes"]),
            authority_code=row["code"],
            authority_message=row["message"],
        )
        for row in rows
        if row["jurisdiction"] == jurisdiction
    )


def standing_of(rows: Iterable[Mapping[str, Any]], jurisdiction: str) -> Standing:
    """What that authority holds, as the joined rows of its submissions say."""
    for row in rows:
        if row["jurisdiction"] == jurisdiction and row["standing"]:
            return Standing(row["standing"])
    return Standing.NONE
