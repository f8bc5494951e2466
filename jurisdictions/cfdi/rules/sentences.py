"""SAT's and the PAC's codes in a person's words: what each refuses, where it is mended, and what kind of trouble it is.

Source: Matriz de errores del CFDI 4.0 (2026-03) and the PAC's list of codes (developers.sw.com.mx, 2026), put into
words of our own. The number of a code says nothing of its place, so each names its pointer into what the caller sent.
"""

from __future__ import annotations

from jurisdictions.cfdi.rules import payment_sentences
from jurisdictions.cfdi.rules.remedies import with_remedies
from jurisdictions.cfdi.rules.sentence import COMPUTED as _ARITHMETIC
from jurisdictions.cfdi.rules.sentence import Sentence
from jurisdictions.contract import CaseClass
from schemas.findings import Finding, Severity

_CONFIGURATION = CaseClass.CONFIGURATION
_RECIPIENT, _DUPLICATE, _DEFECT = CaseClass.RECIPIENT, CaseClass.DUPLICATE, CaseClass.DEFECT


_CONSTANCIA = "Copy it from the Constancia de Situación Fiscal."
_CSD = "Upload the issuer's valid CSD again: PUT /v1/issuers/{id}/credentials/csd."
_CONFIRMATION = "/extensions/cfdi/confirmacion"
_CUSTOMS = "Write it as on the pedimento: year, customs office, patent and number, two spaces between them."

