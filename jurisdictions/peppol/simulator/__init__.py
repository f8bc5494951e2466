"""An access point with a small REST interface, and the network's directory and registry, as one pure function.

`/dns` is the directory (`directory`), `/smp` the registry (`metadata`); the access point has all other paths.

POST /ap/v1/messages takes a Standard Business Document (SBDH) with a bearer token and an Idempotency-Key that equals
its InstanceIdentifier; GET /ap/v1/messages/{instance} tells what became of one. A document is judged by envelope,
schema and the rules in `invoice`, and then its receiver is looked up in the `registry`.

Book: `token` the bearer token; `message/<instance>` what was accepted; `once/busy/<instance>` a marker that was
honoured; `outage` makes it fail as a whole: `hang` (an answer after two minutes), `refuse` (the line drops), else 503.
Markers in a note or an item's name choose a document's fate: `[sim:CODE]` refuses with that code, `lost` accepts and
drops the line, `busy` answers 503 once, `slow` takes five seconds, `pending` answers 202 and is done when asked for,
`500` answers 500.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

import msgspec

from jurisdictions.contract import Simulator, SimulatorKeys, SimulatorReply, SimulatorRequest
from jurisdictions.peppol.simulator import directory, invoice, metadata, registry
from jurisdictions.peppol.simulator.envelope import Envelope, Finding, opened
from jurisdictions.peppol.simulator.receipt import receipt

_MESSAGES = "/ap/v1/messages"
_DIRECTORY, _REGISTRY = "/dns", "/smp"
_MARKER = re.compile(r"\[sim:([A-Za-z0-9_-]{2,40})\]")
_JSON = {"content-type": "application/json"}
_DOWN = b"<html><head><title>503 Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>"
_HANG_SECONDS = 120.0
_SLOW_SECONDS = 5.0
_STATUS = {"LOOKUP_FAILED": 503, "BUSY": 503, "DUPLICATE_INSTANCE": 409}


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted message as it is kept and told. `digest`: SHA-256 of the posted bytes, hexadecimal."""

    message_id: str
    instance_id: str
    receipt: str
    timestamp: str
    digest: str


def answer(
    book: Mapping[str, bytes], request: SimulatorRequest, at: datetime, keys: SimulatorKeys, profile: str
) -> SimulatorReply:
    """The answer to one request at the moment `at`. Both profiles keep the same pace."""
    outage = _outage(book)
    if outage is not None:
        return outage
    path = request.path.partition("?")[0].rstrip("/")
    if path == _DIRECTORY:
        return directory.answer(book, request)
    if path.startswith(f"{_REGISTRY}/"):
        return metadata.answer(book, request, path.removeprefix(_REGISTRY), at, keys)
    return _access_point(book, request, path, at, keys)


def _access_point(
    book: Mapping[str, bytes], request: SimulatorRequest, path: str, at: datetime, keys: SimulatorKeys
) -> SimulatorReply:
    if path != _MESSAGES and not path.startswith(f"{_MESSAGES}/"):
        return _refusal("NOT_FOUND", "there is nothing here", status=404)
    scheme, _, token = _header(request, "authorization").partition(" ")
    if scheme.lower() != "bearer" or token.encode() != book.get("token", b"sandbox-token"):
        return _refusal("UNAUTHORIZED", "the bearer token is missing or unknown", status=401)
    if request.method == "GET" and path != _MESSAGES:
        return _told(book, path.removeprefix(f"{_MESSAGES}/"))
    if request.method == "POST" and path == _MESSAGES:
        return _posted(book, request, at, keys)
    return _refusal("METHOD_NOT_ALLOWED", "POST a message, or GET one", status=405)


def _outage(book: Mapping[str, bytes]) -> SimulatorReply | None:
    """The answer while the whole access point fails."""
    mode = book.get("outage")
    if mode == b"refuse" or book.get("refuse"):
        return SimulatorReply(lost=True)
    if mode == b"hang" or book.get("hang"):
        return SimulatorReply(status=504, delay_seconds=_HANG_SECONDS)
    return SimulatorReply(status=503, headers={"content-type": "text/html"}, body=_DOWN) if mode else None


def _told(book: Mapping[str, bytes], instance: str) -> SimulatorReply:
    stored = _stored(book, instance)
    if stored is None:
        return _refusal("UNKNOWN_INSTANCE", f"no message {instance} was accepted", status=404)
    return _reply(200, stored, "delivered")


