"""How long things are kept: the longest duty counts."""

from __future__ import annotations

from jurisdictions.verifactu.obligado.retention import RETENTION


def test_invoices_are_kept_as_long_as_books_and_their_reporting_as_long_as_taxes() -> None:
    longest = {what: max(row.years for row in RETENTION if row.what == what) for what in ("documents", "evidence")}
    assert longest == {"documents": 6, "evidence": 5}


def test_every_duty_names_its_law() -> None:
    assert all(row.law and row.years >= 4 for row in RETENTION)
