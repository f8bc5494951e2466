"""Asking a registry whether a receiver can be reached: four answers that are never mistaken for one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jurisdictions.contract.exchanges import Answer, Ask, Sandbox
from jurisdictions.contract.values import Environment, Value
from schemas.findings import Findings


class Reach(StrEnum):
    """What a registry says of a receiver. `could_not_ask` says nothing of the receiver at all."""

    NOT_REGISTERED = "not_registered"
    WITHOUT_TYPE = "without_type"
    CAPABLE = "capable"
    COULD_NOT_ASK = "could_not_ask"


class Capability(Value, frozen=True, kw_only=True):
    """One receiver, one kind of document, one answer, and when it was given.

    `receiver` and `document` are in the registry's own words. `holds` names what the receiver is registered for, where
    that was told. `details` are what was learned on the way (endpoint, certificate, registry). `valid_until` is how
    long the answer may be kept; None: not at all.
    """

    receiver: str
    document: str
    reach: Reach
    sentence: str
    asked_at: datetime
    fix: str | None = None
    holds: tuple[str, ...] = ()
    findings: Findings = ()
    details: Mapping[str, str] = {}
    valid_until: datetime | None = None


class Probe(Value, frozen=True, kw_only=True):
    """Where a look-up stands: questions with a memo, or (without questions) what was found."""

    asks: tuple[Ask, ...] = ()
    memo: Mapping[str, object] = {}
    found: tuple[Capability, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """The talk with the registry, sans-IO, outside of any submission: nothing is sent to the receiver.

    `begin(receiver, environment, sandbox, at)` takes a receiver as the registry names it (ValueError: no such
    identifier); `resume(memo, answers, sandbox, at)` goes on with the answers to every question of the last probe.
    """

    begin: Callable[[str, Environment, Sandbox | None, datetime], Probe]
    resume: Callable[[Mapping[str, object], Mapping[str, Answer], Sandbox | None, datetime], Probe]
