"""SW's stamping service: judges a posted CFDI, stamps it once, and answers a repeat with the earlier stamp.

Book: `stamp/<sha256 of Sello>` a `Stamp`; `customid/<id>` the seal that used it and when; `uuid/<UUID>` the seal;
`counter` the number of stamps; `trust/<serial>` a certificate number that is trusted though the sandbox did not issue
it; `once/<marker>/<seal>` a marker that was honoured. What a document may ask for stands in `wishes`.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from jurisdictions.cfdi.simulator import access, certifying, replies, wishes
from jurisdictions.cfdi.simulator.refusals import Fault
from jurisdictions.contract import SimulatorReply, SimulatorRequest

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_FIELD = re.compile(rb'name="?xml"?(;|\r|\n|$)', re.IGNORECASE)
_REMEMBERED = timedelta(hours=72)
_SLOW_SECONDS = 5.0
_TWICE = "307. El comprobante contiene un timbre previo."


class _Use(msgspec.Struct):
    """Which seal used a customid, and when."""

    digest: str
    at: datetime


class Asked(NamedTuple):
    """One request to stamp: where and when it is answered, and the shape of the answer (`v1` to `v4`)."""

    desk: certifying.Desk
    version: str
    custom_id: str | None


def stamp(asked: Asked, xml: bytes) -> SimulatorReply:
    """Answer one request to stamp this CFDI."""
    if asked.custom_id is not None and not 0 < len(asked.custom_id.strip()) <= 100:
        return replies.error("El customid va vacío o excede cien caracteres.")
    if not xml:
        return replies.error("No se proporcionó el XML o va vacío.")
    examined = certifying.examine(asked.desk, xml)
    if not isinstance(examined, certifying.Examined):
        return replies.refusal(examined)
    answered = _repeat(asked, examined) or _chosen(asked.desk, examined)
    if answered is not None:
        return answered
    faults = certifying.faults(asked.desk, examined)
    return replies.refusal(faults) if faults else _stamped(asked, examined)


def _stamped(asked: Asked, examined: certifying.Examined) -> SimulatorReply:
    made, changes = certifying.stamp(asked.desk, examined)
    marker = examined.wishes.stamping
    if asked.custom_id is not None:
        changes[f"customid/{asked.custom_id}"] = msgspec.json.encode(_Use(examined.digest, asked.desk.at))
    if marker == "500-stamped":
        return replies.error("Error interno del servicio.", status=500, changes=changes)
    return replies.success(
        made.data(asked.version),
        changes,
        lost=marker in ("lost", "307-empty"),
        delay_seconds=_SLOW_SECONDS if marker == "slow" else 0.0,
    )


def _repeat(asked: Asked, examined: certifying.Examined) -> SimulatorReply | None:
    """The answer for a CFDI, or a customid, that was stamped before."""
    desk = asked.desk
    earlier = certifying.earlier_stamp(desk, examined.digest)
    if earlier is not None:
        quiet = certifying.is_quiet(earlier, desk.at)
        return replies.error(_TWICE, data=None if quiet else earlier.earlier(asked.version))
    if certifying.carries_a_stamp(examined.root):
        return replies.error(_TWICE)
    stored = desk.kept(f"customid/{asked.custom_id}") if asked.custom_id is not None else None
    use = msgspec.json.decode(stored, type=_Use) if stored else None
    if use is None or desk.at - use.at > _REMEMBERED:
        return None
    first = certifying.earlier_stamp(desk, use.digest)
    data = {"tfd": first.timbre, "cfdi": ""} if first else None
    return replies.error("CFDI3307 - Timbre duplicado: el customid ya se usó con otro comprobante.", data=data)


def _chosen(desk: certifying.Desk, examined: certifying.Examined) -> SimulatorReply | None:
    """The answer that the marker asks for, None where the CFDI is judged on its merits."""
    marker = examined.wishes.stamping
    if marker == "500":
        return replies.error("Error interno del servicio.", status=500)
    if wishes.CODE.fullmatch(marker):
        return replies.refusal((Fault(marker, "a petición"),))
    once = f"once/busy/{examined.digest}"
    return replies.down({once: b"1"}) if marker == "busy" and not desk.kept(once) else None


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
