"""Every rule has one text, in the file of the module that makes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jurisdictions.peppol import rules
from jurisdictions.peppol.rules import BILLING
from tests.jurisdictions.peppol.rules.documents import own_half

FOLDER = Path(rules.__file__).with_name("texts")
TERMS = re.compile(r"B[TG]-\d+(,B[TG]-\d+)*")
ROWS = [
    (path.stem, *line.split("\t"))
    for path in sorted(FOLDER.glob("*.tsv"))
    for line in path.read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_every_rule_has_one_text() -> None:
    assert sorted(row[1] for row in ROWS) == sorted(own_half(BILLING).rules())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_a_text_says_what_is_wrong_and_what_to_do(row: tuple[str, ...]) -> None:
    module, _rule, terms, sentence, fix = row
    assert FOLDER.with_name("texts").parent.joinpath(f"{module}.py").is_file()
    assert not terms or TERMS.fullmatch(terms)
    assert sentence.endswith(".") and fix.endswith(".")
