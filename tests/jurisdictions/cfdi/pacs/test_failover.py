"""Two PACs: the second is asked only when the first certainly did nothing, and nothing is ever stamped twice."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.pacs.stamping_verdicts import LANDS_WITHIN
from jurisdictions.contract import Answer, Ask, Failure, InstructionKind, Path, Sending
from schemas.states import SubmissionState
from tests.jurisdictions.cfdi.invoices import AT, SUBMISSION, instruction, seal, sending
from tests.jurisdictions.cfdi.world import Trouble, World, stamps, two_pacs

S = SubmissionState
ONCE_AT_SW = {"sw": 1, "finkok": 0}
ONCE_AT_FINKOK = {"sw": 0, "finkok": 1}
NOWHERE = {"sw": 0, "finkok": 0}
ALL = ("sw", "sw_api", "finkok", "sat", "sat_certificates")


def words(**marks: str) -> Sending:
    return sending(seal(instruction(**marks)))


def wrong(endpoint: str, what: Answer | Failure | str, *, effect: str = "write", times: int = 99) -> Trouble:
    """That happens to the first `times` asks of the effect at the endpoint."""
    left = [times]

    def trouble(ask: Ask, _: datetime) -> Answer | Failure | str | None:
        if ask.endpoint != endpoint or ask.effect != effect or left[0] <= 0:
            return None
        left[0] -= 1
        return what

    return trouble


def both(*troubles: Trouble) -> Trouble:
    def trouble(ask: Ask, at: datetime) -> Answer | Failure | str | None:
        return next((found for one in troubles if (found := one(ask, at)) is not None), None)

    return trouble


def said(message: str, status: int = 400) -> Answer:
    return Answer(name="", status=status, body=f'{{"status":"error","message":"{message}","data":null}}'.encode())


def world(trouble: Trouble | None = None, document: Sending | None = None, pac: str = "sw") -> World:
    made = World(issuer=two_pacs(pac=pac), trouble=trouble or (lambda _ask, _at: None))
    made.add(document or sending())
    return made


# ---------------------------------------------------------------------------------------------- who is asked


def test_the_wished_pac_stamps_and_the_other_hears_nothing() -> None:
    for pac, counted in (("sw", ONCE_AT_SW), ("finkok", ONCE_AT_FINKOK)):
        one = world(pac=pac)
        one.turn()
        assert one.state(SUBMISSION) is S.ACCEPTED
        assert one.last(SUBMISSION).attributes["pac"] == pac
        assert one.last(SUBMISSION).findings == ()
        assert stamps(one) == counted


def test_without_its_account_the_wished_pac_is_not_asked() -> None:
    one = World(issuer=two_pacs("finkok", pac="sw"))
    one.add(sending())
    one.turn()
    assert stamps(one) == ONCE_AT_FINKOK


@pytest.mark.parametrize(
    "trouble",
    [
        wrong("sw", Failure.NOT_SENT, effect="read"),
        wrong("sw", Failure.MAYBE_SENT, effect="read"),
        wrong("sw", Answer(name="", status=503, body=b"<html>"), effect="read"),
        wrong("sw", said("AU2000 - no", 401), effect="read"),
        wrong("sw", Failure.NOT_SENT),
        wrong("sw", Answer(name="", status=429)),
        wrong("sw", said("Servicio no disponible", 503)),
        wrong("sw", said("AU2001 - Sin timbres")),
        wrong("sw", said("AU4001 - El token expiró", 401)),
        wrong("sw", Answer(name="", status=404, body=b"<html>")),
    ],
)
def test_what_certainly_did_nothing_goes_to_the_other_at_once(trouble: Trouble) -> None:
    one = world(trouble)
    one.turn()
    assert one.state(SUBMISSION) is S.ACCEPTED, one.last(SUBMISSION)
    assert one.last(SUBMISSION).attributes["pac"] == "finkok"
    assert stamps(one) == ONCE_AT_FINKOK
    assert one.busy == [False], "the flow is not to rest while somebody stamps"
    assert one.hold is None


def test_an_error_that_the_pac_did_not_expect_proves_nothing_and_comes_to_a_person() -> None:
    """CO1000: nobody else is asked, nothing is sealed anew, and the same bytes go out again when a person says so."""
    one = world(wrong("sw", said("CO1000 - Error no controlado")))
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.OUTCOME_UNKNOWN, "CO1000")
    one.settle(turns=200, pause=timedelta(minutes=2))
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.HELD, "CFDI-STAMP-08")
    assert one.at - AT >= timedelta(hours=1)
    assert "finkok" not in {ask.endpoint for ask in one.asks}
    diagnosis = JURISDICTION.desk.classify(InstructionKind.ISSUE, "CFDI-STAMP-08", None)
    assert (diagnosis.path, diagnosis.editable) == (Path.RESEND, ())


def test_an_error_that_passes_brings_the_stamp_of_before() -> None:
    one = world(wrong("sw", said("CO1000 - Error no controlado"), times=1))
    one.settle()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert stamps(one) == ONCE_AT_SW


@pytest.mark.parametrize(
    "words", [said("Algo no funcionó"), Answer(name="", status=400, body=b'{"status":"error"}'), said("", 499)]
)
def test_words_without_a_code_do_not_make_a_stamp_forgotten(words: Answer) -> None:
    """The first answer was lost after the stamp: a refusal without a code says nothing of it."""
    one = world(wrong("sw", "lost", times=1))
    one.turn()
    assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
    one.trouble = wrong("sw", words, times=3)
    one.settle()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert stamps(one) == ONCE_AT_SW


def test_words_without_a_code_that_do_not_pass_come_to_a_person() -> None:
    one = world(both(wrong("sw", "lost", times=1), wrong("sw", said("Algo no funcionó"))))
    one.settle(turns=200, pause=timedelta(minutes=2))
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.HELD, "CFDI-STAMP-08")
    assert stamps(one) == ONCE_AT_SW


def test_an_account_that_is_refused_is_told_with_the_stamp_of_the_other() -> None:
    one = world(wrong("sw", said("AU2001 - Sin timbres")))
    one.turn()
    (found,) = one.last(SUBMISSION).findings
    assert (found.rule, found.severity) == ("CFDI-PAC-ACCOUNT", "warning")
    assert "AU2001" in found.message


@pytest.mark.parametrize(
    "trouble",
    [
        wrong("sw", Failure.MAYBE_SENT),
        wrong("sw", Answer(name="", status=500, body=b"{}")),
        wrong("sw", said("Error interno", 500)),
        wrong("sw", Answer(name="", status=502, body=b"<html>")),
        wrong("sw", Answer(name="", status=503, body=b"<html>")),
        wrong("sw", Answer(name="", status=504, body=b"<html>")),
        wrong("sw", Answer(name="", status=200, body=b"<html>")),
        wrong("sw", Answer(name="", status=408, body=b"<html>")),
        wrong("sw", Answer(name="", status=499)),
        wrong("sw", Answer(name="", status=503, body=b'{"statusCode":503,"message":"Backend timed out"}')),
        wrong("sw", Answer(name="", status=408, body=b'{"statusCode":408,"message":"Request timed out"}')),
        wrong("sw", "lost"),
    ],
)
def test_what_may_have_stamped_stays_with_the_first(trouble: Trouble) -> None:
    one = world(trouble)
    for _ in range(30):
        one.turn()
        assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
        one.at += timedelta(minutes=10)
    assert "finkok" not in {ask.endpoint for ask in one.asks}
    assert one.busy == [False] * 30
    one.trouble = lambda _ask, _at: None
    one.settle()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert stamps(one) == ONCE_AT_SW


def test_a_refusal_by_rule_is_not_taken_to_the_other() -> None:
    one = world(document=words(condiciones_de_pago="[sim:sw-CFDI40145]"))
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.REJECTED, "CFDI40145")
    assert stamps(one) == NOWHERE


def test_with_both_out_of_reach_it_is_tried_again_later() -> None:
    one = world(lambda _ask, _at: Failure.NOT_SENT)
    one.turn()
    assert one.state(SUBMISSION) is S.RETRY_SCHEDULED
    assert one.busy == [True]
    one.trouble = lambda _ask, _at: None
    one.settle()
    assert sum(stamps(one).values()) == 1


def test_with_both_accounts_refused_the_flow_waits_for_a_person() -> None:
    one = world()
    one.simulator.book["password"] = b"another"
    one.turn()
    assert one.hold is not None
    assert one.state(SUBMISSION) is S.QUEUED
    assert stamps(one) == NOWHERE


def test_one_that_was_out_of_reach_is_asked_last_for_a_while() -> None:
    one = world(wrong("sw", Failure.MAYBE_SENT))
    one.turn()
    one.add(sending(seal(number="A-18"), "sub-2"))
    one.turn()
    assert one.state("sub-2") is S.ACCEPTED
    assert one.last("sub-2").attributes["pac"] == "finkok"
    one.trouble = lambda _ask, _at: None
    one.at += timedelta(minutes=3)
    one.add(sending(seal(number="A-19"), "sub-3"))
    one.turn()
    assert one.last("sub-3").attributes["pac"] == "sw"
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert stamps(one) == {"sw": 2, "finkok": 1}


# ---------------------------------------------------------------------------------------------- inquiries


def test_finkok_is_inquired_by_a_question_that_changes_nothing() -> None:
    one = world(wrong("finkok", "lost", times=1), pac="finkok")
    one.turn()
    assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
    one.at += timedelta(seconds=11)
    before = dict(one.simulator.book)
    one.turn()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert one.simulator.book == before
    assert [said for said in one.asked() if said[0] == "finkok"] == [("finkok", "stamp"), ("finkok", "stamped")]


@pytest.mark.parametrize("sandbox", [ALL, None])
def test_not_stamped_counts_once_nothing_can_be_under_way(sandbox: tuple[str, ...] | None) -> None:
    """The request never arrived: Finkok says 603, and only after a while that lets the document go out again."""
    one = world(wrong("finkok", Failure.MAYBE_SENT, times=1), pac="finkok")
    one.sandbox = sandbox
    one.turn()
    one.trouble = wrong("finkok", Failure.NOT_SENT)
    one.at += timedelta(seconds=11)
    if sandbox is None:
        one.turn()
        assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
        one.at = AT + LANDS_WITHIN
    one.turn()
    assert [outcome.state for outcome in one.outcomes[SUBMISSION]][-2:] == [S.RETRY_SCHEDULED, S.ACCEPTED]
    assert stamps(one) == ONCE_AT_SW


def test_a_stamp_that_cannot_be_shown_yet_is_waited_for() -> None:
    """Finkok's eight seconds: 307 without a stamp, then 603, and nobody else is asked."""
    one = world(document=words(condiciones_de_pago="[sim:finkok-307-empty]"), pac="finkok")
    one.turn()
    assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
    for seconds in (2, 4, 6):
        one.at, one.not_before = AT + timedelta(seconds=seconds), {}
        one.turn()
        assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
        assert one.last(SUBMISSION).not_before == one.at + timedelta(seconds=2)
    one.settle(pause=timedelta(seconds=2))
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert stamps(one) == ONCE_AT_FINKOK


