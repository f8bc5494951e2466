"""Sealing a CFDI: check, build, cadena, RSA, parse and slim schema, beside satcfdi, RSA alone, SAT's XSLT and XSD.

The peer for the whole is satcfdi's build and sign alone, which validates nothing. SAT's XSLT is read from the installed
satcfdi, SAT's XSD from the official artefacts; both are compiled once and warm. All of it signs with one RSA-2048 key.
Everything here computes and nothing waits, so the times are the processor's.
"""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from msgspec.structs import replace

from benchmarks.report import Figure
from benchmarks.turns import medians
from jurisdictions.cfdi import JURISDICTION, codelists
from jurisdictions.cfdi.cadena import cadena
from jurisdictions.cfdi.written import written_cadena
from jurisdictions.cfdi.xsd import schema
from jurisdictions.contract import Instruction, Sealing
from schemas.findings import is_fatal
from tests.jurisdictions.cfdi.invoices import AT, Vault, instruction, invoice, issuer, line, sealing
from tests.jurisdictions.cfdi.simulated import holder
from tests.official import official_root

ROUNDS = {1: 400, 10: 300, 100: 60}
BLOCKS = 20
_in_blocks = partial(medians, clock=time.process_time, blocks=BLOCKS)
INVOICES = 100
MOST_OF_RSA = 2.5
LEAST_OF_XSLT = 2.0
LEAST_OF_XSD = 50.0
_CFDI = "{http://www.sat.gob.mx/cfd/4}"


def measure() -> list[Figure]:
    found: list[Figure] = []
    for concepts in ROUNDS:
        found += _sealed(concepts)
    return [*found, *_cadenas(), _schemas()]


def _ours(concepts: int) -> Callable[[], bytes]:
    """Every rule, then the seal: it builds, signs, and holds the parsed bytes against the slim schema.

    As in the gateway the draft is checked, and the invoice that is sealed is the draft with its number. No invoice is
    seen again before `INVOICES` others, so nothing is remembered of it but from its own check.
    """
    rows = [line(description=f"Servicio {number}") for number in range(concepts)]
    by, keys = issuer(), Vault()

    def pair() -> tuple[Instruction, Sealing]:
        draft = invoice(*rows)
        order = sealing(instruction(replace(draft, number="A-17")))
        return instruction(draft), replace(order, issuer=by)

    pairs = cycle([pair() for _ in range(INVOICES)])

    def call() -> bytes:
        draft, order = next(pairs)
        findings = JURISDICTION.law.check(draft, by, AT)
        assert not is_fatal(findings), findings
        return JURISDICTION.seal.seal(order, keys).body

    return call


