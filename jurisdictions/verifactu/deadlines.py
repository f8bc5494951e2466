"""Windows of time, as data.

Sources: Order HAC/1177/2024 art. 16.4 (retry at least hourly while records wait); Validaciones 1.2.2, rule 2004
(240 seconds between making a record and its arrival).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from jurisdictions.contract import Deadline, Instruction, Obligation
from jurisdictions.verifactu.codelists import RECORD_AGE_SECONDS
from jurisdictions.verifactu.obligado.regime import STARTS

RECORD_AGE = timedelta(seconds=RECORD_AGE_SECONDS)
RETRY_WITHIN = timedelta(hours=1)
LONGEST_PAUSE = timedelta(minutes=55)
"""Between the end of a try and the next one: a try that hangs and a breaker that rests still fit into the hour."""

OBLIGATIONS = (
    *(Obligation(who=start.who, valid_from=start.first_day, law=start.law) for start in STARTS.values()),
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
        Deadline(name="next_try", at=at + RETRY_WITHIN, law="Order HAC/1177/2024 art. 16.4"),
    )
