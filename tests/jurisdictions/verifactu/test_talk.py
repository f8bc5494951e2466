"""The exchange and the simulated AEAT, which know nothing of each other's code, talk to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jurisdictions.contract import (
    Answer,
    Ask,
    Attestation,
    Earlier,
    Failure,
    Instruction,
    InstructionKind,
    Outcome,
    Sending,
    Setting,
    SimulatorRequest,
    Step,
)
from jurisdictions.verifactu import JURISDICTION, codelists
from jurisdictions.verifactu.obligado.regime import Period
from jurisdictions.verifactu.obligado.representation import Representation
from jurisdictions.verifactu.settings import Extension, Settings
from schemas.codes import TaxCategory
from schemas.document import Preceding, References
from schemas.findings import is_fatal
from schemas.invoice import Kind
from schemas.party import Party
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import (
    NOW,
    answer,
    credit_note,
    fault,
    instruction,
    invoice,
    issuer,
    party,
    sealed,
    sending,
    setting,
    tax,
)
from tests.jurisdictions.verifactu.simulated import SEAL, SIGNATURE, NoKeys, certificate

CORRECT, CANCEL = InstructionKind.CORRECT, InstructionKind.CANCEL
TALK = JURISDICTION.exchange


@dataclass
class Office:
    """The simulated AEAT with its book, and the issuer's chain beside it. `given` is what the gateway knows."""

    book: dict[str, bytes] = field(default_factory=dict)
    last: bytes | None = None
    asked: list[str] = field(default_factory=list)
    at: datetime = NOW + timedelta(seconds=5)
    certificate: bytes = field(default_factory=certificate)
    given: Setting = field(default_factory=setting)
    last_step: Step = field(default_factory=Step)

    def record(self, of: Instruction, number: str) -> Sending:
        record = sealed(of, number, previous=self.last)
        self.last = record.link
        return sending(record, f"{of.kind}_{number}", of.kind)

    def answer(self, ask: Ask) -> Answer:
        assert JURISDICTION.simulator is not None
        self.asked.append(ask.name)
        request = SimulatorRequest(
            method=ask.method,
            path=JURISDICTION.simulator.endpoints[ask.endpoint] + ask.path,
            headers={name: b"".join(map(_plain, pieces)).decode() for name, pieces in ask.headers},
            body=b"".join(map(_plain, ask.body)),
            client_certificate=self.certificate,
        )
        reply = JURISDICTION.simulator.answer(self.book, request, self.at, NoKeys(), "default")
        for key, value in reply.changes.items():
            if value is None:
                self.book.pop(key, None)
            else:
                self.book[key] = value
        if reply.lost:
            return Answer(name=ask.name, failure=Failure.MAYBE_SENT)
        return Answer(name=ask.name, status=reply.status, headers=reply.headers, body=reply.body)

    def settle(self, documents: tuple[Sending, ...], step: Step) -> dict[str, Outcome]:
        """Follow the exchange to its end, as the worker does."""
        outcomes = dict(step.outcomes)
        while step.asks:
            given = {ask.name: self.answer(ask) for ask in step.asks}
            step = TALK.resume(documents, step.memo, given, self.given)
            outcomes |= step.outcomes
            self.last_step = step
        return outcomes

    def remit(self, *documents: Sending) -> list[Outcome]:
        outcomes = self.settle(documents, TALK.begin(documents, self.given))
        return [outcomes[one.submission] for one in documents]

    def inquire(self, *documents: Sending) -> list[Outcome]:
        outcomes = self.settle(documents, TALK.inquire(documents, self.given))
        return [outcomes[one.submission] for one in documents]


def _plain(piece: object) -> bytes:
    assert isinstance(piece, bytes)
    return piece


def described(text: str, kind: InstructionKind = InstructionKind.ISSUE) -> Instruction:
    return instruction(
        kind=kind,
        extension=Extension(descripcion=text),
        standing=Standing.REGISTERED if kind is CORRECT else Standing.NONE,
    )


def codes(outcomes: list[Outcome]) -> list[tuple[str, str | None]]:
    return [(str(one.state), one.code) for one in outcomes]


