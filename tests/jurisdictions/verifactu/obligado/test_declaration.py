"""The declaración responsable: items a to l in order, and no sending in earnest without a signed one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest
from msgspec.structs import replace

from jurisdictions.contract import Attestation, Draft, Issuer, Scope
from jurisdictions.verifactu.obligado.declaration import BLANK, PROGRAM, SPECS, TITLE, Declaration, draft, problems
from jurisdictions.verifactu.settings import PROGRAM_VERSION, Deployment, IdOtro, Producer
from tests.jurisdictions.verifactu.builders import NOW, issuer

ADDRESS = "Calle Mayor 1, 28001 Madrid, España"
MAKER = Producer(name="Productora, S.L.", address=ADDRESS, place="Madrid, España", nif="B1")
SYSTEM = Deployment(producer=MAKER, name="Facturas", id="FA")
SHOP = Deployment(
    sif_role="component", producer=MAKER, name="Tienda", id="TI", version="7.1", components=("Caja 3", "Almacén 2")
)


def drafted(of: object) -> Draft:
    made = draft("declaration", of)
    assert made is not None
    return made


def datum(of: Deployment, letter: str) -> str:
    return next(datum for one, _, datum in drafted(of).items if one == letter)


def test_every_item_in_order_after_its_words() -> None:
    made = drafted(SYSTEM)
    assert "".join(letter for letter, _, _ in made.items) == "abcdefghijkl"
    assert all(describes and datum for _, describes, datum in made.items)
    assert made.text.startswith(TITLE + "\n")
    places = [made.text.index(f"\n{letter}) {describes}: {datum}") for letter, describes, datum in made.items]
    assert places == sorted(places)


def test_the_data_are_those_of_the_deployment() -> None:
    found = {letter: datum(SYSTEM, letter) for letter in "abcefhij"}
    assert found == {
        "a": "Facturas",
        "b": "FA",
        "c": PROGRAM_VERSION,
        "e": "S",
        "f": "S",
        "h": "Productora, S.L.",
        "i": "B1",
        "j": ADDRESS,
    }


def test_a_draft_is_nothing_that_was_signed() -> None:
    assert datum(SYSTEM, "l") == f"{BLANK}, Madrid, España"
    with pytest.raises(msgspec.ValidationError, match="signed_on"):
        msgspec.convert(drafted(SYSTEM).body, Declaration)


def test_one_edition_for_each_version() -> None:
    assert drafted(SYSTEM).edition == f"FA {PROGRAM_VERSION}"
    assert drafted(SHOP).edition == f"TI 7.1, {PROGRAM}", "a new version of the component is a new edition too"


def test_a_component_is_named_with_its_exact_version() -> None:
    assert datum(SHOP, "d").startswith(f"Caja 3; Almacén 2; {PROGRAM}, componente de otro productor")
    assert datum(SYSTEM, "d").startswith(f"{PROGRAM}. ")


def test_the_sandboxs_system_where_the_operator_says_nothing() -> None:
    assert drafted(None) == drafted(Deployment())
    assert draft("representation", SYSTEM) is None


def test_a_foreign_producer_tells_what_number_it_is() -> None:
    abroad = Producer(name="M", address="A", place="P", id_otro=IdOtro(id_type="02", id="BE0999000129", country="BE"))
    assert datum(replace(SYSTEM, producer=abroad), "i") == "BE0999000129 (NIF-IVA, BE)"


def test_it_is_the_operators_and_has_a_signed_document() -> None:
    (spec,) = SPECS
    assert (spec.name, spec.scope, spec.body_type, spec.document) == ("declaration", Scope.PLATFORM, Declaration, True)


# ------------------------------------------------------------------------------------------------ the gate


def signed(of: Deployment = SYSTEM, **fields: object) -> Attestation:
    body = msgspec.convert({**drafted(of).body, "signed_on": "2026-11-01"}, Declaration)
    given: dict[str, object] = {
        "id": "att_1",
        "name": "declaration",
        "edition": drafted(of).edition,
        "body": body,
        "sha256": "00" * 32,
        "valid_from": date(2026, 11, 1),
        "registered_at": datetime(2026, 11, 2, tzinfo=UTC),
    }
    return Attestation(**(given | fields))  # type: ignore[arg-type]


def live(*papers: Attestation, of: Deployment | None = SYSTEM) -> Issuer:
    return replace(issuer(environment="live"), deployment=of, attestations=papers)


@pytest.mark.parametrize("of", [SYSTEM, SHOP])
def test_a_signed_declaration_of_this_version_opens_the_way(of: Deployment) -> None:
    assert problems(live(signed(of), of=of), NOW) == ()


BODY = signed().body
assert isinstance(BODY, Declaration)


@pytest.mark.parametrize(
    "papers",
    [
        (),
        (signed(sha256=None),),
        (signed(revoked_at=NOW),),
        (signed(valid_from=date(2026, 11, 21)),),
        (signed(valid_until=date(2026, 11, 19)),),
        (signed(name="representation"),),
        (signed(SHOP),),
        (signed(body=replace(BODY, version="0.0.9")),),
        (signed(body=replace(BODY, id="XX")),),
        (signed(body=replace(BODY, producer="Otra, S.A.")),),
        (signed(body=replace(BODY, component=PROGRAM)),),
        (signed(body=replace(BODY, signed_on=date(2026, 11, 21))),),
    ],
)
def test_nothing_else_does(papers: tuple[Attestation, ...]) -> None:
    (found,) = problems(live(*papers), NOW)
    assert (found.rule, found.expected) == ("VERIFACTU-DECLARATION", f"FA {PROGRAM_VERSION}")


def test_an_older_one_of_the_same_system_counts_while_a_newer_is_of_another() -> None:
    assert problems(live(signed(SHOP), signed()), NOW) == ()


def test_a_platforms_declaration_names_this_very_component() -> None:
    older = signed(SHOP, body=msgspec.structs.replace(signed(SHOP).body, component="E-Invoicing Gateway 0.0.9"))  # type: ignore[type-var]
    assert problems(live(older, of=SHOP), NOW)


def test_what_is_registered_is_told() -> None:
    assert problems(live(signed(SHOP)), NOW)[0].found == f"TI 7.1, {PROGRAM}"
    assert problems(live(of=None), NOW)[0].found == "none"


def test_in_test_nothing_is_asked() -> None:
    assert problems(issuer(), NOW) == ()
