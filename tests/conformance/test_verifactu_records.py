"""One record of every kind beside the AEAT's published schema."""

from __future__ import annotations

from functools import cache

import pytest
from lxml import etree

from jurisdictions.contract import Sealed
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.codelists import SF_LR
from tests.jurisdictions.verifactu.builders import issuer, sealed, sending, setting
from tests.jurisdictions.verifactu.examples import EXAMPLES, SETTINGS
from tests.official import official

pytestmark = pytest.mark.conformance

ROOT = official("verifactu") / "xsd"


class _Beside(etree.Resolver):
    """Finds the one remote import among the official files: no test goes to the network."""

    def resolve(self, url: str, public: str, context: object) -> object:  # type: ignore[override]
        for end, name in (("xmldsig-core-schema.xsd", "xmldsig-core-schema.xsd"), ("XMLSchema.dtd", "empty.dtd")):
            if url.endswith(end):
                return self.resolve_filename(str(ROOT / name), context)  # type: ignore[attr-defined]
        return None


@cache
def schema(file: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Beside())
    return etree.XMLSchema(etree.parse(ROOT / file, parser))


def made(name: str, number: str = "A-1", previous: bytes | None = None) -> Sealed:
    return sealed(EXAMPLES[name].of, number, previous=previous, by=issuer(SETTINGS))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_published_schema_takes_it(name: str) -> None:
    published = schema("SuministroInformacion.xsd")
    assert published.validate(etree.fromstring(made(name).body)), published.error_log


def test_the_published_schema_takes_one_message_of_all() -> None:
    previous: bytes | None = None
    documents = []
    for place, name in enumerate(EXAMPLES):
        record = made(name, f"A-{place}", previous)
        previous = record.link
        documents.append(sending(record, kind=EXAMPLES[name].of.kind))
    step = JURISDICTION.exchange.begin(tuple(documents), setting())
    message = etree.fromstring(b"".join(piece for piece in step.asks[0].body if isinstance(piece, bytes)))
    (content,) = message.iter(f"{{{SF_LR}}}RegFactuSistemaFacturacion")
    assert len(content.findall(f"{{{SF_LR}}}RegistroFactura")) == len(EXAMPLES)
    published = schema("SuministroLR.xsd")
    assert published.validate(etree.fromstring(etree.tostring(content))), published.error_log
