"""Check-digit arithmetic of the numbers by which companies are known. Pure: text in, yes or no out.

Each function answers for exactly the format that its scheme prescribes; separators and prefixes are the caller's to
remove. Sources: GS1 General Specifications 7.9 (GLN); ISO/IEC 7812-1 annex B (Luhn); the registers' own rules as the
Peppol BIS Billing 3.0 rules PEPPOL-COMMON-R040 to R050 ask for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import mul


def digits(text: str, length: int | None = None) -> bool:
    """Whether the text is ASCII digits only (and of that length)."""
    return text.isascii() and text.isdigit() and (length is None or len(text) == length)


def gs1(number: str) -> bool:
    """GS1 modulo 10 (GLN, GTIN): weights 3 and 1 in turn from the digit before the check digit leftwards."""
    if not digits(number) or len(number) < 2:
        return False
    return (10 - _weighted(reversed(number[:-1]), _turns(3, 1, len(number)))) % 10 == int(number[-1])


def gln(number: str) -> bool:
    """Global location number (EAS 0088): 13 digits with a GS1 check digit."""
    return digits(number, 13) and gs1(number)


def luhn(number: str) -> bool:
    """Luhn: every second digit from the right doubled, digits of products added; the sum is a multiple of ten."""
    if not digits(number) or len(number) < 2:
        return False
    doubled = (
        sum(divmod(int(digit) * weight, 10))
        for digit, weight in zip(reversed(number), _turns(1, 2, len(number)), strict=False)
    )
    return sum(doubled) % 10 == 0


def swedish_organisation(number: str) -> bool:
    """Organisationsnummer (EAS 0007): ten digits, Luhn."""
    return digits(number, 10) and luhn(number)


def belgian_enterprise(number: str) -> bool:
    """Enterprise number (EAS 0208): ten digits, 0 or 1 first; the last two are 97 minus the first eight modulo 97."""
    return digits(number, 10) and number[0] in "01" and 97 - int(number[:8]) % 97 == int(number[8:])


def norwegian_organisation(number: str) -> bool:
    """Organisasjonsnummer (EAS 0192): nine digits, modulo 11 with weights 3 2 7 6 5 4 3 2."""
    if not digits(number, 9):
        return False
    check = (11 - _weighted(number[:8], (3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11
    return check == int(number[8])


def danish_cvr(number: str) -> bool:
    """CVR number: eight digits, the sum weighted 2 7 6 5 4 3 2 1 is a multiple of eleven."""
    return digits(number, 8) and number[0] != "0" and _weighted(number, (2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def australian_business(number: str) -> bool:
    """ABN (EAS 0151): eleven digits, one taken off the first, weights 10 1 3 5 … 19, a multiple of 89."""
    if not digits(number, 11):
        return False
    return (_weighted(number, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) - 10) % 89 == 0


def mod97_iso7064(text: str) -> bool:
    """ISO/IEC 7064 MOD 97-10, the letters A to Z as 10 to 35 (an IBAN with its first four characters put last)."""
    if not (text.isascii() and text.isalnum()):
        return False
    return int("".join(str(int(character, 36)) for character in text)) % 97 == 1


def _weighted(number: Iterable[str], weights: Iterable[int]) -> int:
    return sum(map(mul, map(int, number), weights))


def _turns(first: int, second: int, length: int) -> Iterable[int]:
    return (first if index % 2 == 0 else second for index in range(length))
