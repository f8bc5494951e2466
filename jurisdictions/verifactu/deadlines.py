"""Windows of time, as data.

Sources: Order HAC/1177/2024 art. 16.4 (retry at least hourly while records wait); Validaciones 1.2.2, rule 2004
(240 seconds between making a record and its arrival).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from jurisdictions.contract import Deadline, Instruction, Obligation
from jurisdictions.verifactu.codelists import RECORD_AGE_SECONDS

RECORD_AGE = timedelta(seconds=RECORD_AGE_SECONDS)
LONGEST_PAUSE = timedelta(hours=1)

OBLIGATIONS = (
    Obligation(
        who="payers of Corporate Tax (RD 1007/2023 art. 3.1.a)",
        valid_from=date(2027, 1, 1),
        law="RD 1007/2023, disposición final cuarta, as worded by RDL 15/2025",
    ),
    Obligation(
        who="all other issuers of RD 1007/2023 art. 3.1",
        valid_from=date(2027, 7, 1),
        law="RD 1007/2023, disposición final cuarta, as worded by RDL 15/2025",
    ),
    Obligation(
        who="producers and marketers of billing systems",
        valid_from=date(2025, 7, 29),
        law="Order HAC/1177/2024, nine months after its entry into force",
    ),
)


def deadlines(instruction: Instruction, at: datetime) -> tuple[Deadline, ...]:
    """What begins to run when the record is sealed at `at`. Missing the first makes the message say Incidencia=S."""
    return (
        Deadline(name="record_age", at=at + RECORD_AGE, law="Validaciones y errores 1.2.2, 2004"),
        Deadline(name="next_try", at=at + LONGEST_PAUSE, law="Order HAC/1177/2024 art. 16.4"),
    )
