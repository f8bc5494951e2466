"""The simulated AEAT: consultations and the QR."""

import json

import pytest

from jurisdictions.verifactu.simulator import consultation
from jurisdictions.verifactu.simulator.identity import holder
from jurisdictions.verifactu.simulator.message import operation
from tests.jurisdictions.verifactu.simulated import (
    AT,
    BUYER,
    ISSUER,
    NS,
    Aeat,
    Chain,
    certificate,
    content,
    fault,
    flags,
    foreign,
    found,
    question,
)


@pytest.fixture
def filled() -> tuple[Aeat, Chain]:
    aeat, chain = Aeat(), Chain()
    aeat.send(
        chain.alta("1"),
        chain.alta("2", total="500.00", reference="r2"),
        chain.alta("3", issued="05-11-2026", middle=foreign("02", "DE123456789")),
        chain.anulacion("1"),
        chain.alta("refused", middle=""),
        chain.alta("october", operation="31-10-2026"),
    )
    return aeat, chain


def test_what_was_accepted_in_a_month(filled: tuple[Aeat, Chain]) -> None:
    aeat, chain = filled
    reply = aeat.post(question())
    states = [(number, state) for number, state, _ in found(reply)]
    assert states == [("1", "Anulado"), ("2", "AceptadoConErrores"), ("3", "Correcto")]
    assert content(reply).findtext("rc:ResultadoConsulta", None, NS) == "ConDatos"
    assert found(aeat.post(question(month="10"))) == [("october", "Correcto", chain.last[3])]
    assert content(aeat.post(question(month="09"))).findtext("rc:ResultadoConsulta", None, NS) == "SinDatos"


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ("<c:NumSerieFactura>2</c:NumSerieFactura>", ["2"]),
        ("<c:RefExterna>r2</c:RefExterna>", ["2"]),
        (
            f"<c:FechaExpedicionFactura>{flags(FechaExpedicionFactura='05-11-2026')}</c:FechaExpedicionFactura>",
            ["3"],
        ),
        (
            "<c:NumSerieFactura>2</c:NumSerieFactura>"
            f"<c:FechaExpedicionFactura>{flags(FechaExpedicionFactura='20-11-2026')}</c:FechaExpedicionFactura>",
            ["2"],
        ),
        (
            "<c:FechaExpedicionFactura><sf:RangoFechaExpedicion><sf:Desde>06-11-2026</sf:Desde></sf:RangoFechaExpedicion>"
            "</c:FechaExpedicionFactura>",
            ["1", "2"],
        ),
        (
            "<c:Contraparte><sf:NombreRazon>C</sf:NombreRazon><sf:IDOtro><sf:IDType>02</sf:IDType><sf:ID>DE123456789"
            "</sf:ID></sf:IDOtro></c:Contraparte>",
            ["3"],
        ),
        (
            "<c:SistemaInformatico><sf:NombreRazon>P</sf:NombreRazon><sf:NIF>B00000034</sf:NIF><sf:IdSistemaInformatico>EG"
            "</sf:IdSistemaInformatico><sf:NumeroInstalacion>2</sf:NumeroInstalacion></c:SistemaInformatico>",
            [],
        ),
    ],
)
def test_filters(filled: tuple[Aeat, Chain], filters: str, numbers: list[str]) -> None:
    assert [number for number, *_ in found(filled[0].post(question(filters)))] == numbers


def test_names_and_systems_are_shown_on_demand(filled: tuple[Aeat, Chain]) -> None:
    shown = "<c:DatosAdicionalesRespuesta><c:MostrarNombreRazonEmisor>S</c:MostrarNombreRazonEmisor>"
    shown += "<c:MostrarSistemaInformatico>S</c:MostrarSistemaInformatico></c:DatosAdicionalesRespuesta>"
    plain, full = content(filled[0].post(question())), content(filled[0].post(question(shown=shown)))
    assert plain.find(".//rc:SistemaInformatico", NS) is None
    assert plain.find(".//rc:NombreRazonEmisor", NS) is None
    assert full.find(".//rc:SistemaInformatico", NS) is not None
    assert full.findtext(".//rc:NombreRazonEmisor", None, NS) == "Emisora"


