"""SistemaInformatico: the billing system that made a record, and its producer.

Source: record design DsRegistro 1.0, block SistemaInformatico; Order HAC/1177/2024 art. 15. Ours is a product for
VERI*FACTU only that serves several obligados. The version is no part of a system's identity (FAQ §4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.verifactu.parties import Identity, bare
from jurisdictions.verifactu.settings import Product


@dataclass(frozen=True, slots=True)
class System:
    """One installation of one version of a product. `several` is IndicadorMultiplesOT, `element` the whole as a record
    says it, written once for many records."""

    producer_name: str
    producer: Identity
    name: str
    id: str
    version: str
    installation: str
    several: bool
    element: Markup


def identified(who: Identity) -> Markup:
    """NIF or IDOtro of somebody whom a record names."""
    if who.nif is not None:
        return element("sf:NIF", who.nif)
    return element(
        "sf:IDOtro",
        optional("sf:CodigoPais", who.country),
        element("sf:IDType", who.id_type),
        element("sf:ID", who.id),
    )


@lru_cache(maxsize=4096)
def system_of(product: Product, installation: str) -> System:
    """The system that the settings of an issuer describe."""
    name, producer_name, version = product.name[:30], product.producer_name[:120], product.version[:50]
    producer = Identity(index=0, nif=bare(product.producer_nif))
    return System(
        producer_name=producer_name,
        producer=producer,
        name=name,
        id=product.id,
        version=version,
        installation=installation,
        several=product.several_obligados,
        element=element(
            "sf:SistemaInformatico",
            element("sf:NombreRazon", producer_name),
            identified(producer),
            element("sf:NombreSistemaInformatico", name),
            element("sf:IdSistemaInformatico", product.id),
            element("sf:Version", version),
            element("sf:NumeroInstalacion", installation),
            element("sf:TipoUsoPosibleSoloVerifactu", "S"),
            element("sf:TipoUsoPosibleMultiOT", "S"),
            element("sf:IndicadorMultiplesOT", "S" if product.several_obligados else "N"),
        ),
    )
