"""The simulated directory (SML): answers NAPTR questions that come as DNS messages over HTTPS (RFC 8484).

It reads and writes the messages itself. A participant of the book has an entry under the hash of its identifier; what
is not in the book does not exist (NXDOMAIN). A participant's `directory` tells how its entry misbehaves.
"""

from __future__ import annotations

import struct
from base64 import b32encode
from collections.abc import Mapping
from hashlib import sha256

from jurisdictions.contract import SimulatorReply, SimulatorRequest
from jurisdictions.peppol.simulator import registry

ZONE = "iso6523-actorid-upis.participant.sml.test.tech.peppol.org"
HOST = "smp.sandbox.example"
TTL = 60
_MESSAGE = "application/dns-message"
_NAPTR, _CNAME, _INTERNET = 35, 5, 1
_NO_ERROR, _FORMAT_ERROR, _SERVER_FAILURE, _NAME_ERROR, _NOT_IMPLEMENTED, _REFUSED = range(6)
_PAGE = b"<html><body><h1>It works!</h1></body></html>"


def label(participant: str) -> str:
    """The first label of a participant's name."""
    return b32encode(sha256(participant.lower().encode()).digest()).decode().strip("=").lower()


def answer(book: Mapping[str, bytes], request: SimulatorRequest) -> SimulatorReply:
    """The resolver's answer. Only a POST of one question, with both media types right, is taken."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if request.method != "POST":
        return SimulatorReply(status=405, headers={"allow": "POST"})
    if headers.get("content-type") != _MESSAGE:
        return SimulatorReply(status=415)
    if _MESSAGE not in headers.get("accept", ""):
        return SimulatorReply(status=406)
    question = _question(request.body)
    if question is None:
        return _told(_head(request.body[:2], _FORMAT_ERROR, 0, 0))
    name, kind, raw = question
    return _answered(book, request.body[:2], name, kind, raw)


def _answered(book: Mapping[str, bytes], number: bytes, name: str, kind: int, raw: bytes) -> SimulatorReply:
    if name.partition(".")[2] != ZONE:
        return _told(_head(number, _REFUSED, 1, 0) + raw)
    known = next(
        (one for one in registry.participants(book) if label(one) == name.partition(".")[0]),
        None,
    )
    entry = registry.known(book, known) if known else None
    if entry is None:
        return _told(_head(number, _NAME_ERROR, 1, 0) + raw)
    if kind != _NAPTR:
        return _told(_head(number, _NO_ERROR, 1, 0) + raw)
    return _entry(entry, number, raw)


def _entry(entry: registry.Participant, number: bytes, raw: bytes) -> SimulatorReply:
    """The participant's entry, or how it fails."""
    match entry.directory:
        case "servfail":
            return _told(_head(number, _SERVER_FAILURE, 1, 0) + raw)
        case "silent":
            return SimulatorReply(lost=True)
        case "page":
            return SimulatorReply(headers={"content-type": "text/html"}, body=_PAGE)
        case "alias":
            record = _record(_CNAME, _name(f"b-{'0' * 32}.{ZONE}"))
        case "other":
            record = _record(_NAPTR, _naptr("meta:other", "!.*!https://elsewhere.sandbox.example!"))
        case _:
            record = _record(_NAPTR, _naptr("Meta:SMP", f"!.*!https://{HOST}!"))
    return _told(_head(number, _NO_ERROR, 1, 1) + raw + record)


def _question(message: bytes) -> tuple[str, int, bytes] | None:
    """Name in lower case, type, and the question's own bytes; None where the message is not one plain question."""
    try:
        _, flags, questions, answers, authorities, _ = struct.unpack_from("!6H", message)
        if flags & 0xF800 or questions != 1 or answers or authorities:
            return None
        place, labels = 12, []
        while message[place]:
            if message[place] > 63:
                return None
            labels.append(message[place + 1 : place + 1 + message[place]].decode("ascii"))
            place += 1 + message[place]
        kind, world = struct.unpack_from("!2H", message, place + 1)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None
    if world != _INTERNET:
        return None
    return ".".join(labels).lower(), kind, message[12 : place + 5]


def _head(number: bytes, code: int, questions: int, answers: int) -> bytes:
    """Of an answer, with recursion as it was asked for."""
    return number.ljust(2, b"\0") + struct.pack("!5H", 0x8180 | code, questions, answers, 0, 0)


def _record(kind: int, data: bytes) -> bytes:
    """A record of the name that was asked for, by a pointer to the question."""
    return struct.pack("!HHHIH", 0xC00C, kind, _INTERNET, TTL, len(data)) + data


def _naptr(service: str, regexp: str) -> bytes:
    texts = b"".join(bytes((len(text),)) + text.encode() for text in ("U", service, regexp))
    return struct.pack("!2H", 100, 10) + texts + b"\0"


def _name(name: str) -> bytes:
    return b"".join(bytes((len(part),)) + part.encode() for part in name.split(".")) + b"\0"


def _told(message: bytes) -> SimulatorReply:
    return SimulatorReply(headers={"content-type": _MESSAGE, "cache-control": f"max-age={TTL}"}, body=message)
