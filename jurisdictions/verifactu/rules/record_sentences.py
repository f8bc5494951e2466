"""What the AEAT's codes about a record as a whole mean to a person: identity, days, link, system, reception.

Meanings: errores.properties of 2026-08-18 and "Validaciones y errores" 1.2.2, in our own words.
"""

from __future__ import annotations

from collections.abc import Mapping

from jurisdictions.contract import CaseClass, Path
from jurisdictions.verifactu.rules.sentence import Sentence

_CONFIG, _DEFECT, _BUSY = CaseClass.CONFIGURATION, CaseClass.DEFECT, CaseClass.AUTHORITY_BUSY
_NEW = Path.NEW_DOCUMENT

_ANOTHER_DATE = "The date stands on the invoice: issue a new one with an admissible date."
_WRITER = "The program writes this field: report it as a defect and send a correction of the record."
_CHAIN = "Verify the chain; a record with the right link or huella at its end mends it, never an edited old one."
_PRODUCT = "Mend the product's data to those of its declaración responsable, then correct the record."
_CENSUS = "Check the NIF and the registered name in the AEAT's census service, and correct the record."
_LATER = "The tax office has trouble of its own: send the same record again later."
_QUESTION = "Mend the consultation and ask again."
_FLAG = "Say S or N, or leave the field out."
_WHO_CANCELS = "Say who made the record by GeneradoPor and Generador, or leave both out."


def _of(text: str, fix: str, case_class: CaseClass = CaseClass.DATA_CORRECTION, path: Path = Path.CORRECT) -> Sentence:
    return Sentence(text, fix, case_class, path)


