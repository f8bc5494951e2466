"""The cadena original, the certificates and the slim schema against SAT's published files and other people's."""

import csv
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from lxml import etree

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.cadena import ForeignComplement, cadena, stamp_cadena
from jurisdictions.cfdi.certificate import read_certificate
from jurisdictions.cfdi.xsd import faults, schema
from tests.jurisdictions.cfdi import invoices
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.simulated import Holder
from tests.official import official

pytestmark = pytest.mark.conformance

ROOT = official("cfdi")
CFDI = "{http://www.sat.gob.mx/cfd/4}"
TFD = "{http://www.sat.gob.mx/TimbreFiscalDigital}TimbreFiscalDigital"
FOREIGN = {
    "samples/gobl/fuel-account-balance.xml": "EstadoDeCuentaCombustible",
    "samples/ntlink/cfdi-samples/cfdi-donatarias.xml": "Donatarias",
    "samples/ntlink/cfdi-samples/cfdi-ine.xml": "INE",
    "samples/ntlink/cfdi-samples/complemento-con-sello.xml": "{http://www.sat.gob.mx/Pagos}Pagos",  # Pagos 1.0
    "samples/ntlink/cfdi-samples/vehiculo-usado.xml": "VehiculoUsado",
    "samples/satcfdi/create40/invoice_nomina.xml": "Nomina",
}
"""The vectors whose complement has a template that we do not have: refused by name."""
csv.field_size_limit(10**7)


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


VECTORS = rows("vectors/cadena_vectors.tsv")


def test_every_vector_is_compared_and_the_foreign_ones_are_refused_by_name() -> None:
    seen: Counter[str] = Counter()
    for row in VECTORS:
        root = etree.parse(str(ROOT / row["sample"])).getroot()
        assert root.tag == f"{CFDI}Comprobante", row["sample"]
        if row["sample"] in FOREIGN:
            with pytest.raises(ForeignComplement, match=FOREIGN[row["sample"]]):
                cadena(root)
            seen["foreign"] += 1
            continue
        assert cadena(root) == row["cadena_original"], row["sample"]
        seen["equal"] += 1
        seen[root.get("TipoDeComprobante", "")] += 1
        stamp = next(root.iter(TFD), None)
        if stamp is not None:
            assert stamp_cadena(stamp) == row["cadena_tfd"], row["sample"]
            seen["stamps"] += 1
    assert seen["foreign"] == len(FOREIGN)
    assert seen["equal"] == len(VECTORS) - len(FOREIGN) == 168
    assert seen["P"] > 90 and seen["stamps"] > 0, seen


def test_the_seal_is_verified_by_an_independent_reading_of_the_field_order() -> None:
    """The cadena here comes from SAT's table of field order, not from our own."""
    for make in DOCUMENTS.values():
        root = etree.fromstring(invoices.seal(make()).body)
        if root.find(f"{CFDI}Complemento") is not None:
            continue  # the table has no complement; satcfdi's XSLT has them all
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
            path = item.removeprefix("descendant ").split(" ")[0].rstrip("*")
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


def certificates() -> Iterator[tuple[Path, dict[str, str]]]:
    for row in rows("certs/CERTS.tsv"):
        path = ROOT / "certs" / row["file"]
        if path.suffix == ".cer" and path.is_file():
            yield path, row


def test_certificates_are_read_whatever_letters_they_carry() -> None:
    read = Counter[str]()
    for path, row in certificates():
        certificate = read_certificate(path.read_bytes())
        assert certificate.number == row["no_certificado"], path.name
        if path.stem.endswith("_csd"):
            assert certificate.rfc == path.stem.removesuffix("_csd").upper(), path.name
            read["CSD"] += 1
        with suppress(ValueError):
            read["by the library too"] += bool(x509.load_der_x509_certificate(path.read_bytes()).subject)
        read["all"] += 1
    assert read["CSD"] >= 28 and read["all"] - read["by the library too"] >= 7, read


def test_an_efirma_is_told_from_a_csd() -> None:
    """Code 306: the e.firma has no OU, and its key may encipher data and agree on keys."""
    kinds: Counter[bool] = Counter()
    for path, _ in certificates():
        efirma = "fiel" in path.name.lower()
        certificate = read_certificate(path.read_bytes())
        assert certificate.is_csd is not efirma, path.name
        kinds[efirma] += 1
    assert kinds[True] >= 2 and kinds[False] >= 28, kinds


def test_recorded_seals_hold_and_broken_ones_do_not() -> None:
    good = (ROOT / "samples" / "cfdiutils" / "cfdi40-valid.xml").read_bytes()
    verify = JURISDICTION.seal.verify
    assert verify is not None
    assert verify(good, None) == ()
    assert {f.external_code for f in verify(good.replace(b'Total="3327.01"', b'Total="3327.02"'), None)} == {"302"}


