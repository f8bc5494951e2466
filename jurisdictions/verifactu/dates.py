"""The rules of dates: issue and operation.

Source: "Validaciones y errores" 1.2.2 of 2026-04-08, §3.1.3; RD 1007/2023 art. 9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from jurisdictions.contract import InstructionKind
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.subject import Subject, finding
from schemas.findings import Finding, Severity

_TWENTY_YEARS = 20


def _years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _issue_date(subject: Subject) -> Iterator[Finding]:
    day = subject.instruction.invoice.issue_date
    if day > subject.today:
        yield finding(
            "1112",
            "The invoice is dated after today.",
            "/issue_date",
            found=day.isoformat(),
            expected=f"until {subject.today.isoformat()}",
            fix="Leave issue_date out, or set it to today.",
        )
    if day < lists.FIRST_ISSUE_DATE:
        yield finding(
            "1152",
            "Invoices before the start of VERI*FACTU are not admitted.",
            "/issue_date",
            found=day.isoformat(),
            expected=f"from {lists.FIRST_ISSUE_DATE.isoformat()}",
            fix="Such invoices are not reported; import them without a record.",
        )


def _operation_date(subject: Subject) -> Iterator[Finding]:
    day = subject.about.operation_date
    if day is None:
        return
    where, text = "/operation_date", day.isoformat()
    advance = any(row.clave in {"14", "15"} and row.impuesto in {lists.IVA, lists.IGIC} for row in subject.about.rows)
    if day < _years(subject.today, -_TWENTY_YEARS):
        yield finding("1134", "The operation lies more than twenty years back.", where, found=text)
    if day > date(subject.today.year + 1, 12, 31):
        yield finding("1125", "The operation lies beyond next year.", where, found=text)
    fix = "Use clave_regimen 14 or 15 where the law lets an operation follow its invoice; else leave the date out."
    if day > subject.today and not advance:
        yield finding("1173", "The operation lies in the future.", where, found=text, fix=fix)
    if subject.instruction.invoice.issue_date < day and not advance:
        yield finding("1146", "The invoice is dated before its operation.", where, found=text, fix=fix)


def _late(subject: Subject) -> Iterator[Finding]:
    """Nothing forbids an older date; a record much younger than its invoice deserves a look (RD art. 9)."""
    day = subject.instruction.invoice.issue_date
    if subject.instruction.kind is InstructionKind.ISSUE and day < subject.today - timedelta(days=365):
        yield Finding(
            rule="VERIFACTU-LATE",
            message="The invoice is dated more than a year ago; a record is made when its invoice is issued.",
            severity=Severity.WARNING,
            pointer="/issue_date",
            found=day.isoformat(),
        )


RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_issue_date, _operation_date, _late)