def test_a_pac_that_said_307_has_the_stamp_whatever_it_says_later() -> None:
    """Finkok says 307 without a stamp and then 603 for an hour: that is no proof that nothing was stamped."""
    told = "<CodigoError>{}</CodigoError><MensajeIncidencia>x</MensajeIncidencia>"
    one = world(wrong("finkok", finkok(told.format("307"))), pac="finkok")
    one.turn()
    one.trouble = both(
        wrong("finkok", finkok(told.format("307"))), wrong("finkok", finkok(told.format("603")), effect="read")
    )
    for _ in range(6):
        one.at += timedelta(minutes=10)
        one.turn()
        assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
    assert {ask.endpoint for ask in one.asks} == {"finkok"}
    one.trouble = lambda _ask, _at: None
    one.settle()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert stamps(one) == ONCE_AT_FINKOK


def test_a_pac_that_said_307_and_then_refuses_needs_a_person() -> None:
    one = world(wrong("sw", said("307. El comprobante contiene un timbre previo.")))
    one.turn()
    one.at = AT + timedelta(hours=73)
    one.trouble = lambda _ask, _at: None
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.HELD, "CFDI-STAMP-07")


def finkok(incident: str) -> Answer:
    inner = f"<stampResult><xml/><Incidencias><Incidencia>{incident}</Incidencia></Incidencias></stampResult>"
    body = (
        f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><r>{inner}</r></e:Body></e:Envelope>'
    )
    return Answer(name="", status=200, body=body.encode())


