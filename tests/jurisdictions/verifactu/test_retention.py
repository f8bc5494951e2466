"""How long things are kept: the longest duty counts."""

from __future__ import annotations

from datetime import date

from jurisdictions.verifactu.retention import RETENTION, kept_until


def test_the_longest_duty_counts() -> None:
    assert kept_until("documents", date(2027, 1, 1)) == date(2033, 12, 31)
    assert kept_until("documents", date(2027, 12, 31)) == date(2033, 12, 31)
    assert kept_until("evidence", date(2027, 3, 1)) == date(2032, 7, 25)


def test_every_duty_names_its_law() -> None:
    assert {row.what for row in RETENTION} == {"documents", "evidence"}
    assert all(row.law and row.years >= 4 for row in RETENTION)
