"""What every jurisdiction must keep, whatever its law: run on each that is installed, and on the toy."""

from __future__ import annotations

import copy
import hashlib
import re
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import jurisdictions
from gateway.intake.instructions import instruct
from jurisdictions.contract import (
    UNASSIGNED,
    Answer,
    CaseClass,
    Diagnosis,
    Failure,
    InstructionKind,
    Judgement,
    Outcome,
    Path,
    Sending,
    Step,
)
from schemas.document import Invoice
from schemas.states import ACCEPTED, Standing, SubmissionState
from tests.jurisdictions.samples import AT, Sample, Talk, sample
from tests.jurisdictions.toy import NAME, with_toyland
from tests.validators.drafts import any_drafts, composed

CODES = (*jurisdictions.INSTALLED, NAME)
S = SubmissionState


@pytest.fixture(scope="module", params=CODES)
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return sample(request.param, tmp_path_factory.mktemp("authority"))


# ---------------------------------------------------------------------------------------------- about


def test_about_is_whole_and_consistent(one: Sample) -> None:
    about, law, simulator = one.jurisdiction.about, one.jurisdiction.law, one.jurisdiction.simulator
    assert about.code.isidentifier() and about.code == about.code.lower()
    assert about.name and about.maturity and about.sources and about.editions and about.kinds and about.endpoints
    assert len({spec.name for spec in about.credentials}) == len(about.credentials)
    assert all(spec.fields and spec.purpose for spec in about.credentials)
    assert len({edition.code for edition in about.editions}) == len(about.editions)
    assert all(not edition.valid_until or edition.valid_until >= edition.valid_from for edition in about.editions)
    assert not set(about.provides) & set(about.consumes)
    assert about.slots >= 1
    assert about.longest_pause_seconds > 0
    assert simulator is not None
    assert set(simulator.endpoints) == {endpoint.name for endpoint in about.endpoints}
    for kind in (law.settings_type, law.extension_type, law.line_extension_type):
        if kind is not None:
            assert msgspec.json.schema(kind)
            assert kind.__struct_config__.frozen and kind.__struct_config__.forbid_unknown_fields
    if law.extension_type is not None:
        msgspec.convert({}, law.extension_type)  # an extension is never required
    assert one.jurisdiction.seal.chain is None or one.jurisdiction.seal.verify is not None


def test_it_is_loaded_by_its_own_name(one: Sample) -> None:
    assert with_toyland()[one.jurisdiction.about.code].about is one.jurisdiction.about


# ---------------------------------------------------------------------------------------------- law


def test_a_route_is_pure(one: Sample) -> None:
    invoice, before = one.draft.invoice, copy.deepcopy(one.draft.invoice)
    law, about = one.jurisdiction.law, one.jurisdiction.about
    first, second = law.route(invoice, one.issuer, AT), law.route(invoice, one.issuer, AT)
    assert first is not None
    assert first == second
    assert invoice == before
    assert first.jurisdiction == about.code
    assert first.edition in {edition.code for edition in about.editions}
    law.route(invoice, replace(one.issuer, settings=None, credentials={}), AT)


def test_a_check_is_pure_and_finds_nothing_fatal_here(one: Sample) -> None:
    before = copy.deepcopy(one.instruction)
    findings = one.jurisdiction.law.check(one.instruction, one.issuer, AT)
    assert findings == one.jurisdiction.law.check(one.instruction, one.issuer, AT)
    assert one.instruction == before
    assert not [finding for finding in findings if finding.severity == "fatal"]


def test_a_check_never_raises(one: Sample) -> None:
    law = one.jurisdiction.law

    @settings(max_examples=60)
    @given(any_drafts(), st.sampled_from(InstructionKind), st.sampled_from(Standing), st.booleans())
    def never(written: object, kind: InstructionKind, standing: Standing, bare: bool) -> None:
        invoice: Invoice = composed(written, issuer=one.issuer.party)[0]  # type: ignore[arg-type]
        instruction, unreadable = instruct(one.jurisdiction, invoice, kind=kind, standing=standing)
        assert not unreadable
        issuer = replace(one.issuer, settings=None, credentials={}) if bare else one.issuer
        route = law.route(invoice, issuer, AT)
        assert route == law.route(invoice, issuer, AT)
        for finding in law.check(instruction, issuer, AT):
            assert finding.rule and finding.message
            assert finding.pointer is None or finding.pointer == "" or finding.pointer.startswith("/")
        one.jurisdiction.desk.corrections(invoice, standing, (), AT)

    never()


