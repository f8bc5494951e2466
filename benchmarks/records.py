"""A thousand RegistroAlta with two tax lines: built, hashed and written, beside lxml building the same tree.

Both sides start from the same outlines (what the invoices decided) and link the records into one chain. Ours writes
text; the peer builds one tree of SubElements under names that it has made before, and writes it once at the end. Both
sides' records are compared as canonical XML, and the whole message of ours is held against the AEAT's own schema. The
last figure is what a record costs from the neutral invoice on, with digest, fingerprint, attributes and QR.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from lxml import etree
from msgspec.structs import replace

from benchmarks.report import Figure
from benchmarks.turns import medians
from jurisdictions.contract import Position, Sealed, Sealing, Sending
from jurisdictions.verifactu import JURISDICTION, document, huella
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.outline import Outline
from jurisdictions.verifactu.parties import Identity
from tests.jurisdictions.verifactu.builders import NOW, NoKeys, instruction, invoice, issuer, sending, setting, tax
from tests.official import official_root

RECORDS = 1000
ROUNDS = 15
_in_turn = partial(medians, ROUNDS, clock=time.process_time)
LEAST = 5.0
AT = "2026-11-20T10:30:15+01:00"
Numbered = tuple[Outline, str]


def measure() -> list[Figure]:
    orders = [order(place) for place in range(RECORDS)]
    outlines = [(document.outline(one.instruction, one.issuer), one.number) for one in orders]
    _agree(written(outlines), built(outlines))
    records, peer, whole = _in_turn(lambda: written(outlines), lambda: built(outlines), lambda: sealed(orders))
    _demand(sealed(orders))
    name = f"{RECORDS:,} RegistroAlta of two tax lines"
    return [
        Figure(f"{name}, built and hashed", _each(records), f"lxml SubElement {_each(peer)}", peer / records, LEAST),
        Figure(f"{name}, from invoice to seal", _each(whole), f"lxml SubElement {_each(peer)}", peer / whole),
    ]


# ------------------------------------------------------------------------------------------------ ours


def written(outlines: Sequence[Numbered]) -> list[bytes]:
    """Records as `seal` writes them: the amounts as text once, the huella over that text, the record around it."""
    found: list[bytes] = []
    previous, link = "", document.first()
    for about, number in outlines:
        cuota, importe = document.money(about.cuota_total), document.money(about.importe_total)
        stamp = huella.alta(about.nif, number, about.dated, about.tipo, cuota, importe, previous, AT)
        found.append(document.alta(about, number, document.body(about), link, AT, stamp).encode())
        previous, link = stamp, document.after(about.nif, number, about.dated, stamp)
    return found


def sealed(orders: Sequence[Sealing]) -> list[Sealed]:
    """The same through the jurisdiction's door."""
    found: list[Sealed] = []
    keys, link = NoKeys(), None
    for place, order in enumerate(orders):
        position = Position(chain="1", sequence=place + 1, previous=link)
        found.append(JURISDICTION.seal.seal(replace(order, position=position), keys))
        link = found[-1].link
    return found


def order(place: int) -> Sealing:
    one = invoice((f"{100 + place}.{place % 100:02}", tax()), (f"{50 + place}.5", tax("10")))
    number = f"A-{place + 1}"
    return Sealing(
        instruction=instruction(replace(one, number=number)),
        issuer=issuer(),
        number=number,
        submission=f"sub_{place}",
        at=NOW,
        edition="1.0",
    )


# ------------------------------------------------------------------------------------------------ the peer


@cache
def _name(local: str) -> str:
    return f"{{{lists.SF}}}{local}"


def _leaf(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, _name(name)).text = text


def _branch(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, _name(name))


def _money(value: Decimal | None) -> str:
    return f"{value:.2f}"


