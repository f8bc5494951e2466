"""The certificates of the sandbox, built in the shapes of the real ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Attributes = Iterable[tuple[ObjectIdentifier, str | None]]

BACKDATED = timedelta(days=30)  # A test clock may stand a little behind ours.
AUTHORITY_LASTS = timedelta(days=3650)
LEAF_LASTS = timedelta(days=1460)  # four years, as the SAT gives a CSD
SEAL_USAGE = ("digital_signature", "content_commitment")
FIEL_USAGE = (*SEAL_USAGE, "data_encipherment", "key_agreement")
USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign "
    "encipher_only decipher_only"
).split()


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def subject(attributes: Attributes) -> x509.Name:
    """A name of the attributes that have a value, in this order."""
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes if value])


def digits_serial(digits: str) -> int:
    """20 ASCII digits as the number whose bytes they are (the SAT's numbering)."""
    if len(digits) != 20 or not (digits.isascii() and digits.isdigit()):
        raise ValueError("a certificate number has 20 digits")
    return int.from_bytes(digits.encode())


def authority_certificate(key: PrivateKey, at: datetime) -> x509.Certificate:
    """The self-signed root."""
    name = subject([(NameOID.COMMON_NAME, "Sandbox Authority"), (NameOID.ORGANIZATION_NAME, "Gateway Sandbox")])
    builder = _builder(name, name, key, x509.random_serial_number(), at, AUTHORITY_LASTS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(("key_cert_sign", "crl_sign", "digital_signature")), critical=True)
    return builder.sign(key, hashes.SHA256())


def leaf_certificate(
    issuer: x509.Certificate,
    issuer_key: PrivateKey,
    *,
    name: x509.Name,
    key: PrivateKey,
    at: datetime,
    usage: Iterable[str],
    purposes: Iterable[ObjectIdentifier] = (),
    hosts: Iterable[str] = (),
    serial: int | None = None,
    statements: x509.UnrecognizedExtension | None = None,
) -> x509.Certificate:
    """A certificate that the sandbox's authority gives to `key`, valid from a month before `at` on."""
    number = serial if serial is not None else x509.random_serial_number()
    builder = _builder(name, issuer.subject, key, number, at, LEAF_LASTS)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(usage), critical=True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
    )
    if purposes := tuple(purposes):
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if names := [_general_name(host) for host in hosts]:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if statements is not None:
        builder = builder.add_extension(statements, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


QC_STATEMENTS = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_ETSI = bytes.fromhex("04008e4601")  # 0.4.0.1862.1, ETSI EN 319 412-5
_ESIGN, _ESEAL = 1, 2


def qualified(*, seal: bool) -> x509.UnrecognizedExtension:
    """qcStatements of a qualified certificate: that it is one (QcCompliance), and whether it signs for a person or
    seals for an entity (QcType)."""
    kind = _der(0x06, _ETSI + bytes((6, _ESEAL if seal else _ESIGN)))
    compliance = _der(0x30, _der(0x06, _ETSI + b"\x01"))
    purpose = _der(0x30, _der(0x06, _ETSI + b"\x06") + _der(0x30, kind))
    return x509.UnrecognizedExtension(QC_STATEMENTS, _der(0x30, compliance + purpose))


def _der(tag: int, content: bytes) -> bytes:
    """An element of fewer than 128 bytes."""
    return bytes((tag, len(content))) + content


CLIENT = (ExtendedKeyUsageOID.CLIENT_AUTH,)
SERVER = (ExtendedKeyUsageOID.SERVER_AUTH,)


def _builder(
    name: x509.Name, issuer: x509.Name, key: PrivateKey, serial: int, at: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(serial).not_valid_before(at - BACKDATED).not_valid_after(at + lasts)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _usage(names: Iterable[str]) -> x509.KeyUsage:
    wanted = frozenset(names)
    return x509.KeyUsage(**{name: name in wanted for name in USAGES})


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
