"""Toyland's papers: the oath of an issuer whose settings say so, and the charter of who made the program."""

from __future__ import annotations

from datetime import datetime

import msgspec

from jurisdictions.contract import Attestations, AttestationSpec, Draft, Issuer, Scope

OATH, CHARTER = "oath", "charter"


class Deployment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who made the program, and which one it is."""

    maker: str = "Toys Ltd"
    version: str = "1"


class Oath(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    sworn_by: str


class Charter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    maker: str
    signed_in: str | None = None


SPECS = (
    AttestationSpec(
        name=OATH, scope=Scope.ISSUER, title="The oath", purpose="To be believed by the office.", body_type=Oath
    ),
    AttestationSpec(
        name=CHARTER,
        scope=Scope.PLATFORM,
        title="The charter",
        purpose="To say who made the program.",
        body_type=Charter,
        document=False,
    ),
)


def draft(name: str, deployment: object) -> Draft | None:
    if name != CHARTER or not isinstance(deployment, Deployment):
        return None
    return Draft(
        name=CHARTER,
        edition=deployment.version,
        body={"maker": deployment.maker},
        items=(("a", "Who made it", deployment.maker),),
        text=f"a) Who made it: {deployment.maker}\n",
    )


def sworn(issuer: Issuer, at: datetime) -> bool:
    """Whether an oath stands; days are told in Greenwich here."""
    return any(one.name == OATH and one.stands(at.date(), at) for one in issuer.attestations)


ATTESTATIONS = Attestations(specs=SPECS, draft=draft)
