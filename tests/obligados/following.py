"""Waiting for the AEAT's word: one look into the database for everybody who waits, and a hand for what is held."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from gateway.identity import Prefix, read, written
from tests.chaos.clients import Client

_EVERY = 0.4
_NEWEST = """
    SELECT DISTINCT ON (s.invoice_id) s.invoice_id, s.state, s.instruction, c.id AS case_id
    FROM gateway.submission s LEFT JOIN gateway.case_file c
        ON c.tenant_id = s.tenant_id AND c.environment = s.environment AND c.submission_id = s.id AND c.state = 'open'
    WHERE s.invoice_id = ANY($1::uuid[]) ORDER BY s.invoice_id, s.sealed_at DESC
"""
_HELD = """
    SELECT id FROM gateway.case_file WHERE state = 'open' AND submission_id IS NULL AND flow_key IS NOT NULL
"""


class Following:
    """`resumed`: how many held flows somebody has let go again."""

    def __init__(self, owner: str, until: float) -> None:
        self.resumed = 0
        self._owner = owner
        self._until = until
        self._waiting: dict[UUID, asyncio.Future[Mapping[str, Any]]] = {}

    async def word(self, invoice: str) -> Mapping[str, Any]:
        """The newest submission of the invoice once the AEAT has spoken: its `state`, and the `case_id` if any."""
        found = read(Prefix.INVOICE, invoice)
        assert found is not None, invoice
        self._waiting[found] = future = asyncio.get_running_loop().create_future()
        word: Mapping[str, Any] = await future
        return word

    async def follow(self, client: Client) -> None:
        """Look again and again, until cancelled; the client resubmits the cases of held flows."""
        connection = await asyncpg.connect(self._owner)
        try:
            while True:
                if self._waiting:
                    for row in await connection.fetch(_NEWEST, list(self._waiting)):
                        self._tell(row)
                for row in await connection.fetch(_HELD):
                    case = written(Prefix.CASE, row["id"])
                    await client.insist("POST", f"/v1/cases/{case}/resubmit", b"{}", f"resume:{case}")
                    self.resumed += 1
                if time.monotonic() > self._until:
                    self._give_up()
                await asyncio.sleep(_EVERY)
        finally:
            await connection.close()

    def _tell(self, row: Mapping[str, Any]) -> None:
        refused = row["state"] in {"rejected", "held"} and row["case_id"] is not None
        if refused or row["state"] in {"accepted", "accepted_with_warnings"}:
            self._waiting.pop(row["invoice_id"]).set_result(row)

    def _give_up(self) -> None:
        while self._waiting:
            invoice, future = self._waiting.popitem()
            future.set_exception(TimeoutError(f"the AEAT's word about {written(Prefix.INVOICE, invoice)}"))
