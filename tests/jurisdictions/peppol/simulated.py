"""Standard Business Documents for the simulated access point, written by hand, with nothing of the jurisdiction."""

import datetime
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from jurisdictions.contract import SimulatorReply, SimulatorRequest
from jurisdictions.peppol.simulator import SIMULATOR

AT = datetime.datetime(2026, 11, 20, 18, 0, tzinfo=datetime.UTC)
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
INSTANCE = "0b6f1f0e-6a51-4c39-9a1e-5a3a0d6f7c11"
SENDER, RECEIVER = "0208:0999000129", "0208:0999000228"


def party(participant: str, name: str, country: str = "BE") -> str:
    scheme, _, value = participant.partition(":")
    return (
        f'<cac:Party><cbc:EndpointID schemeID="{scheme}">{value}</cbc:EndpointID><cac:PostalAddress><cac:Country>'
        f"<cbc:IdentificationCode>{country}</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
        f"<cac:PartyTaxScheme><cbc:CompanyID>{country}{value}</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
        "</cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity>"
        f"<cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party>"
    )


def invoice(note: str = "Thank you", sender: str = SENDER, receiver: str = RECEIVER) -> str:
    """An invoice of 100 and 21 % with one line, one allowance and one charge of 10 each."""
    scheme = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
    category = f"<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>{scheme}</cac:TaxCategory>"

    def amount(name: str, value: str) -> str:
        return f'<cbc:{name} currencyID="EUR">{value}</cbc:{name}>'

    def extra(charge: str) -> str:
        return (
            f"<cac:AllowanceCharge><cbc:ChargeIndicator>{charge}</cbc:ChargeIndicator>"
            f"<cbc:AllowanceChargeReason>Agreed</cbc:AllowanceChargeReason>{amount('Amount', '10.00')}{category}"
            "</cac:AllowanceCharge>"
        )

    return (
        f'<Invoice xmlns="{UBL}Invoice-2" xmlns:cac="{UBL}CommonAggregateComponents-2" '
        f'xmlns:cbc="{UBL}CommonBasicComponents-2"><cbc:CustomizationID>{BILLING}</cbc:CustomizationID>'
        f"<cbc:ProfileID>{PROCESS}</cbc:ProfileID><cbc:ID>A-1</cbc:ID><cbc:IssueDate>2026-11-20</cbc:IssueDate>"
        "<cbc:DueDate>2026-12-20</cbc:DueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
        f"<cbc:Note>{note}</cbc:Note><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
        "<cbc:BuyerReference>REF</cbc:BuyerReference>"
        f"<cac:AccountingSupplierParty>{party(sender, 'Seller')}</cac:AccountingSupplierParty>"
        f"<cac:AccountingCustomerParty>{party(receiver, 'Buyer')}</cac:AccountingCustomerParty>"
        f"{extra('false')}{extra('true')}<cac:TaxTotal>{amount('TaxAmount', '21.00')}<cac:TaxSubtotal>"
        f"{amount('TaxableAmount', '100.00')}{amount('TaxAmount', '21.00')}{category}</cac:TaxSubtotal></cac:TaxTotal>"
        f"<cac:LegalMonetaryTotal>{amount('LineExtensionAmount', '100.00')}{amount('TaxExclusiveAmount', '100.00')}"
        f"{amount('TaxInclusiveAmount', '121.00')}{amount('AllowanceTotalAmount', '10.00')}"
        f"{amount('ChargeTotalAmount', '10.00')}{amount('PrepaidAmount', '21.00')}{amount('PayableAmount', '100.00')}"
        '</cac:LegalMonetaryTotal><cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">4'
        f"</cbc:InvoicedQuantity>{amount('LineExtensionAmount', '100.00')}<cac:Item><cbc:Name>Thing</cbc:Name>"
        f"<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>{scheme}"
        f"</cac:ClassifiedTaxCategory></cac:Item><cac:Price>{amount('PriceAmount', '50.00')}"
        '<cbc:BaseQuantity unitCode="C62">2</cbc:BaseQuantity></cac:Price></cac:InvoiceLine></Invoice>'
    )


