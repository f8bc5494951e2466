"""The published rules as pages for people: `python -m gateway.rulebook` writes `docs/rules/`.

A page for each rule set; `README.md` lists them. A test fails where the pages are older than the rules.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

import jurisdictions as installation
from jurisdictions.contract import Jurisdiction
from schemas.rules import PublishedRule

RULES = Path(__file__).parents[1] / "docs" / "rules"
INDEX = "README.md"
_JUDGES = {
    "here": "Judged here, before a document is sent",
    "authority": "told by the authority alone",
    "unreachable": "out of reach of any document",
}
_GENERATED = "<!-- Written by `python -m gateway.rulebook` from the rules themselves: change those. -->\n\n"


def pages(law: Mapping[str, Jurisdiction]) -> dict[str, str]:
    """Every page by its file name: one for each edition that a jurisdiction publishes, however many judge by it."""
    editions: dict[tuple[str, str], list[PublishedRule]] = {}
    judged_by: dict[tuple[str, str], list[str]] = {}
    for code, one in law.items():
        listed = one.law.published() if one.law.published else ()
        for key, rules in groupby(listed, key=lambda rule: (rule.rule_set, rule.edition)):
            editions.setdefault(key, list(rules))
            judged_by.setdefault(key, []).append(code)
    told = {_file(key): _page(rules) for key, rules in editions.items()}
    rows = [
        f"| [{rules[0].rule_set} {rules[0].edition}]({_file(key)}) | {_dates(rules[0])} | {len(rules)} "
        f"| {sum(rule.severity == 'fatal' for rule in rules)} | {', '.join(judged_by[key])} |"
        for key, rules in editions.items()
    ]
    head = (
        "# Rules\n\nThe rules by which documents are judged, in the gateway's own words. A fatal rule makes a document "
        "invalid; a warning does not.\nA document that a rule cannot judge is undecided, and never called valid.\n\n"
        "| Rule set | Valid | Rules | Fatal | Judges for |\n|---|---|---:|---:|---|\n"
    )
    return {INDEX: _GENERATED + head + "\n".join(rows) + "\n"} | told


def _file(key: tuple[str, str]) -> str:
    letters = "".join(sign.lower() if sign.isalnum() or sign == "." else "-" for sign in "-".join(key))
    return "-".join(part for part in letters.split("-") if part) + ".md"


def _dates(rule: PublishedRule) -> str:
    return f"from {rule.valid_from}" + (f" until {rule.valid_until}" if rule.valid_until else "")


def _page(rules: list[PublishedRule]) -> str:
    first = rules[0]
    head = f"# {first.rule_set} {first.edition}\n\nValid {_dates(first)}; {len(rules)} rules.\n" + _judges(rules)
    families = groupby(sorted(rules, key=_order), key=lambda rule: _family(rule.rule))
    table = _table_of_judges if _judges(rules) else _table
    return _GENERATED + head + "".join(table(family, found) for family, found in families)


def _judges(rules: list[PublishedRule]) -> str:
    """Who judges how many, where not all is judged here."""
    counted = {judge: sum(rule.judged == judge for rule in rules) for judge in _JUDGES}
    if counted["here"] == len(rules):
        return ""
    return "\n" + "; ".join(f"{words}: {counted[judge]}" for judge, words in _JUDGES.items()) + ".\n"


def _table(family: str, rules: Iterable[PublishedRule]) -> str:
    rows = "".join(
        f"| `{one.rule}` | {one.severity} | {', '.join(one.terms)} | {_cell(one.sentence)} | {_cell(one.fix or '')} |\n"
        for one in rules
    )
    return f"\n## {family}\n\n| Rule | Flag | Terms | What is wrong | What to do |\n|---|---|---|---|---|\n{rows}"


def _table_of_judges(family: str, rules: Iterable[PublishedRule]) -> str:
    """A table of rules that not all are judged here: who judges each, and why or how far."""
    rows = "".join(
        f"| `{one.rule}` | {one.severity} | {one.judged} | {_cell(one.sentence)} | {_cell(one.fix or '')} "
        f"| {_cell(one.why or '')} |\n"
        for one in rules
    )
    head = "| Rule | Flag | Judged | What is wrong | What to do | Why, or how far |\n|---|---|---|---|---|---|\n"
    return f"\n## {family}\n\n{head}{rows}"


def _family(rule: str) -> str:
    """`BR-CO-10` belongs to BR-CO, `PEPPOL-EN16931-R004` to PEPPOL-EN16931, and a bare number to what precedes it."""
    return rule.rpartition("-")[0] or rule.rstrip("0123456789") or rule


def _order(rule: PublishedRule) -> tuple[str, int, str]:
    digits = "".join(sign for sign in rule.rule.rpartition("-")[2] if sign.isdigit())
    return _family(rule.rule), int(digits or 0), rule.rule


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(directory: Path = RULES) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    written = pages(installation.load())
    for old in directory.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (directory / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{directory / name}\n")


if __name__ == "__main__":
    main()
