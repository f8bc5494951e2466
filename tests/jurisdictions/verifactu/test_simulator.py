"""The simulated AEAT: whole messages, certificates, and that it is a pure function."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from jurisdictions.contract import SimulatorRequest
from jurisdictions.verifactu.simulator import SIMULATOR
from jurisdictions.verifactu.simulator.identity import holder, is_in_census, is_nif
from tests.jurisdictions.verifactu.simulated import (
    AT,
    BUYER,
    INCIDENT,
    ISSUER,
    LINE,
    NS,
    OK,
    SEAL,
    SEALS,
    SERVICE,
    SIGNATURE,
    Aeat,
    Chain,
    NoKeys,
    certificate,
    content,
    fault,
    flags,
    found,
    lines,
    message,
    question,
    refused,
    swap,
    taxed,
)


def test_a_chain_of_records_is_correct() -> None:
    aeat, chain = Aeat(), Chain()
    assert aeat.send(chain.alta("A/1"), chain.alta("A & 2"), chain.anulacion("A/1")) == [OK, OK, OK]
    assert aeat.send(chain.alta("A/3", kind="F2")) == [OK]


def test_the_whole_answer() -> None:
    reply = Aeat().post(message(Chain().alta("1", reference="ref-1", flags=flags(Subsanacion="N"))))
    answer = content(reply)
    assert reply.status == 200
    assert answer.findtext("r:EstadoEnvio", None, NS) == "Correcto"
    assert answer.findtext("r:CSV", None, NS).startswith("A-")
    assert answer.findtext("r:TiempoEsperaEnvio", None, NS) == "1"
    assert answer.findtext("r:DatosPresentacion/sf:NIFPresentador", None, NS) == ISSUER
    assert answer.findtext("r:DatosPresentacion/sf:TimestampPresentacion", None, NS) == "2026-11-20T12:00:00+01:00"
    line = answer.find("r:RespuestaLinea", NS)
    assert line.findtext("r:IDFactura/sf:NumSerieFactura", None, NS) == "1"
    assert line.findtext("r:Operacion/sf:TipoOperacion", None, NS) == "Alta"
    assert line.findtext("r:Operacion/sf:Subsanacion", None, NS) == "N"
    assert line.findtext("r:RefExterna", None, NS) == "ref-1"


def test_the_state_of_the_message_and_no_csv_when_all_is_refused() -> None:
    aeat, chain = Aeat(), Chain()
    reply = aeat.post(message(chain.alta("1"), chain.alta("2", huella="0" * 64)))
    assert content(reply).findtext("r:EstadoEnvio", None, NS) == "ParcialmenteCorrecto"
    reply = aeat.post(message(chain.anulacion("unknown")))
    assert content(reply).findtext("r:EstadoEnvio", None, NS) == "Incorrecto"
    assert content(reply).find("r:CSV", NS) is None
    assert content(reply).find("r:DatosPresentacion", NS) is None


def test_the_real_pause_in_the_strict_profile() -> None:
    reply = Aeat(profile="strict").post(message(Chain().alta("1")))
    assert content(reply).findtext("r:TiempoEsperaEnvio", None, NS) == "60"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "4138"),
        (b"<a", "4103"),
        (b"\xff\xfe<a/>", "4119"),
        (b"<a/>", "4103"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "4103"),
        (message(), "4102"),
        (
            message(Chain().alta("1", change=swap("<sf:DescripcionOperacion>Servicios</sf:DescripcionOperacion>", ""))),
            "4102",
        ),
        (message(Chain().alta("1", change=swap("sf:TipoFactura>", "sf:TipoDeFactura>"))), "4102"),
        (message(Chain().alta("1", lines=LINE * 13)), "4113"),
        (message(Chain().alta("1")).replace(b"SuministroLR.xsd", b"SuministroLRV1.0.xsd"), "4118"),
        (message(Chain().alta("1"), nif="B00000019"), "4116"),
        (message(Chain().alta("1"), nif="ESB000000"), "4116"),
        (message(Chain().alta("1"), nif="B0000001"), "4116"),
        (message(Chain().alta("1"), nif="B99990004"), "4104"),
        (message(Chain().alta("1"), header=INCIDENT.replace(">S<", ">X<")), "4121"),
        (
            message(
                Chain().alta("1"),
                header="<sf:RemisionVoluntaria><sf:FechaFinVeriFactu>31-12-2028</sf:FechaFinVeriFactu>"
                "</sf:RemisionVoluntaria>",
            ),
            "4120",
        ),
        (
            message(
                Chain().alta("1"),
                header="<sf:RemisionRequerimiento><sf:RefRequerimiento>R1</sf:RefRequerimiento></sf:RemisionRequerimiento>",
            ),
            "4126",
        ),
        (message(Chain().alta("1"), nif=BUYER), "4112"),
    ],
)
def test_whole_messages_that_are_refused(body: bytes, code: str) -> None:
    reply = Aeat().post(body)
    assert (fault(reply), reply.changes, reply.status) == (code, {}, 500)


def test_one_structural_flaw_refuses_everybody_and_a_wrong_value_only_its_record() -> None:
    aeat, chain = Aeat(), Chain()
    good = chain.alta("1")
    assert fault(aeat.post(message(good, chain.alta("2", change=swap("sf:TipoHuella>", "sf:Tipo>"))))) == "4102"
    chain.last = None
    assert aeat.send(chain.alta("1"), chain.alta("2", kind="F9")) == [OK, refused(1106)]


def test_more_records_than_a_message_may_carry() -> None:
    records = [Chain().alta("1")] * 1001
    assert fault(Aeat().post(message(*records))) == "4114"


def test_the_last_day_of_verifactu_is_a_31_december_from_2027_on() -> None:
    header = "<sf:RemisionVoluntaria><sf:FechaFinVeriFactu>{}</sf:FechaFinVeriFactu></sf:RemisionVoluntaria>"
    aeat = Aeat(at=datetime(2027, 3, 1, tzinfo=UTC))
    assert fault(aeat.post(message(Chain().alta("1"), header=header.format("30-06-2027")))) == "4120"
    assert fault(aeat.post(message(Chain().alta("1"), header=header.format("31-12-2025")))) == "4120"
    assert lines(aeat.post(message(Chain(at=aeat.at).alta("1"), header=header.format("31-12-2027")))) == [OK]


def test_certificates() -> None:
    body = message(Chain().alta("1"))
    assert Aeat().post(body, anonymous=True).status == 401
    assert Aeat().post(body, b"not a certificate").status == 401
    assert Aeat(at=datetime(2029, 1, 1, tzinfo=UTC)).post(body).status == 401
    assert fault(Aeat().post(body, certificate(""))) == "4108"
    assert fault(Aeat().post(body, certificate("", "99999990S"))) == "4112"
    assert lines(Aeat().post(body, certificate(ISSUER, "99999990S"))) == [OK]
    assert lines(Aeat({f"power/99999990S/{ISSUER}": b"1"}).post(body, certificate("", "99999990S"))) == [OK]
    assert lines(Aeat({"collaborator/B00000034": b"1"}).post(body, certificate("B00000034"))) == [OK]
    assert lines(Aeat().post(body, certificate("B00000034", unit="Colaborador social"))) == [OK]


def test_a_named_representative_has_no_power_by_that() -> None:
    header = "<sf:Representante><sf:NombreRazon>R</sf:NombreRazon><sf:NIF>B00000034</sf:NIF></sf:Representante>"
    body = message(Chain().alta("1"), header=header)
    assert fault(Aeat().post(body, certificate("B00000034"))) == "4112"
    for power in (f"power/B00000034/{ISSUER}", f"successor/B00000034/{ISSUER}", "collaborator/B00000034"):
        reply = Aeat({power: b"1"}).post(body, certificate("B00000034"))
        assert content(reply).findtext("r:DatosPresentacion/sf:NIFPresentador", None, NS) == "B00000034"
    assert lines(Aeat().post(body, certificate("B88880000"))) == [OK]


def test_each_host_takes_its_own_kind_of_certificate() -> None:
    body = message(Chain().alta("1"))
    seal, person, unsaid = certificate(qc_type=SEAL), certificate(qc_type=SIGNATURE), certificate()
    for der, path, status in (
        (seal, SEALS, 200),
        (seal, SERVICE, 401),
        (person, SERVICE, 200),
        (person, SEALS, 401),
        (unsaid, SERVICE, 200),
        (unsaid, SEALS, 200),
    ):
        reply = Aeat().post(body, der, path=path)
        assert reply.status == status
        assert (status == 200) == (b"Envelope" in reply.body)


def test_tax_numbers() -> None:
    for good in "B00000018 B00000026 B00000034 99999990S 89890001K A39200019 X1234567L A00000000".split():
        assert is_nif(good), good
        assert is_in_census(good), good
    assert not is_nif("B00000019")
    assert not is_nif("99999990A")
    assert holder(b"", AT) is None


class Untold(dict[str, bytes]):
    """A book that may be asked for keys and never be walked over."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("the whole book was walked over")

    keys = items = values = __len__ = __iter__  # type: ignore[assignment]