def envelope(
    payload: str, sender: str = SENDER, receiver: str = RECEIVER, instance: str = INSTANCE, name: str = "Invoice"
) -> str:
    """The payload in its Standard Business Document."""

    def scope(kind: str, value: str, scheme: str = "") -> str:
        identifier = f"<Identifier>{scheme}</Identifier>" if scheme else ""
        return f"<Scope><Type>{kind}</Type><InstanceIdentifier>{value}</InstanceIdentifier>{identifier}</Scope>"

    document = f"{UBL}{name}-2::{name}##{BILLING}::2.1"
    space = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    authority = 'Authority="iso6523-actorid-upis"'
    return (
        f'<StandardBusinessDocument xmlns="{space}"><StandardBusinessDocumentHeader><HeaderVersion>1.0</HeaderVersion>'
        f"<Sender><Identifier {authority}>{sender}</Identifier></Sender>"
        f"<Receiver><Identifier {authority}>{receiver}</Identifier></Receiver><DocumentIdentification>"
        f"<Standard>{UBL}{name}-2</Standard><TypeVersion>2.1</TypeVersion>"
        f"<InstanceIdentifier>{instance}</InstanceIdentifier><Type>{name}</Type>"
        "<CreationDateAndTime>2026-11-20T18:00:00Z</CreationDateAndTime></DocumentIdentification><BusinessScope>"
        f"{scope('DOCUMENTID', document, 'busdox-docid-qns')}{scope('PROCESSID', PROCESS, 'cenbii-procid-ubl')}"
        f"{scope('COUNTRY_C1', 'BE')}</BusinessScope></StandardBusinessDocumentHeader>{payload}"
        "</StandardBusinessDocument>"
    )


@cache
def signer() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "POP000000")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    builder = builder.not_valid_before(AT).not_valid_after(AT + datetime.timedelta(days=9))
    return builder.public_key(signer().public_key()).sign(signer(), hashes.SHA256()).public_bytes(Encoding.DER)


class Keys:
    """The sandbox's `access_point` signer."""

    def authority(self) -> bytes:
        raise AssertionError("an access point trusts nobody here")

    def certificate(self, name: str) -> bytes:
        assert name == "access_point"
        return certificate()

    def sign(self, name: str, message: bytes) -> bytes:
        assert name == "access_point"
        return signer().sign(message, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class AccessPoint:
    """The simulator with a book that keeps what it writes, and a clock that stands still."""

    book: dict[str, bytes] = field(default_factory=lambda: dict(SIMULATOR.founding))
    token: str = "sandbox-token"

    def ask(self, method: str, path: str, body: bytes = b"", key: str | None = None) -> SimulatorReply:
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/xml"}
        if key is not None:
            headers["idempotency-key"] = key
        request = SimulatorRequest(method=method, path=path, headers=headers, body=body)
        before = dict(self.book)
        reply = SIMULATOR.answer(self.book, request, AT, Keys(), "default")
        again = SIMULATOR.answer(self.book, request, AT, Keys(), "default")
        assert reply == again, "the same question at the same time has one answer"
        assert self.book == before, "the book is written by the server alone"
        for name, value in reply.changes.items():
            if value is None:
                self.book.pop(name, None)
            else:
                self.book[name] = value
        return reply

    def post(self, xml: str, key: str = INSTANCE) -> SimulatorReply:
        return self.ask("POST", "/ap/v1/messages", xml.encode(), key)


def told(reply: SimulatorReply) -> dict[str, Any]:
    """The JSON of an answer."""
    found: dict[str, Any] = json.loads(reply.body)
    return found


def rules(reply: SimulatorReply) -> set[str]:
    """Every rule that a refusal reports."""
    assert reply.status == 422
    return {finding["rule"] for finding in told(reply)["findings"]}
