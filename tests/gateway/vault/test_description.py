"""What is told of credentials, and which field is wrong where they cannot be used."""

from __future__ import annotations

import base64
import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import NameOID

from gateway.sandbox import SandboxAuthority
from gateway.vault import UnusableCredential, describe
from gateway.vault.description import QC_STATEMENTS, certificate_facts
from tests.official import official

NUMBER = "30001000000500003416"


@pytest.fixture(scope="module")
def company(authority: SandboxAuthority) -> Mapping[str, str]:
    p12 = authority.issue_pkcs12(
        "Empresa de Ejemplo SL",
        serial_number="IDCES-99999990S",
        organization_identifier="VATES-B00000018",
        password="secreto",
    )
    return {"p12": base64.b64encode(p12).decode(), "password": "secreto"}


@pytest.fixture(scope="module")
def seal(authority: SandboxAuthority) -> Mapping[str, str]:
    pair = authority.issue_csd("EKU9003173C9", "ESCUELA KEMPER URGATE", NUMBER, password="12345678a")
    return {
        "certificate": base64.b64encode(pair.certificate).decode(),
        "private_key": base64.b64encode(pair.private_key).decode(),
        "password": pair.password,
    }


def test_a_pkcs12_tells_whose_it_is(company: Mapping[str, str]) -> None:
    facts = describe("pkcs12", company)
    assert facts["nif"] == "B00000018"
    assert facts["holder_nif"] == "99999990S"
    assert facts["common_name"] == "Empresa de Ejemplo SL"
    assert "organizationIdentifier=VATES-B00000018" in facts["subject"]
    assert facts["key_type"] == "rsa-2048"
    assert facts["not_before"] < facts["not_after"]
    assert facts["not_after"].endswith("Z")
    assert len(facts["fingerprint"]) == 64
    assert "rfc" not in facts
    assert not any("secreto" in value for value in facts.values())


def test_a_person_without_a_company(authority: SandboxAuthority) -> None:
    p12 = authority.issue_pkcs12("Ana", serial_number="IDCES-99999990S", password="x")
    facts = describe("pkcs12", {"p12": base64.b64encode(p12).decode(), "password": "x"})
    assert facts["nif"] == facts["holder_nif"] == "99999990S"


def test_a_qualified_certificate_tells_whether_a_person_signs_or_an_entity_seals(
    authority: SandboxAuthority, company: Mapping[str, str]
) -> None:
    def told(**names: str) -> str | None:
        p12 = authority.issue_pkcs12("Empresa", password="x", **names)
        return describe("pkcs12", {"p12": base64.b64encode(p12).decode(), "password": "x"}).get("qc_type")

    assert told(organization_identifier="VATES-B00000018") == "eseal"
    assert told(serial_number="IDCES-99999990S") == "esign"
    assert describe("pkcs12", company)["qc_type"] == "esign", "a representative is a person"
    assert told() is None


@pytest.mark.parametrize("statements", [b"", b"\x30\x80", b"\x30\x03\x30\x01\x06", b"\x04\x00"])
def test_statements_that_cannot_be_read_say_nothing(statements: bytes) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ana")])
    at = datetime(2026, 11, 21, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, at, at + timedelta(days=1))
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(QC_STATEMENTS), statements)
    made = builder.add_extension(extension, critical=False).sign(key, hashes.SHA256())
    assert certificate_facts(made)["qc_type"] == ""


def test_a_seal_certificate_tells_its_number_and_rfc(seal: Mapping[str, str]) -> None:
    facts = describe("key_pair", seal)
    assert facts["rfc"] == "EKU9003173C9"
    assert facts["serial_number"] == facts["serial_digits"] == NUMBER
    assert facts["serial_hex"] == NUMBER.encode().hex()
    assert facts["key_usage"] == "digital_signature content_commitment"
    assert facts["organizational_unit"]
    assert "nif" not in facts


def test_a_personal_certificate_differs_from_a_seal(authority: SandboxAuthority) -> None:
    pair = authority.issue_csd("EKU9003173C9", "ESCUELA", NUMBER, password="x", fiel=True)
    facts = describe(
        "key_pair",
        {
            "certificate": base64.b64encode(pair.certificate).decode(),
            "private_key": base64.b64encode(pair.private_key).decode(),
            "password": "x",
        },
    )
    assert "organizational_unit" not in facts
    assert "key_agreement" in facts["key_usage"]


