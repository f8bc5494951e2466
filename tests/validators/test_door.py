"""What may be parsed at all: size, tags, attributes and encodings, before any tree exists."""

from __future__ import annotations

import pytest

from validators import door
from validators.door import Inadmissible, admit

DECLARED = '<?xml version="1.0" encoding="{}"?><a/>'


@pytest.mark.parametrize(
    "document",
    [
        b"<a/>",
        b"\xef\xbb\xbf<a/>",
        DECLARED.format("utf-8").encode(),
        DECLARED.format("ISO-8859-1").encode("latin-1"),
        DECLARED.format("windows-1252").encode(),
        DECLARED.format("UTF-16").encode("utf-16"),
        DECLARED.format("UTF-16").encode("utf-16-le"),
        "<a/>".encode("utf-16"),
        b"\xef\xbb\xbf" + DECLARED.format("UTF-8").encode(),
        b"no xml at all",
    ],
)
def test_what_the_parser_may_see(document: bytes) -> None:
    admit(document)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (DECLARED.format("UTF-8").encode("utf-16"), "declares the encoding UTF-8, but its bytes are UTF-16"),
        (DECLARED.format("UTF-16").encode(), "declares the encoding UTF-16, but its bytes are not"),
        (b"\xef\xbb\xbf" + DECLARED.format("ISO-8859-1").encode(), "but its bytes are UTF-8"),
        (DECLARED.format("UTF-7").encode(), "encoded in UTF-7, which is not read"),
        (DECLARED.format("cp037").encode(), "encoded in cp037, which is not read"),
        (DECLARED.format("x").encode("utf-32"), "UTF-32"),
        (b"<a/>" * (door.MAX_TAGS + 1), "more than 1,200,000 tags"),
        (b"<a " + b"a='' " * (door.MAX_ATTRIBUTES + 1) + b"/>", "more than 600,000 attributes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_turned_away(document: bytes, why: str) -> None:
    with pytest.raises(Inadmissible, match=why):
        admit(document)


def test_size_is_told() -> None:
    with pytest.raises(Inadmissible, match="has 11 bytes; at most 10 are read"):
        admit(b"<a>123</a> ", 10)
