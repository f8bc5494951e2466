"""How far an issue date may lie from today is the issuer's policy."""

from datetime import date

import pytest

from validators.dates import backwards, check_issue_date

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (date(2026, 11, 20), None),
        (date(2026, 11, 22), None),
        (date(2026, 11, 23), "GW-ISSUE-DATE-AHEAD"),
        (date(2026, 11, 15), None),
        (date(2026, 11, 14), "GW-ISSUE-DATE-BACK"),
        (date.min, "GW-ISSUE-DATE-BACK"),
        (date.max, "GW-ISSUE-DATE-AHEAD"),
    ],
)
def test_the_policy(day: date, rule: str | None) -> None:
    findings = check_issue_date(day, TODAY, days_ahead=2, days_back=5)
    assert [(finding.rule, finding.pointer) for finding in findings] == ([(rule, "/issue_date")] if rule else [])


def test_without_a_policy_only_the_future_is_refused() -> None:
    assert check_issue_date(date.min, TODAY) == ()
    assert len(check_issue_date(date(2026, 11, 21), TODAY)) == 1


def test_periods() -> None:
    assert backwards(TODAY, date(2026, 11, 19))
    assert not backwards(TODAY, TODAY)
    assert not backwards(None, TODAY)
    assert not backwards(TODAY, None)
