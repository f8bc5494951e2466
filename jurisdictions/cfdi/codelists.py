"""SAT's small catalogues as data of ours, with the days on which each code is valid.

Source: catálogos del Anexo 20, CFDI 4.0 (`c_RegimenFiscal`, `c_UsoCFDI`, `c_FormaPago`, `c_MetodoPago`,
`c_Exportacion`, `c_ObjetoImp`, `c_TipoRelacion`, `c_TasaOCuota`, `c_Moneda`, `c_Pais`), state of 2026-03. The
enumerations of SAT's own XSD are older and wider than these. The big catalogues (products, postal codes, units) are
judged by their shape only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

RFC_PATTERN = r"[A-Z&Ñ]{3,4}[0-9]{2}(0[1-9]|1[012])(0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A]"
UUID_PATTERN = r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}"
RFC_NATIONAL = "XAXX010101000"
"""The generic RFC of a buyer in Mexico who is not named by an own one."""
RFC_FOREIGN = "XEXX010101000"
"""The generic RFC of a buyer abroad."""
RFC_GENERIC = frozenset({RFC_NATIONAL, RFC_FOREIGN})
PUBLICO_EN_GENERAL = "PUBLICO EN GENERAL"

_START = date(2022, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A code of a catalogue: valid from the first day until the last (None: still)."""

    valid_from: date = _START
    valid_until: date | None = None

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, kw_only=True)
class Regime(Entry):
    """A tax regime and whom it is open to: natural persons, legal persons."""

    natural: bool
    legal: bool


@dataclass(frozen=True, kw_only=True)
class Use(Entry):
    """What the buyer may do with the invoice, and the regimes that may."""

    natural: bool
    legal: bool
    regimes: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Rate(Entry):
    """A rate of `c_TasaOCuota`: fixed, or anything from `minimum` to `value`."""

    tax: str
    factor: str
    value: Decimal
    minimum: Decimal | None = None
    transferred: bool = False
    withheld: bool = False

    def holds(self, rate: Decimal) -> bool:
        return rate == self.value if self.minimum is None else self.minimum <= rate <= self.value


def _plain(codes: str) -> dict[str, Entry]:
    return {code: Entry() for code in codes.split()}


def valid(catalogue: Mapping[str, Entry], code: str | None, day: date) -> bool:
    """Whether the catalogue holds the code on that day."""
    entry = catalogue.get(code or "")
    return entry is not None and entry.valid_on(day)


def is_public(name: str) -> bool:
    """Whether a name means the public in general, however it is written: SAT's own spelling has no accent."""
    plain = "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
    return " ".join(plain.upper().split()) == PUBLICO_EN_GENERAL


RECEIPT_TYPES = _plain("I E T N P")
PAYMENT_FORMS = _plain("01 02 03 04 05 06 08 12 13 14 15 17 23 24 25 26 27 28 29 30 31 99")
PAYMENT_METHODS = _plain("PUE PPD")
EXPORTS = _plain("01 02 03") | {"04": Entry(valid_from=date(2022, 2, 25))}
RELATIONS = _plain("01 02 03 04 05 06 07")
PERIODICITIES = _plain("01 02 03 04 05")
MONTHS = _plain("01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18")
TAXES = _plain("001 002 003")
"""001 ISR, 002 IVA, 003 IEPS."""
FACTORS = _plain("Tasa Cuota Exento")
TAX_OBJECTS: dict[str, Entry] = _plain("01 02 03") | {
    "04": Entry(valid_from=date(2022, 10, 7)),
    "05": Entry(valid_from=date(2023, 12, 6)),
    "06": Entry(valid_from=date(2024, 12, 13)),
    "07": Entry(valid_from=date(2024, 12, 13)),
    "08": Entry(valid_from=date(2024, 12, 13)),
}

_LEGAL = "601 603 620 622 623 624"
_NATURAL = "605 606 607 608 611 612 614 615 616 621 625"
REGIMES: dict[str, Regime] = (
    {code: Regime(natural=False, legal=True) for code in _LEGAL.split()}
    | {code: Regime(natural=True, legal=False) for code in _NATURAL.split()}
    | {code: Regime(natural=True, legal=True) for code in ("610", "626")}
)

