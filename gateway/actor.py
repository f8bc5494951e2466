"""Who asks: the tenant, environment and rights of an API key, and the ids that follow a request through the house."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Scope(StrEnum):
    """What a key may do. A handler names one; a key without it is refused."""

    ISSUERS_READ = "issuers:read"
    ISSUERS_WRITE = "issuers:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    INVOICES_READ = "invoices:read"
    INVOICES_WRITE = "invoices:write"
    INVOICES_FINALIZE = "invoices:finalize"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    SUBMISSIONS_READ = "submissions:read"
    SUBMISSIONS_WRITE = "submissions:write"
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    EVENTS_READ = "events:read"
    DOCUMENTS_VALIDATE = "documents:validate"
    JURISDICTIONS_READ = "jurisdictions:read"


ALL_SCOPES: frozenset[str] = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated caller. `issuers` empty means every issuer of the tenant."""

    key: UUID
    tenant: UUID
    environment: str
    scopes: frozenset[str]
    issuers: frozenset[UUID] = frozenset()

    def may_use(self, issuer: UUID) -> bool:
        return not self.issuers or issuer in self.issuers

    @property
    def name(self) -> str:
        return f"key_{self.key.hex}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from, for the audit trail."""

    actor: Actor
    request_id: str
    correlation: str | None = None