def test_the_same_question_has_the_same_answer_and_the_book_is_not_touched() -> None:
    chain = Chain()
    aeat = Aeat()
    aeat.send(chain.alta("1"))
    book = MappingProxyType(dict(aeat.book))
    for body in (message(chain.alta("2"), chain.anulacion("1")), question()):
        request = SimulatorRequest(method="POST", path=SERVICE, headers={}, body=body, client_certificate=certificate())
        replies = [SIMULATOR.answer(book, request, AT, NoKeys(), "default") for _ in range(2)]
        assert replies[0] == replies[1]
        assert dict(book) == aeat.book


def test_a_book_is_asked_by_key_only() -> None:
    chain, book = Chain(), Untold()
    request = SimulatorRequest(
        method="POST", path=SERVICE, headers={}, body=message(chain.alta("1")), client_certificate=certificate()
    )
    reply = SIMULATOR.answer(book, request, AT, NoKeys(), "default")
    assert lines(reply) == [OK]
    assert len(reply.changes) <= 5


def test_a_thousand_records_in_one_message() -> None:
    aeat, chain = Aeat(), Chain()
    body = message(
        *(chain.alta(f"A/{n}", lines=LINE + taxed("10", "10.00"), tax="31.00", total="231.00") for n in range(1000))
    )
    started = time.perf_counter()
    reply = aeat.post(body)
    spent = time.perf_counter() - started
    assert set(lines(reply)) == {OK}
    assert len(reply.changes) <= 1000 + 10
    assert spent < 2, f"{spent:.3f} s"
    assert [number for number, *_ in found(aeat.post(question()))] == [f"A/{n}" for n in range(1000)]
