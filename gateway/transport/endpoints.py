"""Where each endpoint lies, decided once per environment: no test record may reach an authority, no live one a
simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from jurisdictions.contract import Environment, Jurisdiction

Place = tuple[str, str]
"""(jurisdiction code, endpoint name)."""


class EndpointRefused(ValueError):
    """An address that this environment must not reach, or that is no address."""


@dataclass(frozen=True)
class Endpoint:
    """A base address, and whom to trust there: the system's authorities, or only the sandbox's own."""

    url: str
    trust: Literal["system", "sandbox"]


def endpoints_for(
    environment: Environment,
    jurisdictions: Mapping[str, Jurisdiction],
    simulators: Mapping[str, str] | None = None,
    overrides: Mapping[Place, str] | None = None,
) -> Mapping[Place, Endpoint]:
    """The address of every endpoint of these jurisdictions in `environment`.

    `simulators`: base address by jurisdiction code, as the sandbox tells it. `overrides`: the operator's own addresses
    (an authority's preproduction in test, an access point in live). An endpoint without an address is absent: what is
    asked of it is not sent. Raises EndpointRefused where live would reach a simulator or this machine, or test a live
    address of any jurisdiction.
    """
    simulators, overrides = simulators or {}, overrides or {}
    known = {(code, spec.name) for code, one in jurisdictions.items() for spec in one.about.endpoints}
    if unknown := overrides.keys() - known:
        raise EndpointRefused(f"no jurisdiction has the endpoints {sorted(unknown)}")
    found = _live(jurisdictions, overrides) if environment == "live" else _test(jurisdictions, simulators, overrides)
    _guard(environment, found, jurisdictions, simulators)
    return found


def _live(jurisdictions: Mapping[str, Jurisdiction], overrides: Mapping[Place, str]) -> dict[Place, Endpoint]:
    return {
        (code, spec.name): Endpoint(url.rstrip("/"), "system")
        for code, one in jurisdictions.items()
        for spec in one.about.endpoints
        if (url := overrides.get((code, spec.name), spec.live))
    }


def _test(
    jurisdictions: Mapping[str, Jurisdiction], simulators: Mapping[str, str], overrides: Mapping[Place, str]
) -> dict[Place, Endpoint]:
    found: dict[Place, Endpoint] = {}
    for code, one in jurisdictions.items():
        for spec in one.about.endpoints:
            if url := overrides.get((code, spec.name)):
                local = any(_origin(url) == _origin(base) for base in simulators.values())
                found[code, spec.name] = Endpoint(url.rstrip("/"), "sandbox" if local else "system")
            elif code in simulators and one.simulator is not None and spec.name in one.simulator.endpoints:
                prefix = one.simulator.endpoints[spec.name]
                url = simulators[code].rstrip("/") + ("/" + prefix.strip("/") if prefix.strip("/") else "")
                found[code, spec.name] = Endpoint(url, "sandbox")
    return found


def _guard(
    environment: Environment,
    found: Mapping[Place, Endpoint],
    jurisdictions: Mapping[str, Jurisdiction],
    simulators: Mapping[str, str],
) -> None:
    sandbox = {_origin(url) for url in simulators.values()}
    authorities = {_host(spec.live) for one in jurisdictions.values() for spec in one.about.endpoints if spec.live}
    for (code, name), endpoint in found.items():
        host = _host(endpoint.url)
        if environment == "live" and (_is_this_machine(host) or _origin(endpoint.url) in sandbox):
            raise EndpointRefused(f"live may reach no simulator: {code} {name} lies at {endpoint.url}")
        if environment == "test" and host in authorities:
            raise EndpointRefused(f"test may reach no authority: {code} {name} lies at {endpoint.url}")


def _host(url: str) -> str:
    return _split(url).hostname or ""


def _origin(url: str) -> tuple[str, int]:
    parts = _split(url)
    return parts.hostname or "", parts.port or 443


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc
        parts.port  # noqa: B018  it raises where it is no number
    except ValueError:
        raise EndpointRefused(f"{url!r} is no address") from None
    if not usable or parts.query or parts.fragment:
        raise EndpointRefused(f"{url!r} is no https address with a host and without user, query or fragment")
    return parts


def _is_this_machine(host: str) -> bool:
    name = host.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified or address.is_link_local
