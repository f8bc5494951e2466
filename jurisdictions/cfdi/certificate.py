"""What a CSD says: its number, its RFC, its days, and whether it is a CSD at all.

Some of SAT's certificates carry Ñ and Ó as T61String with Latin-1 bytes, which `cryptography` refuses to read as a
subject; the subject is therefore read from the DER itself. Sources: Anexo 20 apartado I.B; OID 2.5.4.45
(x500UniqueIdentifier).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_UNIQUE_IDENTIFIER = bytes.fromhex("060355042d")
_ORGANIZATIONAL_UNIT = bytes.fromhex("060355040b")
_LATIN = 0x14


class UnreadableCertificate(ValueError):
    """Not a DER X.509 certificate with an RSA key."""


@dataclass(frozen=True)
class Certificate:
    """`number` is the 20 digits of NoCertificado; `rfc` the holder's, without the legal representative's.

    `is_csd`: a Certificado de Sello Digital names the branch that seals (an OU) and only signs. An e.firma (FIEL) has
    no OU and may do more; a PAC refuses it with code 306.
    """

    number: str
    rfc: str | None
    not_before: datetime
    not_after: datetime
    is_csd: bool
    public_key: RSAPublicKey


@lru_cache(maxsize=1024)
def read_certificate(der: bytes) -> Certificate:
    """The facts of a DER certificate. Raises `UnreadableCertificate`."""
    try:
        parsed = x509.load_der_x509_certificate(der)
        key = parsed.public_key()
        subject = dict(_subject(parsed.tbs_certificate_bytes))
    except (ValueError, IndexError) as why:
        raise UnreadableCertificate(str(why)) from why
    if not isinstance(key, RSAPublicKey):
        raise UnreadableCertificate("the key is not RSA")
    holder = subject.get(_UNIQUE_IDENTIFIER)
    return Certificate(
        number=certificate_number(parsed.serial_number),
        rfc=holder.split("/")[0].strip() if holder else None,
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
        is_csd=bool(subject.get(_ORGANIZATIONAL_UNIT)) and not _beyond_seals(parsed),
        public_key=key,
    )


def _beyond_seals(certificate: x509.Certificate) -> bool:
    """Whether the key may do what only an e.firma may: encipher data, agree on keys."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return usage.data_encipherment or usage.key_agreement


def certificate_number(serial: int) -> str:
    """NoCertificado: the serial number's bytes read as ASCII digits; any other serial as 20 decimal digits."""
    text = serial.to_bytes((serial.bit_length() + 7) // 8 or 1, "big").decode("latin-1")
    return text if len(text) == 20 and text.isascii() and text.isdigit() else str(serial)[-20:].zfill(20)


def _subject(tbs: bytes) -> Iterator[tuple[bytes, str]]:
    """Each attribute of the subject as (DER of its OID, text)."""
    fields = list(_values(next(_values(tbs))[1]))
    first = 1 if fields[0][0] == 0xA0 else 0  # an explicit version comes before the serial number
    subject = fields[first + 4][1]
    for _, relative in _values(subject):
        for _, attribute in _values(relative):
            oid_tag, oid = next(_values(attribute))
            tag, text = list(_values(attribute))[1]
            yield bytes([oid_tag, len(oid)]) + oid, _text(tag, text)


def _text(tag: int, value: bytes) -> str:
    if tag == 0x1E:
        return value.decode("utf-16-be", "replace")
    return value.decode("latin-1" if tag == _LATIN else "utf-8", "replace")


def _values(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The DER values in a row, as (tag, content)."""
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        yield tag, der[at : at + length]
        at += length
