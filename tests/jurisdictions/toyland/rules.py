"""Toyland's law: who has a number of the office issues through it, and says no evil."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from jurisdictions.contract import Cancellation, Edition, Instruction, Issuer, Judgement, Law, Layer, Rounding, Route
from schemas.document import Invoice
from schemas.findings import Finding, Findings, Severity
from schemas.states import Standing
from tests.jurisdictions.toyland.attestations import sworn
from tests.jurisdictions.toyland.codelists import CODE, COUNTRY, EDITION, SCHEME
from tests.jurisdictions.toyland.receipts import PaymentExtension, wants, wrong
from tests.jurisdictions.toyland.seal import verify

_HELD = frozenset({Standing.REGISTERED, Standing.REGISTERED_WITH_ERRORS})
THE_EDITION = Edition(code=EDITION, valid_from=date(2020, 1, 1))


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`installation` names the till. `oath`: the issuer is believed only under its oath. `notes` is the series of its
    credit notes; from the day `closed` on the till issues nothing; who is `away` issues by another law."""

    installation: str = "1"
    oath: bool = False
    notes: str | None = None
    closed: date | None = None
    away: bool = False


class Extension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ask_for`: which of its answers the simulated office is to give. `instalments`: each payment wants a receipt."""

    ask_for: str | None = None
    instalments: bool = False


def route(invoice: Invoice, issuer: Issuer, at: datetime) -> Route | None:
    if issuer.party.tax_id(SCHEME) is None or _settings(issuer).away:
        return None
    return Route(
        jurisdiction=CODE,
        reason=f"The issuer is registered in {COUNTRY}.",
        rounding=Rounding(name="per group"),
        edition=EDITION,
        series=_settings(issuer).notes if invoice.is_correction else None,
    )


def aside(invoice: Invoice, issuer: Issuer, at: datetime) -> Findings:
    if issuer.party.tax_id(SCHEME) is None:
        return ()
    return (replace(_wrong("TOY-AWAY", "The issuer is away.", "/issuer"), severity=Severity.WARNING),)


def _settings(issuer: Issuer) -> Settings:
    return issuer.settings if isinstance(issuer.settings, Settings) else Settings()


def check(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    findings: Findings = ()
    if issuer.party.tax_id(SCHEME) is None:
        findings += (_wrong("TOY-1", "The issuer needs a number of the office.", "/issuer"),)
    if "office" not in issuer.credentials:
        findings += (_wrong("TOY-2", "The account at the office is missing.", "/issuer"),)
    own, invoice = _settings(issuer).notes, instruction.invoice
    if own is not None and invoice.is_correction and invoice.series != own:
        findings += (_wrong("TOY-8", "Credit notes have a series of their own.", "/series"),)
    if (instruction.invoice.note or "").startswith("evil"):
        findings += (_wrong("TOY-3", "Notes speak no evil.", "/note"),)
    if swears(issuer) and not sworn(issuer, at):
        findings += (_wrong("TOY-OATH", "The oath has not been taken.", "/issuer"),)
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


def swears(issuer: Issuer) -> bool:
    return _settings(issuer).oath


def review(issuer: Issuer, former: object | None, at: datetime) -> Findings:
    """An oath is never taken back, an account is wanted, and a closed till stays closed."""
    if issuer.party.tax_id(SCHEME) is None:
        return ()
    findings: Findings = ()
    if isinstance(former, Settings) and former.oath and not swears(issuer):
        findings += (_wrong("TOY-KEPT", "An oath is never taken back.", "/settings/toyland/oath"),)
    if "office" not in issuer.credentials:
        missing = _wrong("TOY-2", "The account at the office is missing.", "")
        findings += (replace(missing, severity=Severity.WARNING),)
    closed = _settings(issuer).closed
    if closed is not None and closed <= at.date():
        findings += (_wrong("TOY-CLOSED", "The till is closed.", "/settings/toyland/closed"),)
    return findings


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
    aside=aside,
    review=review,
)
