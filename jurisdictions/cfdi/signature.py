"""An enveloped XML signature in the profile that SAT still asks of a request to cancel.

C14N 1.0, RSA with SHA-1, a SHA-1 digest, the certificate with its issuer and serial number, and the key's value.
Source: W3C XML Signature (2nd edition); SAT, servicio de cancelación; SAT has not moved on from SHA-1. The key never
comes here: what is signed goes to the vault's signer.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from jurisdictions.contract import Keys
from jurisdictions.kit.xml import Markup, document, element

_NS = "http://www.w3.org/2000/09/xmldsig#"
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


Pairs = tuple[tuple[str, str], ...]


def signed(tag: str, content: Markup, attrs: Pairs, prefixes: Pairs, *, keys: Keys, credential: str) -> bytes:
    """The document `<tag>` with its content and, as its last child, the signature over it.

    `prefixes` are the namespace declarations with a prefix at the root: inclusive canonicalisation repeats them in
    what is signed. `attrs` are the root's others. Raises `CredentialMissing` where the issuer has no such credential.
    """
    certificate = keys.certificate(credential)
    bare = element(tag, content, attrs=(*attrs, *prefixes))
    digest = base64.b64encode(hashlib.sha1(_canonical(bare), usedforsecurity=False).digest()).decode()
    # lxml canonicalises a part of a tree with its default namespace lost: SignedInfo is made a document of its own
    message = _canonical(_signed_info(digest, (("xmlns", _NS), *prefixes)))
    value = base64.b64encode(keys.sign(credential, message, "rsa-sha1")).decode()
    signature = element(
        "Signature",
        _signed_info(digest, ()),
        element("SignatureValue", value),
        _key_info(certificate),
        attrs=(("xmlns", _NS),),
    )
    return document(element(tag, content, signature, attrs=(*attrs, *prefixes)))


def _canonical(root: Markup) -> bytes:
    return etree.tostring(etree.fromstring(root.encode()), method="c14n")


def _signed_info(digest: str, attrs: Pairs) -> Markup:
    return element(
        "SignedInfo",
        element("CanonicalizationMethod", attrs=(("Algorithm", _C14N),)),
        element("SignatureMethod", attrs=(("Algorithm", f"{_NS}rsa-sha1"),)),
        element(
            "Reference",
            element("Transforms", element("Transform", attrs=(("Algorithm", f"{_NS}enveloped-signature"),))),
            element("DigestMethod", attrs=(("Algorithm", f"{_NS}sha1"),)),
            element("DigestValue", digest),
            attrs=(("URI", ""),),
        ),
        attrs=attrs,
    )


def _key_info(certificate: bytes) -> Markup:
    parsed = x509.load_der_x509_certificate(certificate)
    return element(
        "KeyInfo",
        element(
            "X509Data",
            element(
                "X509IssuerSerial",
                element("X509IssuerName", parsed.issuer.rfc4514_string()),
                element("X509SerialNumber", str(parsed.serial_number)),
            ),
            element("X509Certificate", base64.b64encode(certificate).decode()),
        ),
        _key_value(parsed.public_key()),
    )


def _key_value(key: object) -> Markup | None:
    if not isinstance(key, RSAPublicKey):
        return None
    numbers = key.public_numbers()
    return element(
        "KeyValue",
        element("RSAKeyValue", element("Modulus", _number(numbers.n)), element("Exponent", _number(numbers.e))),
    )


def _number(value: int) -> str:
    return base64.b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode()
