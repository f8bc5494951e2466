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
    "T-LATE": "The record was made too long ago.",
    "T-BUYER": "The customer wants the invoice to stand.",
}
"""What the office says of a refused record. An invoice asks for one of them in `extensions.toyland.ask_for`."""

LATE_ONCE = "late-once"
"""Asks for T-LATE, but only of the first record of a number."""
AT_ONCE, BUYER_ACCEPTS, BUYER_REFUSES = "cancel-at-once", "buyer-accepts", "buyer-refuses"
"""What becomes of a cancellation; without one of them the customer keeps silent, and that is consent."""
DAYS_TO_ANSWER, DAYS_OF_SILENCE = 1, 3
"""When the customer answers, and when silence counts as consent."""
