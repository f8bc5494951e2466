"""The three patterns of EN 16931 on UBL with their contexts, in the order of the artefacts: the first match judges."""

from __future__ import annotations

from validators.en16931.rulebook import Pattern

MODEL = Pattern("UBL-model")
SYNTAX = Pattern("UBL-syntax")
CODES = Pattern("Codesmodel")

DOCUMENT = MODEL.context("/")
"""The invoice or credit note itself."""

DOCUMENT_SYNTAX = SYNTAX.context("/")
