"""EN 16931 on UBL: every rule of the validation artefacts, judged natively in one pass over the tree."""

from __future__ import annotations

from datetime import date

from validators.en16931 import (  # noqa: F401  # they fill the patterns
    allowances,
    codes,
    datatypes,
    header,
    lines,
    parties,
    payment,
    syntax,
    tax_totals,
    totals,
    vat_document,
    vat_rows,
)
from validators.en16931.contexts import CODES, MODEL, SYNTAX
from validators.en16931.reading import Unreadable, read
from validators.en16931.rulebook import CannotJudge, Context, Difference, Pattern, Rule
from validators.en16931.ruleset import Broken, RuleSet, Unjudged, Verdict
from validators.en16931.unused import read_table

EN16931 = RuleSet(
    name="EN 16931 (UBL)",
    edition="1.3.16",
    valid_from=date(2026, 3, 30),
    patterns=(MODEL, SYNTAX, CODES),
    unused=read_table(),
)

__all__ = [
    "EN16931",
    "Broken",
    "CannotJudge",
    "Context",
    "Difference",
    "Pattern",
    "Rule",
    "RuleSet",
    "Unjudged",
    "Unreadable",
    "Verdict",
    "read",
]