def built(outlines: Sequence[Numbered]) -> bytes:
    """One tree, one tostring."""
    root = etree.Element("records", nsmap={"sf": lists.SF})
    before: tuple[str, str, str] | None = None
    for about, number in outlines:
        record = _branch(root, "RegistroAlta")
        _leaf(record, "IDVersion", "1.0")
        _invoice_of(_branch(record, "IDFactura"), about.nif, number, about.dated)
        _leaf(record, "NombreRazonEmisor", about.name)
        _leaf(record, "TipoFactura", about.tipo)
        _leaf(record, "DescripcionOperacion", about.description)
        assert about.recipient is not None
        _person(_branch(_branch(record, "Destinatarios"), "IDDestinatario"), about.recipient_name, about.recipient)
        _breakdown(record, about)
        cuota, importe = _money(about.cuota_total), _money(about.importe_total)
        _leaf(record, "CuotaTotal", cuota)
        _leaf(record, "ImporteTotal", importe)
        chained = _branch(record, "Encadenamiento")
        if before is None:
            _leaf(chained, "PrimerRegistro", "S")
        else:
            former = _branch(chained, "RegistroAnterior")
            _invoice_of(former, about.nif, before[0], before[1])
            _leaf(former, "Huella", before[2])
        _system(record, about)
        text = (
            f"IDEmisorFactura={about.nif}&NumSerieFactura={number}&FechaExpedicionFactura={about.dated}"
            f"&TipoFactura={about.tipo}&CuotaTotal={cuota}&ImporteTotal={importe}"
            f"&Huella={before[2] if before else ''}&FechaHoraHusoGenRegistro={AT}"
        )
        stamp = hashlib.sha256(text.encode()).hexdigest().upper()
        _leaf(record, "FechaHoraHusoGenRegistro", AT)
        _leaf(record, "TipoHuella", "01")
        _leaf(record, "Huella", stamp)
        before = number, about.dated, stamp
    return etree.tostring(root)


def _invoice_of(parent: etree._Element, nif: str, number: str, day: str) -> None:
    _leaf(parent, "IDEmisorFactura", nif)
    _leaf(parent, "NumSerieFactura", number)
    _leaf(parent, "FechaExpedicionFactura", day)


def _person(parent: etree._Element, name: str, who: Identity) -> None:
    _leaf(parent, "NombreRazon", name)
    _leaf(parent, "NIF", who.nif or "")


def _breakdown(record: etree._Element, about: Outline) -> None:
    desglose = _branch(record, "Desglose")
    for row in about.rows:
        line = _branch(desglose, "DetalleDesglose")
        _leaf(line, "Impuesto", row.impuesto)
        _leaf(line, "ClaveRegimen", row.clave or "")
        _leaf(line, "CalificacionOperacion", row.calificacion or "")
        _leaf(line, "TipoImpositivo", _money(row.tipo))
        _leaf(line, "BaseImponibleOimporteNoSujeto", _money(row.base))
        _leaf(line, "CuotaRepercutida", _money(row.cuota))


def _system(record: etree._Element, about: Outline) -> None:
    system, block = about.system, _branch(record, "SistemaInformatico")
    _person(block, system.producer_name, system.producer)
    _leaf(block, "NombreSistemaInformatico", system.name)
    _leaf(block, "IdSistemaInformatico", system.id)
    _leaf(block, "Version", system.version)
    _leaf(block, "NumeroInstalacion", system.installation)
    _leaf(block, "TipoUsoPosibleSoloVerifactu", "S")
    _leaf(block, "TipoUsoPosibleMultiOT", "S")
    _leaf(block, "IndicadorMultiplesOT", "S" if system.several else "N")


# ------------------------------------------------------------------------------------------------ the proof, the times


def _agree(ours: list[bytes], theirs: bytes) -> None:
    """Every record is the same canonical XML on both sides."""
    trees = etree.fromstring(theirs)
    assert len(ours) == len(trees)
    for mine, tree in zip(ours, trees, strict=True):
        alone = etree.fromstring(etree.tostring(tree))
        assert etree.tostring(etree.fromstring(mine), method="c14n") == etree.tostring(alone, method="c14n"), mine


class _Beside(etree.Resolver):
    """Finds what the official schema imports beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resolve(self, url: str, public_id: str, context: Any) -> Any:
        beside = self.folder / url.rpartition("/")[2]
        return self.resolve_filename(str(beside if beside.exists() else self.folder / "empty.dtd"), context)


def _demand(records: Sequence[Sealed]) -> None:
    """One message of all of them, as the exchange sends it, is valid under the AEAT's schema."""
    documents: tuple[Sending, ...] = tuple(sending(one) for one in records)
    (ask,) = JURISDICTION.exchange.begin(documents, setting()).asks
    message = etree.fromstring(b"".join(piece for piece in ask.body if isinstance(piece, bytes)))[-1][0]
    folder = official_root() / "verifactu" / "xsd"
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Beside(folder))
    schema = etree.XMLSchema(etree.parse(str(folder / "SuministroLR.xsd"), parser))
    alone = etree.fromstring(etree.tostring(message))
    assert len(alone) == 1 + len(records)
    assert schema.validate(alone), schema.error_log


def _each(seconds: float) -> str:
    return f"{seconds / RECORDS * 1e6:.1f} µs each"
