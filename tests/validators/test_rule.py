"""The rule engine: rules are values, ids are given once, a failed layer leaves later ones skipped."""

import re
from collections.abc import Iterator

import pytest

from schemas.findings import Finding, Findings, Severity
from validators.catalogue import GATEWAY
from validators.report import Check, report
from validators.rule import Catalogue, Rule, Spot


def odd(numbers: tuple[int, ...]) -> Iterator[Spot]:
    yield from (Spot(pointer=f"/{index}", found=str(n)) for index, n in enumerate(numbers) if n % 2)


EVEN = Rule[tuple[int, ...]](id="T-EVEN", sentence="Numbers are even.", source="test", term="BT-0", predicate=odd)
SMALL = Rule[tuple[int, ...]](id="T-SMALL", sentence="Numbers are small.", severity=Severity.WARNING)


def test_a_rule_finds_every_spot() -> None:
    assert Catalogue((EVEN, SMALL)).check((1, 2, 3)) == (
        Finding(rule="T-EVEN", message="Numbers are even.", source="test", term="BT-0", pointer="/0", found="1"),
        Finding(rule="T-EVEN", message="Numbers are even.", source="test", term="BT-0", pointer="/2", found="3"),
    )


def test_an_id_is_given_once() -> None:
    with pytest.raises(ValueError, match="T-EVEN"):
        Catalogue((EVEN, EVEN))


def test_a_catalogue_is_a_closed_list() -> None:
    catalogue = Catalogue((EVEN, SMALL))
    assert [rule.id for rule in catalogue] == ["T-EVEN", "T-SMALL"]
    assert (len(catalogue), "T-EVEN" in catalogue, "T-ODD" in catalogue) == (2, True, False)
    assert catalogue["T-SMALL"].at("/0", found=7).severity is Severity.WARNING


@pytest.mark.parametrize("rule", GATEWAY, ids=lambda rule: rule.id)
def test_each_rule_of_the_gateway_says_one_thing(rule: Rule[object]) -> None:
    assert re.fullmatch(r"GW(-[A-Z]+)+", rule.id)
    assert rule.sentence[0].isupper()
    assert rule.sentence.endswith(".")
    assert rule.source == "gateway"


def _never() -> Findings:
    raise AssertionError("a layer after a failed one was run")


def test_a_warning_fails_no_layer_and_a_failure_skips_the_rest() -> None:
    result = report(
        (
            Check(name="form", run=lambda: (SMALL.at("/0"),)),
            Check(name="schema", run=lambda: (EVEN.at("/1"),), rule_set="1.0"),
            Check(name="rules", run=_never, rule_set="2026.5"),
        )
    )
    assert [(layer.name, layer.verdict, layer.rule_set) for layer in result.layers] == [
        ("form", "passed", None),
        ("schema", "failed", "1.0"),
        ("rules", "skipped", "2026.5"),
    ]
    assert [finding.rule for finding in result.findings] == ["T-SMALL", "T-EVEN"]
    assert not result.passed
    assert report((Check(name="form", run=lambda: ()),)).passed
