"""Judging documents of anybody."""

from __future__ import annotations

import pytest

from jurisdictions.verifactu import JURISDICTION
from tests.jurisdictions.verifactu.builders import chained, sealed, setting

judge = JURISDICTION.law.judge


def message(*bodies: bytes) -> bytes:
    step = JURISDICTION.exchange.begin(chained(2), setting())
    (body,) = step.asks[0].body
    assert isinstance(body, bytes)
    for of, other in zip(chained(2), bodies, strict=False):
        body = body.replace(of.body, other)
    return body


def test_a_record_and_a_message_of_ours_are_valid() -> None:
    assert judge(sealed().body).verdict == "valid"
    assert judge(message()).verdict == "valid"


@pytest.mark.parametrize(
    ("data", "verdict", "failed"),
    [
        (b"", "invalid", "readable"),
        (b"<a", "invalid", "readable"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "invalid", "readable"),
        (b"<Invoice/>", "undecided", "schema"),
        (sealed().body.replace(b">F1<", b">F9<"), "invalid", "schema"),
        (sealed().body.replace(b">121.00<", b">122.00<"), "invalid", "huella"),
        (message(sealed(number="A-1").body, sealed(number="A-9").body), "invalid", "chain"),
    ],
)
def test_the_layer_that_fails_decides(data: bytes, verdict: str, failed: str) -> None:
    judgement = judge(data)
    assert judgement.verdict == verdict
    assert [layer.name for layer in judgement.layers if layer.verdict == "failed"] == [failed]
    assert judgement.findings


def test_a_wrong_huella_carries_the_code_of_the_aeat() -> None:
    (found,) = judge(sealed().body.replace(b">121.00<", b">122.00<")).findings
    assert (found.rule, found.external_code) == ("AEAT-2000", "2000")
    assert found.location == "/sf:RegistroAlta/sf:Huella"


def layers(data: bytes) -> dict[str, str]:
    return {layer.name: layer.verdict for layer in judge(data).layers}


def test_a_bad_record_hides_no_finding_of_the_others() -> None:
    bad, other = sealed(number="A-1").body.replace(b">F1<", b">F9<"), sealed(number="A-2")
    judgement = judge(message(bad, other.body.replace(b">01</sf:ClaveRegimen>", b">02</sf:ClaveRegimen>")))
    assert {found.external_code for found in judgement.findings} == {"1106", "1286"}
    assert "RegistroFactura[2]" in (judgement.findings[-1].location or "")


def test_what_was_not_seen_whole_has_not_passed() -> None:
    told = layers(message(sealed(number="A-1").body.replace(b">F1<", b">F9<"), sealed(number="A-2").body))
    assert told == {
        "readable": "passed",
        "schema": "failed",
        "rules": "skipped",
        "huella": "skipped",
        "chain": "skipped",
    }
    told = layers(sealed().body.replace(b">121.00<", b">122.00<"))
    assert told == {"readable": "passed", "schema": "passed", "rules": "passed", "huella": "failed", "chain": "passed"}


def test_a_finding_names_its_element_whatever_the_prefix() -> None:
    body = sealed().body.replace(b"xmlns:sf=", b"xmlns=").replace(b"<sf:", b"<").replace(b"</sf:", b"</")
    assert judge(body).verdict == "valid"
    (found,) = judge(body.replace(b">F1<", b">F9<")).findings
    assert (found.external_code, found.location) == ("1106", "/*/*[4]")


def test_several_installations_have_chains_of_their_own() -> None:
    second = sealed(number="A-2").body.replace(b"NumeroInstalacion>1<", b"NumeroInstalacion>2<")
    assert judge(message(sealed(number="A-1").body, second)).verdict == "valid"


def test_documents_of_the_service_are_recognised() -> None:
    assert judge(sealed().body).recognised is True
    assert judge(b"<Invoice/>").recognised is False
    assert judge(b"<a").recognised is None


def test_a_flood_of_faults_is_cut_off() -> None:
    rows = b"<sf:DetalleDesglose/>" * 60_000
    body = sealed().body.replace(b"<sf:Desglose>", b"<sf:Desglose>" + rows)
    judgement = judge(body)
    assert judgement.verdict == "invalid"
    assert len(judgement.findings) <= 1000
