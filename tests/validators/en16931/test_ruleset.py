"""The engine: which context judges a node, what a rule without an answer does, and how editions are dated."""

from datetime import date

import pytest

from schemas.findings import Severity
from tests.validators.en16931.test_tree import UBL
from validators.en16931.place import Places
from validators.en16931.predicates import always, at_most, exists, filled, two_decimals
from validators.en16931.reading import Unreadable, read
from validators.en16931.rulebook import CannotJudge, Difference, Pattern
from validators.en16931.ruleset import RuleSet, Verdict
from validators.en16931.tree import Document, Node
from validators.en16931.unused import Unused


def judged(*patterns: Pattern, inside: bytes, unused: Unused | None = None) -> Verdict:
    rules = RuleSet("toy", "1", date(2026, 1, 1), patterns, unused=unused or Unused())
    return rules.judge(read(UBL % inside))


def never(_node: Node, _document: Document) -> bool:
    return False


def test_the_first_context_that_matches_shadows_the_later_ones_of_its_pattern() -> None:
    pattern, other = Pattern("one"), Pattern("two")
    pattern.context("cac:Item/cbc:ID", where=lambda node, _: node.text == "1").add("FIRST", never)
    pattern.context("cbc:ID").add("SECOND", never)
    other.context("cbc:ID").add("OTHER", never)
    verdict = judged(pattern, other, inside=b"<a:Item><b:ID>1</b:ID><b:ID>2</b:ID></a:Item><b:ID>1</b:ID>")
    assert sorted(one.rule for one in verdict.broken) == ["FIRST", "OTHER", "OTHER", "OTHER", "SECOND", "SECOND"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("cbc:ID", ["1", "2", "3"]),
        ("/cbc:ID", ["1"]),
        ("/ubl:Invoice/cbc:ID", ["1"]),
        ("/cn:CreditNote/cbc:ID", []),
        ("/*/cac:Item/cbc:ID", ["2"]),
        ("cac:Item/cbc:ID", ["2", "3"]),
        ("cac:Item/*", ["2", "", "3"]),
    ],
)
def test_paths_reach_what_xpath_patterns_reach(path: str, found: list[str]) -> None:
    pattern = Pattern("toy")
    pattern.context(path).add("HERE", never)
    inside = b"<b:ID>1</b:ID><a:Item><b:ID>2</b:ID><a:Item><b:ID>3</b:ID></a:Item></a:Item>"
    assert [one.text for one in judged(pattern, inside=inside).broken] == found


def test_a_rule_without_an_answer_leaves_the_document_undecided_and_the_others_judged() -> None:
    pattern = Pattern("toy")
    context = pattern.context("/")
    context.add("REPEATED", filled("cbc:ID"))
    context.add("MISSING", exists("cbc:Note"))
    verdict = judged(pattern, inside=b"<b:ID>1</b:ID><b:ID>2</b:ID>")
    assert [one.rule for one in verdict.broken] == ["MISSING"]
    assert verdict.undecided is not None
    assert verdict.undecided.startswith("REPEATED: /ubl:Invoice/cbc:ID[1] is repeated")


def test_a_condition_without_an_answer_does_not_match() -> None:
    def refuses(_node: Node, _document: Document) -> bool:
        raise CannotJudge("no answer")

    pattern = Pattern("toy")
    pattern.context("cbc:ID", where=refuses).add("FIRST", never)
    pattern.context("cbc:ID").add("SECOND", never)
    assert [one.rule for one in judged(pattern, inside=b"<b:ID>1</b:ID>").broken] == ["SECOND"]


def test_predicates_say_what_they_saw() -> None:
    pattern = Pattern("toy")
    context = pattern.context("/")
    context.add("DECIMALS", two_decimals("cbc:Amount"))
    context.add("TWICE", at_most(1, "cbc:Note"))
    context.add("HELD", always)
    verdict = judged(pattern, inside=b"<b:Amount>1.005</b:Amount><b:Note>1</b:Note><b:Note>2</b:Note>")
    assert {one.rule: one.why for one in verdict.broken} == {
        "DECIMALS": Difference("1.005", "at most 2 decimals"),
        "TWICE": Difference("2 times", "at most 1"),
    }


def test_parts_that_nobody_uses_draw_one_warning_a_rule() -> None:
    unused = Unused([("U-1", "cbc:UUID"), ("U-2", "LINE/cbc:ID@schemeID"), ("U-3", "//cac:Item/cbc:Note")])
    line = b'<a:InvoiceLine><b:ID schemeID="1">1</b:ID><a:Item><b:Note>1</b:Note></a:Item></a:InvoiceLine>'
    verdict = judged(inside=b"<b:UUID>1</b:UUID>" + line + line, unused=unused)
    assert [(one.rule, one.flag, one.location) for one in verdict.broken] == [
        ("U-1", Severity.WARNING, "/ubl:Invoice/cbc:UUID"),
        ("U-2", Severity.WARNING, "/ubl:Invoice/cac:InvoiceLine[1]/cbc:ID"),
        ("U-3", Severity.WARNING, "/ubl:Invoice/cac:InvoiceLine[1]/cac:Item/cbc:Note"),
    ]
    assert judged(inside=b"<a:Item><b:UUID>1</b:UUID></a:Item>", unused=unused).broken == ()


def test_an_edition_is_valid_between_its_days() -> None:
    first = RuleSet("toy", "1", date(2026, 1, 1), (), valid_until=date(2026, 6, 30))
    assert [first.is_valid_on(date(2026, month, 30)) for month in (1, 6, 7)] == [True, True, False]
    assert not first.is_valid_on(date(2025, 12, 31))


def test_a_flood_of_paths_changes_nothing_for_the_next_document() -> None:
    pattern = Pattern("toy")
    pattern.context("cac:Item/cbc:ID").add("HERE", never)
    rules = RuleSet("toy", "1", date(2026, 1, 1), (pattern,))
    item = b"<a:Item><b:ID>1</b:ID></a:Item>"
    flood = b"".join(b"<a:N%d>%s</a:N%d>" % (number, item, number) for number in range(Places.MOST))
    for inside, broken in ((item, 1), (flood, Places.MOST), (item, 1), (b"", 0)):
        assert [one.rule for one in rules.judge(read(UBL % inside)).broken] == ["HERE"] * broken


@pytest.mark.parametrize(
    "document",
    [b"", b"<a>", b"<a/><b/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<!DOCTYPE a><a/>", b"\x00<a/>"],
    ids=["nothing", "open", "two roots", "entity", "doctype", "nul"],
)
def test_what_cannot_be_read_safely_is_not_read(document: bytes) -> None:
    with pytest.raises(Unreadable):
        read(document)
