"""A QR code as the law wants it printed: in millimetres, with its quiet zone, the words around it and (in test) a mark.

SVG leaves the letters to whoever shows it; PNG has them drawn in dots, at 300 dpi or finer.
"""

from __future__ import annotations

import math
import struct
import textwrap
import zlib
from collections.abc import Iterable, Iterator
from html import escape

import segno

from gateway.intake import lettering
from jurisdictions.contract import Picture

DOTS_PER_INCH = 300
"""At least: a module is a whole number of dots, and the code has its side to the tenth of a millimetre."""
QUIET_MODULES = 4
"""ISO/IEC 18004, 5.3.8: no quiet zone is narrower."""
_INCH = 25.4  # millimetres
_LINE = 4.0
_LETTERS = 3.0
_LETTER = 0.56
"""Height of a line and of its letters in millimetres, and how wide a letter of a sans serif is to its height."""
_FONT = "Helvetica, Arial, sans-serif"


def svg(text: str, picture: Picture, legend: str, *, marked: bool) -> bytes:
    """The code with its title above and its legend below, outside the quiet zone; on top the mark, where `marked`."""
    code = _code(text, picture)
    modules = len(code.matrix)
    side, quiet = picture.millimetres, _quiet(picture, modules)
    width = side + 2 * quiet
    mark = _lines(picture.mark, width) if marked and picture.mark else []
    title, below = _lines(picture.title, width), _lines(legend, width)
    top = _LINE * (len(mark) + len(title))
    height = top + width + _LINE * len(below) + 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:g}mm" height="{height:g}mm"'
        f' viewBox="0 0 {width:g} {height:g}">',
        f"<title>{escape(picture.title)}</title>",
        f'<path fill="#fff" d="M0 0h{width:g}v{height:g}h-{width:g}z"/>',
        *_words(mark, width, 0, ' font-weight="bold" fill="#b00020"'),
        *_words(title, width, _LINE * len(mark), ' font-weight="bold"'),
        f'<path transform="translate({quiet:g} {top + quiet:g}) scale({side / modules:.6f})"'
        f' shape-rendering="crispEdges" d="{"".join(_bars(code.matrix))}"/>',
        *_words(below, width, top + width, ""),
        "</svg>\n",
    ]
    return "\n".join(parts).encode()


def png(text: str, picture: Picture, legend: str, *, marked: bool) -> bytes:
    """The same in dots; its size in millimetres is told by its resolution."""
    code = _code(text, picture)
    modules = len(code.matrix)
    module = picture.millimetres / modules
    scale = math.ceil(module / _INCH * DOTS_PER_INCH)
    dots = scale / module  # in a millimetre
    border = math.ceil(_quiet(picture, modules) / module)
    width = (modules + 2 * border) * scale
    letter = max(1, round(_LETTERS * dots / lettering.TALL))
    rows: list[bytes] = []
    if marked and picture.mark:
        rows += _in_dots(picture.mark, width, letter)
    rows += _in_dots(picture.title, width, letter)
    blank, edge = bytes(width), bytes(border * scale)
    rows += [blank] * (border * scale)
    for row in code.matrix:
        rows += [edge + b"".join(bytes([dark]) * scale for dark in row) + edge] * scale
    rows += [blank] * (border * scale)
    rows += _in_dots(legend, width, letter)
    return _packed(rows, width, round(dots * 1000))


def _code(text: str, picture: Picture) -> segno.QRCode:
    return segno.make(text, error=picture.error, micro=False, boost_error=False)


def _quiet(picture: Picture, modules: int) -> float:
    return max(float(picture.quiet_millimetres), QUIET_MODULES * picture.millimetres / modules)


def _bars(matrix: Iterable[bytearray]) -> Iterator[str]:
    """The dark modules as a path, each run of them in a row as one bar."""
    for y, row in enumerate(matrix):
        start = None
        for x, dark in enumerate((*row, 0)):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                yield f"M{start} {y}h{x - start}v1h-{x - start}z"
                start = None


def _lines(text: str, width: float) -> list[str]:
    return textwrap.wrap(text, max(1, int(width / (_LETTERS * _LETTER))))


def _words(lines: list[str], width: float, top: float, look: str) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        y = top + number * _LINE - (_LINE - _LETTERS) / 2
        yield (
            f'<text x="{width / 2:g}" y="{y:g}" text-anchor="middle" font-family="{_FONT}"'
            f' font-size="{_LETTERS:g}"{look}>{escape(line)}</text>'
        )


def _in_dots(text: str, width: int, letter: int) -> Iterator[bytes]:
    """Words in the middle of as many lines as they need, each dot of a letter `letter` dots wide and high."""
    most = max(1, width // (lettering.WIDE * letter) - 2)
    for line in textwrap.wrap(text, most):
        for row in lettering.written(line):
            drawn = b"".join(bytes([dot]) * letter for dot in row)
            left = (width - len(drawn)) // 2
            yield from [bytes(left) + drawn + bytes(width - left - len(drawn))] * letter


def _packed(rows: list[bytes], width: int, dots_per_metre: int) -> bytes:
    """PNG (ISO/IEC 15948) of one bit a dot, 1 being white there."""
    lines = bytearray()
    padding = bytes(-width % 8)
    for row in rows:
        text = (row + padding).translate(_DIGITS)
        lines += b"\0" + int(text, 2).to_bytes(len(text) // 8, "big")
    header = struct.pack(">IIBBBBB", width, len(rows), 1, 0, 0, 0, 0)
    resolution = struct.pack(">IIB", dots_per_metre, dots_per_metre, 1)
    chunks = ((b"IHDR", header), (b"pHYs", resolution), (b"IDAT", zlib.compress(bytes(lines), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


_DIGITS = bytes.maketrans(b"\0\1", b"10")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
