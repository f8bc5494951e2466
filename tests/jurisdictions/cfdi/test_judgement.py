"""Judging strangers' documents: safe, never raising, and never calling valid what was not looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.cfdi import JURISDICTION
from tests.jurisdictions.cfdi.invoices import seal

JUDGE = JURISDICTION.law.judge
BODY = seal().body


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (b"", "invalid"),
        (b"no xml", "invalid"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "invalid"),
        (b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>", "undecided"),
        (b'<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="3.3"/>', "invalid"),
        (b'<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="4.0"/>', "invalid"),
        (BODY, "valid"),
    ],
)
def test_verdicts(document: bytes, verdict: str) -> None:
    assert JUDGE(document).verdict == verdict


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b'Total="1160.00"', b'Total="1160.01"', "CFDI40119"),
        (b'SubTotal="1000.00"', b'SubTotal="1000.01"', "CFDI40108"),
        (b'SubTotal="1000.00"', b'SubTotal="1000.001"', "CFDI40107"),
        (b'Cantidad="2"', b'Cantidad="20"', "CFDI40167"),
        (b'Importe="160.000000"', b'Importe="170.000000"', "CFDI40180"),
        (b'TotalImpuestosTrasladados="160.00"', b'TotalImpuestosTrasladados="160.01"', "CFDI40205"),
        (b' TotalImpuestosTrasladados="160.00"', b"", "CFDI40212"),
        (b'TasaOCuota="0.160000" Importe="160.00"/>', b'TasaOCuota="0.160000" Importe="160.01"/>', "CFDI40221"),
        (b'MetodoPago="PUE"', b'MetodoPago="PPD"', "CFDI40105"),
        (b'Moneda="MXN"', b'Moneda="MXN" TipoCambio="2"', "CFDI40114"),
        (b'RegimenFiscal="601"', b'RegimenFiscal="612"', "CFDI40141"),
        (b'Moneda="MXN"', b'Moneda="MXM"', "CFDI40113"),
        (b'ObjetoImp="02"', b'ObjetoImp="01"', "CFDI40172"),
        (b'Cantidad="2"', b'Cantidad="2e999999999"', "CFDI-PAC-301"),
        (b'Importe="1000.00"', b'Importe="999999999999999999.999999"', "CFDI40167"),
    ],
)
def test_a_changed_document_breaks_its_rule(old: bytes, new: bytes, rule: str) -> None:
    assert old in BODY
    judgement = JUDGE(BODY.replace(old, new, 1))
    assert judgement.verdict == "invalid"
    found = {one.rule: one for one in judgement.findings}
    assert rule in found
    assert (found[rule].location or "").startswith("/cfdi:Comprobante")


def test_a_foreign_complement_is_named_and_undecided() -> None:
    foreign = b'<cfdi:Complemento><x:Otro xmlns:x="urn:otro"/></cfdi:Complemento></cfdi:Comprobante>'
    judgement = JUDGE(BODY.replace(b"</cfdi:Comprobante>", foreign))
    assert judgement.verdict == "undecided"
    assert "{urn:otro}Otro" in {one.found for one in judgement.findings}


def test_a_comment_does_not_disturb() -> None:
    judgement = JUDGE(BODY.replace(b"<cfdi:Conceptos>", b"<!-- x --><cfdi:Conceptos><!-- y -->"))
    assert judgement.verdict == "valid"


def test_a_stamp_of_another_seal_is_refused() -> None:
    stamp = (
        b'<cfdi:Complemento><tfd:TimbreFiscalDigital xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital"'
        b' Version="1.1"'
        b' UUID="6F35D3B5-3651-5370-BC2C-14CDBE384CD7" FechaTimbrado="2026-11-20T12:00:00" RfcProvCertif="SPR190613I52"'
        b' SelloCFD="AAAA" NoCertificadoSAT="30001000000500003456" SelloSAT="AAAA"/></cfdi:Complemento>'
    )
    judgement = JUDGE(BODY.replace(b"</cfdi:Comprobante>", stamp + b"</cfdi:Comprobante>"))
    assert judgement.verdict == "invalid"
    assert {layer.name for layer in judgement.layers if layer.verdict == "failed"} == {"stamp"}
    assert {one.rule for one in judgement.findings} == {"CFDI-STAMP-02", "CFDI-PAC-301"}


@given(st.data())
def test_nothing_makes_it_raise(data: st.DataObject) -> None:
    """Bytes of a sound document, changed anywhere."""
    at = data.draw(st.integers(0, len(BODY) - 1))
    chunk = data.draw(st.binary(max_size=12))
    cut = data.draw(st.integers(0, 40))
    assert JUDGE(BODY[:at] + chunk + BODY[at + cut :]).verdict in ("valid", "invalid", "undecided")
