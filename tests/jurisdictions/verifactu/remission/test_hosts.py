"""Which host a certificate is taken at: persons and representatives at one, seals of entities at the other."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jurisdictions.contract import EndpointSpec
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.remission.hosts import ENDPOINTS, endpoint
from tests.jurisdictions.verifactu.builders import chained, issuer, setting

ENTITY, PERSON = "B00000018", "99999990S"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "aeat"),
        ({"nif": PERSON, "holder_nif": PERSON}, "aeat"),
        ({"nif": ENTITY, "holder_nif": PERSON}, "aeat"),
        ({"nif": ENTITY}, "aeat_sello"),
        ({"nif": ENTITY, "holder_nif": ENTITY}, "aeat_sello"),
        ({"nif": "X0000000T", "holder_nif": "X0000000T"}, "aeat"),
        ({"nif": ENTITY, "holder_nif": PERSON, "qc_type": "eseal"}, "aeat_sello"),
        ({"nif": ENTITY, "qc_type": "esign"}, "aeat"),
        ({"nif": ENTITY, "qc_type": "esign eseal"}, "aeat"),
        ({"nif": ENTITY, "qc_type": "web"}, "aeat"),
    ],
)
def test_a_certificate_has_its_host(facts: dict[str, str], expected: str) -> None:
    by = replace(issuer(), credentials={"certificate": facts})
    assert endpoint(by) == expected
    step = JURISDICTION.exchange.begin(chained(1), setting(by=by))
    assert step.asks[0].endpoint == expected


def test_without_a_certificate_it_is_that_of_persons() -> None:
    assert endpoint(replace(issuer(), credentials={})) == "aeat"


def test_both_hosts_are_declared_and_simulated() -> None:
    assert JURISDICTION.about.endpoints == ENDPOINTS
    assert JURISDICTION.simulator is not None
    assert set(JURISDICTION.simulator.endpoints) == {one.name for one in ENDPOINTS}
    assert (
        EndpointSpec(
            name="aeat", live="https://www1.agenciatributaria.gob.es", preproduction="https://prewww1.aeat.es"
        ),
        EndpointSpec(
            name="aeat_sello", live="https://www10.agenciatributaria.gob.es", preproduction="https://prewww10.aeat.es"
        ),
    ) == ENDPOINTS
