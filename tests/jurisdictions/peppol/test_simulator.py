"""The simulated access point: it takes what is right once, refuses what is not with its rules, and fails on demand."""

from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from jurisdictions.peppol.simulator import SIMULATOR, registry
from jurisdictions.peppol.simulator import invoice as judged
from jurisdictions.peppol.simulator.invoice import belgian
from tests.jurisdictions.peppol.simulated import (
    BILLING,
    INSTANCE,
    PROCESS,
    RECEIVER,
    SENDER,
    UBL,
    AccessPoint,
    envelope,
    invoice,
    rules,
    told,
)
from tests.official import official

OTHER = "5d1f2a68-0d7c-4d0b-8a53-0f6a3f3a9e22"


@pytest.fixture
def point() -> AccessPoint:
    return AccessPoint()


# ---------------------------------------------------------------- acceptance


def test_a_right_document_is_taken(point: AccessPoint) -> None:
    reply = point.post(envelope(invoice()))
    assert reply.status == 201, reply.body
    answer = told(reply)
    assert answer["instance_id"] == INSTANCE
    assert answer["message_id"].endswith("@ap.sandbox")
    assert answer["timestamp"] == "2026-11-20T18:00:00.000+00:00"


def test_the_receipt_is_signed_over_what_was_posted(point: AccessPoint) -> None:
    xml = envelope(invoice())
    answer = told(point.post(xml))
    root = etree.fromstring(answer["receipt"].encode())
    found = {str(node.tag).rpartition("}")[2]: node.text or "" for node in root.iter()}
    digest = sha256(xml.encode()).digest()
    assert b64decode(found["DigestValue"]) == digest
    assert found["RefToMessageId"] == answer["message_id"]
    key = x509.load_der_x509_certificate(b64decode(found["X509Certificate"])).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(b64decode(found["SignatureValue"]), digest, padding.PKCS1v15(), hashes.SHA256())


def test_what_was_taken_can_be_asked_for(point: AccessPoint) -> None:
    assert point.ask("GET", f"/ap/v1/messages/{INSTANCE}").status == 404
    first = told(point.post(envelope(invoice())))
    reply = point.ask("GET", f"/ap/v1/messages/{INSTANCE}")
    assert reply.status == 200
    assert {**told(reply), "status": ""} == {**first, "status": ""}


def test_an_instance_is_taken_once(point: AccessPoint) -> None:
    first = told(point.post(envelope(invoice())))
    again = point.post(envelope(invoice()))
    assert again.status == 409
    assert not again.changes
    assert told(again)["status"] == "duplicate"
    assert told(again)["receipt"] == first["receipt"]
    other = point.post(envelope(invoice("another")))
    assert other.status == 409
    assert told(other)["code"] == "DUPLICATE_INSTANCE"
    assert "receipt" not in told(other)


def test_participants_are_compared_without_regard_to_case(point: AccessPoint) -> None:
    xml = envelope(invoice(receiver="9920:ESB00000018"), receiver="9920:esb00000018")
    assert point.post(xml).status == 201


# ---------------------------------------------------------------- refusals


def test_a_bearer_token_is_asked(point: AccessPoint) -> None:
    point.token = "another"
    assert point.post(envelope(invoice())).status == 401
    assert point.ask("GET", f"/ap/v1/messages/{INSTANCE}").status == 401


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/else", 404), ("PUT", "/ap/v1/messages", 405)])
def test_other_requests(point: AccessPoint, method: str, path: str, status: int) -> None:
    reply = point.ask(method, path)
    assert reply.status == status
    assert told(reply)["code"]


def test_the_idempotency_key_is_the_instance(point: AccessPoint) -> None:
    reply = point.post(envelope(invoice()), key=OTHER)
    assert told(reply)["code"] == "INVALID_SBDH"
    assert rules(reply) == {"SBDH-INSTANCE"}


