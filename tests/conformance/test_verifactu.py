"""Our records, messages and slim schema beside the AEAT's published schemas, vectors, samples and answers."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from jurisdictions.contract import Answer, InstructionKind, Sending
from jurisdictions.verifactu import JURISDICTION, codelists, huella, xsd
from jurisdictions.verifactu.remission.answers import Failure, Result, Trouble, result
from jurisdictions.verifactu.remission.messages import Query, question
from jurisdictions.verifactu.rules import table
from jurisdictions.verifactu.rules.sentences import SENTENCES
from jurisdictions.verifactu.settings import Extension
from schemas.document import Preceding, References
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import (
    TODAY,
    answer,
    chained,
    credit_note,
    instruction,
    invoice,
    party,
    sealed,
    sending,
    setting,
    tax,
)
from tests.official import official

pytestmark = pytest.mark.conformance

ROOT = official("verifactu")
FILES = {
    "RegistroAlta": "SuministroInformacion.xsd",
    "RegistroAnulacion": "SuministroInformacion.xsd",
    "RegFactuSistemaFacturacion": "SuministroLR.xsd",
    "ConsultaFactuSistemaFacturacion": "ConsultaLR.xsd",
}


class _Beside(etree.Resolver):
    """Finds the one remote import among the official files: no test goes to the network."""

    def resolve(self, url: str, public: str, context: object) -> object:  # type: ignore[override]
        if url.endswith("xmldsig-core-schema.xsd"):
            return self.resolve_filename(str(ROOT / "xsd" / "xmldsig-core-schema.xsd"), context)  # type: ignore[attr-defined]
        if url.endswith("XMLSchema.dtd"):
            return self.resolve_filename(str(ROOT / "xsd" / "empty.dtd"), context)  # type: ignore[attr-defined]
        return None


@cache
def schema(file: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Beside())
    return etree.XMLSchema(etree.parse(ROOT / "xsd" / file, parser))


def officially_valid(element: etree._Element) -> bool:
    alone = etree.fromstring(etree.tostring(element))
    return schema(FILES[etree.QName(element).localname]).validate(alone)


def judged(root: etree._Element) -> Iterator[etree._Element]:
    return (element for element in root.iter(etree.Element) if etree.QName(element).localname in FILES)


SAMPLES = sorted(path for path in (ROOT / "samples").rglob("*.xml") if "respuestas" not in path.parts)
OURS = {
    "F1": instruction(),
    "F2": instruction(invoice(simplified=True)),
    "F3": instruction(
        invoice(references=References(preceding=(Preceding(number="T&1", issue_date=TODAY),))),
        extension=Extension(tipo_factura="F3", ref_externa="x", descripcion="ñ" * 700),
    ),
    "R1": instruction(credit_note(), extension=Extension(tipo_factura="R1")),
    "R4": instruction(credit_note()),
    "R5": instruction(credit_note(simplified=True)),
    "R4-S": instruction(
        credit_note(
            kind=Kind.CORRECTIVE,
            references=References(
                preceding=(Preceding(number="1", issue_date=TODAY, tax_breakdown=invoice().tax_breakdown),)
            ),
        ),
        extension=Extension(tipo_rectificativa="S"),
    ),
    "rows": instruction(
        invoice(
            ("10.00", tax("10", surcharge="1.4")),
            ("5.00", tax(None, "E")),
            ("5.00", tax(None, "O")),
            ("6.00", tax("7", "L", "IGIC")),
            ("7.00", tax("4", "M", "IPSI")),
        )
    ),
    "NIF-IVA": instruction(invoice(("9.99", tax("0", "K")), customer=party(BE_VAT="BE0999000129"))),
    "GR": instruction(invoice(("9.99", tax("0", "AE")), customer=party(GR_VAT="094014201"))),
    "US": instruction(invoice(("200000000.00", tax(None, "G")), customer=party(US_EIN="12-3"), self_billed=True)),
    "subsanacion": instruction(kind=InstructionKind.CORRECT),
    "anulacion": instruction(kind=InstructionKind.CANCEL),
    "anulacion-registered": instruction(kind=InstructionKind.CANCEL, standing=Standing.REGISTERED),
}


def test_every_published_huella() -> None:
    with (ROOT / "hash" / "huella-vectors.tsv").open(encoding="utf-8", newline="") as file:
        vectors = list(csv.DictReader(file, delimiter="\t"))
    assert len(vectors) >= 5
    for vector in vectors:
        assert huella.sha256(vector["canonical_string"]) == vector["expected_huella"], vector["id"]
        fields = [pair.partition("=")[2] for pair in re.split(r"&(?=[A-Z]\w*=)", vector["canonical_string"])]
        if vector["kind"] == "alta":
            assert huella.alta(*fields) == vector["expected_huella"]
        elif vector["kind"] == "anulacion":
            assert huella.anulacion(*fields) == vector["expected_huella"]


@pytest.mark.parametrize("name", OURS)
def test_our_records_are_valid(name: str) -> None:
    record = etree.fromstring(sealed(OURS[name], "A-1 /&").body)
    assert officially_valid(record), schema("SuministroInformacion.xsd").error_log
    assert xsd.faults(record) == ()


@pytest.mark.parametrize("late", [False, True])
def test_our_messages_are_valid(late: bool) -> None:
    documents = chained(3)
    if late:
        assert JURISDICTION.seal.link is not None
        cancel = sealed(OURS["anulacion"], previous=JURISDICTION.seal.link(documents[-1].body))
        documents = (*documents, sending(cancel, "sub_x", InstructionKind.CANCEL))
    step = JURISDICTION.exchange.begin(documents, setting(900 if late else 1))
    message = etree.fromstring(b"".join(piece for piece in step.asks[0].body if isinstance(piece, bytes)))
    (content,) = (one for one in judged(message) if etree.QName(one).localname == "RegFactuSistemaFacturacion")
    assert officially_valid(content)
    assert len([one for one in judged(message) if huella.is_record(one)]) == len(documents)
    assert JURISDICTION.law.judge(etree.tostring(message)).verdict == "valid"


@pytest.mark.parametrize(
    "query",
    [
        Query(period="2026-11"),
        Query(period="2026-11", number="A&1"),
        Query(period="2026-11", day="20-11-2026", page=("B00000018", "A<1", "20-11-2026")),
    ],
)
def test_our_questions_are_valid(query: Query) -> None:
    (content,) = judged(etree.fromstring(question("B00000018", "Emisora & Hijos", query)))
    assert officially_valid(content), schema("ConsultaLR.xsd").error_log


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_slim_schema_agrees_on_every_sample(path: Path) -> None:
    root = etree.parse(path).getroot()
    for element in judged(root):
        alone = etree.fromstring(etree.tostring(element))
        assert (xsd.faults(alone) == ()) is officially_valid(element), etree.QName(element).localname


def test_the_slim_schema_agrees_on_every_record_with_one_element_less_or_twice() -> None:
    """Order, presence and choice: each element of our records is dropped, doubled and emptied in turn."""
    for name in ("rows", "R4-S", "US", "anulacion"):
        body = sealed(OURS[name]).body
        for place in range(1, len(list(etree.fromstring(body).iter()))):
            for change in (_dropped, _doubled, _emptied):
                record = etree.fromstring(body)
                change(list(record.iter())[place])
                assert (xsd.faults(record) == ()) is officially_valid(record), (name, place, change.__name__)


def _dropped(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def _doubled(element: etree._Element) -> None:
    element.addnext(etree.fromstring(etree.tostring(element)))


def _emptied(element: etree._Element) -> None:
    element.text = None


def test_the_lists_of_the_slim_schema_are_the_published_ones() -> None:
    published = _lists(ROOT / "xsd" / "SuministroInformacion.xsd")
    ours = _lists(Path(xsd.__file__).parent / "registro.xsd")
    assert codelists.COUNTRIES in published
    assert ours <= published


def _lists(path: Path) -> set[frozenset[str]]:
    name = "{http://www.w3.org/2001/XMLSchema}"
    found = set()
    for restriction in etree.parse(path).getroot().iter(f"{name}restriction"):
        values = frozenset(one.get("value") or "" for one in restriction.iter(f"{name}enumeration"))
        if values:
            found.add(values)
    return found


def test_every_published_code_has_its_family() -> None:
    of = {
        "reject_message": codelists.is_message_code,
        "reject_record": codelists.is_record_code,
        "accepted_with_errors": codelists.is_warning_code,
    }
    with (ROOT / "errores" / "errores.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            assert [family for family, belongs in of.items() if belongs(row["code"])] == [row["family"]], row["code"]


# ------------------------------------------------------------------------------------------------ answers


def recorded(name: str, status: int = 200) -> Answer:
    return answer((ROOT / "samples" / "respuestas" / name).read_bytes(), status=status)


@pytest.mark.parametrize(
    ("name", "csv_", "states", "code"),
    [
        ("accepted.xml", "A-YDSW8NLFLANWPM", ["Correcto"], None),
        ("accepted-with-errors.xml", "A-X2CPJ3HE3AFADY", ["AceptadoConErrores"], "2005"),
        ("josemmo-correct-3-lines.xml", "A-86U4KHPACUMVZE", ["Correcto"] * 3, None),
        ("josemmo-incorrect-3002.xml", None, ["Incorrecto"], "3002"),
    ],
)
def test_recorded_answers(name: str, csv_: str | None, states: list[str], code: str | None) -> None:
    read = result(recorded(name))
    assert isinstance(read, Result)
    assert (read.csv, read.wait, [line.state for line in read.lines]) == (csv_, 60, states)
    assert read.lines[-1].code == code


def test_a_recorded_answer_settles_records() -> None:
    def of(number: str, day: str, kind: InstructionKind) -> Sending:
        given = {"nif": "A00000000", "number": number, "date": day, "huella": "F" * 64, "period": "2025-10"}
        return sending(sealed(), f"sub_{number}", kind, attributes=given)

    documents = (
        of("TEST-202510-120", "11-10-2025", InstructionKind.CANCEL),
        of("TEST-202510-123", "13-10-2025", InstructionKind.CORRECT),
        of("TEST-202510-124", "13-10-2025", InstructionKind.ISSUE),
    )
    step = JURISDICTION.exchange.begin(documents, setting())
    given = recorded("josemmo-correct-3-lines.xml")
    done = JURISDICTION.exchange.resume(documents, step.memo, {"registro": given}, setting())
    assert [done.outcomes[one.submission].state for one in documents] == [SubmissionState.ACCEPTED] * 3
    assert [done.outcomes[one.submission].standing for one in documents] == [
        Standing.CANCELLED,
        Standing.REGISTERED,
        Standing.REGISTERED,
    ]


def test_recorded_refusals() -> None:
    fault = result(recorded("soapfault.xml", 500))
    assert isinstance(fault, Failure)
    assert (fault.trouble, fault.code) == (Trouble.REFUSED, "4102")
    assert fault.message.startswith("El XML no cumple el esquema.")
    page = result(recorded("certificate_issue.min.html"))
    assert isinstance(page, Failure)
    assert (page.trouble, page.code) == (Trouble.REFUSED, "CERTIFICATE")


# ------------------------------------------------------------------------------------------------ judgement


@pytest.mark.parametrize("name", ["registration-record-f2.xml", "cancellation-record.xml"])
def test_records_of_others_are_valid(name: str) -> None:
    judgement = JURISDICTION.law.judge((ROOT / "samples" / "josemmo" / name).read_bytes())
    assert (judgement.verdict, judgement.findings) == ("valid", ())


def test_a_record_with_made_up_nifs_is_told_of_them_and_of_nothing_else() -> None:
    judgement = JURISDICTION.law.judge((ROOT / "samples" / "josemmo" / "registration-record-f1.xml").read_bytes())
    assert {found.external_code for found in judgement.findings} == {"1120", "1123", "1176"}


def test_the_signed_record_of_the_aeat_is_valid() -> None:
    path = ROOT / "samples" / "aeat-firma-doc" / "ejemploRegistro.xml"
    assert JURISDICTION.law.judge(path.read_bytes()).findings == ()


MADE_UP = {"1152", "1262", "2000", "2002"}
"""What the service's own sample messages break: placeholders for huellas, and days before the first."""


