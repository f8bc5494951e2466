"""Taxes: which there are, the rates that they may have, and what is subject to them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from jurisdictions.cfdi.codelists.entry import START, Entry
from jurisdictions.cfdi.codelists.published import plain, small

TAXES: dict[str, Entry] = plain("c_Impuesto")
"""001 ISR, 002 IVA, 003 IEPS."""
FACTORS: dict[str, Entry] = plain("c_TipoFactor")
TAX_OBJECTS: dict[str, Entry] = plain("c_ObjetoImp")


@dataclass(frozen=True, kw_only=True)
class Rate(Entry):
    """A rate of `c_TasaOCuota`: fixed, or anything from `minimum` to `value`."""

    tax: str
    factor: str
    value: Decimal
    minimum: Decimal | None = None
    transferred: bool = False
    withheld: bool = False

    def holds(self, rate: Decimal) -> bool:
        return rate == self.value if self.minimum is None else self.minimum <= rate <= self.value


def _rates() -> tuple[Rate, ...]:
    return tuple(
        Rate(
            valid_from=START if minimum else days.valid_from,  # of a range the catalogue keeps the present ceiling only
            valid_until=days.valid_until,
            tax=tax,
            factor=factor,
            value=Decimal(value),
            minimum=Decimal(minimum) if minimum else None,
            transferred="transferred" in ways,
            withheld="withheld" in ways,
        )
        for days, (tax, factor, minimum, value, ways) in small()["c_TasaOCuota"].values()
    )


RATES: tuple[Rate, ...] = _rates()
"""`c_TasaOCuota`; 0.08 of IVA is the credit at the borders. The ceiling of the IEPS quota rises every January,
and the catalogue then forgets the one before: earlier years are judged by the present ceiling."""
