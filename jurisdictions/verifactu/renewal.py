"""Beginning a new installation: its NumeroInstalacion, and with it a new chain.

Sources: FAQ for developers 1.3 §4 (the number is unique for ever for an obligado; a restored backup and a new
installation need another one); record design DsRegistro 1.0, sheet 5 (a moment or a counter that never comes again).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from jurisdictions.verifactu.settings import DEFAULTS, Settings

LONGEST = 100
"""Characters of a NumeroInstalacion."""
_MOMENT = "%Y%m%d%H%M%S"
_RENEWED = re.compile(r"-?[0-9]{14}-[0-9a-z]{1,12}$(?!\n)")


def renew(settings: object, chain: str | None, at: datetime, entropy: str) -> Mapping[str, object]:
    """A merge patch on the settings that gives the installation of `chain` another number.

    None: the former system was another one, whose numbers nobody here knows; every number that the settings name is
    replaced. `entropy` is letters and digits; what is sealed stays as it is, and so does the old chain.
    """
    given = settings if isinstance(settings, Settings) else DEFAULTS
    suffix = f"{at.astimezone(UTC):{_MOMENT}}-{re.sub('[^0-9a-z]', '', entropy.lower())[:8] or '0'}"
    if chain is None:
        apart = {number: place for place, number in enumerate(sorted(set(given.installations.values())), start=1)}
        numbers = {series: fresh(old, f"{suffix}{apart[old]}") for series, old in given.installations.items()}
        default = {"installation": fresh(given.installation or "", suffix)}
        return {**default, "installations": numbers} if numbers else default
    former = chain.partition(":")[2]
    of_series = sorted(series for series, number in given.installations.items() if number == former)
    if of_series and former != given.installation:
        return {"installations": dict.fromkeys(of_series, fresh(former, suffix))}
    patch: dict[str, object] = {"installation": fresh(former, suffix)}
    if of_series:
        patch["installations"] = dict.fromkeys(of_series, fresh(former, suffix))
    return patch


def fresh(former: str, suffix: str) -> str:
    """The stem of the former number, without the suffix that an earlier renewal gave it, and the new one."""
    stem = _RENEWED.sub("", former)[: LONGEST - len(suffix) - 1].rstrip()
    return f"{stem}-{suffix}" if stem else suffix
