"""The pages of the rules: as old as the rules themselves, and one place for each rule."""

from __future__ import annotations

import jurisdictions
from gateway.rulebook import INDEX, RULES, pages
from tests.jurisdictions.toy import with_toyland


def test_the_pages_are_those_of_the_rules() -> None:
    """Written anew by `python -m gateway.rulebook`."""
    found = {path.name: path.read_text("utf-8") for path in RULES.glob("*.md")}
    assert found == pages(jurisdictions.load())


def test_every_published_rule_stands_on_its_page() -> None:
    law = jurisdictions.load()
    text = "".join(pages(law).values())
    for one in law.values():
        for rule in one.law.published() if one.law.published else ():
            assert f"| `{rule.rule}` | {rule.severity} |" in text


def test_a_page_tells_who_judges_what_is_not_judged_here() -> None:
    told = [text for text in pages(jurisdictions.load()).values() if "| Judged |" in text]
    assert told
    for text in told:
        assert "Judged here, before a document is sent: " in text
        for row in (line for line in text.splitlines() if "| authority |" in line or "| unreachable |" in line):
            assert row.rpartition(" | ")[2].rstrip(" |"), row


def test_who_publishes_nothing_has_no_page() -> None:
    toys = {code: one for code, one in with_toyland().items() if one.law.published is None}
    assert toys
    assert pages(toys).keys() == {INDEX}
