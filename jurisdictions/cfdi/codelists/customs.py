"""Customs: the parts of a NumeroPedimento against the customs offices and the agents' patents.

Source: Anexo 20, InformacionAduanera/@NumeroPedimento (two digits of the year of validation, the customs office, the
patent, then the last digit of the year and six digits of a running number), rules CFDI40194 and CFDI40199. The numbers
that each office gave out in a year (`c_NumPedimentoAduana`) are SAT's to judge.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from jurisdictions.cfdi.codelists.entry import Entry
from jurisdictions.cfdi.codelists.published import blocks, plain

CUSTOMS_OFFICES: dict[str, Entry] = plain("c_Aduana")
OLDEST_YEARS = 10
"""A pedimento may be this many years old."""
_NUMBER = re.compile(r"([0-9]{2})  ([0-9]{2})  ([0-9]{4})  [0-9]{7}")


def customs_number_problem(number: str, day: date) -> str | None:
    """What is wrong with a NumeroPedimento on that day, in words; None where nothing is."""
    match = _NUMBER.fullmatch(number)
    if match is None:
        return "it is not written as two, two, four and seven digits with two spaces between"
    year, office, patent = match.groups()
    age = (day.year - int(year)) % 100
    if age > OLDEST_YEARS:
        return f"its year {year} is not one of the last {OLDEST_YEARS}"
    if office not in CUSTOMS_OFFICES or CUSTOMS_OFFICES[office].valid_from > day:
        return f"c_Aduana holds no customs office {office}"
    entry = patents().get(patent)
    if entry is None or entry.valid_from > day:
        return f"c_PatenteAduanal holds no patent {patent}"
    return None


@cache
def patents() -> dict[str, Entry]:
    """Every patent of a customs agent with its days."""
    return {code: entry for entry, codes in blocks("patents.txt") for code in codes}
