"""What a refusal asks a person to do, code by code, as data.

Sources: errores.properties of 2026-08-18 (codes and families); "Validaciones y errores" 1.2.2; FAQ for developers 1.3
§17: where the invoice itself is wrong, only a new document mends it; where it was right, a subsanación of its record.
"""

from __future__ import annotations

from typing import NamedTuple

from jurisdictions.contract import CaseClass, Diagnosis, InstructionKind, Path
from jurisdictions.verifactu import codelists as lists

RECORD_FIELDS = (
    "/extensions/verifactu",
    "/customer/name",
    "/customer/tax_ids",
    "/lines/*/extensions/verifactu",
)
"""What a subsanación may mend: data of the record and how the customer is named, never an amount or a rate."""


class _Advice(NamedTuple):
    case_class: CaseClass
    path: Path
    sentence: str
    pointer: str | None = None
    fix: str | None = None


_EXTENSION = "/extensions/verifactu"
_RECIPIENT = "/customer/tax_ids/0/value"
_DATA, _CONFIG, _DEFECT = CaseClass.DATA_CORRECTION, CaseClass.CONFIGURATION, CaseClass.DEFECT

_NIF = _Advice(
    _DATA,
    Path.CORRECT,
    "The tax office does not know the customer under this NIF and name.",
    _RECIPIENT,
    "Ask the customer for NIF and registered name, or check them in the census service, and correct the record.",
)
_RATE = _Advice(
    _DATA,
    Path.NEW_DOCUMENT,
    "A rate or an amount of tax is not one that the law knows on that date.",
    "/lines/0/taxes/0/percent",
    "The invoice itself is wrong: issue a factura rectificativa.",
)
_DATE = _Advice(
    _DATA,
    Path.NEW_DOCUMENT,
    "A date of the invoice is not admissible.",
    "/issue_date",
    "The invoice itself is wrong: issue a new one with an admissible date.",
)
_NUMBER = _Advice(
    _DATA,
    Path.NEW_DOCUMENT,
    "The number of the invoice has characters that are not admissible.",
    "/series",
    "Issue the invoice anew in a series of plain characters.",
)
_QUALIFICATION = _Advice(
    _DATA,
    Path.CORRECT,
    "Régimen, qualification and exemption of a row of the Desglose do not go together.",
    _EXTENSION + "/clave_regimen",
    "Choose clave_regimen, calificacion or exenta that fit, and send a correction of the record.",
)
_PRODUCT = _Advice(
    _CONFIG,
    Path.CORRECT,
    "The block SistemaInformatico names a producer or a product that the tax office does not accept.",
    None,
    "Mend the product's data in the issuer's settings, then correct the record.",
)
_SEAL = _Advice(
    _DEFECT,
    Path.CORRECT,
    "The record's huella or link does not stand as the tax office computes it.",
    None,
    "Verify the chain; a correction of the record at its end mends it.",
)
_AMOUNTS = _Advice(
    _DEFECT, Path.CORRECT, "The totals of the record differ from the sum of its rows.", None, "Correct the record."
)

