"""Edits of the means of payment: every code with every content."""

from __future__ import annotations

from collections.abc import Iterator

from .edits import Edit, add, drop, together
from .families import shift
from .seeds import account, payment

MANDATE = (
    "<cac:PaymentMandate><cbc:ID>M1</cbc:ID>"
    "<cac:PayerFinancialAccount><cbc:ID>{}</cbc:ID></cac:PayerFinancialAccount></cac:PaymentMandate>"
)
DUE = "<cbc:PaymentDueDate>2018-03-07</cbc:PaymentDueDate>"
BARE_MANDATE = "<cac:PaymentMandate><cbc:ID>M1</cbc:ID></cac:PaymentMandate>"
CARD = (
    "<cac:CardAccount><cbc:PrimaryAccountNumberID>{}</cbc:PrimaryAccountNumberID>"
    "<cbc:NetworkID>VISA</cbc:NetworkID></cac:CardAccount>"
)
NUMBER = "<cbc:PaymentID>{}</cbc:PaymentID>"
CODES = "1 9 10 30 31 42 48 49 50 54 55 56 57 58 59 93 97 98 ZZZ 0".split()
CONTENTS = {
    "nothing": "", "account": account("12345678", "1234"), "iban": account("DE75512108001245126199"),
    "wrong iban": account("DE75512108001245126198"), "spaced iban": account("DE75 5121 0800 1245 1261 99"),
    "short account": account("123"), "no number": account("", "1"), "twelve": account("123456789012"),
    "plusgiro": account("121212", "SE:PLUSGIRO"), "bankgiro": account("1234567", "SE:BANKGIRO"),
    "long plusgiro": account("123456789", "SE:PLUSGIRO"), "short bankgiro": account("123456", "SE:BANKGIRO"),
    "lettered plusgiro": account("12A", "SE:PLUSGIRO"), "lettered bankgiro": account("123456A", "SE:BANKGIRO"),
    "mandate": MANDATE.format("DE75512108001245126199"), "wrong mandate": MANDATE.format("DE00512108001245126199"),
    "bare mandate": BARE_MANDATE, "card": CARD.format("1234"), "whole card": CARD.format("1234567890123456"),
    "all": account("DE75512108001245126199") + MANDATE.format("DE75512108001245126199") + CARD.format("1234"),
    "01": NUMBER.format("01#") + account("1234567"), "04": NUMBER.format("04#1234567890123456") + account("12345678"),
    "04 short": NUMBER.format("04#123456789012345") + account("12345678"),
    "15": NUMBER.format("15#1234") + account("1234567"),
    "71": NUMBER.format("71#123456789012345") + account("12345678"),
    "71 short": NUMBER.format("71#12345") + account("12345678"),
    "75": NUMBER.format("75#1234567890123456") + account("1234567"), "73": NUMBER.format("73#") + account("12345678"),
    "two accounts": account("1") + account("2"),
    "two cards": CARD.format("1") + CARD.format("2"),
    "two mandates": BARE_MANDATE * 2,
    "two numbers": NUMBER.format("1") + NUMBER.format("2"),
}  # fmt: skip


def payments() -> Iterator[tuple[str, Edit]]:
    """Every code of means of payment with every content."""
    for code in CODES:
        for name, content in CONTENTS.items():
            yield f"pay {code} {name}", payment(code, content)
    yield "no payment", drop("cac:PaymentMeans")
    yield (
        "no payment, negative",
        together(drop("cac:PaymentMeans"), shift("cac:LegalMonetaryTotal/cbc:PayableAmount", "-99999")),
    )
    for kind in ("all", "card", "mandate", "nothing"):
        means = f"<cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>{DUE}{CONTENTS[kind]}"
        yield f"two due dates with {kind}", add(".", f"<cac:PaymentMeans>{means}</cac:PaymentMeans>" * 2)
    for code in ("30", "42"):
        for name in ("account", "card"):
            means = f"<cbc:PaymentMeansCode>{code}</cbc:PaymentMeansCode>{CONTENTS[name]}"
            yield f"another {code} {name}", add(".", f"<cac:PaymentMeans>{means}</cac:PaymentMeans>")
