"""The rules of a receipt of payment (Pagos 2.0, CRP20101 to CRP20279): its envelope, its payments, what they pay.

Source: Matriz de errores del complemento para recepción de pagos 2.0 (revision B). What SAT's own lists decide (l_RFC,
published rates and limits) is left to the PAC. The taxes and totals are in `payment_totals`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from lxml import etree

from jurisdictions.cfdi import codelists as lists
from jurisdictions.cfdi.rules.margins import receipt_limits
from jurisdictions.cfdi.rules.payment_totals import RULES as TOTALS
from jurisdictions.cfdi.rules.reading import Reading, Rule, broken, child, decimals_written, number
from jurisdictions.cfdi.terms import MXN
from jurisdictions.cfdi.xsd import PAGOS
from schemas.findings import Finding, Severity
from schemas.money import ZERO, plain

_NONE = "XXX"
_ENVELOPE: Mapping[str, tuple[str, str | None]] = {
    "Exportacion": ("CRP20102", "01"),
    "SubTotal": ("CRP20103", "0"),
    "Moneda": ("CRP20104", _NONE),
    "FormaPago": ("CRP20105", None),
    "MetodoPago": ("CRP20106", None),
    "CondicionesDePago": ("CRP20107", None),
    "Descuento": ("CRP20108", None),
    "TipoCambio": ("CRP20109", None),
    "Total": ("CRP20110", "0"),
}
"""Attribute, its code, and the only value that it may have (None: it has to be absent)."""
_CONCEPT: Mapping[str, tuple[str, str | None]] = {
    "ClaveProdServ": ("CRP20113", "84111506"),
    "NoIdentificacion": ("CRP20114", None),
    "Cantidad": ("CRP20115", "1"),
    "ClaveUnidad": ("CRP20116", "ACT"),
    "Unidad": ("CRP20117", None),
    "Descripcion": ("CRP20118", "Pago"),
    "ValorUnitario": ("CRP20119", "0"),
    "Importe": ("CRP20120", "0"),
    "Descuento": ("CRP20121", None),
    "ObjetoImp": ("CRP20122", "01"),
}
_NUMBERS = frozenset({"SubTotal", "Total", "Cantidad", "ValorUnitario", "Importe"})
_CHAIN = (
    ("CertPago", "CRP20230", "CRP20231"),
    ("CadPago", "CRP20232", "CRP20233"),
    ("SelloPago", "CRP20234", "CRP20235"),
)
_BALANCES = (
    ("ImpSaldoAnt", "CRP20239", "CRP20240"),
    ("ImpPagado", "CRP20241", "CRP20242"),
    ("ImpSaldoInsoluto", None, "CRP20243"),
)
_WITHOUT_TAXES = frozenset({"01", "03", "04", "05"})
_EQUIVALENCE_SCALE = 10


def kind(reading: Reading) -> Iterator[Finding]:
    """CRP20101: type P and the complement Pagos belong together."""
    carried = "Pagos" in reading.complements
    if carried and reading.kind != "P":
        yield broken("CRP20101", reading.root, "TipoDeComprobante", expected="P")
    elif reading.kind == "P" and not carried:
        yield broken("CRP20101", reading.root, found="no complement Pagos")


def envelope(reading: Reading) -> Iterator[Finding]:
    """CRP20102 to CRP20123: the fixed parts."""
    if not _is_receipt(reading):
        return
    yield from _fixed(reading.root, _ENVELOPE)
    if len(reading.concepts) != 1:
        yield broken("CRP20111", reading.root, found=str(len(reading.concepts)), expected="1")
    for concept in reading.concepts[:1]:
        yield from _fixed(concept, _CONCEPT)
        held = [row for row in concept if etree.QName(row).localname != "ACuentaTerceros"]
        if held:
            yield broken("CRP20112", held[0])
    taxes = reading.one("Impuestos")
    if taxes is not None:
        yield broken("CRP20123", taxes)


def _fixed(element: etree._Element, expected: Mapping[str, tuple[str, str | None]]) -> Iterator[Finding]:
    for name, (code, value) in expected.items():
        written = element.get(name)
        if written == value:
            continue
        if name in _NUMBERS and value is not None and number(element, name) == Decimal(value):
            continue
        yield broken(code, element, name, expected=value or "absent", found=written or "absent")


def payments(reading: Reading) -> Iterator[Finding]:
    """CRP20212 to CRP20215, 20218, 20219: how, in what, and how much."""
    for payment in _payments(reading):
        form, currency = payment.get("FormaDePagoP", ""), payment.get("MonedaP", "")
        if form == "99":
            yield broken("CRP20212", payment, "FormaDePagoP")
        if currency == _NONE:
            yield broken("CRP20213", payment, "MonedaP")
        yield from _rate(payment, currency)
        amount = number(payment, "Monto")
        if amount is not None and amount <= 0:
            yield broken("CRP20218", payment, "Monto", expected="more than 0")
        if decimals_written(payment, "Monto") > _decimals(currency):
            yield broken("CRP20219", payment, "Monto", expected=f"at most {_decimals(currency)} decimals")


def _rate(payment: etree._Element, currency: str) -> Iterator[Finding]:
    """Pesos without the 1 that belongs to them are only warned about: there are stamped receipts like that."""
    rate = payment.get("TipoCambioP")
    if currency == MXN:
        if rate != "1":
            severity = Severity.WARNING if rate is None else Severity.FATAL
            yield broken("CRP20215", payment, "TipoCambioP", expected="1", found=rate or "absent", severity=severity)
    elif rate is None:
        yield broken("CRP20214", payment, "TipoCambioP", found="absent")


def sums(reading: Reading) -> Iterator[Finding]:
    """CRP20217, 20275, 20276: what the documents are paid with against the payment's amount."""
    for payment in _payments(reading):
        documents = _documents(payment)
        amount = number(payment, "Monto")
        if amount is None or not documents:
            continue
        currency = payment.get("MonedaP", "")
        if all(document.get("MonedaDR") == currency for document in documents):
            paid = sum((number(document, "ImpPagado") or ZERO for document in documents), ZERO)
            if paid > amount:
                yield broken("CRP20217", payment, "Monto", expected=f"at least {plain(paid)}")
        else:
            yield from _margins(payment, documents, amount, _decimals(currency))


