"""The talk with the network and an access point (docs/access-point-protocol.md).

First each receiver is looked up (`receivers`): only a document whose receiver takes it is handed over, by one POST
each, and asked after by one GET. Where the access point is a real one, it makes the look-up itself and answers by its
codes.

The submission's id is the envelope's instance identifier and the idempotency key: an access point transmits an instance
at most once, so that the same bytes may safely be sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

import msgspec

from jurisdictions.contract import (
    Answer,
    Ask,
    Capability,
    Effect,
    Exchange,
    Flow,
    Hold,
    Instruction,
    Issuer,
    Outcome,
    Reach,
    SecretSlot,
    Sending,
    Setting,
    Step,
)
from jurisdictions.peppol import answers, receivers
from jurisdictions.peppol.envelope import wrap
from jurisdictions.peppol.extension import extension_of
from jurisdictions.peppol.participants import participant, receiver, sender
from schemas.states import SubmissionState

ENDPOINT = receivers.ACCESS_POINT
CREDENTIAL = "access_point"
MESSAGES = "/ap/v1/messages"
MAX_BATCH = 50
ROUTING = ("sender", "receiver", "document_type", "process", "country_c1")


def flow(instruction: Instruction, issuer: Issuer) -> Flow:
    """One flow for each sending participant; the network promises no order. The buyer sends what is self-billed."""
    invoice = instruction.invoice
    by_buyer = invoice.self_billed
    endpoint = receiver(invoice, extension_of(instruction.extension)) if by_buyer else sender(invoice, issuer)
    key = participant(endpoint).lower() if endpoint else f"issuer:{issuer.id}"
    return Flow(key=key, ordered=False, max_batch=MAX_BATCH)


def batch(waiting: tuple[Sending, ...]) -> tuple[Sending, ...]:
    """As many as one exchange may carry."""
    return waiting[:MAX_BATCH]


def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """Ask for the receivers that are not known yet. A document without an address is held: nobody can deliver it."""
    able = tuple(one for one in documents if _routed(one))
    held = {one.submission: _NO_ROUTING for one in documents if one not in able}
    if not receivers.asked_here(setting.sandbox):
        return Step(outcomes=held, asks=tuple(map(_post, able)), memo={"action": "send"})
    return _onwards(able, receivers.begin(able, setting.session, receivers.asker(setting)), held, setting)


def inquire(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """Ask what became of documents whose outcome is unknown, or which the access point still works on."""
    return Step(asks=tuple(map(_get, documents)), memo={"action": "inquire"})


def resume(
    documents: tuple[Sending, ...],
    memo: Mapping[str, object],
    answered: Mapping[str, Answer],
    setting: Setting,
) -> Step:
    """What the answers say of each document. Documents without an answer of their own stay where they are."""
    if memo.get("action") == "discover":
        able = tuple(filter(_routed, documents))
        return _onwards(able, receivers.resume(memo, answered, able, receivers.asker(setting)), {}, setting)
    if memo.get("action") == "send":
        return _handed_over(documents, memo, answered, setting)
    outcomes = {
        one.submission: answers.inquired(one, answered[one.submission], setting.at)
        for one in documents
        if one.submission in answered
    }
    return Step(outcomes=outcomes, backoff=_backs_off(outcomes.values()), hold=_hold(answered.values()))


def _routed(one: Sending) -> bool:
    return all(one.attributes.get(name) for name in ROUTING)


def _onwards(
    able: tuple[Sending, ...], found: receivers.Round, outcomes: Mapping[str, Outcome], setting: Setting
) -> Step:
    """Settle whose receiver cannot get its document; hand the others over once every receiver is known."""
    settled = dict(outcomes)
    down = receivers.directory_down(found)
    for one in able:
        capability = found.fresh.get(receivers.key(receivers.wanted(one)))
        if capability is not None and capability.reach is not Reach.CAPABLE:
            again = setting.at + receivers.pause(setting.session, capability.receiver)
            settled[one.submission] = answers.unreached(capability, None if down else again)
    session = receivers.remember(setting.session, found.fresh, setting.at)
    if found.asks:
        return Step(outcomes=settled, asks=found.asks, memo={"action": "discover", **found.memo()}, session=session)
    known = {one.submission: found.known[receivers.key(receivers.wanted(one))] for one in able}
    ready = tuple(one for one in able if known[one.submission].reach is Reach.CAPABLE)
    shown = {one.submission: msgspec.to_builtins(known[one.submission]) for one in ready}
    return Step(
        outcomes=settled,
        asks=tuple(map(_post, ready)),
        memo={"action": "send", "receivers": shown},
        backoff=down,
        session=session,
    )


def _handed_over(
    documents: tuple[Sending, ...], memo: Mapping[str, object], answered: Mapping[str, Answer], setting: Setting
) -> Step:
    """What the access point says. A receiver that it refuses is looked up anew the next time."""
    known = msgspec.convert(memo.get("receivers", {}), dict[str, Capability])
    outcomes = {
        one.submission: answers.evidenced(
            answers.sent(one, answered[one.submission], setting.at), known.get(one.submission)
        )
        for one in documents
        if one.submission in answered
    }
    doubtful = [
        receivers.key(receivers.wanted(one))
        for one in documents
        if one.submission in outcomes and outcomes[one.submission].code in answers.RECEIVER_REFUSALS
    ]
    return Step(
        outcomes=outcomes,
        backoff=_backs_off(outcomes.values()),
        hold=_hold(answered.values()),
        session=receivers.forget(setting.session, doubtful, setting.at),
    )


def _backs_off(outcomes: Iterable[Outcome]) -> bool:
    return any(outcome.code in answers.BUSY for outcome in outcomes)


def _hold(answered: Iterable[Answer]) -> Hold | None:
    """The first answer that a person must mend before anything else is sent."""
    for answer in answered:
        cause = answers.configuration(answer)
        if cause is not None:
            return Hold(code=cause, message=answers.HOLDS[cause])
    return None


def _post(one: Sending) -> Ask:
    return Ask(
        name=one.submission,
        endpoint=ENDPOINT,
        effect=Effect.WRITE,
        documents=(one.submission,),
        method="POST",
        path=MESSAGES,
        headers=(
            *_HEADERS,
            ("Content-Type", (b"application/xml",)),
            ("Idempotency-Key", (one.submission.encode(),)),
        ),
        body=(wrap(one.body, one.attributes, one.submission, one.sealed_at),),
        timeout_seconds=120.0,
    )


def _get(one: Sending) -> Ask:
    return Ask(
        name=one.submission,
        endpoint=ENDPOINT,
        effect=Effect.READ,
        documents=(one.submission,),
        method="GET",
        path=f"{MESSAGES}/{quote(one.submission, safe='')}",
        headers=_HEADERS,
    )


_NO_ROUTING = Outcome(
    state=SubmissionState.HELD,
    code="NO_ROUTING",
    message="The document does not say who sends it or who receives it.",
)
_HEADERS: tuple[tuple[str, tuple[bytes | SecretSlot, ...]], ...] = (
    ("Authorization", (b"Bearer ", SecretSlot(credential=CREDENTIAL, field="token"))),
    ("Accept", (b"application/json",)),
)

EXCHANGE = Exchange(flow=flow, batch=batch, begin=begin, resume=resume, inquire=inquire)
