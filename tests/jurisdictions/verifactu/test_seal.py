"""Huella, chain and time."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.contract import InstructionKind, Issuer
from jurisdictions.kit.xml import UnreadableXML
from jurisdictions.verifactu import JURISDICTION, huella
from jurisdictions.verifactu.settings import Extension, Settings
from schemas.states import Standing
from tests.jurisdictions.verifactu.builders import (
    ISSUER_NIF,
    NOW,
    credit_note,
    instruction,
    invoice,
    issuer,
    party,
    sealed,
    tax,
)

SEAL = JURISDICTION.seal
assert SEAL.verify is not None
assert SEAL.link is not None
verify, link_of = SEAL.verify, SEAL.link

KINDS = (
    instruction(),
    instruction(invoice(("10.01", tax("10")), ("-3.00", tax()))),
    instruction(invoice(simplified=True)),
    instruction(credit_note()),
    instruction(kind=InstructionKind.CORRECT),
    instruction(kind=InstructionKind.CANCEL, standing=Standing.REGISTERED),
)


def test_one_chain_per_obligado_and_installation() -> None:
    assert SEAL.chain is not None
    assert SEAL.chain(instruction(), issuer()) == f"{ISSUER_NIF}:1"
    assert SEAL.chain(instruction(credit_note()), issuer(Settings(installation="7"))) == f"{ISSUER_NIF}:7"


def test_the_first_record_says_so_and_the_next_names_it() -> None:
    first = sealed()
    second = sealed(number="A-2", previous=first.link)
    assert b"<sf:PrimerRegistro>S</sf:PrimerRegistro>" in first.body
    assert f"<sf:Huella>{first.attributes['huella']}</sf:Huella></sf:RegistroAnterior>".encode() in second.body
    assert verify(first.body, None) == ()
    assert verify(second.body, first.link) == ()
    assert verify(second.body, None)
    assert verify(first.body, second.link)


def test_a_cancellation_stands_in_the_same_chain() -> None:
    first = sealed()
    second = sealed(KINDS[5], previous=first.link)
    third = sealed(number="A-2", previous=second.link)
    assert verify(second.body, first.link) == verify(third.body, second.link) == ()
    assert b"<sf:NumSerieFactura>A-1</sf:NumSerieFactura>" in third.body


def test_time_is_that_of_the_issuer_in_whole_seconds() -> None:
    assert b">2026-11-20T10:30:15+01:00</sf:FechaHoraHusoGenRegistro>" in sealed().body
    islands = Issuer(id="iss", party=issuer().party, time_zone="Atlantic/Canary", environment="test")
    assert b">2026-11-20T09:30:15+00:00</sf:FechaHoraHusoGenRegistro>" in sealed(by=islands).body


def test_the_same_sealing_gives_the_same_bytes() -> None:
    one, other = sealed(), sealed()
    assert one == other
    assert one.digest == hashlib.sha256(one.body).hexdigest()


def test_the_fingerprint_ignores_time_link_and_flags() -> None:
    first = sealed()
    again = sealed(instruction(kind=InstructionKind.CORRECT), previous=first.link, at=NOW + timedelta(hours=1))
    other = sealed(instruction(kind=InstructionKind.CORRECT, extension=Extension(clave_regimen="07")))
    assert again.fingerprint == first.fingerprint
    assert other.fingerprint != first.fingerprint


def test_the_facts_are_the_qr_and_its_phrase() -> None:
    facts = sealed(number="A/1 &b").facts
    assert facts["verification_url"] == (
        "https://prewww2.aeat.es/wlpl/TIKE-CONT/ValidarQR"
        "?nif=B00000018&numserie=A%2F1%20%26b&fecha=20-11-2026&importe=121.00"
    )
    assert facts["verification_phrase"] == "Factura verificable en la sede electrónica de la AEAT"
    live = sealed(by=issuer(environment="live")).facts["verification_url"]
    assert live.startswith("https://www2.agenciatributaria.gob.es/")
    assert sealed(KINDS[5]).facts == {}
    shown = JURISDICTION.desk.render(invoice(), facts)
    assert (shown["qr_content"], shown["qr_title"]) == (facts["verification_url"], "QR tributario:")


def test_attributes_are_what_the_exchange_needs() -> None:
    of = sealed(instruction(credit_note(customer=party(ES_NIF="B00000026"))), number="R-1")
    assert {name: of.attributes[name] for name in ("nif", "number", "date", "period", "operation", "tipo_factura")} == {
        "nif": ISSUER_NIF,
        "number": "R-1",
        "date": "20-11-2026",
        "period": "2026-11",
        "operation": "alta",
        "tipo_factura": "R4",
    }
    assert of.attributes["total"] == "-121.00"


def test_huella_trims_the_ends_and_keeps_the_inside() -> None:
    from lxml import etree

    body = sealed(number="A 1 / 2").body
    spaced = body.replace(b">A 1 / 2<", b">\n A 1 / 2\t<")
    assert huella.read(etree.fromstring(spaced)).recomputed == huella.read(etree.fromstring(body)).huella


@given(
    kinds=st.lists(st.integers(0, len(KINDS) - 1), min_size=2, max_size=8),
    at=st.integers(0, 10**6),
    bit=st.integers(0, 7),
)
def test_a_chain_verifies_and_every_flipped_bit_is_found(kinds: list[int], at: int, bit: int) -> None:
    """The huella covers eight fields; the link also carries the digest of the bytes, so nothing escapes."""
    previous: bytes | None = None
    records = []
    for place, kind in enumerate(kinds, start=1):
        record = sealed(KINDS[kind], f"A-{place}", previous=previous, at=NOW + timedelta(seconds=place))
        records.append(record)
        previous = record.link
    bodies = [record.body for record in records]
    links = [record.link for record in records]
    assert sound(bodies, links)
    place = at % len(bodies)
    body = bytearray(bodies[place])
    body[at % len(body)] ^= 1 << bit
    bodies[place] = bytes(body)
    assert not sound(bodies, links)


def sound(bodies: list[bytes], links: list[bytes | None]) -> bool:
    before: bytes | None = None
    for body, link in zip(bodies, links, strict=True):
        try:
            if verify(body, before) or link_of(body) != link:
                return False
        except UnreadableXML:
            return False
        before = link
    return True


def test_what_is_no_record_or_no_link_is_a_finding() -> None:
    assert [found.rule for found in verify(b"<x/>", None)] == ["VERIFACTU-RECORD"]
    assert [found.rule for found in verify(b"not xml", None)] == ["VERIFACTU-RECORD"]
    assert [found.rule for found in verify(sealed().body, b"junk")] == ["VERIFACTU-CHAIN"]
    forged = sealed().body.replace(b"121.00", b"122.00")
    (found,) = verify(forged, None)
    assert (found.rule, found.external_code) == ("AEAT-2000", "2000")


def test_a_link_survives_its_packing() -> None:
    link = huella.Link(nif="B00000018", number='A"1', date="20-11-2026", huella="F" * 64, digest="0" * 64)
    assert huella.unpacked(huella.packed(link)) == link
    assert msgspec.json.decode(huella.packed(link))["number"] == 'A"1'


def test_series_that_are_billed_apart_have_a_chain_of_their_own() -> None:
    assert SEAL.chain is not None
    by = issuer(Settings(installation="1", installations={"SHOP": "2"}))
    assert SEAL.chain(instruction(), by) == f"{ISSUER_NIF}:1"
    assert SEAL.chain(instruction(invoice(series="SHOP")), by) == f"{ISSUER_NIF}:2"
    cancelled = invoice(series=None, number="SHOP-7")
    assert SEAL.chain(instruction(cancelled, InstructionKind.CANCEL), by) == f"{ISSUER_NIF}:2"
    assert sealed(instruction(invoice(series="SHOP")), by=by).attributes["installation"] == "2"
    assert SEAL.chain(instruction(), issuer(Settings())) == f"{ISSUER_NIF}:iss_1"
