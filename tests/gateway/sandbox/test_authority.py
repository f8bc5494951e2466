"""The sandbox's authority: made once, private, in the shapes of the real ones."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from gateway.sandbox import SandboxAuthority


def test_it_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = SandboxAuthority(tmp_path / "authority")
    signer = first.certificate("stamping")
    again = SandboxAuthority(tmp_path / "authority")
    assert again.authority() == first.authority()
    assert again.certificate("stamping") == signer
    assert stat.S_IMODE((tmp_path / "authority").stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "authority").iterdir())


def test_a_signer_signs_under_the_authority(authority: SandboxAuthority) -> None:
    signer = x509.load_der_x509_certificate(authority.certificate("stamping"))
    root = x509.load_der_x509_certificate(authority.authority())
    signer.verify_directly_issued_by(root)
    key = signer.public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(authority.sign("stamping", b"message"), b"message", PKCS1v15(), hashes.SHA256())
    number = signer.serial_number.to_bytes(20)
    assert number.isdigit(), "numbered as a stamping authority's certificates are"
    assert authority.certificate("access_point") != authority.certificate("stamping")


@pytest.mark.parametrize("name", ["", "../authority", "a/b", "a.b"])
def test_a_signer_has_a_plain_name(authority: SandboxAuthority, name: str) -> None:
    with pytest.raises(ValueError, match="name of a signer"):
        authority.certificate(name)


def test_a_seal_certificate_belongs_to_its_key(authority: SandboxAuthority) -> None:
    pair = authority.issue_csd("EKU9003173C9", "ESCUELA KEMPER URGATE", "30001000000500003416", password="clave")
    certificate = x509.load_der_x509_certificate(pair.certificate)
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(authority.authority()))
    assert load_der_private_key(pair.private_key, b"clave").public_key() == certificate.public_key()
    assert certificate.serial_number.to_bytes(20) == b"30001000000500003416"
    assert "clave" not in repr(pair)


def test_a_certificate_number_has_twenty_digits(authority: SandboxAuthority) -> None:
    with pytest.raises(ValueError, match="20 digits"):
        authority.issue_csd("EKU9003173C9", "X", "123", password="x")


def test_what_has_expired_is_made_anew(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 21, tzinfo=UTC)]
    authority = SandboxAuthority(tmp_path, clock=lambda: now[0])
    before = authority.certificate("stamping")
    now[0] = datetime(2031, 1, 1, tzinfo=UTC)
    assert authority.certificate("stamping") != before