_BUSINESS = frozenset("601 603 606 612 620 621 622 623 624 625 626".split())
_PERSONAL = frozenset("605 606 607 608 611 612 614 615 625".split())
USES: dict[str, Use] = (
    {
        code: Use(natural=True, legal=True, regimes=_BUSINESS)
        for code in "G01 G03 I01 I02 I03 I04 I05 I06 I07 I08".split()
    }
    | {
        code: Use(natural=True, legal=False, regimes=_PERSONAL)
        for code in "D01 D02 D03 D04 D05 D06 D07 D08 D09 D10".split()
    }
    | {
        "G02": Use(natural=True, legal=True, regimes=_BUSINESS | {"616"}),
        "S01": Use(natural=True, legal=True, regimes=frozenset(REGIMES)),
        "CP01": Use(natural=True, legal=True, regimes=frozenset(REGIMES)),
        "CN01": Use(natural=True, legal=False, regimes=frozenset({"605"})),
    }
)


def _fixed(tax: str, rates: str, *, transferred: bool = False, withheld: bool = False) -> tuple[Rate, ...]:
    return tuple(
        Rate(tax=tax, factor="Tasa", value=Decimal(rate), transferred=transferred, withheld=withheld)
        for rate in rates.split()
    )


_BOTH = "0.265 0.3 0.53 0.5 1.6 0.304 0.25 0.09 0.08 0.07 0.06"
RATES: tuple[Rate, ...] = (
    *_fixed("002", "0 0.08 0.16", transferred=True),
    *_fixed("003", _BOTH, transferred=True, withheld=True),
    *_fixed("003", "0 0.03", transferred=True),
    Rate(tax="002", factor="Tasa", minimum=Decimal(0), value=Decimal("0.16"), withheld=True),
    Rate(tax="001", factor="Tasa", minimum=Decimal(0), value=Decimal("0.35"), withheld=True),
    Rate(
        tax="003",
        factor="Cuota",
        minimum=Decimal(0),
        value=Decimal("72.1605"),
        transferred=True,
        withheld=True,
    ),
)
"""`c_TasaOCuota`; 0.08 of IVA is the credit at the borders. The ceiling of the IEPS quota moves every January."""

_NO_DECIMALS = (
    "BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XAG XAU XBA XBB XBC XBD XDR"
    " XOF XPD XPF XPT XSU XTS"
    " XUA XXX"
)
_TWO_DECIMALS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BZD CAD CDF CHE CHF CHW"
    " CNH CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ESD ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL"
    " HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRO MUR"
    " MVR MWK MXN MXV MYR MZN NAD NGN NIC NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK"
    " SGD SHP SLL SOS SRD SSP STD SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYP UYU UZS VEF VES WST XCD"
    " YER ZAR ZMW ZWL"
)
CURRENCY_DECIMALS: dict[str, int] = (
    dict.fromkeys(_NO_DECIMALS.split(), 0)
    | dict.fromkeys(_TWO_DECIMALS.split(), 2)
    | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
    | {"CLF": 4}
)

