"""What a message says in its header, and what must be signed before one goes in earnest."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
import pytest
from msgspec.structs import replace

from jurisdictions.contract import (
    Attestation,
    Issuer,
)
from jurisdictions.verifactu.obligado.declaration import Declaration, draft
from jurisdictions.verifactu.obligado.regime import Period
from jurisdictions.verifactu.obligado.representation import Representation
from jurisdictions.verifactu.settings import Settings
from tests.jurisdictions.verifactu.builders import (
    NOW,
    answer,
    chained,
    issuer,
    line,
    remitted,
    sealed,
    sending,
    setting,
)
from tests.jurisdictions.verifactu.talking import TALK, body, resumed


def test_a_header_that_does_not_fit_holds_the_flow_and_blames_no_record() -> None:
    documents = chained(2)
    mistyped = represented(power(generates=True, nif="B000000260"), nif="B000000260")
    step = TALK.begin(documents, setting(by=mistyped))
    assert (step.outcomes, step.asks) == ({}, ())
    assert step.hold is not None
    assert step.hold.code == "SCHEMA"


LEAVING = Settings(
    regimes=(
        Period(regime="verifactu", valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31)),
        Period(regime="sii", valid_from=date(2027, 1, 1)),
    )
)


@pytest.mark.parametrize(("tries", "said"), [(0, {}), (1, {"incident": "S"})])
def test_who_leaves_says_so_in_every_message_and_the_outcome_tells(tries: int, said: dict[str, str]) -> None:
    """With or without Incidencia; also next year, for what was left over."""
    document = sending(sealed(by=issuer(LEAVING)), tries=tries)
    for later in (5, 60 * 86_400):
        given = setting(later, issuer(LEAVING))
        step = TALK.begin((document,), given)
        assert "<sf:FechaFinVeriFactu>31-12-2026</sf:FechaFinVeriFactu>" in body(step)
        assert ("<sf:Incidencia>S</sf:Incidencia>" in body(step)) is (bool(said) or later > 5)
        for text in (line(document), line(document, "Incorrecto", "1199")):
            (outcome,) = resumed((document,), step, answer(remitted(text))).outcomes.values()
            assert outcome.attributes["last_day"] == "31-12-2026"
            assert outcome.attributes.get("incident") == ("S" if said or later > 5 else None)


def test_who_goes_on_says_nothing_of_an_end() -> None:
    assert "FechaFinVeriFactu" not in body(TALK.begin(chained(1), setting()))


def power(*, generates: bool, revoked_at: datetime | None = None, nif: str = "B00000026") -> Attestation:
    return Attestation(
        id="att_1",
        name="representation",
        edition="1",
        body=Representation(role="colaborador_social", nif=nif, name="Asesoría", generates=generates),
        sha256="0" * 64,
        valid_from=date(2026, 1, 1),
        revoked_at=revoked_at,
        registered_at=NOW,
    )


def declared() -> Attestation:
    body_ = draft("declaration", None)
    assert body_ is not None
    return Attestation(
        id="att_2",
        name="declaration",
        edition=body_.edition,
        body=msgspec.convert({**body_.body, "signed_on": "2026-11-01"}, Declaration),
        sha256="0" * 64,
        valid_from=date(2026, 1, 1),
        registered_at=NOW,
    )


def represented(*papers: Attestation, environment: str = "test", nif: str = "B00000026") -> Issuer:
    facts = {"certificate": {"nif": nif, "holder_nif": "99999990S"}}
    return replace(issuer(environment=environment), credentials=facts, attestations=papers)


@pytest.mark.parametrize("generates", [False, True])
def test_the_representative_is_named_only_where_it_makes_the_records(generates: bool) -> None:
    by = represented(power(generates=generates))
    text = body(TALK.begin(chained(1), setting(by=by)))
    named = "<sf:Representante><sf:NombreRazon>Asesoría</sf:NombreRazon><sf:NIF>B00000026</sf:NIF></sf:Representante>"
    assert (named in text) is generates
    assert ("Representante" in text) is generates


def test_in_earnest_nothing_goes_without_the_signed_papers() -> None:
    """Neither a first try nor an inquiry, which may send again; the records stay as they are."""
    both = (power(generates=False), declared())
    revoked = (power(generates=False, revoked_at=NOW), declared())
    documents = chained(2)
    for papers, code in ((both[:1], "DECLARATION"), (both[1:], "REPRESENTATION"), (revoked, "REPRESENTATION")):
        given = setting(by=represented(*papers, environment="live"))
        for step in (TALK.begin(documents, given), TALK.inquire(documents, given)):
            assert (step.asks, step.outcomes) == ((), {})
            assert step.hold is not None
            assert step.hold.code == code
    allowed = setting(by=represented(*both, environment="live"))
    assert TALK.begin(documents, allowed).hold is None
    assert TALK.inquire(documents, allowed).asks
    assert TALK.begin(documents, setting(by=represented())).hold is None
