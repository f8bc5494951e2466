"""The printed QR code: its size, its quiet zone and its words, in SVG and in dots."""

from __future__ import annotations

import re
import struct
import zlib
from xml.etree import ElementTree

import pytest
import segno

from gateway.intake import lettering, pictures
from jurisdictions.contract import Picture

URL = "https://office.toyland.example/see?number=A%261&total=241.40"
PICTURE = Picture(
    fact="url", title="QR <toy>:", legend_fact="phrase", millimetres=35, quiet_millimetres=6, mark="ONLY A TEST"
)
LEGEND = "To be verified at the electronic office of Toyland & its isles"
SVG = "{http://www.w3.org/2000/svg}"


def words(svg: ElementTree.Element) -> list[str]:
    return [str(one.text) for one in svg.iter(f"{SVG}text")]


def test_the_svg_is_in_millimetres_and_keeps_its_quiet_zone() -> None:
    svg = ElementTree.fromstring(pictures.svg(URL, PICTURE, LEGEND, marked=False))
    assert svg.get("width") == "47mm"
    code = next(one for one in svg.iter(f"{SVG}path") if one.get("transform"))
    found = re.fullmatch(r"translate\((\S+) (\S+)\) scale\((\S+)\)", str(code.get("transform")))
    assert found is not None
    left, top, scale = map(float, found.groups())
    modules = len(segno.make(URL, error="m", micro=False, boost_error=False).matrix)
    assert scale * modules == pytest.approx(35, abs=0.001)
    assert left == 6
    lines = [float(str(one.get("y"))) for one in svg.iter(f"{SVG}text")]
    above, below = [y for y in lines if y < top], [y for y in lines if y > top]
    assert max(above) <= top - 6
    assert min(below) - 3 >= top + 35 + 6 - 0.5
    assert words(svg)[0] == "QR <toy>:"
    assert " ".join(words(svg)[1:]) == LEGEND


def test_the_svg_draws_every_dark_module() -> None:
    matrix = segno.make(URL, error="m", micro=False, boost_error=False).matrix
    svg = pictures.svg(URL, PICTURE, LEGEND, marked=False).decode()
    drawn = [bytearray(len(matrix)) for _ in matrix]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg):
        for place in range(int(x), int(x) + int(length)):
            drawn[int(y)][place] = 1
    assert drawn == [bytearray(row) for row in matrix]


def test_only_test_documents_are_marked() -> None:
    marked, bare = (pictures.svg(URL, PICTURE, LEGEND, marked=one) for one in (True, False))
    assert words(ElementTree.fromstring(marked))[0] == "ONLY A TEST"
    assert b"ONLY A TEST" not in bare
    tall, short = (dots(pictures.png(URL, PICTURE, LEGEND, marked=one))[0] for one in (True, False))
    assert len(tall) > len(short)


def dots(png: bytes) -> tuple[list[str], int]:
    """The rows of a PNG of one bit a dot (`#` is dark), and its dots in a metre."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", png, at + 8 + size) == (zlib.crc32(name + body),)
        chunks[name] = body
        at += 12 + size
    wide, high, depth, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (depth, colour) == (1, 0)
    line, pixels = (wide + 7) // 8 + 1, zlib.decompress(chunks[b"IDAT"])
    assert len(pixels) == line * high
    rows = [pixels[n * line + 1 : (n + 1) * line] for n in range(high)]
    shown = ["".join(f"{byte:08b}" for byte in row)[:wide].replace("0", "#").replace("1", " ") for row in rows]
    across, up, metres = struct.unpack(">IIB", chunks[b"pHYs"])
    assert (across, metres) == (up, 1)
    return shown, across


def test_the_png_holds_the_same_code_at_its_size() -> None:
    matrix = segno.make(URL, error="m", micro=False, boost_error=False).matrix
    rows, metre = dots(pictures.png(URL, PICTURE, LEGEND, marked=True))
    assert metre * 0.0254 >= pictures.DOTS_PER_INCH
    scale = round(35 / len(matrix) * metre / 1000)
    assert scale * len(matrix) / metre * 1000 == pytest.approx(35, abs=0.01)
    border = (len(rows[0]) - scale * len(matrix)) // 2
    assert border / metre * 1000 >= 6
    blank = " " * len(rows[0])
    top = next(n for n in range(len(rows)) if rows[n : n + border] == [blank] * border) + border
    while rows[top] == blank:
        top += 1
    middle = scale // 2
    read = [
        [rows[top + y * scale + middle][border + x * scale + middle] == "#" for x in range(len(matrix))]
        for y in range(len(matrix))
    ]
    assert read == [[bool(dark) for dark in row] for row in matrix]
    assert rows[top + scale * len(matrix) : top + scale * len(matrix) + border] == [blank] * border
    assert any("#" in row for row in rows[:top])
    assert any("#" in row for row in rows[top + scale * len(matrix) :])


def test_letters_are_told_apart_and_fit_their_cells() -> None:
    letters = "".join(chr(code) for code in range(33, 127) if chr(code) not in "$<>[\\]^`{|}~") + "ÁÉÍÓÚÜÑáéíóúüñçºª€"
    drawn = {letter: tuple(map(bytes, lettering.written(letter))) for letter in letters}
    assert all(len(rows) == lettering.TALL for rows in drawn.values())
    assert all(len(row) == lettering.WIDE and row[-1] == 0 for rows in drawn.values() for row in rows)
    same = [letter for letter in letters if drawn[letter] == drawn["?"]]
    assert same == ["?"]
    shapes = set(drawn.values())
    assert len(shapes) >= len(letters) - 1  # a cedilla is left out


def test_what_no_letter_is_drawn_for_is_a_question_mark() -> None:
    assert lettering.written("水") == lettering.written("?")
    assert lettering.written("N\u0303") == lettering.written("Ñ")
