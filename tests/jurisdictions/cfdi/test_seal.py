"""The seal: what it signs, what it keeps, and that it tells a changed document from its own."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.contract import CredentialMissing
from tests.jurisdictions.cfdi.invoices import AT, Vault, credit_note, instruction, invoice, line, seal
from tests.jurisdictions.cfdi.simulated import holder

VERIFY = JURISDICTION.seal.verify
assert VERIFY is not None


def test_time_is_local_and_without_a_zone() -> None:
    sealed = seal(at=datetime(2026, 11, 21, 2, 30, tzinfo=UTC))
    assert etree.fromstring(sealed.body).get("Fecha") == "2026-11-20T20:30:00"
    assert sealed.attributes["fecha"] == "2026-11-20T20:30:00"


def test_the_same_sealing_gives_the_same_bytes() -> None:
    assert seal() == seal()


def test_a_fresh_seal_verifies_and_a_changed_document_does_not() -> None:
    for made in (instruction(), instruction(credit_note())):
        body = seal(made).body
        assert VERIFY is not None
        assert VERIFY(body, None) == ()
        assert {f.external_code for f in VERIFY(body.replace(b"1160.00", b"1160.01"), None)} == {"302"}
        assert {f.external_code for f in VERIFY(body.replace(b'Certificado="MII', b'Certificado="XII'), None)}
        assert {f.external_code for f in VERIFY(b"<no", None)} == {"301"}


def test_a_certificate_of_another_rfc_is_noticed() -> None:
    body = seal(vault=Vault(holder("URE180429TM6"))).body
    assert VERIFY is not None
    assert {f.external_code for f in VERIFY(body, None)} == {"303"}


def test_the_fingerprint_ignores_time_and_certificate_and_nothing_else() -> None:
    first = seal()
    later = seal(at=AT + timedelta(hours=1))
    renewed = seal(vault=Vault(holder(number="30001000000500008888")))
    assert first.fingerprint == later.fingerprint == renewed.fingerprint
    assert len({first.digest, later.digest, renewed.digest}) == 3
    assert seal(instruction(invoice(line(description="Otra cosa")))).fingerprint != first.fingerprint
    assert seal(number="A-18").fingerprint != first.fingerprint


def test_attributes_tell_what_the_exchange_needs() -> None:
    sealed = seal()
    root = etree.fromstring(sealed.body)
    assert sealed.attributes["sello_last8"] == root.get("Sello", "")[-8:]
    assert sealed.attributes["total"] == "1160.00"
    assert (sealed.attributes["serie"], sealed.attributes["folio"]) == ("A", "17")
    assert (sealed.name, sealed.link) == ("cfdi.xml", None)
    assert root.get("NoCertificado") == "30001000000500009999"


def test_without_a_csd_nothing_is_sealed() -> None:
    class Empty(Vault):
        def certificate(self, credential: str) -> bytes:
            raise CredentialMissing(credential)

    with pytest.raises(CredentialMissing):
        seal(vault=Empty())
