"""Receipts of payment and cancellations against SAT's published files and other people's documents."""

import base64
import csv
import hashlib
from datetime import date, timedelta
from decimal import localcontext
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.cancelling.cancellation import seal_cancellation
from jurisdictions.cfdi.rules.payment_rules import RULES
from jurisdictions.cfdi.rules.payment_sentences import AUTHORITY_ONLY, SENTENCES, UNREACHABLE
from jurisdictions.cfdi.rules.reading import EXACT, read, run
from tests.jurisdictions.cfdi import invoices
from tests.jurisdictions.cfdi.cancelling.test_cancellation import verified
from tests.jurisdictions.cfdi.payments import RECEIPTS, Signer, cancellation, receipt, related
from tests.jurisdictions.cfdi.simulated import Holder
from tests.official import official

pytestmark = pytest.mark.conformance

ROOT = official("cfdi")
ERRORS = ROOT / "samples" / "ntlink" / "pagos-error"
PAGOS = "{http://www.sat.gob.mx/Pagos20}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
NOT_SHOWN = {
    "CRP20216": AUTHORITY_ONLY["CRP20216"],
    "CRP20222": AUTHORITY_ONLY["CRP20222"],
    "CRP20263": "Its two rows of ISR stand in the document, not in the payment, whose one row has a wrong name.",
}
"""Error samples whose code nothing in them shows, and why."""
csv.field_size_limit(10**7)


class Local(etree.Resolver):
    """SAT's imports, found in the folder of the official artefacts."""

    def resolve(self, url, public_id, context):
        path = url.partition("/sitio_internet/cfd/")[2]
        found = ROOT / "schemas" / "cfd" / path
        return self.resolve_filename(str(found), context) if path and found.is_file() else None


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """SAT's own schema of CFDI together with that of Pagos 2.0."""
    parser = etree.XMLParser()
    parser.resolvers.add(Local())
    folder = ROOT / "schemas" / "cfd"
    both = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:import namespace="http://www.sat.gob.mx/cfd/4" schemaLocation="{(folder / "4" / "cfdv40.xsd").as_uri()}"/>
      <xs:import namespace="{PAGOS[1:-1]}" schemaLocation="{(folder / "Pagos" / "Pagos20.xsd").as_uri()}"/>
    </xs:schema>"""
    return etree.XMLSchema(etree.fromstring(both, parser))


@pytest.mark.parametrize("name", RECEIPTS)
def test_our_receipts_are_valid_under_the_official_schemas(schema: etree.XMLSchema, name: str) -> None:
    root = etree.fromstring(invoices.seal(receipt(RECEIPTS[name]()), number="P-9").body)
    assert schema.validate(root), schema.error_log


@pytest.mark.parametrize("name", RECEIPTS)
def test_our_receipts_are_judged_valid_with_their_seal(name: str) -> None:
    judgement = JURISDICTION.law.judge(invoices.seal(receipt(RECEIPTS[name]()), number="P-9").body)
    assert judgement.verdict == "valid", judgement.findings


def rules_broken(path: Path) -> set[str]:
    """The codes of Pagos 2.0 alone that a sample breaks; a time that is a blank is one of its own days."""
    with localcontext(EXACT):
        return {one.rule for one in run(RULES, read(etree.parse(str(path)).getroot(), date(2022, 3, 24)))}


def test_the_samples_of_errors_show_their_codes() -> None:
    missed = {path.stem for path in ERRORS.glob("CRP*.xml") if path.stem not in rules_broken(path)}
    assert missed == NOT_SHOWN.keys()
    assert len(list(ERRORS.glob("CRP*.xml"))) == 65


def test_every_published_code_has_a_sentence() -> None:
    with (ROOT / "error_codes.tsv").open(encoding="utf-8", newline="") as file:
        published = {row["code"] for row in csv.DictReader(file, delimiter="\t") if row["code"].startswith("CRP")}
    assert set(SENTENCES) == published
    assert AUTHORITY_ONLY.keys() | UNREACHABLE.keys() <= published


def test_the_bank_forms_are_those_of_the_catalogue() -> None:
    """Ways to pay that may name accounts, and no other, are those that c_FormaPago calls banked."""
    with (ROOT / "catalogs" / "csv" / "cfdi_40_formas_pago.csv").open(encoding="utf-8", newline="") as file:
        banked = {row["id"] for row in csv.DictReader(file) if row["es_bancarizado"]}
    named = set()
    sealed = invoices.seal(receipt(RECEIPTS["bank"]()), number="P-9").body
    for code in ("01", "02", "03", "04", "05", "06", "08", "12", "17", "28", "29", "30", "31"):
        body = sealed.replace(b'FormaDePagoP="03"', f'FormaDePagoP="{code}"'.encode())
        if "CRP20224" not in {one.rule for one in JURISDICTION.law.judge(body).findings}:
            named.add(code)
    assert named == banked


def legacy(certificate: bytes) -> SignatureConfiguration:
    """What SAT still asks of a cancellation, on a day on which the certificate was valid."""
    return SignatureConfiguration(
        signature_methods=frozenset({SignatureMethod.RSA_SHA1}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA1}),
        verification_time=x509.load_der_x509_certificate(certificate).not_valid_before_utc + timedelta(days=1),
    )


def pem(certificate: bytes) -> bytes:
    encoded = base64.encodebytes(certificate).decode()
    return f"-----BEGIN CERTIFICATE-----\n{encoded}-----END CERTIFICATE-----\n".encode()


def test_cancellations_are_verified_by_an_independent_reader_with_every_csd() -> None:
    """signxml verifies what we sign with each of SAT's test CSDs, seven of which carry letters as T61String."""
    reader, verified_by_signxml = XMLVerifier(), 0
    reader.excise_empty_xmlns_declarations = True  # lxml loses the default namespace when it canonicalises a part
    for path in sorted((ROOT / "certs").glob("*_csd.cer")):
        der, rfc = path.read_bytes(), path.stem.removesuffix("_csd").upper()
        private = load_der_private_key(path.with_suffix(".key").read_bytes(), b"12345678a")
        assert isinstance(private, RSAPrivateKey)
        made = cancellation("cancel_01", replacement=related(), attributes={"rfc": rfc})
        body = seal_cancellation(invoices.sealing(made), Signer(Holder(der, private))).body
        assert verified(body), path.name
        try:
            signed = reader.verify(body, x509_cert=pem(der), expect_config=legacy(der))
        except ValueError as why:  # cryptography, which signxml reads the subject with, knows no T61String
            assert "T61" in str(why) or "parsing" in str(why), path.name
            continue
        assert not isinstance(signed, list)
        assert signed.signed_xml is not None
        assert signed.signed_xml.get("RfcEmisor") == rfc
        verified_by_signxml += 1
    assert verified_by_signxml >= 20


