"""All findings about a party come with a pointer into what was sent."""

import pytest

from schemas.party import Endpoint, Party, TaxId
from validators.parties import check_endpoint, check_party


def test_every_identifier_is_looked_at() -> None:
    party = Party(
        name="X",
        tax_ids=(TaxId(scheme="BE:VAT", value="BE0999000129"), TaxId(scheme="ES:NIF", value="B58378432")),
        endpoints=(Endpoint(scheme="0208", value="0999000129"), Endpoint(scheme="0208", value="0999000128")),
    )
    assert [(finding.rule, finding.pointer) for finding in check_party(party, "/customer")] == [
        ("GW-TAXID-CHECKSUM", "/customer/tax_ids/1/value"),
        ("GW-ENDPOINT-CHECKSUM", "/customer/endpoints/1/value"),
    ]


@pytest.mark.parametrize(("scheme", "value"), [("9925", "BE0999000129"), ("0088", "4035811991021"), ("EM", "a@b.c")])
def test_right_and_unknown_addresses_pass(scheme: str, value: str) -> None:
    assert check_endpoint(Endpoint(scheme=scheme, value=value), "") == ()
