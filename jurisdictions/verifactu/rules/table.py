"""Every code of the AEAT's: judged here, told by the authority alone, or out of reach; and how they are published.

Source: errores.properties of 2026-08-18 (193 codes of records, 44 of messages, 10 of records accepted with errors). A
test holds the table against the file itself and wants a case for each code that is judged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from jurisdictions.verifactu.codelists import FIRST_ISSUE_DATE
from jurisdictions.verifactu.rules.sentences import SENTENCES, severity
from schemas.rules import PublishedRule

RULE_SET = "verifactu-1.0"
EDITION = "1.2.2"
VALID_FROM = FIRST_ISSUE_DATE

Judged = Literal["here", "authority", "unreachable"]

_CENSUS = "Only the AEAT's census tells whom it knows, and under which name."
_POWERS = "Only the AEAT knows whose certificate may act for whom."
_TROUBLE = "Trouble of the AEAT's own; no document causes it."
_TRANSPORT = "About how a request arrived, not about what it says."
_BOOKS = "Only the AEAT's books tell which records it holds. Told before sealing from the standing of our own invoices."
_AGREEMENTS = "Only the AEAT knows the agreements and systems that it has granted."
AUTHORITY: Mapping[str, str] = {
    "1109": _CENSUS,
    "1110": _CENSUS,
    "1121": _CENSUS,
    "1128": _AGREEMENTS,
    "1129": _TROUBLE,
    "1154": _CENSUS,
    "1217": _CENSUS,
    "1240": _CENSUS,
    "1241": _TROUBLE,
    "1242": _AGREEMENTS,
    "1243": _TROUBLE,
    "1256": _TROUBLE,
    "1285": "Only the AEAT knows the billing systems of an obligado.",
    "1288": _TROUBLE,
    "2001": _CENSUS,
    "2004": "Only the moment of arrival tells; a document does not have it.",
    "3001": _BOOKS,
    "3002": _BOOKS,
    "3003": _POWERS,
    "3004": "Only the AEAT knows what was entered in its form.",
    "3500": _TROUBLE,
    "3501": _TROUBLE,
    "4104": _CENSUS,
    "4105": _CENSUS,
    "4107": _CENSUS,
    "4108": _TROUBLE,
    "4110": _TROUBLE,
    "4111": _TROUBLE,
    "4112": _POWERS,
    "4118": _TRANSPORT,
    "4123": _CENSUS,
    "4124": _CENSUS,
    "4128": _TROUBLE,
    "4132": _POWERS,
    "4134": _TROUBLE,
    "4135": _TRANSPORT,
    "4139": _TROUBLE,
    "4140": _POWERS,
    "4141": "A measure of the AEAT's against a sender.",
}
"""What no document tells, and why."""
_UNTIL_2012 = "Rates of the years until 2012; the list of admitted rates (1124, 1127) has none of them any more."
_OTHER_SERVICE = "A message of another service, which systems that are VERI*FACTU alone never call."
UNREACHABLE: Mapping[str, str] = {
    "1132": _UNTIL_2012,
    "1135": _UNTIL_2012,
    "1156": "The types that admit no recipient at all (1190) are those that would admit no NIF-IVA.",
    "1187": "A Tercero without T is told by 1155, and beside D by 1159.",
    "1193": "Withdrawn with Validaciones 1.0.3: an issuer may be its own recipient. The census is 1110's.",
    "1210": "Told as 2005 since the first productive edition of Validaciones.",
    "1214": "The record design has no such field any more.",
    "1216": "Told as 2006 since the first productive edition of Validaciones.",
    "1233": "No block wants IDType 07 of a Spaniard alone.",
    "1234": "Recipients are told by 1126, and generators by 1230.",
    "3502": _OTHER_SERVICE,
    "3503": _OTHER_SERVICE,
    "4129": _OTHER_SERVICE,
}
"""What no document can break, and why."""
PARTLY: Mapping[str, str] = {
    "1178": "How a third party is named; whether the census knows it, only the AEAT tells.",
    "1239": "How a recipient is named; whether VIES or the census knows it, only the AEAT tells.",
    "1259": "The obligado's own NIF; whether the census knows the generator, only the AEAT tells.",
    "1149": "The letter of the NIF; whether the census knows the body, only the AEAT tells.",
    "2007": "Among the records of one document.",
    "3000": "Among the records of one document.",
    "4109": "In a consultation; in records each NIF has a code of its own.",
}
"""What is judged here as far as a document tells."""


def judged(code: str) -> Judged:
    """Who judges a code."""
    return "authority" if code in AUTHORITY else "unreachable" if code in UNREACHABLE else "here"


def codes() -> tuple[str, ...]:
    """Every code, in order."""
    return tuple(sorted(SENTENCES))


def published() -> tuple[PublishedRule, ...]:
    """Every code as it is published."""
    return tuple(_published(code, VALID_FROM) for code in codes())


def _published(code: str, valid_from: date) -> PublishedRule:
    sentence = SENTENCES[code]
    return PublishedRule(
        rule=f"AEAT-{code}",
        severity=severity(code),
        rule_set="AEAT VERI*FACTU",
        edition=EDITION,
        valid_from=valid_from,
        sentence=sentence.text,
        fix=sentence.fix,
        judged=judged(code),
        why=AUTHORITY.get(code) or UNREACHABLE.get(code) or PARTLY.get(code),
    )
