"""Our CFDI against SAT's own schemas."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.jurisdictions.cfdi import invoices
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.rules import documents
from tests.official import official

pytestmark = pytest.mark.conformance

ROOT = official("cfdi")
SITE = "http://www.sat.gob.mx/sitio_internet/cfd/"
SCHEMAS = {
    "cfd/4": "4/cfdv40.xsd",
    "Pagos20": "Pagos/Pagos20.xsd",
    "implocal": "implocal/implocal.xsd",
    "leyendasFiscales": "leyendasFiscales/leyendasFisc.xsd",
}
BY_HAND = (
    *(documents.plain, documents.related, documents.dollars, documents.discounted, documents.withheld),
    *(documents.exempt, documents.public, documents.bimonthly, documents.abroad, documents.moved, documents.local),
    *(documents.laden, documents.excise),
)


class Local(etree.Resolver):
    """Takes what SAT's schemas import from the folder of the official artefacts."""

    def resolve(self, url, public_id, context):
        path = url.partition("/sitio_internet/cfd/")[2]
        found = ROOT / "schemas" / "cfd" / path
        return self.resolve_filename(str(found), context) if path and found.is_file() else None


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """SAT's schemas of the document and of every complement within our scope."""
    parser = etree.XMLParser()
    parser.resolvers.add(Local())
    imports = "".join(
        f'<xs:import namespace="http://www.sat.gob.mx/{name}" schemaLocation="{SITE}{path}"/>'
        for name, path in SCHEMAS.items()
    )
    together = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    return etree.XMLSchema(etree.fromstring(together, parser))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_we_seal_is_valid_under_the_official_schema(schema: etree.XMLSchema, name: str) -> None:
    root = etree.fromstring(invoices.seal(DOCUMENTS[name]()).body)
    assert schema.validate(root), schema.error_log


@pytest.mark.parametrize("make", BY_HAND, ids=lambda make: make.__name__)
def test_the_documents_of_the_rules_cases_are_valid_too(schema: etree.XMLSchema, make) -> None:
    """What the cases of the rules change is sound by SAT's own schema, so that each shows one thing only."""
    root = etree.fromstring(make())
    assert schema.validate(root), schema.error_log