@pytest.fixture(scope="module")
def full() -> etree.XMLSchema:
    """SAT's own schemas together, their imports found in the folder of the official artefacts."""

    class Local(etree.Resolver):
        def resolve(self, url, public_id, context):
            path = url.partition("/sitio_internet/cfd/")[2]
            found = ROOT / "schemas" / "cfd" / path
            return self.resolve_filename(str(found), context) if path and found.is_file() else None

    folder = "http://www.sat.gob.mx/sitio_internet/cfd"
    imports = "".join(
        f'<xs:import namespace="{name}" schemaLocation="{folder}/{path}"/>'
        for name, path in (
            ("http://www.sat.gob.mx/cfd/4", "4/cfdv40.xsd"),
            ("http://www.sat.gob.mx/Pagos20", "Pagos/Pagos20.xsd"),
            ("http://www.sat.gob.mx/implocal", "implocal/implocal.xsd"),
            ("http://www.sat.gob.mx/leyendasFiscales", "leyendasFiscales/leyendasFisc.xsd"),
            ("http://www.sat.gob.mx/TimbreFiscalDigital", "TimbreFiscalDigital/TimbreFiscalDigitalv11.xsd"),
        )
    )
    parser = etree.XMLParser()
    parser.resolvers.add(Local())
    return etree.XMLSchema(
        etree.fromstring(f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>', parser)
    )


def _filled(path: Path) -> etree._Element | None:
    """A sample with what a template leaves open."""
    try:
        root = etree.parse(str(path)).getroot()
    except etree.XMLSyntaxError:
        return None
    if root.tag != f"{CFDI}Comprobante":
        return None
    for name, value in (("Sello", "AAAA"), ("Certificado", "AAAA"), ("NoCertificado", "3" * 20)):
        if not root.get(name):
            root.set(name, value)
    if "%" in root.get("Fecha", ""):
        root.set("Fecha", "2026-11-20T12:00:00")
    return root


def test_the_slim_schema_agrees_with_the_official_one_on_every_sample(full: etree.XMLSchema) -> None:
    """Two differences are meant: codes are judged by dated catalogues, and complements of others are let pass."""
    agreed: Counter[bool] = Counter()
    for path in sorted((ROOT / "samples").rglob("*.xml")):
        root = _filled(path)
        if root is None:
            continue
        ours, theirs = not faults(root), full.validate(root)
        log = [str(entry.message) for entry in full.error_log]  # type: ignore[attr-defined]
        if ours and not theirs:
            meant = [
                line for line in log if "[facet 'enumeration']" in line or "not a valid value of the atomic" in line
            ]
            foreign = [line for line in log if "strict wildcard" in line]
            assert len(meant) + len(foreign) == len(log), (path.name, log)
        else:
            assert ours is theirs, (path.name, [fault.message for fault in faults(root)])
            agreed[ours] += 1
    assert agreed[True] >= 100, agreed


EDITS = (
    ("//pago20:DoctoRelacionado", "NumParcialidad", ("0", "1000", "1.5", "")),
    ("//pago20:DoctoRelacionado", "IdDocumento", ("x", "")),
    ("//pago20:DoctoRelacionado", "EquivalenciaDR", ("0", "1.12345678901")),
    ("//pago20:DoctoRelacionado", "ImpPagado", ("-1", "1.1234567", "1e3")),
    ("//pago20:Pago", "FechaPago", ("2026-11-20", "2026-11-20T12:00:00Z")),
    ("//pago20:Pago", "Monto", ("-0.01", "abc")),
    ("//pago20:Pago", "CtaOrdenante", ("123", "abcdefghijk")),
    ("//pago20:Pago", "RfcEmisorCtaBen", ("EKU9003173C", "ABCD010101AAA")),
    ("//pago20:Pago", "NumOperacion", ("a|b",)),
    ("//pago20:Pago", "CertPago", ("?",)),
    ("//pago20:Totales", "MontoTotalPagos", ("1.123", "-1")),
    ("//pago20:Pagos", "Version", ("1.0",)),
    ("//pago20:Pagos", "Otro", ("1",)),
    ("//pago20:TrasladoDR", "BaseDR", ("0", "1.1234567")),
    ("//pago20:TrasladoDR", "TasaOCuotaDR", ("-0.16", "0.1600001")),
    ("//pago20:TrasladoDR", "TipoFactorDR", ("tasa",)),
    ("//cfdi:Concepto", "Cantidad", ("0", "1.1234567")),
    ("//cfdi:Concepto", "Descripcion", ("a|b", "", "x" * 1001)),
    ("//cfdi:Receptor", "Nombre", ("", "x" * 301)),
    ("/cfdi:Comprobante", "Folio", ("", "x" * 41, "a|b")),
)
PREFIXES = {"cfdi": CFDI[1:-1], "pago20": "http://www.sat.gob.mx/Pagos20"}


def test_both_schemas_refuse_the_same_edits(full: etree.XMLSchema) -> None:
    tried: Counter[bool] = Counter()
    for name in ("cfdiutils/created-cfdi40-pago20-valid.xml", "cfdiutils/cfdi40-valid.xml"):
        for path, attribute, values in EDITS:
            for value in (*values, None):
                root = _filled(ROOT / "samples" / name)
                assert root is not None
                targets = root.xpath(path, namespaces=PREFIXES)
                if not targets:
                    continue
                if value is None:
                    targets[0].attrib.pop(attribute, None)
                else:
                    targets[0].set(attribute, value)
                verdict = schema().validate(root)
                assert verdict is full.validate(root), (name, path, attribute, value, full.error_log)
                tried[verdict] += 1
    assert tried[False] > 40 and tried[True] > 5, tried