def test_pages(filled: tuple[Aeat, Chain]) -> None:
    aeat, _ = filled
    who = holder(certificate(), AT)
    first = consultation.answer(aeat.book, operation(question()), who, page=2)
    assert [number for number, *_ in found(first)] == ["1", "2"]
    assert content(first).findtext("rc:IndicadorPaginacion", None, NS) == "S"
    key = content(first).find("rc:ClavePaginacion", NS)
    after = flags(IDEmisorFactura=key[0].text, NumSerieFactura=key[1].text, FechaExpedicionFactura=key[2].text)
    last = consultation.answer(
        aeat.book, operation(question(f"<c:ClavePaginacion>{after}</c:ClavePaginacion>")), who, page=2
    )
    assert [number for number, *_ in found(last)] == ["3"]
    assert content(last).findtext("rc:IndicadorPaginacion", None, NS) == "N"


def test_the_recipient_asks(filled: tuple[Aeat, Chain]) -> None:
    asker = f"<sf:Destinatario><sf:NombreRazon>C</sf:NombreRazon><sf:NIF>{BUYER}</sf:NIF></sf:Destinatario>"
    party = f"<c:Contraparte><sf:NombreRazon>E</sf:NombreRazon><sf:NIF>{ISSUER}</sf:NIF></c:Contraparte>"
    reply = filled[0].post(question(party, asker=asker), certificate(BUYER))
    assert [number for number, *_ in found(reply)] == ["2"]
    assert fault(filled[0].post(question(party, asker=asker))) == "4132"
    assert (
        fault(filled[0].post(question(asker=f"{asker}{flags(IndicadorRepresentante='S')}"), certificate(BUYER)))
        == "1261"
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (question(month="13"), "1248"),
        (question("<c:Otro/>"), "4102"),
        (
            question(
                "<c:FechaExpedicionFactura><sf:RangoFechaExpedicion><sf:Desde>06-11-2026</sf:Desde><sf:Hasta>05-11-2026"
                "</sf:Hasta></sf:RangoFechaExpedicion></c:FechaExpedicionFactura>"
            ),
            "1250",
        ),
        (question().replace(ISSUER.encode(), b"XXXXXXXXX"), "4116"),
        (question().replace(ISSUER.encode(), BUYER.encode()), "4112"),
    ],
)
def test_consultations_that_are_refused(body: bytes, code: str) -> None:
    assert fault(Aeat().post(body)) == code


def test_a_subsanacion_moves_the_invoice_to_its_new_month() -> None:
    aeat, chain = Aeat(), Chain()
    aeat.send(chain.alta("1"))
    aeat.send(chain.alta("1", flags=flags(Subsanacion="S"), operation="31-10-2026"))
    assert found(aeat.post(question())) == []
    assert found(aeat.post(question(month="10"))) == [("1", "Correcto", chain.last[3])]
    aeat.send(chain.alta("1", flags=flags(Subsanacion="S")))
    assert len(found(aeat.post(question()))) == 1


def qr(aeat: Aeat, query: str) -> tuple[str, str]:
    answer = json.loads(aeat.get(f"/wlpl/TIKE-CONT/ValidarQR?{query}&formato=json").body)
    return answer["status"], answer.get("codigo_error") or answer["respuesta"]["resultado"]


def test_the_qr() -> None:
    aeat, chain = Aeat(), Chain()
    aeat.send(chain.alta("A&1"))
    query = f"nif={ISSUER}&numserie=A%261&fecha=20-11-2026&importe=121"
    assert qr(aeat, query) == ("OK", "00")
    assert qr(aeat, query.replace("121", "121.01")) == ("OK", "01")
    assert qr(aeat, f"nif={ISSUER}&numserie=1") == ("KO", "1003.1004")
    assert qr(aeat, query.replace("B00", "B01")) == ("KO", "2001")
    assert qr(aeat, query.replace("A%261", "1" * 61)) == ("KO", "2002")
    assert qr(aeat, query.replace("A%261", "%3D")) == ("KO", "2003")
    assert qr(aeat, query.replace("20-11-2026", "2026-11-20")) == ("KO", "2004")
    assert qr(aeat, query.replace("121", "121,0")) == ("KO", "2005")
    assert qr(aeat, query.replace("121", "121.000")) == ("KO", "2006")
    page = aeat.get(f"/wlpl/TIKE-CONT/ValidarQR?{query}")
    assert b"Encontrada" in page.body
    assert page.headers["content-type"].startswith("text/html")
    assert b'"02"' in aeat.get(f"/wlpl/TIKE-CONT/ValidarQRNoVerifactu?{query}&formato=json").body
    aeat.send(chain.anulacion("A&1"))
    assert qr(aeat, query) == ("OK", "01")