_ADVICE: dict[str, _Advice] = {
    **dict.fromkeys("1100 1103 1109 1110 1121 1123 1239 1290 1283".split(), _NIF),
    **dict.fromkeys("1101 1102 1111 1122 1126 1131 1189 1191 1192 1232 1233 1234 1254 1255".split(), _NIF),
    **dict.fromkeys("1124 1127 1132 1135 1140 1142 1143 1144 1150 1194 1235 1236 1277".split(), _RATE),
    **dict.fromkeys([str(code) for code in range(1160, 1171) if code != 1161], _RATE),
    **dict.fromkeys("1105 1112 1125 1133 1134 1145 1146 1152 1173".split(), _DATE),
    **dict.fromkeys("1104 1130 1287".split(), _NUMBER),
    **dict.fromkeys(
        "1181 1182 1195 1196 1197 1198 1199 1200 1201 1202 1203 1205 1206 1207 1208".split(), _QUALIFICATION
    ),
    **dict.fromkeys("1209 1237 1238 1245 1246 1252 1257 1260 1281 1284 1286 1289 1293 2009".split(), _QUALIFICATION),
    **dict.fromkeys("1176 1177 1179 1212 1213 1220 1221 1223 1226 1241 1242".split(), _PRODUCT),
    **dict.fromkeys("1174 1175 1180 1244 1247 1262 1263 1264 1268 1269 1274 1291 1292".split(), _SEAL),
    **dict.fromkeys("2000 2002 2003 2007 2008".split(), _SEAL),
    **dict.fromkeys("2005 2006".split(), _AMOUNTS),
    "2001": _NIF,
    "2004": _Advice(
        CaseClass.AUTHORITY_BUSY,
        Path.CORRECT,
        "The record reached the tax office more than 240 seconds after it was made; it stands and needs nothing.",
    ),
    "3000": _Advice(
        CaseClass.DUPLICATE,
        Path.NEW_DOCUMENT,
        "The tax office holds another record under this number and date, from another billing system.",
        "/series",
        "Find the system that used the number; issue this invoice in a series of its own.",
    ),
    "3001": _Advice(CaseClass.DUPLICATE, Path.NEW_DOCUMENT, "The record is cancelled already.", None),
    "3002": _Advice(
        _DATA,
        Path.CORRECT,
        "The tax office holds no record of this invoice that could be corrected or cancelled.",
        None,
        "Send it again as a record without a former one.",
    ),
    "3003": _Advice(
        _CONFIG, Path.RESEND, "The holder of the certificate may not change this record.", None, "Check the mandate."
    ),
    "3004": _Advice(
        CaseClass.DUPLICATE, Path.NEW_DOCUMENT, "The invoice was cancelled through the tax office's own form."
    ),
    "SCHEMA": _Advice(
        _DEFECT,
        Path.CORRECT,
        "The record does not fit the schema and was kept back so that the others could go.",
        _EXTENSION,
        "Correct the data that the finding names; a new record goes to the end of the chain.",
    ),
    "CERTIFICATE": _Advice(
        _CONFIG,
        Path.RESEND,
        "The tax office did not accept the certificate.",
        "/credentials/certificate",
        "Store a valid qualified certificate of the issuer or of its representative; nothing is lost meanwhile.",
    ),
    "4112": _Advice(
        _CONFIG,
        Path.RESEND,
        "The certificate belongs to nobody who may speak for this issuer.",
        "/credentials/certificate",
        "Register the mandate (apoderamiento or colaboración social), or use the issuer's own certificate.",
    ),
    "4141": _Advice(
        _CONFIG,
        Path.RESEND,
        "The tax office has suspended this access to VERI*FACTU.",
        None,
        "Call the tax office; the records wait in order.",
    ),
}

_MESSAGE = _Advice(_CONFIG, Path.RESEND, "The tax office refused the whole message; its records wait unchanged.")
_BUSY = _Advice(CaseClass.AUTHORITY_BUSY, Path.RESEND, "The tax office had a technical fault; we try again.")
_RECORD = _Advice(_DATA, Path.CORRECT, "The tax office refused the record.", _EXTENSION, "Correct what its text names.")


def classify(kind: InstructionKind, code: str, message: str | None) -> Diagnosis:
    """A code of the AEAT, or one of ours (SCHEMA, CERTIFICATE), in a person's words."""
    advice = _ADVICE.get(code) or _by_family(code)
    if code == lists.DUPLICATE and kind is not InstructionKind.ISSUE:
        advice = advice._replace(path=Path.CORRECT, pointer=None, fix="The next correction says RechazoPrevio=S.")
    editable = {Path.CORRECT: RECORD_FIELDS, Path.NEW_DOCUMENT: ("",)}.get(advice.path, ())
    return Diagnosis(
        case_class=advice.case_class,
        sentence=advice.sentence,
        path=advice.path,
        pointer=advice.pointer,
        fix=advice.fix or message,
        actions=_ACTIONS[advice.path],
        editable=editable,
    )


_ACTIONS = {
    Path.CORRECT: ("correct", "resolve"),
    Path.NEW_DOCUMENT: ("new_document", "resolve"),
    Path.RESEND: ("retry", "resolve"),
    Path.RESEAL: ("resubmit", "resolve"),
}


def _by_family(code: str) -> _Advice:
    if code in lists.MESSAGE_TECHNICAL:
        return _BUSY
    return _MESSAGE if lists.is_message_code(code) else _RECORD
