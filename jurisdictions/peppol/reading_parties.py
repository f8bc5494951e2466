"""The parties of a document (BG-4 to BG-13) as a neutral invoice names them."""

from __future__ import annotations

from jurisdictions.peppol.reading_fields import Form, Said, attribute, day, first, group, identifier, line, text
from jurisdictions.peppol.reading_tree import Node

CREDITOR = "SEPA"
"""The scheme of an identifier that is the creditor's in direct debit (BT-90)."""

_COUNTRY_OF_PREFIX = {"EL": "GR"}
_VAT = "VAT"


def seller(root: Node, *, debited: bool) -> Said | None:
    """BG-4. `debited`: an identifier of the scheme SEPA is the creditor's (BT-90) and none of the seller."""
    at = first(root, "cac:AccountingSupplierParty", "cac:Party")
    return _party(at, debited=debited)


def buyer(root: Node) -> Said | None:
    """BG-7."""
    return _party(first(root, "cac:AccountingCustomerParty", "cac:Party"), debited=False)


def payee(root: Node, *, debited: bool) -> Said | None:
    """BG-10."""
    at = first(root, "cac:PayeeParty")
    if at is None:
        return None
    known = _identifiers(at, debited=debited)
    return group(
        at,
        name=line(at, "cac:PartyName", "cbc:Name"),
        identifier=known[0] if known else None,
        registration=identifier(first(at, "cac:PartyLegalEntity", "cbc:CompanyID")),
    )


def creditor(root: Node) -> Said | None:
    """BT-90: the payee's, else the seller's."""
    for path in (("cac:PayeeParty",), ("cac:AccountingSupplierParty", "cac:Party")):
        for one in root.all(*path, "cac:PartyIdentification", "cbc:ID"):
            if one.attribute("schemeID") == CREDITOR:
                return text(one)
    return None


def tax_representative(root: Node) -> Said | None:
    """BG-11."""
    at = first(root, "cac:TaxRepresentativeParty")
    if at is None:
        return None
    address = first(at, "cac:PostalAddress")
    return group(
        at,
        name=line(at, "cac:PartyName", "cbc:Name"),
        tax_id=_vat_number(first(at, "cac:PartyTaxScheme", "cbc:CompanyID"), _country(address)),
        address=_address(address),
    )


def delivery(root: Node) -> Said | None:
    """BG-13."""
    at = first(root, "cac:Delivery")
    return group(
        at,
        on=day(at, "cbc:ActualDeliveryDate"),
        name=line(at, "cac:DeliveryParty", "cac:PartyName", "cbc:Name"),
        location=identifier(first(at, "cac:DeliveryLocation", "cbc:ID")),
        address=_address(first(at, "cac:DeliveryLocation", "cac:Address")),
    )


def _party(at: Node | None, *, debited: bool) -> Said | None:
    entity = first(at, "cac:PartyLegalEntity")
    registration = first(entity, "cbc:CompanyID")
    address, endpoint, contact = (first(at, name) for name in ("cac:PostalAddress", "cbc:EndpointID", "cac:Contact"))
    vat, other = _tax_schemes(at)
    scheme, register = attribute(endpoint, "schemeID"), attribute(registration, "schemeID")
    if registration and endpoint and scheme and endpoint.text == registration.text:
        register = _register(registration, register, scheme)
    number = _vat_number(vat, _country(address))
    return group(
        at,
        name=line(entity, "cbc:RegistrationName"),
        trading_name=line(at, "cac:PartyName", "cbc:Name"),
        tax_ids=[number] if number else None,
        tax_registration=line(other),
        registration=line(registration),
        registration_scheme=register,
        legal_information=text(entity, "cbc:CompanyLegalForm"),
        identifiers=_identifiers(at, debited=debited) or None,
        address=_address(address),
        endpoints=[group(endpoint, scheme=scheme, value=text(endpoint))] if scheme and text(endpoint) else None,
        contact=group(
            contact,
            name=line(contact, "cbc:Name"),
            telephone=line(contact, "cbc:Telephone"),
            email=line(contact, "cbc:ElectronicMail"),
        ),
    )


def _register(registration: Node, stated: Said | None, scheme: Said) -> Said | None:
    """The register where the endpoint has the same number, and by itself tells its own scheme for it."""
    if stated is None:
        return Said("", registration)
    return None if stated.value == scheme.value else stated


def _identifiers(at: Node | None, *, debited: bool) -> list[Form]:
    found = at.all("cac:PartyIdentification", "cbc:ID") if at is not None else []
    own = (one for one in found if not (debited and one.attribute("schemeID") == CREDITOR))
    return [known for known in map(identifier, own) if known]


def _tax_schemes(at: Node | None) -> tuple[Node | None, Node | None]:
    """The VAT identifier (BT-31, BT-48) and the other tax registration (BT-32)."""
    vat = other = None
    for one in at.all("cac:PartyTaxScheme") if at is not None else []:
        scheme = text(one, "cac:TaxScheme", "cbc:ID")
        if scheme and scheme.value == _VAT:
            vat = vat or first(one, "cbc:CompanyID")
        else:
            other = other or first(one, "cbc:CompanyID")
    return vat, other


def _country(address: Node | None) -> str | None:
    found = text(address, "cac:Country", "cbc:IdentificationCode")
    return str(found.value) if found else None


def _vat_number(at: Node | None, country: str | None) -> Said | None:
    """A VAT identifier under the country that stands before it, else under that of the address."""
    number = line(at)
    if number is None:
        return None
    prefix = str(number.value)[:2].upper()
    if not (prefix.isascii() and prefix.isalpha() and len(prefix) == 2):
        prefix = country or prefix
    return Said({"scheme": f"{_COUNTRY_OF_PREFIX.get(prefix, prefix)}:{_VAT}", "value": number}, number.at)


def _address(at: Node | None) -> Said | None:
    """BG-5, BG-8, BG-12, BG-15. Lines go by their place: one that is left free above another one stays free."""
    places = (("cbc:StreetName",), ("cbc:AdditionalStreetName",), ("cac:AddressLine", "cbc:Line"))
    lines: list[Form] = [line(at, *path) or "" for path in places]
    while lines and not lines[-1]:
        lines.pop()
    return group(
        at,
        lines=lines or None,
        city=line(at, "cbc:CityName"),
        postal_code=line(at, "cbc:PostalZone"),
        region=line(at, "cbc:CountrySubentity"),
        country=text(at, "cac:Country", "cbc:IdentificationCode"),
    )