def _margins(
    payment: etree._Element, documents: list[etree._Element], amount: Decimal, decimals: int
) -> Iterator[Finding]:
    """Each document stands for something between two limits; the payment lies between their sums."""
    lowest = highest = ZERO
    for document in documents:
        paid, rate = number(document, "ImpPagado"), number(document, "EquivalenciaDR")
        if paid is None or not rate:
            return  # CRP20237 or the schema speaks of it
        scale = _EQUIVALENCE_SCALE if rate == 1 else decimals_written(document, "EquivalenciaDR")
        if rate <= Decimal("0.5").scaleb(-scale):
            return
        low, high = receipt_limits(paid, decimals_written(document, "ImpPagado"), rate, scale, decimals)
        if low > amount:
            yield broken("CRP20275", document, "ImpPagado", expected=f"at most {plain(amount)} of the payment")
        lowest, highest = lowest + low, highest + high
    if not lowest <= amount <= highest:
        yield broken("CRP20276", payment, "Monto", expected=f"{plain(lowest)} to {plain(highest)}")


def banks(reading: Reading) -> Iterator[Finding]:
    """CRP20221, 20223 to 20228: whose accounts may be named, and in what form."""
    for payment in _payments(reading):
        form = lists.bank_form(payment.get("FormaDePagoP", ""))
        if form is None:
            continue
        for name, code, allowed in (
            ("RfcEmisorCtaOrd", "CRP20221", form.payer_bank),
            ("CtaOrdenante", "CRP20224", form.payer_account),
            ("RfcEmisorCtaBen", "CRP20227", form.payee_bank),
            ("CtaBeneficiario", "CRP20228", form.payee_account),
        ):
            if payment.get(name) is not None and not allowed:
                yield broken(code, payment, name, expected="absent")
        if payment.get("RfcEmisorCtaOrd") == lists.RFC_FOREIGN and not payment.get("NomBancoOrdExt"):
            yield broken("CRP20223", payment, "NomBancoOrdExt", found="absent")
        yield from _accounts(payment, form)


def _accounts(payment: etree._Element, form: lists.BankForm) -> Iterator[Finding]:
    payer, payee = payment.get("CtaOrdenante"), payment.get("CtaBeneficiario")
    if payer is not None and form.payer_account and not form.payer_fits(payer):
        yield broken("CRP20225", payment, "CtaOrdenante", expected=form.payer_pattern)
    if payee is not None and form.payee_account and not form.payee_fits(payee):
        yield broken("CRP20226", payment, "CtaBeneficiario", expected=form.payee_pattern)