ENVELOPES = [
    ("SBDH-VERSION", "<HeaderVersion>1.0", "<HeaderVersion>1.3"),
    ("SBDH-ORDER", "<BusinessScope>", "<Manifest/><BusinessScope>"),
    ("SBDH-PARTNER", f">{SENDER}</Identifier>", f">{SENDER}</Identifier><Identifier/>"),
    ("SBDH-AUTHORITY", "iso6523-actorid-upis", "gs1"),
    ("SBDH-PARTICIPANT", f">{SENDER}<", ">0999000129<"),
    ("SBDH-STANDARD", "<Standard>", "<Standard>x"),
    ("SBDH-TYPE", "<Type>Invoice", "<Type>CreditNote"),
    ("SBDH-INSTANCE", INSTANCE, "1"),
    ("SBDH-CREATION", "18:00:00Z", "18:00:00"),
    ("SBDH-IDENTIFICATION", "<TypeVersion>2.1</TypeVersion>", ""),
    ("SBDH-SCOPE", "COUNTRY_C1", "COUNTRY_C4"),
    ("SBDH-SCHEME", "cenbii-procid-ubl", "cenbii"),
    ("SBDH-COUNTRY", "<InstanceIdentifier>BE<", "<InstanceIdentifier>BEL<"),
    ("SBDH-DOCUMENTID", "::2.1<", "::2.0<"),
    ("SBDH-XML", "<HeaderVersion>", "<HeaderVersion"),
    ("SBDH-XML", "<StandardBusinessDocument ", "<!DOCTYPE a><StandardBusinessDocument "),
    ("SBDH-ROOT", "</StandardBusinessDocument>", "<x/></StandardBusinessDocument>"),
    ("SBDH-ROOT", "StandardBusinessDocument", "Document"),
]


@pytest.mark.parametrize(("rule", "old", "new"), ENVELOPES, ids=[f"{row[0]}-{at}" for at, row in enumerate(ENVELOPES)])
def test_a_broken_envelope(point: AccessPoint, rule: str, old: str, new: str) -> None:
    xml = envelope(invoice())
    assert old in xml
    reply = point.post(xml.replace(old, new))
    assert told(reply)["code"] == "INVALID_SBDH"
    assert rule in rules(reply)


DOCUMENTS = [
    ("XSD", "<cbc:IssueDate>2026-11-20</cbc:IssueDate>", ""),
    ("XSD", "2026-11-20</cbc:IssueDate>", "20.11.2026</cbc:IssueDate>"),
    ("PEPPOL-EN16931-R001", f"<cbc:ProfileID>{PROCESS}</cbc:ProfileID>", ""),
    ("PEPPOL-EN16931-R007", f"<cbc:ProfileID>{PROCESS}", "<cbc:ProfileID>urn:else"),
    ("PEPPOL-EN16931-R004", f"<cbc:CustomizationID>{BILLING}", "<cbc:CustomizationID>urn:cen.eu:en16931:2017"),
    ("PEPPOL-EN16931-R008", ">Thank you<", "> <"),
    ("PEPPOL-EN16931-R003", "<cbc:BuyerReference>REF</cbc:BuyerReference>", ""),
    ("PEPPOL-EN16931-R010", '<cbc:EndpointID schemeID="0208">0999000228</cbc:EndpointID>', ""),
    ("PEPPOL-EN16931-R020", '<cbc:EndpointID schemeID="0208">0999000129</cbc:EndpointID>', ""),
    ("SBDH-ENDPOINT", '"0208">0999000228', '"0208">0999000327'),
    ("PEPPOL-COMMON-R043", '"0208">0999000228', '"0208">0999000229'),
    ("BR-CO-10", '<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">100.00',
                 '<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">100.01'),
    ("BR-CO-11", 'AllowanceTotalAmount currencyID="EUR">10.00', 'AllowanceTotalAmount currencyID="EUR">10.01'),
    ("BR-CO-12", 'ChargeTotalAmount currencyID="EUR">10.00', 'ChargeTotalAmount currencyID="EUR">9.99'),
    ("BR-CO-13", 'TaxExclusiveAmount currencyID="EUR">100.00', 'TaxExclusiveAmount currencyID="EUR">100.01'),
    ("BR-CO-14", 'TaxTotal><cbc:TaxAmount currencyID="EUR">21.00', 'TaxTotal><cbc:TaxAmount currencyID="EUR">21.01'),
    ("BR-CO-15", 'TaxInclusiveAmount currencyID="EUR">121.00', 'TaxInclusiveAmount currencyID="EUR">121.01'),
    ("BR-CO-16", 'PayableAmount currencyID="EUR">100.00', 'PayableAmount currencyID="EUR">100.01'),
    ("BR-CO-17", 'TaxableAmount currencyID="EUR">100.00', 'TaxableAmount currencyID="EUR">200.00'),
    ("PEPPOL-EN16931-R120", 'PriceAmount currencyID="EUR">50.00', 'PriceAmount currencyID="EUR">50.02'),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "old", "new"), DOCUMENTS, ids=[f"{row[0]}-{at}" for at, row in enumerate(DOCUMENTS)])
def test_a_broken_document(point: AccessPoint, rule: str, old: str, new: str) -> None:
    payload = invoice()
    assert old in payload
    reply = point.post(envelope(payload.replace(old, new)))
    assert told(reply)["code"] == "INVALID_DOCUMENT"
    assert rule in rules(reply)
    assert all(set(one) == {"rule", "location", "message", "severity"} for one in told(reply)["findings"])


