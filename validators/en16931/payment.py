"""How the invoice is paid: means, accounts and cards (BG-16 to BG-18)."""

from __future__ import annotations

from schemas.findings import Severity
from validators.en16931.contexts import MODEL
from validators.en16931.predicates import exists, filled
from validators.en16931.rulebook import Difference
from validators.en16931.tree import Document, Node
from validators.en16931.values import collapsed, normalized

CREDIT_TRANSFERS = ("30", "58")
MOST_OF_A_CARD_NUMBER = 10

CARD_NUMBER = MODEL.context("cac:PaymentMeans/cac:CardAccount/cbc:PrimaryAccountNumberID")


@CARD_NUMBER.rule("BR-51", Severity.WARNING)
def card_number_is_shortened(number: Node, _document: Document) -> bool | Difference:
    length = len(collapsed(number.text))
    return length <= MOST_OF_A_CARD_NUMBER or Difference(f"{length} characters", f"at most {MOST_OF_A_CARD_NUMBER}")


def _of_a_credit_transfer(account: Node, _document: Document) -> bool:
    means = account.parent
    return means is not None and any(code.text in CREDIT_TRANSFERS for code in means.all("cbc:PaymentMeansCode"))


TRANSFER_ACCOUNT = MODEL.context("cac:PaymentMeans/cac:PayeeFinancialAccount", where=_of_a_credit_transfer)
TRANSFER_ACCOUNT.add("BR-50", filled("cbc:ID"))

MEANS = MODEL.context("cac:PaymentMeans")
MEANS.add("BR-49", exists("cbc:PaymentMeansCode"))


@MEANS.rule("BR-61")
def transfer_names_its_account(means: Node, _document: Document) -> bool | Difference:
    code = normalized(means.all("cbc:PaymentMeansCode"))
    if code not in CREDIT_TRANSFERS or means.all("cac:PayeeFinancialAccount", "cbc:ID"):
        return True
    return Difference(found=f"means {code} without an account", expected="an account identifier (BT-84)")
