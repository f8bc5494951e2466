"""Who someone is: NIF check characters, the census of the sandbox, NIF-IVA of other states, and certificate holders.

The census holds every NIF whose check character is right, but companies numbered 9999... (`B99990001` and so on); those
numbered 8888... are colaboradores sociales; a NIF-IVA that ends in 0000 is well formed and unknown to VIES. Source:
Validaciones y errores 1.2.2, 3.1.3 and note 1.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import NameOID

from jurisdictions.verifactu.simulator.message import Branch

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_COMPANY = re.compile(r"[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J]")
_PERSON = re.compile(r"(\d{8}|[XYZ]\d{7}|[KLM]\d{7})[A-Z]")
_COMPANY_LETTERS = "JABCDEFGHI"
_COLLABORATOR = re.compile(r"[A-Z]8888")
_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
_ESIGN, _ESEAL = bytes.fromhex("060704008e46010601"), bytes.fromhex("060704008e46010602")
"""0.4.0.1862.1.6.1 and .2 as DER: a person's electronic signature, an entity's electronic seal."""

_VAT_NUMBERS = {
    "DE": r"\d{9}",
    "AT": r"[A-Z0-9]{9}",
    "BE": r"\d{10}",
    "CY": r"[A-Z0-9]{9}",
    "CZ": r"\d{8,10}",
    "HR": r"\d{11}",
    "DK": r"\d{8}",
    "SK": r"\d{10}",
    "SI": r"\d{8}",
    "EE": r"\d{9}",
    "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{11}",
    "EL": r"\d{9}",
    "GB": r"([A-Z0-9]{5}|[A-Z0-9]{9}|[A-Z0-9]{12})",
    "XI": r"([A-Z0-9]{5}|[A-Z0-9]{9}|[A-Z0-9]{12})",
    "NL": r"[A-Z0-9]{12}",
    "HU": r"\d{8}",
    "IT": r"\d{11}",
    "IE": r"[A-Z0-9]{8,9}",
    "LV": r"\d{11}",
    "LT": r"(\d{9}|\d{12})",
    "LU": r"\d{8}",
    "MT": r"\d{8}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "SE": r"\d{12}",
    "BG": r"\d{9,10}",
    "RO": r"[1-9]\d{1,9}",
}


def is_natural_person(nif: str) -> bool:
    """A DNI, NIE or K/L/M number with the right letter."""
    if not _PERSON.fullmatch(nif):
        return False
    digits = nif[:-1].translate(str.maketrans("XYZ", "012")).lstrip("KLM")
    return _LETTERS[int(digits) % 23] == nif[-1]


@lru_cache(maxsize=4096)
def is_nif(nif: str) -> bool:
    """A Spanish tax number whose check character is right."""
    if not _COMPANY.fullmatch(nif):
        return is_natural_person(nif)
    doubled = sum(sum(divmod(2 * int(d), 10)) for d in nif[1:8:2])
    control = -(doubled + sum(int(d) for d in nif[2:8:2])) % 10
    return nif[8] in {str(control), _COMPANY_LETTERS[control]}


def is_in_census(nif: str) -> bool:
    return is_nif(nif) and not re.match(r"[A-Z]9999", nif)


def spaniard_code(nif: str, malformed: int, unknown: int) -> int | None:
    if is_in_census(nif):
        return None
    return unknown if is_nif(nif) else malformed


def foreigner_code(other: Branch, on: date, spanish_types: tuple[str, ...], spanish: int, unknown: int) -> int | None:
    """The code against an IDOtro. `spanish_types` are the IDTypes that CodigoPais=ES may have, else `spanish`."""
    country, kind, number = other.get("CodigoPais"), other.get("IDType"), other.get("ID")
    if kind == "02":
        return spanish if country == "ES" else _vat_code(country, number, on, unknown)
    if not country:
        return 1111
    if country == "ES" and kind not in spanish_types:
        return spanish
    if kind != "07":
        return None
    if country != "ES":
        return 1126
    return 1290 if not is_nif(number) else None if is_natural_person(number) else 1131


def _vat_code(country: str, number: str, on: date, unknown: int) -> int | None:
    prefix = number[:2]
    if country and country != prefix:
        return 1122
    if prefix == "GB" and on >= date(2021, 2, 1):
        return 1255
    if prefix == "XI" and on < date(2021, 1, 1):
        return 1254
    if not re.fullmatch(_VAT_NUMBERS.get(prefix, "(?!)"), number[2:]):
        return 1103
    return unknown if number.endswith("0000") else None


class Holder:
    """Who presents: every NIF that the certificate names, the entity's before the person's. `seal`: whether it is an
    entity's seal or a person's signature, by its qcStatements; None where it does not say."""

    __slots__ = ("collaborator", "nifs", "seal")

    def __init__(self, nifs: tuple[str, ...], *, collaborator: bool, seal: bool | None) -> None:
        self.nifs = nifs
        self.collaborator = collaborator
        self.seal = seal


def holder(der: bytes, at: datetime) -> Holder | None:
    """The certificate's holder; None where it cannot be read or is not valid now.

    Qualified certificates name them as `VATES-B00000018` in organizationIdentifier, `IDCES-99999990S` in serialNumber
    (ETSI EN 319 412-1), older ones as a bare NIF there or in the common name.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            return None
        subject = certificate.subject
        texts = [
            str(attribute.value)
            for oid in (NameOID.ORGANIZATION_IDENTIFIER, NameOID.SERIAL_NUMBER, NameOID.COMMON_NAME)
            for attribute in subject.get_attributes_for_oid(oid)
        ]
        units = [str(one.value) for one in subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]
    except ValueError:
        return None
    words = [word for text in texts for word in re.findall(r"[A-Z0-9]{9}(?![A-Z0-9])", text.upper())]
    nifs = tuple(dict.fromkeys(word for word in words if is_nif(word)))
    collaborator = any("COLABORADOR SOCIAL" in unit.upper() for unit in units) or any(map(_COLLABORATOR.match, nifs))
    return Holder(nifs, collaborator=collaborator, seal=_seal(certificate))


def _seal(certificate: x509.Certificate) -> bool | None:
    """QcType of the qcStatements (ETSI EN 319 412-5, 4.2.3), looked for as the bytes that its identifiers have."""
    try:
        found = certificate.extensions.get_extension_for_oid(_QC_STATEMENTS).value
    except (x509.ExtensionNotFound, ValueError):
        return None
    raw = found.public_bytes()
    return True if _ESEAL in raw else False if _ESIGN in raw else None
