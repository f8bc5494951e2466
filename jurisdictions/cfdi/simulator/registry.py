"""What SAT knows of every stamped CFDI, whoever stamped it: its own register, not the certifiers' books.

Book: `sat/<UUID>` an `Entry`; `naming/<UUID>` the documents that name it (a JSON list of UUID and relation);
`folio/<RFC>/<Serie>/<Folio>` the UUIDs under one number of an issuer: two live ones there are a fault of whoever sent
them, which SAT does not refuse and a reckoning must see.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import msgspec
from lxml import etree

from jurisdictions.cfdi.simulator.cadena import CFDI, PAGOS
from jurisdictions.cfdi.simulator.figures import number

PAYMENT = "pago"
"""The relation of a receipt of payment to what it pays; the others are codes of c_TipoRelacion."""
_FUELS = ("151015", "151018", "151115")
"""Product codes of gasoline and diesel, of fuel for aircraft, and of gases: RMF 2.7.1.34, third paragraph."""
_LATE = timedelta(seconds=90)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request to cancel that SAT took. `consent`: none, silence (silence is assent) or express.

    `replies_at` and `reply` (accept, refuse or empty) are the receiver's answer."""

    at: datetime
    motive: str
    replacement: str = ""
    consent: str
    reply: str = ""
    replies_at: datetime | None = None
    silent_until: datetime | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One stamped CFDI. `pesos` is its total in MXN; `issued_at` is Fecha on the clock of its place of issue."""

    uuid: str
    certifier: str
    issuer: str
    receiver: str
    series: str
    folio: str
    kind: str
    total: str
    pesos: Decimal
    fecha: str
    issued_at: datetime
    stamped_at: datetime
    visible_at: datetime
    seal_end: str
    names: tuple[tuple[str, str], ...] = ()
    whole_public: bool = False
    fuel: bool = False
    wishes: tuple[str, ...] = ()
    request: Request | None = None
    refusals: int = 0


def entry(book: Mapping[str, bytes], uuid: str) -> Entry | None:
    """The entry of that UUID (in either case), None where SAT has none."""
    stored = book.get(f"sat/{uuid.upper()}")
    return msgspec.json.decode(stored, type=Entry) if stored else None


def children(book: Mapping[str, bytes], uuid: str) -> list[tuple[str, str]]:
    """Who names that UUID: (UUID, relation)."""
    stored = book.get(f"naming/{uuid.upper()}")
    return msgspec.json.decode(stored, type=list[tuple[str, str]]) if stored else []


def kept(changed: Entry) -> dict[str, bytes]:
    """The change that keeps an entry."""
    return {f"sat/{changed.uuid}": msgspec.json.encode(changed)}


def entered(book: Mapping[str, bytes], made: Entry) -> dict[str, bytes]:
    """The changes that a new stamp makes in the register."""
    number_key = f"folio/{made.issuer}/{made.series}/{made.folio}"
    stored = book.get(number_key)
    same = msgspec.json.decode(stored, type=list[str]) if stored else []
    changes = kept(made) | {number_key: msgspec.json.encode([*same, made.uuid])}
    for parent in sorted({parent for parent, _ in made.names}):
        relations = [(made.uuid, relation) for named, relation in made.names if named == parent]
        changes[f"naming/{parent}"] = msgspec.json.encode([*children(book, parent), *relations])
    return changes


def read(
    root: etree._Element,
    *,
    uuid: str,
    certifier: str,
    issued_at: datetime,
    at: datetime,
    late: bool,
    wishes: tuple[str, ...],
) -> Entry:
    """The entry of a CFDI that is being stamped."""
    issuer, receiver = root.find(f"{{{CFDI}}}Emisor"), root.find(f"{{{CFDI}}}Receptor")
    total = number(root.get("Total"))
    rate = number(root.get("TipoCambio")) or Decimal(1)
    codes = [one.get("ClaveProdServ") or "" for one in root.iterfind(f"{{{CFDI}}}Conceptos/{{{CFDI}}}Concepto")]
    return Entry(
        uuid=uuid,
        certifier=certifier,
        issuer=_rfc(issuer),
        receiver=_rfc(receiver),
        series=root.get("Serie") or "",
        folio=root.get("Folio") or "",
        kind=root.get("TipoDeComprobante") or "",
        total=root.get("Total") or "",
        pesos=(total * rate).quantize(Decimal("0.01"), ROUND_HALF_UP),
        fecha=root.get("Fecha") or "",
        issued_at=issued_at,
        stamped_at=at,
        visible_at=at + _LATE if late else at,
        seal_end=(root.get("Sello") or "")[-8:],
        names=tuple(_named(root)),
        whole_public=root.find(f"{{{CFDI}}}InformacionGlobal") is not None,
        fuel=any(code.startswith(_FUELS) for code in codes),
        wishes=wishes,
    )


def _named(root: etree._Element) -> list[tuple[str, str]]:
    related = [
        ((one.get("UUID") or "").upper(), str(group.get("TipoRelacion")))
        for group in root.iterfind(f"{{{CFDI}}}CfdiRelacionados")
        for one in group.iterfind(f"{{{CFDI}}}CfdiRelacionado")
    ]
    paid = root.iterfind(f"{{{CFDI}}}Complemento/{{{PAGOS}}}Pagos/{{{PAGOS}}}Pago/{{{PAGOS}}}DoctoRelacionado")
    return sorted({*related, *(((one.get("IdDocumento") or "").upper(), PAYMENT) for one in paid)})


def _rfc(node: etree._Element | None) -> str:
    return (node.get("Rfc") if node is not None else None) or ""
