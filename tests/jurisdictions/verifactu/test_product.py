"""SistemaInformatico: the system that made a record."""

from __future__ import annotations

import msgspec
import pytest
from lxml import etree

from gateway.app import VERSION
from jurisdictions.verifactu.codelists import SF
from jurisdictions.verifactu.parties import Identity
from jurisdictions.verifactu.product import identified, several, system
from jurisdictions.verifactu.settings import (
    PROGRAM_VERSION,
    Deployment,
    IdOtro,
    Producer,
    Settings,
    installation_of,
)
from tests.jurisdictions.verifactu.builders import issuer, sealed

PLATFORM = Deployment(
    sif_role="component",
    producer=Producer(name="Zeta & Cía", nif="b-00.000.034", address="Calle 1, 28001 Madrid, España", place="Madrid"),
    name="Facturón",
    id="Z1",
    version="7.3",
)


def test_the_system_says_what_the_design_wants_in_its_order() -> None:
    by = issuer(Settings(installation="20261120-1"), deployment=PLATFORM, flows=("B00000018", "B00000026"))
    record = etree.fromstring(sealed(by=by).body)
    (system,) = record.iterfind(f"{{{SF}}}SistemaInformatico")
    assert [(etree.QName(one).localname, one.text) for one in system] == [
        ("NombreRazon", "Zeta & Cía"),
        ("NIF", "B00000034"),
        ("NombreSistemaInformatico", "Facturón"),
        ("IdSistemaInformatico", "Z1"),
        ("Version", "7.3"),
        ("NumeroInstalacion", "20261120-1"),
        ("TipoUsoPosibleSoloVerifactu", "S"),
        ("TipoUsoPosibleMultiOT", "S"),
        ("IndicadorMultiplesOT", "S"),
    ]


def test_an_installation_is_a_system_of_its_own() -> None:
    assert system(issuer(), "1") == system(issuer(), "1") != system(issuer(), "2")


@pytest.mark.parametrize(
    ("flows", "installations", "expected"),
    [
        ((), {}, False),
        (("B00000018", "B00000018"), {}, False),
        (("B00000018", "B00000026"), {}, True),
        (("A00000001", "B00000018"), {}, True),
        (("B00000026", "B00000026"), {}, True),
        ((), {"S": "1"}, False),
        ((), {"S": "2"}, True),
    ],
)
def test_several_is_counted_and_never_typed(
    flows: tuple[str, ...], installations: dict[str, str], expected: bool
) -> None:
    by = issuer(Settings(installation="1", installations=installations), flows=flows)
    assert several(by) is expected
    assert f"OT>{'S' if expected else 'N'}</sf:IndicadorMultiplesOT".encode() in sealed(by=by).body


def test_the_installation_is_the_issuers_id_unless_it_is_said() -> None:
    named = Settings(installation="1", installations={"SHOP": "2", "SHOP-B": "3"})
    assert installation_of(issuer(Settings()), "A") == "iss_1"
    assert installation_of(issuer(named), "A") == installation_of(issuer(named), None) == "1"
    assert installation_of(issuer(named), "SHOP") == installation_of(issuer(named), None, "SHOP-7") == "2"
    assert installation_of(issuer(named), None, "SHOP-B-7") == "3"
    assert installation_of(issuer(named), "A", "SHOP-7") == "1"


def test_the_version_is_the_programs_unless_it_is_a_component() -> None:
    assert Deployment().version == PROGRAM_VERSION == VERSION
    assert msgspec.convert({"sif_role": "component", "version": "7.3"}, Deployment).version == "7.3"
    with pytest.raises(msgspec.ValidationError, match="own version"):
        msgspec.convert({"version": "7.3"}, Deployment)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "e1"},
        {"id": "EG1"},
        {"name": "x" * 31},
        {"producer": {"name": "Z", "address": "a", "place": "p"}},
        {"producer": {"name": "Z", "address": "a", "place": "p", "id_otro": {"id_type": "07", "id": "1"}}},
        {"producer": {"name": "Z" * 121, "nif": "B00000026", "address": "a", "place": "p"}},
    ],
)
def test_a_deployment_that_the_record_design_has_no_place_for_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, Deployment)


def test_a_producer_abroad_is_named_by_its_document() -> None:
    abroad = Producer(name="Zeta Ltd", id_otro=IdOtro(id_type="02", id="BE0999000129"), address="a", place="p")
    record = sealed(by=issuer(deployment=Deployment(producer=abroad))).body
    assert b"<sf:IDOtro><sf:IDType>02</sf:IDType><sf:ID>BE0999000129</sf:ID></sf:IDOtro>" in record


def test_who_has_no_nif_is_named_by_another_document() -> None:
    assert identified(Identity(index=0, id_type="04", id="A<1", country="US")) == (
        "<sf:IDOtro><sf:CodigoPais>US</sf:CodigoPais><sf:IDType>04</sf:IDType><sf:ID>A&lt;1</sf:ID></sf:IDOtro>"
    )
    assert "CodigoPais" not in identified(Identity(index=0, id_type="02", id="EL094014201"))
