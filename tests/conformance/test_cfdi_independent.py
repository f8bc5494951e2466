"""What we seal and sign as satcfdi reads it: a signer and reader of CFDI that has nothing to do with ours.

Its own known defects are left aside: three of its five time zones are wrong, it orders the names of X509IssuerName its
own way, and it groups rates by their text; none of them touches a cadena, a seal or a signed cancellation.
"""

import base64
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from jurisdictions.cfdi.cadena import cadena
from jurisdictions.cfdi.cancelling.cancellation import seal_cancellation
from jurisdictions.contract import InstructionKind
from tests.jurisdictions.cfdi import invoices
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.payments import RECEIPTS, Signer, cancellation, other_uuid, receipt, related
from tests.jurisdictions.cfdi.simulated import holder

pytestmark = [pytest.mark.conformance, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
pytest.importorskip("satcfdi", reason="satcfdi is not installed: it comes with the development tools")

CFDI = "http://www.sat.gob.mx/cfd/4"
CANCEL = "{http://cancelacfd.sat.gob.mx}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
MADE = {**DOCUMENTS, **{f"receipt_{name}": (lambda make=make: receipt(make())) for name, make in RECEIPTS.items()}}


@cache
def sealed(name: str) -> bytes:
    return invoices.seal(MADE[name](), number="P-9" if name.startswith("receipt_") else "A-17").body


def certificate(der: bytes) -> Any:
    from satcfdi.models.certificate import Certificate

    return Certificate.load_certificate(der)


@pytest.mark.parametrize("name", MADE)
def test_the_seal_holds_over_sats_own_cadena(name: str) -> None:
    """The cadena is made by SAT's XSLT, which the package carries, and the seal verified by its certificate."""
    from satcfdi.transform import xslt_transform

    root = etree.fromstring(sealed(name))
    original = str(xslt_transform(f"{{{CFDI}}}Comprobante", "4.0")(root))
    assert original == cadena(root)
    by = certificate(base64.b64decode(root.attrib["Certificado"]))
    assert by.verify_sha256(original.encode(), base64.b64decode(root.attrib["Sello"]))
    assert not by.verify_sha256(original.replace("|4.0|", "|4.1|").encode(), base64.b64decode(root.attrib["Sello"]))
    assert by.certificate_number == root.get("NoCertificado")
    assert str(by.rfc) == root.find(f"{{{CFDI}}}Emisor").get("Rfc")


@pytest.mark.parametrize("name", MADE)
def test_what_it_reads_and_writes_again_has_the_same_cadena(name: str) -> None:
    from satcfdi.cfdi import CFDI as Document

    root = etree.fromstring(sealed(name))
    assert Document.from_string(sealed(name)).cadena_original() == cadena(root)


def as_signer(signer: Signer) -> Any:
    from satcfdi.models import Signer as Other

    key = signer.by.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return Other.load(signer.by.der, key)


@pytest.mark.parametrize("option", ["cancel_01", "cancel_02", "cancel_03", "cancel_04"])
def test_a_cancellation_is_signed_as_it_signs_one(option: str) -> None:
    """Digest and signature are those that it makes with the same key of the same request, and its reading verifies."""
    from datetime import datetime

    from satcfdi.create.cancela.cancelacion import Cancelacion, Folio

    signer = Signer(holder())
    replaced = {"replacement": related(uuid=other_uuid(18))} if option == "cancel_01" else {}
    made = cancellation(option, **replaced)
    assert made.kind is InstructionKind.CANCEL
    ours = etree.fromstring(seal_cancellation(invoices.sealing(made), signer).body)
    folio = ours.find(f".//{CANCEL}Folio")
    assert folio is not None
    theirs = Cancelacion(
        emisor=as_signer(signer),
        folios=Folio(folio.get("UUID"), folio.get("Motivo"), folio.get("FolioSustitucion")),
        fecha=datetime.fromisoformat(ours.attrib["Fecha"]),
    ).to_xml()
    for name in ("DigestValue", "SignatureValue", "X509Certificate", "X509SerialNumber"):
        assert _text(ours, name) == _text(theirs, name), name
    info = etree.fromstring(etree.tostring(ours.find(f".//{DS}SignedInfo")))
    signature = base64.b64decode(_text(ours, "SignatureValue"))
    assert certificate(signer.by.der).verify_sha1(etree.tostring(info, method="c14n"), signature)


def _text(root: etree._Element, name: str) -> str:
    return "".join((root.findtext(f".//{DS}{name}") or "").split())
