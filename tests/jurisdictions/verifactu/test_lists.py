"""The lists of codes against the AEAT's own schema, and against each other."""

from __future__ import annotations

import csv
from difflib import SequenceMatcher

import pytest
from lxml import etree

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.rules import party_rules, tax_sentences
from tests.official import official

_XS = "{http://www.w3.org/2001/XMLSchema}"


def published(name: str) -> frozenset[str]:
    """The values of an enumeration of SuministroInformacion.xsd."""
    root = etree.parse(official("verifactu", "xsd", "SuministroInformacion.xsd")).getroot()
    found = root.find(f"{_XS}simpleType[@name='{name}']")
    assert found is not None
    return frozenset(str(one.get("value")) for one in found.iter(f"{_XS}enumeration"))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("ImpuestoType", lists.IMPUESTOS),
        ("CalificacionOperacionType", lists.CALIFICACIONES),
        ("OperacionExentaType", lists.EXENTAS),
        ("IdOperacionesTrascendenciaTributariaType", frozenset().union(*lists.CLAVES_REGIMEN.values())),
        ("ClaveTipoFacturaType", lists.INVOICE_TYPES | lists.CORRECTIVE_TYPES),
        ("PersonaFisicaJuridicaIDTypeType", lists.ID_TYPES),
        ("CountryType2", lists.COUNTRIES),
    ],
)
def test_our_lists_are_the_published_ones(name: str, ours: frozenset[str]) -> None:
    assert ours == published(name)


def test_every_type_is_full_or_simplified() -> None:
    assert lists.FULL_TYPES | lists.SIMPLIFIED_TYPES == lists.INVOICE_TYPES | lists.CORRECTIVE_TYPES
    assert not lists.FULL_TYPES & lists.SIMPLIFIED_TYPES


def test_every_clave_belongs_to_a_tax_of_the_list() -> None:
    assert set(lists.CLAVES_REGIMEN) == lists.IMPUESTOS


@pytest.mark.parametrize(
    ("prefix", "sound", "unsound"),
    [
        ("AT", "U12345678", "12345"),
        ("EL", "123456789", "12345678"),
        ("FR", "XX123456789", "123"),
        ("IE", "1234567WA", "1234567890"),
        ("LT", "123456789012", "1234567890"),
        ("NL", "123456789B01", "12345678901"),
        ("RO", "12", "0123456789"),
        ("XI", "GD123", "1234"),
    ],
)
def test_the_forms_of_vat_numbers(prefix: str, sound: str, unsound: str) -> None:
    assert party_rules.fits_member_state(prefix + sound)
    assert not party_rules.fits_member_state(prefix + unsound)
    assert not party_rules.fits_member_state((prefix + sound).lower())


def test_our_sentences_are_our_own() -> None:
    with official("verifactu", "errores", "errores.tsv").open(encoding="utf-8") as file:
        theirs = {one["code"]: one["text_es"] for one in csv.DictReader(file, delimiter="\t")}
    assert set(tax_sentences.SENTENCES) <= set(theirs)
    for code, sentence in tax_sentences.SENTENCES.items():
        assert sentence.text.endswith("."), code
        assert sentence.fix.endswith("."), code
        assert SequenceMatcher(None, sentence.text, theirs[code]).ratio() < 0.8, code
