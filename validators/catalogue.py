"""All rules of the gateway's own: for the published list, and so that no id is ever given twice."""

from __future__ import annotations

from typing import Any

from validators import dates, draft_rules, parties, taxid
from validators.rule import Catalogue, Rule

_RULES: tuple[Rule[Any], ...] = (*draft_rules.RULES, *dates.RULES, *parties.RULES, *taxid.RULES)

GATEWAY: Catalogue[Any] = Catalogue(_RULES)
