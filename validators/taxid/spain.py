"""NIF of persons and of entities (Real Decreto 1065/2007, art. 18 to 22): DNI, NIE, K L M, and the former CIF."""

from __future__ import annotations

from stdnum.es import nif

from validators.taxid.fault import Fault, fault_of

EXPECTED = "nine characters, eight of them digits, with a check letter or digit (B58378431, 54362315K, X5253868R)"


def fault(value: str) -> Fault | None:
    """What is wrong with a NIF; the prefix ES and separators are allowed."""
    return fault_of(nif.validate, value)
