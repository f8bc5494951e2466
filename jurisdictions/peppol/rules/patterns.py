"""The patterns that Peppol adds to those of EN 16931. The modules of this room fill them; a country has its own."""

from __future__ import annotations

from validators.en16931.concerns import names_country
from validators.en16931.rulebook import Pattern

PROJECT = Pattern("project reference")
TRANSACTION = Pattern("transaction")
"""What every invoice keeps to, and the shape of numbers under a known scheme."""

CODES = Pattern("codes and formats")
GERMANY = Pattern("Germany", about=names_country("DE"))
