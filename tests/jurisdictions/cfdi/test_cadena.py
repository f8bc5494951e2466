"""The cadena original: from a tree, from our own text, and that both are the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from jurisdictions.cfdi.cadena import ForeignComplement, cadena, stamp_cadena
from jurisdictions.cfdi.written import written_cadena
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.invoices import instruction, invoice, line, seal
from tests.jurisdictions.cfdi.payments import RECEIPTS, receipt

NS = (
    'xmlns:cfdi="http://www.sat.gob.mx/cfd/4" xmlns:implocal="http://www.sat.gob.mx/implocal"'
    ' xmlns:leyendasFisc="http://www.sat.gob.mx/leyendasFiscales" xmlns:ine="http://www.sat.gob.mx/ine"'
    ' xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital"'
)
HEAD = "||4.0" + "|" * 9  # eight required attributes that the tree below does not have


def tree(inner: str) -> etree._Element:
    return etree.fromstring(f'<cfdi:Comprobante {NS} Version="4.0">{inner}</cfdi:Comprobante>')


@pytest.mark.parametrize("name", [*DOCUMENTS, *RECEIPTS])
def test_text_and_tree_give_the_same(name: str) -> None:
    made = DOCUMENTS[name]() if name in DOCUMENTS else receipt(RECEIPTS[name]())
    body = seal(made).body
    assert written_cadena(body.decode()) == cadena(etree.fromstring(body))


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="|\ufffe\uffff") | st.just("&"),
    min_size=1,
    max_size=40,
).filter(str.strip)


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS)
def test_text_and_tree_agree_on_any_words(description: str, terms: str) -> None:
    made = instruction(
        invoice(line(description=description.strip()), due_in_days=30, payment_terms={"note": terms.strip()})
    )
    from jurisdictions.cfdi.comprobante import comprobante
    from jurisdictions.cfdi.document import write
    from tests.jurisdictions.cfdi.invoices import AT, issuer

    body = write(comprobante(made, issuer(), AT, "A-1"), certificate_number="0" * 20, certificate="TUlJ")
    assert written_cadena(body.decode()) == cadena(etree.fromstring(body))


def test_escapes_and_spaces_are_what_a_parser_would_give() -> None:
    text = seal(instruction(invoice(line(description="Flete  &  <maniobras>  \"A\" 'B'\u00a0 C")))).body.decode()
    assert "&amp;" in text and "&quot;" in text
    expected = "|Flete & <maniobras> \"A\" 'B'\u00a0 C|"
    assert expected in (written_cadena(text) or "")
    tabbed = text.replace("Flete  ", "&#9;Flete&#10;&#13; ")
    assert written_cadena(tabbed) == written_cadena(text) == cadena(etree.fromstring(tabbed.encode()))


@pytest.mark.parametrize(
    ("found", "other"),
    [
        (" Moneda=", " Otro="),
        ("<cfdi:Emisor ", "<cfdi:Emitido "),
        ("</cfdi:Conceptos>", "</cfdi:Conceptos><!-- -->"),
        ("</cfdi:Comprobante>", "</cfdi:Comprobante> "),
        (' SubTotal="1000.00"', ""),
        ("/><cfdi:Receptor", "/>\n<cfdi:Receptor"),
        ("cfdi:", "c:"),
    ],
)
def test_a_text_of_another_shape_has_no_answer(found: str, other: str) -> None:
    text = seal().body.decode()
    assert found in text
    assert written_cadena(text.replace(found, other)) is None
    assert written_cadena("") is None


def test_a_moved_attribute_has_no_answer() -> None:
    text = seal().body.decode()
    assert written_cadena(text.replace(' Moneda="MXN"', "").replace(' SubTotal="', ' Moneda="MXN" SubTotal="')) is None


def test_spaces_collapse_but_a_no_break_space_stays() -> None:
    root = tree('<cfdi:Emisor Rfc=" A&#9;&#10; B " Nombre="\u00a0N\u00a0\u00a0M" RegimenFiscal=""/>')
    assert cadena(root) == HEAD + "A B|\u00a0N\u00a0\u00a0M|||"


def test_sats_order_counts_whatever_the_documents_order_is() -> None:
    """Concepts: Traslados before Retenciones. The document: Retenciones, their total, Traslados, their total."""
    swapped = tree(
        '<cfdi:Impuestos TotalImpuestosTrasladados="16.00" TotalImpuestosRetenidos="10.00">'
        '<cfdi:Traslados><cfdi:Traslado Base="100" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000"'
        ' Importe="16.00"/></cfdi:Traslados><!-- a remark -->'
        '<cfdi:Retenciones><cfdi:Retencion Impuesto="001" Importe="10.00"/></cfdi:Retenciones></cfdi:Impuestos>'
    )
    assert cadena(swapped) == HEAD + "001|10.00|10.00|100|002|Tasa|0.160000|16.00|16.00||"


def test_local_taxes_and_legends_have_their_place_and_the_stamp_none() -> None:
    local = (
        '<implocal:ImpuestosLocales version="1.0" TotaldeRetenciones="5.00" TotaldeTraslados="30.00">'
        '<implocal:TrasladosLocales ImpLocTrasladado="ISH" TasadeTraslado="3.00" Importe="30.00"/>'
        '<implocal:RetencionesLocales ImpLocRetenido="5 al millar" TasadeRetencion="0.50" Importe="5.00"/>'
        "</implocal:ImpuestosLocales>"
    )
    legends = (
        '<leyendasFisc:LeyendasFiscales version="1.0"><leyendasFisc:Leyenda textoLeyenda="T" norma="N"/>'
        "</leyendasFisc:LeyendasFiscales>"
    )
    stamp = '<tfd:TimbreFiscalDigital Version="1.1" UUID="u" Leyenda="l"/>'
    root = tree(f"<cfdi:Complemento>{local}{legends}{stamp}</cfdi:Complemento><cfdi:Addenda><x/></cfdi:Addenda>")
    assert cadena(root) == HEAD + "1.0|5.00|30.00|5 al millar|0.50|5.00|ISH|3.00|30.00|1.0|N|T||"
    assert stamp_cadena(root[0][2]) == "||1.1|u|||l||||"


@pytest.mark.parametrize(
    "inner",
    [
        "<cfdi:Complemento><ine:INE/></cfdi:Complemento>",
        "<cfdi:Conceptos><cfdi:Concepto><cfdi:ComplementoConcepto><ine:INE/></cfdi:ComplementoConcepto></cfdi:Concepto>"
        "</cfdi:Conceptos>",
    ],
)
def test_a_foreign_complement_is_refused_by_name(inner: str) -> None:
    with pytest.raises(ForeignComplement, match="INE"):
        cadena(tree(inner))
