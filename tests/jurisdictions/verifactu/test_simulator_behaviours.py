"""The simulated AEAT: reserved texts, outages and addresses."""

from datetime import timedelta

import pytest

from jurisdictions.contract import SimulatorReply
from tests.jurisdictions.verifactu.simulated import (
    AT,
    ISSUER,
    NS,
    OK,
    SERVICE,
    Aeat,
    Chain,
    certificate,
    content,
    fault,
    flags,
    flawed,
    lines,
    message,
    refused,
)


@pytest.mark.parametrize("code", [1110, 1239, 3002, 3003])
def test_a_marker_refuses_its_record(code: int) -> None:
    aeat, chain = Aeat(), Chain()
    assert aeat.send(chain.alta("1", description=f"x [sim:{code}]"), chain.alta("2")) == [refused(code), OK]
    assert aeat.send(chain.alta("1", flags=flags(Subsanacion="S", RechazoPrevio="X"))) == [OK]


def test_a_marker_accepts_with_errors_and_works_on_anulaciones_by_their_reference() -> None:
    aeat, chain = Aeat(), Chain()
    assert aeat.send(chain.alta("1", description="[sim:2004]")) == [flawed(2004)]
    assert aeat.send(chain.anulacion("1", reference="[sim:3003]")) == [refused(3003)]


def test_the_answer_is_lost_once() -> None:
    aeat, chain = Aeat(), Chain()
    body = message(chain.alta("1", description="[sim:lost]"), chain.alta("2"))
    first = aeat.post(body)
    assert first.lost
    assert lines(first) == [OK, OK]
    again = aeat.post(body)
    assert not again.lost
    assert lines(again) == [refused(3000), refused(3000)]


@pytest.mark.parametrize(("word", "status"), [("busy", 503), ("429", 429), ("fault-server", 500), ("fault-4112", 500)])
def test_nothing_is_registered_and_the_next_try_passes(word: str, status: int) -> None:
    aeat = Aeat()
    body = message(Chain().alta("1", description=f"[sim:{word}]"))
    reply = aeat.post(body)
    assert reply.status == status
    assert list(reply.changes.values()) == [b"shown"]
    if status == 500:
        assert fault(reply) == ("Server" if word == "fault-server" else "4112")
    assert lines(aeat.post(body)) == [OK]


def test_a_slow_answer_and_unknown_markers() -> None:
    aeat, chain = Aeat(), Chain()
    assert aeat.post(message(chain.alta("1", description="[sim:slow]"))).delay_seconds == 5
    assert aeat.send(chain.alta("2", description="[sim:nothing] [sim:9]")) == [OK]


def wait(reply: SimulatorReply) -> str | None:
    return content(reply).findtext("r:TiempoEsperaEnvio", None, NS)


def test_the_waiting_time_is_what_the_book_says() -> None:
    aeat, chain = Aeat({"wait": b"7"}), Chain()
    assert wait(aeat.post(message(chain.alta("1")))) == "7"
    aeat.book["wait/once"] = b""
    assert not wait(aeat.post(message(chain.alta("2"))))
    assert wait(aeat.post(message(chain.alta("3")))) == "7"
    assert wait(Aeat(profile="strict").post(message(Chain().alta("1")))) == "60"


def test_who_sends_too_soon_is_suspended_where_the_book_says_so() -> None:
    aeat, chain = Aeat({"strict_wait": b"1", "wait": b"60"}), Chain()
    assert aeat.send(chain.alta("1")) == [OK]
    records = [chain.alta(f"{number}") for number in range(2, 1003)]
    aeat.at = AT + timedelta(seconds=59)
    assert fault(aeat.post(message(*records[:999]))) == "4141"
    assert set(lines(aeat.post(message(*records[:1000])))) == {OK}, "a thousand need not wait"
    aeat.at = AT + timedelta(seconds=118)
    assert fault(aeat.post(message(records[1000]))) == "4141"
    aeat.at = AT + timedelta(seconds=119)
    assert aeat.send(records[1000]) == [OK]
    other = message(Chain(nif="B00000026").alta("1"), nif="B00000026")
    assert lines(aeat.post(other, certificate("B00000026"))) == [OK]


def test_the_last_day_is_remembered() -> None:
    aeat, chain = Aeat(), Chain()
    leaving = "<sf:RemisionVoluntaria><sf:FechaFinVeriFactu>31-12-2026</sf:FechaFinVeriFactu></sf:RemisionVoluntaria>"
    assert aeat.send(chain.alta("1"), header=leaving) == [OK]
    assert aeat.book[f"last_day/{ISSUER}"] == b"31-12-2026"


def test_outages() -> None:
    body = message(Chain().alta("1"))
    assert Aeat({"outage": b"on"}).post(body).status == 503
    assert Aeat({"outage": b"hang"}).post(body).delay_seconds == 120
    refused_line = Aeat({"outage": b"refuse"}).post(body)
    assert (refused_line.lost, refused_line.changes) == (True, {})
    assert Aeat({"outage": b""}).post(body).status == 200


def test_addresses() -> None:
    assert fault(Aeat().get(SERVICE)) == "4135"
    assert Aeat().get("/elsewhere").status == 404
    assert fault(Aeat().post(message(Chain().alta("1")).replace(b"RegFactu", b"Otra"))) == "4118"
