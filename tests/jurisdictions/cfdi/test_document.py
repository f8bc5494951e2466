"""The document itself: golden files, defaults, and amounts that always keep within SAT's limits."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.comprobante import series_and_folio
from jurisdictions.cfdi.xsd import faults
from schemas.money import scale_of
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.invoices import (
    AT,
    BUYER,
    check,
    credit_note,
    fatal,
    instruction,
    invoice,
    issuer,
    line,
    seal,
)

GOLDEN = Path(__file__).parent / "golden"
CFDI = "{http://www.sat.gob.mx/cfd/4}"


def previewed(made: Any) -> etree._Element:
    return etree.fromstring(JURISDICTION.seal.preview(made, issuer(), AT))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_is_the_golden_one(name: str) -> None:
    """`GOLDEN=update` writes them anew; the conformance tests hold the same documents against SAT's schema."""
    path = GOLDEN / f"{name}.xml"
    made = JURISDICTION.seal.preview(DOCUMENTS[name](), issuer(), AT)
    root = etree.fromstring(made)
    root.set("NoCertificado", "0" * 20)
    assert not faults(root)
    if os.environ.get("GOLDEN") == "update":
        GOLDEN.mkdir(exist_ok=True)
        path.write_bytes(made)
    assert made == path.read_bytes()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_fatal_is_found_and_the_sealed_document_is_valid(name: str) -> None:
    made = DOCUMENTS[name]()
    assert fatal(check(made)) == {}
    judgement = JURISDICTION.law.judge(seal(made).body)
    assert judgement.verdict == "valid", judgement.findings


def test_the_total_is_the_invoices() -> None:
    for make in DOCUMENTS.values():
        made = make()
        totals = made.invoice.totals
        assert Decimal(previewed(made).attrib["Total"]) == totals.gross - totals.withheld


@pytest.mark.parametrize(
    ("body", "words", "expected"),
    [
        ({}, {}, ("PUE", "03")),
        ({"payment_terms": {"due_in_days": 0}}, {}, ("PUE", "03")),
        ({"payment_terms": {"due_in_days": 30}}, {}, ("PPD", "99")),
        ({"payment_means": [{"code": "10"}]}, {}, ("PUE", "01")),
        ({"payment_terms": {"due_in_days": 30}}, {"metodo_pago": "PUE", "forma_pago": "28"}, ("PUE", "28")),
        ({}, {"metodo_pago": "PPD"}, ("PPD", "99")),
    ],
)
def test_how_it_is_paid(body: dict[str, Any], words: dict[str, Any], expected: tuple[str, str]) -> None:
    root = previewed(instruction(invoice(**body), **words))
    assert (root.get("MetodoPago"), root.get("FormaPago")) == expected


def test_a_credit_note_names_its_invoice_and_is_paid_at_once() -> None:
    root = previewed(instruction(credit_note()))
    assert (root.get("TipoDeComprobante"), root.get("MetodoPago")) == ("E", "PUE")
    related = root.find(f"{CFDI}CfdiRelacionados")
    assert related is not None
    assert related.get("TipoRelacion") == "01"
    assert [row.get("UUID") for row in related] == ["6F35D3B5-3651-5370-BC2C-14CDBE384CD7"]


def test_the_receivers_words_go_before_the_customers() -> None:
    made = instruction(invoice(), regimen_fiscal_receptor="603", domicilio_fiscal_receptor="01000", uso_cfdi="S01")
    receiver = previewed(made).find(f"{CFDI}Receptor")
    assert receiver is not None
    assert receiver.get("RegimenFiscalReceptor") == "603"
    assert receiver.get("DomicilioFiscalReceptor") == "01000"
    assert receiver.get("UsoCFDI") == "S01"


def test_texts_are_escaped_and_quotes_survive() -> None:
    made = instruction(invoice(line(description='Cable 4" <negro> & blanco')))
    concept = previewed(made).find(f"{CFDI}Conceptos/{CFDI}Concepto")
    assert concept is not None
    assert concept.get("Descripcion") == 'Cable 4" <negro> & blanco'


@pytest.mark.parametrize(
    ("number", "series", "expected"),
    [
        ("A-17", "A", ("A", "17")),
        ("A17", "A", ("A", "17")),
        ("2026/17", None, (None, "2026/17")),
        ("B-17", "A", (None, "B-17")),
        ("A", "A", (None, "A")),
        (None, "A", ("A", None)),
    ],
)
def test_series_and_folio(number: str | None, series: str | None, expected: tuple[str | None, str | None]) -> None:
    assert series_and_folio(number, series) == expected


