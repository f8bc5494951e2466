"""Bytes to a tree: what is left out, and what an element remembers of it."""

from __future__ import annotations

import gc

import pytest

from validators.en16931.reading import Unreadable, pieces_of, read


@pytest.mark.parametrize(
    ("inside", "pieces"),
    [
        ("ab", ("ab",)),
        ("a<!-- in between -->b", ("a", "b")),
        ("a<?in between?>b", ("a", "b")),
        (" <!-- x -->ab", (" ", "ab")),
        ("<!-- x -->ab<!-- y -->", ("ab",)),
        ("a<!-- x --><!-- y -->b", ("a", "b")),
        ("a<![CDATA[b]]>", ("ab",)),
        ("a<x/>b<!-- y -->c", ("a", "b", "c")),
        ("<!-- x -->", ()),
    ],
)
def test_a_comment_divides_a_text(inside: str, pieces: tuple[str, ...]) -> None:
    root = read(f"<r><leaf>{inside}</leaf></r>".encode())
    gc.collect()
    assert pieces_of(root[0]) == pieces
    assert "".join(map(str, root.itertext())) == "".join(pieces)


def test_comments_between_elements_are_nothing() -> None:
    root = read(b"<?xml version='1.0'?><!-- a --><r> <!-- b --> <leaf>1</leaf><?c?> </r><!-- d -->")
    assert [child.tag for child in root] == ["leaf"]


@pytest.mark.parametrize("document", [b"", b"<r>", b"<!DOCTYPE r><r><!-- x --></r>", b"<r>a<!-- x -- y -->b</r>"])
def test_what_cannot_be_read_is_told(document: bytes) -> None:
    with pytest.raises(Unreadable):
        read(document)
