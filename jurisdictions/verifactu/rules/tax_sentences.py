"""The AEAT's codes of tax and of identity in a person's words: what is wrong, and what to do then.

Where the invoice itself is wrong the law wants a new document; where only its record is, a subsanación (FAQ for
developers 1.3 §17). Sentences of our own over "Validaciones y errores" 1.2.2 and errores.properties of 2026-08-18.
"""

from __future__ import annotations

from jurisdictions.contract import CaseClass, Path
from jurisdictions.verifactu.rules.sentence import Sentence

_DEFECT = CaseClass.DEFECT
_NEW = Path.NEW_DOCUMENT
_REPORT = "The gateway computes this: report it as a defect."
_REGIME = "Change clave_regimen, or the category of the tax."
_RATE = "Use a rate in force on the day of the operation; IGIC and IPSI are taxes of their own."
_SURCHARGE = "Use the surcharge that belongs to the rate on the day of the operation, or leave it out."
_NUMBER = "Use letters, digits, hyphen, slash or underscore."
_ASK = "Ask the customer for the right number; a Spanish NIF is written without ES."
_SCHEME = "Give the customer's tax id under the scheme of its country and kind, like ES:NIF, FR:VAT or US:PASSPORT."
_THIRD = "Mend settings.verifactu.terceros, or the number in extensions.verifactu.tercero."
_LEAVE_OUT = "Leave the rate and the tax out of a row that is not taxed."


def _surcharge(rate: str) -> Sentence:
    return Sentence(f"A rate of {rate} % does not admit this surcharge.", _SURCHARGE, path=_NEW)


TAX: dict[str, Sentence] = {
    "1100": Sentence("A rate or a base does not fit into its element.", "Give rates with at most two decimals."),
    "1124": Sentence("VAT has no such rate.", _RATE, path=_NEW),
    "1127": Sentence("There is no such equivalence surcharge.", _SURCHARGE, path=_NEW),
    "1140": Sentence("The tax and its base at cost have different signs.", "Mend amounts or base_a_coste.", path=_NEW),
    "1142": Sentence("The tax is not that of base and rate, by more than ten euros.", _REPORT, _DEFECT, _NEW),
    "1143": Sentence("Tax and base have different signs.", _REPORT, _DEFECT, _NEW),
    "1144": Sentence(
        "The tax is not that of base at cost and rate, by more than ten euros.",
        "Mend base_a_coste or the line.",
        path=_NEW,
    ),
    "1148": Sentence("ClaveRegimen 14 goes with types F1 and R1 to R4.", _REGIME),
    "1149": Sentence(
        "ClaveRegimen 14 goes with a public body as customer, whose NIF begins with P, Q, S or V.", _REGIME
    ),
    "1150": Sentence(
        "A simplified invoice (F2) is at most 3000 EUR.", "Issue a full invoice that names its customer.", path=_NEW
    ),
    "1160": _surcharge("5"),
    "1162": _surcharge("21"),
    "1163": _surcharge("10"),
    "1164": _surcharge("4"),
    "1165": _surcharge("0"),
    "1166": _surcharge("2"),
    "1167": _surcharge("5"),
    "1168": _surcharge("5"),
    "1169": _surcharge("7.5"),
    "1170": _surcharge("0"),
    "1277": _surcharge("0"),
    "1181": Sentence("There is no such qualification.", "Use S1, S2, N1 or N2."),
    "1182": Sentence("The tax has no such exemption; E7 and E8 belong to IGIC.", "Use an exemption of the tax."),
    "1194": Sentence("VAT of 5 % was in force from July 2022 to September 2024 only.", _RATE, path=_NEW),
    "1195": Sentence(
        "Every amount is qualified: taxed, exempt or outside the tax.",
        "Give the line a tax; category O says that it lies outside VAT.",
    ),
    "1196": Sentence("A row is either qualified or exempt, not both.", "Give calificacion or exenta, not both."),
    "1197": Sentence("Reverse charge (S2) goes with F1, F3 and R1 to R4.", "Issue a full invoice.", path=_NEW),
    "1198": Sentence("A row of reverse charge (S2) shows rate and tax, both zero.", _REPORT, _DEFECT),
    "1199": Sentence("ClaveRegimen 01 admits no exemption E2 or E3.", "Exports go under clave_regimen 02."),
    "1200": Sentence("ClaveRegimen 03 admits S1 or an exemption.", _REGIME),
    "1201": Sentence("ClaveRegimen 04 admits S2 or an exemption.", _REGIME),
    "1202": Sentence(
        "ClaveRegimen 06 needs a base at cost, and is not for F2, F3 or R5.",
        "State extensions.verifactu.base_a_coste on the line, or change clave_regimen.",
    ),
    "1203": Sentence("ClaveRegimen 07 admits S1, or an exemption E1, E6, E7 or E8.", _REGIME),
    "1205": Sentence("ClaveRegimen 10 goes with N1, type F1 and customers named by NIF.", _REGIME),
    "1206": Sentence("ClaveRegimen 11 goes with 21 %.", "Change the rate, or clave_regimen."),
    "1207": Sentence("Only a row that is subject and not exempt (S1) has an amount of tax.", _LEAVE_OUT),
    "1208": Sentence("A taxed row has a rate and an amount of tax.", "Give the percent, 0 included.", path=_NEW),
    "1209": Sentence(
        "A taxed row at cost has a rate and an amount of tax.", "Give the percent, 0 included.", path=_NEW
    ),
    "1218": Sentence("There is no such tax.", "Use 01 (VAT), 02 (IPSI), 03 (IGIC) or 05 (another)."),
    "1235": Sentence("VAT of 2 % was in force from October to December 2024 only.", _RATE, path=_NEW),
    "1236": Sentence("VAT of 7.5 % was in force from October to December 2024 only.", _RATE, path=_NEW),
    "1237": Sentence("A row outside VAT (N1, N2) has no rate, tax or surcharge.", _LEAVE_OUT),
    "1238": Sentence("An exempt row has no rate, tax or surcharge.", _LEAVE_OUT),
    "1245": Sentence("ClaveRegimen is required with VAT, IPSI and IGIC.", "State clave_regimen."),
    "1246": Sentence("The tax has no such ClaveRegimen.", "Choose one of those of the tax."),
    "1252": Sentence("ClaveRegimen 08 admits N2 only.", _REGIME),
    "1257": Sentence(
        "A base at cost goes with ClaveRegimen 06, IPSI or another tax only.", "Leave base_a_coste out of the line."
    ),
    "1260": Sentence("Taxes other than VAT, IPSI and IGIC have no ClaveRegimen.", "Leave clave_regimen out."),
    "1281": Sentence("Only a row that is subject and not exempt (S1) has a surcharge.", "Leave the surcharge out."),
    "1284": Sentence("Rate and amount of a surcharge go together.", _REPORT, _DEFECT),
    "1286": Sentence("ClaveRegimen 02 admits exemptions only.", _REGIME),
    "1289": Sentence(
        "An intra-community supply (E5) names its recipient by the VAT number of another member state.",
        "Give the customer's VAT number of its state, or another category of the tax.",
    ),
    "1293": Sentence("ClaveRegimen 20 of IGIC admits N2 only.", _REGIME),
    "2005": Sentence("ImporteTotal is not the sum of its rows, by more than ten euros.", _REPORT, _DEFECT),
    "2006": Sentence("CuotaTotal is not the sum of its rows, by more than ten euros.", _REPORT, _DEFECT),
    "2009": Sentence("A row of IPSI has a ClaveRegimen of its list; from 2027 on it is refused without.", _REGIME),
    "4113": Sentence("A record has at most twelve rows of tax.", "Split the invoice.", path=_NEW),
}

