"""Writing a receipt of payment (REP): a CFDI of type P with the complement Pagos 2.0.

Source: Anexo 20, complemento para recepción de pagos 2.0 and its filling guide; the envelope's fixed values are rules
CRP20101-20123. All namespaces stand at the root, where PACs look for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

import msgspec

from jurisdictions.cfdi.codelists import PAYMENT_FORM_OF_MEANS, zone_of
from jurisdictions.cfdi.comprobante import series_and_folio
from jurisdictions.cfdi.parties import Receiver, Sender, receiver, sender
from jurisdictions.cfdi.receipts.amounts import (
    PRECISION,
    PaidDocument,
    PaidTax,
    paid_documents,
    paid_taxes,
    pesos_rate,
    totals,
)
from jurisdictions.cfdi.receipts.words import NO_PAYMENT_EXTENSION, PaymentExtension
from jurisdictions.cfdi.rules.reading import EXACT
from jurisdictions.cfdi.settings import NO_EXTENSION, Extension
from jurisdictions.contract import Instruction, Issuer, Payment
from jurisdictions.kit.xml import Markup, document, element
from schemas.invoice import Kind
from schemas.money import plain, round_half_up, scale_of

_NAMESPACES = (
    ("xmlns:cfdi", "http://www.sat.gob.mx/cfd/4"),
    ("xmlns:pago20", "http://www.sat.gob.mx/Pagos20"),
    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    (
        "xsi:schemaLocation",
        "http://www.sat.gob.mx/cfd/4 http://www.sat.gob.mx/sitio_internet/cfd/4/cfdv40.xsd "
        "http://www.sat.gob.mx/Pagos20 http://www.sat.gob.mx/sitio_internet/cfd/Pagos/Pagos20.xsd",
    ),
)
_CONCEPT = (
    ("ClaveProdServ", "84111506"),
    ("Cantidad", "1"),
    ("ClaveUnidad", "ACT"),
    ("Descripcion", "Pago"),
    ("ValorUnitario", "0"),
    ("Importe", "0"),
    ("ObjetoImp", "01"),
)
_LOCAL = "%Y-%m-%dT%H:%M:%S"
_TOTALS = (
    "TotalRetencionesIVA",
    "TotalRetencionesISR",
    "TotalRetencionesIEPS",
    "TotalTrasladosBaseIVA16",
    "TotalTrasladosImpuestoIVA16",
    "TotalTrasladosBaseIVA8",
    "TotalTrasladosImpuestoIVA8",
    "TotalTrasladosBaseIVA0",
    "TotalTrasladosImpuestoIVA0",
    "TotalTrasladosBaseIVAExento",
    "MontoTotalPagos",
)


def write_receipt(
    instruction: Instruction,
    issuer: Issuer,
    at: datetime,
    number: str | None,
    *,
    certificate_number: str | None = None,
    certificate: str = "",
) -> bytes:
    """The CFDI of type P with an empty Sello. Raises ValueError for an instruction without a payment."""
    with localcontext(EXACT):
        return document(_comprobante(as_invoiced(instruction), issuer, at, number, certificate_number, certificate))


def as_invoiced(instruction: Instruction) -> Instruction:
    """The instruction whose neutral form is simplified where the paid invoices are: their buyer has no RFC of its
    own."""
    paid = instruction.payment.allocations if instruction.payment else ()
    if not paid or not paid[0].invoice.simplified:
        return instruction
    return msgspec.structs.replace(instruction, invoice=msgspec.structs.replace(instruction.invoice, simplified=True))


def _comprobante(
    instruction: Instruction,
    issuer: Issuer,
    at: datetime,
    number: str | None,
    certificate_number: str | None,
    certificate: str,
) -> Markup:
    payment = instruction.payment
    if payment is None:
        raise ValueError("a receipt needs its payment")
    words = payment_words(payment)
    issuing = sender(issuer)
    series, folio = series_and_folio(number, instruction.invoice.series)
    head = (
        *_NAMESPACES,
        ("Version", "4.0"),
        ("Serie", series),
        ("Folio", folio),
        ("Fecha", local(issuer, at).strftime(_LOCAL)),
        ("Sello", ""),
        ("NoCertificado", certificate_number or None),
        ("Certificado", certificate),
        ("SubTotal", "0"),
        ("Moneda", "XXX"),
        ("Total", "0"),
        ("TipoDeComprobante", "P"),
        ("Exportacion", "01"),
        ("LugarExpedicion", issuing.place),
        ("Confirmacion", words.confirmacion),
    )
    children = (
        _replaced(replaced_receipts(instruction, words)),
        _sender(issuing),
        _receiver(receipt_receiver(instruction, issuing.place)),
        element("cfdi:Conceptos", element("cfdi:Concepto", attrs=_CONCEPT)),
        element("cfdi:Complemento", _payments(payment, words, issuer)),
    )
    return element("cfdi:Comprobante", *children, attrs=head)


def payment_words(payment: Payment) -> PaymentExtension:
    """What the caller said of the payment in SAT's words, empty where nothing."""
    return payment.extension if isinstance(payment.extension, PaymentExtension) else NO_PAYMENT_EXTENSION