def test_a_judge_never_raises_and_never_praises_garbage(one: Sample) -> None:
    def sound(judgement: Judgement) -> None:
        assert judgement.rule_set
        assert judgement.layers
        if judgement.verdict == "invalid":
            assert judgement.findings
        if judgement.verdict == "valid":
            assert all(layer.verdict == "passed" for layer in judgement.layers)

    xml = st.text().map(lambda text: f"<a>{text}</a>".encode("utf-8", "surrogatepass"))

    @settings(max_examples=50)
    @given(st.binary(max_size=400) | xml | st.sampled_from([b"", b"<a/>", b"{}", b"\xef\xbb\xbf<a/>", b"<a" * 9999]))
    def never(body: bytes) -> None:
        judgement = one.jurisdiction.law.judge(body)
        assert judgement.verdict != "valid"
        sound(judgement)

    never()
    sound(one.jurisdiction.law.judge(one.sealed()[0][1].body))
    assert one.jurisdiction.law.judge(one.sealed()[0][1].body).verdict != "invalid"


def test_a_reader_takes_any_bytes_and_knows_its_own_documents(one: Sample) -> None:
    read = one.jurisdiction.law.read
    if read is None:
        return

    @given(st.binary(max_size=300))
    def never(body: bytes) -> None:
        reading = read(body)
        assert not reading.recognised
        assert reading.invoice is None

    never()
    assert not read(b"<a/>").findings
    reading = read(one.sealed()[0][1].body)
    assert reading.recognised
    assert reading.invoice is not None and reading.issuer is not None, reading.findings
    assert reading.invoice.issuer == UNASSIGNED
    assert all(finding.location for finding in reading.findings)


# ---------------------------------------------------------------------------------------------- seal


def test_a_seal_gives_the_same_bytes_for_the_same_sealing(one: Sample) -> None:
    sealing = one.sealing()
    first, second = one.jurisdiction.seal.seal(sealing, one.keys), one.jurisdiction.seal.seal(sealing, one.keys)
    assert first == second
    assert first.digest == hashlib.sha256(first.body).hexdigest()
    assert first.name and first.media_type and first.fingerprint
    assert set(one.jurisdiction.about.provides) <= set(first.facts)
    assert (first.link is None) == (sealing.position is None)


def test_a_fingerprint_ignores_when_and_where(one: Sample) -> None:
    seal = one.jurisdiction.seal.seal
    first = seal(one.sealing(place=1), one.keys)
    later = seal(one.sealing(place=2, previous=first.link, at=AT + timedelta(hours=1)), one.keys)
    assert later.fingerprint == first.fingerprint
    assert (later.link is None) or later.body != first.body
    other = replace(one.draft.invoice, number="A-1", series="A", customer=replace(one.draft.invoice.customer, name="X"))
    changed = seal(one.sealing(instruction=one.instruction_of(other)), one.keys)
    assert changed.fingerprint != first.fingerprint


def test_a_preview_needs_neither_number_nor_key(one: Sample) -> None:
    shown = one.jurisdiction.seal.preview(one.instruction, one.issuer, AT)
    assert shown == one.jurisdiction.seal.preview(one.instruction, one.issuer, AT)
    assert shown


def test_a_chain_is_verified_from_stored_bytes(one: Sample) -> None:
    seal = one.jurisdiction.seal
    if seal.chain is None or seal.chain(one.instruction, one.issuer) is None:
        assert seal.link is None
        return
    assert seal.verify is not None
    assert seal.link is not None
    previous: bytes | None = None
    for _, sealed in one.sealed(3):
        assert seal.verify(sealed.body, previous) == ()
        assert seal.link(sealed.body) == sealed.link
        assert seal.verify(sealed.body, b"\x02" * 32)
        previous = sealed.link


def test_a_flipped_byte_is_noticed(one: Sample) -> None:
    verify = one.jurisdiction.seal.verify
    if verify is None:
        return
    body = one.sealed()[0][1].body
    assert verify(body, None) == ()
    found = re.search(rb"""[">](121|116)[.<"]""", body)
    assert found is not None
    amount = found.start(1)
    assert verify(body[:amount] + b"9" + body[amount + 1 :], None)
    for rubbish in (b"", b"rubbish", b"<a/>", b"\xff", body[:-5]):
        assert verify(rubbish, None)


# ---------------------------------------------------------------------------------------------- exchange