def _theirs(concepts: int) -> Callable[[], Any]:
    """The same invoice built and signed by satcfdi."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from satcfdi.create.cfd import cfdi40
        from satcfdi.models import Signer
    key = holder().key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = Signer.load(holder().der, key)

    def call() -> Any:
        made = cfdi40.Comprobante(
            emisor=cfdi40.Emisor("EKU9003173C9", "ESCUELA KEMPER URGATE", "601"),
            lugar_expedicion="42501",
            receptor=cfdi40.Receptor("URE180429TM6", "UNIVERSIDAD ROBOTICA ESPAÑOLA", "86991", "601", "G03"),
            conceptos=[
                cfdi40.Concepto(
                    clave_prod_serv="81112500",
                    cantidad=Decimal(2),
                    clave_unidad="E48",
                    descripcion=f"Servicio {number}",
                    valor_unitario=Decimal("500.00"),
                    impuestos=cfdi40.Impuestos(
                        traslados=cfdi40.Traslado(impuesto="002", tipo_factor="Tasa", tasa_o_cuota=Decimal("0.160000"))
                    ),
                )
                for number in range(concepts)
            ],
            serie="A",
            folio="17",
            forma_pago="03",
            metodo_pago="PUE",
        )
        made.sign(signer)
        return made

    return call


def _sealed(concepts: int) -> list[Figure]:
    ours, theirs = _ours(concepts), _theirs(concepts)
    assert etree.fromstring(ours()).get("Total") == str(theirs()["Total"])
    message = (written_cadena(ours().decode()) or "").encode()
    keys = Vault()
    whole, peer, bare = _in_blocks(ROUNDS[concepts], ours, theirs, lambda: keys.sign("csd", message, "rsa-sha256"))
    name = f"CFDI of {concepts} concept{'s' if concepts > 1 else ''}, checked and sealed"
    found = [Figure(name, _ms(whole), f"satcfdi, build and sign {_ms(peer)}", peer / whole, 1.0)]
    aim = MOST_OF_RSA if concepts == 10 else None
    return [*found, Figure(f"{name}, cost", _ms(whole), f"RSA-2048 alone {_ms(bare)}", whole / bare, aim, below=True)]


def _cadenas() -> list[Figure]:
    """Ours from the text that we wrote, and from a tree as for a stranger's; SAT's XSLT from the same tree."""
    body = _ours(10)()
    text, root, transform = body.decode(), etree.fromstring(body), _xslt()
    assert str(transform(root)) == cadena(root) == written_cadena(text)
    from_text, from_tree, peer = _in_blocks(
        ROUNDS[10], lambda: written_cadena(text), lambda: cadena(root), lambda: str(transform(root))
    )
    return [
        Figure(f"cadena, 10 concepts, {way}", _ms(ours), f"SAT's XSLT {_ms(peer)}", peer / ours, LEAST_OF_XSLT)
        for way, ours in (("as we write it", from_text), ("of any document", from_tree))
    ]


def _schemas() -> Figure:
    """Ten products spread evenly over the catalogue: SAT's XSD looks for each by going through its enumeration."""
    codes = [code for code, _ in codelists.product_codes()]
    spread = [codes[number * len(codes) // 10] for number in range(10)]
    rows = [line(extensions={"cfdi": {"clave_prod_serv": code, "clave_unidad": "E48"}}) for code in spread]
    root = etree.fromstring(JURISDICTION.seal.seal(sealing(instruction(invoice(*rows))), Vault()).body)
    full = _official()
    assert full.validate(root), full.error_log
    assert _judged(root)
    ours, peer = _in_blocks(ROUNDS[10], partial(_judged, root), lambda: full.validate(root))
    return Figure(
        "slim XSD and catalogues, 10 concepts", _ms(ours), f"SAT's XSD {_ms(peer)}", peer / ours, LEAST_OF_XSD
    )


def _judged(root: etree._Element) -> bool:
    """The slim schema, and every code of the document against its dated catalogue."""
    day = date.fromisoformat(root.get("Fecha", "")[:10])
    issuing, receiving, rows = root[0], root[1], root[2]
    return (
        schema().validate(root)
        and all(
            codelists.product(row.get("ClaveProdServ", ""), day)
            and codelists.unit(row.get("ClaveUnidad", ""), day)
            and codelists.valid(codelists.TAX_OBJECTS, row.get("ObjetoImp"), day)
            for row in rows
        )
        and codelists.valid(codelists.PAYMENT_FORMS, root.get("FormaPago"), day)
        and codelists.valid(codelists.PAYMENT_METHODS, root.get("MetodoPago"), day)
        and codelists.valid(codelists.EXPORTS, root.get("Exportacion"), day)
        and codelists.valid(codelists.CURRENCIES, root.get("Moneda"), day)
        and codelists.valid(codelists.REGIMES, issuing.get("RegimenFiscal"), day)
        and codelists.valid(codelists.REGIMES, receiving.get("RegimenFiscalReceptor"), day)
        and codelists.valid(codelists.USES, receiving.get("UsoCFDI"), day)
        and codelists.postal_code(root.get("LugarExpedicion", "")) is not None
        and codelists.postal_code(receiving.get("DomicilioFiscalReceptor", "")) is not None
    )


class _Local(etree.Resolver):
    """SAT's addresses, found below a folder."""

    def __init__(self, folder: Path, below: str) -> None:
        self.folder, self.below = folder, below

    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        path = url.partition(self.below)[2]
        return self.resolve_filename(str(self.folder / path), context) if path else None


def _read(path: Path, folder: Path, below: str) -> etree._ElementTree:
    parser = etree.XMLParser()
    parser.resolvers.add(_Local(folder, below))
    return etree.parse(str(path), parser)


def _xslt() -> etree.XSLT:
    spec = importlib.util.find_spec("satcfdi")
    assert spec is not None and spec.submodule_search_locations, "satcfdi comes with the development tools"
    folder = Path(spec.submodule_search_locations[0]) / "transform" / "schemas" / "www.sat.gob.mx"
    path = folder / "sitio_internet" / "cfd" / "4" / "cadenaoriginal_4_0" / "cadenaoriginal_4_0.xslt"
    return etree.XSLT(_read(path, folder, "www.sat.gob.mx/"))


def _official() -> etree.XMLSchema:
    folder = official_root() / "cfdi" / "schemas" / "cfd"
    return etree.XMLSchema(_read(folder / "4" / "cfdv40.xsd", folder, "/sitio_internet/cfd/"))


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
