"""What may be told of a credential: whose it is, from when to when, by whom issued. Never the secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from gateway.vault import der
from gateway.vault.material import UnusableCredential, load, require

COMMON_NAME, SERIAL_NUMBER, ORGANIZATION, UNIT = "2.5.4.3", "2.5.4.5", "2.5.4.10", "2.5.4.11"
UNIQUE_IDENTIFIER, ORGANIZATION_IDENTIFIER = "2.5.4.45", "2.5.4.97"
SHORT = {
    COMMON_NAME: "CN",
    "2.5.4.4": "SN",
    SERIAL_NUMBER: "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    ORGANIZATION: "O",
    UNIT: "OU",
    "2.5.4.41": "name",
    "2.5.4.42": "GN",
    ORGANIZATION_IDENTIFIER: "organizationIdentifier",
}
# ETSI EN 319 412-1 clause 5.1.3 and 5.1.4: type of the number, country, hyphen, number.
SEMANTICS = ("IDCES-", "PNOES-", "TINES-", "VATES-", "NTRES-")
# ETSI EN 319 412-5 clause 4.2.3: QcType among the qcStatements (RFC 3739 3.2.6) says what the certificate is for.
QC_STATEMENTS, QC_TYPE = "1.3.6.1.5.5.7.1.3", "0.4.0.1862.1.6"
QC_TYPES = {f"{QC_TYPE}.1": "esign", f"{QC_TYPE}.2": "eseal", f"{QC_TYPE}.3": "web"}
USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign"
).split()


def describe(kind: str, fields: Mapping[str, str]) -> Mapping[str, str]:
    """The facts of a credential; a fact that the certificate does not carry is absent.

    `serial_number` is the serial's bytes read as ASCII digits where they are digits (as the SAT numbers certificates),
    else hexadecimal; `serial_hex` always hexadecimal. `qc_type` is what a qualified certificate says it is for:
    `esign` (a person's signature), `eseal` (an entity's seal) or `web`. Times are ISO 8601 UTC. That a certificate has
    expired is a fact and no error. Raises UnusableCredential with the field that is wrong; takes up to 0.1 s of CPU.
    """
    if kind == "secret":
        for name in fields:
            require(fields, name)
        return {}
    material = load(kind, fields)
    facts = certificate_facts(material.certificate) | {"key_type": _key_type(material.key)}
    return {name: value for name, value in facts.items() if value}


def certificate_facts(certificate: x509.Certificate) -> dict[str, str]:
    """The facts of a certificate, empty texts for those that it does not carry."""
    try:
        issuer, subject = der.names(certificate.tbs_certificate_bytes)
    except der.MalformedDer as error:
        raise UnusableCredential("certificate", f"has an unreadable name ({error})") from error
    named = dict(reversed(subject))
    holder = _without_semantics(named.get(SERIAL_NUMBER, ""))
    serial = _serial_bytes(certificate)
    digits = serial.decode() if serial.isdigit() else ""
    return {
        "subject": _line(subject),
        "common_name": named.get(COMMON_NAME, ""),
        "organization": named.get(ORGANIZATION, ""),
        "organizational_unit": named.get(UNIT, ""),
        "issuer": _line(issuer),
        "serial_number": digits or serial.hex(),
        "serial_hex": serial.hex(),
        "serial_digits": digits,
        "rfc": named.get(UNIQUE_IDENTIFIER, "").partition(" / ")[0].strip(),
        "nif": _without_semantics(named.get(ORGANIZATION_IDENTIFIER, "")) or holder,
        "holder_nif": holder,
        "key_usage": _key_usage(certificate),
        "qc_type": _qc_type(certificate),
        "not_before": _utc(certificate.not_valid_before_utc),
        "not_after": _utc(certificate.not_valid_after_utc),
        "fingerprint": certificate.fingerprint(hashes.SHA256()).hex(),
    }


def _serial_bytes(certificate: x509.Certificate) -> bytes:
    number = certificate.serial_number
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8))


def _without_semantics(identifier: str) -> str:
    """B00000018 of IDCES-B00000018; a text of another kind (` / CURP`, a foreign prefix) is no Spanish NIF."""
    identifier = identifier.strip()
    for prefix in SEMANTICS:
        if identifier.upper().startswith(prefix):
            return identifier[len(prefix) :].strip().upper()
    plain = identifier.upper()
    return plain if len(plain) == 9 and plain.isalnum() and plain.isascii() else ""


def _line(name: tuple[tuple[str, str], ...]) -> str:
    """The last attribute first, as RFC 4514 writes names."""
    return ", ".join(f"{SHORT.get(oid, oid)}={value}" for oid, value in reversed(name))


def _key_usage(certificate: x509.Certificate) -> str:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    return " ".join(name for name in USAGES if getattr(usage, name))


def _qc_type(certificate: x509.Certificate) -> str:
    """Empty where the certificate is not qualified, or does not say for what."""
    try:
        found = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(QC_STATEMENTS)).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    raw = getattr(found, "value", b"")  # An extension that `cryptography` does not know comes as its bytes.
    try:
        return " ".join(_qc_types(raw))
    except der.MalformedDer:
        return ""


def _qc_types(statements: bytes) -> Iterator[str]:
    for _, statement in der.elements(der.inside(statements, der.SEQUENCE)):
        parts = list(der.elements(statement))
        if len(parts) == 2 and parts[0][0] == der.OID and der.dotted(parts[0][1]) == QC_TYPE:
            named = (der.dotted(content) for tag, content in der.elements(parts[1][1]) if tag == der.OID)
            yield from (QC_TYPES[one] for one in named if one in QC_TYPES)


def _key_type(key: PrivateKeyTypes) -> str:
    if isinstance(key, RSAPrivateKey):
        return f"rsa-{key.key_size}"
    if isinstance(key, EllipticCurvePrivateKey):
        return f"ec-{key.curve.name}"
    return type(key).__name__.removesuffix("PrivateKey").lower()


def _utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
