"""The UBL blocks of seller and buyer (BG-4 to BG-9)."""

from __future__ import annotations

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.peppol.participants import other_tax_number, registration_scheme, vat_number
from schemas.party import Address, Contact, Endpoint, Party


def text(value: str | None) -> str | None:
    """The text without blanks around it; nothing where only blanks are left (PEPPOL-EN16931-R008)."""
    return (value or "").strip() or None


def party(role: str, one: Party, endpoint: Endpoint | None, *, vat: bool) -> Markup:
    """`cac:AccountingSupplierParty` or `cac:AccountingCustomerParty`.

    Without `vat` (an invoice outside the scope of VAT, BR-O-02) the number travels as an ordinary identifier.
    """
    number = vat_number(one)
    stranger = other_tax_number(one)
    selling = role == "Supplier"
    identifier = None if vat else number
    if not selling and identifier is None and number is None:
        identifier = stranger
    return element(
        f"cac:Accounting{role}Party",
        element(
            "cac:Party",
            element("cbc:EndpointID", endpoint.value.strip(), attrs=(("schemeID", endpoint.scheme),))
            if endpoint
            else None,
            element("cac:PartyIdentification", element("cbc:ID", identifier)) if identifier else None,
            _wrapped("cac:PartyName", optional("cbc:Name", text(one.trading_name))),
            _address(one.address),
            _tax_scheme(number, "VAT") if vat else None,
            _tax_scheme(stranger, "TAX") if selling else None,
            _legal_entity(one),
            _contact(one.contact),
        ),
    )


def _wrapped(tag: str, child: Markup | None) -> Markup | None:
    return element(tag, child) if child else None


def _address(address: Address | None) -> Markup | None:
    if address is None:
        return None
    lines = [line for line in map(text, address.lines) if line]
    street, additional, third = [*lines, None, None, None][:3]
    return element(
        "cac:PostalAddress",
        optional("cbc:StreetName", street),
        optional("cbc:AdditionalStreetName", additional),
        optional("cbc:CityName", text(address.city)),
        optional("cbc:PostalZone", text(address.postal_code)),
        optional("cbc:CountrySubentity", text(address.region)),
        element("cac:AddressLine", element("cbc:Line", third)) if third else None,
        element("cac:Country", element("cbc:IdentificationCode", address.country)),
    )


def _tax_scheme(number: str | None, scheme: str) -> Markup | None:
    if number is None:
        return None
    return element(
        "cac:PartyTaxScheme", element("cbc:CompanyID", number), element("cac:TaxScheme", element("cbc:ID", scheme))
    )


def _legal_entity(one: Party) -> Markup:
    number = text(one.registration)
    return element(
        "cac:PartyLegalEntity",
        optional("cbc:RegistrationName", text(one.name)),
        element("cbc:CompanyID", number, attrs=(("schemeID", registration_scheme(one)),)) if number else None,
    )


def _contact(contact: Contact | None) -> Markup | None:
    if contact is None:
        return None
    children = (
        optional("cbc:Name", text(contact.name)),
        optional("cbc:Telephone", text(contact.telephone)),
        optional("cbc:ElectronicMail", text(contact.email)),
    )
    return element("cac:Contact", *children) if any(children) else None
