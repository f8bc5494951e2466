"""Invoices that look alike and are not: what is right for the AEAT passes, what it would refuse does not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from jurisdictions.contract import Instruction, InstructionKind, Issuer
from jurisdictions.verifactu import JURISDICTION, document
from jurisdictions.verifactu.settings import Deployment, Extension, LineExtension, Producer, Rectified, Settings
from schemas.document import Invoice, Period, Preceding, References
from schemas.findings import Finding, Severity
from schemas.invoice import Kind
from schemas.party import Party
from schemas.states import Standing
from tests.jurisdictions.verifactu.builders import (
    NOW,
    TODAY,
    credit_note,
    instruction,
    invoice,
    issuer,
    party,
    sealed,
    tax,
)

FATAL, WARNING = Severity.FATAL, Severity.WARNING
REPLACED = References(preceding=(Preceding(number="A-1", issue_date=TODAY, tax_breakdown=invoice().tax_breakdown),))
HALF_YEAR = Period(start=date(2026, 1, 1), end=date(2026, 6, 30))


def findings(of: Instruction, by: Issuer | None = None, at: datetime = NOW) -> list[Finding]:
    return list(JURISDICTION.law.check(of, by or issuer(), at))


def check(of: Instruction, by: Issuer | None = None, at: datetime = NOW) -> dict[str, Severity]:
    return {one.rule: one.severity for one in findings(of, by, at)}


def judged(of: Instruction, by: Issuer, at: datetime) -> list[str]:
    return [one.rule for one in JURISDICTION.law.judge(sealed(of, by=by, at=at).body).findings]


# ------------------------------------------------------------------------------------------------ days


@pytest.mark.parametrize(
    ("zone", "at", "day", "refused"),
    [
        ("Europe/Madrid", datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC), date(2026, 11, 21), True),
        ("Europe/Madrid", datetime(2026, 11, 20, 23, 0, 0, tzinfo=UTC), date(2026, 11, 21), False),
        ("Europe/Madrid", datetime(2026, 7, 20, 22, 0, 0, tzinfo=UTC), date(2026, 7, 21), False),
        ("Atlantic/Canary", datetime(2026, 11, 20, 23, 30, tzinfo=UTC), date(2026, 11, 21), True),
        ("Atlantic/Canary", datetime(2026, 11, 20, 23, 30, tzinfo=UTC), date(2026, 11, 20), False),
        ("Asia/Tokyo", datetime(2026, 11, 20, 18, 0, tzinfo=UTC), date(2026, 11, 21), True),
        ("Asia/Tokyo", datetime(2026, 11, 20, 18, 0, tzinfo=UTC), date(2026, 11, 20), False),
        ("Asia/Tokyo", datetime(2026, 11, 20, 23, 0, tzinfo=UTC), date(2026, 11, 21), False),
    ],
)
def test_no_invoice_is_dated_before_its_day_has_come_here_and_in_madrid(
    zone: str, at: datetime, day: date, refused: bool
) -> None:
    """1112: the AEAT's own day is Madrid's, and the issuer's is that of its place."""
    by = replace(issuer(), time_zone=zone)
    of = instruction(invoice(issue_date=day))
    assert ("AEAT-1112" in check(of, by, at)) is refused
    if not refused:
        assert judged(of, by, at) == []


def test_the_hour_that_comes_twice_is_told_by_its_offset() -> None:
    first, again = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    of = instruction(invoice(issue_date=date(2026, 10, 25)))
    made = [sealed(of, at=at).body.decode() for at in (first, again)]
    written = [one.partition("HusoGenRegistro>")[2][:25] for one in made]
    assert written == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


# ------------------------------------------------------------------------------------------------ corrections


def test_a_corrective_invoice_takes_the_place_of_another() -> None:
    """Declared as differences it would count twice: that is for its issuer to say."""
    of = credit_note(kind=Kind.CORRECTIVE, references=REPLACED)
    assert document.outline(instruction(of), issuer()).rectificativa == "S"
    by_differences = instruction(of, extension=Extension(tipo_rectificativa="I"))
    assert document.outline(by_differences, issuer()).rectificativa == "I"
    assert check(instruction(of)) == check(by_differences) == {}
    assert document.outline(instruction(replace(of, kind=Kind.DEBIT_NOTE)), issuer()).rectificativa == "I"


def test_what_is_replaced_may_be_stated_where_it_is_not_known_here() -> None:
    """An invoice of another system, of another currency, or with amounts that its record left out."""
    of = credit_note(kind=Kind.CORRECTIVE)
    assert check(instruction(of)) == {"AEAT-1118": FATAL}
    stated = Extension(rectificado=Rectified(base="100.00", cuota="21.00", recargo="5.20"))
    record = sealed(instruction(of, extension=stated)).body.decode()
    assert (
        "<sf:ImporteRectificacion><sf:BaseRectificada>100.00</sf:BaseRectificada><sf:CuotaRectificada>21.00"
        "</sf:CuotaRectificada><sf:CuotaRecargoRectificado>5.20</sf:CuotaRecargoRectificado></sf:ImporteRectificacion>"
    ) in record
    assert check(instruction(of, extension=stated)) == {}
    assert judged(instruction(of, extension=stated), issuer(), NOW) == []
    long = Extension(rectificado=Rectified(base="1000000000000.00", cuota="0.005"))
    assert check(instruction(of, extension=long)) == {"AEAT-1100": FATAL}
    known = replace(of, references=REPLACED)
    assert document.outline(instruction(known, extension=stated), issuer()).rectified == (100, 21, Decimal("5.20"))
    for other in (credit_note(), invoice()):
        assert check(instruction(other, extension=stated)) == {"AEAT-1119": FATAL}


