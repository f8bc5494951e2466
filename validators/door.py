"""The door for other people's XML: what may be parsed at all, so that memory and time stay bounded.

The checks look at the bytes, before any tree exists: its nodes cost ten to thirty times the bytes that make them.
The parser adds its own limits (libxml2 without `huge_tree`): 256 levels, 10 MB in one text, no more entities than
text can carry.
"""

from __future__ import annotations

import re

MAX_BYTES = 50_000_000
"""A document with attachments may be large; beyond this nothing is read."""
MAX_TAGS = 1_200_000
"""An invoice of ten thousand full lines has about 900,000 opening and closing tags; a tree of them takes 600 MB."""
MAX_ATTRIBUTES = 600_000

_MARKS = (
    (b"\xef\xbb\xbf", "UTF-8"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"<\x00?\x00", "UTF-16"),
    (b"\x00<\x00?", "UTF-16"),
)
"""Byte order marks, and the first characters where there is none; the longer ones first."""
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_NARROW = re.compile(r"UTF-?8|US-ASCII|ASCII|ISO-?8859-\d{1,2}|LATIN-?[1-9]|WINDOWS-12\d\d|CP12\d\d", re.IGNORECASE)
_WIDE = re.compile(r"UTF-?16(LE|BE)?", re.IGNORECASE)


class Inadmissible(ValueError):
    """The bytes are not parsed; the message says why, in a sentence for people."""


def admit(document: bytes, limit: int = MAX_BYTES) -> None:
    """Raises `Inadmissible`: nothing there, too large, too many elements or attributes, an encoding that contradicts
    itself or is none of Unicode's and the Latin ones."""
    if not document or document.isspace():
        raise Inadmissible("The document is empty.")
    if len(document) > limit:
        raise Inadmissible(f"The document has {len(document):,} bytes; at most {limit:,} are read.")
    _readable_encoding(document)
    for sign, most, what in ((b"<", MAX_TAGS, "tags"), (b"=", MAX_ATTRIBUTES, "attributes")):
        if len(document) > most and document.count(sign) > most:
            raise Inadmissible(f"The document has more than {most:,} {what}, more than any invoice needs.")


def _readable_encoding(document: bytes) -> None:
    """The encoding must be one in which the signs of XML can be counted, and must not contradict the bytes."""
    mark = next((name for start, name in _MARKS if document.startswith(start)), None)
    if mark == "UTF-32":
        raise Inadmissible("The document is encoded in UTF-32, which is not read; send it in UTF-8.")
    found = _DECLARED.match(document[:400].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe"))
    declared = found[1].decode("ascii") if found else None
    if declared is None:
        return
    wide = _WIDE.fullmatch(declared) is not None
    if not wide and _NARROW.fullmatch(declared) is None:
        raise Inadmissible(f"The document is encoded in {declared}, which is not read; send it in UTF-8.")
    if wide != (mark == "UTF-16") or (mark == "UTF-8" and declared.upper() not in ("UTF-8", "UTF8")):
        raise Inadmissible(f"The document declares the encoding {declared}, but its bytes are {mark or 'not'}.")
