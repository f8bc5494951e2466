"""The rules of a receipt of payment (Pagos 2.0, CRP20101 to CRP20279)."""

from __future__ import annotations

from jurisdictions.cfdi.reading import Rule

RULES: tuple[Rule, ...] = ()
