"""The secrets of one exchange: opened where a slot or a certificate asks for them, kept no longer than the turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.store.credentials import platform_context, stored_context
from gateway.store.flows import Lease
from gateway.transport import Identity
from gateway.vault import SealBroken, Vault, client_context
from jurisdictions.contract import Ask, CredentialMissing, CredentialSpec, SecretSlot, Session

SESSION = "session"


class Wallet:
    """Finds a credential by name in the scope that its jurisdiction declares; `session` is the present one."""

    def __init__(
        self, vault: Vault, lease: Lease, specs: Iterable[CredentialSpec], rows: Iterable[Any], session: Session | None
    ) -> None:
        self._vault = vault
        self._lease = lease
        scopes = {spec.name: str(spec.scope) for spec in specs}
        self._rows = {row["name"]: row for row in rows if scopes.get(row["name"]) == row["scope"]}
        self._opened: dict[str, Mapping[str, str]] = {}
        self.session = session

    def __repr__(self) -> str:
        return f"Wallet({', '.join(sorted(self._rows))})"

    def missing(self, asks: Iterable[Ask]) -> str | None:
        """The first credential that these asks need and nobody has stored."""
        return next((name for ask in asks for name in _named(ask) if name != SESSION and name not in self._rows), None)

    async def secret(self, credential: str, field: str) -> bytes:
        """The value for a slot. Raises CredentialMissing."""
        if credential == SESSION:
            values = self.session.values if self.session is not None else {}
        else:
            values = self._open(credential)
        if field not in values:
            raise CredentialMissing(f"{credential} has no {field}")
        return values[field].encode()

    async def identity(self, credential: str) -> Identity:
        """The client certificate of that name. Raises CredentialMissing."""
        fields, row, lease = self._open(credential), self._rows[credential], self._lease
        version = (lease.environment, lease.jurisdiction, row["scope"], lease.tenant, row["issuer_id"], credential)
        return Identity(
            version=":".join(map(str, (*version, row["version"]))), context=lambda trust: client_context(fields, trust)
        )

    def _open(self, credential: str) -> Mapping[str, str]:
        if credential not in self._opened:
            row = self._rows.get(credential)
            if row is None:
                raise CredentialMissing(f"there is no {credential}")
            try:
                self._opened[credential] = self._vault.open(row["sealed"], self._context(row))
            except SealBroken as why:
                raise CredentialMissing(f"{credential} does not open: {why}") from None
        return self._opened[credential]

    def _context(self, row: Any) -> str:
        lease = self._lease
        if row["scope"] == "platform":
            return platform_context(lease.environment, lease.jurisdiction, row["name"])
        return stored_context(lease.tenant, lease.environment, row["issuer_id"], lease.jurisdiction, row["name"])


def _named(ask: Ask) -> Iterator[str]:
    if ask.client_credential is not None:
        yield ask.client_credential
    for pieces in (ask.body, *(value for _, value in ask.headers)):
        yield from (piece.credential for piece in pieces if isinstance(piece, SecretSlot))
