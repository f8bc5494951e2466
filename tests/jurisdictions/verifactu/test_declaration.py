"""The draft declaración responsable: items a to l in order, each after words that describe it."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from jurisdictions.verifactu.declaration import BLANK, TITLE, Declared, Maker, draft
from jurisdictions.verifactu.settings import IdOtro

PROGRAM = "Pasarela 1.2.3"
MAKER = Maker(name="Productora, S.L.", address="Calle Mayor 1, 28001 Madrid, España", place="Madrid, España", nif="B1")
SYSTEM = Declared(role="principal", maker=MAKER, name="Facturas", id="EG", version="4.5.6")


def datum(of: Declared, letter: str, signed_on: date | None = None) -> str:
    return next(one.datum for one in draft(of, PROGRAM, signed_on).items if one.letter == letter)


def test_every_item_in_order_after_its_words() -> None:
    made = draft(SYSTEM, PROGRAM)
    assert "".join(one.letter for one in made.items) == "abcdefghijkl"
    assert all(one.describes and one.datum for one in made.items)
    assert made.text.startswith(TITLE + "\n")
    places = [made.text.index(f"\n{one.letter}) {one.describes}: {one.datum}") for one in made.items]
    assert places == sorted(places)


def test_the_data_are_those_of_the_deployment() -> None:
    found = {letter: datum(SYSTEM, letter) for letter in "abcefhij"}
    assert found == {
        "a": "Facturas",
        "b": "EG",
        "c": "4.5.6",
        "e": "S",
        "f": "S",
        "h": "Productora, S.L.",
        "i": "B1",
        "j": "Calle Mayor 1, 28001 Madrid, España",
    }


def test_one_edition_for_each_version() -> None:
    assert draft(SYSTEM, PROGRAM).edition == "EG 4.5.6"


def test_a_component_is_named_with_its_exact_version() -> None:
    whole = msgspec.structs.replace(SYSTEM, role="component", components=("Tienda 7",))
    assert datum(whole, "d").startswith(f"Tienda 7; {PROGRAM}, componente de otro productor")
    assert datum(SYSTEM, "d").startswith(f"{PROGRAM}. ")


def test_day_and_place() -> None:
    assert datum(SYSTEM, "l") == f"{BLANK}, Madrid, España"
    assert datum(SYSTEM, "l", date(2027, 1, 2)) == "02-01-2027, Madrid, España"


def test_a_foreign_producer_tells_what_number_it_is() -> None:
    abroad = Maker(name="Maker", address="A", place="P", id_otro=IdOtro(id_type="02", id="BE0999000129", country="BE"))
    assert datum(msgspec.structs.replace(SYSTEM, maker=abroad), "i") == "BE0999000129 (NIF-IVA, BE)"


@pytest.mark.parametrize(
    "numbers",
    [{}, {"nif": "B1", "id_otro": {"id_type": "03", "id": "X"}}, {"id_otro": {"id_type": "07", "id": "99999990S"}}],
)
def test_a_producer_has_one_number_that_the_aeat_takes(numbers: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "M", "address": "A", "place": "P", **numbers}, Maker)
