"""Which line of an answer is about which record of the message.

A line names the invoice and the operation, and not the record: an alta and its subsanación look alike. Source:
"Descripción del servicio web" 1.0.3, RespuestaLinea.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence

from jurisdictions.contract import InstructionKind, Sending
from jurisdictions.verifactu.remission.answers import Line


def matched(documents: Sequence[Sending], lines: Iterable[Line]) -> Iterator[tuple[Sending, Line | None]]:
    """Each record with its line: by invoice and operation, and in order where a message has several of them.

    Where the answer speaks less often of an invoice than the message did, nobody can tell of which record it is silent,
    and the last of them hides the others from any later look into the AEAT's book: then none of them has a line.
    """
    waiting: dict[tuple[str, str, str], deque[Line]] = defaultdict(deque)
    for line in lines:
        waiting[line.number, line.date, line.operation].append(line)
    sent = Counter(map(_key, documents))
    silent = {(number, day) for (number, day, kind), n in sent.items() if len(waiting[number, day, kind]) < n}
    for one in documents:
        yield one, None if invoice(one) in silent else waiting[_key(one)].popleft()


def invoice(one: Sending) -> tuple[str, str]:
    """Number and date; an AEAT's message is of one issuer."""
    return one.attributes["number"], one.attributes["date"]


def _key(one: Sending) -> tuple[str, str, str]:
    return (*invoice(one), "Anulacion" if one.instruction is InstructionKind.CANCEL else "Alta")
