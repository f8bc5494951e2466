"""Four answers about a receiver, each from the simulated directory and registry, and none mistaken for another."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from signxml import XMLVerifier

from gateway.sandbox import SandboxAuthority
from jurisdictions.contract import Answer, Ask, AskKind, Capability, Effect, Failure, Outcome, Reach, Sending, Step
from jurisdictions.peppol import naptr, sml
from jurisdictions.peppol.discovery import Place, begin, resume
from jurisdictions.peppol.exchange import EXCHANGE
from jurisdictions.peppol.receivers import LOOKUP, wanted
from jurisdictions.peppol.simulator import SIMULATOR, directory, registry
from schemas.states import SubmissionState
from tests.jurisdictions.peppol import shapes
from tests.jurisdictions.peppol.network import Network, place
from tests.jurisdictions.peppol.test_exchange import SETTING, sending

S = SubmissionState
CAPABLE = "0208:0999000228"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> SandboxAuthority:
    return SandboxAuthority(tmp_path_factory.mktemp("authority"), clock=lambda: shapes.AT)


@pytest.fixture
def network(authority: SandboxAuthority) -> Network:
    return Network(authority)


def to(receiver: str, submission: str = shapes.SUBMISSION, name: str = "plain") -> Sending:
    one = sending(submission, name)
    return replace(one, attributes={**one.attributes, "receiver": receiver})


def found(network: Network, receiver: str) -> Capability:
    """What a look-up through the simulated network says."""
    subject = wanted(to(receiver))
    where = Place("key", (), "test", network.authority.certificate_pem.decode(), network.at)
    progress, ask = begin(subject, where)
    for _ in range(6):
        after = resume(progress, network.answer(ask), where)
        if isinstance(after, Capability):
            return after
        progress, ask = after
    raise AssertionError("this look-up never ends")


def outcome(steps: list[Step], submission: str = shapes.SUBMISSION) -> Outcome:
    told = [step.outcomes[submission] for step in steps if submission in step.outcomes]
    assert len(told) == 1, "each document is settled once"
    return told[0]


# ---------------------------------------------------------------------------------------------- names and messages


@pytest.mark.parametrize(
    ("participant", "label"),
    [
        ("9915:test", "eh5boavaktmbgzyh2a63dz4qov33fvp5nsdvqklucfraayoodw6a"),
        ("9915:TEST", "eh5boavaktmbgzyh2a63dz4qov33fvp5nsdvqklucfraayoodw6a"),
        ("0208:0677424046", "yrudm3nqrm76uobzh4griobewmqd4mx574cfdtm75zphrex4ydya"),
    ],
)
def test_a_participant_has_its_name_in_the_directory(participant: str, label: str) -> None:
    zone = "iso6523-actorid-upis.participant.sml.test.tech.peppol.org"
    assert sml.name(participant, "test") == f"{label}.{zone}"
    assert ".sml.prod." in sml.name(participant, "live")
    assert directory.label(participant) == label


def test_a_name_behind_a_pointer_is_read() -> None:
    name = "a.example"
    question = naptr.question(name)
    data = b"\x00\x01\x00\x02" + b"\x01U\x08Meta:SMP\x0a!.*!https!" + b"\x00"
    head = b"\x00\x00\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
    record = b"\xc0\x0c\x00\x23\x00\x01\x00\x00\x00\x3c" + len(data).to_bytes(2) + data
    read = naptr.reply(head + question[12:] + record, name)
    assert read.pointers == (naptr.Pointer(1, 2, "U", "Meta:SMP", "!.*!https!", 60),)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00" * 11,
        b"\x00\x00\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00",  # a question, no answer
        b"\x00\x00\x83\x80\x00\x00\x00\x00\x00\x00\x00\x00",  # cut short (TC)
        b"\x00\x00\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x23\x00\x01",  # a name that never ends
        b"\x00\x00\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x01b\x00\x00\x23\x00\x01",  # another name
        b"\x00\x00\x81\x80\x00\x00\xff\xff\x00\x00\x00\x00",
    ],
)
def test_what_is_no_answer_is_said_to_be_none(message: bytes) -> None:
    with pytest.raises(naptr.UnreadableMessage):
        naptr.reply(message, "a.example")


# ---------------------------------------------------------------------------------------------- the four answers

ANSWERS = [
    (CAPABLE, Reach.CAPABLE, ""),
    (CAPABLE.upper(), Reach.CAPABLE, ""),
    (registry.NOT_SERVICED, Reach.CAPABLE, ""),
    (registry.REDIRECTED, Reach.CAPABLE, ""),
    (registry.UNREGISTERED, Reach.NOT_REGISTERED, "no entry"),
    (registry.FORGOTTEN, Reach.NOT_REGISTERED, "does not know it"),
    (registry.WITHOUT_BILLING, Reach.WITHOUT_TYPE, "not registered for this document type"),
    (registry.FOREIGN_ONLY, Reach.WITHOUT_TYPE, "XRechnung"),
    (registry.EXPIRED, Reach.WITHOUT_TYPE, "not in force"),
    (registry.OTHER_PROCESS, Reach.WITHOUT_TYPE, "not in the process"),
    (registry.UNREACHABLE, Reach.COULD_NOT_ASK, "503"),
    (registry.DIRECTORY_FAILS, Reach.COULD_NOT_ASK, "DNS code 2"),
    (registry.ALIASED, Reach.COULD_NOT_ASK, "CNAME"),
    (registry.PAGED_DIRECTORY, Reach.COULD_NOT_ASK, "no DNS message"),
    (registry.PAGED, Reach.COULD_NOT_ASK, "web page"),
    (registry.FORGED, Reach.COULD_NOT_ASK, "changed after it was signed"),
    (registry.ENDLESS, Reach.COULD_NOT_ASK, "one redirect"),
    (registry.SILENT, Reach.COULD_NOT_ASK, "could not be reached"),
]


@pytest.mark.parametrize(("receiver", "reach", "words"), ANSWERS)
def test_each_answer_is_told_apart(network: Network, receiver: str, reach: Reach, words: str) -> None:
    told = found(network, receiver)
    assert told.reach is reach, told.sentence
    assert words in told.sentence
    assert (reach is Reach.COULD_NOT_ASK) or "could not" not in told.sentence
    assert (told.fix is not None) == (reach in (Reach.NOT_REGISTERED, Reach.WITHOUT_TYPE))
    assert (told.valid_until is not None) == (reach is Reach.CAPABLE)


def test_a_capable_receiver_says_where(network: Network) -> None:
    told = found(network, CAPABLE)
    assert told.details["endpoint"] == "https://ap.sandbox.example/as4"
    assert told.details["transport"] == "peppol-transport-as4-v2_0"
    assert len(told.details["certificate_sha256"]) == 64
    assert told.valid_until == shapes.AT + timedelta(seconds=directory.TTL)


def test_a_receiver_of_other_formats_only_has_them_named(network: Network) -> None:
    told = found(network, registry.FOREIGN_ONLY)
    assert [one.rule for one in told.findings] == [
        "PEPPOL-GW-FORMAT-PINT",
        "PEPPOL-GW-FORMAT-CII",
        "PEPPOL-GW-FORMAT-XRECHNUNG",
    ]
    assert len(told.holds) == 3
    assert "PINT, edition Japan" in told.sentence


def _status(status: int, body: bytes = b"", kind: str = "text/html") -> Callable[[Ask, Answer], Answer]:
    return lambda ask, _: Answer(name=ask.name, status=status, headers={"content-type": kind}, body=body)


def _failure(failure: Failure) -> Callable[[Ask, Answer], Answer]:
    return lambda ask, _: Answer(name=ask.name, failure=failure)


@pytest.mark.parametrize("endpoint", ["sml", "smp"])
@pytest.mark.parametrize(
    "trouble",
    [
        _failure(Failure.NOT_SENT),
        _failure(Failure.MAYBE_SENT),
        _status(200, b"<html>Login</html>"),
        _status(200, b"", "application/dns-message"),
        _status(200, b"<ServiceGroup/>", "text/xml"),
        _status(204),
        _status(302),
        _status(403),
        _status(429),
        _status(500),
        _status(502, b"<html>Bad gateway</html>"),
        _status(504),
    ],
)
@pytest.mark.parametrize("receiver", [CAPABLE, registry.WITHOUT_BILLING])
def test_no_trouble_on_the_way_is_an_answer(
    network: Network, endpoint: str, trouble: Callable[[Ask, Answer], Answer], receiver: str
) -> None:
    network.tamper = lambda ask, answer: trouble(ask, answer) if ask.endpoint == endpoint else answer
    assert found(network, receiver).reach is Reach.COULD_NOT_ASK


def test_a_stranger_cannot_say_that_the_type_is_missing(network: Network) -> None:
    """404 for the service and a page for the group: somebody else on the way."""
    network.book[f"participant/{CAPABLE}"] = b'{"registry": "lost_page"}'
    assert found(network, CAPABLE).reach is Reach.COULD_NOT_ASK


# ---------------------------------------------------------------------------------------------- signatures


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"xmldsig-more#rsa-sha256", b"xmldsig#rsa-sha1"),
        (b"xmlenc#sha256", b"xmldsig#sha1"),
        (b'URI=""', b'URI="#part"'),
        (b"#enveloped-signature", b"#base64"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
        (b"<ds:DigestValue>", b"<ds:DigestValue>%"),
        (b"2006/12/xml-c14n11", b"2009/xml-other"),
        (b"iso6523-actorid-upis", b"iso6523-actorid-upis2"),
        (b"</ds:Signature>", b"</ds:Signature><Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>"),
        (b"<SignedServiceMetadata", b"<!DOCTYPE a><SignedServiceMetadata"),
        (b"<ServiceMetadata>", b"<ServiceMetadata>x"),
    ],
)
def test_a_signature_covers_all_of_it(network: Network, old: bytes, new: bytes) -> None:
    def tampered(ask: Ask, answer: Answer) -> Answer:
        if b"SignedServiceMetadata" not in answer.body:
            return answer
        assert old in answer.body
        return replace(answer, body=answer.body.replace(old, new))

    network.tamper = tampered
    assert found(network, CAPABLE).reach is Reach.COULD_NOT_ASK


def test_a_comment_does_not_change_what_was_signed(network: Network) -> None:
    """C14N leaves comments out: what is read are the signed bytes, not the document that carries them."""

    def commented(ask: Ask, answer: Answer) -> Answer:
        return replace(answer, body=answer.body.replace(b"https://ap.", b"https://<!-- x -->ap."))

    network.tamper = commented
    assert found(network, CAPABLE).details["endpoint"] == "https://ap.sandbox.example/as4"


def test_only_the_networks_own_authority_is_believed(network: Network, tmp_path: Path) -> None:
    other = SandboxAuthority(tmp_path, clock=lambda: shapes.AT)
    subject = wanted(to(CAPABLE))
    where = Place("key", (), "test", other.certificate_pem.decode(), network.at)
    progress, ask = begin(subject, where)
    progress, ask = resume(progress, network.answer(ask), where)  # type: ignore[misc]
    told = resume(progress, network.answer(ask), where)
    assert isinstance(told, Capability)
    assert "does not come from the network's authority" in told.sentence


def test_an_independent_library_agrees_with_the_signature(network: Network) -> None:
    found(network, CAPABLE)
    reply = network.answer(network.asked[-1])
    verified = XMLVerifier().verify(
        reply.body,
        x509_cert=x509.load_der_x509_certificate(network.authority.certificate("smp")),
    )
    assert b"ServiceInformation" in verified.signed_data


def test_no_bit_of_an_answer_can_be_turned_without_notice(network: Network) -> None:
    """Whatever arrives: no exception, and capable only by what was signed."""
    expected = found(network, CAPABLE)
    place_ = Place("key", (), "test", network.authority.certificate_pem.decode(), network.at)
    start, first = begin(wanted(to(CAPABLE)), place_)
    named = network.answer(first)
    going, second = resume(start, named, place_)  # type: ignore[misc]
    signed = network.answer(second)

    @settings(max_examples=300, deadline=None)
    @given(st.booleans(), st.integers(0, 100_000), st.integers(0, 255))
    def never(directory_s: bool, where: int, value: int) -> None:
        original, progress = (named, start) if directory_s else (signed, going)
        body = bytearray(original.body)
        body[where % len(body)] = value
        after = resume(progress, replace(original, body=bytes(body)), place_)
        if isinstance(after, Capability) and after.reach is Reach.CAPABLE:
            assert after.details["endpoint"] == expected.details["endpoint"]
            assert after.details["certificate_sha256"] == expected.details["certificate_sha256"]
        if isinstance(after, Capability) and not directory_s:
            assert after.reach in (Reach.CAPABLE, Reach.COULD_NOT_ASK)

    never()


# ---------------------------------------------------------------------------------------------- the exchange


def test_a_receiver_is_asked_for_before_anything_is_sent(network: Network) -> None:
    steps = network.run(to(CAPABLE))
    assert [ask.endpoint for ask in network.asked] == ["sml", "smp", "access_point"]
    directory_ask, registry_ask, post = network.asked
    assert (directory_ask.kind, directory_ask.effect) == (AskKind.DNS, Effect.READ)
    assert (registry_ask.method, registry_ask.effect) == ("GET", Effect.READ)
    assert post.effect is Effect.WRITE
    told = outcome(steps)
    assert told.state is S.ACCEPTED
    evidence = {one.name: json.loads(one.body) for one in told.evidence if one.name == "receiver.json"}
    assert evidence["receiver.json"]["reach"] == "capable"
    assert told.attributes["receiver_capability"] == "capable"


@pytest.mark.parametrize(
    ("receiver", "state", "code"),
    [
        (registry.UNREGISTERED, S.REJECTED, "RECEIVER_NOT_REGISTERED"),
        (registry.WITHOUT_BILLING, S.REJECTED, "DOCUMENT_TYPE_NOT_SUPPORTED"),
        (registry.FOREIGN_ONLY, S.REJECTED, "DOCUMENT_TYPE_NOT_SUPPORTED"),
        (registry.UNREACHABLE, S.RETRY_SCHEDULED, "LOOKUP_FAILED"),
        (registry.DIRECTORY_FAILS, S.RETRY_SCHEDULED, "LOOKUP_FAILED"),
        (registry.FORGED, S.RETRY_SCHEDULED, "LOOKUP_FAILED"),
    ],
)
def test_nothing_is_sent_to_whom_cannot_get_it(network: Network, receiver: str, state: S, code: str) -> None:
    told = outcome(network.run(to(receiver)))
    assert (told.state, told.code) == (state, code)
    assert "access_point" not in {ask.endpoint for ask in network.asked}
    assert "not registered" not in (told.message or "") or state is S.REJECTED
    assert bool(told.evidence) == (state is S.REJECTED)


def test_several_receivers_are_asked_for_together_and_settled_apart(network: Network) -> None:
    receivers = (CAPABLE, registry.UNREGISTERED, registry.FOREIGN_ONLY, registry.UNREACHABLE, CAPABLE)
    documents = [to(receiver, f"01935e2a-7c3e-7d52-9a55-0d9b6b1c2f1{n}") for n, receiver in enumerate(receivers)]
    steps = network.run(*documents)
    states = [outcome(steps, one.submission).state for one in documents]
    assert states[:4] == [S.ACCEPTED, S.REJECTED, S.REJECTED, S.RETRY_SCHEDULED]
    assert [ask.endpoint for ask in steps[0].asks] == ["sml"] * 4, "one question for each receiver"
    assert not any(step.backoff for step in steps), "one receiver's registry does not hold up the others"
    assert outcome(steps, documents[3].submission).not_before == shapes.AT + timedelta(seconds=30)


def test_a_directory_that_fails_for_all_slows_the_flow(network: Network) -> None:
    network.tamper = lambda ask, answer: Answer(name=ask.name, failure=Failure.NOT_SENT)
    steps = network.run(to(CAPABLE), to(registry.UNREGISTERED, "01935e2a-7c3e-7d52-9a55-0d9b6b1c2f11"))
    assert steps[-1].backoff
    assert outcome(steps).not_before is None


def test_what_was_learned_is_remembered_for_its_lifetime(network: Network) -> None:
    network.run(to(CAPABLE))
    network.asked.clear()
    network.run(to(CAPABLE, "01935e2a-7c3e-7d52-9a55-0d9b6b1c2f11"))
    assert [ask.endpoint for ask in network.asked] == ["access_point"]
    network.asked.clear()
    network.at += timedelta(seconds=directory.TTL + 1)
    network.run(to(CAPABLE, "01935e2a-7c3e-7d52-9a55-0d9b6b1c2f12"))
    assert [ask.endpoint for ask in network.asked] == ["sml", "smp", "access_point"]


def test_who_is_not_registered_is_asked_for_anew(network: Network) -> None:
    assert outcome(network.run(to(registry.UNREGISTERED))).state is S.REJECTED
    network.book[f"participant/{registry.UNREGISTERED}"] = b"{}"
    again = to(registry.UNREGISTERED, "01935e2a-7c3e-7d52-9a55-0d9b6b1c2f11")
    assert outcome(network.run(again), again.submission).code != "RECEIVER_NOT_REGISTERED"


def test_a_registry_that_stays_silent_is_left_alone_for_longer(network: Network) -> None:
    pauses = []
    for _ in range(4):
        told = outcome(network.run(to(registry.UNREACHABLE)))
        assert told.not_before is not None
        pauses.append((told.not_before - network.at).total_seconds())
        network.at = told.not_before
    assert pauses == [30, 60, 120, 240]
    network.book[f"participant/{registry.UNREACHABLE}"] = b"{}"
    assert outcome(network.run(to(registry.UNREACHABLE))).code != "LOOKUP_FAILED"


def test_a_receiver_that_the_access_point_refuses_is_looked_up_anew(network: Network) -> None:
    assert outcome(network.run(to(registry.NOT_SERVICED))).code != "LOOKUP_FAILED"
    network.asked.clear()
    refusal = b'{"code": "NOT_SERVICED"}'
    network.tamper = lambda ask, answer: (
        Answer(name=ask.name, status=422, body=refusal) if ask.endpoint == "access_point" else answer
    )
    assert outcome(network.run(to(CAPABLE))).code == "NOT_SERVICED"
    assert network.session is not None
    assert not [name for name in network.session.values if name.startswith(CAPABLE)]


def test_a_real_access_point_asks_the_real_network_itself(network: Network) -> None:
    """Ours is the sandbox's directory: it knows nobody of the network that the operator's access point speaks to."""
    sandbox = place(network.authority)
    for endpoints in ((), ("sml", "smp"), ("access_point",)):
        setting = replace(SETTING, sandbox=replace(sandbox, endpoints=endpoints))
        assert [ask.endpoint for ask in EXCHANGE.begin((to(CAPABLE),), setting).asks] == ["access_point"]
    setting = replace(SETTING, sandbox=sandbox)
    assert [ask.endpoint for ask in EXCHANGE.begin((to(CAPABLE),), setting).asks] == ["sml"]


def test_inquiry_asks_the_access_point_alone(network: Network) -> None:
    setting = replace(SETTING, sandbox=place(network.authority))
    assert [ask.endpoint for ask in EXCHANGE.inquire((to(CAPABLE),), setting).asks] == ["access_point"]


# ---------------------------------------------------------------------------------------------- for people


@pytest.mark.parametrize(
    ("receiver", "invoices", "credits"),
    [
        (CAPABLE, Reach.CAPABLE, Reach.CAPABLE),
        (registry.UNREGISTERED, Reach.NOT_REGISTERED, Reach.NOT_REGISTERED),
        (registry.WITHOUT_BILLING, Reach.WITHOUT_TYPE, Reach.WITHOUT_TYPE),
        (registry.UNREACHABLE, Reach.COULD_NOT_ASK, Reach.COULD_NOT_ASK),
    ],
)
def test_a_person_may_ask_without_sending(network: Network, receiver: str, invoices: Reach, credits: Reach) -> None:
    sandbox = place(network.authority)
    probe = LOOKUP.begin(receiver, "test", sandbox, network.at)
    while probe.asks:
        answers = {ask.name: network.answer(ask) for ask in probe.asks}
        probe = LOOKUP.resume(probe.memo, answers, sandbox, network.at)
    assert [one.reach for one in probe.found] == [invoices, credits]
    assert ["CreditNote-2::" in one.document for one in probe.found] == [False, True]
    assert not any(ask.documents for ask in network.asked)


def test_where_nobody_asks_it_is_said(network: Network) -> None:
    real = replace(place(network.authority), endpoints=("sml", "smp"))
    assert {one.reach for one in LOOKUP.begin(CAPABLE, "test", real, network.at).found} == {Reach.COULD_NOT_ASK}
    found = LOOKUP.begin(CAPABLE, "live", None, network.at).found
    assert {one.reach for one in found} == {Reach.COULD_NOT_ASK}
    for wrong in ("", "0208", "XX:1", ":1"):
        with pytest.raises(ValueError, match="participant"):
            LOOKUP.begin(wrong, "test", None, network.at)


def test_every_reserved_identifier_is_listed() -> None:
    reserved = {value for name, value in vars(registry).items() if name.isupper() and str(value).startswith("0208:")}
    assert len(reserved) == 16
    assert reserved - {registry.UNREGISTERED} <= {name.removeprefix("participant/") for name in SIMULATOR.founding}
