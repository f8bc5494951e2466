"""The cadena original of a document that we have just written, taken from its text without parsing it.

What we write has one shape: attributes in double quotes, in the order of the cadena, elements in schema order. So the
cadena is every second piece of the text, cut at the quotes, without what is not signed. The other pieces are held
against a grammar made from the tables of `cadena`: where they differ in anything at all there is no answer, and the
caller parses. Measured at ten concepts: a fifth of parsing and walking.
"""

from __future__ import annotations

import re
from functools import cache

from jurisdictions.cfdi.cadena import COMPROBANTE, LEGENDS, LOCAL_TAXES, PAYMENTS, Visit, joined

_ESCAPED = re.compile("&(?:#(9|10|13)|(amp|lt|gt|quot));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"'}


def written_cadena(text: str) -> str | None:
    """The cadena of an unstamped CFDI as this package writes it, sealed or not; None for a text of any other shape."""
    start = text.find(' Version="')
    signed = _without(_without(text[start:], "Sello"), "Certificado")
    pieces = signed.split('"')
    if start < 0 or _grammar().fullmatch('"'.join(pieces[0::2])) is None:
        return None
    values = _ordered(pieces[1::2], signed)
    if "&" in signed:
        values = [_ESCAPED.sub(_plain, value) for value in values]
    return joined(values)


def _without(text: str, name: str) -> str:
    """The text without the first attribute of that name. No value can hold its quotes: they are escaped."""
    at = text.find(f' {name}="')
    return text if at < 0 else text[:at] + text[text.index('"', at + len(name) + 3) + 1 :]


def _ordered(values: list[str], text: str) -> list[str]:
    """The values in signed order: the totals of the document's taxes are written before their rows, and signed after.

    Only the document's `Impuestos` has attributes, and no value can hold a `<` or a `>`.
    """
    start = text.rfind("<cfdi:Impuestos Total")
    if start < 0:
        return values
    rows = text.index(">", start)
    withheld = max(rows, text.find("</cfdi:Retenciones>", rows))
    end = text.index("</cfdi:Impuestos>", rows)
    first = text.count('"', 0, start) // 2
    second = first + text.count('"', start, rows) // 2
    third = second + text.count('"', rows, withheld) // 2
    fourth = third + text.count('"', withheld, end) // 2
    retained = text.startswith("<cfdi:Impuestos TotalImpuestosRetenidos", start)
    of_retained = first + 1 if retained else first
    return [
        *values[:first],
        *values[second:third],
        *values[first:of_retained],
        *values[third:fourth],
        *values[of_retained:second],
        *values[fourth:],
    ]


def _plain(match: re.Match[str]) -> str:
    number, name = match.groups()
    return chr(int(number)) if number else _NAMED[name]


@cache
def _grammar() -> re.Pattern[str]:
    """What stands between the values from `Version` on, a quote for each value."""
    attributes, children = _fields(COMPROBANTE, "cfdi")
    complements = "|".join(
        _element(prefix, Visit(name, fields))
        for prefix, name, fields in (
            ("pago20", "Pagos", PAYMENTS),
            ("implocal", "ImpuestosLocales", LOCAL_TAXES),
            ("leyendasFisc", "LeyendasFiscales", LEGENDS),
        )
    )
    complement = f"(?:<cfdi:Complemento>(?:{complements})++</cfdi:Complemento>)?+"
    return re.compile(f"{attributes}>{children}{complement}</cfdi:Comprobante>\n?")


def _element(prefix: str, visit: Visit) -> str:
    attributes, children = _fields(visit.fields, prefix)
    name = f"{prefix}:{visit.name}"
    return f"<{name}{attributes}" + (f"(?:/>|>{children}</{name}>)" if children else "/>")


def _fields(fields: tuple[str | Visit, ...], prefix: str) -> tuple[str, str]:
    """The patterns of the attributes and of the children; none of them ever gives back what it took."""
    names = [field for field in fields if isinstance(field, str)]
    attributes = "".join(f'(?: {name[:-1]}=")?+' if name.endswith("?") else f' {name}="' for name in names)
    return attributes, "".join(f"(?:{_element(prefix, field)})*+" for field in fields if isinstance(field, Visit))
