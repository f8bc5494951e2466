"""The talk with an access point (docs/access-point-protocol.md): one POST for each document, one GET to ask after it.

The submission's id is the envelope's instance identifier and the idempotency key: an access point transmits an instance
at most once, so that the same bytes may safely be sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from jurisdictions.contract import (
    Answer,
    Ask,
    Effect,
    Exchange,
    Flow,
    Hold,
    Instruction,
    Issuer,
    Outcome,
    SecretSlot,
    Sending,
    Setting,
    Step,
)
from jurisdictions.peppol import answers
from jurisdictions.peppol.envelope import wrap
from jurisdictions.peppol.participants import participant, sender
from schemas.states import SubmissionState

ENDPOINT = "access_point"
CREDENTIAL = "access_point"
MESSAGES = "/ap/v1/messages"
MAX_BATCH = 50
ROUTING = ("sender", "receiver", "document_type", "process", "country_c1")


def flow(instruction: Instruction, issuer: Issuer) -> Flow:
    """One flow for each sending participant; the network promises no order."""
    endpoint = sender(instruction.invoice, issuer)
    key = participant(endpoint).lower() if endpoint else f"issuer:{issuer.id}"
    return Flow(key=key, ordered=False, max_batch=MAX_BATCH)


def batch(waiting: tuple[Sending, ...]) -> tuple[Sending, ...]:
    """As many as one exchange may carry."""
    return waiting[:MAX_BATCH]


def begin(documents: tuple[Sending, ...], setting: Setting) -> Step:
    """Hand each document to the access point. One without an address is held: nobody can deliver it."""
    able = [one for one in documents if all(one.attributes.get(name) for name in ROUTING)]
    held = {
        one.submission: Outcome(
            state=SubmissionState.HELD,
            code="NO_ROUTING",
            message="The document does not say who sends it or who receives it.",
        )
        for one in documents
        if one not in able
    }
    return Step(outcomes=held, asks=tuple(map(_post, able)), memo={"action": "send"})


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
    read = answers.inquired if memo.get("action") == "inquire" else answers.sent
    outcomes = {
        one.submission: read(one, answered[one.submission], setting.at)
        for one in documents
        if one.submission in answered
    }
    return Step(outcomes=outcomes, backoff=_backs_off(outcomes.values()), hold=_hold(answered.values()))


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


_HEADERS: tuple[tuple[str, tuple[bytes | SecretSlot, ...]], ...] = (
    ("Authorization", (b"Bearer ", SecretSlot(credential=CREDENTIAL, field="token"))),
    ("Accept", (b"application/json",)),
)

EXCHANGE = Exchange(flow=flow, batch=batch, begin=begin, resume=resume, inquire=inquire)