def test_every_type_of_record_is_accepted() -> None:
    office = Office()
    documents = (
        office.record(instruction(), "A-1"),
        office.record(instruction(invoice(simplified=True, customer=party())), "T-1"),
        office.record(instruction(credit_note()), "R-1"),
        office.record(instruction(credit_note(), extension=Extension(tipo_factura="R1")), "R-2"),
        office.record(instruction(credit_note(simplified=True, customer=party())), "R-3"),
        office.record(instruction(invoice(("10.00", tax(surcharge="5.2")), ("1.00", tax(None, "E")))), "A-2"),
        office.record(instruction(invoice(("5.00", tax("0", "K")), customer=party(BE_VAT="BE0999000129"))), "A/3 &b"),
        office.record(instruction(kind=CORRECT, standing=Standing.REGISTERED), "A-1"),
        office.record(instruction(kind=CANCEL, standing=Standing.REGISTERED), "A-2"),
    )
    outcomes = office.remit(*documents)
    assert codes(outcomes) == [("accepted", None)] * len(documents)
    assert all(one.authority_id for one in outcomes)


def test_the_flags_of_the_state_table_are_those_that_the_office_wants() -> None:
    """Refused, corrected (refused again), accepted, corrected, cancelled and brought back to life."""
    office = Office()
    before: list[Earlier] = []
    standing = Standing.NONE
    refusing, fine = Extension(descripcion="[sim:1199]"), Extension(descripcion="bien")
    steps = [
        (InstructionKind.ISSUE, refusing, ("rejected", "1199")),
        (CORRECT, refusing, ("rejected", "1199")),
        (CORRECT, fine, ("accepted", None)),
        (CORRECT, refusing, ("rejected", "1199")),
        (CORRECT, fine, ("accepted", None)),
        (CANCEL, fine, ("accepted", None)),
        (CORRECT, fine, ("accepted", None)),
    ]
    for place, (kind, extension, expected) in enumerate(steps):
        of = instruction(kind=kind, extension=extension, standing=standing, earlier=tuple(before))
        (outcome,) = office.remit(office.record(of, "A-1"))
        assert (str(outcome.state), outcome.code) == expected, place
        standing = outcome.standing or standing
        before.append(
            Earlier(
                submission=f"sub_{place}",
                instruction=kind,
                state=outcome.state,
                fingerprint="",
                authority_code=outcome.code,
            )
        )
    assert standing is Standing.REGISTERED


def test_an_alta_whose_answer_was_lost() -> None:
    office = Office()
    document = office.record(described("[sim:lost]"), "A-1")
    assert codes(office.remit(document)) == [("outcome_unknown", "NETWORK")]
    (done,) = office.inquire(document)
    assert (done.state, done.standing) == (SubmissionState.ACCEPTED, Standing.REGISTERED)
    assert done.authority_id
    assert office.asked == ["registro", "registro", "consulta:0"]


def test_a_subsanacion_and_a_cancellation_whose_answers_were_lost() -> None:
    office = Office()
    office.remit(office.record(instruction(), "A-1"))
    document = office.record(described("[sim:lost]", CORRECT), "A-1")
    assert codes(office.remit(document)) == [("outcome_unknown", "NETWORK")]
    office.asked.clear()
    assert codes(office.inquire(document)) == [("accepted", None)]
    assert office.asked == ["consulta:0"]

    gone = office.record(
        instruction(kind=CANCEL, standing=Standing.REGISTERED, extension=Extension(ref_externa="[sim:lost]")), "A-1"
    )
    assert codes(office.remit(gone)) == [("outcome_unknown", "NETWORK")]
    (done,) = office.inquire(gone)
    assert (done.state, done.standing) == (SubmissionState.ACCEPTED, Standing.CANCELLED)


def test_a_subsanacion_that_was_taken_before_the_office_broke_down_is_not_taken_twice() -> None:
    office = Office()
    office.remit(office.record(instruction(), "A-1"))
    document = office.record(instruction(kind=CORRECT, standing=Standing.REGISTERED), "A-1")
    (ask,) = TALK.begin((document,), office.given).asks
    office.answer(ask)
    for broken in (fault("Error interno", "env:Server"), "<html>Error interno</html>", ""):
        done = TALK.resume(
            (document,),
            TALK.begin((document,), office.given).memo,
            {"registro": answer(broken, status=500)},
            office.given,
        )
        assert codes(list(done.outcomes.values()))[0][0] == "outcome_unknown"
    office.asked.clear()
    assert codes(office.inquire(document)) == [("accepted", None)]
    assert office.asked == ["consulta:0"]


