"""Whatever comes back, from whomever: an outcome, and never an exception or a silence."""

from __future__ import annotations

import json
from collections.abc import Callable

from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from jurisdictions.contract import Answer, Failure, InstructionKind, Sending, Step
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.remission.consultation import BOOKS
from schemas.states import ACCEPTED, Standing
from tests.jurisdictions.verifactu.builders import (
    answer,
    chained,
    consulted,
    duplicate,
    entry,
    fault,
    instruction,
    line,
    remitted,
    sealed,
    sending,
    setting,
)

TALK = JURISDICTION.exchange
CANCEL = InstructionKind.CANCEL
DOCUMENTS = (
    *chained(2),
    sending(sealed(instruction(kind=CANCEL, standing=Standing.REGISTERED), "A-3"), "sub_cancel", CANCEL),
)
SENT = remitted(line(DOCUMENTS[0]), duplicate(DOCUMENTS[1]), line(DOCUMENTS[2], "AceptadoConErrores", "2000", "x"))
HELD = consulted(*(entry(one.attributes) for one in DOCUMENTS), more=DOCUMENTS[0].attributes)
FAULTY = fault("Codigo[4102].El XML no cumple el esquema.")
PLAIN = [SENT, HELD, FAULTY, "<html>certificado</html>", ""]

STATUSES = st.sampled_from([0, 100, 200, 204, 301, 302, 307, 308, 400, 401, 403, 404, 413, 429, 500, 502, 503, 504])
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "location", "content-type"]),
    st.one_of(st.text(max_size=20), st.sampled_from(["60", "9" * 5000, "-1", "٣", "/Sede/errores/erro4011.html"])),
)


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """An answer as it ought to be, with some elements dropped, doubled, emptied, renamed or filled with anything."""
    text = draw(st.sampled_from([SENT, HELD, FAULTY]))
    root = etree.fromstring(text.encode())
    for _ in range(draw(st.integers(1, 4))):
        nodes = list(root.iter(etree.Element))[1:]
        if not nodes:
            break
        node = draw(st.sampled_from(nodes))
        draw(st.sampled_from(CHANGES))(node)
        if draw(st.booleans()):
            node.text = draw(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"))))
    return etree.tostring(root)


def _dropped(node: etree._Element) -> None:
    parent = node.getparent()
    assert parent is not None
    parent.remove(node)


def _doubled(node: etree._Element) -> None:
    node.addnext(etree.fromstring(etree.tostring(node)))


def _commented(node: etree._Element) -> None:
    node.insert(0, etree.Comment("x"))


def _renamed(node: etree._Element) -> None:
    node.tag = "x"


CHANGES: list[Callable[[etree._Element], None]] = [_dropped, _doubled, _commented, _renamed, etree._Element.clear]

ANSWERS = st.one_of(
    st.builds(
        lambda body, status, headers: Answer(name="", status=status, headers=headers, body=body),
        st.one_of(mangled(), st.binary(max_size=200), st.sampled_from(PLAIN).map(str.encode)),
        STATUSES,
        HEADERS,
    ),
    st.builds(lambda failure: Answer(name="", failure=failure), st.sampled_from(list(Failure))),
)


def settled(documents: tuple[Sending, ...], step: Step, given: Answer) -> Step:
    """One answer to every ask of the step, the memo having been through JSON."""
    memo = json.loads(json.dumps(dict(step.memo)))
    named = {
        ask.name: Answer(
            name=ask.name, status=given.status, headers=given.headers, body=given.body, failure=given.failure
        )
        for ask in step.asks
    }
    return TALK.resume(documents, memo, named, setting())


def told(step: Step) -> set[str]:
    """Those with an outcome, and those whose question goes on."""
    return set(step.outcomes) | {name for ask in step.asks for name in ask.documents}


@given(first=ANSWERS, second=ANSWERS)
@example(first=answer(SENT), second=answer(HELD))
def test_after_a_remission(first: Answer, second: Answer) -> None:
    step = settled(DOCUMENTS, TALK.begin(DOCUMENTS, setting()), first)
    assert told(step) == {one.submission for one in DOCUMENTS}
    _sound(step)
    if step.asks:
        _sound(settled(DOCUMENTS, step, second))


@given(first=ANSWERS, second=ANSWERS)
@example(first=answer(HELD), second=answer(SENT))
def test_after_an_inquiry(first: Answer, second: Answer) -> None:
    step = settled(DOCUMENTS, TALK.inquire(DOCUMENTS, setting()), first)
    _sound(step)
    if step.asks:
        _sound(settled(DOCUMENTS, step, second))


@given(first=ANSWERS, second=ANSWERS)
def test_while_reading_the_books(first: Answer, second: Answer) -> None:
    survey = BOOKS.begin("2026-11", setting())
    for given_ in (first, second):
        if not survey.asks:
            return
        (ask,) = survey.asks
        survey = BOOKS.resume(json.loads(json.dumps(dict(survey.memo))), {ask.name: given_}, setting())
        assert survey.trouble is None or not survey.asks


def _sound(step: Step) -> None:
    """Nothing is accepted without the AEAT's own word for it, and nobody waits longer than they may ask for."""
    for outcome in step.outcomes.values():
        assert outcome.state not in ACCEPTED or outcome.authority_id
    if step.not_before is not None:
        assert 0 <= (step.not_before - setting().at).total_seconds() <= 9999
