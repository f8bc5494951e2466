"""The receiver's word on a cancellation that was asked for: a signed SolicitudAceptacionRechazo, as SAT reads it.

Each of its Folios has a UUID and a Respuesta. Answers to a folio: 1000 taken, 1001 nothing waits for a word, 1003 the
CFDI is not this receiver's.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from jurisdictions.cfdi.simulator import cancelling, certifying, registry, signed
from jurisdictions.cfdi.simulator.cancel_request import NAMESPACE
from jurisdictions.cfdi.simulator.refusals import Fault

_WORDS = {"Aceptacion": "accept", "Rechazo": "refuse"}
TAKEN, NOTHING_WAITS, ANOTHERS = "1000", "1001", "1003"


class Word(NamedTuple):
    """The answer to one folio: its UUID, the word, and the code."""

    uuid: str
    word: str
    code: str


class Heard(NamedTuple):
    """The answers to all folios, and what they changed in the register."""

    words: tuple[Word, ...]
    changes: dict[str, bytes | None]


def hear(desk: certifying.Desk, xml: bytes) -> Heard | Fault:
    """Judge a signed word, folio by folio."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError) as why:
        return Fault("301", str(why))
    if root.tag != f"{{{NAMESPACE}}}SolicitudAceptacionRechazo":
        return Fault("301", f"la raíz no es SolicitudAceptacionRechazo de {NAMESPACE}")
    found = signed.signer(root)
    if isinstance(found, Fault):
        return found
    receiver = root.get("RfcReceptor") or ""
    if found[0].rfc != receiver:
        return Fault("303", f"CSD de {found[0].rfc}, receptor {receiver}")
    if not certifying.trusted(desk, *found):
        return Fault("308", found[0].number)
    words: list[Word] = []
    changes: dict[str, bytes | None] = {}
    for folio in root.iterfind(f"{{{NAMESPACE}}}Folios"):
        uuid = (folio.findtext(f"{{{NAMESPACE}}}UUID") or "").upper()
        told, changed = one(desk, receiver, uuid, folio.findtext(f"{{{NAMESPACE}}}Respuesta") or "")
        words.append(told)
        changes |= changed
    return Heard(tuple(words), changes)


def one(desk: certifying.Desk, receiver: str, uuid: str, word: str) -> tuple[Word, dict[str, bytes]]:
    """The receiver's word on one CFDI, and what it changes."""
    entry, reply = registry.entry(desk.book, uuid), _WORDS.get(word)
    if entry is None or entry.receiver != receiver:
        return Word(uuid, word, ANOTHERS), {}
    if reply is None or not cancelling.standing(desk.book, entry, desk.at).is_pending:
        return Word(uuid, word, NOTHING_WAITS), {}
    return Word(uuid, word, TAKEN), registry.kept(cancelling.replied(entry, reply, desk.at))
