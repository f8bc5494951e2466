"""Electronic addresses of buyer and seller, and what direct debit needs."""

from __future__ import annotations

from jurisdictions.peppol.codelists import DIRECT_DEBIT
from jurisdictions.peppol.rules.patterns import TRANSACTION
from validators.en16931.predicates import exists
from validators.en16931.tree import Document, Node
from validators.en16931.values import normalized


def _is_direct_debit(means: Node, _document: Document) -> bool:
    return normalized(means.all("cbc:PaymentMeansCode")) in DIRECT_DEBIT


BUYER = TRANSACTION.context("cac:AccountingCustomerParty/cac:Party")
BUYER.add("PEPPOL-EN16931-R010", exists("cbc:EndpointID"))

SELLER = TRANSACTION.context("cac:AccountingSupplierParty/cac:Party")
SELLER.add("PEPPOL-EN16931-R020", exists("cbc:EndpointID"))

PAYMENT = TRANSACTION.context("cac:PaymentMeans", where=_is_direct_debit)
PAYMENT.add("PEPPOL-EN16931-R061", exists("cac:PaymentMandate/cbc:ID"))
