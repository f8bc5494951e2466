"""The simulated certifier against SAT's own files and the samples of those who stamp for a living.

Samples are sealed anew with a certificate of the sandbox and dated now, since what they carry expired or never was.
"""

import ast
import csv
import datetime
import re
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from lxml import etree

from jurisdictions.cfdi.simulator import cancel_request, catalogues, certificates, structure
from jurisdictions.cfdi.simulator.cadena import of_comprobante, of_timbre
from jurisdictions.cfdi.simulator.census import Inscribed
from tests.jurisdictions.cfdi.simulated import (
    CFDI,
    ISSUED,
    PAGOS,
    PAGOS_SCHEMA,
    SCHEMA,
    XSI,
    Certifier,
    codes,
    holder,
    sealed,
    told,
)
from tests.official import official

pytestmark = pytest.mark.conformance

ROOT = official("cfdi")
TFD = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"
OURS = frozenset({f"{{{PAGOS}}}Pagos", TFD})
# What this certifier does not know: a revoked certificate, one of another issuer's names, a confirmation that was used,
# limits of the total, a year that has become the year before, and forms that the schema refuses first.
UNKNOWN = frozenset(
    {"CFDI40102", "CFDI40106", "CFDI40117", "CFDI40120", "CFDI40129", "CFDI40136", "CFDI40138", "CFDI40142"}
)
# Samples that break a rule which their makers did not ask: an accent, a use that the regime does not have, a payment in
# pesos without its rate. Besides them, many bear a company's regime on a person's RFC (CFDI40141).
FICTIONS = {
    "invoice-global": {"CFDI40130"},
    "cfdi-sample": {"CFDI40161"},
    "pagos-impuestos": {"CFDI40158", "CRP20204", "CRP20205", "CRP20211", "CRP20214"},
}
REFUSED_BY_FORM = frozenset({"301"})


def samples(*parts: str) -> list[Path]:
    return sorted((ROOT / "samples").joinpath(*parts).rglob("*.xml"))


def tree(path: Path) -> etree._Element:
    """The sample with SAT's schema addresses, a date of now, and no complement that is written for it elsewhere."""
    text = path.read_text("utf-8-sig").replace("%fecha-timbrado%", ISSUED)
    root = etree.fromstring(text.encode(), etree.XMLParser(remove_comments=True))
    root.set("Fecha", ISSUED)
    known = SCHEMA
    if root.find(f"{{{CFDI}}}Complemento/{{{PAGOS}}}Pagos") is not None:
        known = f"{SCHEMA} {PAGOS_SCHEMA}"
    root.set(f"{{{XSI}}}schemaLocation", known)
    for timbre in root.findall(f"{{{CFDI}}}Complemento/{TFD}"):
        timbre.getparent().remove(timbre)
    return root


def foreign(root: etree._Element) -> bool:
    """Whether the sample carries a complement that is not of this certifier's."""
    complements = [*root.iterfind(f"{{{CFDI}}}Complemento/*"), *root.iterfind(f".//{{{CFDI}}}ComplementoConcepto/*")]
    return root.tag != f"{{{CFDI}}}Comprobante" or any(one.tag not in OURS for one in complements)


def rows(*parts: str, delimiter: str = "\t") -> list[dict[str, str]]:
    with ROOT.joinpath(*parts).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def posted(root: etree._Element) -> tuple[Certifier, bytes]:
    """A certifier whose census holds the sample's receiver, and the sample sealed by its issuer."""
    issuer, receiver = root.find(f"{{{CFDI}}}Emisor"), root.find(f"{{{CFDI}}}Receptor")
    assert issuer is not None
    assert receiver is not None
    pac = Certifier()
    entry = Inscribed(
        receiver.get("Nombre") or "",
        receiver.get("DomicilioFiscalReceptor") or "",
        (receiver.get("RegimenFiscalReceptor") or "",),
    )
    pac.book[f"census/{receiver.get('Rfc')}"] = msgspec.json.encode(entry)
    return pac, sealed(etree.tostring(root, encoding="UTF-8"), by=holder(issuer.get("Rfc") or ""))


# ---------------------------------------------------------------- what is right


def right_samples() -> Iterator[Path]:
    flagged = {row["path"] for row in csv_flags()}
    for path in samples():
        name = path.relative_to(ROOT / "samples").as_posix()
        if "error" in name or name in flagged or name in INVALID:
            continue
        yield path


def csv_flags() -> Iterator[dict[str, str]]:
    lines = (ROOT / "samples" / "BUSINESS_FLAGS.tsv").read_text("utf-8").splitlines()[1:]
    for line in lines:
        path, _, flags = line.partition("\t")
        if flags.strip():
            yield {"path": path}


INVALID = {
    row["path"].removeprefix("samples/")
    for row in rows("samples", "VERDICTS.tsv")
    if row["version"] != "4.0" or not row["xsd_after_filling_seal_attrs"].startswith("valid")
}


