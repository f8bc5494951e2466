"""Attached files in the audit trail: named by their digest, for the invoice keeps them and the trail keeps for ever."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256
from typing import Any


def digested(written: dict[str, Any]) -> dict[str, Any]:
    """What a caller wrote of an invoice (or of its changes), with SHA-256 and size in place of each file's content."""
    attachments = written.get("attachments")
    if not isinstance(attachments, (list, tuple)) or not attachments:
        return written
    return written | {"attachments": [_digested(one) for one in attachments]}


def _digested(attachment: Any) -> Any:
    file = attachment.get("file") if isinstance(attachment, dict) else None
    if not isinstance(file, dict) or not isinstance(file.get("content"), str):
        return attachment
    content = b64decode(file["content"])
    told = {name: value for name, value in file.items() if name != "content"}
    return attachment | {"file": told | {"sha256": sha256(content).hexdigest(), "size": len(content)}}
