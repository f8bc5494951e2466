"""The AEAT's book: what it holds of each invoice, of each system, and the months in which to find them.

Keys (texts):
- `record/{nif}/{number}/{dd-mm-yyyy}`: an `Entry`, one for each invoice ever named, refused ones too;
- `sif/{nif}/{producer}/{system}/{installation}/last`: the last huella accepted from that system;
- `month/{nif}/{yyyy-mm}`: how many invoices; `month/{nif}/{yyyy-mm}/{page}`: their numbers and dates, 500 a page;
- `counter`: messages received; `once/{marker}/{nif}/{huella}`: a reserved behaviour that was shown already;
- `last_day/{nif}`: the FechaFinVeriFactu that the issuer said last;
- `sent/{nif}`: with `strict_wait`, until when (ISO 8601) no short message of the issuer is taken;
- `outage`, `power/{holder}/{nif}`, `successor/{holder}/{nif}`, `collaborator/{nif}`, `wait`, `wait/once`,
  `strict_wait`: set by whoever runs the sandbox.

Nothing ever walks over the whole book: every question is a lookup by key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from jurisdictions.verifactu.simulator.record import Record

PAGE = 500
_MOST_HUELLAS = 50


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An invoice: its state here, the last record accepted (as XML), and every huella seen under its identity."""

    state: Literal["none", "alta", "anulada"] = "none"
    code: int = 0
    petition: str = ""
    presenter: str = ""
    presented: str = ""
    month: str = ""
    incident: bool = False
    huellas: tuple[str, ...] = ()
    record: str = ""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


class Ledger:
    """The book with the changes of one message on top; the book itself is never touched."""

    def __init__(self, book: Mapping[str, bytes]) -> None:
        self._book = book
        self._entries: dict[str, Entry | None] = {}
        self._written: set[str] = set()
        self._systems: dict[str, str] = {}
        self._months: dict[str, list[tuple[str, str]]] = {}
        self._texts: dict[str, bytes | None] = {}

    def text(self, key: str) -> bytes | None:
        """What the book says there as it stands before this message; None where it says nothing."""
        return self._book.get(key)

    def put(self, key: str, value: bytes | None) -> None:
        """Write a text, or None to delete it."""
        self._texts[key] = value

    def petition(self) -> int:
        """The number of this message; it counts up once."""
        number = int(self._book.get("counter", b"0")) + 1
        self.put("counter", str(number).encode())
        return number

    def entry(self, nif: str, number: str, issued: str) -> Entry | None:
        key = f"record/{nif}/{number}/{issued}"
        if key not in self._entries:
            held = self._book.get(key)
            self._entries[key] = _decoder.decode(held) if held else None
        return self._entries[key]

    def of(self, record: Record) -> Entry | None:
        return self.entry(record.nif, record.number, record.issued)

    def write(self, record: Record, entry: Entry) -> None:
        """Keep what became of the record; its huella joins those seen, and a new month gets its line."""
        key = f"record/{record.nif}/{record.number}/{record.issued}"
        former = self.of(record)
        seen = former.huellas if former else ()
        if record.get("Huella") not in seen:
            seen = (*seen, record.get("Huella"))[-_MOST_HUELLAS:]
        self._entries[key] = msgspec.structs.replace(entry, huellas=seen)
        self._written.add(key)
        if entry.month and (former is None or former.month != entry.month):
            self._months.setdefault(f"month/{record.nif}/{entry.month}", []).append((record.number, record.issued))

    def knows_system(self, record: Record) -> bool:
        """Whether a record of the same issuer and system was accepted before."""
        key = _system_key(record)
        return key in self._systems or key in self._book

    def accepted(self, record: Record) -> None:
        self._systems[_system_key(record)] = record.get("Huella")

    def changes(self) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = dict(self._texts)
        for key in self._written:
            entry = self._entries[key]
            if entry is not None:
                found[key] = _encoder.encode(entry)
        found.update((key, huella.encode()) for key, huella in self._systems.items())
        for key, lines in self._months.items():
            found.update(self._pages(key, lines))
        return found

    def _pages(self, key: str, lines: list[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        count = int(self._book.get(key, b"0"))
        page, room = count // PAGE, PAGE - count % PAGE
        old = self._book.get(f"{key}/{page}", b"")
        while lines:
            yield f"{key}/{page}", old + "".join(f"{date} {number}\n" for number, date in lines[:room]).encode()
            count += len(lines[:room])
            lines, page, room, old = lines[room:], page + 1, PAGE, b""
        yield key, str(count).encode()


def invoices_of(book: Mapping[str, bytes], nif: str, month: str, holding: str = "") -> Iterator[tuple[str, str]]:
    """The (number, date) of each invoice first presented for that month, in order. `holding` skips pages without it."""
    key = f"month/{nif}/{month}"
    needle = holding.encode()
    for page in range(-(-int(book.get(key, b"0")) // PAGE)):
        lines = book.get(f"{key}/{page}", b"")
        if needle in lines:
            for line in lines.decode().split("\n")[:-1]:
                yield line[11:], line[:10]


def _system_key(record: Record) -> str:
    system = record.system
    other = system.first("IDOtro")
    producer = system.get("NIF") or (other.get("ID") if other else "")
    return f"sif/{record.nif}/{producer}/{system.get('IdSistemaInformatico')}/{system.get('NumeroInstalacion')}/last"
