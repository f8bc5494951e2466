"""No test record reaches an authority, no live one a simulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pytest

from gateway.transport import Endpoint, EndpointRefused, Transport, endpoints_for
from jurisdictions.contract import About, Desk, EndpointSpec, Environment, Exchange, Jurisdiction, Law, Seal
from tests.gateway.sandbox.toy import TOY

SANDBOX = {"toy": "https://127.0.0.1:8443/"}


def installed() -> Mapping[str, Jurisdiction]:
    about = About(
        code="toy",
        name="Toy",
        sources=(),
        editions=(),
        kinds=(),
        credentials=(),
        endpoints=(
            EndpointSpec(name="box", live="https://authority.example/box/", preproduction="https://pre.example"),
            EndpointSpec(name="unnamed", live=""),
        ),
        maturity="a test",
    )
    nothing = object()  # Endpoints need only `about` and `simulator`.
    toy = Jurisdiction(
        about=about,
        law=cast("Law", nothing),
        seal=cast("Seal", nothing),
        exchange=cast("Exchange", nothing),
        desk=cast("Desk", nothing),
        simulator=TOY,
    )
    return {"toy": toy}


def test_in_test_the_simulator_is_asked() -> None:
    found = endpoints_for("test", installed(), SANDBOX)
    assert found == {("toy", "box"): Endpoint("https://127.0.0.1:8443/box", "sandbox")}


def test_in_live_the_authority_is_asked() -> None:
    found = endpoints_for("live", installed(), SANDBOX)
    assert found == {("toy", "box"): Endpoint("https://authority.example/box", "system")}


def test_the_operator_may_name_a_preproduction() -> None:
    found = endpoints_for("test", installed(), SANDBOX, {("toy", "box"): "https://pre.example/box"})
    assert found["toy", "box"] == Endpoint("https://pre.example/box", "system")


def test_without_a_simulator_test_reaches_nothing() -> None:
    assert endpoints_for("test", installed()) == {}


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ("test", "https://authority.example/box"),
        ("test", "https://AUTHORITY.example:8443"),
        ("live", "https://127.0.0.1:8443/box"),
        ("live", "https://localhost/box"),
        ("live", "https://[::1]/box"),
        ("live", "https://sandbox.example:8443/box"),
        ("live", "http://access-point.example"),
        ("live", "https://user:secret@access-point.example"),
        ("live", "https://access-point.example?key=1"),
        ("live", "nonsense"),
        ("live", "https://host:port/"),
    ],
)
def test_a_wrong_address_is_refused(environment: Environment, address: str) -> None:
    simulators = {"toy": "https://sandbox.example:8443"} if "sandbox.example" in address else SANDBOX
    with pytest.raises(EndpointRefused):
        endpoints_for(environment, installed(), simulators, {("toy", "box"): address})


def test_an_unknown_endpoint_is_refused() -> None:
    with pytest.raises(EndpointRefused, match="no jurisdiction"):
        endpoints_for("test", installed(), SANDBOX, {("toy", "none"): "https://a.example"})


def test_a_live_transport_takes_no_simulator() -> None:
    with pytest.raises(ValueError, match="no simulator"):
        Transport("live", endpoints_for("test", installed(), SANDBOX), sandbox_trust=b"")
    with pytest.raises(ValueError, match="certificate"):
        Transport("test", endpoints_for("test", installed(), SANDBOX))
