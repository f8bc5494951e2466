"""The receivers of several documents at once: asked for in one go, remembered for as long as the directory allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

import msgspec

from jurisdictions.contract import (
    Answer,
    Ask,
    Capability,
    Environment,
    Failure,
    Lookup,
    Probe,
    Reach,
    Sandbox,
    Sending,
    Session,
    Setting,
)
from jurisdictions.peppol import codelists, discovery, sml, smp
from jurisdictions.peppol.discovery import EVERYONE, Place, Progress
from jurisdictions.peppol.smp import Wanted

ACCESS_POINT = "access_point"
DIRECTORIES = frozenset({sml.ENDPOINT, smp.ENDPOINT})
_MOST_REMEMBERED = 200
_TROUBLE_REMEMBERED = timedelta(hours=24)
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_PROCESS = f"{codelists.PROCESS_SCHEME}::{codelists.PROFILE}"
_progress = dict[str, Progress]
_capabilities = dict[str, Capability]


class Round(NamedTuple):
    """Talks that go on with their questions, and all that is known; `fresh` became known in this round."""

    talks: Mapping[str, Progress]
    asks: tuple[Ask, ...]
    known: Mapping[str, Capability]
    fresh: Mapping[str, Capability]

    def memo(self) -> dict[str, object]:
        return {"talks": msgspec.to_builtins(self.talks), "known": msgspec.to_builtins(self.known)}


class Asker(NamedTuple):
    """Who asks: the environment, whom registries must come from, and when."""

    environment: Environment
    authority: str
    at: datetime


def asked_here(sandbox: Sandbox | None) -> bool:
    """Whether we ask the network ourselves. Where the access point is a real one it asks, of the real network."""
    return sandbox is not None and DIRECTORIES | {ACCESS_POINT} <= set(sandbox.endpoints)


def asker(setting: Setting) -> Asker:
    authority = setting.sandbox.authority if setting.sandbox else ""
    return Asker(setting.issuer.environment, authority, setting.at)


def wanted(one: Sending) -> Wanted:
    return Wanted(one.attributes["receiver"], one.attributes["document_type"], one.attributes["process"])


def key(subject: Wanted) -> str:
    """The name of a receiver and a kind of document in questions and in what is remembered; short, for logs."""
    kind = sha256(f"{subject.document}\n{subject.process}".encode()).hexdigest()[:12]
    return f"{subject.participant.lower()}|{kind}"


def begin(documents: Iterable[Sending], session: Session | None, who: Asker) -> Round:
    """Questions for every receiver that is not remembered."""
    subjects = {key(subject): subject for subject in map(wanted, documents)}
    known = {name: found for name in subjects if (found := _remembered(session, name, who.at)) is not None}
    talks, asks = {}, []
    for name, subject in subjects.items():
        if name not in known:
            talks[name], ask = discovery.begin(subject, _place(name, documents, who))
            asks.append(ask)
    return Round(talks, tuple(asks), known, known)


def resume(
    memo: Mapping[str, object], answered: Mapping[str, Answer], documents: Iterable[Sending], who: Asker
) -> Round:
    """Each talk goes on with its own answer; one without an answer could not be asked."""
    talks = msgspec.convert(memo["talks"], _progress)
    known = msgspec.convert(memo["known"], _capabilities)
    going, asks, fresh = {}, [], {}
    for name, progress in talks.items():
        answer = answered.get(name) or Answer(name=name, failure=Failure.NOT_SENT)
        after = discovery.resume(progress, answer, _place(name, documents, who))
        if isinstance(after, Capability):
            fresh[name] = after
        else:
            going[name] = after[0]
            asks.append(after[1])
    return Round(going, tuple(asks), known | fresh, fresh)


def directory_down(found: Round) -> bool:
    """Whether the directory failed for all that were asked for: then it is no matter of one receiver."""
    fresh = found.fresh.values()
    failed = all(one.reach is Reach.COULD_NOT_ASK and EVERYONE in one.details for one in fresh)
    return bool(fresh) and failed and not found.asks


def _place(name: str, documents: Iterable[Sending], who: Asker) -> Place:
    concerned = tuple(one.submission for one in documents if key(wanted(one)) == name)
    return Place(name, concerned, who.environment, who.authority, who.at)


# ---------------------------------------------------------------------------------------------- what is remembered


def _remembered(session: Session | None, name: str, at: datetime) -> Capability | None:
    stored = session.values.get(name) if session else None
    if stored is None:
        return None
    try:
        found = msgspec.json.decode(stored, type=Capability)
    except msgspec.DecodeError:
        return None
    return found if found.valid_until and at < found.valid_until else None


def remember(session: Session | None, fresh: Mapping[str, Capability], at: datetime) -> Session | None:
    """The session with what became known; None where nothing of it is worth keeping.

    Only receivers that can be reached are kept, for as long as their answer holds, and how often a receiver's registry
    could not be asked in a row. That one is not registered is asked anew each time: a person may just have mended it.
    """
    entries = {name: text for name, text in (session.values if session else {}).items() if _holds(name, text, at)}
    before = dict(entries)
    for name, found in fresh.items():
        trouble = _trouble(found.receiver)
        if found.reach is Reach.COULD_NOT_ASK:
            entries[trouble] = str(failures(session, found.receiver) + 1)
            continue
        entries.pop(trouble, None)
        if found.reach is Reach.CAPABLE and found.valid_until and found.valid_until > at:
            entries[name] = msgspec.json.encode(found).decode()
    return None if entries == before else _session(entries, at)


def forget(session: Session | None, names: Iterable[str], at: datetime) -> Session | None:
    """The session without these receivers; None where they are not in it."""
    gone = set(names)
    if session is None or not gone & session.values.keys():
        return None
    return _session({name: text for name, text in session.values.items() if name not in gone}, at)


def pause(session: Session | None, receiver: str) -> timedelta:
    """How long to leave a receiver's registry alone: doubled with each time that it could not be asked."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(failures(session, receiver), 10)
    return min(_LONGEST_PAUSE, doubled)


