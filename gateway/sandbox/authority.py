"""The sandbox's own certification authority, made once and kept below a directory.

It signs the simulators' TLS certificates, the signers that simulators stamp with, and the credentials of test issuers:
nobody else in the world trusts it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from gateway.sandbox import certificates
from gateway.sandbox.certificates import CLIENT, FIEL_USAGE, SEAL_USAGE, SERVER, PrivateKey

HOSTS = ("127.0.0.1", "::1", "localhost")
SIGNER_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class IssuedKeyPair:
    """A certificate (DER) and its key (encrypted PKCS#8, DER), as tax authorities hand them out."""

    certificate: bytes
    private_key: bytes
    password: str

    def __repr__(self) -> str:
        return "IssuedKeyPair(…)"


class SandboxAuthority:
    """`contract.SimulatorKeys`, and the issuer of test credentials.

    Several processes may share the directory (0700, its files 0600): what is missing is made under a file lock, once.
    Methods are blocking; making an RSA key takes about 0.1 s.
    """

    def __init__(self, directory: Path, *, clock: Callable[[], datetime] = _now) -> None:
        self._directory = directory
        self._clock = clock
        self._loaded: dict[str, tuple[PrivateKey, x509.Certificate]] = {}
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._key, self._certificate = self._kept("authority", self._make_authority)

    @property
    def certificate_pem(self) -> bytes:
        """The root as PEM: what a client of the simulators trusts."""
        return self._certificate.public_bytes(Encoding.PEM)

    # ------------------------------------------------------------------------ what simulators are handed

    def authority(self) -> bytes:
        return self._certificate.public_bytes(Encoding.DER)

    def certificate(self, name: str) -> bytes:
        return self._signer(name)[1].public_bytes(Encoding.DER)

    def sign(self, name: str, message: bytes) -> bytes:
        key = self._signer(name)[0]
        assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  signers are made with RSA keys
        return key.sign(message, PKCS1v15(), hashes.SHA256())

    # ------------------------------------------------------------------------ what test issuers are given

    def issue_pkcs12(
        self,
        name: str,
        *,
        password: str,
        serial_number: str | None = None,
        organization_identifier: str | None = None,
        country: str = "ES",
    ) -> bytes:
        """A PKCS#12 for mutual TLS and sealing, in the shape of ETSI EN 319 412-1: `serial_number` a person's
        (IDCES-…), `organization_identifier` a company's (VATES-…). A company's without a person is its seal; a person,
        also one who acts for a company, signs; a certificate that names neither is not qualified."""
        key = certificates.rsa_key()
        known = serial_number or organization_identifier
        subject = certificates.subject(
            [
                (NameOID.COUNTRY_NAME, country),
                (NameOID.ORGANIZATION_NAME, name if organization_identifier else None),
                (NameOID.ORGANIZATION_IDENTIFIER, organization_identifier),
                (NameOID.SERIAL_NUMBER, serial_number),
                (NameOID.COMMON_NAME, name),
            ]
        )
        leaf = self._issue(
            subject,
            key,
            usage=(*SEAL_USAGE, "key_encipherment"),
            purposes=CLIENT,
            statements=certificates.qualified(seal=serial_number is None) if known else None,
        )
        return pkcs12.serialize_key_and_certificates(
            name.encode(), key, leaf, [self._certificate], BestAvailableEncryption(password.encode())
        )

    def issue_csd(self, rfc: str, name: str, serial_digits: str, *, password: str, fiel: bool = False) -> IssuedKeyPair:
        """A Mexican seal certificate: number of 20 digits, RFC in x500UniqueIdentifier, a branch in OU, and only
        digitalSignature and contentCommitment. `fiel`: the personal one, without OU and with more usages."""
        key = certificates.rsa_key()
        subject = certificates.subject(
            [
                (NameOID.COMMON_NAME, name),
                (x509.ObjectIdentifier("2.5.4.41"), name),
                (NameOID.ORGANIZATION_NAME, name),
                (NameOID.X500_UNIQUE_IDENTIFIER, f"{rfc} / "),
                (NameOID.SERIAL_NUMBER, " / "),
                (NameOID.ORGANIZATIONAL_UNIT_NAME, None if fiel else name[:64]),
            ]
        )
        leaf = self._issue(
            subject,
            key,
            usage=FIEL_USAGE if fiel else SEAL_USAGE,
            serial=certificates.digits_serial(serial_digits),
        )
        encryption = BestAvailableEncryption(password.encode())
        return IssuedKeyPair(
            certificate=leaf.public_bytes(Encoding.DER),
            private_key=key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, encryption),
            password=password,
        )

    def server_context(self, *, client_certificate: bool) -> ssl.SSLContext:
        """The TLS side of a simulator on this machine. With `client_certificate` it asks for one and takes none too:
        the simulator itself refuses who comes without."""
        self._kept("server", self._make_server)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._path("server", "crt"), self._path("server", "key"))
        if client_certificate:
            # In TLS 1.2 the client knows whether its certificate was refused before it writes its first byte.
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(cadata=self.certificate_pem.decode("ascii"))
        return context

    # ------------------------------------------------------------------------ made once, kept on disk

    def _signer(self, name: str) -> tuple[PrivateKey, x509.Certificate]:
        if not name or any(sign not in SIGNER_NAME for sign in name):
            raise ValueError(f"{name!r} cannot be the name of a signer")
        return self._kept(f"signer-{name}", lambda: self._make_signer(name))

    def _kept(
        self, name: str, make: Callable[[], tuple[PrivateKey, x509.Certificate]]
    ) -> tuple[PrivateKey, x509.Certificate]:
        """The key and certificate of that name: as loaded, from disk, or made now. What has expired is made anew."""
        if name in self._loaded and self._lasts(self._loaded[name][1]):
            return self._loaded[name]
        with self._locked():
            found = self._read(name)
            if found is None or not self._lasts(found[1]):
                found = make()
                self._write(name, *found)
        self._loaded[name] = found
        return found

    def _lasts(self, certificate: x509.Certificate) -> bool:
        return certificate.not_valid_after_utc > self._clock()

    def _make_authority(self) -> tuple[PrivateKey, x509.Certificate]:
        key = certificates.rsa_key()
        return key, certificates.authority_certificate(key, self._clock())

    def _make_server(self) -> tuple[PrivateKey, x509.Certificate]:
        key = ec.generate_private_key(ec.SECP256R1())
        name = certificates.subject([(NameOID.COMMON_NAME, "localhost")])
        return key, self._issue(name, key, usage=("digital_signature",), purposes=SERVER, hosts=HOSTS)

    def _make_signer(self, name: str) -> tuple[PrivateKey, x509.Certificate]:
        """Numbered with 20 digits, as the certificates of a stamping authority are."""
        key = certificates.rsa_key()
        subject = certificates.subject(
            [(NameOID.COMMON_NAME, f"Sandbox {name}"), (NameOID.ORGANIZATION_NAME, "Gateway Sandbox")]
        )
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % 10**12
        serial = certificates.digits_serial(f"30001000{number:012d}")
        return key, self._issue(subject, key, usage=SEAL_USAGE, serial=serial)

    def _issue(
        self,
        name: x509.Name,
        key: PrivateKey,
        *,
        usage: tuple[str, ...],
        purposes: tuple[x509.ObjectIdentifier, ...] = (),
        hosts: tuple[str, ...] = (),
        serial: int | None = None,
        statements: x509.UnrecognizedExtension | None = None,
    ) -> x509.Certificate:
        return certificates.leaf_certificate(
            self._certificate,
            self._key,
            name=name,
            key=key,
            at=self._clock(),
            usage=usage,
            purposes=purposes,
            hosts=hosts,
            serial=serial,
            statements=statements,
        )

    def _read(self, name: str) -> tuple[PrivateKey, x509.Certificate] | None:
        key_path, certificate_path = self._path(name, "key"), self._path(name, "crt")
        if not certificate_path.exists():  # It is written last.
            return None
        key = load_pem_private_key(key_path.read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ValueError(f"{key_path} holds no key of the sandbox")
        return key, x509.load_pem_x509_certificate(certificate_path.read_bytes())

    def _write(self, name: str, key: PrivateKey, certificate: x509.Certificate) -> None:
        encoded = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _replace(self._path(name, "key"), encoded)
        _replace(self._path(name, "crt"), certificate.public_bytes(Encoding.PEM))

    def _path(self, name: str, kind: str) -> Path:
        return self._directory / f"{name}.{kind}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._directory / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
