"""Forms and check digits that the network's rules ask of some participant schemes (PEPPOL-COMMON-R040 to R053)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from validators.checkdigit import (
    australian_business,
    belgian_enterprise,
    digits,
    gs1,
    norwegian_organisation,
    swedish_organisation,
)


def _danish_company(value: str) -> bool:
    return digits(value.removeprefix("DK"), 8)


def _danish_place(value: str) -> bool:
    return digits(value, 10)


def _danish_tax(value: str) -> bool:
    return value.startswith("DK") and digits(value[2:], 8)


_SCHEMES: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "0088": ("PEPPOL-COMMON-R040", gs1),
    "0192": ("PEPPOL-COMMON-R041", norwegian_organisation),
    "0184": ("PEPPOL-COMMON-R042", _danish_company),
    "0208": ("PEPPOL-COMMON-R043", belgian_enterprise),
    "0007": ("PEPPOL-COMMON-R049", swedish_organisation),
    "0151": ("PEPPOL-COMMON-R050", australian_business),
    "0096": ("PEPPOL-COMMON-R052", _danish_place),
    "0198": ("PEPPOL-COMMON-R053", _danish_tax),
}


def broken_rule(scheme: str, value: str) -> str | None:
    """The id of the rule that an identifier breaks, or None."""
    rule, holds = _SCHEMES.get(scheme, ("", bool))
    return rule if rule and not holds(value) else None
