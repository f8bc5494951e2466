"""The short way of the check: facts taken from the model say what the written document says, and hide nothing."""

from __future__ import annotations

import dataclasses
from decimal import Decimal, localcontext
from typing import TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.cfdi.comprobante import Comprobante, comprobante, summed
from jurisdictions.cfdi.concepts import Concept
from jurisdictions.cfdi.document import write
from jurisdictions.cfdi.rules import facts_of_model
from jurisdictions.cfdi.rules.facts import Facts, decimals_of
from jurisdictions.cfdi.rules.facts_of_document import facts_of
from jurisdictions.cfdi.rules.facts_of_model import usual_facts
from jurisdictions.cfdi.rules.reading import EXACT, read
from jurisdictions.cfdi.rules.ruling import broken_rules, is_sound
from jurisdictions.cfdi.xsd import faults
from jurisdictions.contract import Instruction
from jurisdictions.kit.xml import UnreadableXML, parse
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.invoices import AT, instruction, invoice, issuer, line

Record = TypeVar("Record")
LADEN = {"third_party", "customs", "land", "parts"}


def model(made: Instruction) -> Comprobante:
    with localcontext(EXACT):
        return comprobante(made, issuer(), AT, "A-17")


def replace(record: Record, **changes: object) -> Record:
    """The record with some parts changed, whatever it is made of."""
    if isinstance(record, msgspec.Struct):
        return msgspec.structs.replace(record, **changes)
    return dataclasses.replace(record, **changes)  # type: ignore[type-var]


def parts_of(kind: type) -> set[str]:
    names = getattr(kind, "__struct_fields__", None)
    return set(names) if names is not None else {field.name for field in dataclasses.fields(kind)}


def bare(record: object) -> object:
    """The record without its elements."""
    if isinstance(record, tuple):
        return tuple(bare(one) for one in record)
    if not isinstance(record, msgspec.Struct):
        return record
    return {name: bare(getattr(record, name)) for name in record.__struct_fields__ if name != "element"}


def scales(facts: Facts) -> list[int]:
    """The decimals of every number that a tolerance follows."""
    found = []
    for row in facts.concepts:
        found += [decimals_of(row.element, "Cantidad", row.quantity)]
        found += [decimals_of(row.element, "ValorUnitario", row.price, facts.decimals)]
        taxes = (*row.transferred, *row.withheld)
        found += [decimals_of(tax.element, "Base", tax.base, facts.decimals) for tax in taxes]
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_model_says_what_the_document_says(name: str) -> None:
    cfdi = model(DOCUMENTS[name]())
    taken = usual_facts(cfdi)
    root = parse(write(cfdi, certificate_number="0" * 20))
    told = facts_of(read(root, AT.date()))
    if taken is None:
        unusual = cfdi.kind == "T" or told.complements or cfdi.sender.acquirer or cfdi.confirmation
        assert unusual or any(getattr(row, name) for row in cfdi.concepts for name in LADEN)
        return
    assert bare(taken) == bare(told)
    assert scales(taken) == scales(told)
    assert is_sound(taken) == (not broken_rules(read(root, AT.date())))


def test_most_documents_take_the_short_way() -> None:
    taken = [name for name, make in DOCUMENTS.items() if usual_facts(model(make())) is not None]
    assert {"plain", "withheld", "discounts", "exempt", "dollars", "abroad", "credit_note"} <= set(taken)


def test_whoever_adds_to_the_model_has_to_look_here() -> None:
    """A new part of a CFDI is either among the facts or makes it unusual; then it is added to these sets."""
    assert parts_of(Concept) == LADEN | {
        *("pointer", "product", "quantity", "unit", "description", "price", "amount", "discount", "tax_object"),
        *("identification", "taxes", "unit_name"),
    }
    assert parts_of(Comprobante) == {
        *("kind", "series", "folio", "issued", "zone", "currency", "scale", "terms", "related", "period"),
        *("sender", "receiver", "concepts", "withheld", "transferred", "local", "legends", "confirmation"),
        *("subtotal", "discount", "total"),
    }


def test_what_is_carried_besides_makes_a_document_unusual() -> None:
    cfdi = model(instruction())
    assert usual_facts(cfdi) is not None
    assert usual_facts(replace(cfdi, kind="T")) is None
    assert usual_facts(replace(cfdi, confirmation="ECVH1")) is None
    assert usual_facts(replace(cfdi, sender=replace(cfdi.sender, acquirer="5981399143"))) is None
    for name in ("customs", "land", "parts"):
        concept = replace(cfdi.concepts[0], **{name: ("x",)})
        assert usual_facts(replace(cfdi, concepts=(concept,))) is None, name


