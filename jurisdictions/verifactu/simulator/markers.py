"""Reserved texts that ask for a chosen behaviour, written in DescripcionOperacion or RefExterna of a record.

| Text | What happens |
|---|---|
| `[sim:1239]`, `[sim:2004]`, `[sim:3002]`… | that record is refused (2xxx: accepted) with that code; always |
| `[sim:4112]`, `[sim:fault-4112]`, `[sim:3501]`… | the whole message is refused by a SOAP fault with that code; once |
| `[sim:fault-server]` | a SOAP fault of the server (`env:Server`): nothing is registered; once |
| `[sim:busy]`, `[sim:429]` | HTTP 503, HTTP 429: nothing is registered; once |
| `[sim:lost]` | everything is registered and the line drops before the answer; once |
| `[sim:slow]` | the answer takes five seconds; once |

Once: the first time that the record with that huella is seen; sent again, it is judged like any other. Of several in
one message the first is shown, and all count as shown. A text that is not in this table is no marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jurisdictions.verifactu.simulator.record import Record

SIGN = b"[sim:"
SLOW_SECONDS = 5.0
_MARKER = re.compile(r"\[sim:([a-z0-9-]+)\]")
_ONCE = frozenset({"busy", "429", "lost", "slow", "fault-server"})


def record_code(record: Record) -> int | None:
    """The code that the record asks for itself."""
    for word in _words(record):
        if re.fullmatch(r"[12]\d{3}|300\d", word):
            return int(word)
    return None


def behaviours(records: Iterable[Record]) -> Iterator[tuple[str, str]]:
    """Each behaviour asked for the whole message, with the key under which the book remembers that it was shown."""
    for record in records:
        for word in _words(record):
            fault = re.fullmatch(r"(?:fault-)?(41\d{2}|35\d{2})", word)
            name = f"fault-{fault[1]}" if fault else word
            if fault or word in _ONCE:
                yield name, f"once/{name}/{record.nif}/{record.get('Huella')}"


def _words(record: Record) -> list[str]:
    return _MARKER.findall(f"{record.get('DescripcionOperacion')} {record.get('RefExterna')}")
