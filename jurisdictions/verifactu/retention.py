"""How long invoices, records and the evidence of their reporting are kept, as data.

VERI*FACTU itself asks for nothing: the AEAT keeps what was sent to it (FAQ for developers 1.3 §13). The duties are
those of taxes and of books, and the longest one counts.

Sources: Ley 58/2003 (LGT) arts. 66, 67 and 70; Código de Comercio art. 30; RD 1619/2012 art. 19.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

What = Literal["documents", "evidence"]


class Retention(NamedTuple):
    """What is kept for how many years under which law, for days from `valid_from` on.

    The years count from a `month` and `day`, `later` years after the year of the invoice. `documents` are the invoices
    and their records; `evidence` is what shows that and when they were reported.
    """

    what: What
    years: int
    later: int
    month: int
    day: int
    law: str
    valid_from: date

    def ends(self, of: date) -> date:
        return date(of.year + self.later + self.years, self.month, self.day)


_LGT = "Ley 58/2003 (LGT) arts. 66 and 67, from the end of the term of the year's Corporate Tax return"
_BOOKS = "Código de Comercio art. 30, from the last entry in the year's books"

RETENTION = (
    Retention("documents", 4, 1, 7, 25, _LGT, date(2004, 7, 1)),
    Retention("documents", 6, 0, 12, 31, _BOOKS, date(1990, 1, 1)),
    Retention("evidence", 4, 1, 7, 25, _LGT, date(2004, 7, 1)),
)


def kept_until(what: What, of: date) -> date:
    """The last day on which something of that day must be kept: the longest duty in force then."""
    return max(row.ends(of) for row in RETENTION if row.what == what and row.valid_from <= of)
