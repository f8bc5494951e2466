"""The seal and the envelope: what is kept, what is compared, what travels."""

from datetime import timedelta
from hashlib import sha256

from msgspec.structs import replace

from jurisdictions.contract import Sealed, Sealing
from jurisdictions.kit.xml import parse
from jurisdictions.peppol import codelists
from jurisdictions.peppol.envelope import wrap
from jurisdictions.peppol.judgement import judge
from jurisdictions.peppol.seal import SEAL, seal
from tests.jurisdictions.peppol import shapes

NS = {"s": codelists.SBDH}


def sealed(sealing: Sealing) -> Sealed:
    return seal(sealing, None)  # type: ignore[arg-type]


def test_seal_keeps_what_transmission_and_reports_need() -> None:
    made = sealed(shapes.sealing(shapes.SHAPES["plain"]))
    assert (made.name, made.media_type) == ("invoice.xml", "application/xml")
    assert made.digest == sha256(made.body).hexdigest()
    assert dict(made.attributes) == {
        "sender": "0208:0999000129",
        "receiver": "0208:0999000228",
        "document_type": f"busdox-docid-qns::{codelists.INVOICE_DOCUMENT}",
        "process": f"cenbii-procid-ubl::{codelists.PROFILE}",
        "country_c1": "BE",
        "country_c4": "BE",
        "end_user": "iss_1",
        "number": "A-1",
    }
    assert made.link is None
    assert made.facts == {}


def test_there_is_no_chain() -> None:
    assert SEAL.chain is None


def test_fingerprint_ignores_time_and_submission_only() -> None:
    first = shapes.sealing(shapes.SHAPES["plain"])
    again = replace(first, at=first.at + timedelta(hours=1), submission="01935e2a-0000-7d52-9a55-0d9b6b1c2f10")
    elsewhere = shapes.sealing(shapes.SHAPES["extension"])
    assert sealed(first) == sealed(again)
    assert sealed(first).fingerprint != sealed(elsewhere).fingerprint
    assert sealed(first).fingerprint != sealed(replace(first, number="A-2")).fingerprint


def test_envelope_names_sender_receiver_document_and_country() -> None:
    for name, local in (("plain", "Invoice"), ("credit", "CreditNote")):
        made = sealed(shapes.sealing(shapes.SHAPES[name]))
        root = parse(wrap(made.body, made.attributes, shapes.SUBMISSION, shapes.AT))
        told = {one.tag.split("}")[1]: one.text for one in root.iter() if isinstance(one.tag, str) and not len(one)}
        assert told["TypeVersion"] == "2.1"
        assert told["CreationDateAndTime"] == "2026-11-20T09:30:00Z"
        assert root.findtext(".//s:DocumentIdentification/s:InstanceIdentifier", namespaces=NS) == shapes.SUBMISSION
        assert root.findtext(".//s:DocumentIdentification/s:Type", namespaces=NS) == local
        assert root.findtext(".//s:Sender/s:Identifier", namespaces=NS) == "0208:0999000129"
        assert [scope[0].text for scope in root.iterfind(".//s:Scope", NS)] == ["DOCUMENTID", "PROCESSID", "COUNTRY_C1"]
        assert root[1].tag == f"{{urn:oasis:names:specification:ubl:schema:xsd:{local}-2}}{local}"


def test_envelope_holds_the_sealed_bytes_and_is_the_same_every_time() -> None:
    made = sealed(shapes.sealing(shapes.SHAPES["plain"]))
    first = wrap(made.body, made.attributes, shapes.SUBMISSION, shapes.AT)
    assert first == wrap(made.body, made.attributes, shapes.SUBMISSION, shapes.AT)
    assert made.body.split(b"\n", 1)[1] in first
    assert judge(first).verdict == "valid"