PARTY: dict[str, Sentence] = {
    "1101": Sentence("The AEAT's list has no such country.", _SCHEME),
    "1102": Sentence("There is no such type of identity.", _SCHEME),
    "1103": Sentence("A number does not have the form that its country gives it.", _ASK),
    "1104": Sentence("The number is empty or longer than 60 characters.", "Shorten the series.", path=_NEW),
    "1111": Sentence("An identity that is no VAT number names its country.", _SCHEME),
    "1120": Sentence(
        "The issuer's NIF is not well formed.",
        "Correct the issuer's tax id under the scheme ES:NIF.",
        CaseClass.CONFIGURATION,
    ),
    "1122": Sentence("The country is not that of the VAT number's first two letters.", _SCHEME),
    "1123": Sentence("A NIF is not well formed.", _ASK),
    "1126": Sentence(
        "Spanish persons are named by NIF, or by passport; type 07 is theirs alone.",
        "Give the NIF under the scheme ES:NIF.",
    ),
    "1130": Sentence("The number has characters that are not admissible.", _NUMBER, path=_NEW),
    "1131": Sentence("Type 07 is for natural persons only.", _ASK),
    "1155": Sentence("A third party is named, but not said to have issued the invoice.", _THIRD),
    "1158": Sentence("The customer is said to have issued the invoice, and is not named.", "Name the customer."),
    "1159": Sentence("A third party is named where the customer issued the invoice.", _THIRD),
    "1178": Sentence("The third party is named by NIF or by another identity, one of them.", _THIRD),
    "1186": Sentence("A third party is said to have issued the invoice, and is not named.", _THIRD),
    "1188": Sentence("The third party is the issuer itself.", "Leave extensions.verifactu.tercero out."),
    "1189": Sentence(
        "A full invoice names its recipient by a tax id.", "Add a tax id, or issue a simplified invoice.", path=_NEW
    ),
    "1190": Sentence(
        "A record of a simplified invoice names no recipient.",
        "Issue a full invoice (simplified: false) if the customer needs to be named.",
    ),
    "1191": Sentence("Type R3 admits recipients by NIF only, or as not in the census (07).", _SCHEME),
    "1192": Sentence("Type R2 admits recipients by NIF, VAT number, or as not in the census (07).", _SCHEME),
    "1211": Sentence("A third party cannot be one who is not in the census (07).", _THIRD),
    "1232": Sentence("A Spanish third party is named by NIF, or by passport.", _THIRD),
    "1239": Sentence("The recipient is not identified.", _ASK),
    "1254": Sentence("VAT numbers with XI exist since January 2021.", _ASK),
    "1255": Sentence("VAT numbers with GB ended with January 2021.", "Name the customer by another document."),
    "1287": Sentence("The number has one of the characters < > \" ' =.", _NUMBER, path=_NEW),
    "1290": Sentence("The number of somebody not in the census (07) is a NIF, well formed.", _ASK),
}

SENTENCES = TAX | PARTY