_OF_CFDI: dict[str, Sentence] = {
    "301": Sentence("The XML does not have the structure of Anexo 20.", None, None, _DEFECT),
    "302": Sentence("The seal does not fit the document and its certificate.", None, _CSD, _CONFIGURATION),
    "303": Sentence("The CSD belongs to another RFC than the issuer's.", "/issuer", _CSD, _CONFIGURATION),
    "304": Sentence("The CSD is revoked or has expired.", "/issuer", _CSD, _CONFIGURATION),
    "305": Sentence("The date of issue lies outside the days of the CSD.", "/issuer", _CSD, _CONFIGURATION),
    "306": Sentence("The certificate is no CSD (an e.firma cannot seal invoices).", "/issuer", _CSD, _CONFIGURATION),
    "307": Sentence("This very document was stamped before.", None, "Ask for the first stamp.", _DUPLICATE),
    "308": Sentence("The CSD was not issued by SAT.", "/issuer", _CSD, _CONFIGURATION),
    "401": Sentence("Fecha is more than 72 hours old, or in the future.", "/issue_date", "Seal it again now."),
    "402": Sentence(
        "SAT's list of taxpayers with obligations (LCO) does not hold the issuer.",
        "/issuer",
        "The issuer has to set its obligations right with SAT; the list is renewed daily.",
        _CONFIGURATION,
    ),
    "403": Sentence("The issuer's regime does not allow this on that date.", "/issuer", None, _CONFIGURATION),
    "404": Sentence("Fecha lies before 2011.", "/issue_date", "Seal it again now."),
    "CFDI3307": Sentence("The PAC has another document under the same customid.", None, None, _DUPLICATE),
    "CFDI40101": Sentence("Fecha does not have the form YYYY-MM-DDThh:mm:ss.", "/issue_date"),
    "CFDI40102": Sentence("The seal does not fit the cadena original.", None, _CSD, _CONFIGURATION),
    "CFDI40103": Sentence("Receipts of type T, N or P carry no FormaPago.", "/extensions/cfdi/forma_pago"),
    "CFDI40104": Sentence("FormaPago is not in c_FormaPago.", "/extensions/cfdi/forma_pago"),
    "CFDI40105": Sentence(
        "With MetodoPago PPD, FormaPago has to be 99.", "/extensions/cfdi/forma_pago", "Leave forma_pago out."
    ),
    "CFDI40106": Sentence("The certificate is not accepted.", "/issuer", _CSD, _CONFIGURATION),
    "CFDI40107": Sentence("SubTotal has more decimals than the currency.", "/currency", _ARITHMETIC, _DEFECT),
    "CFDI40108": Sentence("SubTotal is not the rounded sum of the concepts' amounts.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40109": Sentence("SubTotal of a receipt of type T or P has to be zero.", "/lines"),
    "CFDI40110": Sentence("The discounts exceed SubTotal.", "/allowances", "Lower the discounts."),
    "CFDI40111": Sentence("Only types I, E and N may carry discounts.", "/allowances"),
    "CFDI40112": Sentence("Descuento has more decimals than the currency.", "/allowances", _ARITHMETIC, _DEFECT),
    "CFDI40113": Sentence("The currency is not in c_Moneda.", "/currency"),
    "CFDI40114": Sentence("TipoCambio of pesos has to be 1 or absent.", "/exchange_rates"),
    "CFDI40115": Sentence(
        "A currency other than MXN needs an exchange rate to MXN.",
        "/exchange_rates",
        "Add an exchange rate from the invoice's currency to MXN (Banco de México, the day before).",
    ),
    "CFDI40116": Sentence("Currency XXX carries no TipoCambio.", "/exchange_rates"),
    "CFDI40117": Sentence("TipoCambio does not have the right form.", "/exchange_rates/0/rate"),
    "CFDI40118": Sentence(
        "TipoCambio is too far from the published rate without a confirmation of the PAC.", "/exchange_rates/0/rate"
    ),
    "CFDI40119": Sentence(
        "Total is not SubTotal less discounts plus transferred less withheld taxes.", "/lines", _ARITHMETIC, _DEFECT
    ),
    "CFDI40120": Sentence("Total is beyond the limit without a confirmation of the PAC.", "/lines"),
    "CFDI40121": Sentence("TipoDeComprobante is not in its catalogue.", "/kind"),
    "CFDI40122": Sentence(
        "Exportacion 02 needs the complement Comercio Exterior.", "/extensions/cfdi/exportacion", "Use 01 or 04."
    ),
    "CFDI40123": Sentence("Exportacion is not in c_Exportacion.", "/extensions/cfdi/exportacion"),
    "CFDI40124": Sentence("MetodoPago is not in c_MetodoPago.", "/extensions/cfdi/metodo_pago"),
    "CFDI40125": Sentence("Receipts of type T or P carry no MetodoPago.", "/extensions/cfdi/metodo_pago"),
    "CFDI40126": Sentence(
        "LugarExpedicion is not in c_CodigoPostal.", "/issuer", "Set lugar_expedicion of the issuer.", _CONFIGURATION
    ),
    "CFDI40127": Sentence("A confirmation is given where none is needed.", _CONFIRMATION, "Leave confirmacion out."),
    "CFDI40128": Sentence("The confirmation is not valid.", _CONFIRMATION, "Ask the PAC for another."),
    "CFDI40129": Sentence("The confirmation was used before.", _CONFIRMATION, "Ask the PAC for another."),
    "CFDI40130": Sentence(
        "A period of global invoicing goes only with XAXX010101000 and PUBLICO EN GENERAL.",
        "/extensions/cfdi/informacion_global",
    ),
    "CFDI40131": Sentence("Periodicidad is not in c_Periodicidad.", "/extensions/cfdi/informacion_global/periodicidad"),
    "CFDI40132": Sentence(
        "Periodicidad 05 is only for issuers of regime 621.", "/extensions/cfdi/informacion_global/periodicidad"
    ),
    "CFDI40133": Sentence("Meses is not in c_Meses.", "/extensions/cfdi/informacion_global/meses"),
    "CFDI40134": Sentence("Meses has to be 01 to 12.", "/extensions/cfdi/informacion_global/meses"),
    "CFDI40135": Sentence(
        "With Periodicidad 05, Meses has to be 13 to 18.", "/extensions/cfdi/informacion_global/meses"
    ),
    "CFDI40136": Sentence("Año has to be the present or the former year.", "/extensions/cfdi/informacion_global/anio"),
    "CFDI40137": Sentence("TipoRelacion is not in c_TipoRelacion.", "/extensions/cfdi/tipo_relacion"),
    "CFDI40138": Sentence("SAT does not know the issuer's name.", "/issuer", _CONSTANCIA, _CONFIGURATION),
    "CFDI40139": Sentence(
        "The issuer's name is not the one registered for its RFC.", "/issuer", _CONSTANCIA, _CONFIGURATION
    ),
    "CFDI40140": Sentence(
        "The issuer's regime is not in c_RegimenFiscal.",
        "/issuer",
        "Set regimen_fiscal in the issuer's settings.",
        _CONFIGURATION,
    ),
    "CFDI40141": Sentence(
        "The issuer's regime does not fit its kind of person.", "/issuer", _CONSTANCIA, _CONFIGURATION
    ),
    "CFDI40142": Sentence("FacAtrAdquirente is not valid.", "/extensions/cfdi/fac_atr_adquirente"),
    "CFDI40143": Sentence("SAT does not know the customer's RFC.", "/customer/tax_ids/0/value", _CONSTANCIA),
    "CFDI40144": Sentence("SAT does not know the customer's name.", "/customer/name", _CONSTANCIA),
    "CFDI40145": Sentence(
        "The customer's name is not the one registered for its RFC.",
        "/customer/name",
        "Copy it from the Constancia de Situación Fiscal: capitals, without SA DE CV or the like.",
    ),
    "CFDI40146": Sentence(
        "PUBLICO EN GENERAL with XAXX010101000 needs a period of global invoicing.",
        "/extensions/cfdi/informacion_global",
    ),
    "CFDI40147": Sentence(
        "SAT does not know the customer's postal code.", "/customer/address/postal_code", _CONSTANCIA
    ),
    "CFDI40148": Sentence(
        "The postal code is not the one registered for the customer.", "/customer/address/postal_code", _CONSTANCIA
    ),
    "CFDI40149": Sentence(
        "A generic RFC takes the postal code of the place of issue.",
        "/extensions/cfdi/domicilio_fiscal_receptor",
        "Leave domicilio_fiscal_receptor out.",
    ),
    "CFDI40150": Sentence("The customer's country is not in c_Pais.", "/customer/address/country"),
    "CFDI40151": Sentence("ResidenciaFiscal is only for customers abroad.", "/customer/address/country"),
    "CFDI40152": Sentence("ResidenciaFiscal cannot be Mexico.", "/customer/address/country"),
    "CFDI40153": Sentence("A foreign tax id needs the customer's country.", "/customer/address/country"),
    "CFDI40154": Sentence("NumRegIdTrib is only for customers abroad.", "/customer/tax_ids/0/value"),
    "CFDI40155": Sentence("The customer's foreign tax id is missing.", "/customer/tax_ids"),
    "CFDI40156": Sentence("The customer's tax id does not have the form of its country.", "/customer/tax_ids/0/value"),
    "CFDI40157": Sentence(
        "The customer's regime is missing or not in c_RegimenFiscal.",
        "/extensions/cfdi/regimen_fiscal_receptor",
        _CONSTANCIA,
    ),
    "CFDI40158": Sentence(
        "The customer's regime does not fit its kind of person.",
        "/extensions/cfdi/regimen_fiscal_receptor",
        _CONSTANCIA,
    ),
    "CFDI40159": Sentence(
        "SAT has not registered this regime for the customer.", "/extensions/cfdi/regimen_fiscal_receptor", _CONSTANCIA
    ),
    "CFDI40160": Sentence("UsoCFDI is not in c_UsoCFDI.", "/extensions/cfdi/uso_cfdi"),
    "CFDI40161": Sentence(
        "UsoCFDI is not open to the customer's regime.",
        "/extensions/cfdi/uso_cfdi",
        "Ask the customer for a use that its regime allows (S01 is open to all).",
    ),
    "CFDI40162": Sentence("ClaveProdServ is not in its catalogue.", "/lines"),
    "CFDI40163": Sentence("This product code needs a complement.", "/lines"),
    "CFDI40164": Sentence("This product code needs a tax that is not declared.", "/lines"),
    "CFDI40165": Sentence("ClaveUnidad is not in its catalogue.", "/lines"),
    "CFDI40166": Sentence("The unit price has to be above zero.", "/lines"),
    "CFDI40167": Sentence(
        "The line's amount is not its quantity times its unit price.",
        "/lines",
        "Leave the line's net out. Where it states none, the gateway computed it: report this as a defect.",
        _DEFECT,
    ),
    "CFDI40168": Sentence("A discount has more decimals than the line's amount.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40169": Sentence("A discount exceeds its line.", "/lines", "Lower the discount."),
    "CFDI40170": Sentence("ObjetoImp is not in c_ObjetoImp.", "/lines"),
    "CFDI40171": Sentence("ObjetoImp 02 needs taxes on the line.", "/lines", "Add a tax, or use another objeto_imp."),
    "CFDI40172": Sentence("This ObjetoImp goes without taxes on the line.", "/lines", "Leave objeto_imp out."),
    "CFDI40173": Sentence("The line's node of taxes is empty.", "/lines"),
    "CFDI40174": Sentence("The base of a transferred tax has to be above zero.", "/lines", "Leave the tax out."),
    "CFDI40175": Sentence("The tax is not in c_Impuesto.", "/lines", "Mexico knows VAT, EXCISE and INCOME."),
    "CFDI40176": Sentence("TipoFactor is not in its catalogue.", "/lines"),
    "CFDI40177": Sentence("An exempt tax carries neither rate nor amount.", "/lines"),
    "CFDI40178": Sentence("A tax that is not exempt needs rate and amount.", "/lines"),
    "CFDI40179": Sentence("The rate is not in c_TasaOCuota.", "/lines", "IVA is 16, 8 (border) or 0."),
    "CFDI40180": Sentence("A tax is not its base times its rate.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40181": Sentence("The base of a withheld tax has to be above zero.", "/lines", "Leave the tax out."),
    "CFDI40182": Sentence("The withheld tax is not in c_Impuesto.", "/lines"),
    "CFDI40183": Sentence("TipoFactor of the withheld tax is not in its catalogue.", "/lines"),
    "CFDI40184": Sentence("A withheld tax cannot be exempt.", "/lines"),
    "CFDI40185": Sentence("The withheld rate is not in c_TasaOCuota.", "/lines"),
    "CFDI40186": Sentence("A withheld tax is not its base times its rate.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40187": Sentence("SAT's list of obligations does not hold the third party.", "/lines", _CONSTANCIA),
    "CFDI40188": Sentence("The third party is the issuer or the customer.", "/lines", "Leave a_cuenta_terceros out."),
    "CFDI40189": Sentence("SAT does not know the third party's name.", "/lines", _CONSTANCIA),
    "CFDI40190": Sentence("The third party's name is not the one registered for its RFC.", "/lines", _CONSTANCIA),
    "CFDI40191": Sentence("The third party's regime is not in c_RegimenFiscal.", "/lines", _CONSTANCIA),
    "CFDI40192": Sentence("SAT does not know the third party's postal code.", "/lines", _CONSTANCIA),
    "CFDI40193": Sentence("The postal code is not the one registered for the third party.", "/lines", _CONSTANCIA),
    "CFDI40194": Sentence("The customs number of the line is not valid.", "/lines", _CUSTOMS),
    "CFDI40195": Sentence("Beside Comercio Exterior a line carries no customs number.", "/lines"),
    "CFDI40196": Sentence("ClaveProdServ of a part is not in its catalogue.", "/lines"),
    "CFDI40197": Sentence("The unit price of a part has to be above zero.", "/lines"),
    "CFDI40198": Sentence("A part's amount is not its quantity times its unit price.", "/lines"),
    "CFDI40199": Sentence("The customs number of a part is not valid.", "/lines", _CUSTOMS),
    "CFDI40200": Sentence("Beside Comercio Exterior a part carries no customs number.", "/lines"),
    "CFDI40201": Sentence("Receipts of type T or P carry no taxes.", "/lines"),
    "CFDI40202": Sentence(
        "TotalImpuestosRetenidos has more decimals than the currency.", "/lines", _ARITHMETIC, _DEFECT
    ),
    "CFDI40203": Sentence(
        "TotalImpuestosRetenidos is not the sum of the withheld taxes.", "/lines", _ARITHMETIC, _DEFECT
    ),
    "CFDI40204": Sentence(
        "TotalImpuestosTrasladados has more decimals than the currency.", "/lines", _ARITHMETIC, _DEFECT
    ),
    "CFDI40205": Sentence(
        "TotalImpuestosTrasladados is not the sum of the transferred taxes.", "/lines", _ARITHMETIC, _DEFECT
    ),
    "CFDI40206": Sentence("TotalImpuestosRetenidos is missing.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40207": Sentence("A withheld total is of a tax that is not in c_Impuesto.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40208": Sentence("A withheld tax has more than one row.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40209": Sentence("Withheld amounts stand without their total.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40210": Sentence("A withheld total has more decimals than the currency.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40211": Sentence("A withheld total is not the rounded sum of the lines'.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40212": Sentence("TotalImpuestosTrasladados is missing.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40213": Sentence("An exempt row carries only base, tax and factor.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40214": Sentence("A total base has more decimals than the currency.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40215": Sentence("A total base is not the rounded sum of the lines'.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40216": Sentence("The exempt base is not the rounded sum of the lines'.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40217": Sentence("A total is of a tax that is not in c_Impuesto.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40218": Sentence("A tax and rate has more than one row.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40219": Sentence("The rate of a total is not in c_TasaOCuota.", "/lines"),
    "CFDI40220": Sentence("A total tax has more decimals than the currency.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40221": Sentence("A total tax is not the rounded sum of the lines'.", "/lines", _ARITHMETIC, _DEFECT),
    "CFDI40999": Sentence("The PAC refuses it for a reason that has no code of its own.", None),
    "AU2000": Sentence("The PAC does not accept user and password.", None, "Set the credential pac.", _CONFIGURATION),
    "AU2001": Sentence("The PAC account has no stamps left.", None, "Buy stamps from the PAC.", _CONFIGURATION),
    "AU2002": Sentence("The PAC account is inactive.", None, "Ask the PAC.", _CONFIGURATION),
    "AU2003": Sentence("The issuer has not signed the PAC's manifest.", None, "Sign it.", _CONFIGURATION),
}

SENTENCES: dict[str, Sentence] = with_remedies(_OF_CFDI | payment_sentences.SENTENCES)
"""Every code that we know, of invoices and of receipts of payment."""


def finding(
    code: str,
    *,
    pointer: str | None = None,
    location: str | None = None,
    term: str | None = None,
    found: str | None = None,
    expected: str | None = None,
    severity: Severity = Severity.FATAL,
) -> Finding:
    """A finding under SAT's own code, with our sentence and the usual remedy."""
    sentence = SENTENCES[code]
    return Finding(
        rule=rule_id(code),
        message=sentence.text,
        severity=severity,
        source="sat",
        pointer=pointer,
        location=location,
        term=term,
        found=found,
        expected=expected,
        external_code=code,
        fix=sentence.fix if sentence.fix != _ARITHMETIC or location is None else None,
    )


def rule_id(code: str) -> str:
    """SAT's code itself; a bare PAC number gets a prefix, since other authorities number from 300 too."""
    return code if not code.isdigit() else f"CFDI-PAC-{code}"
