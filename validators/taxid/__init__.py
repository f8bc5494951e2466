"""Tax identifiers, judged offline by form and check digit: what looks right may still be unknown to its office.

`check` takes an identifier under its scheme and answers with findings; a scheme that nobody here knows has none.
A valid number must never be called invalid: where an office is known to have issued numbers outside its own
check-digit rule, a wrong digit is only a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from schemas.findings import Findings, Severity
from schemas.party import TaxId
from validators.rule import Catalogue, Rule
from validators.taxid import europe, mexico, spain
from validators.taxid.fault import Fault

_R = Rule[TaxId]

RULES: Catalogue[TaxId] = Catalogue(
    (
        _R(id="GW-TAXID-FORMAT", sentence="A tax identifier has the characters that its scheme prescribes."),
        _R(id="GW-TAXID-LENGTH", sentence="A tax identifier has the length that its scheme prescribes."),
        _R(
            id="GW-TAXID-COMPONENT",
            sentence="The parts of a tax identifier (a date, a kind of entity, a country) are ones that exist.",
        ),
        _R(
            id="GW-TAXID-CHECKSUM",
            sentence="The check digit of a tax identifier is right.",
            fix="Look for a digit that was mistyped or changed places.",
        ),
        _R(
            id="GW-TAXID-CHECKSUM-DOUBT",
            sentence="The check digit of a tax identifier is right, but for the few that were issued otherwise.",
            severity=Severity.WARNING,
            fix="Compare it with the party's own proof of registration.",
        ),
    )
)

SCHEMES: Mapping[str, tuple[Callable[[str], Fault | None], str]] = {
    **dict.fromkeys(("ES:NIF", "ES:CIF", "ES:NIE", "ES:DNI"), (spain.fault, spain.EXPECTED)),
    "MX:RFC": (mexico.fault, mexico.EXPECTED),
    **{f"{country}:VAT": (europe.fault_in(country), europe.expected(country)) for country in europe.COUNTRIES},
}
"""What judges each scheme, and its form in words."""

_DEFINITE = frozenset({"ES", "BE"})
"""Countries whose offices refuse every number with a wrong check digit."""


def check(tax_id: TaxId, pointer: str) -> Findings:
    """The finding about one identifier, if any. `pointer` is that of the identifier in the caller's JSON."""
    fault_of, expected = SCHEMES.get(tax_id.scheme, (None, ""))
    fault = fault_of(tax_id.value) if fault_of else None
    if fault is None:
        return ()
    doubtful = fault is Fault.CHECKSUM and tax_id.country not in _DEFINITE
    rule = RULES["GW-TAXID-CHECKSUM-DOUBT" if doubtful else f"GW-TAXID-{fault.name}"]
    return (rule.at(f"{pointer}/value", found=tax_id.value, expected=f"{tax_id.scheme}: {expected}"),)
