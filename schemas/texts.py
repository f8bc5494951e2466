"""Text as callers may send it: without control characters and without marks that turn the reading direction.

XML 1.0 has no place for control characters, and a bidirectional override can make a printed name or number read
otherwise than it is stored; both are refused at the door rather than repaired.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

_REFUSED = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
)
_LINE = rf"^[^{_REFUSED}\t\n\r]*$(?!\n)"
_BLOCK = rf"^[^{_REFUSED}]*$(?!\n)"

Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/&-]*$(?!\n)")]
Short = Annotated[str, Meta(min_length=1, max_length=100, pattern=_LINE)]
Name = Annotated[str, Meta(min_length=1, max_length=300, pattern=_LINE)]
NameOrNothing = Annotated[str, Meta(max_length=300, pattern=_LINE)]
Line = Annotated[str, Meta(min_length=1, max_length=1000, pattern=_LINE)]
Block = Annotated[str, Meta(min_length=1, max_length=4000, pattern=_BLOCK)]
Key = Annotated[str, Meta(min_length=1, max_length=255, pattern=_LINE)]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$(?!\n)", description="ISO 3166-1 alpha-2.", examples=["ES"])]
Currency = Annotated[str, Meta(pattern=r"^[A-Za-z]{3}$(?!\n)", description="ISO 4217, in any case.", examples=["EUR"])]
