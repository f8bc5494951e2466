"""What a document says, field by field, with the place where it says so: the words that a neutral invoice is read in.

A `Form` is the invoice as JSON would have it, in which every leaf (and every group that helps to find a place) is a
`Said`. What is absent is None and is left out when the form is laid out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Union

from jurisdictions.peppol.reading_tree import Node


@dataclass(frozen=True)
class Said:
    """A value with the element that says it."""

    value: Form
    at: Node


Form = Union[Said, Mapping[str, "Form"], list["Form"], str, int, bool, None]  # noqa: UP007 - it refers to itself


def first(node: Node | None, *path: str) -> Node | None:
    """The first element at a path, or None."""
    found = node.all(*path) if node is not None else []
    return found[0] if found else None


def text(node: Node | None, *path: str) -> Said | None:
    """The words at a path without the blanks around them; None where there are none."""
    at = first(node, *path) if path else node
    value = at.text if at is not None else ""
    return Said(value, at) if at is not None and value else None


def line(node: Node | None, *path: str) -> Said | None:
    """The words at a path in one line."""
    found = text(node, *path)
    return Said(" ".join(str(found.value).split()), found.at) if found else None


def number(node: Node | None, *path: str) -> Said | None:
    """The decimal at a path in its shortest notation, so that equal numbers are equal texts: 49 for `+49.00`."""
    found = text(node, *path)
    if found is None:
        return None
    try:
        value = Decimal(str(found.value))
    except InvalidOperation:
        return found
    written = format(value, "f") if value else "0"
    return Said(written.rstrip("0").rstrip(".") if "." in written else written, found.at)


def day(node: Node | None, *path: str) -> Said | None:
    """The date at a path without its time zone, which an invoice's dates do not have."""
    found = text(node, *path)
    return Said(str(found.value)[:10], found.at) if found else None


def attribute(node: Node | None, name: str) -> Said | None:
    value = ((node.attribute(name) if node is not None else None) or "").strip()
    return Said(value, node) if node is not None and value else None


def identifier(node: Node | None) -> Said | None:
    """An identifier with its scheme."""
    value = text(node)
    return None if value is None else Said({"value": value, "scheme": attribute(node, "schemeID")}, value.at)


def group(at: Node | None, **fields: Form) -> Said | None:
    """Fields that stand together; None where none of them is there."""
    known = {name: value for name, value in fields.items() if value is not None}
    return Said(known, at) if at is not None and known else None


def laid_out(form: Form, pointer: str, locations: dict[str, str]) -> object:
    """The form as plain JSON values. `locations` is told where each JSON pointer stands in the document."""
    if isinstance(form, Said):
        locations[pointer] = form.at.location
        return laid_out(form.value, pointer, locations)
    if isinstance(form, list):
        there = (one for one in form if one is not None)
        return [laid_out(one, f"{pointer}/{index}", locations) for index, one in enumerate(there)]
    if isinstance(form, Mapping):
        return {name: laid_out(one, f"{pointer}/{name}", locations) for name, one in form.items() if one is not None}
    return form
