"""Rules CRP20221-20235 on the banks of a payment: which fields its way to pay may bear, and in which form.

Source: c_FormaPago of Pagos 2.0 (who takes part, and the patterns of the accounts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from jurisdictions.cfdi.simulator.refusals import Fault

_ANY = "[0-9]{10,11}|[0-9]{15,16}|[0-9]{18}|[A-Z0-9_]{10,50}"
# Way to pay: the form of the payer's account, and of the payee's (None: it is not told).
_ACCOUNTS: dict[str, tuple[str, str | None]] = {
    "02": ("[0-9]{11}|[0-9]{18}", _ANY),
    "03": ("[0-9]{10}|[0-9]{16}|[0-9]{18}", "[0-9]{10}|[0-9]{18}"),
    "04": ("[0-9]{16}", _ANY),
    "05": (_ANY, _ANY),
    "06": ("[0-9]{10}", None),
    "28": ("[0-9]{16}", _ANY),
    "29": ("[0-9]{15,16}", _ANY),
}
_FOREIGN = "XEXX010101000"
_CHAINED = "03"
# What proves a transfer: the field, the code where it is missing, and where it should not be there.
_PROOFS = (
    ("CertPago", "CRP20230", "CRP20231"),
    ("CadPago", "CRP20232", "CRP20233"),
    ("SelloPago", "CRP20234", "CRP20235"),
)


def faults(payment: etree._Element) -> Iterator[Fault]:
    """What the bank fields of one payment break."""
    form = payment.get("FormaDePagoP") or ""
    accounts = _ACCOUNTS.get(form)
    payer, payee = accounts or (None, None)
    if accounts is None and payment.get("RfcEmisorCtaOrd") is not None:
        yield Fault("CRP20221", form)
    if payment.get("RfcEmisorCtaOrd") == _FOREIGN and payment.get("NomBancoOrdExt") is None:
        yield Fault("CRP20223")
    yield from _account(payment, "CtaOrdenante", payer, ("CRP20224", "CRP20225"))
    yield from _account(payment, "CtaBeneficiario", payee, ("CRP20228", "CRP20226"))
    if payee is None and payment.get("RfcEmisorCtaBen") is not None:
        yield Fault("CRP20227", form)
    if payment.get("TipoCadPago") is not None and form != _CHAINED:
        yield Fault("CRP20229", form)
    for name, missing, spare in _PROOFS:
        told, wanted = payment.get(name) is not None, payment.get("TipoCadPago") is not None
        if told != wanted:
            yield Fault(missing if wanted else spare)


def _account(payment: etree._Element, name: str, form: str | None, codes: tuple[str, str]) -> Iterator[Fault]:
    account = payment.get(name)
    if account is None:
        return
    if form is None:
        yield Fault(codes[0], account)
    elif not re.fullmatch(form, account):
        yield Fault(codes[1], account)
