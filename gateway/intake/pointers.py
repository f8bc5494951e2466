"""From a decoder's complaint to a JSON pointer (RFC 6901) that the caller can follow."""

from __future__ import annotations

import re

_AT = re.compile(r" - at `(?:key in )?\$?(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>[^\]]*)\]")


def pointer_of(complaint: str) -> tuple[str, str]:
    """The pointer and the sentence of msgspec's `Expected … - at `$.lines[0].unit_price``."""
    found = _AT.search(complaint)
    if not found:
        return "", complaint
    return pointer_of_path(found["path"]), complaint[: found.start()]


def pointer_of_path(path: str) -> str:
    """`.lines[0].unit_price` or `lines[0].unit_price` becomes `/lines/0/unit_price`."""
    if path and path[0] not in ".[":
        path = "." + path
    steps = [match["name"] if match["name"] is not None else match["index"] for match in _STEP.finditer(path)]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
