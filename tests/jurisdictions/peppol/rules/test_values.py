"""What XPath makes of texts, where the Peppol rules ask for it."""

from __future__ import annotations

import re
from math import inf, isnan

import pytest

from jurisdictions.peppol.rules.german_payment import is_iban
from jurisdictions.peppol.rules.greece import is_tax_number
from jurisdictions.peppol.rules.identifiers import SCHEMES, is_belgian, is_gln, is_norwegian
from jurisdictions.peppol.rules.italy import is_codice_fiscale, is_partita_iva
from jurisdictions.peppol.rules.values import is_date, is_integer, number
from tests.jurisdictions.peppol.rules.transaction_cases import NUMBERS
from validators.en16931 import CannotJudge
from validators.en16931.days import minutes
from validators.en16931.values import all_hold, one_holds


def _unanswered() -> bool:
    raise CannotJudge("no answer")


@pytest.mark.parametrize(
    ("text", "value"),
    [(" 12 ", 12), ("1e2", 100), (".5", 0.5), ("5.", 5), ("+INF", inf), ("-INF", -inf), ("-0.25", -0.25)],
)
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", [None, "", "x", "1_0", "0x1", "NaN", "٣", "1,5", "\u00a01", "inf"])
def test_no_numbers(text: str | None) -> None:
    assert isnan(number(text))


def test_integers() -> None:
    assert all(is_integer(text) for text in ("1", "-1", "+01", " 7\n"))
    assert not any(is_integer(text) for text in ("", "1.0", "1e2", "٣", "+ 1"))


def test_dates() -> None:
    assert all(is_date(text) for text in ("2024-02-29", "0000-01-01", "-0004-02-29", "12024-12-31", "2026-01-01+14:00"))
    assert not any(
        is_date(text) for text in ("2026-02-29", "2026-1-01", "02024-01-01", "2026-01-01+14:01", "1900-02-29")
    )


def test_a_time_zone_moves_a_date() -> None:
    assert minutes("2026-01-01Z") == minutes("2026-01-01")
    assert minutes("2026-01-01+01:00") == (minutes("2026-01-01") or 0) - 60
    assert minutes("0001-01-01") == (minutes("0000-12-31") or 0) + 24 * 60


def test_what_is_decided_needs_no_other_answer() -> None:
    assert all_hold(_unanswered, lambda: False) is False
    assert one_holds(_unanswered, lambda: True) is True
    with pytest.raises(CannotJudge):
        all_hold(_unanswered, lambda: True)
    with pytest.raises(CannotJudge):
        one_holds(lambda: False, _unanswered)


def test_numbers_as_the_published_rules_take_them() -> None:
    assert is_gln("0") and not is_gln("1")
    assert not is_norwegian("000000000")
    assert is_belgian("2000000019") is (97 - 20000000 % 97 == 19)
    assert is_tax_number("094259216") and is_tax_number("0942592169")
    assert is_codice_fiscale("+1234567890") and not is_codice_fiscale("1234567890A")
    assert is_partita_iva("It") and not is_partita_iva("IT")
    assert is_iban("GB82WEST12345698765432") and not is_iban("gb82WEST12345698765432")
    with pytest.raises(CannotJudge):
        is_partita_iva("IT+1234567890")


def test_no_known_scheme_is_passed_over() -> None:
    looked_for = {
        scheme
        for case in NUMBERS
        for scheme in re.findall(r"@schemeID:(\d{4})", case.broken)
        if "R056-2" not in case.rule
    }
    assert looked_for == SCHEMES
