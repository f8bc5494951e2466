"""What the AEAT makes of a tax: Impuesto, CalificacionOperacion or OperacionExenta, and the usual ClaveRegimen.

Sources: record design DsRegistro 1.0, lists L1, L8A to L10; LIVA arts. 69, 70, 78.Dos.4 and 163 duodecies; FAQ for
developers 1.3 §23 and §24.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.parties import Identity
from jurisdictions.verifactu.settings import LineExtension, Settings
from schemas.codes import TaxCategory, TaxKind
from schemas.document import Line, Tax, TaxGroup
from schemas.party import Party

_IMPUESTO = {
    TaxKind.VAT: lists.IVA,
    TaxKind.IGIC: lists.IGIC,
    TaxKind.IPSI: lists.IPSI,
    TaxKind.EXCISE: lists.OTHER_TAX,
}
_VALUE_ADDED = frozenset({TaxKind.VAT, TaxKind.IGIC, TaxKind.IPSI})
_EXEMPT = {TaxCategory.EXEMPT: "E1", TaxCategory.EXPORT: "E2", TaxCategory.INTRA_COMMUNITY: "E5"}
_EXPORTED = frozenset({"E2", "E3"})
"""Exemptions that ClaveRegimen 01 does not admit (1199): exports and what the law treats alike."""
_CHARGED = frozenset({TaxCategory.STANDARD, TaxCategory.ZERO, TaxCategory.IGIC, TaxCategory.IPSI})
_NO_VAT_PROVINCES = frozenset({"35", "38", "51", "52"})
_CASH = "07"
_NEVER_ON_CASH = frozenset({"S2", "N1", "N2", "E2", "E3", "E4", "E5"})
"""What the criterio de caja does not reach, whoever has chosen it (LIVA art. 163 duodecies.Dos; 1203)."""


def reported(tax: Tax | TaxGroup) -> bool:
    """Whether the tax has a place in a record: not retentions, nor taxes on income, nor Italy's split payment."""
    return not tax.withheld and tax.tax in _IMPUESTO and tax.category is not TaxCategory.SPLIT_PAYMENT


def value_added(tax: Tax | TaxGroup) -> bool:
    """Whether it lies on the price with its excise; a line bears one such tax at most."""
    return reported(tax) and tax.tax in _VALUE_ADDED


def contained(group: TaxGroup, breakdown: Sequence[TaxGroup], lines: Sequence[Line] = ()) -> bool:
    """Whether it is an excise in the base of a value added tax (LIVA art. 78.Dos.4): shown apart, it would count twice.

    `lines` tell which of them bear it; where none does, the other groups of the breakdown do.
    """
    if group.tax is not TaxKind.EXCISE:
        return False
    bearing = [line.taxes for line in lines if any(belongs(one.tax, group) for one in line.taxes)]
    if bearing:
        return any(value_added(one.tax) for taxes in bearing for one in taxes)
    return any(value_added(one) for one in breakdown)


def belongs(tax: Tax, group: TaxGroup) -> bool:
    return (
        tax.tax is group.tax
        and tax.category is group.category
        and tax.percent == group.percent
        and tax.per_unit == group.per_unit
        and tax.surcharge == group.surcharge
        and tax.exemption_code == group.exemption_code
        and tax.withheld == group.withheld
    )


def impuesto(group: TaxGroup) -> str:
    if group.tax is TaxKind.VAT and group.category is TaxCategory.IGIC:
        return lists.IGIC
    if group.tax is TaxKind.VAT and group.category is TaxCategory.IPSI:
        return lists.IPSI
    return _IMPUESTO[group.tax]


class Place(NamedTuple):
    """Where the customer is: in another country, or in that part of Spain where there is IGIC or IPSI and no VAT."""

    abroad: bool = False
    islands: bool = False

    def elsewhere(self, group: TaxGroup) -> bool:
        """Whether the customer is where the group's tax is not: what lies outside it does so by place."""
        return self.abroad or (self.islands and impuesto(group) == lists.IVA)


def place(issuer: Party, customer: Party, who: Identity | None) -> Place:
    """By how the customer is identified, else by its address; islands only as seen from where there is VAT."""
    if _is_abroad(customer, who):
        return Place(abroad=True)
    return Place(islands=_without_vat(customer) and not _without_vat(issuer))


def _is_abroad(party: Party, who: Identity | None) -> bool:
    """A Spaniard may be named otherwise than by NIF: by passport, or as not in the census."""
    if who is not None and (who.nif is not None or who.country != "ES"):
        return who.nif is None
    return party.address is not None and party.address.country != "ES"


def _without_vat(party: Party) -> bool:
    """Canary Islands, Ceuta and Melilla, by the province that a Spanish postal code begins with (LIVA art. 3.Dos.1)."""
    address = party.address
    return address is not None and address.country == "ES" and (address.postal_code or "")[:2] in _NO_VAT_PROVINCES


def qualified(group: TaxGroup, line: LineExtension, where: Place) -> tuple[str | None, str | None]:
    """CalificacionOperacion or OperacionExenta of a group, the line's own words first.

    Reverse charge is S2 where the tax is; to a buyer elsewhere the operation lies outside it by place (N2).
    """
    if line.calificacion is not None or line.exenta is not None:
        return line.calificacion, line.exenta
    if line.margen is not None:
        return "S1", None
    if group.category in _CHARGED:
        return "S1", None
    if group.category is TaxCategory.REVERSE_CHARGE:
        return ("N2" if where.elsewhere(group) else "S2"), None
    if group.category is TaxCategory.OUTSIDE_SCOPE:
        return ("N2" if where.elsewhere(group) else "N1"), None
    if group.exemption_code in lists.EXENTAS:
        return None, group.exemption_code
    return None, _EXEMPT[group.category]


def usual_clave(group: TaxGroup, settings: Settings, as_what: str, where: Place) -> str | None:
    """ClaveRegimen where neither line nor invoice says one: 02 for exports, 08 for what lies where there is IGIC or
    IPSI (FAQ §23), else the issuer's own; none for other taxes.

    `as_what` is the CalificacionOperacion or OperacionExenta of the row.
    """
    tax = impuesto(group)
    if tax == lists.OTHER_TAX:
        return None
    if where.islands and as_what == "N2" and tax == lists.IVA:
        return "08"
    if tax != lists.IPSI and (group.category is TaxCategory.EXPORT or as_what in _EXPORTED):
        return "02"
    return "01" if settings.clave_regimen == _CASH and as_what in _NEVER_ON_CASH else settings.clave_regimen