def test_where_both_are_in_doubt_finkok_is_asked_first() -> None:
    """A process died while it asked: what was heard by whom is all that is known."""
    one = world()
    document = replace(one.documents[SUBMISSION], state=S.SUBMITTING, asked=("sw", "finkok"), tries=2)
    one.documents[SUBMISSION] = document
    one.turn()
    assert one.asked() == [("finkok", "stamped")]
    assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
    one.settle()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert sum(stamps(one).values()) == 1


def test_where_both_are_in_doubt_and_finkok_is_silent_sw_is_not_asked() -> None:
    one = world(wrong("finkok", Failure.NOT_SENT, effect="read"))
    document = replace(one.documents[SUBMISSION], state=S.SUBMITTING, asked=("sw", "finkok"), tries=2)
    one.documents[SUBMISSION] = document
    for _ in range(5):
        one.turn()
        one.at += timedelta(minutes=10)
    assert {ask.endpoint for ask in one.asks} == {"finkok"}
    assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN


def test_a_pac_in_doubt_whose_account_is_gone_needs_a_person() -> None:
    one = world(wrong("sw", Failure.MAYBE_SENT))
    one.turn()
    one.issuer = two_pacs("finkok")
    one.at += timedelta(minutes=1)
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.HELD, "CFDI-PAC-ACCOUNT")
    one.documents[SUBMISSION] = replace(one.documents[SUBMISSION], state=S.QUEUED)  # a person resubmits too early
    one.turn()
    assert one.state(SUBMISSION) is S.HELD
    one.documents[SUBMISSION] = replace(one.documents[SUBMISSION], state=S.QUEUED)
    one.issuer, one.trouble = two_pacs(), lambda _ask, _at: None
    one.turn()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert stamps(one) == ONCE_AT_SW


