"""Date rules that hold everywhere. Today is given, in the issuer's own time zone; nothing here reads a clock."""

from __future__ import annotations

from datetime import date

from schemas.findings import Findings
from validators.rule import Catalogue, Rule

RULES: Catalogue[date] = Catalogue(
    (
        Rule(
            id="GW-ISSUE-DATE-AHEAD",
            sentence="The issue date is not further ahead than the issuer's policy allows.",
            term="BT-2",
        ),
        Rule(
            id="GW-ISSUE-DATE-BACK",
            sentence="The issue date is not further back than the issuer's policy allows.",
            term="BT-2",
        ),
    )
)


def backwards(start: date | None, end: date | None) -> bool:
    """Whether a period ends before it starts; one that lacks a date does not."""
    return start is not None and end is not None and end < start


def check_issue_date(
    issue_date: date, today: date, *, days_ahead: int = 0, days_back: int | None = None, pointer: str = "/issue_date"
) -> Findings:
    """Whether the date lies within the policy, in whole days from the issuer's today (None: any day before)."""
    distance = (issue_date - today).days
    if distance > days_ahead:
        limit = f"at most {days_ahead} days after {today}"
        return (RULES["GW-ISSUE-DATE-AHEAD"].at(pointer, found=issue_date, expected=limit),)
    if days_back is not None and -distance > days_back:
        limit = f"at most {days_back} days before {today}"
        return (RULES["GW-ISSUE-DATE-BACK"].at(pointer, found=issue_date, expected=limit),)
    return ()
