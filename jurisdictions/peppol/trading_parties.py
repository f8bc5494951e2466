"""The UBL blocks of the parties: seller, buyer, payee and tax representative (BG-4 to BG-12)."""

from __future__ import annotations

from collections.abc import Iterable

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.peppol.codelists import SEPA
from jurisdictions.peppol.participants import other_tax_number, registration_scheme, vat_number
from schemas.party import Address, Contact, Endpoint, Identifier, Party, Payee, TaxRepresentative

Attributes = tuple[tuple[str, str | None], ...]


def text(value: str | None) -> str | None:
    """The text without blanks around it; nothing where only blanks are left (PEPPOL-EN16931-R008)."""
    return (value or "").strip() or None


def joined(*elements: Markup | None) -> Markup:
    """Those elements that there are, one after the other."""
    return Markup("".join(one for one in elements if one))


def scheme(one: Identifier) -> Attributes:
    """The identifier's scheme as its attribute."""
    return (("schemeID", one.scheme),)


def seller(one: Party, endpoint: Endpoint | None, *, vat: bool, creditor: str | None) -> Markup:
    """`cac:AccountingSupplierParty`. `creditor` is the identifier it collects by (BT-90), unless the payee does.

    Without `vat` (an invoice outside the scope of VAT, BR-O-02) the VAT number travels as an ordinary identifier.
    """
    number = vat_number(one)
    identifiers = [*_stated(one), *_instead_of_vat(one, vat=vat)]
    if creditor and not any(each.scheme == SEPA for each in identifiers):
        identifiers.append(Identifier(value=creditor, scheme=SEPA))
    registered = text(one.tax_registration) or other_tax_number(one)
    schemes = joined(_tax_scheme(number, "VAT") if vat else None, _tax_scheme(registered, "TAX"))
    legal = _legal_entity(one, text(one.legal_information))
    return element("cac:AccountingSupplierParty", _party(one, endpoint, identifiers, schemes, legal))


def buyer(one: Party, endpoint: Endpoint | None, *, vat: bool) -> Markup:
    """`cac:AccountingCustomerParty`. A buyer without VAT number is known by another tax number of its own (BT-46).

    The standard has no legal information of a buyer (BT-33 is the seller's).
    """
    number = vat_number(one)
    identifiers = [*_stated(one), *_instead_of_vat(one, vat=vat)]
    stranger = text(one.tax_registration) or other_tax_number(one)
    if stranger and not identifiers and number is None:
        identifiers = [Identifier(value=stranger)]
    schemes = joined(_tax_scheme(number, "VAT") if vat else None)
    return element("cac:AccountingCustomerParty", _party(one, endpoint, identifiers, schemes, _legal_entity(one)))


def payee(one: Payee | None, creditor: str | None) -> Markup | None:
    """`cac:PayeeParty` (BG-10), with the identifier it collects by (BT-90)."""
    if one is None:
        return None
    identifiers = [one.identifier] if one.identifier else []
    if creditor and not any(each.scheme == SEPA for each in identifiers):
        identifiers.append(Identifier(value=creditor, scheme=SEPA))
    number = text(one.registration.value) if one.registration else None
    return element(
        "cac:PayeeParty",
        _identifications(identifiers),
        _wrapped("cac:PartyName", optional("cbc:Name", text(one.name))),
        element("cac:PartyLegalEntity", element("cbc:CompanyID", number, attrs=scheme(one.registration)))
        if one.registration and number
        else None,
    )


def tax_representative(one: TaxRepresentative | None) -> Markup | None:
    """`cac:TaxRepresentativeParty` (BG-11)."""
    if one is None:
        return None
    return element(
        "cac:TaxRepresentativeParty",
        _wrapped("cac:PartyName", optional("cbc:Name", text(one.name))),
        address("cac:PostalAddress", one.address),
        _tax_scheme(representative_number(one), "VAT"),
    )


def representative_number(one: TaxRepresentative) -> str:
    """The representative's VAT number (BT-63), with its country before it where its scheme is one of VAT."""
    return vat_number(Party(name=one.name, tax_ids=(one.tax_id,))) or one.tax_id.value


def address(tag: str, one: Address | None, country: str | None = None) -> Markup | None:
    """An address under its tag (BG-5, BG-8, BG-12, BG-15), or no more than its `country`.

    A line of blanks is passed over; an empty one leaves its element out and keeps the place of those after it.
    """
    if one is None:
        return element(tag, _country(country)) if country else None
    street, additional, third = [*(text(line) for line in one.lines if not line or text(line)), None, None, None][:3]
    return element(
        tag,
        optional("cbc:StreetName", street),
        optional("cbc:AdditionalStreetName", additional),
        optional("cbc:CityName", text(one.city)),
        optional("cbc:PostalZone", text(one.postal_code)),
        optional("cbc:CountrySubentity", text(one.region)),
        element("cac:AddressLine", element("cbc:Line", third)) if third else None,
        _country(one.country),
    )


def _country(code: str) -> Markup:
    return element("cac:Country", element("cbc:IdentificationCode", code))


def _party(
    one: Party, endpoint: Endpoint | None, identifiers: Iterable[Identifier], tax_schemes: Markup, legal: Markup
) -> Markup:
    return element(
        "cac:Party",
        element("cbc:EndpointID", endpoint.value.strip(), attrs=(("schemeID", endpoint.scheme),)) if endpoint else None,
        _identifications(identifiers),
        _wrapped("cac:PartyName", optional("cbc:Name", text(one.trading_name))),
        address("cac:PostalAddress", one.address),
        tax_schemes,
        legal,
        _contact(one.contact),
    )


def _stated(one: Party) -> list[Identifier]:
    return [each for each in one.identifiers if text(each.value)]


def _instead_of_vat(one: Party, *, vat: bool) -> list[Identifier]:
    """The VAT number as an identifier, where the invoice may not show it as what it is and the party has no other."""
    number = vat_number(one)
    return [Identifier(value=number)] if number and not vat and not _stated(one) else []


def _identifications(identifiers: Iterable[Identifier]) -> Markup:
    return joined(
        *(
            element("cac:PartyIdentification", element("cbc:ID", one.value.strip(), attrs=scheme(one)))
            for one in identifiers
        )
    )


def _wrapped(tag: str, child: Markup | None) -> Markup | None:
    return element(tag, child) if child else None


def _tax_scheme(number: str | None, name: str) -> Markup | None:
    if number is None:
        return None
    return element(
        "cac:PartyTaxScheme", element("cbc:CompanyID", number), element("cac:TaxScheme", element("cbc:ID", name))
    )


def _legal_entity(one: Party, information: str | None = None) -> Markup:
    number = text(one.registration)
    known = registration_scheme(one)
    return element(
        "cac:PartyLegalEntity",
        optional("cbc:RegistrationName", text(one.name)),
        element("cbc:CompanyID", number, attrs=(("schemeID", known),)) if number else None,
        optional("cbc:CompanyLegalForm", information),
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