def chains(reading: Reading) -> Iterator[Finding]:
    """CRP20229 to CRP20235: a chain of payment belongs to transfers, whole or not at all."""
    for payment in _payments(reading):
        stated = payment.get("TipoCadPago") is not None
        form = lists.bank_form(payment.get("FormaDePagoP", ""))
        if stated and form is not None and not (form.chain and form.banked):
            yield broken("CRP20229", payment, "TipoCadPago", expected="absent")
        for name, missing, surplus in _CHAIN:
            if stated and payment.get(name) is None:
                yield broken(missing, payment, name, found="absent")
            elif not stated and payment.get(name) is not None:
                yield broken(surplus, payment, name, expected="absent")


def documents(reading: Reading) -> Iterator[Finding]:
    """CRP20236 to CRP20246: the paid documents."""
    for payment in _payments(reading):
        for document in _documents(payment):
            yield from _equivalence(document, payment.get("MonedaP", ""))
            yield from _balance(document)
            if not lists.valid(lists.TAX_OBJECTS, document.get("ObjetoImpDR"), reading.day):
                yield broken("CRP20245", document, "ObjetoImpDR")
            yield from _tax_object(document)


def _equivalence(document: etree._Element, currency: str) -> Iterator[Finding]:
    own, rate = document.get("MonedaDR", ""), document.get("EquivalenciaDR")
    if own == _NONE:
        yield broken("CRP20236", document, "MonedaDR")
    if rate is None:
        yield broken("CRP20237", document, "EquivalenciaDR", found="absent")
    elif own == currency and number(document, "EquivalenciaDR") != 1:
        yield broken("CRP20238", document, "EquivalenciaDR", expected="1")


def _balance(document: etree._Element) -> Iterator[Finding]:
    decimals = _decimals(document.get("MonedaDR", ""))
    for name, not_above_zero, too_long in _BALANCES:
        value = number(document, name)
        if value is not None and value <= 0 and not_above_zero is not None:
            yield broken(not_above_zero, document, name, expected="more than 0")
        if decimals_written(document, name) > decimals:
            yield broken(too_long, document, name, expected=f"at most {decimals} decimals")
    before, paid, after = (number(document, name) for name, _, _ in _BALANCES)
    if before is None or paid is None or after is None:
        return
    if after < 0 or after != before - paid:
        yield broken("CRP20244", document, "ImpSaldoInsoluto", expected=plain(before - paid))


def _tax_object(document: etree._Element) -> Iterator[Finding]:
    """CRP20246, 20247, 20278, 20279: what ObjetoImpDR says and what is told."""
    said = document.get("ObjetoImpDR")
    node = child(document, "ImpuestosDR", PAGOS)
    transferred = {row.get("ImpuestoDR") for row in child(document, "ImpuestosDR/TrasladosDR/TrasladoDR", PAGOS)}
    withheld = {row.get("ImpuestoDR") for row in child(document, "ImpuestosDR/RetencionesDR/RetencionDR", PAGOS)}
    if said == "02" and not node:
        yield broken("CRP20246", document, "ObjetoImpDR")
    elif said in _WITHOUT_TAXES and node:
        yield broken("CRP20247", document, "ObjetoImpDR")
    elif said in ("06", "08") and (transferred or withheld - {"001"}):
        yield broken("CRP20278", document, "ObjetoImpDR")
    elif said == "07" and ("002" in transferred | withheld or "003" not in transferred):
        yield broken("CRP20279", document, "ObjetoImpDR")


def _is_receipt(reading: Reading) -> bool:
    return reading.kind == "P" or "Pagos" in reading.complements


def _payments(reading: Reading) -> tuple[etree._Element, ...]:
    return reading.payments


def _documents(payment: etree._Element) -> list[etree._Element]:
    return child(payment, "DoctoRelacionado", PAGOS)


def _decimals(currency: str) -> int:
    return lists.CURRENCY_DECIMALS.get(currency, 2)


RULES: tuple[Rule, ...] = (kind, envelope, payments, sums, banks, chains, documents, *TOTALS)
