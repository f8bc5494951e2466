"""The codes of a receipt of payment (CRP…) in a person's words.

Source: Matriz de errores del complemento para recepción de pagos 2.0 (revision B), put into words of our own. Pointers
lead into the payment that the caller recorded.
"""

from __future__ import annotations

from jurisdictions.cfdi.rules.sentence import COMPUTED, Sentence
from jurisdictions.contract import CaseClass

_DEFECT = CaseClass.DEFECT
_BANK = "Leave it out, or correct forma_de_pago."
_WORDS = "/extensions/cfdi"


def _fixed(text: str) -> Sentence:
    """A fixed part of the envelope, which nobody but the gateway writes."""
    return Sentence(text, None, COMPUTED, _DEFECT)


def _sum(text: str) -> Sentence:
    return Sentence(text, "/allocations", COMPUTED, _DEFECT)


_ENVELOPE = {
    "CRP20101": _fixed("A receipt of payment has TipoDeComprobante P, and type P carries the complement Pagos."),
    "CRP20102": _fixed("Exportacion of a receipt has to be 01."),
    "CRP20103": _fixed("SubTotal of a receipt has to be 0."),
    "CRP20104": _fixed("Moneda of a receipt has to be XXX."),
    "CRP20105": _fixed("A receipt carries no FormaPago."),
    "CRP20106": _fixed("A receipt carries no MetodoPago."),
    "CRP20107": _fixed("A receipt carries no CondicionesDePago."),
    "CRP20108": _fixed("A receipt carries no Descuento."),
    "CRP20109": _fixed("A receipt carries no TipoCambio of its own."),
    "CRP20110": _fixed("Total of a receipt has to be 0."),
    "CRP20111": _fixed("A receipt has exactly one Concepto."),
    "CRP20112": _fixed("The Concepto of a receipt holds nothing but ACuentaTerceros."),
    "CRP20113": _fixed("ClaveProdServ of a receipt has to be 84111506."),
    "CRP20114": _fixed("The Concepto of a receipt carries no NoIdentificacion."),
    "CRP20115": _fixed("Cantidad of a receipt has to be 1."),
    "CRP20116": _fixed("ClaveUnidad of a receipt has to be ACT."),
    "CRP20117": _fixed("The Concepto of a receipt carries no Unidad."),
    "CRP20118": _fixed("Descripcion of a receipt has to be Pago."),
    "CRP20119": _fixed("ValorUnitario of a receipt has to be 0."),
    "CRP20120": _fixed("Importe of a receipt has to be 0."),
    "CRP20121": _fixed("The Concepto of a receipt carries no Descuento."),
    "CRP20122": _fixed("ObjetoImp of a receipt has to be 01."),
    "CRP20123": _fixed("A receipt carries no Impuestos outside its complement."),
}
_TOTALS = {
    "CRP20201": _sum("TotalRetencionesIVA is not the rounded sum of the withheld IVA in pesos."),
    "CRP20202": _sum("TotalRetencionesISR is not the rounded sum of the withheld ISR in pesos."),
    "CRP20203": _sum("TotalRetencionesIEPS is not the rounded sum of the withheld IEPS in pesos."),
    "CRP20204": _sum("TotalTrasladosBaseIVA16 is not the rounded sum of the bases at 16 % in pesos."),
    "CRP20205": _sum("TotalTrasladosImpuestoIVA16 is not the rounded sum of the IVA at 16 % in pesos."),
    "CRP20206": _sum("TotalTrasladosBaseIVA8 is not the rounded sum of the bases at 8 % in pesos."),
    "CRP20207": _sum("TotalTrasladosImpuestoIVA8 is not the rounded sum of the IVA at 8 % in pesos."),
    "CRP20208": _sum("TotalTrasladosBaseIVA0 is not the rounded sum of the bases at 0 % in pesos."),
    "CRP20209": _sum("TotalTrasladosImpuestoIVA0 is not the rounded sum of the IVA at 0 % in pesos."),
    "CRP20210": _sum("TotalTrasladosBaseIVAExento is not the rounded sum of the exempt bases in pesos."),
    "CRP20211": _sum("MontoTotalPagos is not the rounded sum of the payments in pesos."),
}
_PAYMENT = {
    "CRP20212": Sentence(
        "FormaDePagoP tells how it was really paid: it may not be 99.", f"{_WORDS}/forma_de_pago", "Say the real one."
    ),
    "CRP20213": Sentence("A payment is made in a currency: XXX is none.", "/currency"),
    "CRP20214": Sentence(
        "TipoCambioP is missing.",
        "/exchange_rates",
        "Add an exchange rate from the payment's currency to MXN (Banco de México, the day of the payment).",
    ),
    "CRP20215": Sentence("TipoCambioP of a payment in pesos has to be 1.", "/exchange_rates"),
    "CRP20216": Sentence(
        "TipoCambioP is too far from the published rate without a confirmation of the PAC.",
        "/exchange_rates",
        "Correct the rate, or ask the PAC for a confirmation and give it as extensions.cfdi.confirmacion.",
    ),
    "CRP20217": Sentence(
        "The invoices are paid with more than the payment's amount.", "/amount", "Lower what is allocated."
    ),
    "CRP20218": Sentence("A payment has to be more than zero.", "/amount"),
    "CRP20219": Sentence("The payment's amount has more decimals than its currency.", "/amount"),
    "CRP20220": Sentence(
        "The payment is beyond the limit without a confirmation of the PAC.",
        "/amount",
        "Ask the PAC for a confirmation and give it as extensions.cfdi.confirmacion.",
    ),
    "CRP20221": Sentence("This way to pay does not name the payer's bank.", f"{_WORDS}/rfc_emisor_cta_ord", _BANK),
    "CRP20222": Sentence(
        "SAT's list of RFCs does not hold the payer's bank.", f"{_WORDS}/rfc_emisor_cta_ord", "Ask the payer."
    ),
    "CRP20223": Sentence(
        "The name of the payer's foreign bank is missing.", f"{_WORDS}/nom_banco_ord_ext", "Add nom_banco_ord_ext."
    ),
    "CRP20224": Sentence("This way to pay does not name the payer's account.", f"{_WORDS}/cta_ordenante", _BANK),
    "CRP20225": Sentence(
        "The payer's account does not have the form of this way to pay.", f"{_WORDS}/cta_ordenante", "Correct it."
    ),
    "CRP20226": Sentence(
        "The payee's account does not have the form of this way to pay.", f"{_WORDS}/cta_beneficiario", "Correct it."
    ),
    "CRP20227": Sentence("This way to pay does not name the payee's bank.", f"{_WORDS}/rfc_emisor_cta_ben", _BANK),
    "CRP20228": Sentence("This way to pay does not name the payee's account.", f"{_WORDS}/cta_beneficiario", _BANK),
    "CRP20229": Sentence("Only a transfer (03) has a chain of payment.", f"{_WORDS}/tipo_cad_pago", _BANK),
    "CRP20230": Sentence("The certificate of the chain of payment is missing.", f"{_WORDS}/cert_pago"),
    "CRP20231": Sentence("A certificate of payment needs tipo_cad_pago.", f"{_WORDS}/cert_pago"),
    "CRP20232": Sentence("The chain of payment is missing.", f"{_WORDS}/cad_pago"),
    "CRP20233": Sentence("A chain of payment needs tipo_cad_pago.", f"{_WORDS}/cad_pago"),
    "CRP20234": Sentence("The seal of the chain of payment is missing.", f"{_WORDS}/sello_pago"),
    "CRP20235": Sentence("A seal of payment needs tipo_cad_pago.", f"{_WORDS}/sello_pago"),
}
_DOCUMENT = {
    "CRP20236": Sentence("A paid invoice has a currency: XXX is none.", "/allocations"),
    "CRP20237": Sentence(
        "EquivalenciaDR is missing.",
        "/allocations",
        "Give the allocation's rate: units of the invoice's currency for one unit of the payment's.",
    ),
    "CRP20238": Sentence("EquivalenciaDR has to be 1 where both currencies are the same.", "/allocations"),
    "CRP20239": Sentence("The balance before the payment has to be more than zero.", "/allocations"),
    "CRP20240": Sentence("The balance before the payment has more decimals than its currency.", "/allocations"),
    "CRP20241": Sentence("What is paid of an invoice has to be more than zero.", "/allocations"),
    "CRP20242": Sentence("What is paid of an invoice has more decimals than its currency.", "/allocations"),
    "CRP20243": Sentence("The balance after the payment has more decimals than its currency.", "/allocations"),
    "CRP20244": Sentence(
        "The balance after the payment is the one before it less what is paid, and not below zero.", "/allocations"
    ),
    "CRP20245": Sentence("ObjetoImpDR is not in c_ObjetoImp.", "/allocations"),
    "CRP20246": Sentence("An invoice that bears taxes is paid with them: ImpuestosDR is missing.", "/allocations"),
    "CRP20247": Sentence("Where ObjetoImpDR says that there are no taxes, none may be told.", "/allocations"),
    "CRP20275": Sentence(
        "What is paid of an invoice in another currency does not fit the payment and its rate.", "/allocations"
    ),
    "CRP20276": Sentence(
        "The payment's amount does not fit what it pays in other currencies.",
        "/amount",
        "Correct the rate or the amounts: the parts have to add up to the payment.",
    ),
    "CRP20277": Sentence("EquivalenciaDR stays 1, whatever decimals the margin counts with.", "/allocations"),
    "CRP20278": Sentence("With ObjetoImpDR 06 or 08 only withheld ISR may be told.", "/allocations"),
    "CRP20279": Sentence("With ObjetoImpDR 07 there is transferred IEPS and no IVA.", "/allocations"),
}
_TAXES = {
    "CRP20248": _sum("The taxes of a paid invoice are empty."),
    "CRP20249": _sum("The base of a withheld tax has to be more than zero."),
    "CRP20250": _sum("The withheld tax is not in c_Impuesto."),
    "CRP20251": _sum("The factor of a withheld tax is not in c_TipoFactor."),
    "CRP20252": _sum("A withheld tax cannot be exempt."),
    "CRP20253": _sum("The rate of a withheld tax is not in c_TasaOCuota."),
    "CRP20254": _sum("A withheld tax lies outside the limits of base times rate."),
    "CRP20255": _sum("The base of a transferred tax has to be more than zero."),
    "CRP20256": _sum("The transferred tax is not in c_Impuesto."),
    "CRP20257": _sum("The factor of a transferred tax is not in c_TipoFactor."),
    "CRP20258": _sum("An exempt tax has neither rate nor amount."),
    "CRP20259": _sum("A transferred tax needs its rate and its amount."),
    "CRP20260": _sum("The rate of a transferred tax is not in c_TasaOCuota."),
    "CRP20261": _sum("A transferred tax lies outside the limits of base times rate."),
    "CRP20262": _sum("A withheld tax of the payment is not in c_Impuesto."),
    "CRP20263": _sum("A withheld tax of the payment has more than one row."),
    "CRP20264": _sum("The total of the withheld taxes is missing."),
    "CRP20265": _sum("A withheld tax of the payment is not the sum of the invoices'."),
    "CRP20266": _sum("A transferred tax of the payment needs base, tax and factor, and exempt ones nothing else."),
    "CRP20267": _sum("The total base of the transferred IVA is missing."),
    "CRP20268": _sum("A base of the payment is not the sum of the invoices'."),
    "CRP20269": _sum("An exempt base of the payment is not the sum of the invoices'."),
    "CRP20270": _sum("A transferred tax of the payment is not in c_Impuesto."),
    "CRP20271": _sum("A tax, factor and rate of the payment has more than one row."),
    "CRP20272": _sum("The rate of a transferred tax of the payment is not in c_TasaOCuota."),
    "CRP20273": _sum("The total of the transferred IVA is missing."),
    "CRP20274": _sum("A transferred tax of the payment is not the sum of the invoices'."),
    "CRP20999": Sentence("The receipt is refused for a reason without a code of its own."),
}
SENTENCES: dict[str, Sentence] = _ENVELOPE | _TOTALS | _PAYMENT | _DOCUMENT | _TAXES
"""By SAT's code; `sentences.finding` looks here for what begins with CRP."""

AUTHORITY_ONLY: dict[str, str] = {
    "CRP20216": "The published exchange rate and its margin of the day are SAT's.",
    "CRP20220": "The limit beyond which a confirmation is needed is SAT's.",
    "CRP20222": "Only SAT's list of RFCs (l_RFC) tells whether a bank's is registered.",
}
"""What no document tells, and why."""
UNREACHABLE: dict[str, str] = {
    "CRP20277": "Withdrawn on 2024-01-16: it tells how the margin of CRP20276 is computed, and forbids nothing.",
    "CRP20999": "A PAC's answer to what has no code of its own; it is never a rule.",
}
"""What nothing can break, and why."""
