"""Our CFDI against SAT's published files: schema, cadenas, certificates, catalogues, and other people's documents."""

import csv
import sqlite3
from base64 import b64decode
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from lxml import etree

from jurisdictions.cfdi import JURISDICTION, codelists
from jurisdictions.cfdi.cadena import ForeignComplement, cadena, stamp_cadena
from jurisdictions.cfdi.certificate import read_certificate
from tests.jurisdictions.cfdi import invoices
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.simulated import Holder
from tests.official import official

pytestmark = pytest.mark.conformance

ROOT = official("cfdi")
CFDI = "{http://www.sat.gob.mx/cfd/4}"
TFD = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"
OUTSIDE = frozenset("TNP")
csv.field_size_limit(10**7)


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """SAT's own schema, its imports found in the folder of the official artefacts."""

    class Local(etree.Resolver):
        def resolve(self, url, public_id, context):
            path = url.partition("/sitio_internet/cfd/")[2]
            found = ROOT / "schemas" / "cfd" / path
            return self.resolve_filename(str(found), context) if path and found.is_file() else None

    parser = etree.XMLParser()
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.parse(str(ROOT / "schemas" / "cfd" / "4" / "cfdv40.xsd"), parser))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_we_seal_is_valid_under_the_official_schema(schema: etree.XMLSchema, name: str) -> None:
    root = etree.fromstring(invoices.seal(DOCUMENTS[name]()).body)
    assert schema.validate(root), schema.error_log


def vectors() -> Iterator[tuple[str, str, str]]:
    for row in rows("vectors/cadena_vectors.tsv"):
        root = etree.parse(str(ROOT / row["sample"])).getroot()
        if root.tag == f"{CFDI}Comprobante":
            yield row["sample"], row["cadena_original"], row["cadena_tfd"]


def test_every_cadena_within_our_scope_is_the_published_one() -> None:
    compared, foreign = 0, 0
    for sample, expected, expected_stamp in vectors():
        root = etree.parse(str(ROOT / sample)).getroot()
        stamp = next(root.iter(TFD), None)
        if stamp is not None:
            assert stamp_cadena(stamp) == expected_stamp, sample
        try:
            assert cadena(root) == expected, sample
            compared += 1
        except ForeignComplement:
            foreign += 1
    assert compared >= 60
    assert foreign


def test_the_seal_is_verified_by_an_independent_reading_of_the_field_order() -> None:
    """The cadena here comes from SAT's table of field order, not from our own."""
    for make in DOCUMENTS.values():
        root = etree.fromstring(invoices.seal(make()).body)
        certificate = x509.load_der_x509_certificate(b64decode(root.attrib["Certificado"]))
        public = certificate.public_key()
        assert isinstance(public, RSAPublicKey)
        public.verify(b64decode(root.attrib["Sello"]), _tabled(root).encode(), PKCS1v15(), SHA256())


def _tabled(root: etree._Element) -> str:
    table: dict[str, list[tuple[str, str]]] = {}
    for line in (ROOT / "cadena_order.tsv").read_text("utf-8").splitlines():
        if not line.startswith("#") and line.count("\t") == 2:
            node, kind, item = line.split("\t")
            table.setdefault(node, []).append((kind, item))
    out: list[str] = []

    def emit(element: etree._Element, node: str) -> None:
        for kind, item in table[node]:
            if kind != "N":
                value = element.get(item[1:])
                if kind == "R" or value is not None:
                    out.append(" ".join((value or "").split()))
                continue
            path = item.split(" ")[0].rstrip("*")
            last = path.split("/")[-1]
            context = {"Traslado": f"{node}.Traslado", "Retencion": f"{node}.Retencion"}.get(last, last)
            if "/*" in item or context not in table:
                continue
            for child in element.findall("/".join(CFDI + step for step in path.split("/"))):
                emit(child, context)

    emit(root, "Comprobante")
    return "||" + "|".join(out) + "||"


def test_sats_own_test_csd_seals_what_we_write() -> None:
    folder = ROOT / "certs"
    key = load_der_private_key((folder / "cfdiutils_EKU9003173C9.key").read_bytes(), b"12345678a")
    assert isinstance(key, RSAPrivateKey)
    csd = Holder((folder / "cfdiutils_EKU9003173C9.cer").read_bytes(), key)
    body = invoices.seal(vault=invoices.Vault(csd)).body
    assert etree.fromstring(body).get("NoCertificado") == "30001000000500003416"
    assert JURISDICTION.law.judge(body).verdict == "valid"


def test_certificates_are_read_whatever_letters_they_carry() -> None:
    read = 0
    for row in rows("certs/CERTS.tsv"):
        path = ROOT / "certs" / row["file"]
        if path.suffix != ".cer" or not path.is_file():
            continue
        certificate = read_certificate(path.read_bytes())
        assert certificate.number == row["no_certificado"], path.name
        stem = path.stem.removesuffix("_csd").upper()
        if path.stem.endswith("_csd"):
            assert certificate.rfc == stem, path.name
            read += 1
    assert read > 20


def valid_samples() -> list[str]:
    """Samples with no flag, of types I and E, sealed or sealable as they stand: the schema accepts them unfilled."""
    flagged = {r["path"]: next(iter(list(r.values())[1:]), "") for r in rows("samples/BUSINESS_FLAGS.tsv")}
    found = []
    for row in rows("samples/VERDICTS.tsv"):
        path = row["path"].removeprefix("samples/")
        usable = row["xsd_after_filling_seal_attrs"] == "valid" and row["template"] != "template"
        if not usable or flagged.get(path) or row["pac_code_expected"]:
            continue
        root = etree.parse(str(ROOT / "samples" / path)).getroot()
        if root.get("TipoDeComprobante") not in OUTSIDE and root.get("Sello") is not None:
            found.append(path)
    return found


