"""The complements that we write beside the stamp, against SAT's own schemas of them."""

import pytest
from lxml import etree

from jurisdictions.cfdi.complements import IMPLOCAL, LEYENDAS, SCHEMA_LOCATIONS
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.invoices import seal
from tests.official import official

pytestmark = pytest.mark.conformance

FOLDER = official("cfdi", "schemas", "cfd")
COMPLEMENT = "{http://www.sat.gob.mx/cfd/4}Complemento"


def official_schema(namespace: str) -> etree.XMLSchema:
    """By the place that our schemaLocation names."""
    place = SCHEMA_LOCATIONS[namespace].split()[1].partition("/sitio_internet/cfd/")[2]
    return etree.XMLSchema(etree.parse(str(FOLDER / place)))


@pytest.mark.parametrize(
    ("name", "namespace"), [("local_taxes", IMPLOCAL), ("legends", IMPLOCAL), ("legends", LEYENDAS)]
)
def test_our_complement_is_valid_under_its_schema(name: str, namespace: str) -> None:
    root = etree.fromstring(seal(DOCUMENTS[name]()).body)
    (found,) = [row for holder in root.iterfind(COMPLEMENT) for row in holder if row.tag.startswith(f"{{{namespace}}}")]
    schema = official_schema(namespace)
    assert schema.validate(etree.fromstring(etree.tostring(found))), schema.error_log


@pytest.mark.parametrize("name", ["local_taxes", "legends"])
def test_namespaces_and_schemas_stand_at_the_root(name: str) -> None:
    """PACs refuse them anywhere else."""
    root = etree.fromstring(seal(DOCUMENTS[name]()).body)
    located = root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", "").split()
    for holder in root.iterfind(COMPLEMENT):
        for row in holder:
            namespace = etree.QName(row).namespace
            assert namespace in root.nsmap.values()
            assert namespace in located
