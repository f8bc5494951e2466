"""Every code of SAT's matrices: judged here, told by the authority alone, or out of reach; and how they are published.

Source: Matriz de errores del CFDI 4.0 (2026-03) and of Pagos 2.0 (revision B). A test holds the table against the
codes themselves and wants a case for each that is judged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from jurisdictions.cfdi.rules import payment_sentences
from jurisdictions.cfdi.rules.sentences import SENTENCES
from schemas.findings import Severity
from schemas.rules import PublishedRule

Judged = Literal["here", "authority", "unreachable"]

_REGISTERED = "Only SAT's list of RFCs (l_RFC) tells; no copy of it is published."
_OBLIGED = "Only SAT's list of taxpayers with obligations (LCO) tells; it is renewed daily."
_RATES = "The published rate of the day and its margin decide; the PAC gives the confirmation."
_COLUMNS = "The columns of c_ClaveProdServ that say so are not in the published data at hand; SAT applies them loosely."
AUTHORITY: Mapping[str, str] = {
    "CFDI40118": _RATES,
    "CFDI40127": _RATES,
    "CFDI40128": "Only the PAC knows the confirmations that it gave.",
    "CFDI40129": "Only the PAC knows the confirmations that were used.",
    "CFDI40138": _REGISTERED,
    "CFDI40139": _REGISTERED,
    "CFDI40143": _REGISTERED,
    "CFDI40144": _REGISTERED,
    "CFDI40145": _REGISTERED,
    "CFDI40147": f"{_REGISTERED} Told here as well where no postal code is known at all.",
    "CFDI40148": _REGISTERED,
    "CFDI40159": _REGISTERED,
    "CFDI40163": _COLUMNS,
    "CFDI40164": _COLUMNS,
    "CFDI40187": _OBLIGED,
    "CFDI40189": _REGISTERED,
    "CFDI40190": _REGISTERED,
    "CFDI40192": _REGISTERED,
    "CFDI40193": _REGISTERED,
    **payment_sentences.AUTHORITY_ONLY,
}
"""What no document tells, and why."""
UNREACHABLE: Mapping[str, str] = {
    "CFDI40120": "SAT's limit of Total is the largest number that the schema admits, so the schema refuses it first.",
    "CFDI40999": "A PAC's answer to what has no code of its own; it is never a rule.",
    **payment_sentences.UNREACHABLE,
}
"""What no document can break, and why."""
PARTLY: Mapping[str, str] = {
    "CFDI40106": "Certificate and number are compared; whether SAT revoked the certificate, only the PAC tells.",
    "CFDI40142": "Its ten digits only; whether SAT gave out the number, only the PAC tells.",
    "CFDI40151": "For the national generic RFC; whether another RFC is registered, only SAT tells.",
    "CFDI40154": "For the national generic RFC; whether another RFC is registered, only SAT tells.",
    "CFDI40194": "Its form, year, customs office and patent; the numbers given out are SAT's.",
    "CFDI40199": "Its form, year, customs office and patent; the numbers given out are SAT's.",
}
"""What is judged here as far as a document tells."""
_MATRICES = (
    ("CFDI40", "SAT CFDI", "4.0-2026-03", date(2022, 1, 1)),
    ("CRP20", "SAT Pagos", "2.0-B", date(2022, 1, 1)),
)


def judged(code: str) -> Judged:
    """Who judges a code of a matrix."""
    return "authority" if code in AUTHORITY else "unreachable" if code in UNREACHABLE else "here"


def codes() -> tuple[str, ...]:
    """Every code of the matrices, in order."""
    return tuple(sorted(code for code in SENTENCES if code.startswith(tuple(row[0] for row in _MATRICES))))


def published() -> tuple[PublishedRule, ...]:
    """Every code as it is published, by matrix."""
    return tuple(
        _published(code, rule_set, edition, valid_from)
        for start, rule_set, edition, valid_from in _MATRICES
        for code in codes()
        if code.startswith(start)
    )


def _published(code: str, rule_set: str, edition: str, valid_from: date) -> PublishedRule:
    sentence = SENTENCES[code]
    return PublishedRule(
        rule=code,
        severity=Severity.FATAL,
        rule_set=rule_set,
        edition=edition,
        valid_from=valid_from,
        sentence=sentence.text,
        fix=sentence.fix,
        judged=judged(code),
        why=AUTHORITY.get(code) or UNREACHABLE.get(code) or PARTLY.get(code),
    )