@pytest.mark.parametrize(
    "path", sorted((ROOT / "samples" / "aeat-ws-doc-filled").glob("*.xml")), ids=lambda path: path.stem
)
def test_sample_messages_break_nothing_but_their_placeholders(path: Path) -> None:
    judgement = JURISDICTION.law.judge(path.read_bytes())
    codes = {found.external_code for found in judgement.findings}
    if path.stem.split("-")[1].startswith("11."):
        assert codes == {"4109"}
    elif path.stem.split("-")[1].startswith("10."):
        assert codes <= MADE_UP | {"4126"} and "4126" in codes
    else:
        assert codes - {None} <= MADE_UP and "2000" in codes
    assert {layer.name: layer.verdict for layer in judgement.layers}["schema"] == "passed"


def test_answers_are_not_judged() -> None:
    asked = JURISDICTION.law.judge((ROOT / "samples" / "respuestas" / "accepted.xml").read_bytes())
    assert (asked.verdict, asked.recognised) == ("undecided", True)


# ------------------------------------------------------------------------------------------------ codes


def _published_codes() -> dict[str, str]:
    with (ROOT / "errores" / "errores.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["code"]: row["text_es"] for row in rows}


def test_the_table_has_every_published_code_and_no_other() -> None:
    assert set(table.codes()) == set(_published_codes())


def test_sentences_are_our_own() -> None:
    texts = {" ".join(text.lower().split()) for text in _published_codes().values()}
    for sentence in SENTENCES.values():
        assert sentence.text.lower().rstrip(".") not in {text.rstrip(".") for text in texts}


def test_qr_urls() -> None:
    with (ROOT / "qr" / "qr-urls.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["mode"] == "verifactu"]
    hosts = {"test": codelists.QR_HOSTS["test"], "prod": codelists.QR_HOSTS["live"]}
    assert rows
    for row in rows:
        assert row["url"].startswith(f"{hosts[row['env']]}{codelists.QR_PATH}?nif=")
