"""Signing for an issuer: the keys stay in here, decrypted once and kept for a while.

Decrypting a private key costs about 80 ms (a PBKDF2 of the authority's choosing), signing 0.3 ms: so the loaded keys
lie in a bounded cache under the credential's version. A new version of a credential has a new name there, and the old
one falls out by itself.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.vault.envelope import Vault
from gateway.vault.material import KeyMaterial, load
from jurisdictions.contract import CredentialMissing

_HASHES: Mapping[str, Callable[[], hashes.HashAlgorithm]] = {
    "rsa-sha256": hashes.SHA256,
    "rsa-sha1": hashes.SHA1,
}


@dataclass(frozen=True)
class StoredCredential:
    """A credential as it is stored. `version` names this state of it among all credentials; `open` decrypts."""

    version: str
    kind: str
    open: Callable[[], Mapping[str, str]]


def sealed_credential(vault: Vault, *, version: str, kind: str, sealed: bytes, context: str) -> StoredCredential:
    """A stored credential whose fields are opened only when they are needed."""
    return StoredCredential(version, kind, lambda: vault.open(sealed, context))


class Keyring:
    """The loaded keys of a process, at most `capacity`, the least recently used falling out. Any thread may call."""

    def __init__(self, capacity: int = 256) -> None:
        if capacity < 1:
            raise ValueError("a keyring holds at least one key")
        self._capacity = capacity
        self._loaded: OrderedDict[str, KeyMaterial] = OrderedDict()
        self._guard = threading.Lock()

    def signer(self, credentials: Mapping[str, StoredCredential]) -> Signer:
        """The signer of one issuer, whose credentials these are by name."""
        return Signer(self, credentials)

    async def warm(self, credentials: Mapping[str, StoredCredential]) -> None:
        """Load what is not loaded yet in a thread, so that the next signature does not hold the loop up.

        Raises UnusableCredential or SealBroken."""
        cold = [one for one in credentials.values() if one.kind != "secret" and not self._holds(one.version)]
        for credential in cold:
            await asyncio.to_thread(self.material, credential)

    def material(self, credential: StoredCredential) -> KeyMaterial:
        """The loaded key and certificate: for the vault's own use. Raises UnusableCredential or SealBroken."""
        with self._guard:
            found = self._loaded.get(credential.version)
            if found is not None:
                self._loaded.move_to_end(credential.version)
                return found
        found = load(credential.kind, credential.open())  # Outside of the guard: others sign meanwhile.
        with self._guard:
            self._loaded[credential.version] = found
            while len(self._loaded) > self._capacity:
                self._loaded.popitem(last=False)
        return found

    def forget(self, version: str) -> None:
        """Drop a key now: its credential was replaced or withdrawn."""
        with self._guard:
            self._loaded.pop(version, None)

    def _holds(self, version: str) -> bool:
        with self._guard:
            return version in self._loaded


class Signer:
    """`contract.Keys` of one issuer."""

    def __init__(self, keyring: Keyring, credentials: Mapping[str, StoredCredential]) -> None:
        self._keyring = keyring
        self._credentials = credentials

    def __repr__(self) -> str:
        return f"Signer({', '.join(sorted(self._credentials))})"

    def certificate(self, credential: str) -> bytes:
        return self._material(credential).certificate.public_bytes(Encoding.DER)

    def sign(self, credential: str, message: bytes, algorithm: Literal["rsa-sha256", "rsa-sha1"]) -> bytes:
        key = self._material(credential).key
        if not isinstance(key, RSAPrivateKey):
            raise CredentialMissing(f"the key of {credential} is not an RSA key")
        return key.sign(message, PKCS1v15(), _HASHES[algorithm]())

    def _material(self, credential: str) -> KeyMaterial:
        stored = self._credentials.get(credential)
        if stored is None or stored.kind == "secret":
            raise CredentialMissing(f"there is no key named {credential}")
        return self._keyring.material(stored)
