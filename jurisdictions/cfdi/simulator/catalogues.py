"""The SAT's short catalogues as the authority reads them here (catCFDI of Anexo 20, rows in force in 2026).

The long ones (products and services, units, postal codes) are those of `codelists`; the exchange rates are known by
their order of magnitude only: this authority publishes no daily rate.
"""

from __future__ import annotations

from decimal import Decimal

TYPES = frozenset("I E T N P".split())
EXPORTS = frozenset("01 02 03 04".split())
PAYMENT_METHODS = frozenset("PUE PPD".split())
PAYMENT_FORMS = frozenset("01 02 03 04 05 06 08 12 13 14 15 17 23 24 25 26 27 28 29 30 31 99".split())
RELATIONS = frozenset("01 02 03 04 05 06 07".split())
PERIODS = frozenset("01 02 03 04 05".split())
MONTHS = frozenset(f"{month:02d}" for month in range(1, 13))
BIMESTERS = frozenset("13 14 15 16 17 18".split())
TAX_OBJECTS = frozenset("01 02 03 04 05 06 07 08".split())
TAXES = frozenset("001 002 003".split())
FACTORS = frozenset("Tasa Cuota Exento".split())

REGIMES_OF_COMPANIES = frozenset("601 603 610 620 622 623 624 626".split())
REGIMES_OF_PEOPLE = frozenset("605 606 607 608 610 611 612 614 615 616 621 625 626".split())
REGIMES = REGIMES_OF_COMPANIES | REGIMES_OF_PEOPLE

_BUSINESS = frozenset("601 603 606 612 620 621 622 623 624 625 626".split())
_DEDUCTIONS = frozenset("605 606 607 608 611 612 614 615 625".split())
_EVERYONE = REGIMES - {"609"}
# Use of the CFDI: the regimes of a receiver that it suits (c_UsoCFDI, column "Régimen Fiscal Receptor").
USES: dict[str, frozenset[str]] = (
    dict.fromkeys("G01 G03 I01 I02 I03 I04 I05 I06 I07 I08".split(), _BUSINESS)
    | {"G02": _BUSINESS | {"616"}, "S01": _EVERYONE, "CP01": _EVERYONE, "CN01": frozenset({"605"})}
    | dict.fromkeys("D01 D02 D03 D04 D05 D06 D07 D08 D09 D10".split(), _DEDUCTIONS)
)
USES_OF_PEOPLE = frozenset("D01 D02 D03 D04 D05 D06 D07 D08 D09 D10 CN01".split())

# Currencies whose decimals are not two.
_WITHOUT_CENTS = (
    "BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XAG XAU XBA XBB XBC XBD XDR XOF XPD XPF XPT XSU "
    "XTS XUA XXX"
)
_DECIMALS = (
    dict.fromkeys(_WITHOUT_CENTS.split(), 0) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3) | {"CLF": 4}
)

RATES = {"USD": Decimal(18), "EUR": Decimal(21), "GBP": Decimal(24), "CAD": Decimal(13)}
"""About how many pesos one unit costs; from a third of it to three times it, no confirmation is asked."""


def currency_decimals(currency: str) -> int | None:
    """The decimals of a currency, None where it is none (three capital letters are taken as a currency)."""
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        return None
    return _DECIMALS.get(currency, 2)


_EXCISES = frozenset(Decimal(rate) for rate in "0.265 0.3 0.53 0.5 1.6 0.304 0.25 0.09 0.08 0.07 0.06 0.03 0".split())


def transferred_rate(tax: str, factor: str, rate: Decimal) -> bool:
    """Whether the rate stands in c_TasaOCuota for a tax that is passed on."""
    if factor == "Cuota":
        return tax == "003" and Decimal(0) <= rate <= Decimal("72.1605")
    if tax == "002":
        return rate in (Decimal(0), Decimal("0.08"), Decimal("0.16"))
    return tax == "003" and rate in _EXCISES


def withheld_rate(tax: str, factor: str, rate: Decimal) -> bool:
    """Whether the rate stands in c_TasaOCuota for a tax that is withheld."""
    if factor == "Cuota":
        return tax == "003" and Decimal(0) <= rate <= Decimal("72.1605")
    if tax == "003":
        return rate in _EXCISES - {Decimal(0), Decimal("0.03")}
    return Decimal(0) <= rate <= (Decimal("0.35") if tax == "001" else Decimal("0.16"))


# The zones of the postal codes that do not keep Mexico City's time. Where a state is divided, both times are honoured.
_ZONES = {
    **dict.fromkeys(("21", "22"), ("America/Tijuana",)),
    **dict.fromkeys(("80", "81", "82"), ("America/Mazatlan",)),
    **dict.fromkeys(("83", "84", "85"), ("America/Hermosillo",)),
    **dict.fromkeys(("31", "32", "33"), ("America/Mexico_City", "America/Ciudad_Juarez", "America/Matamoros")),
    **dict.fromkeys(("26", "27", "65", "87", "88"), ("America/Mexico_City", "America/Matamoros")),
    "23": ("America/Mazatlan",),
    "63": ("America/Mazatlan", "America/Mexico_City"),
    "77": ("America/Cancun",),
}


def zones(postal_code: str) -> tuple[str, ...]:
    """The time zones (IANA) that a place of issue may keep; the first is the one that stamps are dated in."""
    return _ZONES.get(postal_code[:2], ("America/Mexico_City",))
