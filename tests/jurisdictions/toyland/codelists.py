"""The codes of Toyland's tax office, which both of its sides know."""

from __future__ import annotations

CODE = "toyland"
EDITION = "toyland-1"
COUNTRY = "AQ"
"""A country must be in ISO 3166-1: Toyland lies where nobody else taxes."""
SCHEME = "AQ:TIN"

REASONS = {
    "T-DATA": "The customer's number is not in the register.",
    "T-CORRECT": "The record is kept, but its note is wrong.",
    "T-OUTSIDE": "Your account is not paid.",
    "T-NEW": "The invoice as such is wrong.",
    "T-LINK": "The record does not follow the one before.",
}
"""What the office says of a refused record. An invoice asks for one of them in `extensions.toyland.ask_for`."""