def test_a_subsanacion_that_never_arrived_goes_again() -> None:
    office = Office()
    office.remit(office.record(instruction(), "A-1"))
    document = office.record(instruction(kind=CORRECT, standing=Standing.REGISTERED), "A-1")
    office.asked.clear()
    assert codes(office.inquire(document)) == [("accepted", None)]
    assert office.asked == ["consulta:0", "registro"]


def test_a_number_that_another_system_used() -> None:
    office = Office()
    office.remit(office.record(instruction(), "A-1"))
    office.last = None
    other = sealed(instruction(invoice(("7.00", tax()))), "A-1")
    assert codes(office.remit(sending(other))) == [("rejected", "3000")]


def test_accepted_with_errors_and_late() -> None:
    office = Office()
    forged = office.record(instruction(), "A-1")
    wrong = forged.attributes["huella"][:-1] + ("0" if forged.attributes["huella"][-1] != "0" else "1")
    body = forged.body.replace(forged.attributes["huella"].encode(), wrong.encode())
    (outcome,) = office.remit(sending(sealed(), body=body))
    assert (outcome.state, outcome.code) == (SubmissionState.ACCEPTED_WITH_WARNINGS, "2000")
    assert outcome.standing is Standing.REGISTERED_WITH_ERRORS

    late = Office(at=NOW + timedelta(hours=2))
    assert codes(late.remit(late.record(instruction(), "A-2"))) == [("accepted_with_warnings", "2004")]
    documents = (late.record(instruction(), "A-3"),)
    step = TALK.begin(documents, setting(7200))
    assert codes(list(late.settle(documents, step).values())) == [("accepted", None)]


def test_a_message_that_is_refused_and_an_office_that_is_closed() -> None:
    office = Office()
    document = office.record(described("[sim:4112]"), "A-1")
    assert codes(office.remit(document)) == [("queued", "4112")]
    assert codes(office.remit(document)) == [("accepted", None)]
    office.book["outage"] = b"1"
    assert codes(office.remit(office.record(instruction(), "A-2"))) == [("retry_scheduled", "503")]


def holding(**facts: str) -> Setting:
    """The gateway knows these facts of the certificate."""
    return replace(setting(), issuer=replace(issuer(), credentials={"certificate": facts}))


@pytest.mark.parametrize("kind", [SEAL, SIGNATURE, 0])
def test_each_certificate_finds_its_host(kind: int) -> None:
    told = {SEAL: {"qc_type": "eseal"}, SIGNATURE: {"qc_type": "esign"}, 0: {}}[kind]
    office = Office(certificate=certificate(qc_type=kind), given=holding(nif="B00000018", **told))
    assert codes(office.remit(office.record(instruction(), "A-1"))) == [("accepted", None)]


def test_the_wrong_host_shows_a_page_and_the_flow_waits_for_a_person() -> None:
    office = Office(certificate=certificate(qc_type=SEAL), given=holding(nif="B00000018", qc_type="esign"))
    document = office.record(instruction(), "A-1")
    assert codes(office.remit(document)) == [("queued", "CERTIFICATE")]
    hold = office.last_step.hold
    assert (hold.code if hold else None, office.last_step.backoff) == ("CERTIFICATE", False)
    office.given = holding(nif="B00000018", qc_type="eseal")
    assert codes(office.remit(document)) == [("accepted", None)]


def test_the_pace_is_the_offices_own() -> None:
    """Told once, then left empty: what was told goes on; sooner than that the office suspends the access."""
    office = Office(book={"wait": b"90", "strict_wait": b"1"})

    def go(number: str, seconds: float) -> tuple[list[tuple[str, str | None]], float]:
        step = office.last_step
        office.at += timedelta(seconds=seconds)
        office.given = replace(office.given, at=office.given.at + timedelta(seconds=seconds))
        if step.session is not None:
            office.given = replace(office.given, session=step.session)
        made = sending(sealed(number=number, previous=office.last, at=office.given.at), sealed_at=office.given.at)
        found = codes(office.remit(made))
        assert office.last_step.not_before is not None
        return found, (office.last_step.not_before - office.given.at).total_seconds()

    assert go("A-1", 0) == ([("accepted", None)], 90)
    office.book["wait/once"] = b""
    assert go("A-2", 90)[1] == 90
    assert go("A-3", 90)[0][0][0].startswith("accepted")
    assert go("A-4", 10) == ([("queued", "4141")], 90)
    assert office.last_step.hold is not None