texts = st.one_of(
    st.text(max_size=4), st.sampled_from(("", " ", "a|b", "a\u00a0b", "x" * 41, "y" * 1001, "\ufffe", "a "))
)
amounts = st.decimals(min_value=-2, max_value=10**19, places=7, allow_nan=False)


@given(
    name=texts, description=texts, identification=st.none() | texts, series=st.none() | texts, folio=st.none() | texts
)
def test_texts_that_pass_are_let_by_the_schema(
    name: str, description: str, identification: str | None, series: str | None, folio: str | None
) -> None:
    cfdi = model(instruction())
    concept = replace(cfdi.concepts[0], description=description, identification=identification)
    changed = replace(cfdi, concepts=(concept,), series=series, folio=folio, receiver=replace(cfdi.receiver, name=name))
    _agrees(summed(changed))


@given(quantity=amounts, price=amounts, amount=amounts, discount=amounts)
def test_amounts_that_pass_are_let_by_the_schema(
    quantity: Decimal, price: Decimal, amount: Decimal, discount: Decimal
) -> None:
    cfdi = model(instruction())
    concept = replace(cfdi.concepts[0], quantity=quantity, price=price, amount=amount, discount=discount)
    with localcontext(EXACT):
        _agrees(summed(replace(cfdi, concepts=(concept,))))


def _agrees(cfdi: Comprobante) -> None:
    """Where the short way has nothing to say, the long one has neither."""
    with localcontext(EXACT):
        taken = usual_facts(cfdi)
        if taken is None or not is_sound(taken):
            return
        try:
            root = parse(write(cfdi, certificate_number="0" * 20))
        except UnreadableXML as why:
            pytest.fail(str(why))
        assert not faults(root)
        assert not broken_rules(read(root, AT.date()))


_TAXES = (
    {"tax": "IVA", "percent": "16"},
    {"tax": "IVA", "percent": "8"},
    {"tax": "IVA", "category": "Z", "percent": "0"},
    {"tax": "IVA", "category": "E"},
    {"tax": "IEPS", "percent": "8"},
    {"tax": "IVA", "percent": "21"},
    {"tax": "ISR", "percent": "10", "withheld": True},
    {"tax": "IVA", "percent": "10.6667", "withheld": True},
)
lines = st.fixed_dictionaries(
    {
        "quantity": st.decimals(min_value="0.1", max_value=9999, places=3).map(str),
        "unit_price": st.decimals(min_value="2", max_value=99999, places=4).map(str),
        "taxes": st.lists(st.sampled_from(_TAXES), max_size=3, unique_by=lambda tax: (tax["tax"], "withheld" in tax)),
    },
    optional={"allowances": st.sampled_from(([{"percent": "12.5"}], [{"amount": "0.01"}]))},
)


@given(rows=st.lists(lines, min_size=1, max_size=4), off=st.booleans())
def test_any_invoice_is_judged_alike_both_ways(rows: list[dict[str, object]], off: bool) -> None:
    whole = {"allowances": [{"amount": "0.07", "taxes": [_TAXES[0]]}]} if off else {}
    cfdi = model(instruction(invoice(*(line(**row) for row in rows), **whole)))
    with localcontext(EXACT):
        taken = usual_facts(cfdi)
        root = parse(write(cfdi, certificate_number="0" * 20))
        if taken is None:  # nothing is lost: the document is asked
            return
        told = facts_of(read(root, AT.date()))
        assert bare(taken) == bare(told)
        assert scales(taken) == scales(told)
        sound = is_sound(taken)
        assert sound == (not broken_rules(read(root, AT.date())))
        assert not sound or not faults(root)


@pytest.mark.parametrize("rate", ["0.16", "0.160000"])
def test_rates_are_known_by_their_number(rate: str) -> None:
    taken = usual_facts(model(instruction(invoice(line(taxes=[{"tax": "IVA", "percent": "16"}])))))
    assert taken is not None
    assert taken.concepts[0].transferred[0].key == ("002", "Tasa", Decimal(rate))


def test_the_door_of_the_short_way_is_narrow() -> None:
    for odd in ("", " a", "a|b", "a\tb", "a\u00a0b", "x" * 11, "\ud800"):
        assert not facts_of_model._is_text(odd, 10), repr(odd)
    for usual in ("a", "Ñú & Cía.", "x" * 10):
        assert facts_of_model._is_text(usual, 10)
