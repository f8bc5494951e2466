"""Secrets: sealed at rest, described without being shown, and used for signing without ever leaving.

A `Vault` seals a credential's fields under the master key; `describe` tells what may be told of them; a `Keyring` gives
each issuer a `Signer`; `client_context` is the mutual-TLS side of a PKCS#12.
"""

from gateway.vault.client_context import client_context
from gateway.vault.description import describe
from gateway.vault.envelope import SealBroken, Vault, credential_context
from gateway.vault.master_key import MasterKeyUnsafe, decode_master_key, load_master_key
from gateway.vault.material import UnusableCredential
from gateway.vault.signer import Keyring, Signer, StoredCredential, sealed_credential

__all__ = [
    "Keyring",
    "MasterKeyUnsafe",
    "SealBroken",
    "Signer",
    "StoredCredential",
    "UnusableCredential",
    "Vault",
    "client_context",
    "credential_context",
    "decode_master_key",
    "describe",
    "load_master_key",
    "sealed_credential",
]