def test_an_end_of_verifactu_and_a_representative_are_taken() -> None:
    leaving = Settings(
        installation="1", regimes=(Period(regime="sii", valid_from=date(2027, 1, 1)),), regime="verifactu"
    )
    paper = Attestation(
        id="att_1",
        name="representation",
        edition="1",
        body=Representation(role="apoderado", nif="B00000026", name="Asesoría", generates=True),
        sha256="0" * 64,
        valid_from=date(2026, 1, 1),
        registered_at=NOW,
    )
    office = Office(certificate=certificate("B00000026"), given=holding(nif="B00000026"))
    office.book["power/B00000026/B00000018"] = b"1"
    office.given = replace(office.given, issuer=replace(office.given.issuer, settings=leaving, attestations=(paper,)))
    (outcome,) = office.remit(office.record(instruction(), "A-1"))
    assert (outcome.state, outcome.attributes["last_day"]) == (SubmissionState.ACCEPTED, "31-12-2026")


def test_an_alta_and_its_cancellation_in_one_message_whose_answer_was_lost() -> None:
    """Both arrived; the office's book shows the anulación alone, and the alta does not go again."""
    office = Office()
    alta = office.record(described("[sim:lost]"), "A-1")
    gone = office.record(instruction(kind=CANCEL, standing=Standing.REGISTERED), "A-1")
    other = office.record(instruction(), "A-2")
    assert {one.state for one in office.remit(alta, gone, other)} == {SubmissionState.OUTCOME_UNKNOWN}
    outcomes = office.inquire(alta, gone, other)
    assert codes(outcomes) == [("accepted", None)] * 3
    assert [one.standing for one in outcomes] == [None, Standing.CANCELLED, Standing.REGISTERED]
    assert outcomes[0].attributes["overtaken_by"] == gone.submission


def test_the_qr_finds_the_invoice() -> None:
    assert JURISDICTION.simulator is not None
    office = Office()
    record = sealed(instruction(), "A/1 &b")
    office.remit(sending(record))
    url = record.facts["verification_url"].removeprefix("https://prewww2.aeat.es")
    request = SimulatorRequest(method="GET", path=url + "&formato=json", headers={}, body=b"")
    reply = JURISDICTION.simulator.answer(office.book, request, office.at, NoKeys(), "default")
    assert b'"00"' in reply.body
    assert issuer().environment == "test"


@given(
    rows=st.lists(
        st.tuples(
            st.decimals("0", "900", places=2).map(str),
            st.sampled_from(list(TaxCategory)),
            st.sampled_from([None, "0", "4", "10", "21"]),
        ),
        min_size=1,
        max_size=3,
    ),
    kind=st.sampled_from(list(Kind)),
    simplified=st.booleans(),
    customer=st.sampled_from(
        [party(), party(ES_NIF="B00000026"), party(BE_VAT="BE0999000129"), party(US_EIN="12-3456789")]
    ),
    tipo=st.sampled_from([None, "F1", "F2", "F3", "R1", "R2", "R3", "R4", "R5"]),
    clave=st.sampled_from([None, *sorted(codelists.CLAVES_REGIMEN[codelists.IVA])]),
)
def test_what_check_lets_pass_the_office_accepts(
    rows: list[tuple[str, TaxCategory, str | None]],
    kind: Kind,
    simplified: bool,
    customer: Party,
    tipo: str | None,
    clave: str | None,
) -> None:
    of = invoice(
        *((net, tax(percent, category)) for net, category, percent in rows),
        kind=kind,
        simplified=simplified,
        customer=customer,
        references=References(preceding=(Preceding(number="A-0", issue_date=NOW.date()),)),
        correction_reason="x",
    )
    asked = instruction(of, extension=Extension(tipo_factura=tipo, clave_regimen=clave))  # type: ignore[arg-type]
    if is_fatal(JURISDICTION.law.check(asked, issuer(), NOW)):
        return
    office = Office()
    assert codes(office.remit(office.record(asked, "A-1"))) == [("accepted", None)]
