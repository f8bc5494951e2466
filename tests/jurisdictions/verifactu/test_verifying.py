"""Verifying stored records: the glance and the tree say the same, and nothing that was changed escapes."""

from __future__ import annotations

import hashlib
import random
from datetime import timedelta

import pytest
from lxml import etree

from jurisdictions.contract import InstructionKind
from jurisdictions.verifactu import huella, verifying
from jurisdictions.verifactu.settings import Extension
from schemas.states import Standing
from tests.jurisdictions.verifactu.builders import (
    NOW,
    credit_note,
    instruction,
    invoice,
    sealed,
    tax,
)

KINDS = (
    instruction(invoice(("10.01", tax("10")), ("-3.00", tax()))),
    instruction(invoice(simplified=True)),
    instruction(credit_note()),
    instruction(kind=InstructionKind.CORRECT),
    instruction(kind=InstructionKind.CANCEL, standing=Standing.REGISTERED),
    instruction(
        extension=Extension(ref_externa="A & B", num_registro_acuerdo="1", id_acuerdo="2", descripcion="¿ñ? <!")
    ),
)
Chain = list[tuple[bytes, bytes | None, bytes | None]]


def chain(length: int = 24) -> Chain:
    """Bodies with the link before and their own, of every kind in turn."""
    previous: bytes | None = None
    found: Chain = []
    for place in range(length):
        of = sealed(KINDS[place % len(KINDS)], f"A/{place + 1}", previous=previous, at=NOW + timedelta(seconds=place))
        found.append((of.body, previous, of.link))
        previous = of.link
    return found


def test_a_sealed_record_is_proved_at_a_glance() -> None:
    for body, previous, own in chain():
        before = None if previous is None else huella.unpacked(previous)
        glanced = verifying._glance(body, before)
        assert glanced is not None, body
        assert (glanced.date, huella.packed(glanced)) == ("20-11-2026", own)
        assert verifying.proof(body, previous) == ((), own) == verifying._studied(body, previous)
        assert verifying.verify(body, previous) == ()
        assert verifying.link(body) == own


def test_what_stands_there_twice_or_elsewhere_is_no_glance() -> None:
    """What is hashed, hidden within another element or behind a twin: whoever reads the record reads something else."""
    body, previous, _ = chain(7)[6]
    assert previous is not None
    before = huella.unpacked(previous)
    desglose, totals = body.index(b"</sf:Desglose>"), body.index(b"<sf:CuotaTotal>")
    end, timed = body.index(b"</sf:ImporteTotal>") + 18, body.index(b"<sf:FechaHoraHusoGenRegistro>")
    linked = body.index(b"</sf:Encadenamiento>") + 20
    other = b"<sf:CuotaTotal>1</sf:CuotaTotal><sf:ImporteTotal>2</sf:ImporteTotal>"
    then = b"<sf:FechaHoraHusoGenRegistro>2020-01-01T00:00:00+01:00</sf:FechaHoraHusoGenRegistro>"
    forged = (
        body[:desglose] + body[totals:linked] + body[desglose:totals] + other + body[end:],
        body[:desglose] + body[totals:linked] + b"</sf:Desglose>" + body[linked:],
        body[:totals] + other + body[totals:],
        body[:linked] + then + body[linked:],
        body[:linked] + b"<sf:Huella>0</sf:Huella>" + body[linked:],
        body[:timed] + b"<sf:Huella>0</sf:Huella>" + body[timed:],
    )
    assert verifying._glance(body, before) is not None
    for one in forged:
        assert verifying._glance(one, before) is None, one
        assert verifying.proof(one, previous)[0]


@pytest.mark.parametrize("number", ["A&1", "Ñ-1", "A  1"])
def test_a_number_of_another_shape_is_studied_and_proved_as_well(number: str) -> None:
    first = sealed(number=number)
    second = sealed(number="A-2", previous=first.link)
    third = sealed(KINDS[4], number=number, previous=second.link)
    links = [verifying.link(one.body) for one in (first, second, third)]
    assert verifying.proof(first.body, None) == ((), links[0])
    assert verifying.proof(second.body, links[0])[1] == links[1]
    assert verifying.proof(third.body, links[1])[1] == links[2]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: b'<?xml version="1.0" encoding="UTF-8"?>' + body,
        lambda body: body.replace(b"sf:", b"x:").replace(b"xmlns:sf", b"xmlns:x"),
        lambda body: body.replace(b"><", b">\n  <"),
        lambda body: body.replace(b"<sf:Desglose>", b"<!-- <sf:CuotaTotal>9</sf:CuotaTotal> --><sf:Desglose>"),
        lambda body: body.replace(b"<sf:NumSerieFactura>", b"<sf:NumSerieFactura>&#32;", 1),
    ],
)
def test_the_same_record_in_another_hand_is_still_a_record(change: object) -> None:
    """Nothing of this is written here, and all of it has the same huella: only the tree can tell."""
    assert callable(change)
    (body, _, own), *_ = chain(1)
    other = change(body)
    assert verifying._glance(other, None) is None
    found, link = verifying.proof(other, None)
    assert found == ()
    assert link is not None and own is not None
    assert huella.unpacked(link).huella == huella.unpacked(own).huella
    assert huella.unpacked(link).digest == hashlib.sha256(other).hexdigest()


def test_the_glance_never_says_yes_where_the_tree_says_no() -> None:
    """Every kind of record, changed at random: whenever the glance has a link, the tree has no finding and the same."""
    chance = random.Random(20261121)
    records = chain()
    signs = b'<>&!?"S0129 /'
    for _ in range(4000):
        body, previous, _ = chance.choice(records)
        changed = bytearray(body)
        at = chance.randrange(len(changed))
        if chance.random() < 0.5:
            changed[at] = chance.choice(signs)
        else:
            del changed[at : at + chance.randrange(1, 30)]
        before = None if previous is None else huella.unpacked(previous)
        glanced = verifying._glance(bytes(changed), before)
        found, link = verifying._studied(bytes(changed), previous)
        if glanced is not None and link is not None:
            assert (found, link) == ((), huella.packed(glanced))


def test_what_breaks_is_named() -> None:
    (first, _, link), (second, _, _), *_ = chain()
    rules = {
        "VERIFACTU-RECORD": (b"<x/>", None),
        "AEAT-2000": (first.replace(b"7.38", b"7.39"), None),
        "VERIFACTU-CHAIN": (second, None),
    }
    for rule, (body, previous) in rules.items():
        assert [one.rule for one in verifying.proof(body, previous)[0]] == [rule]
    assert [one.rule for one in verifying.proof(first, link)[0]] == ["VERIFACTU-CHAIN"]
    assert [one.rule for one in verifying.proof(second, b"junk")[0]] == ["VERIFACTU-CHAIN"]
    assert verifying.proof(b"not xml", None)[1] is None
    assert verifying.proof(b"\xff" + first, None)[1] is None
    etree.fromstring(first)
