"""Which invoices concern a jurisdiction, how it rounds, and what its rules say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from jurisdictions.contract.about import Obligation
from jurisdictions.contract.instructions import Instruction, Issuer
from jurisdictions.contract.lookups import Lookup
from jurisdictions.contract.values import Value
from schemas.document import Invoice
from schemas.findings import Findings
from schemas.invoice import InvoiceInput
from schemas.party import Party
from schemas.rules import PublishedRule
from validators.report import Report


class Rounding(Value, frozen=True, kw_only=True):
    """How a route's documents round (always HALF_UP).

    `tax_per` group: tax = round(sum of bases * rate) per row of the breakdown. line: each line's tax is rounded to the
    currency and the group is their sum. `line_tax_scale`: lines' taxes are kept at this many decimals before summing.
    """

    name: str
    tax_per: Literal["group", "line"] = "group"
    line_tax_scale: int | None = None


class Route(Value, frozen=True, kw_only=True):
    """Why this jurisdiction concerns the invoice, how it rounds, and which duties it falls under here.

    An invoice that names no series is numbered in `series`; None leaves it to the issuer's own.
    """

    jurisdiction: str
    reason: str
    rounding: Rounding
    edition: str
    notes: tuple[str, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    series: str | None = None


@dataclass(frozen=True, kw_only=True)
class Law:
    """Which invoices concern us, under which edition, and what the rules say of them.

    `route(invoice, issuer)` is pure and cheap; settings or extensions may be absent. `check(instruction, issuer, at)`
    runs every rule and never raises for bad data. `judge(document)` takes any bytes, also a stranger's; so does
    `read(document)`, which gives the invoice that they state, and is None where no kind of document is read.
    `published()` lists the rules of every edition that is installed. `receipts(attributes)` tells whether the payment
    of an invoice whose accepted submission has these attributes wants a receipt; None where no payment does.
    `aside(invoice, issuer, at)` tells why the law does not concern an invoice of an issuer of its country, and is asked
    only where there is no route. `review(issuer, former settings, at)` looks at an issuer by itself, and at a change of
    its settings (None: there is none to look at); a fatal finding refuses the change.
    """

    route: Callable[[Invoice, Issuer, datetime], Route | None]
    check: Callable[[Instruction, Issuer, datetime], Findings]
    judge: Callable[[bytes], Judgement]
    settings_type: type[msgspec.Struct] | None = None
    extension_type: type[msgspec.Struct] | None = None
    line_extension_type: type[msgspec.Struct] | None = None
    read: Callable[[bytes], Reading] | None = None
    lookup: Lookup | None = None
    published: Callable[[], tuple[PublishedRule, ...]] | None = None
    receipts: Callable[[Mapping[str, str]], bool] | None = None
    payment_extension_type: type[msgspec.Struct] | None = None
    aside: Callable[[Invoice, Issuer, datetime], Findings] | None = None
    review: Callable[[Issuer, object | None, datetime], Findings] | None = None


class Layer(Value, frozen=True, kw_only=True):
    """One layer of a judgement: `passed`, `failed`, `skipped` because an earlier one failed, or `undecided` where
    something in it could not be judged."""

    name: str
    verdict: Literal["passed", "failed", "skipped", "undecided"]
    rule_set: str | None = None


class Judgement(Value, frozen=True, kw_only=True):
    """What may be said of a document. `undecided` exists and is never shown as valid.

    `recognised`: whether the document says of itself that it falls under this law, or is known by name to fall under
    none; None where nobody asked.
    """

    verdict: Literal["valid", "invalid", "undecided"]
    rule_set: str
    layers: tuple[Layer, ...]
    findings: Findings
    recognised: bool | None = None

    @classmethod
    def of(cls, report: Report, *, recognised: bool | None) -> Judgement:
        """A report in layers; the rule set is that of the last one."""
        layers = tuple(Layer(name=one.name, verdict=one.verdict, rule_set=one.rule_set) for one in report.layers)
        return cls(
            verdict=report.verdict,
            rule_set=layers[-1].rule_set or "none",
            layers=layers,
            findings=report.findings,
            recognised=recognised,
        )


UNASSIGNED = "unassigned"
"""The issuer of an invoice that was read and whose issuer nobody has looked up yet."""


class Reading(Value, frozen=True, kw_only=True):
    """A document as a caller would have written it.

    Not `recognised`: another kind of document, or (with findings) bytes that are no readable document at all. `invoice`
    is None where a fatal finding says why it cannot be carried over; its `issuer` is `UNASSIGNED`, and `issuer` is the
    party that the document names in that place. `locations` tell where a JSON pointer of the invoice stands in the
    document (XPath); the issuer's own fields are under `/issuer`. What the invoice cannot hold is a finding, never left
    out in silence.
    """

    recognised: bool
    invoice: InvoiceInput | None = None
    issuer: Party | None = None
    findings: Findings = ()
    locations: Mapping[str, str] = {}
