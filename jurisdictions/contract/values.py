"""What every value that crosses the contract has in common."""

from __future__ import annotations

from typing import Literal

import msgspec

Environment = Literal["test", "live"]


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of everything that crosses this contract: frozen, by keyword, comparable."""
