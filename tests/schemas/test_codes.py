"""The code lists are the published ones: their sizes, their form, and a few members that lists often miss."""

from schemas.codes import COUNTRIES, CURRENCIES, CURRENCY_SCALES, TAX_ALIASES, WITHHOLDABLE, TaxCategory, TaxKind
from schemas.money import scale_of


def test_countries() -> None:
    """ISO 3166-1 has 249 codes; XI (Northern Ireland) and XK (Kosovo) are those beside them that tax offices use."""
    assert len(COUNTRIES) == 249 + 2
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in COUNTRIES)
    assert {"ES", "MX", "BE", "GR", "XI", "XK", "SX", "BQ"} <= COUNTRIES
    assert not {"EL", "UK", "AN"} & COUNTRIES


def test_currencies() -> None:
    """ISO 4217 list one without funds, metals, tests and units of account."""
    assert len(CURRENCIES) == 155
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert {"EUR", "MXN", "USD", "XCG", "ZWG", "VED"} <= CURRENCIES
    assert not {"XAU", "XTS", "XXX", "HRK", "ANG", "BGN", "CUC", "MXV"} & CURRENCIES


def test_scales() -> None:
    assert set(CURRENCY_SCALES) - {"XXX"} <= CURRENCIES
    assert {scale_of(code) for code in CURRENCIES} == {0, 2, 3}
    assert (scale_of("JPY"), scale_of("EUR"), scale_of("BHD")) == (0, 2, 3)


def test_taxes() -> None:
    assert set(TAX_ALIASES.values()) == set(TaxKind)
    assert all(TAX_ALIASES[kind.value] is kind for kind in TaxKind)
    assert set(TaxKind) > WITHHOLDABLE
    assert {category.value for category in TaxCategory} == set("S Z E AE K G O L M B".split())