@pytest.mark.parametrize("path", valid_samples())
def test_no_false_alarm_on_a_valid_sample(path: str) -> None:
    judgement = JURISDICTION.law.judge((ROOT / "samples" / path).read_bytes())
    assert judgement.verdict in ("valid", "undecided"), judgement.findings
    if judgement.verdict == "undecided":
        assert "CFDI-SCOPE-01" in {found.rule for found in judgement.findings}


def test_payments_and_foreign_complements_are_undecided_never_valid() -> None:
    path = ROOT / "samples" / "cfdiutils" / "created-cfdi40-pago20-valid.xml"
    judgement = JURISDICTION.law.judge(path.read_bytes())
    assert judgement.verdict == "undecided"
    assert {found.found for found in judgement.findings} >= {"TipoDeComprobante P"}


JUDGED = frozenset("40103 40105 40108 40109 40111 40112 40114 40115 40121 40123 40124 40126 40130 40132 40133".split())


@pytest.mark.parametrize("code", sorted(JUDGED))
def test_a_pac_error_sample_is_refused_with_its_code(code: str) -> None:
    document = (ROOT / "samples" / "ntlink" / "cfdi-error" / f"CFDI{code}.xml").read_bytes()
    judgement = JURISDICTION.law.judge(document)
    assert judgement.verdict == "invalid"
    assert f"CFDI{code}" in {found.rule for found in judgement.findings}


def test_recorded_seals_hold_and_broken_ones_do_not() -> None:
    good = (ROOT / "samples" / "cfdiutils" / "cfdi40-valid.xml").read_bytes()
    verify = JURISDICTION.seal.verify
    assert verify is not None
    assert verify(good, None) == ()
    assert {f.external_code for f in verify(good.replace(b'Total="3327.01"', b'Total="3327.02"'), None)} == {"302"}


def catalogue(table: str) -> dict[str, tuple[date, date | None]]:
    with sqlite3.connect(f"file:{ROOT / 'catalogs' / 'cfdi40.sqlite'}?mode=ro", uri=True) as base:
        found = base.execute(f"select id, vigencia_desde, vigencia_hasta from {table}").fetchall()
    base.close()
    return {
        code: (date.fromisoformat(since or "2022-01-01"), date.fromisoformat(until) if until else None)
        for code, since, until in found
    }


@pytest.mark.parametrize(
    ("table", "ours"),
    [
        ("cfdi_40_formas_pago", codelists.PAYMENT_FORMS),
        ("cfdi_40_metodos_pago", codelists.PAYMENT_METHODS),
        ("cfdi_40_exportaciones", codelists.EXPORTS),
        ("cfdi_40_objetos_impuestos", codelists.TAX_OBJECTS),
        ("cfdi_40_tipos_relaciones", codelists.RELATIONS),
        ("cfdi_40_regimenes_fiscales", codelists.REGIMES),
        ("cfdi_40_usos_cfdi", codelists.USES),
        ("cfdi_40_meses", codelists.MONTHS),
        ("cfdi_40_periodicidades", codelists.PERIODICITIES),
    ],
)
def test_a_catalogue_has_the_official_codes_and_days(table: str, ours: dict[str, codelists.Entry]) -> None:
    assert {code: (row.valid_from, row.valid_until) for code, row in ours.items()} == catalogue(table)


def test_regimes_uses_currencies_and_countries_say_what_the_catalogues_say() -> None:
    folder = ROOT / "catalogs" / "csv"
    for row in _csv(folder / "cfdi_40_regimenes_fiscales.csv"):
        regime = codelists.REGIMES[row["id"]]
        assert (regime.natural, regime.legal) == (row["aplica_fisica"] == "1", row["aplica_moral"] == "1"), row
    for row in _csv(folder / "cfdi_40_usos_cfdi.csv"):
        use = codelists.USES[row["id"]]
        assert (use.natural, use.legal) == (row["aplica_fisica"] == "1", row["aplica_moral"] == "1"), row
        assert use.regimes == set(row["regimenes_fiscales_receptores"].replace(",", " ").split()), row
    currencies = {row["id"]: int(row["decimales"]) for row in _csv(folder / "cfdi_40_monedas.csv")}
    assert currencies == codelists.CURRENCY_DECIMALS
    countries = {row["id"] for row in _csv(folder / "cfdi_40_paises.csv")}
    assert set(codelists.COUNTRIES.values()) == countries - {"ZZZ"}


def test_the_rates_are_those_of_the_catalogue() -> None:
    taxes = {"ISR": "001", "IVA": "002", "IVA Crédito aplicado del 50%": "002", "IEPS": "003"}
    official_rates = {
        (
            taxes[row["impuesto"]],
            row["factor"],
            Decimal(row["minimo"]) if row["tipo"] == "Rango" else None,
            Decimal(row["valor"]),
            row["traslado"] == "1",
            row["retencion"] == "1",
        )
        for row in _csv(ROOT / "catalogs" / "csv" / "cfdi_40_reglas_tasa_cuota.csv")
    }
    ours = {(r.tax, r.factor, r.minimum, r.value, r.transferred, r.withheld) for r in codelists.RATES}
    assert ours == official_rates


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
