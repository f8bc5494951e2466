"""DNS messages (RFC 1035 4.1) that ask for NAPTR records (RFC 3403 4), and what such an answer holds."""

from __future__ import annotations

import struct
from typing import NamedTuple

NAPTR, CNAME, _IN = 35, 5, 1
NO_ERROR, NAME_ERROR = 0, 3
"""Response codes (RFC 1035 4.1.1): NAME_ERROR is the only one by which a name does not exist."""
_HEAD = struct.Struct("!6H")
_FIXED = struct.Struct("!HHIH")
_ANSWERED, _TRUNCATED, _RECURSE = 0x8000, 0x0200, 0x0100
_LABEL_BYTES, _NAME_BYTES, _JUMPS, _MOST_RECORDS = 63, 255, 16, 100


class UnreadableMessage(ValueError):
    """Bytes that are no answer to the question."""


class Pointer(NamedTuple):
    """A NAPTR record: the lowest `order`, and in it the lowest `preference`, goes first. `ttl` in seconds."""

    order: int
    preference: int
    flags: str
    service: str
    regexp: str
    ttl: int


class Reply(NamedTuple):
    """`aliased`: the name is only an alias of another one. `others`: how many records of other types came along."""

    code: int
    pointers: tuple[Pointer, ...]
    aliased: bool
    others: int


def question(name: str) -> bytes:
    """The message that asks for a name's NAPTR records. Its id is 0, so that caches may keep it (RFC 8484 4.1)."""
    return _HEAD.pack(0, _RECURSE, 1, 0, 0, 0) + _written(name) + struct.pack("!2H", NAPTR, _IN)


def reply(message: bytes, name: str) -> Reply:
    """What the message says of that name. Raises UnreadableMessage: cut short, or an answer to something else."""
    try:
        return _reply(message, name)
    except (struct.error, IndexError, UnicodeDecodeError) as why:
        raise UnreadableMessage(f"the DNS message cannot be read: {why}") from None


def _reply(message: bytes, name: str) -> Reply:
    _, flags, questions, answers, _, _ = _HEAD.unpack_from(message)
    if not flags & _ANSWERED or flags & _TRUNCATED or answers > _MOST_RECORDS:
        raise UnreadableMessage("the DNS message is no whole answer")
    place = _HEAD.size
    for _ in range(questions):
        asked, place = _name(message, place)
        if asked != name.lower():
            raise UnreadableMessage("the DNS message answers another question")
        place += 4
    pointers: list[Pointer] = []
    aliased, others = False, 0
    for _ in range(answers):
        owner, place = _name(message, place)
        kind, _, ttl, length = _FIXED.unpack_from(message, place)
        place += _FIXED.size
        data = message[place : place + length]
        place += length
        if len(data) != length:
            raise UnreadableMessage("the DNS message is cut short")
        if kind == NAPTR and owner == name.lower():
            pointers.append(_pointer(data, ttl))
        aliased = aliased or kind == CNAME
        others += kind not in (NAPTR, CNAME)
    return Reply(flags & 0x000F, tuple(sorted(pointers)), aliased, others)


def _pointer(data: bytes, ttl: int) -> Pointer:
    order, preference = struct.unpack_from("!2H", data)
    texts: list[str] = []
    place = 4
    for _ in range(3):
        length = data[place]
        text = data[place + 1 : place + 1 + length]
        if len(text) != length:
            raise UnreadableMessage("a NAPTR record is cut short")
        texts.append(text.decode("utf-8"))
        place += 1 + length
    flags, service, regexp = texts
    return Pointer(order, preference, flags, service, regexp, ttl)


def _written(name: str) -> bytes:
    labels = [label.encode("ascii") for label in name.split(".")]
    if not all(0 < len(label) <= _LABEL_BYTES for label in labels) or len(name) > _NAME_BYTES - 2:
        raise ValueError(f"{name!r} is no domain name")
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"


def _name(message: bytes, place: int) -> tuple[str, int]:
    """The name at that place, in lower case, and where the message goes on (compression: RFC 1035 4.1.4)."""
    labels: list[str] = []
    after: int | None = None
    for _ in range(_NAME_BYTES + _JUMPS):
        length = message[place]
        if length >= 0xC0:
            after = place + 2 if after is None else after
            place = (length & 0x3F) << 8 | message[place + 1]
        elif length > _LABEL_BYTES:
            break
        elif length == 0:
            return ".".join(labels).lower(), place + 1 if after is None else after
        else:
            labels.append(message[place + 1 : place + 1 + length].decode("ascii"))
            place += 1 + length
    raise UnreadableMessage("a name of the DNS message never ends")