_amounts = st.decimals(Decimal("0.01"), Decimal("99999"), places=2).map(str)
_prices = st.decimals(Decimal("0.000001"), Decimal("99999"), places=6).map(str)
_taxes = st.sampled_from(
    [
        [{"tax": "IVA", "percent": "16"}],
        [{"tax": "IVA", "percent": "8"}],
        [{"tax": "IVA", "percent": "16"}, {"tax": "ISR", "percent": "10", "withheld": True}],
        [{"tax": "IVA", "percent": "16"}, {"tax": "IVA", "percent": "10.6667", "withheld": True}],
        [{"tax": "IEPS", "percent": "26.5"}, {"tax": "IVA", "percent": "16"}],
        [{"tax": "IVA", "category": "E"}],
        [],
    ]
)
_lines = st.lists(
    st.fixed_dictionaries(
        {
            "description": st.just("Algo"),
            "quantity": st.decimals(Decimal("0.001"), Decimal("9999"), places=3).map(str),
            "unit_price": _prices,
            "taxes": _taxes,
        },
        optional={"allowances": st.just([{"percent": "12.5"}]), "charges": _amounts.map(lambda a: [{"amount": a}])},
    ),
    min_size=1,
    max_size=8,
)


@given(lines=_lines, currency=st.sampled_from(["MXN", "USD", "JPY", "BHD"]))
def test_amounts_always_keep_within_the_limits(lines: list[dict[str, Any]], currency: str) -> None:
    """Whatever quantities, prices, discounts and taxes: no rule about amounts ever fires on what we write."""
    if scale_of(currency) != 2:
        lines = [{k: v for k, v in row.items() if k != "charges"} for row in lines]
    rate = {"from_currency": currency, "to_currency": "MXN", "rate": "18.5", "source": "Banxico", "on": "2026-11-19"}
    made = invoice(*lines, currency=currency, exchange_rates=[] if currency == "MXN" else [rate])
    found = fatal(check(instruction(made)))
    # A line may round to nothing, and what is worth nothing bears no tax: that is the caller's to mend.
    assert set(found) <= {"CFDI40174", "CFDI40181"}
    if found:
        assert any(row.net == 0 for row in made.lines)


@given(
    prices=st.lists(_amounts, min_size=1, max_size=8),
    share=st.integers(1, 99),
    inclusive=st.booleans(),
)
def test_a_discount_of_the_whole_document_comes_to_the_same_total(
    prices: list[str], share: int, inclusive: bool
) -> None:
    """Shared out over the concepts, it leaves neither a cent nor a concept without a base."""
    iva = {"tax": "IVA", "percent": "16"}
    rows = [line(quantity="1", unit_price=price) for price in prices]
    off = {"percent": str(share), "taxes": [iva]}
    found = check(instruction(invoice(*rows, allowances=[off], prices_include_tax=inclusive)))
    assert set(fatal(found)) <= ({"CFDI40174"} if min(map(Decimal, prices)) < 1 else set())


def test_the_largest_numbers_do_not_raise() -> None:
    made = instruction(invoice(line(unit_price="99999999999.999999", quantity="999.999999")))
    assert fatal(check(made)) == {}


def test_the_pointer_of_every_finding_leads_into_what_was_written() -> None:
    made = instruction(invoice(line(unit_price="0"), line(taxes=[{"tax": "IVA", "percent": "15"}])))
    found = check(made)
    assert fatal(found) == {
        "CFDI40166": "/lines/0/unit_price",
        "CFDI40174": "/lines/0/taxes/0",
        "CFDI40179": "/lines/1/taxes/0/percent",
    }
    assert json.dumps(found["CFDI40179"].found) == '"0.150000"'
    assert all(one.location is None and one.external_code for one in found.values())


def test_a_buyer_without_regime_is_told_where_to_find_it() -> None:
    bare = BUYER.__class__(name=BUYER.name, tax_ids=BUYER.tax_ids, address=BUYER.address)
    found = check(instruction(invoice(customer=bare)))
    assert fatal(found) == {"CFDI40157": "/extensions/cfdi/regimen_fiscal_receptor"}
    assert "Constancia" in (found["CFDI40157"].fix or "")
