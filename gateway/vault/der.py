"""Just enough DER (ITU-T X.690) to read the names of a certificate.

`cryptography` refuses to show a name whose strings are T61String with Latin-1 letters, as authorities still issue them;
the certificate itself loads. So names are read here, from the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

SEQUENCE, SET, OID, BIT_STRING, EXPLICIT_VERSION = 0x30, 0x31, 0x06, 0x03, 0xA0
LATIN = frozenset({0x14, 0x16, 0x12, 0x13, 0x1A, 0x1B, 0x19})  # T61, IA5, Numeric, Printable, Visible, General, Graphic
UTF8, UNIVERSAL, BMP = 0x0C, 0x1C, 0x1E


class MalformedDer(ValueError):
    """Bytes that are not the DER that was expected."""


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The (tag, content) pairs that lie side by side in `data`."""
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise MalformedDer("an element ends before its length")
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            octets = length & 0x7F
            if not 1 <= octets <= 4:
                raise MalformedDer("a length that DER does not know")
            length = int.from_bytes(data[at : at + octets])
            at += octets
        if at + length > len(data):
            raise MalformedDer("an element is longer than its bytes")
        yield tag, data[at : at + length]
        at += length


def inside(data: bytes, tag: int) -> bytes:
    """The content of the one element in `data`, which has this tag."""
    found = next(elements(data), None)
    if found is None or found[0] != tag:
        raise MalformedDer(f"expected the tag {tag:#04x}")
    return found[1]


def names(to_be_signed: bytes) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Issuer and subject of a TBSCertificate (RFC 5280 4.1), each as pairs (OID, text) in the order of the bytes."""
    parts = [part for part in elements(inside(to_be_signed, SEQUENCE)) if part[0] != EXPLICIT_VERSION]
    # serialNumber, signature, issuer, validity, subject, …
    if len(parts) < 6:
        raise MalformedDer("not a certificate")
    return tuple(_attributes(parts[2][1])), tuple(_attributes(parts[4][1]))


def looks_like_pkcs12(data: bytes) -> bool:
    """PFX (RFC 7292 4): a sequence that starts with version 3."""
    try:
        return next(elements(inside(data, SEQUENCE)), None) == (0x02, b"\x03")
    except MalformedDer:
        return False


def looks_like_encrypted_key(data: bytes) -> bool:
    """EncryptedPrivateKeyInfo (RFC 5208 6): an algorithm and an octet string, nothing else."""
    try:
        return [tag for tag, _ in elements(inside(data, SEQUENCE))] == [SEQUENCE, 0x04]
    except MalformedDer:
        return False


def _attributes(name: bytes) -> Iterator[tuple[str, str]]:
    for set_tag, relative in elements(name):
        if set_tag != SET:
            raise MalformedDer("a name without its sets")
        for _, attribute in elements(relative):
            parts = list(elements(attribute))
            if len(parts) != 2 or parts[0][0] != OID:
                raise MalformedDer("an attribute without its identifier")
            yield dotted(parts[0][1]), _text(*parts[1])


def dotted(content: bytes) -> str:
    """The identifier whose content these bytes are, its arcs in decimals."""
    arcs, arc = [], 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs:
        raise MalformedDer("an empty identifier")
    first = min(arcs[0] // 40, 2)
    return ".".join(str(number) for number in (first, arcs[0] - first * 40, *arcs[1:]))


def _text(tag: int, content: bytes) -> str:
    if tag == UTF8:
        return content.decode("utf-8", errors="replace")
    if tag == BMP:
        return content.decode("utf-16-be", errors="replace")
    if tag == UNIVERSAL:
        return content.decode("utf-32-be", errors="replace")
    if tag in LATIN:
        return content.decode("latin-1")
    if tag == BIT_STRING:
        return content[1:].decode("latin-1")
    return content.hex()
