"""Every published rule of the three rule sets has a text, and none of them is the official one."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from jurisdictions.peppol.judgement import VOICE, published
from jurisdictions.peppol.rules.editions import BILLING, SELF_BILLING
from tests.official import official
from validators.en16931.catalogue import Texts

pytestmark = pytest.mark.conformance

SOURCES = ("CEN-EN16931-UBL.sch", "PEPPOL-EN16931-UBL.sch", "PEPPOL-EN16931-UBL-SB.sch")
SCHEMATRON = "{http://purl.oclc.org/dsdl/schematron}"


def _bare(sentence: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"^\s*\[[^]]+\]\s*-?", "", sentence).lower()).strip()


def _official() -> dict[str, str]:
    told = {}
    for name in SOURCES:
        path = official("peppol", "peppol-bis-2026.5", "sch", name)
        for one in etree.parse(str(path)).iter(f"{SCHEMATRON}assert", f"{SCHEMATRON}report"):
            told[str(one.get("id"))] = _bare("".join(map(str, one.itertext())))
    return told


def test_every_rule_has_a_text_of_its_own_words() -> None:
    rules = BILLING.rules().keys() | SELF_BILLING.rules().keys()
    texts: Texts = VOICE.texts
    assert rules - texts.known.keys() == set()
    theirs = _official()
    assert rules - theirs.keys() == set()
    assert [rule for rule in sorted(rules) if _bare(texts.of(rule).sentence) == theirs[rule]] == []


def test_every_rule_of_every_edition_is_published_once() -> None:
    listed = published()
    keys = [(one.rule_set, one.edition, one.rule) for one in listed]
    assert len(keys) == len(set(keys)) == 979 + 165 + 62
