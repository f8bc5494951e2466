"""A jurisdiction as one value."""

from __future__ import annotations

from dataclasses import dataclass

from jurisdictions.contract.about import About
from jurisdictions.contract.attestations import Attestations
from jurisdictions.contract.books import Books
from jurisdictions.contract.codelists import Codelists
from jurisdictions.contract.desk import Desk
from jurisdictions.contract.exchanges import Exchange
from jurisdictions.contract.law import Law
from jurisdictions.contract.seals import Seal
from jurisdictions.contract.simulators import Simulator


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """A folder of pure functions, as one value."""

    about: About
    law: Law
    seal: Seal
    exchange: Exchange
    desk: Desk
    simulator: Simulator | None = None
    codelists: Codelists | None = None
    attestations: Attestations | None = None
    books: Books | None = None
