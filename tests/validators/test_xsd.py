"""The schema runner finds what a schema forbids, and answers for any bytes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from validators import xsd

SCHEMA = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="invoice"><xs:complexType><xs:sequence>
    <xs:element name="amount" type="xs:decimal" maxOccurs="unbounded"/>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    path: Path = tmp_path_factory.mktemp("xsd") / "invoice.xsd"
    path.write_bytes(SCHEMA)
    return xsd.load(path)


def test_a_document_of_the_schema(schema: etree.XMLSchema) -> None:
    document = b"<invoice><amount>1.00</amount></invoice>"
    assert xsd.check(schema, document) == ()
    assert xsd.check(schema, etree.fromstring(document)) == ()


def test_each_violation_has_its_place(schema: etree.XMLSchema) -> None:
    document = b"<invoice>\n<amount>1</amount>\n<amount>one</amount><total/></invoice>"
    first, second = xsd.check(schema, document, source="sat")
    assert (first.rule, first.source, first.location) == (xsd.VIOLATION, "sat", "/invoice/amount[2]")
    assert first.message.startswith("Line 3: ")
    assert second.location == "/invoice/total"
    assert xsd.check(schema, b"<invoice><amount>1.00</amount></invoice>") == ()


def test_a_flood_of_violations_is_cut(schema: etree.XMLSchema) -> None:
    document = b"<invoice>" + b"<amount/>" * 1000 + b"</invoice>"
    assert len(xsd.check(schema, document)) == xsd.MOST_FINDINGS


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<invoice>",
        b"\xff\xfe",
        b"<!DOCTYPE invoice><invoice><amount>1</amount></invoice>",
        b'<!DOCTYPE invoice [<!ENTITY e SYSTEM "file:///etc/hostname">]><invoice><amount>&e;</amount></invoice>',
    ],
)
def test_what_cannot_be_read_is_a_finding(schema: etree.XMLSchema, document: bytes) -> None:
    (finding,) = xsd.check(schema, document)
    assert finding.rule == xsd.MALFORMED


@given(document=st.binary(max_size=200))
def test_any_bytes_have_an_answer(schema: etree.XMLSchema, document: bytes) -> None:
    assert xsd.check(schema, document)


def test_a_crowd_of_violations_is_told_without_places(schema: etree.XMLSchema) -> None:
    """Each place would be found by walking its siblings: minutes for what is read in a second."""
    wrong = etree.fromstring(b"<invoice>" + b"<amount>x</amount>" * 20_000 + b"</invoice>")
    told = xsd.crowd(schema, wrong)
    assert len(told) == xsd.MOST_FINDINGS
    assert "amount" in told[0]


def test_few_violations_are_no_crowd(schema: etree.XMLSchema) -> None:
    few = b"<amount>x</amount>" * 3
    assert xsd.crowd(schema, etree.fromstring(b"<invoice>" + few + b"</invoice>")) == ()
    many = b"<invoice>" + b"<amount>1</amount>" * 20_000 + few + b"</invoice>"
    assert xsd.crowd(schema, etree.fromstring(many)) == ()
