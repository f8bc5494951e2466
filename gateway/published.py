"""The published contract: `python -m gateway.published` writes OpenAPI and JSON Schemas to `schemas/published/`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from gateway.app import create_app
from gateway.clock import new_id, system_clock
from gateway.store.pool import Store
from gateway.vault import Keyring, Vault
from gateway.wiring import Wiring
from schemas.answers import (
    AttestationAnswer,
    AttestationInput,
    EventAnswer,
    IncidentAnswer,
    InvoiceAnswer,
    IssuerInput,
    Problem,
    SubmissionAnswer,
)
from schemas.findings import Finding
from schemas.invoice import InvoiceInput
from schemas.party import Party

PUBLISHED = Path(__file__).parents[1] / "schemas" / "published"
SHAPES: Mapping[str, type[msgspec.Struct]] = {
    "invoice": InvoiceInput,
    "invoice-answer": InvoiceAnswer,
    "issuer": IssuerInput,
    "party": Party,
    "problem": Problem,
    "finding": Finding,
    "submission": SubmissionAnswer,
    "event": EventAnswer,
    "attestation": AttestationInput,
    "attestation-answer": AttestationAnswer,
    "incident": IncidentAnswer,
}


def openapi() -> dict[str, Any]:
    """The OpenAPI document; it is the same whichever jurisdictions are installed."""
    nothing = cast(Store, None)  # Nothing is asked for while the document is written.
    wiring = Wiring(
        store=nothing, jurisdictions={}, vault=Vault(bytes(32)), keyring=Keyring(), clock=system_clock, new_id=new_id
    )
    return create_app(wiring).openapi_schema.to_schema()


def documents() -> dict[str, str]:
    """Every published file by its name."""
    found = {"openapi.json": openapi()}
    for name, shape in SHAPES.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(shape)
        found[f"{name}.schema.json"] = schema
    return {name: json.dumps(body, indent=2, ensure_ascii=False, sort_keys=True) + "\n" for name, body in found.items()}


def main(directory: Path = PUBLISHED) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (directory / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{directory / name}\n")


if __name__ == "__main__":
    main()
