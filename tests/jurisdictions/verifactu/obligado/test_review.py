"""What is said of an issuer by itself, and of invoices that make no record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from jurisdictions.contract import Attestation, Issuer
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.obligado import readiness
from jurisdictions.verifactu.obligado.declaration import Declaration
from jurisdictions.verifactu.obligado.regime import Period
from jurisdictions.verifactu.obligado.representation import Representation
from jurisdictions.verifactu.settings import Deployment, Producer, Settings, Tercero
from schemas.findings import Finding, Findings, Severity, is_fatal
from schemas.invoice import Kind
from tests.jurisdictions.verifactu.builders import NOW, TODAY, instruction, invoice, issuer, party

LAW = JURISDICTION.law
READY = Settings(installation="1", series_rectificativas=("R",))
PRODUCER = Producer(name="Productora, S.L.", nif="B00000026", address="Calle 1, 28001 Madrid, España", place="Madrid")
DEPLOYED = Deployment(producer=PRODUCER)
DECLARED = Attestation(
    id="att_1",
    name="declaration",
    edition="EG 0.1.0",
    body=Declaration(
        id="EG", version="0.1.0", producer=PRODUCER.name, signed_on=date(2026, 1, 2), place="Madrid, España"
    ),
    sha256="0" * 64,
    valid_from=date(2026, 1, 2),
    registered_at=NOW - timedelta(days=30),
)
POWER = replace(
    DECLARED,
    name="representation",
    body=Representation(role="apoderado", nif="B00000034", name="Gestoría, S.L."),
)


def reviewed(of: Issuer, former: Settings | None = None, at: datetime = NOW) -> dict[str, Finding]:
    assert LAW.review is not None
    return {found.rule: found for found in LAW.review(of, former, at)}


def with_certificate(of: Issuer, **facts: str) -> Issuer:
    return replace(of, credentials={"certificate": facts} if facts else {})


def live(*papers: Attestation, deployment: Deployment | None = DEPLOYED) -> Issuer:
    return replace(issuer(READY, environment="live", deployment=deployment), attestations=papers)


def aside(of: Settings, day: date = TODAY, **fields: object) -> Findings:
    assert LAW.aside is not None
    return LAW.aside(invoice(issue_date=day, **fields), issuer(of), NOW)


# ------------------------------------------------------------------------------------------------ regimes


SII_FROM_2027 = Settings(regimes=(Period(regime="sii", valid_from=date(2027, 1, 1)),))


@pytest.mark.parametrize(("day", "concerned"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_the_regime_of_the_day_of_issue_decides(day: date, concerned: bool) -> None:
    of = invoice(issue_date=day)
    assert (LAW.route(of, issuer(SII_FROM_2027), NOW) is not None) is concerned
    assert (aside(SII_FROM_2027, day) == ()) is concerned


@pytest.mark.parametrize("regime", ["sii", "foral", "exempt", "not_yet"])
def test_what_makes_no_record_is_explained(regime: str) -> None:
    (found,) = aside(Settings(regime=regime))  # type: ignore[arg-type]
    assert (found.rule, found.severity, found.found) == ("VERIFACTU-REGIME", Severity.WARNING, regime)
    assert found.fix


def test_waiting_beyond_the_date_of_the_law_is_fatal() -> None:
    assert is_fatal(aside(Settings(regime="not_yet"), date(2027, 1, 1)))
    assert not is_fatal(aside(Settings(regime="not_yet", tax_payer="other"), date(2027, 6, 30)))
    assert is_fatal(aside(Settings(regime="not_yet", tax_payer="other"), date(2027, 7, 1)))


def test_receipts_and_foreigners_are_not_spoken_of() -> None:
    assert aside(Settings(regime="sii"), kind=Kind.RECEIPT) == ()
    foreigner = replace(issuer(Settings(regime="sii")), party=party(BE_VAT="BE0999000129"))
    assert LAW.aside is not None
    assert LAW.aside(invoice(), foreigner, NOW) == ()
    assert reviewed(foreigner) == {}


def test_leaving_in_the_middle_of_a_year_is_refused() -> None:
    midyear = Settings(regimes=(Period(regime="sii", valid_from=date(2027, 3, 1)),))
    found = reviewed(issuer(midyear), READY)["VERIFACTU-REGIME"]
    assert (found.severity, found.found) == (Severity.FATAL, "2027-02-28")
    assert "VERIFACTU-REGIME" not in reviewed(issuer(SII_FROM_2027), READY, NOW - timedelta(days=20))


def test_the_regime_of_days_gone_by_does_not_change() -> None:
    assert reviewed(issuer(Settings(regime="sii")), READY)["VERIFACTU-REGIME"].severity is Severity.FATAL
    assert "VERIFACTU-REGIME" not in reviewed(issuer(Settings(regime="sii")))


# ------------------------------------------------------------------------------------------------ readiness


def test_nothing_is_said_of_an_issuer_who_is_ready() -> None:
    assert reviewed(issuer(READY)) == {}
    assert reviewed(live(DECLARED)) == {}
    assert LAW.check(instruction(), live(DECLARED), NOW) == ()


def test_live_wants_a_producer_and_the_signed_papers() -> None:
    bare = with_certificate(live(deployment=None), nif="B00000034")
    wanted = {"VERIFACTU-PRODUCER", "VERIFACTU-DECLARATION", "VERIFACTU-REPRESENTATION"}
    judged = LAW.check(instruction(), bare, NOW)
    assert {found.rule for found in judged if found.severity is Severity.FATAL} == wanted
    told = reviewed(bare)
    assert wanted <= set(told)
    assert not is_fatal(tuple(told.values()))


def test_test_wants_no_papers() -> None:
    in_test = replace(live(deployment=None), environment="test")
    assert LAW.check(instruction(), in_test, NOW) == ()


def test_a_declaration_is_that_of_one_version_and_one_system() -> None:
    other = replace(DECLARED, body=replace(DECLARED.body, version="0.0.9"))  # type: ignore[type-var]
    assert "VERIFACTU-DECLARATION" in reviewed(live(other))
    component = Deployment(sif_role="component", producer=PRODUCER, id="FA", version="7.3")
    assert "VERIFACTU-DECLARATION" in reviewed(live(DECLARED, deployment=component))


def test_another_sends_where_a_paper_entitles_it() -> None:
    by_another = with_certificate(live(DECLARED, POWER), nif="B00000034", not_after="2029-01-01T00:00:00Z")
    assert reviewed(by_another) == {}
    revoked = replace(POWER, revoked_at=NOW - timedelta(days=1))
    assert "VERIFACTU-REPRESENTATION" in reviewed(replace(by_another, attestations=(DECLARED, revoked)))


def test_a_strangers_certificate_is_foreseen_in_test() -> None:
    found = reviewed(with_certificate(issuer(READY), nif="B00000034"))["AEAT-4112"]
    assert (found.severity, found.found) == (Severity.WARNING, "B00000034")


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({}, "no certificate yet"),
        ({"not_after": "2026-11-20T09:30:00Z"}, "is over"),
        ({"not_after": "2026-11-27T09:30:15Z"}, "within 7 days"),
        ({"not_after": "2026-12-20T09:30:15Z"}, "within 30 days"),
        ({"not_after": "2027-01-19T09:30:15Z"}, "within 60 days"),
        ({"not_after": "2027-01-20T09:30:15Z"}, None),
        ({"not_after": "2027-01-01"}, "within 60 days"),
        ({"not_after": "soon"}, None),
        ({"subject": "CN=x"}, None),
    ],
)
def test_the_certificate_is_watched(facts: Mapping[str, str], word: str | None) -> None:
    found = reviewed(with_certificate(issuer(READY), **facts)).get("VERIFACTU-CERTIFICATE")
    if word is None:
        assert found is None
    else:
        assert found is not None
        assert found.severity is Severity.WARNING
        assert word in found.message


def test_an_invoice_hears_of_a_certificate_only_once_it_is_over() -> None:
    for ends, said in (("2026-11-20T09:30:00Z", True), ("2026-11-27T09:30:00Z", False)):
        rules = {found.rule for found in readiness.findings(with_certificate(issuer(READY), not_after=ends), NOW)}
        assert ("VERIFACTU-CERTIFICATE" in rules) is said
    assert readiness.expiry(with_certificate(issuer(), not_after="2027-01-01")) == datetime(2027, 1, 1, tzinfo=UTC)


def test_who_does_not_use_it_needs_nothing_for_it() -> None:
    sii = with_certificate(issuer(Settings(regime="sii", series_rectificativas=("R",))))
    assert reviewed(sii) == {}
    coming = Settings(regime="sii", regimes=(Period(regime="verifactu", valid_from=date(2027, 1, 1)),))
    assert "VERIFACTU-CERTIFICATE" in reviewed(with_certificate(issuer(coming)))


# ------------------------------------------------------------------------------------------------ series, installations


def test_series_of_corrections_and_of_others_are_to_be_stated() -> None:
    said = reviewed(issuer(Settings(installation="1", terceros=(Tercero(name="T", nif="B00000034"),))))
    assert {rule: found.severity for rule, found in said.items()} == {
        "VERIFACTU-SERIES": Severity.WARNING,
        "VERIFACTU-SERIES-OTHERS": Severity.WARNING,
    }


@pytest.mark.parametrize(
    "third",
    [
        Tercero(name="T", nif="B00000034", series="R"),
        Tercero(name="T", nif="B00000034", series="T", series_rectificativas="T"),
    ],
)
def test_a_series_has_one_use(third: Tercero) -> None:
    assert reviewed(issuer(replace(READY, terceros=(third,))))["VERIFACTU-SERIES-OTHERS"].severity is Severity.FATAL


def test_an_installation_that_is_given_up_is_told() -> None:
    shops = replace(READY, installations={"SHOP": "2"})
    given_up = reviewed(issuer(READY), shops)["VERIFACTU-INSTALLATION"]
    assert (given_up.severity, given_up.found) == (Severity.WARNING, "2")
    assert reviewed(issuer(shops), READY) == {}
    assert reviewed(issuer(replace(READY, installation=None)), READY)["VERIFACTU-INSTALLATION"].found == "1"
