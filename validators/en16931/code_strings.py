"""Code lists that the artefacts search as one string, blanks and all (EN 16931 1.3.16)."""

from __future__ import annotations

from validators.en16931.codelists import codelist

VAT_PREFIXES = f" {' '.join(sorted({*codelist('countries').codes, 'EL'}))} "
"""Prefixes of VAT numbers: ISO 3166-1 alpha-2, with EL, XI and 1A."""