def test_pem_texts_are_taken_too(seal: Mapping[str, str]) -> None:
    certificate = x509.load_der_x509_certificate(base64.b64decode(seal["certificate"]))
    pem = {**seal, "certificate": certificate.public_bytes(Encoding.PEM).decode()}
    assert describe("key_pair", pem) == describe("key_pair", seal)


def test_a_key_without_encryption_needs_no_password(seal: Mapping[str, str]) -> None:
    key = load_der_private_key(base64.b64decode(seal["private_key"]), seal["password"].encode())
    plain = base64.b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()
    assert describe("key_pair", {**seal, "private_key": plain, "password": ""}) == describe("key_pair", seal)


def _broken(fields: Mapping[str, str], **changed: str) -> tuple[str, str]:
    kind = "pkcs12" if "p12" in fields else "key_pair"
    with pytest.raises(UnusableCredential) as caught:
        describe(kind, {**fields, **changed})
    return caught.value.field, caught.value.reason


def test_the_wrong_field_is_named(company: Mapping[str, str], seal: Mapping[str, str]) -> None:
    assert _broken(company, password="falso") == ("password", "does not open the PKCS#12")
    assert _broken(company, p12="***") == ("p12", "is not base64")
    assert _broken(company, p12="") == ("p12", "is missing")
    assert _broken(company, p12="AAAA") == ("p12", "is not a PKCS#12 file")
    assert _broken(company, p12="ñandú") == ("p12", "is not base64")
    assert _broken(seal, password="falso") == ("password", "does not open the private key")
    assert _broken(seal, password="")[0] == "password"
    assert _broken(seal, private_key="AAAA") == ("private_key", "is not a private key")
    assert _broken(seal, certificate="AAAA") == ("certificate", "is not an X.509 certificate")
    assert _broken(seal, certificate=seal["private_key"])[0] == "certificate"


def test_a_key_of_another_certificate_is_refused(authority: SandboxAuthority, seal: Mapping[str, str]) -> None:
    other = authority.issue_csd("EKU9003173C9", "OTRA", NUMBER, password="x")
    found = _broken(seal, certificate=base64.b64encode(other.certificate).decode())
    assert found == ("private_key", "is not the key of this certificate")


def test_a_plain_secret_has_no_facts() -> None:
    assert describe("secret", {"token": "t"}) == {}
    with pytest.raises(UnusableCredential, match="token: is missing"):
        describe("secret", {"token": "  "})


@pytest.mark.conformance
def test_every_official_certificate_can_be_described() -> None:
    """Seven of them have names that `cryptography` refuses to show."""
    folder = official("cfdi", "certs")
    with (folder / "CERTS.tsv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.reader(table, delimiter="\t") if row and row[0].endswith(".cer")]
    seen = 0
    for file, number, identifier, _, unit, not_before, not_after, *_ in rows:
        path = folder / file
        if not path.exists():
            continue
        data = path.read_bytes()
        read = x509.load_pem_x509_certificate if data.startswith(b"-----") else x509.load_der_x509_certificate
        facts = certificate_facts(read(data))
        assert facts["serial_digits"] == number, file
        if not identifier:  # The table was made with a parser that cannot read this name.
            assert facts["rfc"] == file.partition("_")[0].upper(), file
            assert "Ñ" in facts["subject"] or "Ó" in facts["subject"], file
            seen += 1
            continue
        assert facts["rfc"] == identifier.partition(" / ")[0], file
        assert bool(facts["organizational_unit"]) == (unit.startswith("OU=") and unit != "OU=-"), file
        assert facts["not_before"].startswith(not_before), file
        assert facts["not_after"].startswith(not_after), file
        seen += 1
    assert seen > 30


@pytest.mark.conformance
def test_an_official_key_opens_with_its_password() -> None:
    folder = official("cfdi", "certs")
    fields = {
        "certificate": base64.b64encode((folder / "eku9003173c9_csd.cer").read_bytes()).decode(),
        "private_key": base64.b64encode((folder / "eku9003173c9_csd.key").read_bytes()).decode(),
        "password": "12345678a",
    }
    assert describe("key_pair", fields)["rfc"] == "EKU9003173C9"
    with pytest.raises(UnusableCredential, match="password"):
        describe("key_pair", {**fields, "password": "12345678b"})
