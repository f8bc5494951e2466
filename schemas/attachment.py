"""Supporting documents that travel with an invoice or beside it (BG-24).

A file travels inside the invoice, base64 in JSON. Together the files of an invoice hold at most `MAX_CONTENT` bytes,
so that the invoice that carries them still passes every door that takes the same invoice without them.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.texts import Line, Name, Short

MAX_CONTENT = 5_000_000
"""Bytes of all files of an invoice, decoded: about 6.7 MB of base64."""
MAX_ATTACHMENTS = 100

Url = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"^[!-~]+$(?!\n)", description="A URL.")]


class AttachedFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A file with its name and media type (BT-125)."""

    name: Name
    media_type: Annotated[
        str,
        Meta(
            max_length=100,
            pattern=r"^[a-z]+/[A-Za-z0-9][A-Za-z0-9.+\-]*$(?!\n)",
            examples=["application/pdf"],
        ),
    ]
    content: Annotated[bytes, Meta(min_length=1, description="The file in base64.")]


class Attachment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A supporting document: its reference (BT-122), and where it is (BT-124) or what is in it (BT-125)."""

    id: Short
    description: Line | None = None
    url: Url | None = None
    file: AttachedFile | None = None
