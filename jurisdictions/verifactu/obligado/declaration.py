"""The declaración responsable of one version of the billing system: its draft, and whether a signed one is there.

The draft has the title and items a to l in order, each after words of our own that describe it. It is a text for its
producer to read, complete and sign; nothing is declared by making it. The system is made for VERI*FACTU alone and
serves several obligados: items e, f and g. Each version of a system is an edition with a declaration of its own, and
all of them are kept.

Sources: Order HAC/1177/2024 arts. 15.1 and 15.4; FAQ for developers 1.3 §5 (a component of another producer's system).
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from jurisdictions.contract import AttestationSpec, Draft, Issuer, Scope
from jurisdictions.verifactu.obligado.attested import day_of, papers, standing
from jurisdictions.verifactu.settings import (
    PROGRAM_NAME,
    PROGRAM_VERSION,
    SANDBOX_DEPLOYMENT,
    Deployment,
    Producer,
    deployment_of,
)
from schemas.findings import Finding, Findings
from schemas.texts import Name, Short

NAME = "declaration"
RULE = "VERIFACTU-DECLARATION"
TITLE = "DECLARACIÓN RESPONSABLE DEL SISTEMA INFORMÁTICO DE FACTURACIÓN"
BLANK = "………"
"""Stands where the producer has yet to write."""
PROGRAM = f"{PROGRAM_NAME} {PROGRAM_VERSION}"


class Declaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A declaration that its producer has signed: of which system and version, when and where.

    `component` is this program with its exact version, as item d names it, where another producer's system calls it.
    """

    id: Short
    version: Short
    producer: Name
    signed_on: date
    place: Short
    component: Short | None = None


SPECS = (
    AttestationSpec(
        name=NAME,
        scope=Scope.PLATFORM,
        title="Declaración responsable del sistema informático de facturación",
        purpose="Says that this version of the billing system complies; its producer signs it (HAC/1177/2024 art. 15).",
        body_type=Declaration,
    ),
)


def edition(of: Deployment) -> str:
    """It tells the declarations apart: a component's version counts like that of the system which calls it."""
    own = f"{of.id} {of.version}"
    return own if of.sif_role == "principal" else f"{own}, {PROGRAM}"


def problems(issuer: Issuer, at: datetime) -> Findings:
    """Why nothing may be sent in earnest with this system; nothing in test."""
    if issuer.environment != "live":
        return ()
    of = deployment_of(issuer)
    day = day_of(issuer, at)
    if any(_declares(one, of) and one.signed_on <= day for one in standing(issuer, NAME, Declaration, at)):
        return ()
    others = ", ".join(dict.fromkeys(one.edition for one, _ in papers(issuer, NAME, Declaration)))
    return (
        Finding(
            rule=RULE,
            message="No signed declaración responsable of this version of the billing system is registered here.",
            pointer="/issuer",
            found=others or "none",
            expected=edition(of),
            fix="The operator drafts it, has its producer sign it, and registers it: `gateway attestations`.",
        ),
    )


def _declares(one: Declaration, of: Deployment) -> bool:
    """Whether it is about this very system and version."""
    component = None if of.sif_role == "principal" else PROGRAM
    return (one.id, one.version, one.producer, one.component) == (of.id, of.version, of.producer.name, component)


# ------------------------------------------------------------------------------------------------ the draft

_WORK = (
    "Numera y expide facturas, genera por cada una un registro de facturación de alta y, en su caso, de anulación,"
    " encadena los registros mediante su huella, los remite a la AEAT en el momento de su generación, atiende las"
    " respuestas, permite subsanar y anular, y produce la representación de la factura con su código QR."
)
_COMPLIES = (
    "Quien produce el sistema informático hace constar que este, en la versión que aquí se indica, cumple el artículo"
    " 29.2.j) de la Ley 58/2003, General Tributaria; el Reglamento aprobado por el Real Decreto 1007/2023; la Orden"
    " HAC/1177/2024; y lo publicado en la sede electrónica de la AEAT que completa las especificaciones de esa orden"
)
_NO_SIGNATURE = "No procede: el sistema funciona exclusivamente como «VERI*FACTU»"
_ID_TYPES = {
    "02": "NIF-IVA",
    "03": "pasaporte",
    "04": "documento oficial del país de residencia",
    "05": "certificado de residencia",
    "06": "otro documento",
}


def draft(name: str, deployment: object) -> Draft | None:
    """The declaration of the system that the operator describes, of the sandbox's where it says nothing. The date stays
    blank; `body` lacks it too. None for papers of another name: a representation is the represented's to write."""
    if name != NAME:
        return None
    of = deployment if isinstance(deployment, Deployment) else SANDBOX_DEPLOYMENT
    items = _items(of)
    text = "\n\n".join((TITLE, *(f"{letter}) {describes}: {datum}" for letter, describes, datum in items)))
    body = {"id": of.id, "version": of.version, "producer": of.producer.name, "place": of.producer.place}
    if of.sif_role == "component":
        body["component"] = PROGRAM
    return Draft(name=NAME, edition=edition(of), body=body, items=items, text=text + "\n")


def _items(of: Deployment) -> tuple[tuple[str, str, str], ...]:
    maker = of.producer
    return (
        ("a", "Nombre del sistema informático", of.name),
        ("b", "Código que identifica al sistema informático entre los de quien lo produce", of.id),
        ("c", "Identificador completo de la versión", of.version),
        ("d", "Componentes del sistema y lo que hace, con sus funciones principales", _made_of(of)),
        ("e", "Si solo puede funcionar como «VERI*FACTU»", "S"),
        ("f", "Si puede dar soporte a la facturación de varios obligados tributarios", "S"),
        ("g", "Tipos de firma de los registros cuando no funciona como «VERI*FACTU»", _NO_SIGNATURE),
        ("h", "Nombre y apellidos o razón social de quien produce el sistema", maker.name),
        ("i", "NIF de quien produce el sistema, u otro número con su tipo y país", _identified(maker)),
        ("j", "Dirección postal completa de contacto de quien produce el sistema", maker.address),
        ("k", "Manifestación de cumplimiento", f"{_COMPLIES}."),
        ("l", "Fecha y lugar en que se suscribe", f"{BLANK}, {maker.place}"),
    )


def _made_of(of: Deployment) -> str:
    own = PROGRAM
    if of.sif_role == "component":
        own += ", componente de otro productor al que se invoca, con su propia declaración responsable"
    return f"{'; '.join((*of.components, own))}. {_WORK}"


def _identified(maker: Producer) -> str:
    other = maker.id_otro
    if other is None:
        return maker.nif or BLANK
    country = f", {other.country}" if other.country else ""
    return f"{other.id} ({_ID_TYPES[other.id_type]}{country})"
