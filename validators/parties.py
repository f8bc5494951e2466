"""What can be said offline of a party: its tax identifiers, and the check digits of its electronic addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from schemas.findings import Findings
from schemas.party import Endpoint, Party
from validators import checkdigit, taxid
from validators.rule import Catalogue, Rule

RULES: Catalogue[Endpoint] = Catalogue(
    (
        Rule(
            id="GW-ENDPOINT-CHECKSUM",
            sentence="An electronic address under a scheme with check digits has the right ones.",
            term="BT-34, BT-49",
            law="Peppol BIS Billing 3.0, PEPPOL-COMMON-R040 to R050",
        ),
    )
)

ENDPOINT_SCHEMES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "0007": (checkdigit.swedish_organisation, "ten digits with a Luhn check digit"),
    "0088": (checkdigit.gln, "13 digits with a GS1 check digit"),
    "0151": (checkdigit.australian_business, "11 digits, modulo 89"),
    "0192": (checkdigit.norwegian_organisation, "nine digits, modulo 11"),
    "0208": (checkdigit.belgian_enterprise, "ten digits beginning with 0 or 1, modulo 97"),
}
"""The electronic address schemes (EAS) whose check digits are known here."""


def check_party(party: Party, pointer: str) -> Findings:
    """Every finding about the party's identifiers. `pointer` is the party's own place in the caller's JSON."""
    tax_ids = (
        finding for index, one in enumerate(party.tax_ids) for finding in taxid.check(one, f"{pointer}/tax_ids/{index}")
    )
    endpoints = (
        finding
        for index, one in enumerate(party.endpoints)
        for finding in check_endpoint(one, f"{pointer}/endpoints/{index}")
    )
    return (*tax_ids, *endpoints)


def check_endpoint(endpoint: Endpoint, pointer: str) -> Findings:
    """GW-ENDPOINT-CHECKSUM, if the scheme has check digits and they are wrong."""
    holds, expected = ENDPOINT_SCHEMES.get(endpoint.scheme, (None, ""))
    if holds is None or holds(endpoint.value):
        return ()
    return (RULES["GW-ENDPOINT-CHECKSUM"].at(f"{pointer}/value", found=endpoint.value, expected=expected),)
