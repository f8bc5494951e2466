"""JSON merge patch (RFC 7396), and where two JSON values differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.errors import Malformed

DEEPEST = 100
"""How many objects of a patch may lie in one another: far more than any of ours have, far fewer than a stack bears."""


def merged(target: Any, patch: Any, depth: int = 0) -> Any:
    """The target with the patch applied: null removes, objects merge, anything else replaces. Raises Malformed."""
    if not isinstance(patch, dict):
        return patch
    if depth == DEEPEST:
        raise Malformed(f"The patch is nested more than {DEEPEST} objects deep.", code="too_deep")
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value, depth + 1)
    return result


def differing(former: Any, fresh: Any, at: str = "") -> Iterator[str]:
    """JSON pointers where two JSON values differ."""
    if isinstance(former, dict) and isinstance(fresh, dict):
        for name in sorted(former.keys() | fresh.keys()):
            yield from differing(former.get(name), fresh.get(name), f"{at}/{name}")
    elif isinstance(former, list) and isinstance(fresh, list) and len(former) == len(fresh):
        for index, (one, other) in enumerate(zip(former, fresh, strict=True)):
            yield from differing(one, other, f"{at}/{index}")
    elif former != fresh:
        yield at


def chosen(editable: tuple[str, ...], former: Any, fresh: Any, at: str = "") -> Any:
    """The former JSON value, with what is editable of it as in the fresh one; nothing is null."""
    if within(at, editable):
        return fresh
    if isinstance(former, dict) and isinstance(fresh, dict):
        names = sorted(former.keys() | fresh.keys())
        told = {name: chosen(editable, former.get(name), fresh.get(name), f"{at}/{name}") for name in names}
        return {name: value for name, value in told.items() if value is not None}
    if isinstance(former, list) and isinstance(fresh, list) and len(former) == len(fresh):
        pairs = enumerate(zip(former, fresh, strict=True))
        return [chosen(editable, one, other, f"{at}/{index}") for index, (one, other) in pairs]
    return former


def within(pointer: str, editable: tuple[str, ...]) -> bool:
    """Whether the pointer lies at or below an editable one: `""` is everything, `*` stands for any one step."""
    steps = pointer.split("/")
    return any(_covers(prefix.split("/"), steps) for prefix in editable)


def _covers(prefix: list[str], steps: list[str]) -> bool:
    return len(prefix) <= len(steps) and all(one in ("*", step) for one, step in zip(prefix, steps, strict=False))
