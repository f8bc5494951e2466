"""What a refusal asks a person to do, code by code: the words of `sentences`, and the place where it is mended.

Sources: errores.properties of 2026-08-18 (codes and families); "Validaciones y errores" 1.2.2; FAQ for developers 1.3
§17: where the invoice itself is wrong, only a new document mends it; where it was right, a subsanación of its record.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from jurisdictions.contract import CaseClass, Diagnosis, InstructionKind, Path
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.rules.sentence import Sentence
from jurisdictions.verifactu.rules.sentences import SENTENCES

RECORD_FIELDS = (
    "/extensions/verifactu",
    "/customer/name",
    "/customer/tax_ids",
    "/lines/*/extensions/verifactu",
)
"""What a subsanación may mend: data of the record and how the customer is named, never an amount or a rate."""
INNER_FIELDS = ("/extensions/verifactu", "/customer/tax_ids/*/scheme", "/lines/*/extensions/verifactu")
"""What it may mend of a record that nobody has complained of: only what the invoice does not show (FAQ §17, 2.b)."""

_EXTENSION = "/extensions/verifactu"
_PLACES: Mapping[str, str] = {
    "/customer/tax_ids/0/value": (
        "1100 1101 1102 1103 1109 1110 1111 1121 1122 1123 1126 1131 1189 1191 1192 1193 1232 1233 1234 1239 1254 1255"
        " 1283 1290 2001"
    ),
    "/lines/0/taxes/0/percent": (
        "1124 1127 1132 1135 1140 1142 1143 1144 1150 1160 1162 1163 1164 1165 1166 1167 1168 1169 1170 1194 1235 1236"
        " 1277"
    ),
    "/issue_date": "1105 1112 1133 1152",
    "/operation_date": "1125 1134 1145 1146 1147 1173",
    "/series": "1104 1130 1287 3000",
    f"{_EXTENSION}/clave_regimen": (
        "1148 1149 1181 1182 1195 1196 1197 1198 1199 1200 1201 1202 1203 1205 1206 1207 1208 1209 1218 1237 1238 1245"
        " 1246 1252 1257 1260 1281 1284 1286 1289 1293 2009"
    ),
    f"{_EXTENSION}/tipo_factura": "1106 1107 1114 1115 1116 1117 1118 1119 1136 1154 1156 1157 1183 1184 1185 1190",
    f"{_EXTENSION}/tercero": "1151 1155 1158 1159 1178 1186 1187 1188 1211",
    f"{_EXTENSION}/generado_por": "1224 1225 1227 1228 1229 1230 1231 1258 1259 1273",
    f"{_EXTENSION}/num_registro_acuerdo": "1128",
    f"{_EXTENSION}/ref_externa": "1253",
    _EXTENSION: "SCHEMA",
    "/credentials/certificate": "CERTIFICATE 4112",
    "/attestations/representation": "REPRESENTATION",
}
_PLACE = {code: place for place, codes in _PLACES.items() for code in codes.split()}
"""Where in the invoice, or in what its issuer has stored, the cause of a code most likely lies."""

_OURS: Mapping[str, Sentence] = {
    "SCHEMA": Sentence(
        "The record does not fit the schema and was kept back so that the others could go.",
        "Correct the data that the finding names; a new record goes to the end of the chain.",
        CaseClass.DEFECT,
        Path.CORRECT,
    ),
    "CERTIFICATE": Sentence(
        "The tax office did not accept the certificate.",
        "Store a valid qualified certificate of the issuer or of its representative; nothing is lost meanwhile.",
        CaseClass.CONFIGURATION,
        Path.RESEND,
    ),
    "DECLARATION": Sentence(
        "No signed declaración responsable of this version of the billing system is registered: nothing is sent.",
        "The operator registers it; the same records go out then.",
        CaseClass.CONFIGURATION,
        Path.RESEND,
    ),
    "REPRESENTATION": Sentence(
        "Nobody has shown that the certificate's holder may send for the issuer: nothing is sent.",
        "Register the signed representation, or store the issuer's own certificate; the same records go out then.",
        CaseClass.CONFIGURATION,
        Path.RESEND,
    ),
}
_PATHS = {
    "3003": Path.RESEND,
    "3004": Path.NEW_DOCUMENT,
}
"""Once the right certificate sends it, 3003 has no cause any more; after 3004 no record of ours will be taken."""

_MESSAGE = Sentence(
    "The tax office refused the whole message; its records wait unchanged.",
    "Look at its own words; the same records go out again.",
    CaseClass.CONFIGURATION,
    Path.RESEND,
)
_RECORD = Sentence("The tax office refused the record.", "Correct what its own words name.")


def classify(kind: InstructionKind, code: str, message: str | None) -> Diagnosis:
    """A code of the AEAT, or one of ours (SCHEMA, CERTIFICATE, DECLARATION, REPRESENTATION), in a person's words."""
    sentence = _OURS.get(code) or SENTENCES.get(code)
    known = sentence is not None
    if sentence is None:
        sentence = _MESSAGE if lists.is_message_code(code) else _RECORD
    path = _PATHS.get(code, sentence.path)
    found = Diagnosis(
        case_class=CaseClass.AUTHORITY_BUSY if code in lists.MESSAGE_TECHNICAL else sentence.case_class,
        sentence=sentence.text,
        path=path,
        pointer=_PLACE.get(code) if known or path is Path.RESEND else _EXTENSION,
        fix=sentence.fix if known else message or sentence.fix,
        actions=_ACTIONS[path],
        editable=_EDITABLE[path],
    )
    if code == lists.DUPLICATE and kind is not InstructionKind.ISSUE:
        return _held_elsewhere(found)
    return found


def _held_elsewhere(found: Diagnosis) -> Diagnosis:
    """What was refused as duplicate corrects or cancels: the AEAT holds a former record, and the next one says so."""
    return structs.replace(
        found,
        path=Path.CORRECT,
        pointer=None,
        fix="The next correction says that the AEAT holds a record: RechazoPrevio=S.",
        actions=_ACTIONS[Path.CORRECT],
        editable=_EDITABLE[Path.CORRECT],
    )


_ACTIONS = {
    Path.CORRECT: ("correct", "resolve"),
    Path.NEW_DOCUMENT: ("new_document", "resolve"),
    Path.RESEND: ("retry", "resolve"),
    Path.RESEAL: ("resubmit", "resolve"),
}
_EDITABLE: Mapping[Path, tuple[str, ...]] = {
    Path.CORRECT: RECORD_FIELDS,
    Path.NEW_DOCUMENT: ("",),
    Path.RESEND: (),
    Path.RESEAL: (),
}
