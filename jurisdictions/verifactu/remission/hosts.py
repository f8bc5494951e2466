"""Which of the AEAT's hosts a certificate is taken at: one serves persons and representatives, another the seals of
entities. At the wrong one the AEAT answers 401 with a page of HTML.

Sources: SistemaFacturacion.wsdl (ports of both environments); ETSI EN 319 412-5 (QcType: what a certificate is for);
Order EHA/451/2008 (which letters begin the NIF of an entity).
"""

from __future__ import annotations

from collections.abc import Mapping

from jurisdictions.contract import EndpointSpec, Issuer
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.remission.messages import CREDENTIAL

PERSON, SEAL = "aeat", "aeat_sello"

ENDPOINTS = (
    EndpointSpec(name=PERSON, live=lists.LIVE_HOST, preproduction=lists.PREPRODUCTION_HOST),
    EndpointSpec(name=SEAL, live="https://www10.agenciatributaria.gob.es", preproduction="https://prewww10.aeat.es"),
)

ENTITIES = frozenset("ABCDEFGHJNPQRSUVW")
"""First letters of the NIF of whoever is no natural person."""


def endpoint(issuer: Issuer) -> str:
    """The host for the certificate that is stored; that of persons while there is none."""
    return SEAL if _seals(issuer.credentials.get(CREDENTIAL, {})) else PERSON


def _seals(facts: Mapping[str, str]) -> bool:
    """Whether it is a seal: as it says itself, else by whose number it bears. A person's number, also beside that of
    the entity represented, makes it a signature."""
    stated = facts.get("qc_type", "").split()
    if stated:
        return "eseal" in stated and "esign" not in stated
    entity, holder = facts.get("nif", ""), facts.get("holder_nif", "")
    return entity[:1] in ENTITIES and holder in {"", entity}