@pytest.mark.parametrize("kind", [Kind.CREDIT_NOTE, Kind.DEBIT_NOTE])
def test_a_note_states_differences(kind: Kind) -> None:
    of = credit_note(kind=kind, references=REPLACED)
    assert check(instruction(of, extension=Extension(tipo_rectificativa="S"))) == {"AEAT-1107": FATAL}


def test_a_discount_for_volume_names_its_period() -> None:
    """RD 1619/2012 art. 15.4 and FAQ §19: it need not name the invoices."""
    of = credit_note(references=References(), period=HALF_YEAR)
    assert check(instruction(of)) == {}
    assert check(instruction(replace(of, period=Period(start=HALF_YEAR.start)))) == {"VERIFACTU-PRECEDING": FATAL}
    assert check(instruction(replace(of, period=None))) == {"VERIFACTU-PRECEDING": FATAL}
    whole = replace(of, kind=Kind.CORRECTIVE)
    assert check(instruction(whole))["VERIFACTU-PRECEDING"] is FATAL
    undated = replace(of, references=References(preceding=(Preceding(number="A-1"),)))
    assert check(instruction(undated)) == {"VERIFACTU-PRECEDING": FATAL}
    taken_back = instruction(of, extension=Extension(tipo_factura="F3"))
    assert check(taken_back) == {"VERIFACTU-PRECEDING": FATAL}


@pytest.mark.parametrize(
    ("of", "settings", "rule"),
    [
        (invoice(), Settings(installation="1", series_rectificativas=("A",)), "VERIFACTU-SERIES"),
        (
            invoice(("1000.00", tax()), simplified=True, customer=party()),
            Settings(installation="1", sector_3000=False),
            "VERIFACTU-SIMPLIFIED",
        ),
    ],
)
def test_settings_made_since_do_not_keep_a_record_from_being_mended(of: Invoice, settings: Settings, rule: str) -> None:
    by = issuer(settings)
    assert check(instruction(of), by) == {rule: FATAL}
    mended = instruction(of, InstructionKind.CORRECT, standing=Standing.REGISTERED_WITH_ERRORS)
    assert check(mended, by) == {rule: WARNING}


# ------------------------------------------------------------------------------------------------ words


def test_a_warning_does_not_hide_a_refusal_of_the_same_code() -> None:
    """A name that is cut and a rate that no element can hold are both 1100."""
    of = instruction(invoice(("100.00", tax("9.125", "L", "IGIC")), customer=party("N" * 121, ES_NIF="B00000026")))
    told = {(one.rule, one.severity, one.pointer) for one in findings(of)}
    assert told == {
        ("AEAT-1100", WARNING, "/customer/name"),
        ("AEAT-1100", FATAL, "/lines/0/taxes/0/percent"),
    }


def _renamed(name: str) -> Issuer:
    return replace(issuer(), party=replace(issuer().party, name=name))


@pytest.mark.parametrize(
    ("of", "by", "code", "pointer"),
    [
        (instruction(extension=Extension(descripcion="  ")), None, "1100", "/extensions/verifactu/descripcion"),
        (instruction(), _renamed(" "), "1100", "/issuer"),
        (instruction(invoice(customer=party(" ", ES_NIF="B00000026"))), None, "1100", "/customer/name"),
        (instruction(), issuer(deployment=Deployment(name=" ")), "1220", "/issuer"),
        (
            instruction(),
            issuer(deployment=Deployment(producer=Producer(name=" ", nif="B00000034", address="-", place="-"))),
            "1179",
            "/issuer",
        ),
    ],
)
def test_nobody_and_nothing_is_named_by_a_blank(of: Instruction, by: Issuer | None, code: str, pointer: str) -> None:
    """The AEAT trims what it reads, and so do check and judge."""
    by = by or issuer()
    assert {one.pointer for one in findings(of, by) if one.rule == f"AEAT-{code}"} == {pointer}
    assert judged(of, by, NOW) == [f"AEAT-{code}"]


@pytest.mark.parametrize("given", [{"installation": " 1"}, {"installation": " "}, {"installations": {"B": "2 "}}])
def test_two_installations_do_not_differ_by_blanks_alone(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="blank"):
        Settings(**given)  # type: ignore[arg-type]


def test_a_simplified_invoice_cannot_say_that_its_customer_issued_it() -> None:
    of = invoice(simplified=True, self_billed=True, customer=Party(name="Cliente"))
    assert check(instruction(of)) == {"AEAT-1158": WARNING}
    assert check(instruction(replace(of, simplified=False, customer=invoice().customer))) == {}


def test_a_base_at_cost_fits_into_its_element() -> None:
    line = LineExtension(clave_regimen="06", base_a_coste="1000000000000.00")
    of = instruction(invoice(("100.00", tax("0", "Z"))), lines=(line,))
    assert check(of) == {"AEAT-1100": FATAL}


def test_the_reference_of_an_anulacion_is_no_longer_than_that_of_an_alta() -> None:
    long = Extension(ref_externa="x" * 61)
    for kind in (InstructionKind.ISSUE, InstructionKind.CANCEL):
        assert check(instruction(kind=kind, extension=long, standing=Standing.REGISTERED)) == {"AEAT-1253": FATAL}
