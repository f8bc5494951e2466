"""Words as dots, for pictures made without a font: capitals of seven dots on a grid of five, accents above them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

WIDE, TALL = 6, 10
"""The cell of a letter: five dots and a gap; two rows for an accent, seven for the letter, one gap."""

_ABOVE = 2
_ROWS = """
A 0E11111F111111  B 1E11111E11111E  C 0E11101010110E  D 1E11111111111E  E 1F10101E10101F  F 1F10101E101010
G 0E11101711110F  H 1111111F111111  I 0E04040404040E  J 0702020202120C  K 11121418141211  L 1010101010101F
M 111B1515111111  N 11191513111111  O 0E11111111110E  P 1E11111E101010  Q 0E11111115120D  R 1E11111E141211
S 0F10100E01011E  T 1F040404040404  U 1111111111110E  V 11111111110A04  W 1111111515150A  X 11110A040A1111
Y 1111110A040404  Z 1F01020408101F
a 00000E010F110F  b 1010161911111E  c 00000E1010110E  d 01010D1311110F  e 00000E111F100E  f 0609081C080808
g 00000F110F010E  h 10101619111111  i 04000C0404040E  j 0200060202120C  k 10101214181412  l 0C04040404040E
m 00001A15151511  n 00001619111111  o 00000E1111110E  p 00001E111E1010  q 00000D130F0101  r 00001619101010
s 00000E100E011E  t 08081C08080906  u 0000111111130D  v 00001111110A04  w 0000111115150A  x 0000110A040A11
y 000011110F010E  z 00001F0204081F
0 0E11131519110E  1 040C040404040E  2 0E11010204081F  3 1F02040201110E  4 02060A121F0202  5 1F101E0101110E
6 0608101E11110E  7 1F010204080808  8 0E11110E11110E  9 0E11110F01020C
. 0000000000000C  , 000000000C0408  : 000C0C000C0C00  ; 000C0C000C0408  ! 04040404000004  ? 0E110102040004
- 0000001F000000  / 00010204081000  ( 02040808080402  ) 08040202020408  ' 0C040800000000  " 0A0A0A00000000
& 0C12140815120D  % 18190204081303  + 0004041F040400  = 00001F001F0000  * 0004150E150400  # 0A0A1F0A1F0A0A
_ 0000000000001F  @ 0E11010D15150E  € 0609081C081906  º 0E110E001F0000  ª 0E010F110F001F
"""
"""Seven rows of five dots each, from the top, the leftmost dot the highest bit."""

_ACCENTS = {"\u0301": (0x02, 0x04), "\u0300": (0x08, 0x04), "\u0303": (0x0D, 0x12), "\u0308": (0x0A, 0x00)}
_ACCENTS |= {"\u0302": (0x04, 0x0A), "\u030c": (0x0A, 0x04), "\u030a": (0x04, 0x04)}
"""Acute, grave, tilde, diaeresis, circumflex, caron and ring, in the two rows above the letter."""


def _read(text: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    words = text.split()
    for letter, rows in zip(words[::2], words[1::2], strict=True):
        yield letter, tuple(bytes.fromhex(rows))


_LETTERS = dict(_read(_ROWS)) | {" ": (0,) * 7}


def written(text: str) -> list[bytearray]:
    """One line of words as rows of dots (1 is dark), `TALL` of them; what no letter is drawn for is a question mark."""
    cells = [_cell(letter) for letter in unicodedata.normalize("NFC", text)]
    return [bytearray(b"".join(_dots(cell[row]) for cell in cells)) for row in range(TALL)]


def _cell(letter: str) -> tuple[int, ...]:
    base, *marks = list(letter if letter in _LETTERS else unicodedata.normalize("NFD", letter))
    rows = list(_LETTERS.get(base, _LETTERS["?"]))
    above = next((_ACCENTS[mark] for mark in marks if mark in _ACCENTS), (0,) * _ABOVE)
    if marks and base in "ij":
        rows[0] = 0  # the accent stands in the place of the dot
    return (*_lowered(above, rows), *rows, 0)


def _lowered(above: tuple[int, ...], rows: list[int]) -> tuple[int, ...]:
    """The accent close to a small letter: in the letter's own empty rows."""
    if any(above) and rows[:2] == [0, 0]:
        rows[:2] = [above[0], above[1]]
        return (0,) * _ABOVE
    return above


def _dots(row: int) -> bytes:
    return bytes((row >> place) & 1 for place in range(WIDE - 2, -1, -1)) + b"\0"
