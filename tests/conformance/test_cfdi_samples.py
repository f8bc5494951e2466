"""Other people's CFDI: no false alarm on what is valid, and the code of each error sample that a document can show."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from lxml import etree

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.rules.table import codes, judged
from schemas.findings import Severity
from tests.official import official

pytestmark = pytest.mark.conformance

ROOT = official("cfdi")
SAMPLES = ROOT / "samples"
UNFOUNDED = {
    "ntlink/cfdi-samples/cfdi-sample.xml": {"CFDI40161"},
    "ntlink/cfdi-samples/pagos-impuestos.xml": {"CFDI40158"},
}
"""Samples called valid that break a rule about codes, which the probe behind BUSINESS_FLAGS.tsv did not look at: G03 is
not open to regime 605, and regime 601 is not open to the natural person MASO451221PM4. All of satcfdi's samples of
XIQB891116QE4, a natural person by its thirteen letters, give it regime 601 too; and they are all sealed with an
e.firma, which a PAC refuses with 306."""
NOT_SHOWN = {
    "CFDI40102": "the sample carries no seal at all",
    "CFDI40106": "the sample carries no certificate",
    "CFDI40118": "the published exchange rate of the day decides",
    "CFDI40120": "its Total is the largest that the schema admits, within what is the limit today",
    "CFDI40127": "the published exchange rate of the day decides",
    "CFDI40129": "only the PAC knows the confirmations that were used",
    "CFDI40138": "only SAT's list of RFCs holds the names",
    "CFDI40139": "only SAT's list of RFCs holds the names",
    "CFDI40144": "only SAT's list of RFCs holds the names",
    "CFDI40145": "only SAT's list of RFCs holds the names",
}
"""Error samples that no reader of the document alone can refuse with their code, and why."""
csv.field_size_limit(10**7)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def sound_samples() -> list[str]:
    """Samples that satisfy the schema once the seal is filled in, with no flag; error samples left out."""
    flags = {row["path"]: next(iter(list(row.values())[1:])) for row in rows(SAMPLES / "BUSINESS_FLAGS.tsv")}
    found = []
    for row in rows(SAMPLES / "VERDICTS.tsv"):
        path = row["path"].removeprefix("samples/")
        if row["xsd_after_filling_seal_attrs"] == "valid" and not row["pac_code_expected"] and flags.get(path) == "":
            found.append(path)
    return found


def filled(path: str) -> bytes:
    """The sample with a time and, where it has none, an empty seal."""
    root = etree.fromstring((SAMPLES / path).read_bytes().replace(b"%fecha-timbrado%", b"2024-06-03T12:00:00"))
    if not root.get("Sello") or not root.get("Certificado"):
        root.set("Sello", "")
        root.set("Certificado", "")
        root.set("NoCertificado", "0" * 20)
    return etree.tostring(root, encoding="UTF-8")


def fatal(document: bytes) -> set[str]:
    found = JURISDICTION.law.judge(document).findings
    return {one.rule for one in found if one.severity is Severity.FATAL}


@pytest.mark.parametrize("path", sound_samples())
def test_no_false_alarm_on_a_valid_sample(path: str) -> None:
    document = filled(path)
    expected = set(UNFOUNDED.get(path, ()))
    if b'Rfc="XIQB891116QE4"' in document and b'RegimenFiscal="601"' in document:
        expected |= {"CFDI40141"}
    if path.startswith("satcfdi/"):
        expected |= {"CFDI-PAC-306"}
    assert fatal(document) == expected


def test_the_valid_samples_are_there() -> None:
    kinds = [etree.fromstring(filled(path)).get("TipoDeComprobante") for path in sound_samples()]
    assert {kind: kinds.count(kind) for kind in "IEP"} == {"I": 14, "E": 1, "P": 35}


def error_samples() -> list[str]:
    return sorted(path.stem for path in (SAMPLES / "ntlink" / "cfdi-error").glob("CFDI*.xml"))


@pytest.mark.parametrize("code", error_samples())
def test_an_error_sample_is_refused_with_its_code_unless_nobody_can_tell(code: str) -> None:
    document = (SAMPLES / "ntlink" / "cfdi-error" / f"{code}.xml").read_bytes()
    assert JURISDICTION.law.judge(document).verdict == "invalid"
    assert (code in fatal(document)) is (code not in NOT_SHOWN)


def test_the_table_of_rules_holds_every_code_of_the_matrices() -> None:
    published = {row["code"] for row in rows(ROOT / "error_codes.tsv")}
    assert set(codes()) == published
    assert {code for code in NOT_SHOWN if judged(code) == "here"} == {"CFDI40102", "CFDI40106"}


def test_foreign_complements_are_named_and_undecided_never_valid() -> None:
    found = JURISDICTION.law.judge((SAMPLES / "gobl" / "fuel-account-balance.xml").read_bytes())
    assert found.verdict == "undecided"
    assert "CFDI-SCOPE-19" in {one.rule for one in found.findings}
    payroll = JURISDICTION.law.judge((SAMPLES / "satcfdi" / "create40" / "invoice_nomina.xml").read_bytes())
    assert payroll.verdict != "valid"
    assert "CFDI-SCOPE-10" in {one.rule for one in payroll.findings}
    withholding = JURISDICTION.law.judge((SAMPLES / "ntlink" / "cfdi-samples" / "retention-sample.xml").read_bytes())
    assert (withholding.verdict, withholding.recognised) == ("undecided", True)
    assert {one.rule for one in withholding.findings} == {"CFDI-SCOPE-13"}