def test_a_flow_and_its_batches(one: Sample) -> None:
    exchange = one.jurisdiction.exchange
    flow = exchange.flow(one.instruction, one.issuer)
    assert flow == exchange.flow(one.instruction, one.issuer)
    assert flow.key and flow.max_batch >= 1
    waiting = one.sendings(5)
    for many in range(1, 6):
        batch = exchange.batch(waiting[:many])
        names = [sending.submission for sending in batch]
        assert 1 <= len(batch) <= flow.max_batch
        assert set(names) <= {sending.submission for sending in waiting[:many]}
        if flow.ordered:
            assert batch == waiting[: len(batch)]


def _ends(steps: list[Step]) -> dict[str, Outcome]:
    """The last word on each document; a step that concludes gives one for each."""
    found: dict[str, Outcome] = {}
    for step in steps:
        found.update(step.outcomes)
    return found


def _take(one: Sample, talk: Talk, documents: tuple[Sending, ...]) -> dict[str, Outcome]:
    exchange = one.jurisdiction.exchange
    outcomes: dict[str, Outcome] = {}
    waiting = documents
    at = one.at
    for _ in range(12):
        batch = exchange.batch(waiting)
        steps = talk.run(batch, exchange.begin(batch, one.setting(talk.session, at)), at)
        outcomes |= _ends(steps)
        waiting = tuple(sending for sending in waiting if not _settled(outcomes.get(sending.submission)))
        pauses = [step.not_before for step in steps if step.not_before]
        at = max([at, *pauses]) + timedelta(seconds=1)
        if not waiting:
            return outcomes
    raise AssertionError(f"unsettled: {outcomes}")


