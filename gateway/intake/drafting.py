"""From what a caller wrote to a draft: the neutral invoice, its routes and their rounding, and every finding at
once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from gateway.identity import Prefix, written
from gateway.intake.instructions import Known, instruct, issuer_for, unknown_extensions
from jurisdictions.contract import (
    Earlier,
    Environment,
    InstructionKind,
    Issuer,
    Jurisdiction,
    Payment,
    Rounding,
    Route,
)
from schemas.answers import IssuerInput
from schemas.document import Invoice, Preceding
from schemas.findings import Finding, Findings, Severity, is_fatal
from schemas.invoice import InvoiceInput, Kind
from schemas.party import Party
from schemas.states import Standing
from validators.arithmetic import RoundingPolicy, recompute, reconcile_rounding
from validators.composition import compose

COMPOSED_UNDER = RoundingPolicy()


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft is judged on beside its own words; `payments` are those of a receipt, by jurisdiction."""

    issuer_id: UUID
    issuer: IssuerInput
    environment: Environment
    customer: Party
    known: Known = Known()
    preceding: Mapping[str, Preceding] = {}
    payments: Mapping[str, Payment] = {}
    findings: Findings = ()


class Further(msgspec.Struct, frozen=True, kw_only=True):
    """One more record about an issued invoice: it alone is to be judged, as what it will be sealed as."""

    jurisdiction: str
    kind: InstructionKind
    standing: Standing = Standing.NONE
    earlier: tuple[Earlier, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A judged draft. `issuers` are the issuer as each route's jurisdiction sees it; `series` is the one that it will
    be numbered in: the caller's, or a route's, or else the issuer's own."""

    written: InvoiceInput
    invoice: Invoice
    series: str
    routes: tuple[Route, ...]
    findings: Findings
    issuers: Mapping[str, Issuer]

    @property
    def ready(self) -> bool:
        return not is_fatal(self.findings)


def today_of(issuer: IssuerInput, at: datetime) -> date:
    """The issuer's own date: an invoice of 23:30 in Madrid is not dated by Greenwich."""
    return at.astimezone(ZoneInfo(issuer.time_zone)).date()


def draft_invoice(
    jurisdictions: Mapping[str, Jurisdiction],
    invoice_id: UUID,
    body: InvoiceInput,
    ground: Ground,
    at: datetime,
    further: Further | None = None,
) -> Draft:
    """Compose, route, round and check; of what was issued, the `further` record. Never raises for bad data."""
    composed, findings = compose(
        body,
        id=written(Prefix.INVOICE, invoice_id),
        issuer=ground.issuer.party(),
        customer=ground.customer,
        issue_date=body.issue_date or today_of(ground.issuer, at),
        default_taxes=ground.issuer.default_taxes,
        preceding=ground.preceding,
        rounding=COMPOSED_UNDER,
    )
    findings = ground.findings + findings + unknown_extensions(jurisdictions, composed)
    issuers, wrong = _issuers(jurisdictions, ground)
    findings += wrong
    # Only the laws that want a receipt of this payment are concerned by it.
    concerned = ground.payments if composed.kind is Kind.RECEIPT else issuers
    routes, said = _routes(
        jurisdictions, composed, {code: one for code, one in issuers.items() if code in concerned}, at
    )
    findings += said
    if not routes and not wrong:
        findings += (_no_route(composed),)
    invoice, disagreement = _rounded(composed, routes)
    series = body.series or next((one.series for one in routes if one.series), None) or ground.issuer.default_series
    invoice = replace(invoice, series=series)
    findings += disagreement
    judged = tuple(one for one in routes if further is None or one.jurisdiction == further.jurisdiction)
    findings += _reviewed(jurisdictions, judged, issuers, at)
    findings += _checked(jurisdictions, invoice, judged, issuers, ground.payments, at, further)
    findings = tuple(dict.fromkeys(findings))
    return Draft(written=body, invoice=invoice, series=series, routes=routes, findings=findings, issuers=issuers)


def _issuers(jurisdictions: Mapping[str, Jurisdiction], ground: Ground) -> tuple[dict[str, Issuer], Findings]:
    issuers: dict[str, Issuer] = {}
    findings: Findings = ()
    for code, jurisdiction in jurisdictions.items():
        try:
            issuers[code] = issuer_for(jurisdiction, ground.issuer_id, ground.issuer, ground.environment, ground.known)
        except msgspec.ValidationError as why:
            findings += (
                Finding(
                    rule="GW-SETTINGS",
                    message=f"The issuer's settings for {code} cannot be read: {why}",
                    pointer="/issuer",
                    fix=f"PATCH the issuer's settings.{code}.",
                ),
            )
    return issuers, findings


def _routes(
    jurisdictions: Mapping[str, Jurisdiction], invoice: Invoice, issuers: Mapping[str, Issuer], at: datetime
) -> tuple[tuple[Route, ...], Findings]:
    """Whom the invoice concerns; and where a law of the issuer's country stands aside, its reason."""
    routes: list[Route] = []
    findings: Findings = ()
    for code, issuer in issuers.items():
        law = jurisdictions[code].law
        route = law.route(invoice, issuer, at)
        if route is not None:
            routes.append(route)
        elif law.aside is not None:
            findings += law.aside(invoice, issuer, at)
    return tuple(routes), findings


def _reviewed(
    jurisdictions: Mapping[str, Jurisdiction], routes: tuple[Route, ...], issuers: Mapping[str, Issuer], at: datetime
) -> Findings:
    """What keeps the issuer from issuing at all. Its pointers are into the issuer, which the invoice only names."""
    findings: list[Finding] = []
    for route in routes:
        review = jurisdictions[route.jurisdiction].law.review
        for one in review(issuers[route.jurisdiction], None, at) if review is not None else ():
            if one.severity is Severity.FATAL:
                findings.append(replace(one, pointer="/issuer"))
    return tuple(findings)


def _no_route(invoice: Invoice) -> Finding:
    if invoice.kind is Kind.RECEIPT:
        return Finding(
            rule="GW-KIND",
            message="A receipt is made from a payment that counts, where the law of a paid invoice wants one.",
            pointer="/kind",
            found=invoice.kind,
            fix="POST /v1/payments.",
        )
    return Finding(
        rule="GW-NO-ROUTE",
        message="No jurisdiction concerns this invoice: neither the issuer's tax ids and settings nor the customer's"
        " addresses name one that is installed.",
        pointer="/issuer",
        found=", ".join(tax_id.scheme for tax_id in invoice.issuer.tax_ids) or "no tax id",
        fix="Give the issuer a tax id of an installed jurisdiction, or both parties an electronic address.",
    )


def _policy(rounding: Rounding) -> RoundingPolicy:
    return RoundingPolicy(tax_per=rounding.tax_per, line_tax_scale=rounding.line_tax_scale)


def _under(invoice: Invoice, policy: RoundingPolicy) -> Invoice:
    """As composed, where the route rounds as composing did: recomputing would change nothing."""
    return invoice if policy == COMPOSED_UNDER else recompute(invoice, policy)


def _rounded(invoice: Invoice, routes: tuple[Route, ...]) -> tuple[Invoice, Findings]:
    """The invoice under its routes' rounding; routes that cannot agree on the totals are a finding."""
    if not routes:
        return invoice, ()
    under = {route.jurisdiction: _under(invoice, _policy(route.rounding)) for route in routes}
    disagreement = reconcile_rounding(under)
    # The finest rounding is kept: a route that rounds each line's tax later has all that the others need.
    finest = max(routes, key=lambda route: route.rounding.line_tax_scale or 0)
    return under[finest.jurisdiction], (disagreement,) if disagreement else ()


def _checked(
    jurisdictions: Mapping[str, Jurisdiction],
    invoice: Invoice,
    routes: tuple[Route, ...],
    issuers: Mapping[str, Issuer],
    payments: Mapping[str, Payment],
    at: datetime,
    further: Further | None,
) -> Findings:
    findings: Findings = ()
    for route in routes:
        jurisdiction, payment = jurisdictions[route.jurisdiction], payments.get(route.jurisdiction)
        first = InstructionKind.ISSUE if payment is None else InstructionKind.RECEIPT
        instruction, unreadable = instruct(
            jurisdiction,
            invoice,
            kind=further.kind if further else first,
            standing=further.standing if further else Standing.NONE,
            earlier=further.earlier if further else (),
            payment=payment,
        )
        findings += unreadable
        if not unreadable:
            findings += jurisdiction.law.check(instruction, issuers[route.jurisdiction], at)
    return findings
