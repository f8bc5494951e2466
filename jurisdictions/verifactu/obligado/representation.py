"""Who sends an issuer's records: the obligado with its own certificate, or somebody whom a signed paper entitles.

The AEAT takes a message only from the obligado, an apoderado, a colaborador social or a successor (4112). Whether the
paper is true is the AEAT's to know; that there is one, signed, in its dates and not revoked, is ours. `Representante`
is another matter: a message names it only where the representative has also made the records.

Sources: FAQ for developers 1.3 §16; Resolution of the AEAT of 2024-12-18 (models of representation); record design
DsRegistro 1.0, Cabecera; "Validaciones y errores" 1.2.2, 4112.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from jurisdictions.contract import AttestationSpec, Issuer, Scope
from jurisdictions.verifactu.obligado.attested import day_of, papers, standing
from jurisdictions.verifactu.parties import bare, spanish_nif
from jurisdictions.verifactu.remission.messages import CREDENTIAL
from schemas.findings import Finding, Findings
from schemas.texts import Name, Short

NAME = "representation"
RULE = "VERIFACTU-REPRESENTATION"
Role = Literal["obligado", "apoderado", "colaborador_social", "sucesor"]


class Representation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may send for an issuer, by `nif` and `name` as in the certificate, and in which `role`.

    `obligado`: the issuer itself, where its certificate does not tell its NIF. `generates`: the representative also
    makes the records, and every message names it. `reference` is what the paper is known by: a number of the register
    of powers of attorney, of an agreement, of a deed.
    """

    role: Role
    nif: Short
    name: Name
    generates: bool = False
    reference: Short | None = None


SPECS = (
    AttestationSpec(
        name=NAME,
        scope=Scope.ISSUER,
        title="Otorgamiento de la representación",
        purpose=(
            "Entitles an apoderado, a colaborador social or a successor to send the issuer's records with a certificate"
            " of its own. An issuer that sends with its own certificate needs none."
        ),
        body_type=Representation,
    ),
)


class Sender(NamedTuple):
    """Who sends, and whether the records are of their making (`Representante`)."""

    role: Role
    nif: str
    name: str
    generates: bool = False


def holder(issuer: Issuer) -> str | None:
    """The NIF of whose certificate is stored: the entity's, else the person's; None where none is told."""
    return bare(issuer.credentials.get(CREDENTIAL, {}).get("nif", "")) or None


def _nif(body: Representation) -> str:
    """Its NIF as a certificate tells one: without separators and without ES."""
    return bare(body.nif).removeprefix("ES")


def sender(issuer: Issuer, at: datetime) -> Sender | None:
    """Who sends for the issuer at that time; None where nobody has shown that they may."""
    by, own = holder(issuer), spanish_nif(issuer.party)
    if by is not None and by == own:
        return Sender("obligado", by, issuer.party.name)
    for body in standing(issuer, NAME, Representation, at):
        nif = _nif(body)
        if by in {None, nif} and (body.role != "obligado" or nif == own):
            return Sender(body.role, nif, body.name, body.generates and body.role != "obligado")
    return None


def problems(issuer: Issuer, at: datetime) -> Findings:
    """Why nothing may be sent for the issuer in earnest; nothing in test, and nothing while there is no certificate,
    without which nothing is sent anyway."""
    if issuer.environment != "live" or CREDENTIAL not in issuer.credentials or sender(issuer, at) is not None:
        return ()
    by = holder(issuer)
    whose = "does not tell whose it is" if by is None else f"is of {by}, who is not the issuer"
    return (
        Finding(
            rule=RULE,
            message=f"The certificate {whose}, and {_missing(issuer, by, at)}.",
            source="aeat",
            pointer="/issuer",
            found=by,
            expected=spanish_nif(issuer.party),
            external_code="4112",
            fix="Store a certificate of the issuer, or register the signed `representation` of who sends.",
        ),
    )


def _missing(issuer: Issuer, by: str | None, at: datetime) -> str:
    """What is the matter with the newest paper that might have entitled them."""
    day = day_of(issuer, at)
    for one, body in papers(issuer, NAME, Representation):
        if by is not None and _nif(body) != by:
            continue
        if one.revoked_at is not None and one.revoked_at <= at:
            return f"the representation was revoked on {day_of(issuer, one.revoked_at).isoformat()}"
        if one.valid_until is not None and one.valid_until < day:
            return f"the representation ended on {one.valid_until.isoformat()}"
        if one.valid_from > day:
            return f"the representation begins on {one.valid_from.isoformat()}"
    return "no signed representation entitles anybody else" if by is None else "no signed representation entitles them"
