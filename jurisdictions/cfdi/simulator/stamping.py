"""The stamping service: judges a posted CFDI, stamps it once, and answers a repeat with the earlier stamp.

Book: `stamp/<sha256 of Sello>` a `Stamp`; `customid/<id>` the seal that used it and when; `uuid/<UUID>` the seal;
`counter` the number of stamps; `trust/<serial>` a certificate number that is trusted though the sandbox did not issue
it; `once/<marker>/<seal>` a marker that was honoured. Behaviour on demand stands as `[sim:…]` in CondicionesDePago or
in a concept's Descripcion: a code refuses with it, `lost` stamps and drops the line, `307-empty` does so too and
gives repeats no data for eight seconds, `busy` answers 503 once, `500` answers 500, `slow` takes five seconds.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

import msgspec
from lxml import etree

from jurisdictions.cfdi.simulator import access, certificates, judgement, replies, timbre
from jurisdictions.cfdi.simulator.cadena import CFDI, TFD
from jurisdictions.cfdi.simulator.refusals import Fault
from jurisdictions.contract import SimulatorKeys, SimulatorReply, SimulatorRequest

_MARKER = re.compile(r"\[sim:([A-Za-z0-9-]{2,20})\]")
_CODE = re.compile(r"[0-9]{3}|CFDI[0-9]{5}|CRP[0-9]{5}")
_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_FIELD = re.compile(rb'name="?xml"?(;|\r|\n|$)', re.IGNORECASE)
_QUIET = timedelta(seconds=8)
_REMEMBERED = timedelta(hours=72)
_SLOW_SECONDS = 5.0
_TWICE = "307. El comprobante contiene un timbre previo."


class _Use(msgspec.Struct):
    """Which seal used a customid, and when."""

    digest: str
    at: datetime


class Asked(NamedTuple):
    """One request to stamp: where and when it is answered, and the shape of the answer (`v1` to `v4`)."""

    book: Mapping[str, bytes]
    at: datetime
    keys: SimulatorKeys
    version: str
    custom_id: str | None


def stamp(asked: Asked, xml: bytes) -> SimulatorReply:
    """Answer one request to stamp this CFDI."""
    if asked.custom_id is not None and not 0 < len(asked.custom_id.strip()) <= 100:
        return replies.error("El customid va vacío o excede cien caracteres.")
    if not xml:
        return replies.error("No se proporcionó el XML o va vacío.")
    reading = judgement.read(xml)
    if reading.root is None:
        return replies.refusal(reading.faults)
    root = reading.root
    digest = sha256((root.get("Sello") or "").encode()).hexdigest()
    judged = judgement.seal(root)
    if isinstance(judged, Fault):
        return replies.refusal((judged,))
    marker = _marker(root)
    answered = _repeat(asked, root, digest) or _chosen(asked.book, marker, digest)
    if answered is not None:
        return answered
    late = judgement.standing(root, judged, _trusted(asked, judged), asked.at)
    faults = (late,) if late else tuple(judgement.rules(root, asked.book, asked.at))
    return replies.refusal(faults) if faults else _stamped(asked, root, digest, marker)


def _trusted(asked: Asked, judged: judgement.Judged) -> bool:
    """Whether the sandbox issued the certificate, or its number was put into the book."""
    if asked.book.get(f"trust/{judged.certificate.number}"):
        return True
    return certificates.issued_by(judged.der, asked.keys.authority())


def _stamped(asked: Asked, root: etree._Element, digest: str, marker: str) -> SimulatorReply:
    counter = int(asked.book.get("counter") or b"0") + 1
    made = timbre.stamp(root, digest, counter, judgement.local_time(root, asked.at), asked.keys)
    if marker == "307-empty":
        made = msgspec.structs.replace(made, quiet_until=(asked.at + _QUIET).isoformat())
    changes: dict[str, bytes | None] = {
        "counter": str(counter).encode(),
        f"stamp/{digest}": msgspec.json.encode(made),
        f"uuid/{made.uuid}": digest.encode(),
    }
    if asked.custom_id is not None:
        changes[f"customid/{asked.custom_id}"] = msgspec.json.encode(_Use(digest, asked.at))
    return replies.success(
        made.data(asked.version),
        changes,
        lost=marker in ("lost", "307-empty"),
        delay_seconds=_SLOW_SECONDS if marker == "slow" else 0.0,
    )


def _repeat(asked: Asked, root: etree._Element, digest: str) -> SimulatorReply | None:
    """The answer for a CFDI, or a customid, that was stamped before."""
    earlier = earlier_stamp(asked.book, digest)
    if earlier is not None:
        quiet = bool(earlier.quiet_until) and asked.at < datetime.fromisoformat(earlier.quiet_until)
        return replies.error(_TWICE, data=None if quiet else earlier.earlier(asked.version))
    if root.find(f"{{{CFDI}}}Complemento/{{{TFD}}}TimbreFiscalDigital") is not None:
        return replies.error(_TWICE)
    stored = asked.book.get(f"customid/{asked.custom_id}") if asked.custom_id is not None else None
    use = msgspec.json.decode(stored, type=_Use) if stored else None
    if use is None or asked.at - use.at > _REMEMBERED:
        return None
    first = earlier_stamp(asked.book, use.digest)
    data = {"tfd": first.timbre, "cfdi": ""} if first else None
    return replies.error("CFDI3307 - Timbre duplicado: el customid ya se usó con otro comprobante.", data=data)


def earlier_stamp(book: Mapping[str, bytes], digest: str) -> timbre.Stamp | None:
    """The stamp of the CFDI with this seal, None where there is none."""
    stored = book.get(f"stamp/{digest}")
    return msgspec.json.decode(stored, type=timbre.Stamp) if stored else None


def _chosen(book: Mapping[str, bytes], marker: str, digest: str) -> SimulatorReply | None:
    """The answer that the marker asks for, None where the CFDI is judged on its merits."""
    if _CODE.fullmatch(marker) and marker != "500":
        return replies.refusal((Fault(marker, "a petición"),))
    if marker == "500":
        return replies.error("Error interno del servicio.", status=500)
    if marker == "busy" and not book.get(f"once/busy/{digest}"):
        return replies.down({f"once/busy/{digest}": b"1"})
    return None


def _marker(root: etree._Element) -> str:
    texts = [root.get("CondicionesDePago") or ""]
    texts += [one.get("Descripcion") or "" for one in root.iterfind(f"{{{CFDI}}}Conceptos/{{{CFDI}}}Concepto")]
    found = next((match for text in texts if (match := _MARKER.search(text))), None)
    return found.group(1) if found else ""


def posted(request: SimulatorRequest, encoded: bool) -> bytes:
    """The bytes of the multipart field `xml`, exactly as posted; empty where there is none."""
    boundary = _BOUNDARY.search(access.header(request, "content-type") or "")
    if boundary is None:
        return b""
    mark = b"--" + boundary.group(1).encode()
    for part in (b"\r\n" + request.body).split(b"\r\n" + mark)[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        if _FIELD.search(head):
            return _decoded(content) if encoded else content
    return b""


def _decoded(content: bytes) -> bytes:
    try:
        return b64decode(content)
    except (NotBase64, ValueError):
        return b""
