"""Sealed secrets: they open for their owner only."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from gateway.vault import (
    MasterKeyUnsafe,
    SealBroken,
    Vault,
    credential_context,
    decode_master_key,
    load_master_key,
)

KEY = bytes(range(32))
OTHER = bytes(32)
CONTEXT = credential_context("ten_1", "test", "iss_1", "seal")


def test_what_was_sealed_opens_again() -> None:
    fields = {"password": "contraseña «ü»", "p12": "AAAA"}
    assert Vault(KEY).open(Vault(KEY).seal(fields, CONTEXT), CONTEXT) == fields


def test_nothing_of_the_plain_text_shows_and_no_two_seals_are_equal() -> None:
    vault = Vault(KEY)
    first, second = (vault.seal({"password": "12345678a"}, CONTEXT) for _ in range(2))
    assert first != second
    assert b"12345678a" not in first
    assert "12345678a" not in repr(vault)


def test_another_owner_cannot_open_it() -> None:
    sealed = Vault(KEY).seal({"password": "x"}, CONTEXT)
    with pytest.raises(SealBroken, match="another owner"):
        Vault(KEY).open(sealed, credential_context("ten_2", "test", "iss_1", "seal"))


def test_contexts_of_different_parts_differ() -> None:
    assert credential_context("a/b", "c") != credential_context("a", "b/c")


@pytest.mark.parametrize("position", [0, 4, 12, 30, 70, 85, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(Vault(KEY).seal({"password": "x"}, CONTEXT))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        Vault(KEY).open(bytes(sealed), CONTEXT)


@pytest.mark.parametrize("junk", [b"", b"EV1", b"x" * 200])
def test_junk_does_not_open(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        Vault(KEY).open(junk, CONTEXT)


def test_a_former_master_key_still_opens_what_it_sealed() -> None:
    sealed = Vault(OTHER).seal({"password": "x"}, CONTEXT)
    rotated = Vault(KEY, former=[OTHER])
    assert rotated.open(sealed, CONTEXT) == {"password": "x"}
    assert not rotated.is_current(sealed)
    assert rotated.is_current(rotated.seal({}, CONTEXT))
    with pytest.raises(SealBroken, match="not at hand"):
        Vault(KEY).open(sealed, CONTEXT)


def test_the_master_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master"
    key = load_master_key(path)
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_master_key(path) == key
    assert [entry.name for entry in path.parent.iterdir()] == ["master"]


def test_a_master_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master"
    load_master_key(path)
    path.chmod(0o640)
    with pytest.raises(MasterKeyUnsafe, match="chmod 600"):
        load_master_key(path)


def test_no_master_key_is_made_where_none_may_be(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyUnsafe, match="no master key"):
        load_master_key(tmp_path / "master", create=False)


def test_a_master_key_from_the_environment() -> None:
    assert decode_master_key(base64.b64encode(KEY).decode() + "\n") == KEY
    for wrong in ("", "no base64!", base64.b64encode(b"short").decode()):
        with pytest.raises(MasterKeyUnsafe):
            decode_master_key(wrong)
