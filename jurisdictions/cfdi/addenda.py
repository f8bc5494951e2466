"""The addenda: what a buyer wants to read in the CFDI that no authority looks at.

It joins the stamped document in a second one; the stamped bytes before the closing tag stay as they are, so its seal
and its stamp hold. The cadena original does not read it. Source: Anexo 20, node Addenda of CFDI 4.0.
"""

from __future__ import annotations

from jurisdictions.cfdi.settings import MAX_ADDENDA
from jurisdictions.kit.xml import UnreadableXML, parse

_OPENING = b'<addenda xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
"""What every CFDI of ours declares at its root beside `cfdi`."""
_CLOSING = b"</cfdi:Comprobante>"
_OWN = ("{http://www.sat.gob.mx/cfd/", "{http://www.sat.gob.mx/TimbreFiscalDigital}")


def addenda_problem(text: str) -> str | None:
    """Why the text cannot be an addenda: it has to be elements of XML that declare their namespaces themselves, but
    for `xsi`."""
    if len(text.encode()) > MAX_ADDENDA:
        return f"longer than {MAX_ADDENDA} bytes"
    try:
        holder = parse(_OPENING + text.encode() + b"</addenda>")
    except UnreadableXML as why:
        return str(why)
    if not len(holder) or (holder.text or "").strip() or any((row.tail or "").strip() for row in holder):
        return "nothing but XML elements may stand in it"
    if any(str(row.tag).startswith(_OWN) for row in holder.iter()):
        return "elements of the CFDI itself, or of a stamp, have no place in it"
    return None


def with_addenda(stamped: bytes, text: str) -> bytes:
    """The stamped CFDI with the addenda before its closing tag. Raises ValueError where it cannot be put there."""
    why = addenda_problem(text)
    head, closing, rest = stamped.rpartition(_CLOSING)
    if not closing or rest.strip() or head.endswith(b"</cfdi:Addenda>"):
        why = "the document does not end as a CFDI without an addenda does"
    if why is not None:
        raise ValueError(why)
    return head + b"<cfdi:Addenda>" + text.strip().encode() + b"</cfdi:Addenda>" + closing + rest
