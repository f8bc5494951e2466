"""What is said of an issuer by itself, and whether a change of its settings may stand.

Only what the settings say can be fatal here, and refuses a change; what is missing beside them (papers, certificate,
producer) is fatal where a record would be made, and told here in time.

Sources: those of `regime` and `readiness`; RD 1619/2012 art. 6.1.a (series); Order HAC/1177/2024 art. 7 and FAQ for
developers 1.3 §4 (an installation number is used once and never again).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from jurisdictions.contract import Issuer
from jurisdictions.verifactu.obligado import readiness, regime
from jurisdictions.verifactu.obligado.attested import day_of
from jurisdictions.verifactu.parties import spanish_nif
from jurisdictions.verifactu.rules.series import OTHERS_RULE, RULE
from jurisdictions.verifactu.settings import Settings, settings_of
from schemas.findings import Finding, Findings, Severity

INSTALLATION_RULE = "VERIFACTU-INSTALLATION"
_SETTINGS = "/settings/verifactu"


def review(issuer: Issuer, former: object | None, at: datetime) -> Findings:
    """All that may be said of an issuer with a Spanish NIF; nothing of others. `former` are its settings before."""
    if spanish_nif(issuer.party) is None:
        return ()
    settings, today = settings_of(issuer), day_of(issuer, at)
    before = former if isinstance(former, Settings) else None
    said = [*regime.review(settings.calendar, None if before is None else before.calendar, today)]
    said += _series(settings)
    if before is not None:
        said += _installations(issuer, settings, before)
    if _concerned(settings, regime.regime_on(settings.calendar, today).regime):
        said += map(_as_warning, _readiness(issuer, at))
    return tuple(said)


def _concerned(settings: Settings, now: str) -> bool:
    """Whether records are made now, or will be as far as the settings say."""
    return "verifactu" in {now, settings.regime, *(one.regime for one in settings.regimes)}


def _readiness(issuer: Issuer, at: datetime) -> Iterator[Finding]:
    yield from readiness.findings(issuer, at)
    yield from readiness.expiring(issuer, at)
    yield from readiness.holder(issuer, at)


def _as_warning(found: Finding) -> Finding:
    return replace(found, severity=Severity.WARNING)


def _series(settings: Settings) -> Iterator[Finding]:
    """Each series holds what one kind of issuer issues; what is not stated cannot be watched."""
    taken: set[str] = set(settings.series_rectificativas)
    for place, one in enumerate(settings.terceros):
        for name in ("series", "series_rectificativas"):
            series = getattr(one, name)
            if series is None:
                continue
            if series in taken:
                yield Finding(
                    rule=OTHERS_RULE,
                    message="A series holds what one of them issues, and either invoices or facturas rectificativas.",
                    pointer=f"{_SETTINGS}/terceros/{place}/{name}",
                    found=series,
                    fix="Give each a series of its own (RD 1619/2012 art. 6.1.a).",
                )
            taken.add(series)
        if one.series is None:
            yield Finding(
                rule=OTHERS_RULE,
                message="What a third party issues is numbered in a series of its own, and none is stated.",
                severity=Severity.WARNING,
                pointer=f"{_SETTINGS}/terceros/{place}/series",
                found=one.key,
                fix="State the series (RD 1619/2012 art. 6.1.a).",
            )
    if not settings.series_rectificativas:
        yield Finding(
            rule=RULE,
            message="Facturas rectificativas are numbered in series of their own, and none is stated.",
            severity=Severity.WARNING,
            pointer=f"{_SETTINGS}/series_rectificativas",
            fix="State them (RD 1619/2012 art. 6.1.a): corrections that name no series are numbered in the first.",
        )


def _installations(issuer: Issuer, settings: Settings, before: Settings) -> Iterator[Finding]:
    """A number that was in use is given up: its chain ends, and no other installation may ever bear it again."""
    given_up = _in_use(issuer, before) - _in_use(issuer, settings)
    if given_up:
        yield Finding(
            rule=INSTALLATION_RULE,
            message="Installations are given up; records to come begin a chain of their own, and the number is spent.",
            severity=Severity.WARNING,
            pointer=f"{_SETTINGS}/installation",
            found=" ".join(sorted(given_up)),
            fix="After a restored backup or a move, use `gateway chain renew` instead: it never repeats a number.",
        )


def _in_use(issuer: Issuer, settings: Settings) -> set[str]:
    return {settings.installation or issuer.id, *settings.installations.values()}
