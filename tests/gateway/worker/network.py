"""A house whose way out leads to the simulated network of Peppol, over TLS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gateway.sandbox import MemoryBook
from gateway.worker import House
from tests.gateway.worker.rows import Rows
from tests.jurisdictions.peppol.simulated import BILLING, PROCESS, SENDER, UBL, invoice

CODE = "peppol"
FLOW = "0208:0999000129"


def attributes(receiver: str) -> dict[str, str]:
    return {
        "sender": SENDER,
        "receiver": receiver,
        "document_type": f"busdox-docid-qns::{UBL}Invoice-2::Invoice##{BILLING}::2.1",
        "process": f"cenbii-procid-ubl::{PROCESS}",
        "country_c1": "BE",
        "country_c4": "BE",
    }


@dataclass
class Network:
    """A house whose way out leads to the simulated network."""

    house: House
    book: MemoryBook
    rows: Rows

    async def submitted(self, *receivers: str, tenant: UUID | None = None) -> tuple[UUID, list[str]]:
        """A flow with a document for each receiver."""
        tenant, _ = await self.rows.flow(0, tenant=tenant, key=FLOW, jurisdiction=CODE, ordered=False, max_batch=50)
        return tenant, [await self.one(tenant, receiver, place) for place, receiver in enumerate(receivers, 1)]

    async def one(self, tenant: UUID, receiver: str, place: int) -> str:
        """A sealed document for that receiver, at that place of the tenant's flow."""
        return await self.sealed(tenant, invoice(receiver=receiver).encode(), attributes(receiver), place)

    async def sealed(self, tenant: UUID, body: bytes, known: Mapping[str, str], place: int) -> str:
        """These bytes as a submission, with what the seal knew of them."""
        issuer = await self.rows.value("SELECT issuer_id FROM gateway.flow WHERE tenant_id = $1", tenant)
        [name] = await self.rows.documents(
            1, tenant, issuer, FLOW, CODE, first=place, body=body, attributes=json.dumps(dict(known))
        )
        return name

    async def told(self, name: str) -> Any:
        """The submission as it stands, and its evidence by name."""
        row = (await self.rows.fetch("SELECT * FROM gateway.submission WHERE id = $1", UUID(name)))[0]
        evidence = await self.rows.fetch(
            "SELECT name, body FROM gateway.document WHERE submission_id = $1 AND role = 'evidence'", UUID(name)
        )
        return row, {one["name"]: one["body"] for one in evidence}

    async def asked(self) -> list[str]:
        rows = await self.rows.fetch("SELECT endpoint FROM gateway.exchange")
        return [row["endpoint"] for row in rows]
