"""Toyland's law: who has a number of the office issues through it, and says no evil."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from jurisdictions.contract import Cancellation, Edition, Instruction, Issuer, Judgement, Law, Layer, Rounding, Route
from schemas.document import Invoice
from schemas.findings import Finding, Findings
from schemas.states import Standing
from tests.jurisdictions.toyland.codelists import CODE, COUNTRY, EDITION, SCHEME
from tests.jurisdictions.toyland.receipts import PaymentExtension, wants, wrong
from tests.jurisdictions.toyland.seal import verify

_HELD = frozenset({Standing.REGISTERED, Standing.REGISTERED_WITH_ERRORS})
THE_EDITION = Edition(code=EDITION, valid_from=date(2020, 1, 1))


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`installation` names the till."""

    installation: str = "1"


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ask_for`: which of its answers the simulated office is to give. `instalments`: each payment wants a receipt."""

    ask_for: str | None = None
    instalments: bool = False


def route(invoice: Invoice, issuer: Issuer, at: datetime) -> Route | None:
    if issuer.party.tax_id(SCHEME) is None:
        return None
    return Route(
        jurisdiction=CODE,
        reason=f"The issuer is registered in {COUNTRY}.",
        rounding=Rounding(name="per group"),
        edition=EDITION,
    )


def check(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    findings: Findings = ()
    if issuer.party.tax_id(SCHEME) is None:
        findings += (_wrong("TOY-1", "The issuer needs a number of the office.", "/issuer"),)
    if "office" not in issuer.credentials:
        findings += (_wrong("TOY-2", "The account at the office is missing.", "/issuer"),)
    if (instruction.invoice.note or "").startswith("evil"):
        findings += (_wrong("TOY-3", "Notes speak no evil.", "/note"),)
    if instruction.cancellation is not None:
        findings += _hangs_on_it(instruction.cancellation)
    if instruction.payment is not None:
        findings += wrong(instruction.payment)
    return findings


def _hangs_on_it(wish: Cancellation) -> Findings:
    """What names the invoice goes first; what stands in its place is there before."""
    findings: Findings = ()
    own = wish.replacement.id if wish.replacement else None
    if others := [one for one in wish.related if one.id != own]:
        names = ", ".join(one.number for one in others)
        findings += (_wrong("TOY-4", f"Other documents rest on it: {names}.", ""),)
    if wish.option == "cancel_replaced" and (wish.replacement is None or wish.replacement.standing not in _HELD):
        findings += (_wrong("TOY-5", "What stands in its place must be registered first.", "/replacement"),)
    return findings


def _wrong(rule: str, message: str, pointer: str) -> Finding:
    return Finding(rule=rule, source=CODE, message=message, pointer=pointer)


def judge(body: bytes) -> Judgement:
    findings = tuple(one for one in verify(body, None) if one.rule != "TOY-CHAIN")
    verdict = "failed" if findings else "passed"
    return Judgement(
        verdict="invalid" if findings else "valid",
        rule_set=EDITION,
        layers=(Layer(name="record", verdict=verdict, rule_set=EDITION),),
        findings=findings,
    )


LAW = Law(
    route=route,
    check=check,
    judge=judge,
    settings_type=Settings,
    extension_type=Extension,
    receipts=wants,
    payment_extension_type=PaymentExtension,
)
