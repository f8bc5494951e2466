"""Code lists that hold everywhere: ISO 4217, ISO 3166-1, UNCL5305, and the neutral names of taxes.

Sources: ISO 4217 list one (edition 2026-01-01); ISO 3166-1 alpha-2 (edition 2026-01); UNCL5305 as EN 16931-1 uses it.
"""

from __future__ import annotations

from enum import StrEnum

CURRENCY_SCALES: dict[str, int] = dict.fromkeys(
    ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF XXX").split(),
    0,
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)

CURRENCIES: frozenset[str] = frozenset(
    (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN"
        " BZD CAD CDF CHF CLP CNY"
        " COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF"
        " IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA"
        " MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON"
        " RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS"
        " UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
    ).split()
)

COUNTRIES: frozenset[str] = frozenset(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ"
        " CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER"
        " ES ET FI FJ FK FM FO"
        " FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM"
        " IN IO IQ IR IS IT JE"
        " JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF"
        " MG MH MK ML MM MN MO"
        " MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK"
        " PL PM PN PR PS PT PW"
        " PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD"
        " TF TG TH TJ TK TL TM"
        " TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XI XK YE YT ZA ZM ZW"
    ).split()
)


class TaxCategory(StrEnum):
    """UNCL5305, the part that EN 16931 uses."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE_SCOPE = "O"
    IGIC = "L"
    IPSI = "M"
    SPLIT_PAYMENT = "B"


class TaxKind(StrEnum):
    """What kind of tax a row speaks of, under one name in every market."""

    VAT = "VAT"
    IGIC = "IGIC"
    IPSI = "IPSI"
    EXCISE = "EXCISE"
    INCOME = "INCOME"


TAX_ALIASES: dict[str, TaxKind] = {
    "VAT": TaxKind.VAT,
    "IVA": TaxKind.VAT,
    "GST": TaxKind.VAT,
    "IGIC": TaxKind.IGIC,
    "IPSI": TaxKind.IPSI,
    "EXCISE": TaxKind.EXCISE,
    "IEPS": TaxKind.EXCISE,
    "INCOME": TaxKind.INCOME,
    "ISR": TaxKind.INCOME,
    "IRPF": TaxKind.INCOME,
}
"""The names that callers use for a tax, and ours."""

WITHHOLDABLE: frozenset[TaxKind] = frozenset({TaxKind.VAT, TaxKind.INCOME, TaxKind.EXCISE})
