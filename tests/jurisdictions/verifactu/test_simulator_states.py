"""The simulated AEAT: records accepted with errors, and the table of operations and states."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.jurisdictions.verifactu.simulated import (
    AT,
    INCIDENT,
    ISSUER,
    LINE,
    NS,
    OK,
    Aeat,
    Chain,
    content,
    flags,
    flawed,
    foreign,
    message,
    refused,
    untaxed,
)


def test_a_wrong_huella() -> None:
    assert Aeat().send(Chain().alta("1", huella="0" * 64)) == [flawed(2000)]
    assert Aeat().send(Chain().alta("1", huella="Huella")) == [flawed(2000)]


@pytest.mark.parametrize(
    ("code", "previous"), [(2002, "AB"), (2003, "g" * 64), (2003, "0" * 64), (1269, ""), (1291, "ñ" * 64)]
)
def test_a_broken_link(code: int, previous: str) -> None:
    aeat, chain = Aeat(), Chain()
    aeat.send(chain.alta("1"))
    chain.last = (ISSUER, "1", "20-11-2026", previous)
    state = flawed if code > 2000 else refused
    assert aeat.send(chain.alta("2")) == [state(code)]


def test_a_link_to_an_invoice_never_received() -> None:
    aeat, chain = Aeat(), Chain()
    aeat.send(chain.alta("1"))
    chain.alta("kept back")
    assert aeat.send(chain.alta("2")) == [flawed(2003)]


def test_a_chain_that_began_elsewhere_goes_on_and_refused_records_stay_in_it() -> None:
    aeat, chain = Aeat(), Chain()
    chain.alta("sent elsewhere")
    assert aeat.send(chain.alta("1")) == [OK]
    assert aeat.send(chain.alta("2", middle=foreign("02", "DE123450000")), chain.alta("3")) == [refused(1239), OK]


def test_records_with_a_wrong_value_stay_in_the_chain_too() -> None:
    aeat, chain = Aeat(), Chain()
    assert aeat.send(chain.alta("1"), chain.alta("2", kind="F9"), chain.alta("3")) == [OK, refused(1106), OK]


def test_a_refused_first_record_does_not_open_the_chain_at_the_aeat() -> None:
    aeat = Aeat()
    assert aeat.send(Chain().alta("1", middle="")) == [refused(1189)]
    assert aeat.send(Chain().alta("2")) == [OK]


def test_a_link_equal_to_the_own_huella() -> None:
    aeat, chain = Aeat(), Chain()
    aeat.send(chain.alta("1"))
    twin = chain.last[3]
    assert aeat.send(chain.alta("2", huella=twin)) == [flawed(2000)], "the own huella is looked at first"


def test_first_of_a_chain_twice_unless_another_installation() -> None:
    aeat = Aeat()
    assert aeat.send(Chain().alta("1")) == [OK]
    assert aeat.send(Chain().alta("2")) == [flawed(2007)]
    assert aeat.send(Chain(installation="2").alta("3")) == [OK]


def test_totals_beyond_ten_euro() -> None:
    assert Aeat().send(Chain().alta("1", total="131.00")) == [OK]
    assert Aeat().send(Chain().alta("1", total="131.01")) == [flawed(2005)]
    assert Aeat().send(Chain().alta("1", tax="31.01")) == [flawed(2006)]
    margin_scheme = LINE.replace("<sf:ClaveRegimen>01", "<sf:ClaveRegimen>03")
    assert Aeat().send(Chain().alta("1", total="999.00", lines=margin_scheme)) == [OK]


def test_a_buyer_outside_the_census_is_always_accepted_with_errors() -> None:
    assert Aeat().send(Chain().alta("1", middle=foreign("07", "99999990S", "ES"))) == [flawed(2001)]


def test_ipsi_without_regime_until_2027() -> None:
    made = {"lines": untaxed(Impuesto="02", CalificacionOperacion="N1"), "tax": "0", "total": "100"}
    assert Aeat().send(Chain().alta("1", **made)) == [flawed(2009)]
    late = datetime(2027, 1, 2, tzinfo=UTC)
    assert Aeat(at=late).send(Chain(at=late).alta("1", **made)) == [refused(1245)]


@pytest.mark.parametrize(
    ("seconds", "header", "expected"),
    [
        (-240, "", OK),
        (-241, "", flawed(2004)),
        (240, "", OK),
        (241, "", flawed(2004)),
        (-90_000, INCIDENT, OK),
        (241, INCIDENT, flawed(2004)),
    ],
)
def test_the_clock(seconds: int, header: str, expected: tuple[str, int]) -> None:
    record = Chain(at=AT + timedelta(seconds=seconds)).alta("1")
    assert Aeat().send(record, header=header) == [expected]


INITIAL = ""
SUBSANACION = flags(Subsanacion="S")
AFTER_REFUSAL = flags(Subsanacion="S", RechazoPrevio="S")
WITHOUT_RECORD = flags(Subsanacion="S", RechazoPrevio="X")


@pytest.mark.parametrize(
    ("written", "none", "alta", "anulada"),
    [
        (INITIAL, OK, refused(3000), refused(3000)),
        (flags(Subsanacion="N", RechazoPrevio="N"), OK, refused(3000), refused(3000)),
        (WITHOUT_RECORD, OK, refused(3000), refused(3000)),
        (SUBSANACION, refused(3002), OK, OK),
        (flags(Subsanacion="S", RechazoPrevio="N"), refused(3002), OK, OK),
        (AFTER_REFUSAL, refused(3002), OK, OK),
    ],
)
def test_altas_by_state(written: str, none: tuple[str, int], alta: tuple[str, int], anulada: tuple[str, int]) -> None:
    for before, expected in ((0, none), (1, alta), (2, anulada)):
        aeat, chain = Aeat(), Chain()
        if before:
            aeat.send(chain.alta("1"))
        if before == 2:
            aeat.send(chain.anulacion("1"))
        assert aeat.send(chain.alta("1", flags=written)) == [expected]


@pytest.mark.parametrize(
    ("written", "none", "alta", "anulada"),
    [
        ("", refused(3002), OK, OK),
        (flags(RechazoPrevio="S"), refused(3002), OK, OK),
        (flags(SinRegistroPrevio="S"), OK, refused(3000), refused(3000)),
        (flags(SinRegistroPrevio="S", RechazoPrevio="S"), OK, refused(3000), refused(3000)),
    ],
)
def test_anulaciones_by_state(
    written: str, none: tuple[str, int], alta: tuple[str, int], anulada: tuple[str, int]
) -> None:
    for before, expected in ((0, none), (1, alta), (2, anulada)):
        aeat, chain = Aeat(), Chain()
        if before:
            aeat.send(chain.alta("1"))
        if before == 2:
            aeat.send(chain.anulacion("1"))
        assert aeat.send(chain.anulacion("1", flags=written)) == [expected]


def test_a_duplicate_tells_what_is_held() -> None:
    aeat, chain = Aeat(), Chain()
    aeat.send(chain.alta("1", total="500.00"))
    duplicate = content(aeat.post(message(chain.alta("1")))).find(".//r:RegistroDuplicado", NS)
    assert [child.text for child in duplicate][1:3] == ["AceptadaConErrores", "2005"]
    aeat.send(chain.anulacion("1"))
    duplicate = content(aeat.post(message(chain.alta("1")))).find(".//r:RegistroDuplicado", NS)
    assert [child.text for child in duplicate] == ["202611200000000003", "Anulada"]


def test_a_refused_alta_goes_out_again_and_a_lost_one_is_a_duplicate() -> None:
    aeat, chain = Aeat(), Chain()
    assert aeat.send(chain.alta("1", middle=foreign("02", "DE123450000"))) == [refused(1239)]
    assert aeat.send(chain.alta("1", flags=WITHOUT_RECORD)) == [OK]
    again = chain.alta("2")
    assert aeat.send(again, again) == [OK, refused(3000)]
    assert aeat.send(again, header=INCIDENT) == [refused(3000)]
    assert aeat.send(chain.alta("3")) == [OK]