def test_a_pac_in_doubt_that_refuses_the_account_holds_its_documents_only() -> None:
    one = world(wrong("sw", Failure.MAYBE_SENT))
    one.turn()
    one.add(sending(seal(number="A-18"), "sub-2"))
    one.at += timedelta(minutes=1)
    one.trouble = wrong("sw", said("AU2002 - inactiva"))
    one.turn()
    assert (one.state(SUBMISSION), one.hold) == (S.HELD, None)
    assert one.state("sub-2") is S.ACCEPTED
    assert stamps(one) == ONCE_AT_FINKOK


# ---------------------------------------------------------------------------------------------- 72 hours


def test_an_old_document_that_nobody_saw_is_sealed_anew() -> None:
    one = world()
    one.at = AT + timedelta(hours=71, minutes=1)
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.REJECTED, "CFDI-EXPIRED")
    assert one.asks == []


@pytest.mark.parametrize("pac", ["sw", "finkok"])
def test_an_old_document_that_may_be_stamped_is_asked_for_until_that_is_known(pac: str) -> None:
    """Nothing was stamped, but nobody answers until the 72 hours are over."""
    one = world(both(wrong(pac, Failure.MAYBE_SENT), wrong("finkok", Failure.NOT_SENT, effect="read")), pac=pac)
    one.turn()
    one.at = AT + timedelta(hours=71, minutes=30)
    one.turn()
    assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
    one.at, one.trouble = AT + timedelta(hours=72, minutes=10), lambda _ask, _at: None
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.REJECTED, "CFDI-EXPIRED")
    assert stamps(one) == NOWHERE


@pytest.mark.parametrize("pac", ["sw", "finkok"])
def test_an_old_document_that_was_stamped_is_accepted_however_late(pac: str) -> None:
    one = world(wrong(pac, "lost", times=1), pac=pac)
    one.turn()
    one.at = AT + timedelta(hours=90)
    one.turn()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert sum(stamps(one).values()) == 1


def test_a_fresh_document_that_is_refused_for_its_date_is_not_expired() -> None:
    one = world(document=words(condiciones_de_pago="[sim:401]"))
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.REJECTED, "401")


# ---------------------------------------------------------------------------------------------- SAT's certificate


def test_the_certificate_is_fetched_once_and_kept() -> None:
    one = world()
    one.add(*(sending(seal(number=f"A-{n}"), f"sub-{n}") for n in range(4)))
    one.turn()
    one.add(sending(seal(number="A-99"), "sub-99"))
    one.turn()
    assert {state.state for state in one.documents.values()} == {S.ACCEPTED}
    assert [ask.endpoint for ask in one.asks].count("sat_certificates") == 1
    assert all(not outcomes[-1].findings for outcomes in one.outcomes.values())


@pytest.mark.parametrize(
    "what", [Failure.NOT_SENT, Failure.MAYBE_SENT, Answer(name="", status=404), Answer(name="", status=200, body=b"0")]
)
def test_without_the_certificate_the_stamp_is_taken_by_its_form_and_that_is_said(what: Answer | Failure) -> None:
    one = world(wrong("sat_certificates", what, effect="read"))
    one.turn()
    assert one.state(SUBMISSION) is S.OUTCOME_UNKNOWN
    one.at += timedelta(seconds=3)
    one.turn()
    assert one.state(SUBMISSION) is S.ACCEPTED
    assert [found.rule for found in one.last(SUBMISSION).findings] == ["CFDI-STAMP-05"]
    one.add(sending(seal(number="A-18"), "sub-2"))
    one.turn()
    assert one.state("sub-2") is S.ACCEPTED, "the service that is down is not asked for each stamp"
    assert [ask.endpoint for ask in one.asks].count("sat_certificates") == 1
    assert stamps(one)["sw"] == 2