def _settled(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.state in {*ACCEPTED, S.REJECTED}


@pytest.mark.parametrize("many", [1, 4])
def test_the_simulator_accepts_what_we_seal(one: Sample, many: int) -> None:
    documents, talk = one.sendings(many), Talk(one)
    outcomes = _take(one, talk, documents)
    assert [outcomes[sending.submission].state for sending in documents] == [S.ACCEPTED] * many, outcomes
    ids = [outcomes[sending.submission].authority_id for sending in documents]
    assert all(ids)
    for outcome in outcomes.values():
        assert outcome.standing in (Standing.REGISTERED, None)
        assert all(evidence.body and evidence.name for evidence in outcome.evidence)
    for ask in talk.asked:
        assert set(ask.documents) <= {sending.submission for sending in documents}
        assert one.secrets_shown(ask) is False


def test_what_certainly_did_nothing_is_tried_again(one: Sample) -> None:
    documents = one.sendings()
    talk = Talk(one, failures={"read": Failure.NOT_SENT, "write": Failure.NOT_SENT})
    steps = talk.run(documents, one.jurisdiction.exchange.begin(documents, one.setting()))
    assert {outcome.state for outcome in _ends(steps).values()} <= {S.RETRY_SCHEDULED, S.QUEUED}
    assert set(_ends(steps)) == {documents[0].submission}
    assert steps[-1].backoff or steps[-1].not_before


def test_a_lost_answer_is_inquired_and_nothing_is_made_twice(one: Sample) -> None:
    exchange, documents = one.jurisdiction.exchange, one.sendings()
    (name,) = (sending.submission for sending in documents)
    talk = Talk(one, failures={"write": Failure.MAYBE_SENT})
    unknown = _ends(talk.run(documents, exchange.begin(documents, one.setting())))
    assert unknown[name].state is S.OUTCOME_UNKNOWN
    kept = set(talk.book)
    talk.failures = {}
    at = one.at + timedelta(minutes=5)
    tried = tuple(replace(sending, tries=1, first_tried_at=one.at) for sending in documents)
    outcomes: dict[str, Outcome] = {}
    for _ in range(5):
        outcomes |= _ends(talk.run(tried, exchange.inquire(tried, one.setting(talk.session, at)), at))
        at += timedelta(minutes=5)
        if _settled(outcomes[name]):
            break
    assert outcomes[name].state is S.ACCEPTED, outcomes
    assert outcomes[name].authority_id
    assert set(talk.book) == kept
    fresh = Talk(one)
    assert len(set(talk.book)) == len(_after_one(one, fresh, documents))


def _after_one(one: Sample, talk: Talk, documents: tuple[Sending, ...]) -> set[str]:
    _take(one, talk, documents)
    return set(talk.book)


def test_what_never_arrived_is_found_out_by_inquiry(one: Sample) -> None:
    """The line broke and nothing had reached them: after asking, the document goes out and is accepted once."""
    exchange, documents = one.jurisdiction.exchange, one.sendings()
    (name,) = (sending.submission for sending in documents)
    talk, at = Talk(one), one.at + timedelta(minutes=5)
    tried = tuple(replace(sending, tries=1, first_tried_at=one.at) for sending in documents)
    outcomes = _ends(talk.run(tried, exchange.inquire(tried, one.setting(None, at)), at))
    assert outcomes[name].state in {S.ACCEPTED, S.RETRY_SCHEDULED, S.QUEUED}, outcomes
    if outcomes[name].state is not S.ACCEPTED:
        assert _take(one, talk, tried)[name].state is S.ACCEPTED


_statuses = st.sampled_from([0, 200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504, 999])
_bodies = st.binary(max_size=200) | st.sampled_from(
    [b"", b"{}", b"[]", b"null", b'{"data": null}', b"<a/>", b"<!DOCTYPE a><a/>", b'{"status":"success","data":{}}']
)
_failures = st.none() | st.sampled_from(Failure)


@pytest.mark.parametrize("way", ["begin", "inquire"])
def test_no_answer_makes_us_stumble(one: Sample, way: str) -> None:
    exchange, documents = one.jurisdiction.exchange, one.sendings(2 if one.jurisdiction.about.code == NAME else 1)
    names = {sending.submission for sending in documents}
    start = getattr(exchange, way)(documents, one.setting())
    healthy = Talk(one).run(documents, start)
    asking = [step for step in healthy if step.asks]

    @settings(max_examples=80)
    @given(st.sampled_from(asking), _statuses, _bodies, _failures, st.dictionaries(st.just("retry-after"), st.text()))
    def never(step: Step, status: int, body: bytes, failure: Failure | None, headers: dict[str, str]) -> None:
        answers = {
            ask.name: Answer(name=ask.name, status=status, headers=headers, body=body, failure=failure)
            for ask in step.asks
        }
        memo = msgspec.json.decode(msgspec.json.encode(step.memo))
        after = exchange.resume(documents, memo, answers, one.setting())
        assert set(after.outcomes) <= names
        for outcome in after.outcomes.values():
            assert outcome.state not in ACCEPTED
            assert not outcome.authority_id
        written = any(ask.effect == "write" for ask in step.asks)
        if written and failure is Failure.MAYBE_SENT and not after.asks:
            assert {outcome.state for outcome in after.outcomes.values()} <= {S.OUTCOME_UNKNOWN, S.QUEUED, S.WAITING}
        assert after.asks or after.outcomes or after.hold, "nothing is left to happen"

    never()


# ---------------------------------------------------------------------------------------------- desk


def test_a_desk_has_a_word_for_every_code(one: Sample) -> None:
    @settings(max_examples=60)
    @given(st.sampled_from(InstructionKind), st.text(max_size=20) | st.integers().map(str), st.none() | st.text())
    def never(kind: InstructionKind, code: str, message: str | None) -> None:
        found = one.jurisdiction.desk.classify(kind, code, message)
        assert isinstance(found, Diagnosis)
        assert found.sentence
        assert found.case_class in CaseClass and found.path in Path
        assert all(prefix == "" or prefix.startswith("/") for prefix in found.editable)

    never()


def test_a_desk_is_total(one: Sample) -> None:
    desk, facts = one.jurisdiction.desk, one.sealed()[0][1].facts
    assert all(isinstance(desk.deliverable(state), bool) for state in SubmissionState)
    assert any(desk.deliverable(state) for state in ACCEPTED)
    for deadline in desk.deadlines(one.instruction, AT):
        assert deadline.at >= AT
        assert deadline.law
    assert all(isinstance(value, str) for value in desk.render(one.draft.invoice, facts).values())
    desk.render(one.draft.invoice, {})
    for standing in Standing:
        options = desk.corrections(one.draft.invoice, standing, (), AT)
        assert len({option.option for option in options}) == len(options)


# ---------------------------------------------------------------------------------------------- simulator


def test_a_simulator_is_a_function_and_stumbles_over_nothing(one: Sample) -> None:
    from jurisdictions.contract import SimulatorRequest

    simulator = one.jurisdiction.simulator
    assert simulator is not None
    paths = st.sampled_from([prefix + path for prefix in simulator.endpoints.values() for path in ("/", "/x", "")])

    @settings(max_examples=40)
    @given(st.sampled_from(["GET", "POST", "PUT"]), paths, st.binary(max_size=100) | st.just(b"<a/>"))
    def never(method: str, path: str, body: bytes) -> None:
        request = SimulatorRequest(method=method, path=path, headers={}, body=body, client_certificate=one.peer)
        book = dict(simulator.founding)
        reply = simulator.answer(book, request, AT, one.authority, "strict")
        assert reply == simulator.answer(book, request, AT, one.authority, "strict")
        assert 100 <= reply.status < 600
        assert book == dict(simulator.founding)

    never()
