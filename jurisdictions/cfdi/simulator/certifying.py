"""What every certifier does with a posted CFDI, whatever its interface: examine, judge, stamp once, tell SAT.

Each certifier keeps a book of its own (`stamp/…` of SW, `finkok/stamp/…` of Finkok) and knows nothing of the other's:
whoever has one CFDI stamped by both gets two stamps, and SAT's register shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

import msgspec
from lxml import etree

from jurisdictions.cfdi.simulator import certificates, judgement, registry, timbre, wishes
from jurisdictions.cfdi.simulator.cadena import CFDI, TFD
from jurisdictions.cfdi.simulator.refusals import Fault
from jurisdictions.contract import SimulatorKeys

QUIET = timedelta(seconds=8)
"""For so long Finkok may tell nothing of a stamp that it has made."""


class Certifier(NamedTuple):
    """Who stamps: `name` as markers say it, `prefix` of its keys in the book, its RFC."""

    name: str
    prefix: str
    rfc: str


SW = Certifier("sw", "", timbre.CERTIFIER)
FINKOK = Certifier("finkok", "finkok/", "ZZF000101AA1")


class Desk(NamedTuple):
    """Where and when a request is answered. `strict`: at the authority's real pace."""

    book: Mapping[str, bytes]
    at: datetime
    keys: SimulatorKeys
    certifier: Certifier
    strict: bool = False

    def kept(self, key: str) -> bytes | None:
        """What this certifier keeps under that key of its own."""
        return self.book.get(self.certifier.prefix + key)


class Examined(NamedTuple):
    """A CFDI whose form and seal stand; `digest` names its seal."""

    root: etree._Element
    digest: str
    wishes: wishes.Wishes
    judged: judgement.Judged


def examine(desk: Desk, xml: bytes) -> Examined | tuple[Fault, ...]:
    """The CFDI, or what its form or seal breaks."""
    reading = judgement.read(xml)
    if reading.root is None:
        return reading.faults
    judged = judgement.seal(reading.root)
    if isinstance(judged, Fault):
        return (judged,)
    digest = sha256((reading.root.get("Sello") or "").encode()).hexdigest()
    return Examined(reading.root, digest, wishes.read(reading.root, desk.certifier.name), judged)


def carries_a_stamp(root: etree._Element) -> bool:
    """Whether a TimbreFiscalDigital stands in it."""
    return root.find(f"{{{CFDI}}}Complemento/{{{TFD}}}TimbreFiscalDigital") is not None


def faults(desk: Desk, examined: Examined) -> tuple[Fault, ...]:
    """Why this certifier may not stamp it now; nothing where it may."""
    late = judgement.standing(examined.root, examined.judged, trusted(desk, *examined.judged), desk.at)
    return (late,) if late else tuple(judgement.rules(examined.root, desk.book, desk.at))


def trusted(desk: Desk, certificate: certificates.Certificate, der: bytes) -> bool:
    """Whether the sandbox issued the certificate, or its number was put into the book."""
    return bool(desk.book.get(f"trust/{certificate.number}")) or certificates.issued_by(der, desk.keys.authority())


def stamp(desk: Desk, examined: Examined) -> tuple[timbre.Stamp, dict[str, bytes | None]]:
    """The stamp, and what it changes: the certifier's own book and SAT's register."""
    counter = int(desk.kept("counter") or b"0") + 1
    root, marker = examined.root, examined.wishes.stamping
    prefix, local = desk.certifier.prefix, judgement.local_time(root, desk.at)
    made = timbre.stamp(root, f"{prefix}{examined.digest}", counter, local, desk.keys, desk.certifier.rfc)
    always = desk.strict and desk.certifier is FINKOK
    if always or marker in ("307-empty", "window"):
        made = msgspec.structs.replace(made, quiet_until=(desk.at + QUIET).isoformat())
    moments = judgement.issued(root)
    known = registry.read(
        root,
        uuid=made.uuid,
        certifier=desk.certifier.name,
        issued_at=moments[0] if moments else desk.at,
        at=desk.at,
        late=desk.strict or marker == "late",
        wishes=examined.wishes.cancelling,
    )
    changes: dict[str, bytes | None] = {
        f"{prefix}counter": str(counter).encode(),
        f"{prefix}stamp/{examined.digest}": msgspec.json.encode(made),
        f"{prefix}uuid/{made.uuid}": examined.digest.encode(),
    }
    return made, changes | registry.entered(desk.book, known)


def earlier_stamp(desk: Desk, digest: str) -> timbre.Stamp | None:
    """This certifier's stamp of the CFDI with that seal, None where there is none."""
    stored = desk.kept(f"stamp/{digest}")
    return msgspec.json.decode(stored, type=timbre.Stamp) if stored else None


def stamp_of(desk: Desk, uuid: str) -> timbre.Stamp | None:
    """This certifier's stamp with that UUID."""
    digest = desk.kept(f"uuid/{uuid.upper()}")
    return earlier_stamp(desk, digest.decode()) if digest else None


def is_quiet(made: timbre.Stamp, at: datetime) -> bool:
    """Whether the certifier still tells nothing of this stamp."""
    return bool(made.quiet_until) and at < datetime.fromisoformat(made.quiet_until)