@pytest.mark.parametrize("path", list(right_samples()), ids=lambda path: path.name)
def test_what_is_right_is_stamped(path: Path) -> None:
    root = tree(path)
    if foreign(root):
        pytest.skip("carries a complement that this certifier does not take")
    pac, xml = posted(root)
    reply = pac.post(xml)
    if reply.status != 200:
        assert codes(reply) <= FICTIONS.get(path.stem, {"CFDI40141"}), reply.body.decode()


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize("path", samples("ntlink", "cfdi-error"), ids=lambda path: path.stem)
def test_what_is_wrong_is_refused(path: Path) -> None:
    root = tree(path)
    issuer = root.find(f"{{{CFDI}}}Emisor")
    assert issuer is not None
    by = holder(issuer.get("Rfc") or "")
    found = codes(Certifier().post(sealed(etree.tostring(root, encoding="UTF-8"), by=by)))
    if path.stem not in UNKNOWN and found != REFUSED_BY_FORM:
        wanted = {"CFDI40144": "CFDI40143", "CFDI40145": "CFDI40143", "CFDI40139": "CFDI40139"}
        assert wanted.get(path.stem, path.stem) in found


@pytest.mark.parametrize("path", samples("ntlink", "pagos-error"), ids=lambda path: path.stem)
def test_a_wrong_receipt_of_payment_is_refused(path: Path) -> None:
    root = tree(path)
    issuer = root.find(f"{{{CFDI}}}Emisor")
    assert issuer is not None
    by = holder(issuer.get("Rfc") or "")
    assert codes(Certifier().post(sealed(etree.tostring(root, encoding="UTF-8"), by=by)))


@pytest.mark.parametrize("path", samples("ntlink", "cfdi-error"), ids=lambda path: path.stem)
def test_the_samples_own_seals_do_not_stand(path: Path) -> None:
    assert codes(Certifier().post(path.read_bytes())) <= {"301", "302"}


# ---------------------------------------------------------------- cadenas, structure, certificates, catalogues


def test_the_cadenas_are_sats() -> None:
    compared = 0
    for row in rows("vectors", "cadena_vectors.tsv"):
        root = etree.fromstring((ROOT / row["sample"]).read_bytes())
        if foreign(root):
            continue
        assert sha256(of_comprobante(root).encode()).hexdigest() == row["sha256_of_cadena"], row["sample"]
        timbre = root.find(f"{{{CFDI}}}Complemento/{TFD}")
        if timbre is not None and row["cadena_tfd"]:
            assert of_timbre(timbre) == row["cadena_tfd"]
        compared += 1
    assert compared > 100


@pytest.mark.parametrize("file", ["Comprobante", "Pagos"])
def test_the_structure_names_what_sats_schema_names(file: str) -> None:
    """Every attribute of SAT's schema, required or not, stands in our shapes, and no other."""
    ours = structure._CFDI if file == "Comprobante" else structure._PAGOS
    theirs: dict[str, dict[str, bool]] = {}
    for line in (ROOT / f"{file}_structure.tsv").read_text("utf-8").splitlines():
        kind, path, *rest = line.split("\t")
        node, _, attribute = path.partition("/@")
        if kind == "ELEM":
            theirs.setdefault(node, {})
        elif kind == "ATTR":
            theirs[node][attribute] = rest[0].startswith("required")
    mine = dict(_shapes(ours, file, f"/{file}"))
    not_ours = ("/Complemento", "/Addenda", "/ComplementoConcepto")
    assert mine == {path: names for path, names in theirs.items() if not path.endswith(not_ours)}


def _shapes(shapes: dict[str, structure._Shape], name: str, path: str) -> Iterator[tuple[str, dict[str, bool]]]:
    shape = shapes[name]
    yield path, {attribute: attribute in shape.required for attribute in shape.attributes}
    for child in shape.children:
        if child.shape in shapes:
            yield from _shapes(shapes, child.shape, f"{path}/{child.tag.rpartition('}')[2]}")


def test_the_facts_of_sats_test_certificates() -> None:
    seen = 0
    for row in rows("certs", "CERTS.tsv"):
        path = ROOT / "certs" / row["file"]
        found = certificates.read(path.read_bytes()) if path.exists() else None
        if found is None:
            continue
        identity = row["x500UniqueIdentifier(RFC / RFC rep)"].split(" / ")[0].strip()
        identity = identity or row["file"].split("_")[0].upper()
        assert found.number == row["no_certificado"]
        assert found.rfc == identity
        assert found.purpose == ("fiel" if "key_agreement" in row["key_usage"] else "csd"), row["file"]
        seen += 1
    assert seen > 30


def test_sats_own_test_certificate_is_not_trusted_unless_the_book_says_so() -> None:
    der = (ROOT / "certs" / "eku9003173c9_csd.cer").read_bytes()
    assert not certificates.issued_by(der, holder("sandbox").der)


def test_the_timbre_is_valid_by_sats_schema() -> None:
    schemas = ROOT / "schemas" / "cfd"
    schema = etree.XMLSchema(etree.parse(str(schemas / "TimbreFiscalDigital" / "TimbreFiscalDigitalv11.xsd")))
    timbre = etree.fromstring(told(Certifier().post(sealed(), path="/cfdi33/stamp/v1"))["data"]["tfd"])
    schema.assertValid(timbre)


