"""SistemaInformatico: the system that made a record."""

from __future__ import annotations

from lxml import etree

from jurisdictions.verifactu.codelists import SF
from jurisdictions.verifactu.parties import Identity
from jurisdictions.verifactu.product import identified, system_of
from jurisdictions.verifactu.settings import Product, Settings
from tests.jurisdictions.verifactu.builders import issuer, sealed


def test_the_system_says_what_the_design_wants_in_its_order() -> None:
    product = Product(producer_name="Zeta & Cía " + "x" * 200, producer_nif="b-00.000.034", several_obligados=True)
    record = etree.fromstring(sealed(by=issuer(Settings(product=product, installation="20261120-1"))).body)
    (system,) = record.iterfind(f"{{{SF}}}SistemaInformatico")
    assert [(etree.QName(one).localname, one.text) for one in system] == [
        ("NombreRazon", ("Zeta & Cía " + "x" * 200)[:120]),
        ("NIF", "B00000034"),
        ("NombreSistemaInformatico", "E-Invoicing Gateway"),
        ("IdSistemaInformatico", "EG"),
        ("Version", "0.1.0"),
        ("NumeroInstalacion", "20261120-1"),
        ("TipoUsoPosibleSoloVerifactu", "S"),
        ("TipoUsoPosibleMultiOT", "S"),
        ("IndicadorMultiplesOT", "S"),
    ]


def test_an_installation_is_a_system_of_its_own() -> None:
    assert system_of(Product(), "1") == system_of(Product(), "1") != system_of(Product(), "2")


def test_who_has_no_nif_is_named_by_another_document() -> None:
    assert identified(Identity(index=0, id_type="04", id="A<1", country="US")) == (
        "<sf:IDOtro><sf:CodigoPais>US</sf:CodigoPais><sf:IDType>04</sf:IDType><sf:ID>A&lt;1</sf:ID></sf:IDOtro>"
    )
    assert "CodigoPais" not in identified(Identity(index=0, id_type="02", id="EL094014201"))