SELF_BILLING = BILLING.replace("billing:3.0", "selfbilling:3.0")
SELF_BILLING_PROCESS = PROCESS.replace("billing:01", "selfbilling:01")


def self_billed(payload: str) -> str:
    """The envelope of a self-billed document: the buyer sends it to the seller."""
    said = payload.replace(BILLING, SELF_BILLING).replace(PROCESS, SELF_BILLING_PROCESS)
    xml = envelope(said, sender=RECEIVER, receiver=SENDER)
    return xml.replace(f"##{BILLING}::", f"##{SELF_BILLING}::").replace(f">{PROCESS}<", f">{SELF_BILLING_PROCESS}<")


def test_a_self_billed_document_comes_from_the_buyer(point: AccessPoint) -> None:
    payload = invoice().replace("TypeCode>380<", "TypeCode>389<")
    assert point.post(self_billed(payload)).status == 201
    assert "SBDH-ENDPOINT" in rules(AccessPoint().post(self_billed(payload).replace("0999000129<", "0999000327<", 1)))


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("PEPPOL-EN16931-P0100", "TypeCode>389<", "TypeCode>380<"),
        ("PEPPOL-EN16931-R007", f"ProfileID>{SELF_BILLING_PROCESS}<", f"ProfileID>{PROCESS}<"),
    ],
)
def test_self_billing_has_its_own_rules(point: AccessPoint, rule: str, old: str, new: str) -> None:
    xml = self_billed(invoice().replace("TypeCode>380<", "TypeCode>389<"))
    assert old in xml
    assert rule in rules(point.post(xml.replace(old, new)))


@pytest.mark.parametrize(
    ("code", "rule"), [("389", "P0100"), ("527", "P0100"), ("326", "P0112"), ("384", "P0112"), ("383", None)]
)
def test_the_type_fits_the_parties(point: AccessPoint, code: str, rule: str | None) -> None:
    reply = point.post(envelope(invoice().replace("TypeCode>380<", f"TypeCode>{code}<")))
    assert reply.status == 201 if rule is None else f"PEPPOL-EN16931-{rule}" in rules(reply)


@pytest.mark.parametrize(
    ("receiver", "status", "code"),
    [
        (registry.UNREGISTERED, 422, "RECEIVER_NOT_REGISTERED"),
        ("0088:7300010000001", 422, "RECEIVER_NOT_REGISTERED"),
        (registry.WITHOUT_BILLING, 422, "DOCUMENT_TYPE_NOT_SUPPORTED"),
        (registry.NOT_SERVICED, 422, "NOT_SERVICED"),
        (registry.UNREACHABLE, 503, "LOOKUP_FAILED"),
    ],
)
def test_the_receiver_is_looked_up(point: AccessPoint, receiver: str, status: int, code: str) -> None:
    reply = point.post(envelope(invoice(receiver=receiver), receiver=receiver))
    assert reply.status == status
    assert told(reply)["code"] == code
    assert not reply.changes


def test_the_reserved_receivers_have_right_numbers() -> None:
    reserved = (registry.UNREGISTERED, registry.WITHOUT_BILLING, registry.NOT_SERVICED, registry.UNREACHABLE)
    assert all(belgian(name.removeprefix("0208:")) for name in reserved)
    assert not belgian("0999000229")
    assert not belgian("999000129")


# ---------------------------------------------------------------- behaviour on demand


@pytest.mark.parametrize(
    ("code", "status"),
    [("INVALID_DOCUMENT", 422), ("NOT_SERVICED", 422), ("LOOKUP_FAILED", 503), ("DUPLICATE_INSTANCE", 409)],
)
def test_a_marker_refuses_with_its_code(point: AccessPoint, code: str, status: int) -> None:
    reply = point.post(envelope(invoice(f"[sim:{code}]")))
    assert (reply.status, told(reply)["code"]) == (status, code)


def test_the_marker_may_stand_in_an_item(point: AccessPoint) -> None:
    xml = invoice().replace(">Thing<", ">Thing [sim:NOT_SERVICED]<")
    assert told(point.post(envelope(xml)))["code"] == "NOT_SERVICED"


def test_a_lost_answer_is_found_by_asking(point: AccessPoint) -> None:
    lost = point.post(envelope(invoice("[sim:lost]")))
    assert lost.lost
    found = point.ask("GET", f"/ap/v1/messages/{INSTANCE}")
    assert told(found)["message_id"] == told(lost)["message_id"]
    assert point.post(envelope(invoice("[sim:lost]"))).status == 409


