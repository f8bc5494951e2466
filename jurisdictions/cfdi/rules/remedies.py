"""What to do about a code of SAT's, where its sentence alone does not say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jurisdictions.cfdi.rules.sentence import COMPUTED, Sentence

_CODE = "Choose a code of SAT's catalogue that is valid on the day of issue"
_OUT = "Leave {} out."
_ABROAD = "A buyer abroad has no RFC: give the address's country and the foreign tax id instead of the RFC."
_CONFIRMATION = "Correct the rate, or ask the PAC for a confirmation and give it as extensions.cfdi.confirmacion."
_TAX = "Name the tax as VAT, EXCISE or INCOME with its percent, or as exempt without one."
_WHOLE_CHAIN = "Give tipo_cad_pago, cert_pago, cad_pago and sello_pago together, or none of them."
_TWO_DECIMALS = "Round it to the decimals of the currency (two for MXN)."

REMEDIES: Mapping[str, str] = {
    "301": "Mend what was found; where nothing that you wrote is like it, report this as a defect.",
    "403": "Look at regimen_fiscal in the issuer's settings; if it is right, ask the PAC.",
    "CFDI3307": "Compare both documents; the one that the PAC shows is stamped already.",
    "CFDI40101": COMPUTED,
    "CFDI40103": _OUT.format("forma_pago"),
    "CFDI40104": f"{_CODE} (c_FormaPago: 01 cash, 03 transfer, 04 card, 99 with PPD), or leave forma_pago out.",
    "CFDI40109": "Write prices of 0, or leave tipo out.",
    "CFDI40111": "Leave the discounts out.",
    "CFDI40113": f"{_CODE} (c_Moneda: MXN, USD, EUR…).",
    "CFDI40114": "Leave the exchange rate out.",
    "CFDI40116": "Leave the exchange rate out.",
    "CFDI40117": "Write a rate of more than 0 with six decimals at most.",
    "CFDI40118": _CONFIRMATION,
    "CFDI40121": "Leave tipo out: kind says it.",
    "CFDI40123": "Leave exportacion out: 01 is meant then (no export).",
    "CFDI40124": "Use PUE (paid at once) or PPD (paid later), or leave metodo_pago out.",
    "CFDI40125": _OUT.format("metodo_pago"),
    "CFDI40130": "Leave informacion_global out, or invoice a buyer without an RFC named PUBLICO EN GENERAL.",
    "CFDI40131": "Use 01 day, 02 week, 03 fortnight, 04 month, or 05 two months (regime 621).",
    "CFDI40132": "Use 01 to 04.",
    "CFDI40133": "Use 01 to 12, or 13 to 18 for two months.",
    "CFDI40134": "Write the month: 01 to 12.",
    "CFDI40135": "Write the two months: 13 (January and February) to 18 (November and December).",
    "CFDI40136": "Correct the year.",
    "CFDI40137": "Use 01 to 07, or leave tipo_relacion out.",
    "CFDI40142": "Give the ten digits of the operation's number, or leave fac_atr_adquirente out.",
    "CFDI40146": "Give informacion_global (periodicidad, meses, anio); a single buyer is named by its own name.",
    "CFDI40150": "Correct the country of the customer's address.",
    "CFDI40151": _ABROAD,
    "CFDI40152": "Leave residencia_fiscal out, or correct the country of the customer's address.",
    "CFDI40153": "Add the country to the customer's address.",
    "CFDI40154": _ABROAD,
    "CFDI40155": "Add the tax id that the customer has in its own country.",
    "CFDI40156": "Copy the tax id as the customer's country writes it, or leave it out.",
    "CFDI40160": f"{_CODE} (c_UsoCFDI: G03 expenses in general, S01 without tax effects).",
    "CFDI40162": "Look the product up in c_ClaveProdServ (eight digits); 01010101 where the catalogue has none.",
    "CFDI40163": "Issue this document with a program that writes the complement, or correct clave_prod_serv.",
    "CFDI40164": "Add the tax to the line, or correct clave_prod_serv.",
    "CFDI40165": "Look the unit up in c_ClaveUnidad, letter case included (H87 piece, E48 service, ACT activity).",
    "CFDI40166": "Correct the price.",
    "CFDI40170": "Leave objeto_imp out: the taxes of the line say it.",
    "CFDI40173": "Add a tax to the line, or leave objeto_imp out.",
    "CFDI40176": _TAX,
    "CFDI40177": _TAX,
    "CFDI40178": _TAX,
    "CFDI40182": _TAX,
    "CFDI40183": _TAX,
    "CFDI40184": "Leave the withheld tax out.",
    "CFDI40185": "Withheld ISR is 0 to 35 %, withheld IVA 0 to 16 %: correct the percent.",
    "CFDI40195": "Leave informacion_aduanera out.",
    "CFDI40196": "Look the part up in c_ClaveProdServ (eight digits).",
    "CFDI40197": "Correct the part's price, or leave it out.",
    "CFDI40198": "Correct the part's amount, or leave it out.",
    "CFDI40200": "Leave informacion_aduanera of the part out.",
    "CFDI40201": "Leave the taxes out.",
    "CFDI40219": "Correct the rate on the lines.",
    "CFDI40999": "Look at the PAC's own words.",
    "CRP20213": "Say in which currency it was paid.",
    "CRP20215": "Leave the exchange rate out.",
    "CRP20218": "Correct the amount.",
    "CRP20219": _TWO_DECIMALS,
    **dict.fromkeys(("CRP20230", "CRP20231", "CRP20232", "CRP20233", "CRP20234", "CRP20235"), _WHOLE_CHAIN),
    "CRP20236": COMPUTED,
    "CRP20238": "Leave the allocation's rate out.",
    "CRP20239": "The invoice is paid already: leave it out of the payment.",
    "CRP20240": COMPUTED,
    "CRP20241": "Correct what is allocated, or leave the invoice out of the payment.",
    "CRP20242": _TWO_DECIMALS,
    "CRP20243": COMPUTED,
    "CRP20244": "Allocate no more than is open of the invoice.",
    **dict.fromkeys(("CRP20245", "CRP20246", "CRP20247", "CRP20278", "CRP20279"), COMPUTED),
    "CRP20275": "Correct what is allocated, or the allocation's rate: units of the invoice's currency for one of the "
    "payment's.",
    "CRP20999": "Look at the PAC's own words.",
}
"""By SAT's code, for sentences that have no remedy of their own."""


def with_remedies(sentences: Mapping[str, Sentence]) -> dict[str, Sentence]:
    """The sentences, each with a remedy where one is known."""
    return {
        code: one if one.fix is not None else replace(one, fix=REMEDIES.get(code)) for code, one in sentences.items()
    }
