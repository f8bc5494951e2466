"""Exporting what was sealed and what the authority gave: the original bytes, byte for byte, with a list of them.

A folder for each jurisdiction, a file for each document, and `manifest.tsv`: digest, invoice, place in its chain, and
the authority's own identifier. Nothing is exported that is not what was sealed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from gateway.accounts import AccountRefused, administering
from gateway.identity import Prefix, read
from gateway.store.pool import Connection

MANIFEST = "manifest.tsv"
COLUMNS = (
    "file",
    "sha256",
    "jurisdiction",
    "number",
    "issue_date",
    "instruction",
    "role",
    "state",
    "chain",
    "sequence",
    "authority_id",
    "sealed_at",
    "media_type",
)
AT_ONCE = 500


class ExportRefused(AccountRefused):
    """Nothing can be exported; the text says why."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Whose documents, of the invoices issued from the first day to the last; `jurisdiction` None: of all."""

    issuer: str
    first: date
    last: date
    jurisdiction: str | None = None


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """How many files were written, and those that are not what was sealed: they are left out."""

    documents: int
    changed: tuple[str, ...] = ()


async def export(url: str, order: Order, folder: Path) -> Exported:
    """Write the documents and their list into a folder that is new or empty. Raises ExportRefused."""
    if order.last < order.first:
        raise ExportRefused("the last day is before the first")
    issuer = read(Prefix.ISSUER, order.issuer)
    async with administering(url) as connection:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM gateway.issuer WHERE id = $1)", issuer):
            raise ExportRefused(f"there is no issuer {order.issuer!r}; `issuers list` shows them")
        _prepare(folder)
        changed: list[str] = []
        lines = ["\t".join(COLUMNS)]
        async for row in _documents(connection, order):
            name = _name(row)
            digest = hashlib.sha256(row["body"])
            if digest.digest() != row["sha256"]:
                changed.append(name)
                continue
            _write(folder / name, row["body"])
            lines.append("\t".join(_cells(row, name, digest.hexdigest())))
        _write(folder / MANIFEST, ("\n".join(lines) + "\n").encode())
        return Exported(documents=len(lines) - 1, changed=tuple(changed))


def _write(path: Path, body: bytes) -> None:
    """What is exported is a taxpayer's: nobody else may read it, whoever made the folder."""
    try:
        path.parent.mkdir(exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_bytes(body)
    except OSError as why:
        raise ExportRefused(f"{path} cannot be written: {why}; begin again with a new folder") from why


def _prepare(folder: Path) -> None:
    """A folder that is new, or empty."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise ExportRefused(f"{folder} is not empty; name a new folder")
    except OSError as why:
        raise ExportRefused(f"{folder} cannot be written to: {why}") from why


def _name(row: Mapping[str, Any]) -> str:
    """`jurisdiction/number/place-id-name`: whatever a number holds, nothing leaves the folder, and no two are one."""
    number = _plain(row["number"] or "")
    place = f"{row['sequence']:08}-" if row["sequence"] is not None else ""
    return f"{_plain(row['jurisdiction'])}/{place}{number}-{row['id'].hex[-12:]}-{_plain(row['name'])}"


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", text).lstrip(".") or "_"


def _cells(row: Mapping[str, Any], name: str, digest: str) -> Iterator[str]:
    given = {**row, "file": name, "sha256": digest, "sealed_at": row["at"].isoformat()}
    for column in COLUMNS:
        value = given[column]
        yield "" if value is None else re.sub(r"[\t\r\n]", " ", str(value))


async def _documents(connection: Connection, order: Order) -> AsyncIterator[Mapping[str, Any]]:
    """In the order in which they were sealed."""
    cursor = connection.cursor(
        """
        SELECT d.id, d.jurisdiction, d.name, d.media_type, d.role, d.sha256, d.body, d.at, i.number,
            i.document ->> 'issue_date' AS issue_date, s.instruction, s.state, s.authority_id, l.chain, l.sequence
        FROM gateway.invoice i
        JOIN gateway.document d ON d.invoice_id = i.id AND d.tenant_id = i.tenant_id AND d.environment = i.environment
        LEFT JOIN gateway.submission s ON s.tenant_id = d.tenant_id AND s.environment = d.environment
            AND s.id = d.submission_id
        LEFT JOIN gateway.link l ON d.role = 'sealed' AND l.tenant_id = d.tenant_id AND l.environment = d.environment
            AND l.jurisdiction = d.jurisdiction AND l.document_id = d.id
        WHERE i.issuer_id = $1 AND (i.document ->> 'issue_date')::date BETWEEN $2 AND $3
          AND ($4::text IS NULL OR d.jurisdiction = $4)
        ORDER BY d.at, l.chain, l.sequence, d.id
        """,
        read(Prefix.ISSUER, order.issuer),
        order.first,
        order.last,
        order.jurisdiction,
        prefetch=AT_ONCE,
    )
    async for row in cursor:
        yield row
