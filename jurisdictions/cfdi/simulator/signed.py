"""The enveloped signature of what is handed to SAT's cancellation services, verified by SAT's own rules.

XMLDSig of 2008: C14N 1.0, SHA-1, RSA with SHA-1, over the document without its Signature, with the certificate in
KeyInfo.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from copy import deepcopy
from hashlib import sha1

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from lxml import etree

from jurisdictions.cfdi.simulator import certificates
from jurisdictions.cfdi.simulator.refusals import Fault

DSIG = "http://www.w3.org/2000/09/xmldsig#"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


def signer(root: etree._Element) -> tuple[certificates.Certificate, bytes] | Fault:
    """The certificate that signed the document and its DER, or 302 and why the signature does not stand."""
    der = _certificate(root)
    certificate = certificates.read(der)
    if certificate is None:
        return Fault("302", "KeyInfo no contiene un certificado")
    wrong = _signature(root, der)
    return Fault("302", wrong) if wrong else (certificate, der)


def _certificate(root: etree._Element) -> bytes:
    text = root.findtext(f"{{{DSIG}}}Signature/{{{DSIG}}}KeyInfo/{{{DSIG}}}X509Data/{{{DSIG}}}X509Certificate") or ""
    return _bytes(text)


def _bytes(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (NotBase64, ValueError):
        return b""


def _signature(root: etree._Element, der: bytes) -> str:
    """Why the signature does not stand, empty where it does."""
    signature = root.find(f"{{{DSIG}}}Signature")
    signed = signature.find(f"{{{DSIG}}}SignedInfo") if signature is not None else None
    if signature is None or signed is None:
        return "falta SignedInfo"
    unusual = _algorithms(signed)
    if unusual:
        return unusual
    if signature.find(f"{{{DSIG}}}KeyInfo/{{{DSIG}}}X509Data/{{{DSIG}}}X509IssuerSerial") is None:
        return "falta X509IssuerSerial"
    told = _bytes(signed.findtext(f"{{{DSIG}}}Reference/{{{DSIG}}}DigestValue") or "")
    if sha1(_without_signature(root), usedforsecurity=False).digest() != told:
        return "la digestión del documento no es la de SignedInfo"
    key = x509.load_der_x509_certificate(der).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return "la llave del certificado no es RSA"
    value = _bytes(signature.findtext(f"{{{DSIG}}}SignatureValue") or "")
    try:
        key.verify(value, _canonical(signed), padding.PKCS1v15(), SHA1())  # noqa: S303  the authority's own choice
    except InvalidSignature:
        return "SignatureValue no es la firma de SignedInfo"
    return ""


def _algorithms(signed: etree._Element) -> str:
    """The words for an algorithm that SAT does not take, empty where all are its own."""
    expected = {
        "CanonicalizationMethod": _C14N,
        "SignatureMethod": f"{DSIG}rsa-sha1",
        "Reference/Transforms/Transform": f"{DSIG}enveloped-signature",
        "Reference/DigestMethod": f"{DSIG}sha1",
    }
    for path, algorithm in expected.items():
        found = signed.findall("/".join(f"{{{DSIG}}}{step}" for step in path.split("/")))
        if len(found) != 1 or found[0].get("Algorithm") != algorithm:
            return f"{path} no es {algorithm}"
    reference = signed.findall(f"{{{DSIG}}}Reference")
    return "" if len(reference) == 1 and reference[0].get("URI") == "" else "Reference no señala el documento entero"


def _without_signature(root: etree._Element) -> bytes:
    """The canonical form of the document without its Signature; the white space around it stays."""
    copy = deepcopy(root)
    signature = copy.find(f"{{{DSIG}}}Signature")
    if signature is not None:
        before = signature.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + (signature.tail or "")
        else:
            copy.text = (copy.text or "") + (signature.tail or "")
        copy.remove(signature)
    return _canonical(copy)


def _canonical(node: etree._Element) -> bytes:
    """C14N 1.0 of the element with the namespaces that it inherits.

    It is read anew first: libxml2 2.14 writes a false xmlns="" below an element that has an empty attribute when it
    canonicalises a part of a tree."""
    return etree.tostring(etree.fromstring(etree.tostring(node, with_tail=False)), method="c14n")