_COUNTRIES = (
    "AD:AND AE:ARE AF:AFG AG:ATG AI:AIA AL:ALB AM:ARM AO:AGO AQ:ATA AR:ARG AS:ASM AT:AUT AU:AUS AW:ABW AX:ALA AZ:AZE"
    " BA:BIH BB:BRB BD:BGD BE:BEL BF:BFA BG:BGR BH:BHR BI:BDI BJ:BEN BL:BLM BM:BMU BN:BRN BO:BOL BQ:BES BR:BRA BS:BHS"
    " BT:BTN BV:BVT BW:BWA BY:BLR BZ:BLZ CA:CAN CC:CCK CD:COD CF:CAF CG:COG CH:CHE CI:CIV CK:COK CL:CHL CM:CMR CN:CHN"
    " CO:COL CR:CRI CU:CUB CV:CPV CW:CUW CX:CXR CY:CYP CZ:CZE DE:DEU DJ:DJI DK:DNK DM:DMA DO:DOM DZ:DZA EC:ECU EE:EST"
    " EG:EGY EH:ESH ER:ERI ES:ESP ET:ETH FI:FIN FJ:FJI FK:FLK FM:FSM FO:FRO FR:FRA GA:GAB GB:GBR GD:GRD GE:GEO GF:GUF"
    " GG:GGY GH:GHA GI:GIB GL:GRL GM:GMB GN:GIN GP:GLP GQ:GNQ GR:GRC GS:SGS GT:GTM GU:GUM GW:GNB GY:GUY HK:HKG HM:HMD"
    " HN:HND HR:HRV HT:HTI HU:HUN ID:IDN IE:IRL IL:ISR IM:IMN IN:IND IO:IOT IQ:IRQ IR:IRN IS:ISL IT:ITA JE:JEY JM:JAM"
    " JO:JOR JP:JPN KE:KEN KG:KGZ KH:KHM KI:KIR KM:COM KN:KNA KP:PRK KR:KOR KW:KWT KY:CYM KZ:KAZ LA:LAO LB:LBN LC:LCA"
    " LI:LIE LK:LKA LR:LBR LS:LSO LT:LTU LU:LUX LV:LVA LY:LBY MA:MAR MC:MCO MD:MDA ME:MNE MF:MAF MG:MDG MH:MHL MK:MKD"
    " ML:MLI MM:MMR MN:MNG MO:MAC MP:MNP MQ:MTQ MR:MRT MS:MSR MT:MLT MU:MUS MV:MDV MW:MWI MX:MEX MY:MYS MZ:MOZ NA:NAM"
    " NC:NCL NE:NER NF:NFK NG:NGA NI:NIC NL:NLD NO:NOR NP:NPL NR:NRU NU:NIU NZ:NZL OM:OMN PA:PAN PE:PER PF:PYF PG:PNG"
    " PH:PHL PK:PAK PL:POL PM:SPM PN:PCN PR:PRI PS:PSE PT:PRT PW:PLW PY:PRY QA:QAT RE:REU RO:ROU RS:SRB RU:RUS RW:RWA"
    " SA:SAU SB:SLB SC:SYC SD:SDN SE:SWE SG:SGP SH:SHN SI:SVN SJ:SJM SK:SVK SL:SLE SM:SMR SN:SEN SO:SOM SR:SUR SS:SSD"
    " ST:STP SV:SLV SX:SXM SY:SYR SZ:SWZ TC:TCA TD:TCD TF:ATF TG:TGO TH:THA TJ:TJK TK:TKL TL:TLS TM:TKM TN:TUN TO:TON"
    " TR:TUR TT:TTO TV:TUV TW:TWN TZ:TZA UA:UKR UG:UGA UM:UMI US:USA UY:URY UZ:UZB VA:VAT VC:VCT VE:VEN VG:VGB VI:VIR"
    " VN:VNM VU:VUT WF:WLF WS:WSM YE:YEM YT:MYT ZA:ZAF ZM:ZMB ZW:ZWE"
)
COUNTRIES: dict[str, str] = {pair[:2]: pair[3:] for pair in _COUNTRIES.split()}
"""ISO 3166-1 alpha-2 to the alpha-3 code that `c_Pais` uses."""
TAX_ID_PATTERNS: dict[str, str] = {"CAN": r"[0-9]{9}", "USA": r"[0-9]{9}"}
"""Countries whose tax ids `c_Pais` gives a pattern for."""

UNITS: dict[str, str] = {
    "C62": "H87",
    "EA": "H87",
    "NAR": "H87",
    "XPP": "H87",
    "ZZ": "E48",
    "BX": "XBX",
    "CT": "XCT",
    "PK": "XPK",
    "PA": "XPK",
}
"""UN/ECE units that people in Mexico write otherwise: one piece is H87, a unit of service E48. Any other stands."""

PAYMENT_FORM_OF_MEANS: dict[str, str] = {
    "10": "01",
    "20": "02",
    "30": "03",
    "31": "03",
    "42": "03",
    "58": "03",
    "48": "04",
    "54": "04",
    "55": "28",
}
"""UNCL4461 means of payment and the `c_FormaPago` that they are."""
