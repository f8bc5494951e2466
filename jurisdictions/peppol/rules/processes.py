"""The business processes (BT-23) that a document may name."""

from __future__ import annotations

from jurisdictions.peppol.codelists import PROFILE, SELF_BILLING_PROFILE
from validators.en16931.tree import Document
from validators.en16931.values import normalized

ORDINARY = "01"
WITH_RESPONSE = "02"
UNKNOWN = "Unknown"
RESPONSE_PROFILE = "urn:peppol:bis:billing_with_response"
FRENCH_PROFILES = ("urn:peppol:france:billing:regulated", "urn:peppol:france:billing:non-regulated")


def billing_process(document: Document) -> str:
    """`$profile` of billing."""
    return _process(document, PROFILE)


def self_billing_process(document: Document) -> str:
    """`$profile` of self-billing."""
    return _process(document, SELF_BILLING_PROFILE)


def _process(document: Document, ordinary: str) -> str:
    profile = normalized(document.root.all("cbc:ProfileID"))
    if profile == ordinary or profile in FRENCH_PROFILES:
        return ORDINARY
    return WITH_RESPONSE if profile == RESPONSE_PROFILE else UNKNOWN
