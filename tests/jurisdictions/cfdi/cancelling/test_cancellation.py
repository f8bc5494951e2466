"""Cancelling a CFDI: SAT's signed request, byte by byte, and what is found before it is made."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1
from lxml import etree

from jurisdictions.cfdi.cancelling.cancellation import cancellation_findings, seal_cancellation
from jurisdictions.cfdi.cancelling.sentences import SENTENCES, sentence_of
from jurisdictions.cfdi.simulator import cancel_request
from jurisdictions.contract import CaseClass, CredentialMissing, Instruction, Sealed
from schemas.findings import Finding, Severity
from schemas.invoice import Kind
from schemas.states import Standing
from tests.jurisdictions.cfdi.invoices import AT, UUID, invoice, issuer, line, sealing
from tests.jurisdictions.cfdi.payments import Signer, cancellation, other_uuid, receipt, related

NS = "{http://cancelacfd.sat.gob.mx}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def seal(made: Instruction | None = None) -> Sealed:
    return seal_cancellation(sealing(made or cancellation()), Signer())


def verified(document: bytes) -> bool:
    """Whether digest and signature hold, by a reading of our own: canonical forms are cut out of the text here."""
    root = etree.fromstring(document)
    signature = root.find(f"{DS}Signature")
    assert signature is not None
    info = etree.fromstring(etree.tostring(signature[0]))  # alone, with the namespaces of its ancestors
    digest, value, der = (_bytes(signature, name) for name in ("DigestValue", "SignatureValue", "X509Certificate"))
    public = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(public, RSAPublicKey)
    root.remove(signature)
    try:
        public.verify(value, etree.tostring(info, method="c14n"), PKCS1v15(), SHA1())
    except InvalidSignature:
        return False
    return hashlib.sha1(etree.tostring(root, method="c14n"), usedforsecurity=False).digest() == digest


def _bytes(signature: etree._Element, name: str) -> bytes:
    return base64.b64decode(signature.findtext(f".//{DS}{name}", ""))


def findings(made: Instruction, at: datetime = AT) -> dict[str, Finding]:
    return {found.rule: found for found in cancellation_findings(made, issuer(), at)}


def test_the_request_names_the_cfdi_and_the_motive() -> None:
    sealed = seal()
    root = etree.fromstring(sealed.body)
    assert root.tag == f"{NS}Cancelacion"
    assert dict(root.attrib) == {"RfcEmisor": "EKU9003173C9", "Fecha": "2026-11-20T12:00:00"}
    folio = root.find(f"{NS}Folios/{NS}Folio")
    assert folio is not None
    assert dict(folio.attrib) == {"UUID": UUID, "Motivo": "02"}
    assert {"xsd", "xsi"} <= {str(prefix) for prefix in root.nsmap}
    assert (sealed.name, sealed.media_type) == ("cancelacion.xml", "application/xml")
    assert sealed.digest == hashlib.sha256(sealed.body).hexdigest()


def test_its_attributes_are_what_the_talk_needs() -> None:
    assert dict(seal().attributes) == {
        "uuid": UUID,
        "motivo": "02",
        "fecha": "2026-11-20T12:00:00",
        "rfc": "EKU9003173C9",
        "receptor_rfc": "URE180429TM6",
        "total": "1160.00",
        "sello_last8": "AbCdEf0=",
        "tipo": "I",
        "pac": "sw",
        "zona": "America/Mexico_City",
    }


def test_only_motive_01_names_what_takes_the_place() -> None:
    replaced = seal(cancellation("cancel_01", replacement=related()))
    assert b'Motivo="01" FolioSustitucion="' + other_uuid(18).encode() in replaced.body
    assert replaced.attributes["folio_sustitucion"] == other_uuid(18)
    other = seal(cancellation("cancel_03", replacement=related()))
    assert b"FolioSustitucion" not in other.body
    assert "folio_sustitucion" not in other.attributes


def test_the_signature_is_verified_by_another_reading() -> None:
    body = seal().body
    assert verified(body)
    assert not verified(body.replace(b'Motivo="02"', b'Motivo="03"'))
    assert not verified(body.replace(b"/2000/09/xmldsig#sha1", b"/2000/09/xmldsig#sha2"))


def test_the_simulated_authority_reads_the_request() -> None:
    read = cancel_request.read(seal(cancellation("cancel_01", replacement=related())).body)
    assert isinstance(read, cancel_request.CancelRequest)
    assert read.folios == (cancel_request.Folio(UUID, "01", other_uuid(18)),)


def test_an_ampersand_in_the_rfc_is_signed_as_one() -> None:
    body = seal(cancellation(attributes={"rfc": "H&E951128469"})).body
    assert b'RfcEmisor="H&amp;E951128469"' in body
    assert verified(body)


def test_the_key_info_tells_certificate_issuer_and_key() -> None:
    root = etree.fromstring(seal().body)
    certificate = x509.load_der_x509_certificate(Signer().certificate("csd"))
    assert root.findtext(f".//{DS}X509SerialNumber") == str(certificate.serial_number)
    assert root.findtext(f".//{DS}X509IssuerName") == certificate.issuer.rfc4514_string()
    assert root.findtext(f".//{DS}Exponent") == "AQAB"
    assert root.find(f".//{DS}SignatureMethod[@Algorithm='{DS[1:-1]}rsa-sha1']") is not None


def test_the_same_wish_has_the_same_fingerprint() -> None:
    first, later = (
        seal_cancellation(sealing(cancellation(), at=AT + timedelta(hours=hours)), Signer()) for hours in (0, 1)
    )
    assert first.body != later.body
    assert first.fingerprint == later.fingerprint != seal(cancellation("cancel_03")).fingerprint


def test_what_is_not_said_is_not_cancelled() -> None:
    with pytest.raises(ValueError, match="what it cancels"):
        seal(msgspec.structs.replace(cancellation(), cancellation=None))


def test_without_a_csd_nothing_is_signed() -> None:
    class Empty(Signer):
        def certificate(self, credential: str) -> bytes:
            raise CredentialMissing(credential)

    with pytest.raises(CredentialMissing):
        seal_cancellation(sealing(cancellation()), Empty())


def test_a_sound_wish_has_no_findings() -> None:
    assert findings(cancellation()) == {}
    named = related()
    assert findings(cancellation("cancel_01", replacement=named, related=(named,))) == {}


@pytest.mark.parametrize(
    ("made", "rule", "pointer"),
    [
        (cancellation(standing=Standing.NONE), "CFDI-CANCEL-02", "/option"),
        (cancellation(standing=Standing.CANCEL_PENDING), "CFDI-CANCEL-02", "/option"),
        (cancellation(standing=Standing.CANCELLED), "CFDI-CANCEL-02", "/option"),
        (cancellation(external_id="123"), "CFDI-CANCEL-02", "/option"),
        (cancellation("anulacion"), "CFDI-CANCEL-03", "/option"),
        (cancellation("cancel_04"), "CFDI-CANCEL-03", "/option"),
        (cancellation("cancel_03", receipt().invoice), "CFDI-CANCEL-03", "/option"),
        (cancellation("cancel_01"), "CFDI-CANCEL-04", "/replacement"),
        (cancellation("cancel_01", replacement=related(standing=Standing.NONE)), "CFDI-CANCEL-04", "/replacement"),
        (cancellation("cancel_01", replacement=related(uuid=None)), "CFDI-CANCEL-04", "/replacement"),
        (cancellation("cancel_01", replacement=related(uuid=UUID)), "CFDI-CANCEL-04", "/replacement"),
        (cancellation("cancel_01", replacement=related(kind=Kind.CREDIT_NOTE)), "CFDI-CANCEL-04", "/replacement"),
        (cancellation(related=(related("P-1", Kind.RECEIPT),)), "CFDI-CANCEL-06", "/option"),
        (cancellation(related=(related("P-1", Kind.RECEIPT, Standing.CANCEL_PENDING),)), "CFDI-CANCEL-06", "/option"),
        (cancellation(related=(related("N-1", Kind.CREDIT_NOTE),)), "CFDI-CANCEL-06", "/option"),
        (cancellation(attributes={"fecha": "2025-06-01T12:00:00"}), "CFDI-CANCEL-07", "/option"),
        (msgspec.structs.replace(cancellation(), cancellation=None), "CFDI-CANCEL-01", "/option"),
    ],
)
def test_what_sat_would_refuse(made: Instruction, rule: str, pointer: str) -> None:
    found = findings(made)[rule]
    assert (found.severity, found.pointer) == (Severity.FATAL, pointer)


def test_receipts_go_before_their_invoice() -> None:
    found = findings(cancellation(related=(related("P-1", Kind.RECEIPT),)))["CFDI-CANCEL-06"]
    assert "receipt of payment P-1" in found.message
    assert found.fix == "Cancel P-1 first."
    coming = msgspec.structs.replace(related("P-1", Kind.RECEIPT, Standing.NONE), on_its_way=True)
    assert findings(cancellation(related=(coming,)))["CFDI-CANCEL-06"].fix == (
        "Wait for its stamp, then cancel P-1 first."
    )
    refused = related("P-1", Kind.RECEIPT, Standing.NONE)
    assert findings(cancellation(related=(refused,))) == {}
    gone = related("P-1", Kind.RECEIPT, Standing.CANCELLED)
    assert findings(cancellation(related=(gone,))) == {}


def test_what_takes_the_place_does_not_stand_in_the_way() -> None:
    named = related()
    both = findings(cancellation("cancel_01", replacement=named, related=(named, related("P-1", Kind.RECEIPT))))
    assert set(both) == {"CFDI-CANCEL-06"}


def test_a_replacement_that_does_not_name_the_invoice_is_warned_about() -> None:
    found = findings(cancellation("cancel_01", replacement=related()))["CFDI-CANCEL-09"]
    assert found.severity is Severity.WARNING


def test_a_receipt_is_replaced_by_a_receipt() -> None:
    named = related("P-2", Kind.RECEIPT)
    assert findings(cancellation("cancel_01", receipt().invoice, replacement=named)) == {}


def test_a_surplus_replacement_is_left_out_with_a_warning() -> None:
    found = findings(cancellation("cancel_02", replacement=related()))
    assert found["CFDI-CANCEL-05"].severity is Severity.WARNING


def test_a_global_invoice_may_lose_a_ticket() -> None:
    period = {"informacion_global": {"periodicidad": "01", "meses": "11", "anio": 2026}}
    made = msgspec.structs.replace(invoice(), extensions={"cfdi": period})
    assert findings(cancellation("cancel_04", made)) == {}


@pytest.mark.parametrize(
    ("rfc", "last"),
    [("EKU9003173C9", datetime(2027, 4, 1, 6, tzinfo=UTC)), ("XOJI740919U48", datetime(2027, 5, 1, 6, tzinfo=UTC))],
)
def test_the_time_ends_with_the_month_of_the_annual_return(rfc: str, last: datetime) -> None:
    made = cancellation(attributes={"rfc": rfc})
    assert "CFDI-CANCEL-07" not in findings(made, last - timedelta(seconds=1))
    assert "CFDI-CANCEL-07" in findings(made, last)


def test_where_silence_is_no_consent_is_told() -> None:
    assert findings(cancellation(refused_before=1))["CFDI-CANCEL-08"].severity is Severity.WARNING
    fuel = invoice(line(extensions={"cfdi": {"clave_prod_serv": "15101514", "clave_unidad": "LTR"}}))
    assert "CFDI-CANCEL-08" in findings(cancellation(made=fuel))
    small = {"total": "1000.00"}
    assert findings(cancellation(refused_before=1, attributes=small)) == {}
    of_a_receipt = cancellation(made=receipt().invoice, refused_before=1, attributes={"total": "0", "tipo": "P"})
    assert "CFDI-CANCEL-08" in findings(of_a_receipt)  # since 2026 receipts are not among the small ones
    assert seal(cancellation(refused_before=1)).attributes["refused_before"] == "1"


def test_the_csd_is_looked_at() -> None:
    bare = cancellation_findings(cancellation(), issuer(credentials={}), AT)
    assert {found.rule for found in bare} == {"CFDI-CSD-01"}


def test_every_answer_has_a_sentence() -> None:
    assert {str(code) for code in range(201, 214)} <= set(SENTENCES)
    assert {str(code) for code in range(300, 313)} <= set(SENTENCES)
    told = sentence_of("SAT-CANCEL-REFUSED")
    assert told is not None
    assert told.case_class is CaseClass.BUYER_DISPUTE
    assert sentence_of("SAT-CANCEL-204") is sentence_of("204")
    assert sentence_of("999") is None