def test_a_stamp_that_its_certificate_did_not_sign_is_held() -> None:
    def forged(ask: Ask, _: datetime) -> Answer | None:
        if ask.endpoint != "sw" or ask.effect != "write":
            return None
        helper = World(issuer=one.issuer)
        helper.add(sending())
        helper.turn()
        stamped = helper.last(SUBMISSION).evidence[0].body.decode()
        seal_of_sat = helper.last(SUBMISSION).attributes["sello_sat"]
        other = ("B" if seal_of_sat[0] == "A" else "A") + seal_of_sat[1:]
        body = stamped.replace(seal_of_sat, other).replace('"', '\\"').replace("\n", "\\n")
        return Answer(name="", status=200, body=f'{{"status":"success","data":{{"cfdi":"{body}"}}}}'.encode())

    one = world(wrong("sw", said("Servicio no disponible", 503)))
    one.issuer = two_pacs("pac")
    one.turn()
    assert one.state(SUBMISSION) is S.RETRY_SCHEDULED
    one.issuer, one.trouble = two_pacs(), forged
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.HELD, "CFDI-STAMP-04")
    one.documents[SUBMISSION] = replace(one.documents[SUBMISSION], state=S.QUEUED)  # a person sends it again
    one.trouble = wrong("sw", Failure.NOT_SENT, effect="read")
    one.at += timedelta(hours=1)
    one.turn()
    assert "finkok" not in {ask.endpoint for ask in one.asks}, "SW may have stamped it"


def test_a_stamp_of_another_document_keeps_it_with_the_pac_that_gave_it() -> None:
    other = World(issuer=two_pacs())
    other.add(sending(seal(number="A-99")))
    other.turn()
    stamped = other.last(SUBMISSION).evidence[0].body.decode().replace('"', '\\"').replace("\n", "\\n")
    answer = Answer(name="", status=200, body=f'{{"status":"success","data":{{"cfdi":"{stamped}"}}}}'.encode())
    one = world(wrong("sw", answer))
    one.turn()
    assert (one.state(SUBMISSION), one.last(SUBMISSION).code) == (S.HELD, "CFDI-STAMP-02")
    assert one.documents[SUBMISSION].attributes["pac_doubt"] == "sw"


# ---------------------------------------------------------------------------------------------- everything at once


@pytest.mark.parametrize("seed", range(12))
def test_whatever_goes_wrong_each_document_is_stamped_exactly_once(seed: int) -> None:
    """Lines that break before or after, services that fail in every way, processes that die; in the end all are
    stamped, once."""
    chance = random.Random(seed)
    quiet = AT + timedelta(hours=4)
    kinds: list[Callable[[], Answer | Failure | str | None]] = [
        lambda: None,
        lambda: None,
        lambda: None,
        lambda: "lost",
        lambda: Failure.NOT_SENT,
        lambda: Failure.MAYBE_SENT,
        lambda: "late",
        lambda: Answer(name="", status=chance.choice([408, 429, 499, 500, 502, 503, 504]), body=b"<html>"),
        lambda: Answer(name="", status=chance.choice([302, 400, 499]), body=b'{"status":"error"}'),
        lambda: said("Servicio no disponible", 503),
    ]

    def trouble(_: Ask, at: datetime) -> Answer | Failure | str | None:
        return chance.choice(kinds)() if at < quiet else None

    one = World(issuer=two_pacs(pac=chance.choice(["sw", "finkok"])), trouble=trouble, sandbox=None)
    one.crash = lambda: one.at < quiet and chance.random() < 0.1
    marks = ["", "[sim:lost]", "[sim:307-empty]", "[sim:busy]", "[sim:500-stamped]", "[sim:window]"]
    for number in range(8):
        mark = chance.choice(marks)
        made = instruction(condiciones_de_pago=mark) if mark else instruction()
        one.add(sending(seal(made, number=f"A-{number}"), f"sub-{number}"))
    one.settle(turns=2000, pause=timedelta(seconds=37))
    assert {document.state for document in one.documents.values()} == {S.ACCEPTED}
    assert sum(stamps(one).values()) == 8
    accepted = {outcomes[-1].authority_id for outcomes in one.outcomes.values()}
    assert accepted == {key.rpartition("/")[2] for key in one.simulator.book if key.startswith("sat/")}
