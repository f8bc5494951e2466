"""Who sends for an issuer: itself with its own certificate, or whom a signed paper entitles."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from jurisdictions.contract import Attestation, Issuer, Scope
from jurisdictions.verifactu.obligado.representation import SPECS, Representation, Sender, problems, sender
from schemas.findings import Severity
from tests.jurisdictions.verifactu.builders import ISSUER_NIF, NOW, issuer

ADVISER = "B00000034"
BY_ADVISER = Representation(role="colaborador_social", nif=ADVISER, name="Gestoría, S.L.")


def paper(body: object = BY_ADVISER, **fields: object) -> Attestation:
    given: dict[str, object] = {
        "id": "att_1",
        "name": "representation",
        "edition": "1",
        "body": body,
        "sha256": "00" * 32,
        "valid_from": date(2026, 1, 1),
        "registered_at": datetime(2026, 1, 2, tzinfo=UTC),
    }
    return Attestation(**(given | fields))  # type: ignore[arg-type]


def of(nif: str | None, *papers: Attestation, environment: str = "live") -> Issuer:
    """An issuer with a certificate of that NIF; with one that tells none where it is empty, without one for None."""
    facts = {} if nif is None else {"certificate": {"nif": nif} if nif else {"subject": "CN=Emisora"}}
    return replace(issuer(environment=environment), credentials=facts, attestations=papers)


@pytest.mark.parametrize("nif", [ISSUER_NIF, "b-00000018"])
def test_the_obligado_sends_with_its_own_certificate(nif: str) -> None:
    by = of(nif, paper(replace(BY_ADVISER, generates=True)))
    assert sender(by, NOW) == Sender("obligado", ISSUER_NIF, "Emisora & Hijos, S.L.", False)
    assert problems(by, NOW) == ()


@pytest.mark.parametrize("role", ["apoderado", "colaborador_social", "sucesor"])
@pytest.mark.parametrize("generates", [False, True])
def test_somebody_else_sends_with_a_paper(role: str, generates: bool) -> None:
    by = of(ADVISER, paper(replace(BY_ADVISER, role=role, generates=generates)))
    assert sender(by, NOW) == (role, ADVISER, "Gestoría, S.L.", generates)
    assert problems(by, NOW) == ()


@pytest.mark.parametrize(
    ("papers", "words"),
    [
        ((), "no signed representation"),
        ((paper(sha256=None),), "no signed representation"),
        ((paper(name="declaration"),), "no signed representation"),
        ((paper(replace(BY_ADVISER, nif="B00000042")),), "no signed representation"),
        ((paper(replace(BY_ADVISER, role="obligado")),), "no signed representation"),
        ((paper(revoked_at=NOW - timedelta(days=1)),), "revoked on 2026-11-19"),
        ((paper(valid_until=date(2026, 11, 19)),), "ended on 2026-11-19"),
        ((paper(valid_from=date(2026, 11, 21)),), "begins on 2026-11-21"),
    ],
)
def test_without_a_paper_that_counts_nobody_else_sends(papers: tuple[Attestation, ...], words: str) -> None:
    by = of(ADVISER, *papers)
    assert sender(by, NOW) is None
    (found,) = problems(by, NOW)
    assert (found.rule, found.severity, found.external_code) == ("VERIFACTU-REPRESENTATION", Severity.FATAL, "4112")
    assert (found.found, found.expected) == (ADVISER, ISSUER_NIF)
    assert words in found.message


def test_a_paper_counts_until_the_end_of_its_last_day_at_the_issuers_place() -> None:
    by = of(ADVISER, paper(valid_until=date(2026, 11, 19)))
    assert sender(by, datetime(2026, 11, 19, 22, 59, tzinfo=UTC)) is not None
    assert sender(by, datetime(2026, 11, 19, 23, 0, tzinfo=UTC)) is None


def test_the_newest_paper_of_the_certificates_holder_counts() -> None:
    newest = paper(Representation(role="apoderado", nif=ADVISER, name="Gestoría nueva, S.L."))
    other = paper(Representation(role="apoderado", nif="B00000042", name="Otra"))
    assert sender(of(ADVISER, other, newest, paper()), NOW) == ("apoderado", ADVISER, "Gestoría nueva, S.L.", False)


def test_a_revoked_paper_leaves_the_one_before_it() -> None:
    assert sender(of(ADVISER, paper(revoked_at=NOW), paper()), NOW) is not None


def test_a_certificate_that_tells_no_nif_wants_a_paper() -> None:
    assert problems(of(""), NOW)[0].message.startswith("The certificate does not tell whose it is")
    own = Representation(role="obligado", nif=ISSUER_NIF, name="Emisora", generates=True)
    assert sender(of("", paper(own)), NOW) == ("obligado", ISSUER_NIF, "Emisora", False)
    assert problems(of("", paper(own)), NOW) == ()


@pytest.mark.parametrize("by", [of(None), of(ADVISER, environment="test")])
def test_nothing_is_said_where_nothing_is_sent_in_earnest(by: Issuer) -> None:
    assert problems(by, NOW) == ()


def test_it_is_the_issuers_and_has_a_signed_document() -> None:
    (spec,) = SPECS
    assert (spec.scope, spec.body_type, spec.document) == (Scope.ISSUER, Representation, True)


def test_a_paper_may_write_its_nif_with_the_letters_of_its_country() -> None:
    by = of(ADVISER, paper(replace(BY_ADVISER, nif=f"ES-{ADVISER}")))
    assert sender(by, NOW) == ("colaborador_social", ADVISER, "Gestoría, S.L.", False)
    over = of(ADVISER, paper(replace(BY_ADVISER, nif=f"ES{ADVISER}"), valid_until=date(2026, 6, 30)))
    assert [one.message for one in problems(over, NOW) if "ended on 2026-06-30" in one.message]
