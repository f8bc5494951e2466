"""Who takes part: RFC shapes, tax regimes, uses of an invoice, countries, and the public in general."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from jurisdictions.cfdi.codelists.entry import Entry
from jurisdictions.cfdi.codelists.published import small

RFC_PATTERN = r"[A-Z&Ñ]{3,4}[0-9]{2}(0[1-9]|1[012])(0[1-9]|[12][0-9]|3[01])[A-Z0-9]{2}[0-9A]"
UUID_PATTERN = r"[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}"
RFC_NATIONAL = "XAXX010101000"
"""The generic RFC of a buyer in Mexico who is not named by an own one."""
RFC_FOREIGN = "XEXX010101000"
"""The generic RFC of a buyer abroad."""
RFC_GENERIC = frozenset({RFC_NATIONAL, RFC_FOREIGN})
PUBLICO_EN_GENERAL = "PUBLICO EN GENERAL"


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


def is_public(name: str) -> bool:
    """Whether a name means the public in general, however it is written: SAT's own spelling has no accent."""
    plain_name = "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
    return " ".join(plain_name.upper().split()) == PUBLICO_EN_GENERAL


def _regimes() -> dict[str, Regime]:
    return {
        code: Regime(
            valid_from=days.valid_from, valid_until=days.valid_until, natural="natural" in who, legal="legal" in who
        )
        for code, (days, (who,)) in small()["c_RegimenFiscal"].items()
    }


def _uses() -> dict[str, Use]:
    return {
        code: Use(
            valid_from=days.valid_from,
            valid_until=days.valid_until,
            natural="natural" in who,
            legal="legal" in who,
            regimes=frozenset(regimes.split()),
        )
        for code, (days, (who, regimes)) in small()["c_UsoCFDI"].items()
    }


REGIMES: dict[str, Regime] = _regimes()
USES: dict[str, Use] = _uses()

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
TAX_ID_PATTERNS: dict[str, str] = {
    code: pattern for code, (_, (pattern,)) in small()["c_Pais"].items() if pattern and code != "MEX"
}
"""Countries whose tax ids `c_Pais` gives a pattern for; Mexico's own is `RFC_PATTERN`."""
