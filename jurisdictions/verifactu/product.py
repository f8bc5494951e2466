"""SistemaInformatico: the billing system that made a record, and its producer.

Source: record design DsRegistro 1.0, block SistemaInformatico; Order HAC/1177/2024 arts. 1.2.c and 15. The producer is
that of the main component. Ours is a product for VERI*FACTU only that serves several obligados. The version is no part
of a system's identity (FAQ §4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from jurisdictions.contract import Issuer
from jurisdictions.kit.xml import Markup, element, optional
from jurisdictions.verifactu.parties import Identity, bare, spanish_nif
from jurisdictions.verifactu.settings import Deployment, Producer, deployment_of, settings_of


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


def system(issuer: Issuer, installation: str) -> System:
    """The system that makes a record of that issuer now."""
    return _system_of(deployment_of(issuer), installation, several(issuer))


def several(issuer: Issuer) -> bool:
    """IndicadorMultiplesOT, computed: whether this account keeps more than one billing apart, of one or of several
    obligados, in whatever state they are (DsRegistro 1.0; FAQ §4: per user of the service, not over all of it).

    Obligados are told apart as flows are, by NIF.
    """
    settings, own = settings_of(issuer), spanish_nif(issuer.party) or issuer.id
    return any(one != own for one in issuer.flows) or any(
        one != (settings.installation or issuer.id) for one in settings.installations.values()
    )


def producer_of(producer: Producer) -> Identity:
    """How the producer is named; a NIF without separators."""
    if producer.id_otro is None:
        return Identity(index=0, nif=bare(producer.nif or "").removeprefix("ES"))
    other = producer.id_otro
    return Identity(index=0, id_type=other.id_type, id=other.id, country=other.country)


@lru_cache(maxsize=4096)
def _system_of(of: Deployment, installation: str, multiple: bool) -> System:
    producer = producer_of(of.producer)
    return System(
        producer_name=of.producer.name,
        producer=producer,
        name=of.name,
        id=of.id,
        version=of.version,
        installation=installation,
        several=multiple,
        element=element(
            "sf:SistemaInformatico",
            element("sf:NombreRazon", of.producer.name),
            identified(producer),
            element("sf:NombreSistemaInformatico", of.name),
            element("sf:IdSistemaInformatico", of.id),
            element("sf:Version", of.version),
            element("sf:NumeroInstalacion", installation),
            element("sf:TipoUsoPosibleSoloVerifactu", "S"),
            element("sf:TipoUsoPosibleMultiOT", "S"),
            element("sf:IndicadorMultiplesOT", "S" if multiple else "N"),
        ),
    )
