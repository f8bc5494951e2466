"""What the invoicing regulation says of an invoice, beyond the AEAT's codes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from jurisdictions.contract import Instruction
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.outline import outline
from jurisdictions.verifactu.rules import regulation
from jurisdictions.verifactu.rules.subject import Subject
from jurisdictions.verifactu.settings import Extension, LineExtension, Settings, Tercero
from schemas.document import ExchangeRate, Invoice, Preceding, References
from schemas.findings import Finding, Severity
from schemas.invoice import Kind
from tests.jurisdictions.verifactu.builders import NOW, TODAY, credit_note, instruction, invoice, issuer, party, tax

THIRD = Settings(terceros=(Tercero(name="Tercera, S.L.", nif="B00000042"),))
SERIES = Settings(
    series_rectificativas=("R", "RS"),
    terceros=(
        Tercero(name="Tercera, S.L.", nif="B00000042", series="T", series_rectificativas="TR"),
        Tercero(name="Cliente", nif="B-00.000.026", series="D"),
    ),
    sector_3000=False,
)
BY_THIRD = Extension(tercero="B00000042")


def found(of: Instruction, settings: Settings | None = None) -> dict[str, Finding]:
    by = issuer(settings)
    subject = Subject(instruction=of, issuer=by, about=outline(of, by), at=NOW, today=TODAY)
    return {one.rule: one for one in regulation.findings(subject)}


@pytest.mark.parametrize("simple", [False, True])
def test_what_the_customer_issues_is_numbered_in_the_customers_series(simple: bool) -> None:
    """The series that the route wants is one that the rules take, whatever the type."""
    of = invoice(self_billed=True, simplified=simple, series=None)
    route = JURISDICTION.law.route(of, issuer(SERIES), NOW)
    assert route is not None
    assert route.series == "D"
    assert "VERIFACTU-SERIES-OTHERS" not in found(instruction(replace(of, series="D")), SERIES)
    assert "VERIFACTU-SERIES-OTHERS" in found(instruction(replace(of, series="A")), SERIES)


def test_a_full_invoice_is_not_numbered_among_the_tickets() -> None:
    """RD 1619/2012 art. 7.1.a."""
    ticket = References(preceding=(Preceding(number="A-7", issue_date=TODAY),))
    canje = instruction(invoice(references=ticket), extension=Extension(tipo_factura="F3"))
    assert found(canje)["VERIFACTU-SERIES-SIMPLIFIED"].severity is Severity.WARNING
    apart = instruction(replace(canje.invoice, series="F"), extension=canje.extension)
    assert found(apart) == {}


def test_no_ticket_is_written_of_what_goes_to_another_member_state() -> None:
    """RD 1619/2012 art. 4.4.a."""
    of = invoice(("10.00", tax(None, "K")), simplified=True, customer=party(DE_VAT="DE123456789"))
    assert found(instruction(of))["VERIFACTU-SIMPLIFIED"].severity is Severity.FATAL
    assert "VERIFACTU-SIMPLIFIED" not in found(instruction(replace(of, simplified=False)))


def simplified(net: str) -> Invoice:
    return invoice((net, tax("0", "Z")), simplified=True, customer=party())


@pytest.mark.parametrize("sector", [None, False, True])
@pytest.mark.parametrize(
    "of",
    [
        instruction(),
        instruction(simplified("400.00")),
        instruction(credit_note()),
        instruction(credit_note(("9000.00", tax()), simplified=True, customer=party())),
        instruction(simplified("5000.00"), extension=Extension(sin_identificar=True)),
        instruction(simplified("5000.00"), extension=Extension(num_registro_acuerdo="123")),
    ],
)
def test_nothing_is_said_of_invoices_as_the_law_wants_them(of: Instruction, sector: bool | None) -> None:
    assert found(of, Settings(sector_3000=sector)) == {}


@pytest.mark.parametrize(
    ("net", "sector", "severity"),
    [
        ("400.01", False, Severity.FATAL),
        ("400.01", None, Severity.WARNING),
        ("400.01", True, None),
        ("3000.00", None, Severity.WARNING),
        ("3000.00", True, None),
        ("3000.01", None, Severity.FATAL),
        ("3000.01", True, Severity.FATAL),
    ],
)
def test_a_simplified_invoice_has_a_limit(net: str, sector: bool | None, severity: Severity | None) -> None:
    said = found(instruction(simplified(net)), Settings(sector_3000=sector))
    assert [one.severity for one in said.values()] == ([] if severity is None else [severity])


def test_the_limit_counts_the_tax() -> None:
    of = instruction(invoice(("331.00", tax()), simplified=True, customer=party()))
    assert found(of, Settings(sector_3000=False))["VERIFACTU-SIMPLIFIED"].found == "400.51"


@pytest.mark.parametrize(("series", "known"), [("R", True), ("RS", True), ("A", False)])
def test_corrections_are_numbered_apart(series: str, known: bool) -> None:
    assert ("VERIFACTU-SERIES" in found(instruction(credit_note(series=series)), SERIES)) is not known
    assert ("VERIFACTU-SERIES" in found(instruction(invoice(series=series)), SERIES)) is known


def test_a_correction_in_the_series_of_what_it_corrects_shows_by_itself() -> None:
    said = found(instruction(credit_note(series="A")))["VERIFACTU-SERIES"]
    assert (said.severity, said.pointer) == (Severity.WARNING, "/series")
    again = credit_note(series="R", references=_naming("R-1", Kind.CREDIT_NOTE))
    assert found(instruction(again)) == {}
    assert found(instruction(credit_note(series="B"))) == {}
    assert found(instruction(credit_note(series="A")), SERIES)["VERIFACTU-SERIES"].severity is Severity.FATAL


def _naming(number: str, kind: Kind) -> References:
    return References(preceding=(Preceding(number=number, issue_date=TODAY, kind=kind),))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (instruction(invoice(series="T"), extension=BY_THIRD), None),
        (instruction(invoice(series="A"), extension=BY_THIRD), "T"),
        (instruction(invoice(series="D"), extension=BY_THIRD), "T"),
        (instruction(credit_note(series="TR"), extension=BY_THIRD), None),
        (instruction(credit_note(series="R"), extension=BY_THIRD), "TR"),
        (instruction(invoice(series="D", self_billed=True)), None),
        (instruction(invoice(series="T", self_billed=True)), "D"),
        (instruction(credit_note(series="DR", self_billed=True)), None),
        (instruction(credit_note(series="TR", self_billed=True)), "a series of its own"),
        (instruction(invoice(series="T")), "none of D T TR"),
        (instruction(invoice(series="A")), None),
    ],
)
def test_what_others_issue_is_numbered_apart(of: Instruction, expected: str | None) -> None:
    said = found(of, SERIES).get("VERIFACTU-SERIES-OTHERS")
    assert (None if said is None else said.expected) == expected


def test_a_third_party_without_a_series_needs_one_where_others_have_theirs() -> None:
    settings = Settings(terceros=(*THIRD.terceros, SERIES.terceros[1]))
    said = found(instruction(extension=BY_THIRD), settings)
    assert said["VERIFACTU-SERIES-OTHERS"].expected == "a series of its own"
    assert found(instruction(extension=BY_THIRD), THIRD) == {}


@pytest.mark.parametrize(
    ("of", "bag", "settings", "expected"),
    [
        (invoice(), {}, SERIES, None),
        (credit_note(), {}, SERIES, "R"),
        (credit_note(), {}, Settings(), None),
        (credit_note(), {"tipo_factura": "F3"}, SERIES, None),
        (invoice(), {"tercero": "b-00000042"}, SERIES, "T"),
        (credit_note(), {"tercero": "B00000042"}, SERIES, "TR"),
        (invoice(), {"tercero": "nobody"}, SERIES, None),
        (invoice(), {"tercero": 7}, SERIES, None),
        (invoice(self_billed=True), {}, SERIES, "D"),
        (credit_note(self_billed=True), {}, SERIES, None),
    ],
)
def test_the_route_names_the_series(
    of: Invoice, bag: dict[str, object], settings: Settings, expected: str | None
) -> None:
    asked = replace(of, series=None, extensions={"verifactu": bag})
    route = JURISDICTION.law.route(asked, issuer(settings), NOW)
    assert route is not None
    assert route.series == expected


def test_a_correction_says_why_and_which_type_follows() -> None:
    said = found(instruction(credit_note(correction_reason=None)))["VERIFACTU-REASON"]
    assert said.pointer == "/correction_reason"
    assert said.fix is not None
    assert all(f"{tipo} for" in said.fix for tipo in ("R1", "R2", "R3", "R4"))
    assert set(regulation.TYPE_OF_CAUSE.values()) == {"R1", "R2", "R3"}


def test_a_correction_is_not_older_than_what_it_corrects() -> None:
    def corrects(day: date) -> dict[str, Finding]:
        return found(
            instruction(credit_note(references=References(preceding=(Preceding(number="A-1", issue_date=day),))))
        )

    assert corrects(TODAY) == {}
    assert corrects(TODAY + timedelta(days=1))["VERIFACTU-ORDER"].pointer == "/references/preceding/0/issue_date"


@pytest.mark.parametrize(
    ("references", "pointer"),
    [
        (References(), "/references/preceding"),
        (References(preceding=(Preceding(number="A-1"),)), "/references/preceding/0/issue_date"),
    ],
)
def test_corrections_and_exchanges_name_their_invoices(references: References, pointer: str) -> None:
    canje = instruction(invoice(references=references), extension=Extension(tipo_factura="F3"))
    for of in (instruction(credit_note(references=references)), canje):
        assert found(of)["VERIFACTU-PRECEDING"].pointer == pointer


def test_an_exchange_names_simplified_invoices() -> None:
    def canje(kind: Kind) -> dict[str, Finding]:
        named = References(preceding=(Preceding(number="T-1", issue_date=TODAY, kind=kind),))
        return found(instruction(invoice(references=named), extension=Extension(tipo_factura="F3")))

    assert canje(Kind.INVOICE) == {}
    assert canje(Kind.RECEIPT)["VERIFACTU-F3"].pointer == "/references/preceding/0"


def test_the_customer_of_a_simplified_invoice_is_left_out_with_a_word() -> None:
    said = found(instruction(invoice(simplified=True)))["AEAT-1190"]
    assert (said.severity, said.pointer) == (Severity.WARNING, "/customer/tax_ids/0")


def test_lines_without_tax_are_told_unless_they_lie_outside_the_record() -> None:
    taxed = invoice()
    of = replace(taxed, lines=(*taxed.lines, replace(taxed.lines[0], taxes=())))
    assert found(instruction(of))["AEAT-1195"].pointer == "/lines/1/taxes"
    assert found(instruction(of, lines=(None, LineExtension(suplido=True)))) == {}


def test_our_own_ipsi_rows_have_their_regime_before_the_aeat_insists() -> None:
    def ipsi(clave: str) -> dict[str, Finding]:
        of = instruction(invoice(("10.00", tax("4", "M", "IPSI"))), extension=Extension(clave_regimen=clave))  # type: ignore[arg-type]
        return found(of)

    assert ipsi("11") == {}
    assert ipsi("02")["AEAT-2009"].severity is Severity.FATAL


@pytest.mark.parametrize("number", [" A-1", "A-1 "])
def test_a_number_has_no_blank_at_its_ends(number: str) -> None:
    assert found(instruction(invoice(number=number)))["AEAT-1130"].pointer == "/series"


def test_records_are_in_euro_with_the_source_of_their_rate() -> None:
    def in_dollars(*sources: str) -> dict[str, Finding]:
        rates = tuple(
            ExchangeRate(from_currency="USD", to_currency="EUR", rate=Decimal("0.9"), source=source, on=TODAY)
            for source in sources
        )
        return found(instruction(invoice(currency="USD", exchange_rates=rates)))

    assert in_dollars()["VERIFACTU-EUR"].found == "USD"
    assert in_dollars("ECB") == {}
    assert in_dollars(" ")["VERIFACTU-EUR-SOURCE"].pointer == "/exchange_rates/0/source"


def test_check_asks_the_regulation() -> None:
    of = instruction(simplified("400.01"), extension=Extension(tipo_factura="F3"))
    asked = {one.rule for one in JURISDICTION.law.check(instruction(simplified("400.01")), issuer(), NOW)}
    assert asked == {"VERIFACTU-SIMPLIFIED"}
    assert "VERIFACTU-PRECEDING" in {one.rule for one in JURISDICTION.law.check(of, issuer(), NOW)}
