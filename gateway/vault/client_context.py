"""The client's side of mutual TLS, out of a stored PKCS#12."""

from __future__ import annotations

import os
import secrets
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from gateway.vault.material import KeyMaterial, UnusableCredential, load


def client_context(fields: Mapping[str, str], trust: bytes | None) -> ssl.SSLContext:
    """A context that shows the certificate of the PKCS#12 in `fields` (p12, password) and verifies the server.

    `trust`: the PEM of the only authorities to trust, None for the system's. Blocking, up to 0.2 s. Raises
    UnusableCredential.
    """
    material = load("pkcs12", fields)
    context = ssl.create_default_context(cadata=None if trust is None else trust.decode("ascii"))
    password = secrets.token_urlsafe(24)
    try:
        with _readable_once(_pem(material, password)) as path:
            context.load_cert_chain(path, password=password)
    except ssl.SSLError as error:
        raise UnusableCredential("p12", f"cannot be used for TLS ({error.reason or 'refused'})") from error
    return context


def _pem(material: KeyMaterial, password: str) -> bytes:
    """Certificate, chain and key; the key encrypted, so that even this short-lived copy tells nothing."""
    certificates = (material.certificate, *material.chain)
    key = material.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode()))
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates) + key


@contextmanager
def _readable_once(content: bytes) -> Iterator[str]:
    """A path that OpenSSL can open: memory on Linux, elsewhere a 0600 file in a 0700 directory, removed at once."""
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        descriptor = os.memfd_create("client", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    with tempfile.TemporaryDirectory(prefix="gateway-") as directory:  # made with mode 0700
        path = Path(directory, "client.pem")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        yield str(path)
