"""The seal: what it signs, what it keeps, and that it tells a changed document from its own."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi import seal as sealing_room
from jurisdictions.contract import CredentialMissing
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.invoices import AT, Vault, credit_note, instruction, invoice, issuer, line, seal
from tests.jurisdictions.cfdi.payments import RECEIPTS, receipt
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


COMMON = frozenset(
    "rfc receptor_rfc total fecha serie folio no_certificado sello_last8 sello metodo_pago forma_pago moneda tipo"
    " uso_cfdi lugar_expedicion zona".split()
)


def test_every_seal_tells_what_a_later_cancellation_or_payment_needs() -> None:
    for name, make in DOCUMENTS.items():
        assert set(seal(make()).attributes) >= COMMON, name
    told = seal(DOCUMENTS["deferred"]()).attributes
    assert (told["metodo_pago"], told["forma_pago"], told["moneda"], told["tipo"]) == ("PPD", "99", "MXN", "I")
    assert (told["receptor_rfc"], told["uso_cfdi"]) == ("URE180429TM6", "G03")
    assert (told["lugar_expedicion"], told["zona"]) == ("42501", "America/Mexico_City")
    assert "addenda" not in told


def test_an_addenda_waits_beside_the_sealed_document() -> None:
    made = instruction(addenda="<x xmlns='urn:x'/>")
    assert seal(made).attributes["addenda"] == "<x xmlns='urn:x'/>"
    assert seal(made).body == seal().body


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_is_sealed_as_type_p(name: str) -> None:
    sealed = seal(receipt(RECEIPTS[name]()), number="P-9")
    assert VERIFY is not None
    assert VERIFY(sealed.body, None) == ()
    assert set(sealed.attributes) >= COMMON
    told = sealed.attributes
    assert (told["tipo"], told["total"], told["metodo_pago"], told["uso_cfdi"]) == ("P", "0", "", "CP01")
    assert (told["serie"], told["folio"]) == ("P", "9")


def test_a_receipt_has_a_preview() -> None:
    preview = etree.fromstring(JURISDICTION.seal.preview(receipt(), issuer(), AT))
    assert (preview.get("TipoDeComprobante"), preview.get("Sello")) == ("P", "")


def test_what_the_schema_refuses_is_never_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that should have spoken did not: a defect of ours ends here, not at the PAC."""
    written = sealing_room.write
    monkeypatch.setattr(
        sealing_room, "write", lambda cfdi, **words: written(cfdi, **words).replace(b'ObjetoImp="02"', b'ObjetoImp="2"')
    )
    with pytest.raises(sealing_room.Defect, match="ObjetoImp"):
        seal()


def test_a_document_of_an_unknown_shape_is_sealed_by_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = seal()
    monkeypatch.setattr(sealing_room, "written_cadena", lambda text: None)
    assert seal() == usual
