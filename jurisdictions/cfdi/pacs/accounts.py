"""The two PACs that may stamp for an issuer, and in which order they are asked.

A CFDI must be stamped once, by whichever: the second PAC is asked only when the first certainly did nothing.
"""

from __future__ import annotations

from jurisdictions.cfdi.settings import Settings
from jurisdictions.contract import Issuer

SW = "sw"
SW_API = "sw_api"
FINKOK = "finkok"
SAT = "sat"
SAT_CERTIFICATES = "sat_certificates"
"""Names of endpoints; the first and the third are the PACs' own names too."""

CREDENTIAL = {SW: "pac", FINKOK: "finkok"}
"""The name of the credential that holds the account at each PAC."""
LABEL = {SW: "SW sapien", FINKOK: "Finkok"}


def primary(issuer: Issuer) -> str:
    """The PAC that is asked first: the one that the settings wish, if an account there is stored or none anywhere."""
    return available(issuer)[0]


def available(issuer: Issuer) -> tuple[str, ...]:
    """The PACs whose account is stored, the wished one first; the wished one where none is stored."""
    wished = issuer.settings.pac if isinstance(issuer.settings, Settings) else SW
    ordered = (SW, FINKOK) if wished == SW else (FINKOK, SW)
    return tuple(pac for pac in ordered if CREDENTIAL[pac] in issuer.credentials) or (wished,)


def gone(issuer: Issuer, pac: str) -> bool:
    """Whether the account at this PAC is not stored, while one at the other is."""
    stored = [one for one, credential in CREDENTIAL.items() if credential in issuer.credentials]
    return bool(stored) and pac not in stored
