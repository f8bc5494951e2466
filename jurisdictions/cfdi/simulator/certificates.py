"""What the authority reads in a certificate de sello digital, and whether it trusts it.

The RFC stands in x500UniqueIdentifier (OID 2.5.4.45), before " / "; the number is the serial's bytes read as ASCII.
Some of SAT's certificates carry Latin-1 bytes in a T61String, which a strict reader refuses: those subjects are read
from their DER.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

_UNIQUE_IDENTIFIER = x509.ObjectIdentifier("2.5.4.45")
_UNIQUE_IDENTIFIER_DER = b"\x06\x03\x55\x04\x2d"
_UNIT_DER = b"\x06\x03\x55\x04\x0b"


class Certificate(NamedTuple):
    """The facts of one certificate. `purpose`: `csd`, or `fiel` for an e.firma or anything else."""

    number: str
    rfc: str
    purpose: str
    valid_from: datetime
    valid_until: datetime


@lru_cache(maxsize=512)
def read(der: bytes) -> Certificate | None:
    """The facts of a DER certificate, None where it is none."""
    parsed = _parsed(der)
    if parsed is None:
        return None
    return Certificate(
        _number(parsed.serial_number),
        _rfc(parsed, der),
        _purpose(parsed, der),
        parsed.not_valid_before_utc,
        parsed.not_valid_after_utc,
    )


@lru_cache(maxsize=512)
def issued_by(der: bytes, authority: bytes) -> bool:
    """Whether the authority's key signed this certificate."""
    certificate, issuer = _parsed(der), _parsed(authority)
    if certificate is None or issuer is None or certificate.signature_hash_algorithm is None:
        return False
    key = issuer.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(
            certificate.signature,
            certificate.tbs_certificate_bytes,
            padding.PKCS1v15(),
            certificate.signature_hash_algorithm,
        )
    except InvalidSignature:
        return False
    return True


def sealed_by(der: bytes, seal: bytes, message: bytes) -> bool:
    """Whether the certificate's key made this seal (RSA PKCS#1 v1.5, SHA-256) over the message."""
    key = _public_key(der)
    if key is None:
        return False
    try:
        key.verify(seal, message, padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=512)
def _parsed(der: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return None


@lru_cache(maxsize=512)
def _public_key(der: bytes) -> rsa.RSAPublicKey | None:
    parsed = _parsed(der)
    key = parsed.public_key() if parsed else None
    return key if isinstance(key, rsa.RSAPublicKey) else None


def _number(serial: int) -> str:
    """The serial as twenty ASCII digits, or its decimal digits where the issuer did not follow SAT's habit."""
    text = serial.to_bytes(20, "big").decode("latin-1")
    return text if text.isascii() and text.isdigit() else f"{serial:020d}"[-20:]


def _rfc(parsed: x509.Certificate, der: bytes) -> str:
    try:
        found = parsed.subject.get_attributes_for_oid(_UNIQUE_IDENTIFIER)
        text = str(found[0].value) if found else ""
    except ValueError:
        text = _last_value(der, _UNIQUE_IDENTIFIER_DER)
    return text.partition("/")[0].strip()


def _last_value(der: bytes, oid: bytes) -> str:
    """The short value that follows the OID for the last time: the subject stands after the issuer."""
    place = der.rfind(oid)
    if place < 0:
        return ""
    start = place + len(oid) + 2
    return der[start : start + der[start - 1]].decode("latin-1")


def _purpose(parsed: x509.Certificate, der: bytes) -> str:
    """A CSD may sign and nothing else; an e.firma may also encipher."""
    try:
        usage = parsed.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return "csd" if _UNIT_DER in der else "fiel"
    enciphers = usage.data_encipherment or usage.key_agreement or usage.key_cert_sign
    return "csd" if usage.digital_signature and not enciphers else "fiel"
