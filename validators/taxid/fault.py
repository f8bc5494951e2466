"""What can be wrong with an identifier, and how python-stdnum's exceptions say it."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from stdnum import exceptions


class Fault(StrEnum):
    FORMAT = "format"
    LENGTH = "length"
    COMPONENT = "component"
    CHECKSUM = "checksum"


def fault_of(validate: Callable[[str], object], number: str) -> Fault | None:
    """What `validate`, a function of python-stdnum, finds wrong with the number. Never raises."""
    try:
        validate(number)
    except exceptions.InvalidLength:  # a kind of InvalidFormat, hence first
        return Fault.LENGTH
    except exceptions.InvalidChecksum:
        return Fault.CHECKSUM
    except exceptions.InvalidComponent:
        return Fault.COMPONENT
    except (ValueError, LookupError):  # InvalidFormat, or characters that a module did not foresee
        return Fault.FORMAT
    return None
