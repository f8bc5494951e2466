"""How long invoices, records and the evidence of their reporting are kept, as data.

VERI*FACTU itself asks for nothing: the AEAT keeps what was sent to it (FAQ for developers 1.3 §13). The duties are
those of taxes and of books, and the longest one counts.

Sources: Ley 58/2003 (LGT) arts. 66, 67 and 70; Código de Comercio art. 30; RD 1619/2012 art. 19.
"""

from __future__ import annotations

from datetime import date

from jurisdictions.contract import Retention

_LGT = "Ley 58/2003 (LGT) arts. 66 and 67: four years from the end of the year's last term of payment, in the next year"
_BOOKS = "Código de Comercio art. 30: six years from the last entry in the year's books"

RETENTION = (
    Retention(what="documents", years=5, law=_LGT, valid_from=date(2004, 7, 1)),
    Retention(what="documents", years=6, law=_BOOKS, valid_from=date(1990, 1, 1)),
    Retention(what="evidence", years=5, law=_LGT, valid_from=date(2004, 7, 1)),
)
"""Documents are the invoices and their records; evidence is what shows that and when they were reported. The four years
of the LGT begin during the next year and so end within the fifth."""
