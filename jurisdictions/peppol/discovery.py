"""Can this receiver get this document: the directory (SML) and then its registry (SMP), as one talk with four answers.

Not registered; registered without this type; capable; could not ask. A network that fails, a page of somebody else's,
or an answer that cannot be trusted says nothing of the receiver: that is "could not ask", and is asked again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from jurisdictions.contract import Answer, Ask, Capability, Environment, Reach
from jurisdictions.peppol import foreign_formats, sml, smp
from jurisdictions.peppol.sml import Absent, Unasked
from jurisdictions.peppol.smp import Elsewhere, Group, Missing, Service, Wanted, Without

EVERYONE = "everyone"
"""The detail of a capability that says that nobody else could be asked for either."""
_LONGEST_TTL = 3600
"""Seconds that an answer is kept at most, whatever the directory allows."""
_SHOWN = 10


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the talk about one receiver has come. `base` is the registry; `signer` is whom a redirect named."""

    wanted: Wanted
    step: Literal["directory", "service", "redirected", "group"] = "directory"
    base: str = ""
    ttl: int = 0
    signer: str | None = None
    why: str = ""


class Place(NamedTuple):
    """Where the talk takes place: `key` names its questions, `authority` is the PEM of whom registries come from."""

    key: str
    documents: tuple[str, ...]
    environment: Environment
    authority: str
    at: datetime


Next = tuple[Progress, Ask] | Capability


def begin(wanted: Wanted, place: Place) -> tuple[Progress, Ask]:
    """The first question: to the directory."""
    return Progress(wanted=wanted), sml.ask(place.key, wanted.participant, place.environment, place.documents)


def resume(progress: Progress, answer: Answer, place: Place) -> Next:
    """The next question, or what is known now."""
    if progress.step == "directory":
        return _directory(progress, answer, place)
    if progress.step == "group":
        return _group(progress, answer, place)
    return _service(progress, answer, place)


def _directory(progress: Progress, answer: Answer, place: Place) -> Next:
    wanted = progress.wanted
    found = sml.read(answer, wanted.participant, place.environment)
    if isinstance(found, Unasked):
        return _unasked(progress, found, place)
    if isinstance(found, Absent):
        return _not_registered(progress, place, "the directory has no entry for it")
    after = msgspec.structs.replace(progress, step="service", base=found.address, ttl=found.ttl)
    return after, smp.service_ask(place.key, found.address, wanted, place.documents)


def _service(progress: Progress, answer: Answer, place: Place) -> Next:
    wanted = progress.wanted
    found = smp.read_service(answer, wanted, place.authority, place.at, progress.signer)
    match found:
        case Service():
            return _capable(progress, found, place)
        case Elsewhere() if progress.step == "service" and sml.usable(found.address):
            after = msgspec.structs.replace(progress, step="redirected", signer=found.signer)
            return after, smp.redirected_ask(place.key, found.address, place.documents)
        case Elsewhere():
            return _unasked(
                progress,
                Unasked("the registry sends us on where nobody is asked (one redirect is allowed)"),
                place,
            )
        case Without():
            return _group_next(progress, place, found.why)
        case Missing() if progress.step == "redirected":
            return _unasked(progress, Unasked("the other registry does not know the service"), place)
        case Missing():
            return _group_next(progress, place, "it is not registered for this document type")
    return _unasked(progress, found, place)


def _group_next(progress: Progress, place: Place, why: str) -> tuple[Progress, Ask]:
    """What else is it registered for? Only a registry that knows the participant can say that the type is missing."""
    after = msgspec.structs.replace(progress, step="group", why=why)
    return after, smp.group_ask(place.key, progress.base, progress.wanted.participant, place.documents)


def _group(progress: Progress, answer: Answer, place: Place) -> Next:
    found = smp.read_group(answer, progress.wanted.participant)
    if isinstance(found, Group):
        return _without(progress, found, place)
    if isinstance(found, Missing) and not found.page:
        return _not_registered(progress, place, "the directory names a registry, and that one does not know it")
    if isinstance(found, Missing):
        found = Unasked("the registry answered with somebody's page (404)")
    return _unasked(progress, found, place)


def _capable(progress: Progress, found: Service, place: Place) -> Capability:
    until = place.at + timedelta(seconds=min(progress.ttl, _LONGEST_TTL))
    return _capability(
        progress,
        place,
        Reach.CAPABLE,
        f"{progress.wanted.participant} takes this kind of document.",
        details={
            "registry": progress.base,
            "endpoint": found.address,
            "transport": smp.TRANSPORT,
            "certificate_sha256": found.certificate_sha256,
        },
        valid_until=min(until, found.until) if found.until else until,
    )


def _not_registered(progress: Progress, place: Place, why: str) -> Capability:
    return _capability(
        progress,
        place,
        Reach.NOT_REGISTERED,
        f"{progress.wanted.participant} is not registered on the Peppol network: {why}.",
        fix="Ask the customer for its Peppol identifier, or deliver the invoice in another way.",
    )


def _without(progress: Progress, found: Group, place: Place) -> Capability:
    findings = foreign_formats.registered(found.documents)
    named = [one.message.removeprefix("The receiver takes ").partition(", which")[0] for one in findings]
    also = f" It takes {', '.join(named)}." if named else ""
    return _capability(
        progress,
        place,
        Reach.WITHOUT_TYPE,
        f"{progress.wanted.participant} is registered on the Peppol network, but {progress.why}.{also}",
        fix="Ask the customer to register for Peppol BIS Billing 3.0, or for another identifier of its own.",
        holds=found.documents[:_SHOWN],
        findings=findings,
        details={"registry": progress.base},
    )


def _unasked(progress: Progress, found: Unasked, place: Place) -> Capability:
    return _capability(
        progress,
        place,
        Reach.COULD_NOT_ASK,
        f"It could not be asked whether {progress.wanted.participant} can be reached: {found.why}.",
        details={EVERYONE: "yes"} if found.everyone else {},
    )


def _capability(progress: Progress, place: Place, reach: Reach, sentence: str, **more: object) -> Capability:
    return Capability(
        receiver=progress.wanted.participant,
        document=progress.wanted.document,
        reach=reach,
        sentence=sentence,
        asked_at=place.at,
        **more,  # type: ignore[arg-type]  # fields of Capability, written out by the four above
    )
