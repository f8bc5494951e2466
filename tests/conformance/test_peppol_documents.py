"""Our UBL of every type and with every business term, against the official schemas, rules and syntax binding."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from jurisdictions.kit.xml import parse
from jurisdictions.peppol import codelists
from schemas.document import Invoice
from tests.conformance.bindings import binding, terms_of, told
from tests.conformance.ubl.official import Official, Told, tool
from tests.jurisdictions.peppol import documents, shapes
from tests.official import official

pytestmark = pytest.mark.conformance

_MAIN = {"Invoice": "UBL-Invoice-2.1.xsd", "CreditNote": "UBL-CreditNote-2.1.xsd"}
SILENT = Told()
_CODE_LIST = "Peppol Code Lists - Document types v9.7.json"


@pytest.fixture(scope="module")
def rules() -> Iterator[dict[bool, Official]]:
    """The official rule sets: that of billing, and under True that of self-billing."""
    official("peppol", "peppol-bis-2026.5", "xslt")
    if not tool().exists():
        pytest.skip(f"{tool().name} does not lie beside the official artefacts")
    with Official("peppol") as billing, Official("sb") as self_billing:
        yield {False: billing, True: self_billing}


@pytest.fixture(scope="module")
def schemas() -> dict[str, etree.XMLSchema]:
    folder = official("peppol", "xsd", "ubl-2.1", "maindoc")
    return {name: etree.XMLSchema(etree.parse(str(folder / file))) for name, file in _MAIN.items()}


@pytest.mark.parametrize("name", documents.DRAFTS)
def test_no_official_rule_fires(name: str, rules: dict[bool, Official], schemas: dict[str, etree.XMLSchema]) -> None:
    document = documents.written(name)
    root = parse(document)
    schemas[etree.QName(root).localname].assertValid(root)
    assert rules[documents.made(name).self_billed].verdict(document) == SILENT


@pytest.mark.parametrize(("document", "root"), [("ubl-invoice", "Invoice"), ("ubl-creditnote", "CreditNote")])
def test_every_element_of_the_binding_is_reached(document: str, root: str) -> None:
    wanted = terms_of(binding(document))
    written = (documents.written(name) for name in documents.DRAFTS)
    paths = {
        path
        for one in written
        if etree.QName(parse(one)).localname == root
        for _, path, *_ in (said for said in told(one, wanted) if said[0] in wanted.values() or said[0] == "?")
    }
    groups = {path.rsplit("/", depth)[0] for path in map(str, paths) for depth in range(1, path.count("/") + 1)}
    assert sorted(set(wanted) - paths - groups) == []


@pytest.mark.parametrize(("document", "root"), [("ubl-invoice", "Invoice"), ("ubl-creditnote", "CreditNote")])
def test_nothing_is_written_that_the_binding_does_not_have(document: str, root: str) -> None:
    wanted = terms_of(binding(document))
    for name in documents.DRAFTS:
        one = documents.written(name)
        if etree.QName(parse(one)).localname == root:
            leaves = {str(said[1]) for said in told(one, wanted) if said[0] == "?"}
            assert leaves == set(), name


def test_the_network_registers_these_documents_under_these_processes() -> None:
    listed = json.loads(official("peppol", "peppol-codelists-9.7", _CODE_LIST).read_text(encoding="utf-8"))["values"]
    processes = {one["value"]: {process["value"] for process in one["process-ids"]} for one in listed}
    for document in (codelists.INVOICE_DOCUMENT, codelists.CREDIT_NOTE_DOCUMENT):
        assert processes[document] == codelists.PROFILES
    for document in (codelists.SELF_BILLING_INVOICE_DOCUMENT, codelists.SELF_BILLING_CREDIT_NOTE_DOCUMENT):
        assert processes[document] == codelists.PROFILES - {codelists.PROFILE} | {codelists.SELF_BILLING_PROFILE}


_price = st.decimals("0.0001", "9999", places=4)
_money = st.decimals("0.01", "99", places=2).map(str)
_rates = st.sampled_from([("S", "21"), ("S", "6"), ("S", "5.5"), ("Z", "0"), ("AE", None), ("E", None), ("G", None)])


@st.composite
def _rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Allowances or charges: an amount, a percentage of the whole, or one of a base of its own."""
    kinds = st.one_of(
        _money.map(lambda amount: {"amount": amount}),
        st.decimals("0", "100", places=2).map(lambda percent: {"percent": str(percent)}),
        st.tuples(st.decimals("0", "100", places=3), _money).map(lambda one: {"percent": str(one[0]), "base": one[1]}),
    )
    return [one | {"reason": "Reason"} for one in draw(st.lists(kinds, max_size=2))]


@st.composite
def drafts(draw: st.DrawFn) -> Invoice:
    """Sound invoices with list prices, base quantities, rounding and all kinds of allowances."""
    rates = [
        shapes.vat(category, percent, **({"exemption_reason": "Exempt"} if category == "E" else {}))
        for category, percent in draw(st.lists(_rates, min_size=1, max_size=3, unique=True))
    ]
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        price, discount = draw(_price), draw(st.none() | _price)
        more: dict[str, Any] = {"allowances": draw(_rows()), "charges": draw(_rows())}
        if discount is not None:
            more |= {"list_price": str(price + discount), "price_discount": str(discount)}
        base = draw(st.none() | st.sampled_from(["1", "3", "7", "12.5", "1000"]))
        quantity = draw(st.decimals("-99", "99", places=3))
        lines.append(
            shapes.line(str(price), draw(st.sampled_from(rates)), quantity=str(quantity), base_quantity=base, **more)
        )
    of_document = [one | {"taxes": [draw(st.sampled_from(rates))]} for one in draw(_rows())]
    self_billed = draw(st.booleans())
    return shapes.invoice(
        *lines,
        kind=draw(st.sampled_from(["invoice", "credit_note", "debit_note"])),
        self_billed=self_billed,
        allowances=of_document,
        prepaid=draw(_money),
        rounding=draw(st.none() | st.decimals("-0.99", "0.99", places=2).map(str)),
        prices_include_tax=draw(st.booleans()),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=drafts())
def test_no_official_rule_fires_on_any_sound_invoice(made: Invoice, rules: dict[bool, Official]) -> None:
    assert rules[made.self_billed].verdict(documents.sealed(made)) == SILENT
