"""Judging strangers' documents: safe, never raising, and never calling valid what was not looked at."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.pacs.stamp import UnusableStamp, read_stamp
from jurisdictions.cfdi.rules.ruling import MOST_FINDINGS
from schemas.findings import Severity
from tests.jurisdictions.cfdi.invoices import seal
from tests.jurisdictions.cfdi.rules import cases_payments, documents

JUDGE = JURISDICTION.law.judge
BODY = seal().body
_NUMBERS = st.one_of(
    st.sampled_from(
        ("0", "0.0000000000", "1", "0.0000000001", "0.000000000001", "9" * 30, "-1", "1e9", "NaN", "", "0.5")
    ),
    st.decimals(min_value=0, max_value=10**18, places=10, allow_nan=False).map(lambda value: format(value, "f")),
)


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


@pytest.mark.parametrize(
    ("document", "verdict", "rules", "recognised"),
    [
        (documents.plain, "valid", set(), True),
        (documents.moved, "valid", set(), True),
        (documents.local, "valid", set(), True),
        (documents.laden, "valid", set(), True),
        (cases_payments.whole, "valid", set(), True),
        (documents.exported, "undecided", {"CFDI-SCOPE-11"}, True),
    ],
)
def test_the_types_within_scope_are_decided(
    document: Callable[[], bytes], verdict: str, rules: set[str], recognised: bool
) -> None:
    judgement = JUDGE(document())
    told = {one.rule for one in judgement.findings} - {"CFDI-SEAL-01", "CFDI-STAMP-03", "CFDI-XML-04"}
    assert (judgement.verdict, told, judgement.recognised) == (verdict, rules, recognised)


@pytest.mark.parametrize(
    ("document", "verdict", "rule", "recognised"),
    [
        (b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>", "undecided", "01", False),
        (b'<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/3" Version="3.3"/>', "undecided", "01", True),
        (b'<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" Version="3.3"/>', "invalid", "01", True),
        (b'<r:Retenciones xmlns:r="http://www.sat.gob.mx/esquemas/retencionpago/2"/>', "undecided", "13", True),
    ],
)
def test_other_documents_are_sats_or_not(document: bytes, verdict: str, rule: str, recognised: bool) -> None:
    judgement = JUDGE(document)
    assert (judgement.verdict, judgement.recognised) == (verdict, recognised)
    assert {one.rule for one in judgement.findings} == {f"CFDI-SCOPE-{rule}"}


@pytest.mark.parametrize(
    ("namespace", "rule"),
    [
        ("nomina12", "10"),
        ("ComercioExterior20", "11"),
        ("CartaPorte31", "12"),
        ("hidrocarburospetroliferos", "14"),
        ("ine", "15"),
        ("donat", "16"),
        ("iedu", "17"),
        ("detallista", "18"),
        ("spei", "19"),
    ],
)
def test_every_foreign_complement_has_a_finding_of_its_own(namespace: str, rule: str) -> None:
    complement = f'<cfdi:Complemento><x:Otro xmlns:x="http://www.sat.gob.mx/{namespace}"/></cfdi:Complemento>'
    judgement = JUDGE(BODY.replace(b"</cfdi:Comprobante>", complement.encode() + b"</cfdi:Comprobante>"))
    assert judgement.verdict == "undecided"
    assert {one.rule for one in judgement.findings if one.rule.startswith("CFDI-SCOPE")} == {f"CFDI-SCOPE-{rule}"}


def test_a_broken_seal_is_told_by_the_code_of_the_matrix_and_by_the_pacs() -> None:
    judgement = JUDGE(BODY.replace(b"Desarrollo", b"desarrollo"))
    assert judgement.verdict == "invalid"
    assert {one.rule for one in judgement.findings} >= {"CFDI40102", "CFDI-PAC-302"}


def test_a_document_that_is_wrong_throughout_is_not_told_of_in_full() -> None:
    concept = BODY[BODY.index(b"<cfdi:Concepto ") : BODY.index(b"</cfdi:Concepto>") + 16]
    wrong = concept.replace(b'ClaveProdServ="81112500"', b'ClaveProdServ="99999999"')
    judgement = JUDGE(BODY.replace(concept, wrong * 1500))
    codes = [one.rule for one in judgement.findings]
    assert judgement.verdict == "invalid"
    assert codes.count("CFDI40162") == MOST_FINDINGS
    assert {"CFDI40108", "CFDI40215", "CFDI40221"} <= set(codes)


SOUND = (BODY, documents.withheld(), documents.laden(), cases_payments.every_tax(), cases_payments.dollars_in_pesos())


@given(st.data())
def test_nothing_makes_it_raise(data: st.DataObject) -> None:
    """Bytes of sound documents, changed anywhere."""
    body = data.draw(st.sampled_from(SOUND))
    at = data.draw(st.integers(0, len(body) - 1))
    chunk = data.draw(st.binary(max_size=12))
    cut = data.draw(st.integers(0, 40))
    assert JUDGE(body[:at] + chunk + body[at + cut :]).verdict in ("valid", "invalid", "undecided")


@given(st.data())
def test_no_number_makes_it_raise(data: st.DataObject) -> None:
    """Amounts, rates and quantities of sound documents put in place of by any number."""
    body = data.draw(st.sampled_from(SOUND)).decode()
    places = [match.span(1) for match in re.finditer(r'="([0-9]+(?:\.[0-9]+)?)"', body)]
    for start, end in sorted(data.draw(st.lists(st.sampled_from(places), max_size=3, unique=True)), reverse=True):
        body = body[:start] + data.draw(_NUMBERS) + body[end:]
    assert JUDGE(body.encode()).verdict in ("valid", "invalid", "undecided")


def _stamp(uuid: str = "6F35D3B5-3651-5370-BC2C-14CDBE384CD7", at: str = "2026-11-20T12:00:05") -> bytes:
    """A stamp of BODY with the structure of one."""
    sello = re.search(rb' Sello="([^"]*)"', BODY)
    assert sello is not None
    return (
        '<tfd:TimbreFiscalDigital xmlns:tfd="http://www.sat.gob.mx/TimbreFiscalDigital" Version="1.1"'
        f' UUID="{uuid}" FechaTimbrado="{at}" RfcProvCertif="SPR190613I52" SelloCFD="{sello.group(1).decode()}"'
        f' NoCertificadoSAT="30001000000500003456" SelloSAT="{"A" * 344}"/>'
    ).encode()


def _stamped(*stamps: bytes, within: str = "Complemento") -> bytes:
    inner = f"<cfdi:{within}>".encode() + b"".join(stamps) + f"</cfdi:{within}>".encode()
    return BODY.replace(b"</cfdi:Comprobante>", inner + b"</cfdi:Comprobante>")


def test_a_stamp_is_looked_for_in_the_complement_alone() -> None:
    assert JUDGE(_stamped(_stamp())).findings == ()
    hidden = JUDGE(_stamped(_stamp(), within="Addenda"))
    assert [one.rule for one in hidden.findings] == ["CFDI-STAMP-03"]
    with pytest.raises(UnusableStamp):
        read_stamp(_stamped(_stamp(), within="Addenda"))


def test_a_cfdi_has_one_stamp() -> None:
    judgement = JUDGE(_stamped(_stamp(), _stamp("6F35D3B5-3651-5370-BC2C-14CDBE384CD8")))
    assert (judgement.verdict, {one.rule for one in judgement.findings}) == ("invalid", {"CFDI-STAMP-09"})


@pytest.mark.parametrize(
    ("at", "odd"),
    [
        ("2026-11-20T11:00:00", False),  # an hour before: a PAC in another zone
        ("2026-11-23T12:30:00", False),
        ("2026-11-20T08:30:00", True),
        ("2026-11-24T12:00:00", True),
    ],
)
def test_a_stamp_comes_within_three_days(at: str, odd: bool) -> None:
    judgement = JUDGE(_stamped(_stamp(at=at)))
    assert (judgement.verdict, {one.rule for one in judgement.findings}) == (
        "valid",
        {"CFDI-STAMP-10"} if odd else set(),
    )


@pytest.mark.parametrize(
    ("document", "rules"),
    [
        (BODY, set()),
        (b"\xef\xbb\xbf" + BODY, {"CFDI-XML-01"}),
        (BODY.decode().replace("UTF-8", "UTF-16").encode("utf-16"), {"CFDI-XML-01"}),
        (BODY.replace(b"cfdi:", b"c:").replace(b"xmlns:cfdi", b"xmlns:c"), {"CFDI-XML-02"}),
        (re.sub(rb' xsi:schemaLocation="[^"]*"', b"", BODY), {"CFDI-XML-04"}),
        (
            BODY.replace(
                b"</cfdi:Comprobante>",
                b'<cfdi:Complemento><i:ImpuestosLocales xmlns:i="http://www.sat.gob.mx/implocal" version="1.0"'
                b' TotaldeRetenciones="0.00" TotaldeTraslados="0.00"/></cfdi:Complemento></cfdi:Comprobante>',
            ),
            {"CFDI-XML-03", "CFDI-XML-04"},
        ),
    ],
)
def test_what_pacs_refuse_of_the_wrapping_is_warned_of(document: bytes, rules: set[str]) -> None:
    judgement = JUDGE(document)
    told = {one.rule: one for one in judgement.findings if one.rule.startswith("CFDI-XML")}
    assert set(told) == rules
    assert all(one.severity is Severity.WARNING and one.location and one.expected for one in told.values())


def test_another_version_is_told_as_what_makes_it_invalid() -> None:
    (found,) = JUDGE(BODY.replace(b' Version="4.0"', b' Version="3.3"', 1)).findings
    assert (found.rule, found.severity, found.location) == (
        "CFDI-SCOPE-01",
        Severity.FATAL,
        "/cfdi:Comprobante/@Version",
    )
