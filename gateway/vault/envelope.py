"""Envelope encryption: each secret under a key of its own, that key under the master key.

A sealed secret is `EV1`, the first 8 bytes of the master key's SHA-256 (which key), then twice a 96-bit nonce with its
AES-256-GCM text (NIST SP 800-38D): the wrapped data key, and the fields as JSON. The context (whose secret it is) is
authenticated with both, so a row moved to another tenant does not open.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.vault.master_key import KEY_BYTES

MAGIC = b"EV1"
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16
_HEAD = len(MAGIC) + KEY_ID_BYTES
_WRAPPED = NONCE_BYTES + KEY_BYTES + TAG_BYTES


class SealBroken(ValueError):
    """A sealed secret does not open: another context, an unknown master key, or changed bytes."""


def credential_context(*parts: str) -> str:
    """Whose secret it is (tenant, environment, issuer, credential name) as one text; no two lists give the same."""
    return "/".join(quote(part, safe="") for part in parts)


class Vault:
    """Seals and opens credentials. `former` master keys still open what they sealed; new seals use `master_key`."""

    def __init__(
        self,
        master_key: bytes,
        *,
        former: Sequence[bytes] = (),
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        for key in (master_key, *former):
            if len(key) != KEY_BYTES:
                raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(key)}")
        self._current = _key_id(master_key)
        self._keys = {_key_id(key): AESGCM(key) for key in (*former, master_key)}
        self._entropy = entropy

    def __repr__(self) -> str:
        return f"Vault({self._current.hex()})"

    def seal(self, plain: Mapping[str, str], context: str) -> bytes:
        """The fields, sealed for `context`. Equal fields never give equal bytes."""
        data_key, key_nonce, nonce = self._entropy(KEY_BYTES), self._entropy(NONCE_BYTES), self._entropy(NONCE_BYTES)
        head = MAGIC + self._current
        wrapped = self._keys[self._current].encrypt(key_nonce, data_key, _associated(head, b"key", context))
        body = msgspec.json.encode(dict(plain), order="sorted")
        text = AESGCM(data_key).encrypt(nonce, body, _associated(head, b"data", context))
        return head + key_nonce + wrapped + nonce + text

    def open(self, sealed: bytes, context: str) -> Mapping[str, str]:
        """The fields again. Raises SealBroken."""
        if not sealed.startswith(MAGIC) or len(sealed) < _HEAD + _WRAPPED + NONCE_BYTES + TAG_BYTES:
            raise SealBroken("these bytes were not sealed by a vault")
        head, rest = sealed[:_HEAD], sealed[_HEAD:]
        master = self._keys.get(head[len(MAGIC) :])
        if master is None:
            raise SealBroken(f"sealed under the master key {head[len(MAGIC) :].hex()}, which is not at hand")
        wrapped, rest = rest[:_WRAPPED], rest[_WRAPPED:]
        try:
            data_key = master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _associated(head, b"key", context))
            body = AESGCM(data_key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], _associated(head, b"data", context))
        except InvalidTag:
            raise SealBroken("sealed for another owner, or changed since") from None
        return msgspec.json.decode(body, type=dict[str, str])

    def is_current(self, sealed: bytes) -> bool:
        """Whether it was sealed under the present master key (else: open it and seal it anew)."""
        return sealed.startswith(MAGIC + self._current)


def _associated(head: bytes, part: bytes, context: str) -> bytes:
    return head + part + b"\0" + context.encode()


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"master key " + key).digest()[:KEY_ID_BYTES]