_OF_THE_RECEIVER = ("regimen_fiscal_receptor", "domicilio_fiscal_receptor", "residencia_fiscal", "num_reg_id_trib")


def receipt_receiver(instruction: Instruction, place: str | None) -> Receiver:
    """The receiver of the paid invoices, as those invoices named it; UsoCFDI is always CP01."""
    own = instruction.extension if isinstance(instruction.extension, Extension) else NO_EXTENSION
    paid = instruction.payment.allocations if instruction.payment else ()
    first = next((row.extension for row in paid if isinstance(row.extension, Extension)), NO_EXTENSION)
    inherited = {name: getattr(own, name) or getattr(first, name) for name in _OF_THE_RECEIVER}
    return receiver(instruction.invoice, msgspec.structs.replace(own, uso_cfdi="CP01", **inherited), place)


def payment_form(payment: Payment) -> str:
    """FormaDePagoP: the caller's, else what the means of payment is; a transfer where neither tells."""
    return payment_words(payment).forma_de_pago or PAYMENT_FORM_OF_MEANS.get(payment.means, "03")


def place_zone(issuer: Issuer) -> ZoneInfo:
    """The time zone of the place of issue, by its postal code; the issuer's own where that tells none."""
    return ZoneInfo(zone_of(sender(issuer).place or "") or issuer.time_zone)


def local(issuer: Issuer, at: datetime) -> datetime:
    """A moment as Fecha and FechaPago tell it: in the time of the place of issue."""
    return at.astimezone(place_zone(issuer))


def replaced_receipts(instruction: Instruction, words: PaymentExtension) -> tuple[str, ...]:
    """UUIDs of the receipts whose place this one takes: those that the caller names, and an earlier one of ours."""
    former = (row for row in instruction.invoice.references.preceding if row.kind is Kind.RECEIPT)
    known = (row.external_ids.get("cfdi") for row in former)
    return tuple(dict.fromkeys((*words.sustituye, *(uuid for uuid in known if uuid))))


def _replaced(uuids: tuple[str, ...]) -> Markup | None:
    if not uuids:
        return None
    rows = (element("cfdi:CfdiRelacionado", attrs=(("UUID", uuid),)) for uuid in uuids)
    return element("cfdi:CfdiRelacionados", *rows, attrs=(("TipoRelacion", "04"),))


def _sender(who: Sender) -> Markup:
    return element("cfdi:Emisor", attrs=(("Rfc", who.rfc), ("Nombre", who.name), ("RegimenFiscal", who.regime)))


def _receiver(who: Receiver) -> Markup:
    attrs = (
        ("Rfc", who.rfc),
        ("Nombre", who.name),
        ("DomicilioFiscalReceptor", who.postal_code),
        ("ResidenciaFiscal", who.country),
        ("NumRegIdTrib", who.tax_id),
        ("RegimenFiscalReceptor", who.regime),
        ("UsoCFDI", "CP01"),
    )
    return element("cfdi:Receptor", attrs=attrs)


