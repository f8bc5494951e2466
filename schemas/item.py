"""What a line sells, beside its name: classifications and attributes (BT-158, BG-32)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.texts import Line, Short


class Classification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The item's code in a classification: UNCL7143 names the list, `STI` (UNSPSC) for one (BT-158)."""

    code: Short
    list: Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,10}$(?!\n)", examples=["STI"])]
    version: Short | None = None


class Attribute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A property of the item: its name (BT-160) and value (BT-161)."""

    name: Short
    value: Line
