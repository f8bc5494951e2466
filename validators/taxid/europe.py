"""VAT identification numbers of the Union and of Northern Ireland (Directive 2006/112/EC, art. 215)."""

from __future__ import annotations

from collections.abc import Callable

from stdnum.eu import vat

from validators.taxid.fault import Fault, fault_of

COUNTRIES = frozenset(state.upper() for state in vat.MEMBER_STATES) | {"EL"}
"""Greece is GR in ISO 3166-1 and EL in its VAT numbers; both are understood as scheme and as prefix."""

_GREEK = ("EL", "GR")


def expected(country: str) -> str:
    """The form in words."""
    return f"a VAT number of {country}, with or without the prefix {'EL' if country in _GREEK else country}"


def fault_in(country: str) -> Callable[[str], Fault | None]:
    """What judges VAT numbers of one country."""
    prefixes = _GREEK if country in _GREEK else (country,)

    def fault(value: str) -> Fault | None:
        number = "".join(character for character in value.upper() if character not in " .-/")
        bare = number[2:] if number.startswith(prefixes) else number
        return fault_of(vat.validate, prefixes[0] + bare)

    return fault