@pytest.mark.parametrize(
    "name",
    [
        "cancelacion.xml",
        "cancelacionretencion.xml",
        "xmlcancelacion_cancellation-signed.xml",
        "xmlcancelacion_cancellation-answer-signed.xml",
        "xmlcancelacion_obtain-related-signed.xml",
    ],
)
def test_the_published_requests_hold_under_the_reading_that_ours_are_tested_by(name: str) -> None:
    """They were indented for reading after they were signed; without that, digest and signature hold."""
    root = etree.parse(str(ROOT / "cancel" / name), etree.XMLParser(remove_blank_text=True)).getroot()
    assert verified(etree.tostring(root))


def test_our_request_is_digested_as_the_published_one_is() -> None:
    """The same two folios, written by us and in the published sample, have the same canonical form."""
    root = etree.parse(str(ROOT / "cancel" / "cancelacion.xml"), etree.XMLParser(remove_blank_text=True)).getroot()
    folio = root.findall(".//{http://cancelacfd.sat.gob.mx}Folio")[1]
    ours = etree.fromstring(seal_cancellation(invoices.sealing(cancellation()), Signer()).body)
    for element in (root, ours):
        signature = element.find(f"{DS}Signature")
        assert signature is not None
        element.remove(signature)
    root.remove(root[0])
    root.set("RfcEmisor", "EKU9003173C9")
    root.set("Fecha", ours.get("Fecha", ""))
    folio.set("UUID", invoices.UUID)
    first, second = (hashlib.sha1(etree.tostring(one, method="c14n")).digest() for one in (root, ours))
    assert first == second
