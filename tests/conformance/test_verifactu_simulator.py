"""The simulated AEAT against the AEAT's own schemas, examples, error list and hash vectors."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from jurisdictions.verifactu.simulator import judging_with, structure, wording
from jurisdictions.verifactu.simulator import official as own
from jurisdictions.verifactu.simulator.chain import huella
from jurisdictions.verifactu.simulator.message import CONSULTATION, LR, operation
from jurisdictions.verifactu.simulator.record import Record
from tests.jurisdictions.verifactu.simulated import (
    BUYER,
    ISSUER,
    LINE,
    Aeat,
    Chain,
    certificate,
    content,
    fault,
    flags,
    foreign,
    lines,
    message,
    question,
)
from tests.official import official

pytestmark = pytest.mark.conformance

XSD = official("verifactu", "xsd")
SAMPLES = official("verifactu", "samples")
OWN = SAMPLES / "aeat-ws-doc-filled"


class Beside(etree.Resolver):
    """Finds the imported schemas beside each other, and nothing on the network."""

    def resolve(self, system_url: str, public_id: str, context: object) -> object:
        name = system_url.rsplit("/", 1)[-1]
        here = XSD / name
        return self.resolve_filename(str(here if here.exists() else XSD / "empty.dtd"), context)


@cache
def schema(name: str) -> etree.XMLSchema:
    parser = etree.XMLParser(load_dtd=False, no_network=True)
    parser.resolvers.add(Beside())
    return etree.XMLSchema(etree.parse(str(XSD / name), parser))


def check(name: str, reply_body: bytes) -> None:
    answer = etree.fromstring(reply_body)[-1][0]
    schema(name).assertValid(answer)


def record_of(path: Path) -> bytes:
    """A bare record, put into a message of its issuer."""
    text = path.read_text(encoding="utf-8")
    written = re.sub(r"<\?xml.*?\?>", "", text)
    nif = re.search(r"IDEmisorFactura(?:Anulada)?>(\w+)<", text)
    assert nif
    return message(written, nif=nif[1])


# ---------------------------------------------------------------- our answers are valid


def test_answers_to_records_are_valid() -> None:
    aeat, chain = Aeat(), Chain()
    bodies = [
        message(
            chain.alta("1", reference="r", flags=flags(Subsanacion="N")),
            chain.alta("2", total="500.00"),
            chain.alta("2"),
            chain.anulacion("1", flags=flags(RechazoPrevio="S")),
            chain.alta("4", middle=foreign("02", "DE123450000")),
            chain.alta("1"),
        ),
        message(chain.anulacion("none", flags=flags(SinRegistroPrevio="N"))),
        message(
            chain.alta("5"), header="<sf:RemisionVoluntaria><sf:Incidencia>S</sf:Incidencia></sf:RemisionVoluntaria>"
        ),
    ]
    for body in bodies:
        check("RespuestaSuministro.xsd", aeat.post(body).body)
    shown = "<c:DatosAdicionalesRespuesta><c:MostrarNombreRazonEmisor>S</c:MostrarNombreRazonEmisor>"
    shown += "<c:MostrarSistemaInformatico>S</c:MostrarSistemaInformatico></c:DatosAdicionalesRespuesta>"
    for body in (question(), question(shown=shown), question(month="02")):
        check("RespuestaConsultaLR.xsd", aeat.post(body).body)


# ---------------------------------------------------------------- the official examples


@pytest.mark.parametrize("name", [*sorted(path.name for path in OWN.glob("0*.xml")), "10-10.2.1.1.xml"])
def test_examples_of_the_service_description(name: str) -> None:
    """They date from September 2024 with placeholders for huellas: well formed, and today refused or flagged."""
    reply = Aeat().post((OWN / name).read_bytes(), certificate("", "89890001K"))
    if b"RemisionRequerimiento" in (OWN / name).read_bytes():
        assert fault(reply) == "4126"
        return
    check("RespuestaSuministro.xsd", reply.body)
    if name.startswith("06"):
        assert lines(reply) == [("AceptadoConErrores", 2000)], "an anulación without a record before it"
        return
    assert {state for state, _ in lines(reply)} == {"Incorrecto"}
    assert {code for _, code in lines(reply)} <= {1152, 3002}


@pytest.mark.parametrize("name", sorted(path.name for path in OWN.glob("0[1-3]*.xml")))
def test_examples_brought_to_today_are_accepted(name: str) -> None:
    body = (OWN / name).read_bytes().replace(b"13-09-2024", b"20-11-2026")
    aeat = Aeat()
    if name.startswith("02"):
        earlier = (OWN / "01-9.1.1.1.xml").read_bytes().replace(b"13-09-2024", b"20-11-2026")
        aeat.post(earlier, certificate("", "89890001K"))
    assert lines(aeat.post(body, certificate("", "89890001K"))) == [("AceptadoConErrores", 2000)]


@pytest.mark.parametrize("name", [f"{n}.xml" for n in ("11-11.1.1.1", "12-11.1.1.2", "13-11.1.1.3", "14-11.1.2.1")])
def test_examples_of_consultations(name: str) -> None:
    body = (OWN / name).read_bytes()
    assert fault(Aeat().post(body)) == "4116"
    reply = Aeat().post(body.replace(b"XXXXXXXXX", ISSUER.encode()))
    check("RespuestaConsultaLR.xsd", reply.body)
    assert content(reply).tag.endswith("RespuestaConsultaFactuSistemaFacturacion")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("registration-record-f2.xml", ("AceptadoConErrores", 2004)),
        ("cancellation-record.xml", ("Incorrecto", 3002)),
    ],
)
def test_records_of_another_implementation(name: str, expected: tuple[str, int]) -> None:
    reply = Aeat().post(record_of(SAMPLES / "josemmo" / name), certificate("A00000000"))
    check("RespuestaSuministro.xsd", reply.body)
    assert lines(reply) == [expected]


def test_a_record_of_another_implementation_with_made_up_tax_numbers() -> None:
    body = record_of(SAMPLES / "josemmo" / "registration-record-f1.xml")
    assert fault(Aeat().post(body)) == "4116"
    assert lines(Aeat().post(body.replace(b"00000000B", ISSUER.encode()))) == [("Incorrecto", 1123)]
    body = body.replace(b"00000000B", ISSUER.encode()).replace(b"11111111B", BUYER.encode())
    assert lines(Aeat().post(body))[0][0] == "AceptadoConErrores"


def test_the_signed_example() -> None:
    reply = Aeat().post(record_of(SAMPLES / "aeat-firma-doc" / "ejemploRegistro.xml"), certificate("", "89890001K"))
    check("RespuestaSuministro.xsd", reply.body)
    assert lines(reply)[0][1] != 2000


def test_official_huellas() -> None:
    for name in ("registration-record-f1.xml", "registration-record-f2.xml", "cancellation-record.xml"):
        one = Record(etree.parse(str(SAMPLES / "josemmo" / name)).getroot())
        assert huella(one) == one.get("Huella")
    one = Record(etree.parse(str(SAMPLES / "aeat-firma-doc" / "ejemploRegistro.xml")).getroot())
    assert huella(one) == one.get("Huella")


# ---------------------------------------------------------------- structure: as strict as the official schema

_REPAIRS = [
    (b">S1<", b">S9<"),
    (b"<sf:TipoImpositivo>21<", b"<sf:TipoImpositivo>21,0<"),
    (b"20-11-2026", b"2026-11-20"),
    (b"<sf:TipoFactura>F1</sf:TipoFactura>", b""),
    (b"<sf:NIF>B00000026</sf:NIF>", b""),
    (b"<sf:IDVersion>1.0<", b"<sf:IDVersion>1.1<"),
    (b"<sf:PrimerRegistro>S<", b"<sf:PrimerRegistro>N<"),
    (b"<sf:TipoHuella>01<", b"<sf:TipoHuella>02<"),
    (b"<sf:CuotaTotal>21.00<", b"<sf:CuotaTotal>21.000<"),
    (b"<sf:NombreRazonEmisor>Emisora<", b"<sf:NombreRazonEmisor>" + b"x" * 121 + b"<"),
    (b"<sf:RegistroAlta>", b"<sf:RegistroAlta><sf:Huella/>"),
    (b"</sf:RegistroAlta>", b"</sf:RegistroAlta><sf:RegistroAlta/>"),
    (LINE.encode(), LINE.encode() * 13),
]


@pytest.mark.parametrize("change", [(b"", b""), *_REPAIRS])
def test_what_the_official_schema_refuses_is_refused(change: tuple[bytes, bytes]) -> None:
    body = message(Chain().alta("1")).replace(*change) if change[0] else message(Chain().alta("1"))
    sound = schema("SuministroLR.xsd").validate(operation(body))
    assert structure.message_is_sound(operation(body)) == sound
    assert sound == (not change[0])
    reply = Aeat().post(body)
    assert sound or content(reply).tag.endswith("Fault") or {state for state, _ in lines(reply)} == {"Incorrecto"}


@pytest.mark.parametrize("path", sorted(OWN.glob("*.xml")), ids=lambda path: path.name)
def test_the_examples_are_sound_in_both_readings(path: Path) -> None:
    element = operation(path.read_bytes())
    if "Consulta" in element.tag:
        assert schema("ConsultaLR.xsd").validate(element)
        assert structure.flaw(element, CONSULTATION) is None
    else:
        assert schema("SuministroLR.xsd").validate(element)
        assert structure.flaw(element, LR) is None


def test_country_codes_are_the_official_ones() -> None:
    text = (XSD / "SuministroInformacion.xsd").read_text(encoding="utf-8")
    block = text[text.index('name="CountryType2"') :]
    block = block[: block.index("</simpleType>")]
    assert set(structure.COUNTRIES.split()) == set(re.findall(r'enumeration value="(\w\w)"', block))


def test_judging_with_the_official_schema() -> None:
    strict = Aeat(simulator=judging_with(lambda: schema("SuministroLR.xsd")))
    assert lines(strict.post(message(Chain().alta("1")))) == [("Correcto", 0)]
    assert fault(strict.post(message(Chain().alta("1").replace("<sf:IDVersion>1.0</sf:IDVersion>", "")))) == "4102"


def test_the_sandbox_finds_the_official_schema_where_the_environment_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(own.FOLDER, str(XSD.parent.parent))
    both = own.named()
    assert both is not None
    assert both.validate(operation(message(Chain().alta("1"))))
    assert both.validate(operation(question()))
    assert not both.validate(operation(message(Chain().alta("1").replace("F1", "F9"))))
    assert lines(Aeat().post(message(Chain().alta("1")))) == [("Correcto", 0)]
    monkeypatch.setenv(own.FOLDER, str(XSD))
    assert own.named() is None
    monkeypatch.delenv(own.FOLDER)
    assert own.named() is None


# ---------------------------------------------------------------- codes


@cache
def published() -> dict[int, tuple[str, str]]:
    """Family and text of each code."""
    with (official("verifactu", "errores", "errores.tsv")).open(encoding="utf-8", newline="") as rows:
        return {int(row["code"]): (row["family"], row["text_es"]) for row in csv.DictReader(rows, delimiter="\t")}


@pytest.mark.parametrize("code", sorted(published()))
def test_every_code_comes_when_it_is_asked_for(code: int) -> None:
    aeat, family = Aeat(), published()[code][0]
    reply = aeat.post(message(Chain().alta("1", description=f"Servicios [sim:{code}]")))
    if family == "reject_message":
        assert fault(reply) == str(code)
        assert [key for key in aeat.book if key.startswith("record/")] == []
        return
    state = "AceptadoConErrores" if code < 3000 and code >= 2000 else "Incorrecto"
    assert lines(reply) == [(state, code)]
    check("RespuestaSuministro.xsd", reply.body)


def test_every_code_with_a_text_is_official_and_no_sentence_is_theirs() -> None:
    theirs = {code: text for code, (_, text) in published().items()}
    ours = wording._TEXTS
    assert set(ours) <= set(theirs)
    assert len(set(ours)) > 150
    copied = [
        code for code in ours if wording.text(code).strip(". ") == theirs[code].strip(". ") and len(theirs[code]) > 60
    ]
    assert not copied
