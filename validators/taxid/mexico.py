"""Registro Federal de Contribuyentes (RFC): three or four letters, a date, two characters and a check digit.

Some real RFC fail the check digit, and the tax office's own generic one does too.
"""

from __future__ import annotations

from stdnum.mx import rfc

from validators.taxid.fault import Fault, fault_of

EXPECTED = "12 characters (a company) or 13 (a person): letters, a date YYMMDD, and three more"
GENERIC = frozenset({"XAXX010101000", "XEXX010101000"})
"""The public at large, and residents abroad (Resolución Miscelánea Fiscal 2.7.1.23)."""


def fault(value: str) -> Fault | None:
    """What is wrong with an RFC as an invoice must state it; `CHECKSUM` also where the last three look unusual."""
    number = rfc.compact(value)
    if number in GENERIC:
        return None
    if len(number) not in (12, 13):
        return Fault.LENGTH
    found = fault_of(rfc.validate, number)
    if found is not None:
        return found
    doubted = fault_of(lambda text: rfc.validate(text, validate_check_digits=True), number)
    return None if doubted is None else Fault.CHECKSUM
