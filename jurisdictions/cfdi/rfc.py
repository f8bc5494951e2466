"""The RFC's form, its date, and its check digit.

Source: tdCFDI.xsd (t_RFC) for the form; the check digit of SAT's instructivo. RFCs with another check digit exist and
are registered, so a wrong one is only worth a warning.
"""

from __future__ import annotations

import re
from datetime import date

from jurisdictions.cfdi.codelists import RFC_GENERIC, RFC_PATTERN

_FORM = re.compile(RFC_PATTERN)
_LETTERS = {letter: value for value, letter in enumerate("0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ")}


def is_well_formed(rfc: str) -> bool:
    """Letters, a date that exists (in 1900 to 2099), and a homoclave."""
    if not _FORM.fullmatch(rfc):
        return False
    digits = rfc[-9:-3]
    return any(_exists(century, digits) for century in (1900, 2000))


def has_check_digit(rfc: str) -> bool:
    """Whether the last character is the computed one; generic RFCs count as right."""
    return rfc in RFC_GENERIC or (len(rfc) in (12, 13) and check_digit(rfc[:-1]) == rfc[-1])


def check_digit(start: str) -> str:
    """The last character for the first eleven (company, which counts a space in front) or twelve (person)."""
    padded = start.rjust(12)
    total = sum(_LETTERS.get(letter, 0) * (13 - place) for place, letter in enumerate(padded))
    return "0A987654321"[total % 11]


def _exists(century: int, digits: str) -> bool:
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    try:
        date(century + year, month, day)
    except ValueError:
        return False
    return True