SIGNED = (
    "cancel/cancelacion.xml",
    "cancel/xmlcancelacion_cancellation-signed.xml",
    "pac/finkok/cancel-cancelsignature-format.xml",
)


@pytest.mark.parametrize("name", SIGNED)
def test_others_requests_to_cancel_are_read_and_their_signatures_stand(name: str) -> None:
    """The samples were written in lines after they were signed: without those lines digest and signature are right."""
    root = etree.fromstring(ROOT.joinpath(name).read_bytes(), etree.XMLParser(remove_blank_text=True))
    found = cancel_request.read(etree.tostring(root))
    assert isinstance(found, cancel_request.CancelRequest), found
    assert found.folios[-1].motive == "02"
    spoiled = cancel_request.read(etree.tostring(root).replace(b'Motivo="02"', b'Motivo="03"'))
    assert getattr(spoiled, "code", None) == "302"


def test_a_request_of_satcfdi_is_read() -> None:
    recorded = msgspec.json.decode((ROOT / "pac" / "satcfdi_test_pac_swsapien" / "test_cancel_xml.json").read_bytes())
    found = cancel_request.read(ast.literal_eval(recorded["files"][0][1][1]))
    assert isinstance(found, cancel_request.CancelRequest), found
    assert found.folios[0].replacement == ""


@pytest.mark.parametrize(
    ("file", "root", "known"),
    [
        ("implocal/implocal.xsd", "ImpuestosLocales", structure._COMPLEMENTS[structure.LOCAL]),
        ("leyendasFiscales/leyendasFisc.xsd", "LeyendasFiscales", structure._COMPLEMENTS[structure.LEGENDS]),
    ],
)
def test_the_small_complements_are_sats(file: str, root: str, known: tuple[str, dict[str, structure._Shape]]) -> None:
    """Every element and attribute of SAT's schema, required or not."""
    xs = "{http://www.w3.org/2001/XMLSchema}"
    schema = etree.parse(str(ROOT / "schemas" / "cfd" / file)).getroot()
    theirs = {
        node.get("name"): {
            one.get("name"): one.get("use") == "required" for one in node.findall(f"{xs}complexType/{xs}attribute")
        }
        for node in schema.iter(f"{xs}element")
    }
    assert known[0] == root
    ours = {name: {one: one in shape.required for one in shape.attributes} for name, shape in known[1].items()}
    assert ours == theirs


def test_the_catalogues_are_sats() -> None:
    day = datetime.date(2026, 11, 20).isoformat()
    live = [row for row in rows("catalogs", "csv", "cfdi_40_usos_cfdi.csv", delimiter=",")]
    assert set(catalogues.USES) == {row["id"] for row in live}
    for row in live:
        regimes = set(re.findall(r"[0-9]{3}", row["regimenes_fiscales_receptores"]))
        assert catalogues.USES[row["id"]] & regimes == regimes, row["id"]
        assert (row["id"] in catalogues.USES_OF_PEOPLE) == (row["aplica_moral"] != "1")
    regimes_file = rows("catalogs", "csv", "cfdi_40_regimenes_fiscales.csv", delimiter=",")
    assert {row["id"] for row in regimes_file if row["aplica_moral"]} == catalogues.REGIMES_OF_COMPANIES
    assert {row["id"] for row in regimes_file if row["aplica_fisica"]} == catalogues.REGIMES_OF_PEOPLE
    forms = rows("catalogs", "csv", "cfdi_40_formas_pago.csv", delimiter=",")
    assert {row["id"] for row in forms} == catalogues.PAYMENT_FORMS
    for row in rows("catalogs", "csv", "cfdi_40_monedas.csv", delimiter=","):
        if not row["vigencia_hasta"] or row["vigencia_hasta"] >= day:
            assert catalogues.currency_decimals(row["id"]) == int(row["decimales"]), row["id"]


def test_the_zones_of_the_postal_codes_are_sats() -> None:
    """Each zone of the catalogue is among those that the place's prefix may keep."""
    names = {
        "centro": "America/Mexico_City",
        "frontera": "America/Matamoros",
        "noroeste": "America/Tijuana",
        "sureste": "America/Cancun",
    }
    with sqlite3.connect(f"file:{ROOT / 'catalogs' / 'cfdi40.sqlite'}?mode=ro", uri=True) as connection:
        columns = [row[1] for row in connection.execute("pragma table_info(cfdi_40_codigos_postales_min)")]
        listed = connection.execute("select * from cfdi_40_codigos_postales_min").fetchall()
    zone = next((columns.index(name) for name in columns if "huso" in name), None)
    if zone is None:
        pytest.skip("the catalogue at hand has no zones")
    for row in listed:
        words = str(row[zone]).lower()
        for word, name in names.items():
            if words.endswith(word):
                assert name in catalogues.zones(str(row[0])), row
