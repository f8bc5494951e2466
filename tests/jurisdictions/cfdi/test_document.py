"""The document itself: golden files, defaults, and amounts that always keep within SAT's limits."""

import json
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.comprobante import comprobante, series_and_folio
from jurisdictions.cfdi.settings import Extension, LineExtension, Settings
from jurisdictions.cfdi.xsd import faults
from schemas.document import Preceding
from schemas.money import scale_of
from schemas.party import Address, Party
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.invoices import (
    AT,
    BUYER,
    DAY,
    UUID,
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


def test_the_total_is_the_invoices_with_its_local_taxes() -> None:
    for make in DOCUMENTS.values():
        made = make()
        totals, root = made.invoice.totals, previewed(made)
        local = root.find(f"{CFDI}Complemento/{{http://www.sat.gob.mx/implocal}}ImpuestosLocales")
        added = 0 if local is None else Decimal(local.attrib["TotaldeTraslados"])
        taken = 0 if local is None else Decimal(local.attrib["TotaldeRetenciones"])
        assert Decimal(root.attrib["Total"]) == totals.gross - totals.withheld + added - taken


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
        [{"tax": "IEPS", "per_unit": "0.8516", "units": "7.3"}, {"tax": "IVA", "percent": "16"}],
        [
            {"tax": "IVA", "percent": "8"},
            {"tax": "IEPS", "percent": "8"},
            {"tax": "IEPS", "per_unit": "1.7165"},
            {"tax": "IVA", "percent": "10.6667", "withheld": True},
        ],
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


def attributes_of(root: etree._Element, path: str) -> list[dict[str, str]]:
    return [dict(row.attrib) for row in root.findall("/".join(CFDI + step for step in path.split("/")))]


def test_iva_is_levied_on_the_price_with_its_ieps() -> None:
    """LIVA art. 12; the quota's base is its units."""
    taxes = [{"tax": "IVA", "percent": "16"}, {"tax": "IEPS", "per_unit": "1.00", "units": "0.4"}]
    root = previewed(instruction(invoice(line(quantity="1", unit_price="30.00", taxes=taxes))))
    rows = attributes_of(root, "Conceptos/Concepto/Impuestos/Traslados/Traslado")
    assert [(row["Impuesto"], row["TipoFactor"], row["Base"], row["TasaOCuota"]) for row in rows] == [
        ("002", "Tasa", "30.40", "0.160000"),
        ("003", "Cuota", "0.40", "1.000000"),
    ]
    assert [row["Importe"] for row in attributes_of(root, "Impuestos/Traslados/Traslado")] == ["4.86", "0.40"]


@pytest.mark.parametrize(
    ("postal_code", "zone", "written"),
    [
        ("42501", "America/Mexico_City", "2026-11-20T12:00:00"),
        ("22000", "America/Tijuana", "2026-11-20T10:00:00"),
        ("83000", "America/Hermosillo", "2026-11-20T11:00:00"),
        ("82000", "America/Mazatlan", "2026-11-20T11:00:00"),
        ("77500", "America/Cancun", "2026-11-20T13:00:00"),
        ("32000", "America/Matamoros", "2026-11-20T12:00:00"),
    ],
)
def test_fecha_is_the_time_of_the_place_of_issue(postal_code: str, zone: str, written: str) -> None:
    by = issuer(settings=Settings(regimen_fiscal="601", lugar_expedicion=postal_code))
    root = etree.fromstring(JURISDICTION.seal.preview(instruction(), by, AT))
    assert root.get("Fecha") == written
    assert comprobante(instruction(), by, AT, None).zone == zone
    warned = check(by=by).get("CFDI-ZONE-01")
    assert (warned is not None) is (written != "2026-11-20T12:00:00")
    if warned is not None:
        assert zone in (warned.expected or "")


def test_a_draft_is_made_once_and_then_gets_its_number() -> None:
    draft = instruction()
    checked = comprobante(draft, issuer(), AT, None)
    order = instruction(replace(draft.invoice, number="A-17"))
    sealed = comprobante(order, issuer(), AT + timedelta(seconds=1), "A-17")
    assert sealed.concepts is checked.concepts
    assert (sealed.series, sealed.folio, sealed.issued - checked.issued) == ("A", "17", timedelta(seconds=1))


def test_what_was_made_before_is_nothing_to_another_draft_of_the_same_lines() -> None:
    made, by = instruction(), issuer()
    known = comprobante(made, by, AT, None)
    other = LineExtension(clave_prod_serv="43231500")
    assert comprobante(replace(made, line_extensions=(other,)), by, AT, None).concepts[0].product == "43231500"
    assert comprobante(replace(made, extension=Extension(uso_cfdi="P01")), by, AT, None).receiver.use == "P01"
    dollars = replace(made, invoice=replace(made.invoice, currency="USD"))
    assert comprobante(dollars, by, AT, None).currency == "USD"
    elsewhere = issuer(settings=Settings(regimen_fiscal="603"))
    assert comprobante(made, elsewhere, AT, None).sender.regime == "603"
    assert comprobante(made, by, AT, None) == known


def test_the_frontier_keeps_the_summer_time_of_its_neighbours() -> None:
    summer = datetime(2026, 7, 1, 18, 0, tzinfo=UTC)
    by = issuer(settings=Settings(regimen_fiscal="601", lugar_expedicion="32000"))
    assert etree.fromstring(JURISDICTION.seal.preview(instruction(), by, summer)).get("Fecha") == "2026-07-01T13:00:00"


def test_an_invoice_that_corrects_another_takes_its_place() -> None:
    root = previewed(DOCUMENTS["substitute"]())
    relations = root.findall(f"{CFDI}CfdiRelacionados")
    assert [(row.get("TipoRelacion"), row[0].get("UUID")) for row in relations] == [
        ("04", UUID),
        ("07", "5F2A1C0E-8E3C-4B5C-9B61-0A4B7F5D1E22"),
    ]


def test_relations_of_the_same_kind_are_written_together() -> None:
    former = Preceding(number="A-1", issue_date=DAY, invoice_id="inv_0", external_ids={"cfdi": UUID})
    rows = [{"tipo_relacion": "07", "uuids": [UUID, "5F2A1C0E-8E3C-4B5C-9B61-0A4B7F5D1E22"]}]
    root = previewed(instruction(invoice(preceding=former), tipo_relacion="07", relacionados=rows))
    (related,) = root.findall(f"{CFDI}CfdiRelacionados")
    assert [row.get("UUID") for row in related] == [UUID, "5F2A1C0E-8E3C-4B5C-9B61-0A4B7F5D1E22"]


def test_a_traslado_is_worth_nothing_and_tells_nothing_of_payment() -> None:
    made = instruction(invoice(due_in_days=30, allowances=[{"amount": "10"}]), tipo="T", forma_pago="03")
    root = previewed(made)
    assert {name: root.get(name) for name in ("TipoDeComprobante", "SubTotal", "Moneda", "Total")} == {
        "TipoDeComprobante": "T",
        "SubTotal": "0",
        "Moneda": "XXX",
        "Total": "0",
    }
    assert not {"FormaPago", "MetodoPago", "CondicionesDePago", "Descuento", "TipoCambio"} & set(root.attrib)
    assert not [row for row in root.iter(f"{CFDI}Impuestos")]
    assert attributes_of(root, "Receptor")[0]["UsoCFDI"] == "S01"
    assert {"CFDI-SCOPE-12", "CFDI-TOTAL-04"} <= set(check(made))
    assert fatal(check(made)) == {}


def test_the_buyer_abroad_may_be_told_in_sats_words() -> None:
    buyer = Party(name="EXAMPLE CUSTOMER", address=Address(country="CO"))
    words = {"residencia_fiscal": "COL", "num_reg_id_trib": "9014514805"}
    receiver = attributes_of(previewed(instruction(invoice(customer=buyer), **words)), "Receptor")[0]
    assert (receiver["Rfc"], receiver["ResidenciaFiscal"], receiver["NumRegIdTrib"]) == (
        "XEXX010101000",
        "COL",
        "9014514805",
    )


def test_who_issues_for_another_names_its_number() -> None:
    root = previewed(instruction(fac_atr_adquirente="0123456789"))
    assert attributes_of(root, "Emisor")[0]["FacAtrAdquirente"] == "0123456789"
