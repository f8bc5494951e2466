"""Code lists, names and dates of VERI*FACTU, as data.

Sources: record design DsRegistro 1.0 (lists L1 to L17), "Validaciones y errores" 1.2.2 of 2026-04-08, the file
`errores.properties` of 2026-08-18, "Descripción del servicio web" 1.0.3, QR document 0.5.0. See SOURCES.toml.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

_WS = "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/"
SF = _WS + "SuministroInformacion.xsd"
SF_LR = _WS + "SuministroLR.xsd"
SF_CONSULTA = _WS + "ConsultaLR.xsd"
SF_RESPUESTA = _WS + "RespuestaSuministro.xsd"
SF_RESPUESTA_CONSULTA = _WS + "RespuestaConsultaLR.xsd"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"

SERVICE_PATH = "/wlpl/TIKE-CONT/ws/SistemaFacturacion/VerifactuSOAP"
LIVE_HOST = "https://www1.agenciatributaria.gob.es"
PREPRODUCTION_HOST = "https://prewww1.aeat.es"
QR_HOSTS = {"live": "https://www2.agenciatributaria.gob.es", "test": "https://prewww2.aeat.es"}
QR_PATH = "/wlpl/TIKE-CONT/ValidarQR"
QR_TITLE = "QR tributario:"
PHRASE = "Factura verificable en la sede electrónica de la AEAT"
SHORT_PHRASE = "VERI*FACTU"

ID_VERSION = "1.0"
TIPO_HUELLA = "01"
MAX_RECORDS = 1000
MAX_ROWS = 12
RECORD_AGE_SECONDS = 240
FIRST_ISSUE_DATE = date(2024, 10, 28)

# L2, TipoFactura
FULL_TYPES = frozenset({"F1", "F3", "R1", "R2", "R3", "R4"})
"""Types that name their recipient (1189); the others must not (1190)."""
SIMPLIFIED_TYPES = frozenset({"F2", "R5"})
CORRECTIVE_TYPES = frozenset({"R1", "R2", "R3", "R4", "R5"})
INVOICE_TYPES = frozenset({"F1", "F2", "F3"})

# L1, Impuesto
IVA, IPSI, IGIC, OTHER_TAX = "01", "02", "03", "05"
IMPUESTOS = frozenset({IVA, IPSI, IGIC, OTHER_TAX})

# L8A, L8B: ClaveRegimen by tax
CLAVES_REGIMEN: dict[str, frozenset[str]] = {
    IVA: frozenset("01 02 03 04 05 06 07 08 09 10 11 14 15 17 18 19 20".split()),
    IGIC: frozenset("01 02 03 04 05 06 07 08 09 10 11 14 15 17 18 19 20 21".split()),
    IPSI: frozenset("01 08 11 18 19 20".split()),
    OTHER_TAX: frozenset(),
}
IPSI_CLAVE_ENFORCED = date(2027, 1, 1)
"""From this day a row of IPSI without its ClaveRegimen is refused; until then it is accepted with error 2009."""
# L9, L10
CALIFICACIONES = frozenset({"S1", "S2", "N1", "N2"})
EXENTAS = frozenset({"E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"})
EXENTAS_IGIC_ONLY = frozenset({"E7", "E8"})


class DatedRate(NamedTuple):
    """A rate of VAT, in percent, and the days on which it may be used (None: no limit)."""

    percent: Decimal
    first: date | None = None
    last: date | None = None
    code: str = "1124"


IVA_RATES = (
    DatedRate(Decimal(0)),
    DatedRate(Decimal(4)),
    DatedRate(Decimal(10)),
    DatedRate(Decimal(21)),
    DatedRate(Decimal(5), date(2022, 7, 1), date(2024, 9, 30), "1194"),
    DatedRate(Decimal(2), date(2024, 10, 1), date(2024, 12, 31), "1235"),
    DatedRate(Decimal("7.5"), date(2024, 10, 1), date(2024, 12, 31), "1236"),
)


TOTALS_UNCHECKED = frozenset({"03", "05", "06", "08", "09"})
"""ClaveRegimen under which the sums of CuotaTotal and ImporteTotal are not compared (2005, 2006)."""
TOLERANCE = Decimal(10)
SIMPLIFIED_LIMIT = Decimal(3000)
MACRODATO = Decimal(100_000_000)

# L7, IDType
NIF_IVA, PASSPORT, FOREIGN_ID, RESIDENCE, OTHER_ID, NOT_IN_CENSUS = "02", "03", "04", "05", "06", "07"
ID_TYPES = frozenset({NIF_IVA, PASSPORT, FOREIGN_ID, RESIDENCE, OTHER_ID, NOT_IN_CENSUS})

EU_VAT: dict[str, str] = {
    "AT": r"[0-9A-Z]{9}",
    "BE": r"\d{10}",
    "BG": r"\d{9,10}",
    "CY": r"[0-9A-Z]{9}",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "FI": r"\d{8}",
    "FR": r"[0-9A-Z]{11}",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"[0-9A-Z+*]{8,9}",
    "IT": r"\d{11}",
    "LT": r"(?:\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[0-9A-Z]{12}",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"[1-9]\d{1,9}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"(?:[0-9A-Z]{5}|[0-9A-Z]{9}|[0-9A-Z]{12})",
}
"""NIF-IVA of the member states after their two letters (Validaciones, note 1)."""


class PrefixWindow(NamedTuple):
    """The days on which a NIF-IVA may begin with these letters (None: no limit), and the code outside them."""

    prefix: str
    first: date | None
    last: date | None
    code: str


FORMER_EU_VAT: dict[str, str] = {"GB": r"(?:[0-9A-Z]{5}|[0-9A-Z]{9}|[0-9A-Z]{12})"}
"""NIF-IVA of who was a member state on the day of an older operation; nobody is named so today."""
NIF_IVA_WINDOWS = (
    PrefixWindow("GB", None, date(2021, 1, 31), "1255"),
    PrefixWindow("XI", date(2021, 1, 1), None, "1254"),
)
"""Brexit: GB until January 2021, XI from that month on (Validaciones, note 1)."""

COUNTRIES = frozenset(
    (
        "AF AL DE AD AO AI AQ AG SA DZ AR AM AW AU AT AZ BS BH BD BB BE BZ BJ BM BY BO BA BW BV BR BN BG BF BI BT "
        "CV KY KH CM CA CF CC CO KM CG CD CK KP KR CI CR HR CU TD CZ CL CN CY CW DK DM DO EC EG AE ER SK SI ES US "
        "EE ET FO PH FI FJ FR GA GM GE GS GH GI GD GR GL GU GT GG GN GQ GW GY HT HM HN HK HU IN ID IR IQ IE IM IS "
        "IL IT JM JP JE JO KZ KE KG KI KW LA LS LV LB LR LY LI LT LU XG MO MK MG MY MW MV ML MT FK MP MA MH MU MR "
        "YT UM MX FM MD MC MN ME MS MZ MM NA NR CX NP NI NE NG NU NF NO NC NZ IO OM NL BQ PK PW PA PG PY PE PN PF "
        "PL PT PR QA GB RW RO RU RE SB SV WS AS KN SM SX PM VC SH LC ST SN RS SC SL SG SY SO LK SZ ZA SD SS SE CH "
        "SR TH TW TZ TJ PS TF TL TG TK TO TT TN TC TM TR TV TW UA UG UY UZ VU VA VE VG VI VN WF YE DJ ZM ZW QU XB "
        "XU XN "
    ).split()
)
"""CodigoPais (CountryType2). It has GR, not EL, and no XI: such NIF-IVA go without CodigoPais."""

# Error families, by the section of errores.properties and not by the first digit.
MESSAGE_TECHNICAL = frozenset("3500 3501 4103 4108 4110 4111 4128 4134".split())
"""Refusals of a whole message that their own side may get over: try again later."""


def is_message_code(code: str) -> bool:
    """Refusals of a whole message: 4102-4141 and 3500-3503."""
    return len(code) == 4 and ("4102" <= code <= "4141" or "3500" <= code <= "3503")


def is_record_code(code: str) -> bool:
    """Refusals of one record: 1100-1293 and 3000-3004."""
    return len(code) == 4 and ("1100" <= code <= "1293" or "3000" <= code <= "3004")


def is_warning_code(code: str) -> bool:
    """Records accepted with errors: 2000-2009."""
    return len(code) == 4 and "2000" <= code <= "2009"


DUPLICATE = "3000"
NO_CORRECTION_NEEDED = frozenset({"2004", "2009"})
"""Accepted with errors that need no subsanación (Validaciones 4.3.1)."""
