"""The signature of a registry's answer: who signed exactly these bytes.

Source: SMP 1.4.0 (an enveloped XML signature, RSA with SHA-256; the signer's certificate comes from the network's own
authority for registries); XML Signature 1.1. Canonical XML 1.1 differs from 1.0 only in attributes `xml:*` that a part
inherits, and here only whole documents and `SignedInfo` are canonicalised.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from jurisdictions.kit.xml import UnreadableXML, parse

_DS = "http://www.w3.org/2000/09/xmldsig#"
_ENVELOPED = f"{_DS}enveloped-signature"
_SIGNED_BY = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_DIGESTED_BY = "http://www.w3.org/2001/04/xmlenc#sha256"
_INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_CANONICAL = {_INCLUSIVE: False, "http://www.w3.org/2006/12/xml-c14n11": False, _EXCLUSIVE: True}
"""Canonicalisations, and whether they are exclusive."""
_MOST_BYTES = 2_000_000


class NotTrusted(ValueError):
    """These bytes are not what a registry of the network signed. The text says why."""


class Signed(NamedTuple):
    """What was signed, as it was signed, and the signer's subject (RFC 4514)."""

    root: etree._Element
    signer: str


def opened(body: bytes, authority: str, at: datetime) -> Signed:
    """The signed document without its signature. `authority` is the PEM of whom signers must come from.

    What is given back is read anew from the very bytes whose digest was signed. Raises NotTrusted.
    """
    try:
        root = parse(body, limit=_MOST_BYTES)
    except UnreadableXML as why:
        raise NotTrusted(str(why)) from None
    signature = root.find(f"{{{_DS}}}Signature")
    if signature is None or len(list(root.iter(f"{{{_DS}}}Signature"))) != 1:
        raise NotTrusted("it does not carry one signature")
    signer = _signer(signature, authority, at)
    info = _one(signature, "SignedInfo")
    reference = _one(info, "Reference")
    _check_signature(signature, info, signer)
    digest = _bytes(_one(reference, "DigestValue"))
    _taken_out(root, signature)
    canonical = _canonical(root, exclusive=_transformed(reference))
    if sha256(canonical).digest() != digest:
        raise NotTrusted("it was changed after it was signed")
    return Signed(parse(canonical), signer.subject.rfc4514_string())


def _signer(signature: etree._Element, authority: str, at: datetime) -> x509.Certificate:
    try:
        shown = x509.load_der_x509_certificate(
            _bytes(_one(_one(_one(signature, "KeyInfo"), "X509Data"), "X509Certificate"))
        )
        root = x509.load_pem_x509_certificate(authority.encode())
        shown.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion) as why:
        raise NotTrusted(f"its signer's certificate does not come from the network's authority: {why}") from None
    if not shown.not_valid_before_utc <= at <= shown.not_valid_after_utc:
        raise NotTrusted("its signer's certificate is not valid now")
    return shown


def _check_signature(signature: etree._Element, info: etree._Element, signer: x509.Certificate) -> None:
    method = _one(info, "CanonicalizationMethod").get("Algorithm", "")
    if method not in _CANONICAL or _one(info, "SignatureMethod").get("Algorithm") != _SIGNED_BY:
        raise NotTrusted("it is signed by an algorithm that the network does not allow")
    key = _public_key(signer)
    if not isinstance(key, rsa.RSAPublicKey):
        raise NotTrusted("its signer's key is no RSA key")
    # Read anew on its own, it carries every namespace that its ancestors declare: inclusive C14N needs them.
    alone = etree.fromstring(etree.tostring(info, with_tail=False))
    try:
        key.verify(
            _bytes(_one(signature, "SignatureValue")),
            _canonical(alone, exclusive=_CANONICAL[method]),
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
    except InvalidSignature:
        raise NotTrusted("its signature is wrong") from None


def _public_key(signer: x509.Certificate) -> object:
    try:
        return signer.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


def _transformed(reference: etree._Element) -> bool:
    """Whether the whole document was canonicalised exclusively. Raises NotTrusted: a part of it, or in another way."""
    transforms = [one.get("Algorithm", "") for one in _one(reference, "Transforms")]
    plain = all(len(one) == 0 for one in _one(reference, "Transforms"))
    method = transforms[1] if len(transforms) == 2 else _INCLUSIVE
    if (
        reference.get("URI") != ""
        or _one(reference, "DigestMethod").get("Algorithm") != _DIGESTED_BY
        or transforms[:1] != [_ENVELOPED]
        or len(transforms) > 2
        or method not in _CANONICAL
        or not plain
    ):
        raise NotTrusted("its signature does not cover the document as the network wants it")
    return _CANONICAL[method]


def _taken_out(root: etree._Element, signature: etree._Element) -> None:
    """Remove the element alone: the text after it belongs to the document."""
    tail, before = signature.tail or "", signature.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        root.text = (root.text or "") + tail
    root.remove(signature)


def _canonical(root: etree._Element, *, exclusive: bool) -> bytes:
    try:
        return etree.tostring(root, method="c14n", exclusive=exclusive, with_comments=False)
    except etree.LxmlError as why:
        raise NotTrusted(f"it has no canonical form: {why}") from None


def _one(parent: etree._Element, name: str) -> etree._Element:
    found = parent.findall(f"{{{_DS}}}{name}")
    if len(found) != 1:
        raise NotTrusted(f"its signature has {len(found)} elements {name}, not one")
    return found[0]


def _bytes(node: etree._Element) -> bytes:
    try:
        return b64decode("".join((node.text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        raise NotTrusted("its signature holds what is no base64") from None
