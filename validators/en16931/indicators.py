"""Allowance or charge: what `cbc:ChargeIndicator` says."""

from __future__ import annotations

from validators.en16931.tree import Document, Node
from validators.en16931.values import boolean


def indicated(allowance_or_charge: Node, said: bool) -> bool:
    """`[cbc:ChargeIndicator = true()]`, or false()."""
    return any(boolean(one) is said for one in allowance_or_charge.all("cbc:ChargeIndicator"))


def is_allowance(node: Node, _document: Document | None = None) -> bool:
    return indicated(node, False)


def is_charge(node: Node, _document: Document | None = None) -> bool:
    return indicated(node, True)
