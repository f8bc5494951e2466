"""Numbers that exist, and what one wrong digit makes of them."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validators import checkdigit

# Published examples and registered numbers of public bodies.
TRUE = [
    (checkdigit.gln, "4035811991021"),
    (checkdigit.gs1, "036000291452"),
    (checkdigit.luhn, "79927398713"),
    (checkdigit.swedish_organisation, "2021005489"),
    (checkdigit.belgian_enterprise, "0999000129"),
    (checkdigit.belgian_enterprise, "0202239951"),
    (checkdigit.norwegian_organisation, "974760673"),
    (checkdigit.danish_cvr, "13585628"),
    (checkdigit.australian_business, "51824753556"),
    (checkdigit.mod97_iso7064, "3214282912345698765432161182"),
]
FUNCTIONS = sorted({function for function, _ in TRUE}, key=lambda function: function.__name__)


@pytest.mark.parametrize(("holds", "number"), TRUE)
def test_a_right_number(holds: Callable[[str], bool], number: str) -> None:
    assert holds(number)


@pytest.mark.parametrize(("holds", "number"), TRUE)
def test_any_wrong_digit_is_noticed(holds: Callable[[str], bool], number: str) -> None:
    for index, digit in enumerate(number):
        wrong = str((int(digit) + 1) % 10)
        assert not holds(number[:index] + wrong + number[index + 1 :])


@pytest.mark.parametrize("holds", FUNCTIONS)
@given(text=st.text(max_size=30) | st.text("0123456789", max_size=30) | st.text("٠١٢²A-", max_size=13))
def test_any_text_has_an_answer(holds: Callable[[str], bool], text: str) -> None:
    assert holds(text) in {True, False}


@pytest.mark.parametrize("holds", FUNCTIONS)
@pytest.mark.parametrize("text", ["", "٤٠٣٥٨١١٩٩١٠٢١", "403581199102²", "4035811991021 "])
def test_only_plain_digits_count(holds: Callable[[str], bool], text: str) -> None:
    assert not holds(text)
