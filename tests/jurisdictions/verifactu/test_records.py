"""Every kind of record: no rule stops it, it is the golden one, and the simulated AEAT takes it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from jurisdictions.contract import Sealed
from jurisdictions.verifactu import JURISDICTION, xsd
from schemas.findings import Severity
from tests.jurisdictions.verifactu.builders import issuer, sealed
from tests.jurisdictions.verifactu.examples import EXAMPLES, GOLDEN, SETTINGS, Example
from tests.jurisdictions.verifactu.simulated import AT, Aeat

FOLDER = Path(__file__).parent / "golden"
SELLER = issuer(SETTINGS)
MADE = AT - timedelta(seconds=30)


def record(of: Example) -> Sealed:
    return sealed(of.of, at=MADE, by=SELLER)


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_rule_stops_it(name: str) -> None:
    found = JURISDICTION.law.check(EXAMPLES[name].of, SELLER, MADE)
    assert [one for one in found if one.severity is Severity.FATAL] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_slim_schema_takes_it(name: str) -> None:
    assert xsd.faults(etree.fromstring(record(EXAMPLES[name]).body)) == ()


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_is_judged_as_it_was_checked(name: str) -> None:
    judged = JURISDICTION.law.judge(record(EXAMPLES[name]).body)
    assert [one for one in judged.findings if one.severity is Severity.FATAL] == []
    assert judged.verdict == "valid"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_simulated_aeat_takes_it(name: str) -> None:
    example = EXAMPLES[name]
    assert Aeat().send(record(example).body.decode()) == [example.answer]


@pytest.mark.parametrize("name", GOLDEN)
def test_the_record_is_the_golden_one(name: str) -> None:
    """`GOLDEN=update` writes them anew."""
    path = FOLDER / f"{name}.xml"
    body = record(GOLDEN[name]).body
    if os.environ.get("GOLDEN") == "update":
        FOLDER.mkdir(exist_ok=True)
        path.write_bytes(body + b"\n")
    assert body + b"\n" == path.read_bytes()


def test_every_golden_file_has_its_record() -> None:
    assert {path.stem for path in FOLDER.glob("*.xml")} == set(GOLDEN)
