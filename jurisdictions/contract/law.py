"""Which invoices concern a jurisdiction, how it rounds, and what its rules say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from jurisdictions.contract.instructions import Instruction, Issuer
from jurisdictions.contract.values import Value
from schemas.document import Invoice
from schemas.findings import Findings


class Rounding(Value, frozen=True, kw_only=True):
    """How a route's documents round (always HALF_UP).

    `tax_per` group: tax = round(sum of bases * rate) per row of the breakdown. line: each line's tax is rounded to the
    currency and the group is their sum. `line_tax_scale`: lines' taxes are kept at this many decimals before summing.
    """

    name: str
    tax_per: Literal["group", "line"] = "group"
    line_tax_scale: int | None = None


class Route(Value, frozen=True, kw_only=True):
    """Why this jurisdiction concerns the invoice, and how it rounds."""

    jurisdiction: str
    reason: str
    rounding: Rounding
    edition: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Law:
    """Which invoices concern us, under which edition, and what the rules say of them.

    `route(invoice, issuer)` is pure and cheap; settings or extensions may be absent. `check(instruction, issuer, at)`
    runs every rule and never raises for bad data. `judge(document)` takes any bytes, also a stranger's.
    """

    route: Callable[[Invoice, Issuer, datetime], Route | None]
    check: Callable[[Instruction, Issuer, datetime], Findings]
    judge: Callable[[bytes], Judgement]
    settings_type: type[msgspec.Struct] | None = None
    extension_type: type[msgspec.Struct] | None = None
    line_extension_type: type[msgspec.Struct] | None = None


class Layer(Value, frozen=True, kw_only=True):
    """One layer of a judgement: `passed`, `failed`, or `skipped` because an earlier one failed."""

    name: str
    verdict: Literal["passed", "failed", "skipped"]
    rule_set: str | None = None


class Judgement(Value, frozen=True, kw_only=True):
    """What may be said of a document. `undecided` exists and is never shown as valid."""

    verdict: Literal["valid", "invalid", "undecided"]
    rule_set: str
    layers: tuple[Layer, ...]
    findings: Findings
