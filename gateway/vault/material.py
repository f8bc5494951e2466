"""Keys and certificates out of a credential's fields, or the field that is wrong."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)

from gateway.vault import der

PEM = b"-----BEGIN "


class UnusableCredential(ValueError):
    """A credential whose `field` cannot be used, and why. The text never carries the secret."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class KeyMaterial:
    """A private key with its certificate, and the chain that came along. It stays inside the vault."""

    key: PrivateKeyTypes
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    def __repr__(self) -> str:
        return "KeyMaterial(…)"


def load(kind: str, fields: Mapping[str, str]) -> KeyMaterial:
    """The material of a `pkcs12` or a `key_pair`. Takes up to 0.1 s of CPU. Raises UnusableCredential."""
    if kind == "pkcs12":
        return _pkcs12(fields)
    if kind == "key_pair":
        return _key_pair(fields)
    raise UnusableCredential("kind", f"a credential of kind {kind} holds no key")


def require(fields: Mapping[str, str], name: str) -> str:
    """A field's text. Raises UnusableCredential where it is absent or blank."""
    value = fields.get(name, "")
    if not value.strip():
        raise UnusableCredential(name, "is missing")
    return value


def _pkcs12(fields: Mapping[str, str]) -> KeyMaterial:
    data = _binary(fields, "p12")
    try:
        bundle = pkcs12.load_pkcs12(data, fields.get("password", "").encode())
    except ValueError:
        if der.looks_like_pkcs12(data):
            raise UnusableCredential("password", "does not open the PKCS#12") from None
        raise UnusableCredential("p12", "is not a PKCS#12 file") from None
    if bundle.key is None:
        raise UnusableCredential("p12", "holds no private key")
    if bundle.cert is None:
        raise UnusableCredential("p12", "holds no certificate of its private key")
    chain = tuple(extra.certificate for extra in bundle.additional_certs)
    return KeyMaterial(bundle.key, bundle.cert.certificate, chain)


def _key_pair(fields: Mapping[str, str]) -> KeyMaterial:
    certificate = _certificate(_binary(fields, "certificate"))
    key = _private_key(_binary(fields, "private_key"), fields.get("password", "").encode())
    if _public_bytes(key.public_key()) != _public_bytes(certificate.public_key()):
        raise UnusableCredential("private_key", "is not the key of this certificate")
    return KeyMaterial(key, certificate)


def _certificate(data: bytes) -> x509.Certificate:
    try:
        if data.startswith(PEM):
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except ValueError:
        raise UnusableCredential("certificate", "is not an X.509 certificate") from None


def _private_key(data: bytes, password: bytes) -> PrivateKeyTypes:
    armoured = data.startswith(PEM)
    encrypted = b"ENCRYPTED" in data if armoured else der.looks_like_encrypted_key(data)
    if encrypted and not password:
        raise UnusableCredential("password", "is missing, and the private key is encrypted")
    read = load_pem_private_key if armoured else load_der_private_key
    try:
        return read(data, password if encrypted else None)
    except (ValueError, TypeError):
        if encrypted:
            raise UnusableCredential("password", "does not open the private key") from None
        raise UnusableCredential("private_key", "is not a private key") from None


def _public_bytes(key: object) -> bytes:
    to_bytes = getattr(key, "public_bytes")  # noqa: B009  every public key type has it; their union has no name
    found = to_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert isinstance(found, bytes)  # noqa: S101  for the type checker
    return found


def _binary(fields: Mapping[str, str], name: str) -> bytes:
    """A field as bytes: base64 with or without line ends, or a PEM text as it is."""
    value = require(fields, name).strip()
    if value.startswith(PEM.decode()):
        return value.encode()
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnusableCredential(name, "is not base64") from None
