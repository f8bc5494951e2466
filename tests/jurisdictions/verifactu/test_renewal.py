"""A new NumeroInstalacion: never one that was, whatever the settings are, and only where it is wanted."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.renewal import LONGEST
from jurisdictions.verifactu.settings import Settings, installation_of
from tests.jurisdictions.verifactu.builders import ISSUER_NIF, NOW, instruction, invoice, issuer

renew = JURISDICTION.seal.renew
assert renew is not None


def renewed(settings: Settings | None, chain: str | None, *, entropy: str = "beef", days: int = 0) -> Settings:
    """The settings with the patch applied, as the gateway applies it."""
    assert renew is not None
    bag = msgspec.to_builtins(settings or Settings())
    for name, value in renew(settings, chain, NOW + timedelta(days=days), entropy).items():
        bag[name] = bag[name] | value if isinstance(value, dict) else value
    return msgspec.convert(bag, Settings)


def chain_of(settings: Settings, series: str = "A") -> str | None:
    assert JURISDICTION.seal.chain is not None
    return JURISDICTION.seal.chain(instruction(invoice(series=series)), issuer(settings))


def test_a_number_has_the_former_ones_stem_and_a_moment_that_never_comes_again() -> None:
    first = renewed(Settings(installation="Madrid"), f"{ISSUER_NIF}:Madrid")
    assert first.installation == "Madrid-20261120093015-beef"
    again = renewed(first, f"{ISSUER_NIF}:{first.installation}", entropy="CAFE!", days=1)
    assert again.installation == "Madrid-20261121093015-cafe"
    assert chain_of(again) == f"{ISSUER_NIF}:{again.installation}"


def test_an_issuer_without_a_number_of_its_own_gets_one() -> None:
    fresh = renewed(None, f"{ISSUER_NIF}:iss_1")
    assert fresh.installation == "iss_1-20261120093015-beef"
    assert renewed(None, None).installation == "20261120093015-beef"


def test_only_the_installation_that_ends_is_replaced() -> None:
    settings = Settings(installation="house", installations={"S": "shop", "T": "shop", "W": "web"})
    fresh = renewed(settings, f"{ISSUER_NIF}:shop")
    assert (fresh.installation, fresh.installations["W"]) == ("house", "web")
    assert fresh.installations["S"] == fresh.installations["T"] == "shop-20261120093015-beef"
    house = renewed(settings, f"{ISSUER_NIF}:house")
    assert (house.installation, house.installations) == ("house-20261120093015-beef", settings.installations)
    shared = renewed(Settings(installation="one", installations={"S": "one"}), f"{ISSUER_NIF}:one")
    assert shared.installation == shared.installations["S"] == "one-20261120093015-beef"


def test_who_moves_in_begins_anew_everywhere_and_apart_where_it_was_apart() -> None:
    settings = Settings(installation="house", installations={"S": "shop", "T": "shop", "W": "web"})
    fresh = renewed(settings, None)
    numbers = {fresh.installation, *fresh.installations.values()}
    assert len(numbers) == 3
    assert not numbers & {"house", "shop", "web"}
    assert fresh.installations["S"] == fresh.installations["T"]


@given(
    former=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=100),
    entropy=st.text(max_size=40),
)
def test_every_number_fits_and_is_another(former: str, entropy: str) -> None:
    fresh = renewed(Settings(installation=former), f"{ISSUER_NIF}:{former}", entropy=entropy).installation
    assert fresh is not None
    assert fresh != former
    assert len(fresh) <= LONGEST
    assert installation_of(issuer(Settings(installation=fresh)), "A") == fresh
