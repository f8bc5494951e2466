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
    assert found.location == "/sf:RegistroAlta"
