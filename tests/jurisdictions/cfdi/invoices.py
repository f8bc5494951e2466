"""Invoices of a Mexican issuer as the gateway hands them over, and the keys that seal them."""

from datetime import UTC, date, datetime
from typing import Any, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.settings import Extension, LineExtension, Settings
from jurisdictions.contract import (
    CredentialMissing,
    Instruction,
    InstructionKind,
    Issuer,
    Sealed,
    Sealing,
    Sending,
)
from schemas.document import Invoice, Preceding
from schemas.findings import Finding, Severity
from schemas.invoice import InvoiceInput
from schemas.party import Address, Party, TaxId
from tests.jurisdictions.cfdi.simulated import Holder, holder
from validators.arithmetic import RoundingPolicy
from validators.composition import compose

Json = dict[str, Any]
AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
UUID = "6F35D3B5-3651-5370-BC2C-14CDBE384CD7"
SUBMISSION = "01934b6e-0000-7000-8000-000000000001"
SIX_DECIMALS = RoundingPolicy(line_tax_scale=6)
SELLER = Party(
    name="ESCUELA KEMPER URGATE",
    tax_ids=(TaxId(scheme="MX:RFC", value="EKU9003173C9"),),
    address=Address(country="MX", postal_code="42501", city="Pachuca"),
)
BUYER = Party(
    name="UNIVERSIDAD ROBOTICA ESPAÑOLA",
    tax_ids=(TaxId(scheme="MX:RFC", value="URE180429TM6"),),
    address=Address(country="MX", postal_code="86991", city="Villahermosa"),
    extensions={"cfdi": {"regimen_fiscal": "601", "uso_cfdi": "G03"}},
)
WORK: Json = {
    "description": "Desarrollo de software",
    "quantity": "2",
    "unit_price": "500.00",
    "taxes": [{"tax": "IVA", "percent": "16"}],
    "extensions": {"cfdi": {"clave_prod_serv": "81112500", "clave_unidad": "E48"}},
}


def line(**changes: Any) -> Json:
    return {**WORK, **changes}


def invoice(*lines: Json, customer: Party = BUYER, preceding: Preceding | None = None, **body: Any) -> Invoice:
    """The invoice that the gateway composes of what a caller writes."""
    written = {
        "issuer": "iss_1",
        "customer": "cus_1",
        "currency": "MXN",
        "series": "A",
        "lines": lines or [WORK],
    } | body
    known = {}
    if preceding is not None:
        written["references"] = {"preceding": [{"invoice": "inv_0"}]}
        known = {"inv_0": preceding}
    draft = msgspec.json.decode(msgspec.json.encode(written), type=InvoiceInput)
    made, findings = compose(
        draft, id="inv_1", issuer=SELLER, customer=customer, issue_date=DAY, preceding=known, rounding=SIX_DECIMALS
    )
    assert not findings
    return made


def credit_note(*lines: Json, **body: Any) -> Invoice:
    former = Preceding(number="A-1", issue_date=DAY, invoice_id="inv_0", external_ids={"cfdi": UUID})
    return invoice(*lines, kind="credit_note", preceding=former, **body)


def instruction(made: Invoice | None = None, **words: Any) -> Instruction:
    """To issue it, with `words` in extensions.cfdi."""
    made = made or invoice()
    return Instruction(
        kind=InstructionKind.ISSUE,
        invoice=made,
        extension=msgspec.convert(words, Extension) if words else None,
        line_extensions=tuple(
            msgspec.convert(row.extensions["cfdi"], LineExtension) if "cfdi" in row.extensions else None
            for row in made.lines
        ),
    )


def issuer(**changes: Any) -> Issuer:
    facts = {
        "serial_number": "30001000000500009999",
        "rfc": "EKU9003173C9",
        "not_before": "2026-11-10T18:00:00+00:00",
        "not_after": "2029-08-16T18:00:00+00:00",
    }
    known: Json = {
        "id": "iss_1",
        "party": SELLER,
        "time_zone": "America/Mexico_City",
        "environment": "test",
        "settings": Settings(regimen_fiscal="601"),
        "credentials": {"csd": facts},
    }
    return Issuer(**(known | changes))


class Vault:
    """The signer of one issuer: by default a CSD of the sandbox's own authority."""

    def __init__(self, by: Holder | None = None) -> None:
        self.by = by or holder()

    def certificate(self, credential: str) -> bytes:
        if credential != "csd":
            raise CredentialMissing(credential)
        return self.by.der

    def sign(self, credential: str, message: bytes, algorithm: Literal["rsa-sha256", "rsa-sha1"]) -> bytes:
        assert credential == "csd"
        return self.by.key.sign(message, PKCS1v15(), SHA256() if algorithm == "rsa-sha256" else SHA1())


def sealing(made: Instruction | None = None, number: str = "A-17", at: datetime = AT) -> Sealing:
    return Sealing(
        instruction=made or instruction(),
        issuer=issuer(),
        number=number,
        submission=SUBMISSION,
        at=at,
        edition="4.0",
    )


def seal(
    made: Instruction | None = None, number: str = "A-17", at: datetime = AT, vault: Vault | None = None
) -> Sealed:
    return JURISDICTION.seal.seal(sealing(made, number, at), vault or Vault())


def sending(sealed: Sealed | None = None, submission: str = SUBMISSION) -> Sending:
    sealed = sealed or seal()
    return Sending(
        submission=submission,
        instruction=InstructionKind.ISSUE,
        body=sealed.body,
        attributes=sealed.attributes,
        sealed_at=AT,
        edition="4.0",
    )


def check(made: Instruction | None = None, by: Issuer | None = None) -> dict[str, Finding]:
    """What is found, by rule."""
    return {found.rule: found for found in JURISDICTION.law.check(made or instruction(), by or issuer(), AT)}


def fatal(found: dict[str, Finding]) -> dict[str, str | None]:
    """The fatal rules with their pointers."""
    return {rule: one.pointer for rule, one in found.items() if one.severity is Severity.FATAL}
