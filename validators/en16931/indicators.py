"""Allowance or charge: what `cbc:ChargeIndicator` says."""

from __future__ import annotations

from validators.en16931.tree import Document, Node
from validators.en16931.values import boolean


def is_allowance(node: Node, _document: Document | None = None) -> bool:
    """`[cbc:ChargeIndicator = false()]`."""
    return any(boolean(indicator) is False for indicator in node.all("cbc:ChargeIndicator"))


def is_charge(node: Node, _document: Document | None = None) -> bool:
    """`[cbc:ChargeIndicator = true()]`."""
    return any(boolean(indicator) is True for indicator in node.all("cbc:ChargeIndicator"))