def test_pending_busy_slow_and_broken(point: AccessPoint) -> None:
    pending = point.post(envelope(invoice("[sim:pending]")))
    assert pending.status == 202
    assert told(pending)["status"] == "pending"
    assert told(point.ask("GET", f"/ap/v1/messages/{INSTANCE}"))["receipt"]
    busy = envelope(invoice("[sim:busy]"), instance=OTHER)
    assert point.post(busy, key=OTHER).status == 503
    assert point.post(busy, key=OTHER).status == 201
    assert AccessPoint().post(envelope(invoice("[sim:slow]"))).delay_seconds == 5
    assert AccessPoint().post(envelope(invoice("[sim:500]"))).status == 500


def test_the_whole_access_point_fails(point: AccessPoint) -> None:
    point.book["outage"] = b"down"
    assert point.post(envelope(invoice())).status == 503
    point.book["outage"] = b"hang"
    assert point.post(envelope(invoice())).delay_seconds == 120
    point.book["outage"] = b"refuse"
    assert point.post(envelope(invoice())).lost


def test_what_it_offers() -> None:
    assert SIMULATOR.endpoints == {"access_point": "", "sml": "/dns", "smp": "/smp"}
    assert SIMULATOR.signers == ("access_point", "smp", "smp_other")
    assert f"participant/{RECEIVER}" in SIMULATOR.founding


# ---------------------------------------------------------------- official documents


def official_examples() -> list[Path]:
    folder = official("peppol", "peppol-bis-2026.5", "examples", "billing")
    return sorted(folder.glob("*.xml"))


@pytest.mark.conformance
def test_the_official_examples_break_no_rule() -> None:
    for path in official_examples():
        root = etree.fromstring(path.read_bytes())
        assert not judged.rules(root), path.name


@pytest.mark.conformance
def test_the_official_examples_are_taken() -> None:
    for path in official_examples():
        root = etree.fromstring(path.read_bytes())
        name = str(root.tag).rpartition("}")[2]
        ends = [
            f"{node.get('schemeID')}:{node.text}".lower()
            for node in root.iterfind(f".//{{{UBL}CommonBasicComponents-2}}EndpointID")
        ]
        profile = root.findtext(f"{{{UBL}CommonBasicComponents-2}}ProfileID") or ""
        point = AccessPoint()
        point.book[f"participant/{ends[1]}"] = SIMULATOR.founding[f"participant/{RECEIVER}"]
        xml = envelope(etree.tostring(root, encoding="unicode"), ends[0], ends[1], name=name)
        reply = point.post(xml.replace(f"<InstanceIdentifier>{PROCESS}<", f"<InstanceIdentifier>{profile}<"))
        assert reply.status == 201, (path.name, reply.body)


JUDGED = [
    "BR-CO-10", "BR-CO-11", "BR-CO-12", "BR-CO-13", "BR-CO-14", "BR-CO-15", "BR-CO-16", "BR-CO-17",
    "PEPPOL-EN16931-R001", "PEPPOL-EN16931-R003", "PEPPOL-EN16931-R004", "PEPPOL-EN16931-R007", "PEPPOL-EN16931-R010",
    "PEPPOL-EN16931-R020", "PEPPOL-EN16931-R120", "PEPPOL-COMMON-R043",
]  # fmt: skip


@pytest.mark.conformance
def test_the_official_unit_tests_of_the_judged_rules() -> None:
    """Each fragment says which rule it breaks or keeps; only the rule that it is about is asked."""
    folders = [
        official("peppol", "en16931-1.3.16", "test", "Invoice-unit-UBL"),
        official("peppol", "en16931-1.3.16", "test", "CreditNote-unit-UBL"),
        official("peppol", "peppol-bis-3.0.19", "rules", "unit-UBL-PEPPOL"),
    ]
    wrong, asked = [], 0
    for path in sorted(file for folder in folders for rule in JUDGED for file in folder.glob(f"{rule}*.xml")):
        for number, test in enumerate(etree.parse(str(path)).getroot().iterfind("{*}test"), 1):
            about = test.find("{*}assert")
            document = test[-1]
            if about is None or document is about:
                continue
            found = {finding.rule for finding in judged.rules(etree.fromstring(etree.tostring(document)))}
            for expected in about:
                rule, kind = (expected.text or "").strip(), etree.QName(expected).localname
                if rule in JUDGED and kind in ("error", "success", "warning"):
                    asked += 1
                    if (rule in found) != (kind != "success"):
                        wrong.append((path.name, number, rule, kind))
    assert asked > 20
    assert not wrong
