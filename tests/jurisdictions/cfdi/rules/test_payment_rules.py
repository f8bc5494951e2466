"""SAT's rules about receipts of payment where a case of one edit does not tell all: margins, rounding, lenience."""

import re
from datetime import date
from decimal import localcontext

import pytest
from lxml import etree

from jurisdictions.cfdi.rules.payment_rules import RULES
from jurisdictions.cfdi.rules.reading import EXACT, read, run
from schemas.findings import Finding, Severity
from tests.jurisdictions.cfdi.invoices import invoice, seal
from tests.jurisdictions.cfdi.payments import RECEIPTS, allocation, payment, written

WHOLE = RECEIPTS["whole"]
IN_PESOS = RECEIPTS["dollars_in_pesos"]


def broken(document: bytes, *edits: tuple[str, str]) -> dict[str, Finding]:
    text = document.decode()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    with localcontext(EXACT):
        return {found.rule: found for found in run(RULES, read(etree.fromstring(text.encode()), date(2026, 11, 20)))}


def test_other_documents_are_let_pass() -> None:
    assert broken(seal().body) == {}


def test_a_receipt_without_its_complement_is_none() -> None:
    text = written(WHOLE()).decode()
    start, end = text.index("<cfdi:Complemento>"), text.index("</cfdi:Comprobante>")
    assert set(broken((text[:start] + text[end:]).encode())) == {"CRP20101"}


def test_pesos_without_their_rate_are_warned_about() -> None:
    """A PAC's own valid sample leaves it out."""
    found = broken(written(WHOLE()), (' TipoCambioP="1"', ""))
    assert {rule: one.severity for rule, one in found.items()} == {"CRP20215": Severity.WARNING}


@pytest.mark.parametrize("equivalence", ["1", "1.0", "1.0000000000"])
def test_the_one_of_equal_currencies_may_be_written_at_length(equivalence: str) -> None:
    assert broken(written(WHOLE()), ('EquivalenciaDR="1"', f'EquivalenciaDR="{equivalence}"')) == {}


def test_a_payment_may_be_more_than_its_documents_in_one_currency_only() -> None:
    more = ('Monto="1160.00"', 'Monto="1500.00"'), ('MontoTotalPagos="1160.00"', 'MontoTotalPagos="1500.00"')
    assert broken(written(WHOLE()), *more) == {}
    dearer = ('Monto="1096.20"', 'Monto="1500.00"'), ('MontoTotalPagos="1096.20"', 'MontoTotalPagos="1500.00"')
    assert set(broken(written(IN_PESOS()), *dearer)) == {"CRP20276"}


@pytest.mark.parametrize(
    ("amount", "fits"), [("1096.10", True), ("1096.09", False), ("1096.30", True), ("1096.31", False)]
)
def test_the_margin_follows_the_decimals_of_the_rate_and_of_what_is_paid(amount: str, fits: bool) -> None:
    """58.00 dollars at 0.0529100529 stand for 57.995 to 58.005 of them: 1,096.10 to 1,096.30 pesos."""
    edits = ('Monto="1096.20"', f'Monto="{amount}"'), ('MontoTotalPagos="1096.20"', f'MontoTotalPagos="{amount}"')
    assert ("CRP20276" not in broken(written(IN_PESOS()), *edits)) is fits


def test_an_equivalence_of_one_counts_with_ten_decimals() -> None:
    """Pesos and dollars in one payment: the pesos have hardly a margin, though their rate is written as 1."""
    mixed = payment(allocation(uuid="6F35D3B5-3651-5370-BC2C-14CDBE380001"), *IN_PESOS().allocations, amount="2256.20")
    assert broken(written(mixed)) == {}
    off = ('Monto="2256.20"', 'Monto="2400.00"'), ('MontoTotalPagos="2256.20"', 'MontoTotalPagos="2400.00"')
    assert set(broken(written(mixed), *off)) == {"CRP20276"}


@pytest.mark.parametrize("rate", ["0", "0.0", "abc"])
def test_a_rate_that_is_none_makes_nothing_stumble(rate: str) -> None:
    broken(written(IN_PESOS()), ('EquivalenciaDR="0.0529100529"', f'EquivalenciaDR="{rate}"'))


def test_sums_of_the_payment_are_rounded_never_cut() -> None:
    """A third of the payment is 333.333333: written with two decimals it is 333.33, and of 666.666667 it is 666.67."""
    document = written(payment(allocation(invoice(), "773.33")))
    base = "666.663793"
    assert f'BaseP="{base}"'.encode() in document
    assert broken(document, (f'BaseP="{base}"', 'BaseP="666.66"')) == {}
    assert set(broken(document, (f'BaseP="{base}"', 'BaseP="666.67"'))) >= {"CRP20268"}
    up = written(payment(allocation(invoice(), "386.67")))
    assert b'BaseP="333.336207"' in up
    assert "CRP20268" not in broken(up, ('BaseP="333.336207"', 'BaseP="333.34"'))
    assert "CRP20268" in broken(up, ('BaseP="333.336207"', 'BaseP="333.33"'))


def test_rates_are_grouped_by_their_number() -> None:
    assert broken(written(WHOLE()), ('TasaOCuotaP="0.160000"', 'TasaOCuotaP="0.16"')) == {}


def test_transferred_ieps_has_no_total() -> None:
    document = written(RECEIPTS["excise"]())
    assert b"IEPS" not in document
    assert broken(document) == {}


def test_a_finding_tells_what_was_expected_and_where() -> None:
    found = broken(written(WHOLE()), ('MontoTotalPagos="1160.00"', 'MontoTotalPagos="1160.01"'))["CRP20211"]
    assert (found.found, found.expected, found.external_code) == ("1160.01", "1160.00", "CRP20211")
    assert found.location == "/cfdi:Comprobante/cfdi:Complemento/pago20:Pagos/pago20:Totales/@MontoTotalPagos"


def test_totals_that_are_missing_altogether_are_told_with_their_place() -> None:
    told = broken(re.sub(rb"<pago20:Totales[^>]*/>", b"", written(RECEIPTS["every_tax"]())))
    place = "/cfdi:Comprobante/cfdi:Complemento/pago20:Pagos"
    assert {told[code].location for code in ("CRP20264", "CRP20267", "CRP20273")} == {place}
