"""The law's room: which invoices go to Peppol, what may be said of them, and the published rules in their editions."""

from jurisdictions.peppol.rules.editions import BILLING, RULE_SETS, SELF_BILLING, edition_for, live_on
from jurisdictions.peppol.rules.law import CODE, EDITION, LAW, ROUNDING, check, route

__all__ = [
    "BILLING",
    "CODE",
    "EDITION",
    "LAW",
    "ROUNDING",
    "RULE_SETS",
    "SELF_BILLING",
    "check",
    "edition_for",
    "live_on",
    "route",
]
