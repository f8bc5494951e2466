"""Signing without giving keys away, and the client's side of mutual TLS."""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from gateway.sandbox import SandboxAuthority
from gateway.vault import Keyring, StoredCredential, UnusableCredential, Vault, client_context, sealed_credential
from jurisdictions.contract import CredentialMissing


@pytest.fixture(scope="module")
def fields(authority: SandboxAuthority) -> Mapping[str, str]:
    p12 = authority.issue_pkcs12("Empresa", organization_identifier="VATES-B00000018", password="x")
    return {"p12": base64.b64encode(p12).decode(), "password": "x"}


class Counted:
    """Fields that count how often they are opened."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.opened = 0

    def __call__(self) -> Mapping[str, str]:
        self.opened += 1
        return self.fields


@pytest.mark.parametrize(("algorithm", "digest"), [("rsa-sha256", hashes.SHA256()), ("rsa-sha1", hashes.SHA1())])
def test_the_signature_verifies_with_the_shown_certificate(
    fields: Mapping[str, str], algorithm: str, digest: hashes.HashAlgorithm
) -> None:
    signer = Keyring().signer({"mutual": StoredCredential("c:1", "pkcs12", lambda: fields)})
    key = x509.load_der_x509_certificate(signer.certificate("mutual")).public_key()
    assert isinstance(key, RSAPublicKey)
    key.verify(signer.sign("mutual", b"message", algorithm), b"message", PKCS1v15(), digest)  # type: ignore[arg-type]


def test_what_is_not_there_is_missing(fields: Mapping[str, str]) -> None:
    signer = Keyring().signer({"token": StoredCredential("t:1", "secret", lambda: {"token": "t"})})
    for name in ("seal", "token"):
        with pytest.raises(CredentialMissing):
            signer.sign(name, b"", "rsa-sha256")
        with pytest.raises(CredentialMissing):
            signer.certificate(name)


def test_a_key_is_decrypted_once_per_version(fields: Mapping[str, str]) -> None:
    opened = Counted(fields)
    keyring = Keyring(capacity=1)
    signer = keyring.signer({"a": StoredCredential("a:1", "pkcs12", opened)})
    for _ in range(3):
        signer.sign("a", b"", "rsa-sha256")
    assert opened.opened == 1
    keyring.signer({"a": StoredCredential("a:2", "pkcs12", lambda: fields)}).certificate("a")
    signer.certificate("a")
    assert opened.opened == 2, "the other version took its place"
    keyring.forget("a:1")
    signer.certificate("a")
    assert opened.opened == 3


def test_keys_can_be_loaded_beforehand(fields: Mapping[str, str]) -> None:
    opened = Counted(fields)
    credentials = {
        "a": StoredCredential("a:1", "pkcs12", opened),
        "token": StoredCredential("t:1", "secret", lambda: {"token": "t"}),
    }
    keyring = Keyring()
    asyncio.run(keyring.warm(credentials))
    keyring.signer(credentials).certificate("a")
    assert opened.opened == 1


def test_a_sealed_credential_signs(fields: Mapping[str, str]) -> None:
    vault = Vault(bytes(32))
    stored = sealed_credential(vault, version="a:1", kind="pkcs12", sealed=vault.seal(fields, "owner"), context="owner")
    signer = Keyring().signer({"a": stored})
    assert signer.sign("a", b"", "rsa-sha256")
    assert "password" not in repr(signer)


def test_a_client_context_leaves_nothing_behind(
    fields: Mapping[str, str], authority: SandboxAuthority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    open_before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").is_dir() else 0
    context = client_context(fields, authority.certificate_pem)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert len(context.get_ca_certs()) == 1, "only the sandbox is trusted"
    assert list(tmp_path.iterdir()) == []
    if open_before:
        assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_a_client_context_without_memory_files(
    fields: Mapping[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    client_context(fields, None)
    assert list(tmp_path.iterdir()) == []


def test_a_client_context_of_a_wrong_password(fields: Mapping[str, str]) -> None:
    with pytest.raises(UnusableCredential, match="password"):
        client_context({**fields, "password": "y"}, None)