def _payments(payment: Payment, words: PaymentExtension, issuer: Issuer) -> Markup:
    documents = paid_documents(payment)
    taxes = paid_taxes(documents)
    sums = totals(payment, taxes)
    rows = tuple((name, plain(sums[name]) if name in sums else None) for name in _TOTALS)
    rate = pesos_rate(payment)
    attrs = (
        ("FechaPago", local(issuer, payment.paid_at).strftime(_LOCAL)),
        ("FormaDePagoP", payment_form(payment)),
        ("MonedaP", payment.currency),
        ("TipoCambioP", None if rate is None else _short(rate)),
        ("Monto", _fixed(payment.amount, scale_of(payment.currency))),
        ("NumOperacion", words.num_operacion or (payment.reference or "").strip() or None),
        ("RfcEmisorCtaOrd", words.rfc_emisor_cta_ord),
        ("NomBancoOrdExt", words.nom_banco_ord_ext),
        ("CtaOrdenante", words.cta_ordenante),
        ("RfcEmisorCtaBen", words.rfc_emisor_cta_ben),
        ("CtaBeneficiario", words.cta_beneficiario),
        ("TipoCadPago", words.tipo_cad_pago),
        ("CertPago", words.cert_pago),
        ("CadPago", words.cad_pago),
        ("SelloPago", words.sello_pago),
    )
    pago = element("pago20:Pago", *(_document(row) for row in documents), _taxes(taxes, "P"), attrs=attrs)
    return element("pago20:Pagos", element("pago20:Totales", attrs=rows), pago, attrs=(("Version", "2.0"),))


def _document(row: PaidDocument) -> Markup:
    scale = scale_of(row.currency)
    attrs = (
        ("IdDocumento", row.uuid),
        ("Serie", row.series),
        ("Folio", row.folio),
        ("MonedaDR", row.currency),
        ("EquivalenciaDR", None if row.equivalence is None else _short(row.equivalence)),
        ("NumParcialidad", str(row.installment)),
        ("ImpSaldoAnt", _fixed(row.before, scale)),
        ("ImpPagado", _fixed(row.paid, scale)),
        ("ImpSaldoInsoluto", _fixed(row.after, scale)),
        ("ObjetoImpDR", row.tax_object),
    )
    return element("pago20:DoctoRelacionado", _taxes(row.taxes, "DR"), attrs=attrs)


def _taxes(taxes: Iterable[PaidTax], level: str) -> Markup | None:
    """ImpuestosDR or ImpuestosP: what is withheld first, then what is transferred."""
    rows = tuple(taxes)
    withheld = [_tax(f"pago20:Retencion{level}", tax, level) for tax in rows if tax.withheld]
    transferred = [_tax(f"pago20:Traslado{level}", tax, level) for tax in rows if not tax.withheld]
    if not rows:
        return None
    return element(
        f"pago20:Impuestos{level}",
        element(f"pago20:Retenciones{level}", *withheld) if withheld else None,
        element(f"pago20:Traslados{level}", *transferred) if transferred else None,
    )


def _tax(tag: str, tax: PaidTax, level: str) -> Markup:
    amount = None if tax.factor == "Exento" else _long(tax.amount)
    if tax.withheld and level == "P":
        return element(tag, attrs=(("ImpuestoP", tax.code), ("ImporteP", amount)))
    attrs = (
        (f"Base{level}", _long(tax.base)),
        (f"Impuesto{level}", tax.code),
        (f"TipoFactor{level}", tax.factor),
        (f"TasaOCuota{level}", None if tax.rate is None else _fixed(tax.rate, 6)),
        (f"Importe{level}", amount),
    )
    return element(tag, attrs=attrs)


def _fixed(value: Decimal, scale: int) -> str:
    return plain(round_half_up(value, scale))


def _short(value: Decimal) -> str:
    text = plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _long(value: Decimal) -> str:
    """Two decimals, or as many more (up to six) as the value has."""
    whole, _, decimals = plain(round_half_up(value, PRECISION)).partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
