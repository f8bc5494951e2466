"""The addenda: joined to the stamped bytes without touching one of them."""

import pytest
from lxml import etree

from jurisdictions.cfdi.addenda import addenda_problem, with_addenda
from tests.jurisdictions.cfdi.invoices import check, fatal, instruction, seal

ORDER = '<pedido xmlns="https://buyer.example/p" numero="4500012345"><nota>Ñandú &amp; hijos</nota></pedido>'


def test_nothing_of_the_stamped_document_changes() -> None:
    stamped = seal().body
    made = with_addenda(stamped, ORDER)
    head = stamped.removesuffix(b"</cfdi:Comprobante>")
    assert made == head + f"<cfdi:Addenda>{ORDER}</cfdi:Addenda>".encode() + b"</cfdi:Comprobante>"
    assert etree.QName(etree.fromstring(made)[-1]).localname == "Addenda"


def test_several_elements_may_stand_in_it() -> None:
    assert addenda_problem(" <a/>\n<b/> ") is None
    assert addenda_problem('<a xsi:schemaLocation="https://buyer.example/p p.xsd"/>') is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing but XML elements"),
        ("palabras", "nothing but XML elements"),
        ("<a/> y más", "nothing but XML elements"),
        ("<a>", "not well-formed"),
        ("</addenda><addenda>", "not well-formed"),
        ("<x:a/>", "not well-formed"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a/>', "not well-formed"),
        ('<?xml version="1.0"?><a/>', "not well-formed"),
        ('<c:Concepto xmlns:c="http://www.sat.gob.mx/cfd/4"/>', "CFDI itself"),
        ('<a><t:T xmlns:t="http://www.sat.gob.mx/TimbreFiscalDigital"/></a>', "CFDI itself"),
        (f"<a>{'ñ' * 60_000}</a>", "longer than"),
    ],
)
def test_what_is_no_addenda_is_refused_before_the_seal(text: str, why: str) -> None:
    assert why in (addenda_problem(text) or "")
    assert addenda_problem(text) is not None
    if text:
        assert fatal(check(instruction(addenda=text))) == {"CFDI-ADDENDA-01": "/extensions/cfdi/addenda"}
    with pytest.raises(ValueError, match=why):
        with_addenda(seal().body, text)


def test_one_addenda_and_no_other() -> None:
    with pytest.raises(ValueError, match="does not end"):
        with_addenda(with_addenda(seal().body, ORDER), ORDER)
    with pytest.raises(ValueError, match="does not end"):
        with_addenda(b"<a/>", ORDER)


def test_a_sound_addenda_is_no_matter() -> None:
    assert fatal(check(instruction(addenda=ORDER))) == {}
