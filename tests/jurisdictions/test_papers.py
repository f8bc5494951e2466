"""What every jurisdiction keeps of signed papers, of what its operator says, and of looking at an issuer by itself."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

import jurisdictions
from jurisdictions.contract import AttestationSpec, Environment
from schemas.findings import Severity, is_fatal
from schemas.party import Address, Party
from tests.jurisdictions.samples import AT, Sample, sample
from tests.jurisdictions.toy import NAME

CODES = (*jurisdictions.INSTALLED, NAME)
ENVIRONMENTS: tuple[Environment, ...] = ("test", "live")


@pytest.fixture(scope="module", params=CODES)
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return sample(request.param, tmp_path_factory.mktemp("authority"))


def _specs(one: Sample) -> tuple[AttestationSpec, ...]:
    return one.jurisdiction.attestations.specs if one.jurisdiction.attestations else ()


def test_what_the_operator_may_say_has_defaults_for_all_of_it(one: Sample) -> None:
    kind = one.jurisdiction.about.deployment_type
    if kind is not None:
        assert kind() == msgspec.convert({}, kind)
        assert kind.__struct_config__.frozen and kind.__struct_config__.forbid_unknown_fields
        assert msgspec.json.schema(kind)


def test_papers_are_told_apart_and_their_facts_are_typed(one: Sample) -> None:
    specs = _specs(one)
    assert len({spec.name for spec in specs}) == len(specs)
    for spec in specs:
        assert spec.title and spec.purpose and spec.scope in ("platform", "issuer")
        assert spec.body_type.__struct_config__.frozen and spec.body_type.__struct_config__.forbid_unknown_fields
        assert msgspec.json.schema(spec.body_type)


def test_a_draft_is_whole_and_fits_the_paper(one: Sample) -> None:
    kind = one.jurisdiction.about.deployment_type
    for spec in _specs(one):
        assert one.jurisdiction.attestations is not None
        draft = one.jurisdiction.attestations.draft(spec.name, kind() if kind else None)
        if draft is None:
            continue
        assert (draft.name, bool(draft.edition), bool(draft.text)) == (spec.name, True, True)
        assert set(draft.body) <= set(spec.body_type.__struct_fields__)
        assert all(all(item) for item in draft.items)
        letters = [letter for letter, _, _ in draft.items]
        assert letters == sorted(letters)
    if one.jurisdiction.attestations is not None:
        assert one.jurisdiction.attestations.draft("no such paper", None) is None


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_review_is_pure_and_says_nothing_of_strangers(one: Sample, environment: Environment) -> None:
    review = one.jurisdiction.law.review
    if review is None:
        return
    issuer = replace(one.issuer, environment=environment)
    found = review(issuer, None, AT)
    assert found == review(issuer, None, AT)
    assert not is_fatal(found), "an ordinary issuer may be made"
    bare = replace(issuer, settings=None, credentials={}, attestations=())
    for shown in (*found, *review(bare, None, AT), *review(bare, issuer.settings, AT)):
        assert shown.rule and shown.message
        assert shown.pointer is None or shown.pointer == "" or shown.pointer.startswith("/")
    assert all(shown.severity is Severity.WARNING for shown in review(issuer, issuer.settings, AT))
    stranger = replace(bare, party=Party(name="Nobody", address=Address(country="NZ")))
    assert review(stranger, None, AT) == ()
    assert review(stranger, object(), AT) == ()


def test_retention_is_dated(one: Sample) -> None:
    for rule in one.jurisdiction.about.retention:
        assert rule.years > 0 and rule.law