def failures(session: Session | None, receiver: str) -> int:
    told = session.values.get(_trouble(receiver), "") if session else ""
    return int(told) if told.isdecimal() and len(told) < 6 else 0


def _trouble(receiver: str) -> str:
    return f"trouble|{receiver.lower()}"


def _holds(name: str, text: str, at: datetime) -> bool:
    return name.startswith("trouble|") or _remembered(Session(values={name: text}, expires_at=at), name, at) is not None


def _session(entries: Mapping[str, str], at: datetime) -> Session:
    kept = dict(list(entries.items())[-_MOST_REMEMBERED:])
    return Session(values=kept, expires_at=at + _TROUBLE_REMEMBERED)


# ---------------------------------------------------------------------------------------------- a look-up for people


def look_up(receiver: str, environment: Environment, sandbox: Sandbox | None, at: datetime) -> Probe:
    """Whether a participant (`0208:0999000129`) gets our invoices and credit notes. ValueError: no such identifier."""
    scheme, _, value = receiver.strip().partition(":")
    if scheme not in codelists.EAS or not value or len(value) > 50:
        raise ValueError("A Peppol participant is written as scheme:value, such as 0208:0999000129.")
    subjects = [
        Wanted(f"{scheme}:{value}", f"{codelists.DOCUMENT_SCHEME}::{document}", _PROCESS)
        for document in (codelists.INVOICE_DOCUMENT, codelists.CREDIT_NOTE_DOCUMENT)
    ]
    who = Asker(environment, sandbox.authority if sandbox else "", at)
    if not asked_here(sandbox):
        return Probe(found=tuple(_nobody_asks(one, who.at) for one in subjects))
    talks, asks = {}, []
    for subject in subjects:
        talks[key(subject)], ask = discovery.begin(subject, _place(key(subject), (), who))
        asks.append(ask)
    memo = Round(talks, (), {}, {}).memo() | {"environment": environment}
    return Probe(asks=tuple(asks), memo=memo)


def look_further(
    memo: Mapping[str, object], answered: Mapping[str, Answer], sandbox: Sandbox | None, at: datetime
) -> Probe:
    environment: Environment = "live" if memo["environment"] == "live" else "test"
    found = resume(memo, answered, (), Asker(environment, sandbox.authority if sandbox else "", at))
    if found.asks:
        return Probe(asks=found.asks, memo=found.memo() | {"environment": environment})
    return Probe(found=tuple(found.known.values()))


def _nobody_asks(subject: Wanted, at: datetime) -> Capability:
    return Capability(
        receiver=subject.participant,
        document=subject.document,
        reach=Reach.COULD_NOT_ASK,
        sentence="This installation does not ask the network itself; its access point does when it sends.",
        asked_at=at,
    )


LOOKUP = Lookup(begin=look_up, resume=look_further)