def _posted(book: Mapping[str, bytes], request: SimulatorRequest, at: datetime, keys: SimulatorKeys) -> SimulatorReply:
    envelope = opened(request.body)
    if not isinstance(envelope, Envelope):
        return _refusal("INVALID_SBDH", "the envelope is not right", envelope)
    if _header(request, "idempotency-key") != envelope.instance:
        finding = Finding("SBDH-INSTANCE", "/DocumentIdentification/InstanceIdentifier", "not the Idempotency-Key")
        return _refusal("INVALID_SBDH", "the Idempotency-Key is not the InstanceIdentifier", (finding,))
    digest = sha256(request.body).digest()
    earlier = _stored(book, envelope.instance)
    if earlier is not None:
        if earlier.digest == digest.hex():
            return _reply(409, earlier, "duplicate")
        return _refusal("DUPLICATE_INSTANCE", f"{envelope.instance} was used for another document", status=409)
    marker = _marker(envelope)
    refused = _chosen(book, envelope, marker) or _judged(book, envelope)
    return refused or _accepted(envelope, digest, at, keys, marker)


def _judged(book: Mapping[str, bytes], envelope: Envelope) -> SimulatorReply | None:
    findings = invoice.findings(envelope)
    if findings:
        return _refusal("INVALID_DOCUMENT", f"{findings[0].rule}: {findings[0].message}", findings)
    found = registry.refusal(book, envelope.receiver, envelope.document)
    return _refusal(*found, status=_STATUS.get(found[0], 422)) if found else None


def _accepted(envelope: Envelope, digest: bytes, at: datetime, keys: SimulatorKeys, marker: str) -> SimulatorReply:
    timestamp = at.isoformat(timespec="milliseconds")
    message_id = f"{uuid5(NAMESPACE_URL, f'{envelope.instance}:{digest.hex()}')}@ap.sandbox"
    message = Message(
        message_id=message_id,
        instance_id=envelope.instance,
        receipt=receipt(message_id, envelope.instance, digest, timestamp, keys),
        timestamp=timestamp,
        digest=digest.hex(),
    )
    changes = {_key(envelope.instance): msgspec.json.encode(message)}
    if marker == "pending":
        body = msgspec.json.encode({"status": "pending", "instance_id": envelope.instance, "timestamp": timestamp})
        return SimulatorReply(status=202, headers=_JSON, body=body, changes=changes)
    reply = _reply(201, message, "accepted")
    return msgspec.structs.replace(
        reply, changes=changes, lost=marker == "lost", delay_seconds=_SLOW_SECONDS if marker == "slow" else 0.0
    )


def _chosen(book: Mapping[str, bytes], envelope: Envelope, marker: str) -> SimulatorReply | None:
    """The answer that the marker asks for, None where the document is judged on its merits."""
    if marker.isupper():
        return _refusal(marker, "as asked for", status=_STATUS.get(marker, 422))
    if marker == "500":
        return _refusal("INTERNAL_ERROR", "as asked for", status=500)
    once = f"once/busy/{envelope.instance.lower()}"
    if marker == "busy" and not book.get(once):
        reply = _refusal("BUSY", "try again later", status=503)
        return msgspec.structs.replace(reply, changes={once: b"1"})
    return None


def _marker(envelope: Envelope) -> str:
    found = next((match for text in invoice.texts(envelope.payload) if (match := _MARKER.search(text))), None)
    return found.group(1) if found else ""


def _reply(status: int, message: Message, state: str) -> SimulatorReply:
    told = {
        "status": state,
        "message_id": message.message_id,
        "instance_id": message.instance_id,
        "receipt": message.receipt,
        "timestamp": message.timestamp,
    }
    return SimulatorReply(status=status, headers=_JSON, body=msgspec.json.encode(told))


def _refusal(code: str, message: str, findings: tuple[Finding, ...] = (), *, status: int = 422) -> SimulatorReply:
    listed = [finding._asdict() | {"severity": "error"} for finding in findings]
    body = msgspec.json.encode({"code": code, "message": message, "findings": listed})
    return SimulatorReply(status=status, headers=_JSON, body=body)


def _stored(book: Mapping[str, bytes], instance: str) -> Message | None:
    stored = book.get(_key(instance))
    return msgspec.json.decode(stored, type=Message) if stored else None


def _key(instance: str) -> str:
    return f"message/{instance.lower()}"


def _header(request: SimulatorRequest, name: str) -> str:
    return next((value for key, value in request.headers.items() if key.lower() == name), "")


SIMULATOR = Simulator(
    answer=answer,
    endpoints={"access_point": "", "sml": _DIRECTORY, "smp": _REGISTRY},
    signers=("access_point", metadata.SIGNER, metadata.OTHER_SIGNER),
    founding={"token": b"sandbox-token", **registry.FOUNDING},
)