_IDENTITY: Mapping[str, Sentence] = {
    "1105": _of("The day of issue is not written dd-mm-yyyy, or the calendar has none such.", _ANOTHER_DATE, path=_NEW),
    "1106": _of("TipoFactura is none of F1, F2, F3 and R1 to R5.", "Choose one of the eight types."),
    "1107": _of("TipoRectificativa is neither S nor I.", "Say S for a substitution, I for differences."),
    "1108": _of("The record's issuer is not the obligado of the message.", "Send it in a message of its own obligado."),
    "1109": _of("The census does not hold a NIF of this record.", _CENSUS),
    "1110": _of("The census does not hold this NIF.", _CENSUS),
    "1114": _of("A rectificativa does not say how it corrects.", "Add TipoRectificativa S or I."),
    "1115": _of("An invoice that corrects none says how it corrects.", "Leave TipoRectificativa out."),
    "1116": _of("Only an F3 names the simplified invoices that it replaces.", "Use type F3, or leave them out."),
    "1117": _of("Only a rectificativa names the invoices that it corrects.", "Use R1 to R5, or leave them out."),
    "1118": _of("A substitution lacks the amounts that it replaces.", "Add ImporteRectificacion."),
    "1119": _of("Only a substitution has amounts that it replaces.", "Leave ImporteRectificacion out."),
    "1121": _of("The census does not hold the person of an IDOtro.", _CENSUS),
    "1171": _of("Subsanacion is neither S nor N.", _FLAG),
    "1153": _of("RechazoPrevio X stands only beside Subsanacion S.", "Set Subsanacion to S, or leave X out."),
    "1161": _of("RechazoPrevio S stands only beside Subsanacion S.", "Set Subsanacion to S, or leave S out."),
    "1154": _of("The census does not hold the issuer of an invoice that is referred to.", _CENSUS),
    "1156": _of("A NIF-IVA does not go with this TipoFactura.", "Name the recipient otherwise, or change the type."),
    "1193": _of("The recipient's NIF is not in the census, or is the issuer's own.", _CENSUS),
    "1217": _of("The tax office could not identify the issuer.", _CENSUS),
    "1219": _of("The NIF of another invoice's issuer has not nine characters.", "Write it without the prefix ES."),
    "1187": _of("A third party is named although it did not issue the invoice.", "Say T, or leave Tercero out."),
    "1233": _of("A Spaniard named by IDOtro has another type than 07.", "Name Spaniards by NIF."),
    "1234": _of("A Spaniard named by IDOtro has another type than 03 or 07.", "Name Spaniards by NIF."),
    "1240": _of("Something is wrong with the issuer's block.", _CENSUS),
    "1251": _of("IDVersion is not 1.0.", _WRITER, _DEFECT),
    "1253": _of("RefExterna has more than 60 characters.", "Shorten ref_externa."),
    "1275": _of("RechazoPrevio has a value that its kind of record does not know.", "Use N, S, or X in an alta."),
    "1276": _of("SinRegistroPrevio is neither S nor N.", _FLAG),
}
_DAYS: Mapping[str, Sentence] = {
    "1112": _of("The invoice is dated after today.", _ANOTHER_DATE, path=_NEW),
    "1133": _of("The invoice is dated more than twenty years back.", _ANOTHER_DATE, path=_NEW),
    "1152": _of("The invoice is dated before VERI*FACTU began.", "Such invoices have no record.", path=_NEW),
    "1125": _of("The operation lies beyond the end of next year.", _ANOTHER_DATE, path=_NEW),
    "1134": _of("The operation lies more than twenty years back.", _ANOTHER_DATE, path=_NEW),
    "1145": _of("A day is not written dd-mm-yyyy, or the calendar has none such.", "Correct the day."),
    "1146": _of(
        "The invoice is dated before its operation.",
        "Only ClaveRegimen 14 and 15 let an invoice go before; else leave the day of the operation out.",
    ),
    "1147": _of(
        "ClaveRegimen 14 wants an operation after the day of issue.", "State the day on which the tax falls due."
    ),
    "1173": _of("The operation lies in the future.", "Only ClaveRegimen 14 and 15 admit it; else leave the day out."),
    "1256": _of("The tax office could not look up its first day of issue.", _LATER, _BUSY),
    "1288": _of("The tax office could not compare the days.", _LATER, _BUSY),
}
_MARKS: Mapping[str, Sentence] = {
    "1136": _of("FacturaSimplificadaArt7273 is neither S nor N.", _FLAG),
    "1137": _of("Macrodato is neither S nor N.", _FLAG),
    "1138": _of("Macrodato S stands on less than 100 million.", _WRITER, _DEFECT),
    "1139": _of("From 100 million on, either way, Macrodato is S.", _WRITER, _DEFECT),
    "1151": _of("EmitidaPorTerceroODestinatario is neither T nor D.", "Use T or D, or leave it out."),
    "1157": _of("Cupon is S or N, and S only on R1 and R5.", "Leave the mark out, or use R1 or R5."),
    "1183": _of("The mark of a simplified invoice with full data does not go with F2 and R5.", "Leave it out."),
    "1184": _of("FacturaSinIdentifDestinatarioArt61d is neither S nor N.", _FLAG),
    "1185": _of("The mark of an unnamed recipient goes with F2 and R5 alone.", "Leave it out, or use F2 or R5."),
    "1128": _of("The tax office knows no such invoicing agreement.", "Use the number of its resolution, or none."),
    "1129": _of("The tax office could not look up the invoicing agreement.", _LATER, _BUSY),
    "1132": _of("This rate of VAT belongs to the years until 2012.", "Use a rate in force.", path=_NEW),
    "1135": _of("This surcharge belongs to the years until 2012.", "Use a surcharge in force.", path=_NEW),
    "1210": _of("ImporteTotal is not the sum of the rows.", "Told as 2005 now: correct the record."),
    "1216": _of("CuotaTotal is not the sum of the rows.", "Told as 2006 now: correct the record."),
    "1265": _of("TipoFactura has not two characters.", "Choose one of the eight types."),
    "1266": _of("CuotaTotal is no amount of twelve digits and two decimals.", "Split the invoice.", path=_NEW),
    "1267": _of("ImporteTotal is no amount of twelve digits and two decimals.", "Split the invoice.", path=_NEW),
}
_LINK: Mapping[str, Sentence] = {
    "1174": _of("The record before is named with a day that there is not.", _CHAIN, _DEFECT),
    "1175": _of("The record before is named without a number of 1 to 60 characters.", _CHAIN, _DEFECT),
    "1180": _of("A record is either the first of its chain or names the one before.", _CHAIN, _DEFECT),
    "1243": _of("The tax office could not reckon the time zone.", _LATER, _BUSY),
    "1244": _of("The time is not whole seconds with Z or an offset written +hh:mm.", _WRITER, _DEFECT),
    "1247": _of("TipoHuella is not 01, SHA-256.", _WRITER, _DEFECT),
    "1262": _of("The huella has not 64 characters.", _CHAIN, _DEFECT),
    "1263": _of("TipoHuella has not two characters.", _WRITER, _DEFECT),
    "1264": _of("PrimerRegistro has not one character.", _WRITER, _DEFECT),
    "1268": _of("The time at which the record was made is empty.", _WRITER, _DEFECT),
    "1269": _of("The record before is not named completely.", _CHAIN, _DEFECT),
    "1274": _of("PrimerRegistro is not S.", _WRITER, _DEFECT),
    "1291": _of("The huella of the record before has signs that are neither letters nor digits.", _CHAIN, _DEFECT),
    "1292": _of("The huella has signs that are neither letters nor digits.", _CHAIN, _DEFECT),
    "2000": _of("The huella is not the one that the record's own fields give.", _CHAIN, _DEFECT),
    "2001": _of("The census does not hold a recipient's NIF; the record stands with that error.", _CENSUS),
    "2002": _of("The huella of the record before has not 64 characters.", _CHAIN, _DEFECT),
    "2003": _of("The huella of the record before is not hexadecimal in capitals.", _CHAIN, _DEFECT),
    "2004": _of("The record arrived more than 240 seconds after it was made.", "It stands and needs nothing.", _BUSY),
    "2007": _of("A record calls itself the first although its chain has others.", _CHAIN, _DEFECT),
    "2008": _of("A record carries the huella of the record before as its own.", _CHAIN, _DEFECT),
}
_SYSTEM: Mapping[str, Sentence] = {
    "1172": _of("The obligado or its NIF is missing.", "State the NIF of the issuer.", _CONFIG),
    "1176": _of("The producer's NIF is not well formed.", _PRODUCT, _CONFIG),
    "1177": _of("IdSistemaInformatico has not exactly two capitals or digits.", _PRODUCT, _CONFIG),
    "1179": _of("A field of SistemaInformatico is empty or too long.", _PRODUCT, _CONFIG),
    "1212": _of("TipoUsoPosibleSoloVerifactu is neither S nor N.", _WRITER, _DEFECT),
    "1213": _of("TipoUsoPosibleMultiOT is neither S nor N.", _WRITER, _DEFECT),
    "1214": _of("NumeroOTAlta is no number of four places.", "The record design has no such field any more."),
    "1215": _of("The obligado's name has more than 120 characters.", "Shorten the issuer's name.", _CONFIG),
    "1220": _of("NombreSistemaInformatico has not 1 to 30 characters.", _PRODUCT, _CONFIG),
    "1221": _of("The producer's IDType is not one of the list, or 07.", _PRODUCT, _CONFIG),
    "1222": _of("The producer's ID has not 1 to 20 characters, or not its country's form.", _PRODUCT, _CONFIG),
    "1223": _of("The producer is named by NIF or by IDOtro, never by both nor by neither.", _PRODUCT, _CONFIG),
    "1226": _of("IndicadorMultiplesOT is neither S nor N.", _WRITER, _DEFECT),
    "1241": _of("The tax office could not look up the billing system.", _LATER, _BUSY),
    "1242": _of("The tax office knows no such billing system.", _PRODUCT, _CONFIG),
    "1285": _of("Several billing systems fit the question.", _QUESTION),
}
_GENERATOR: Mapping[str, Sentence] = {
    "1224": _of("GeneradoPor and Generador stand together or not at all.", _WHO_CANCELS),
    "1225": _of("GeneradoPor is none of E, D and T.", _WHO_CANCELS),
    "1227": _of("An issuer that generates its own cancellation is named by NIF.", "Leave both fields out."),
    "1228": _of("The generator is named by NIF or by IDOtro, never by both nor by neither.", _WHO_CANCELS),
    "1229": _of("A third party is not named by IDType 07.", _WHO_CANCELS),
    "1230": _of("A Spanish recipient that generates is named by NIF, 03 or 07.", _WHO_CANCELS),
    "1231": _of("The generator's IDType is not one of the list.", _WHO_CANCELS),
    "1258": _of("The generator's NIF is not well formed.", _WHO_CANCELS),
    "1259": _of("The generator bears the obligado's own NIF, or one out of the census.", _WHO_CANCELS),
    "1273": _of("The generator has no name, or too long a one.", _WHO_CANCELS),
}
_ASKING: Mapping[str, Sentence] = {
    "1248": _of("Periodo is none of the months 01 to 12.", _QUESTION),
    "1249": _of("IndicadorRepresentante is not S.", _QUESTION),
    "1250": _of("The range of days ends before it begins.", _QUESTION),
    "1261": _of("Only a question by the obligado may come from its representative.", _QUESTION),
    "1270": _of("MostrarNombreRazonEmisor is neither S nor N.", _QUESTION),
    "1271": _of("MostrarSistemaInformatico is neither S nor N.", _QUESTION),
    "1272": _of("A recipient is never shown the issuer's billing system.", _QUESTION),
    "1282": _of("A natural person in the header is named beside the NIF.", "Add NombreRazon.", _CONFIG),
    "1283": _of("A natural person as the other party is named beside the NIF.", "Add NombreRazon."),
}
_BOOKS: Mapping[str, Sentence] = {
    "3000": _of(
        "There is a record of this invoice already.",
        "Find the system that used the number; number this invoice in a series of its own.",
        CaseClass.DUPLICATE,
        _NEW,
    ),
    "3001": _of("The invoice is cancelled already.", "There is nothing to do.", CaseClass.DUPLICATE, _NEW),
    "3002": _of(
        "There is no record of this invoice that could be corrected or cancelled.",
        "Send it as one without a record before it: RechazoPrevio X, or SinRegistroPrevio S.",
    ),
    "3003": _of("Whoever sends may not change this record.", "Send with the certificate of the obligado.", _CONFIG),
    "3004": _of("The invoice was entered by hand in the AEAT's form.", "Change it in the same form.", _CONFIG),
}
SENTENCES: Mapping[str, Sentence] = {
    **_IDENTITY,
    **_DAYS,
    **_MARKS,
    **_LINK,
    **_SYSTEM,
    **_GENERATOR,
    **_ASKING,
    **_BOOKS,
}
