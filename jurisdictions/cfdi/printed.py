"""What the printed form of a CFDI shows beside the invoice itself.

Source: RMF 2.7.1.7 and Anexo 20 apartado I.D (the QR code): the stamp, both seals, both certificates' numbers, the
cadena original of the stamp, the dates, and what the CFDI says in codes.
"""

from __future__ import annotations

from collections.abc import Mapping

from jurisdictions.cfdi.printed_words import NAMES, STEMS
from schemas.document import Invoice

LEGEND = "Este documento es una representación impresa de un CFDI"
_STAMPED = (
    *("uuid", "serie", "folio", "fecha", "fecha_timbrado", "no_certificado", "no_certificado_sat"),
    *("rfc_prov_certif", "sello_cfd", "sello_sat", "cadena_tfd", "verification_url"),
)
_SAID = (
    *("tipo", "rfc", "receptor_rfc", "total", "moneda", "metodo_pago", "forma_pago", "uso_cfdi"),
    "lugar_expedicion",
)
_KINDS = {"I": "Ingreso", "E": "Egreso", "T": "Traslado", "P": "Pago"}
_GLOBAL = "Operaciones con el público en general"


def render(invoice: Invoice, attributes: Mapping[str, str]) -> Mapping[str, str]:
    """Texts by name. `verification_url` is what the QR code holds; `leyenda_1`… are the legends of the invoice's own
    complement, `pago_1_…` and `documento_1`… what a receipt tells of its payment. What is not known yet is left out."""
    kind = _KINDS.get(attributes.get("tipo", ""))
    return (
        {"legend": LEGEND}
        | {name: attributes[name] for name in (*_STAMPED, *_SAID, *NAMES) if attributes.get(name)}
        | {name: text for name, text in attributes.items() if name.startswith(STEMS) and text}
        | ({"tipo_de_comprobante": kind} if kind else {})
        | _own(invoice.extensions.get("cfdi") or {})
    )


def _own(words: Mapping[str, object]) -> dict[str, str]:
    """The legends that the caller gave, and that of an invoice to the public in general."""
    rows = words.get("leyendas_fiscales")
    legends = [str(row.get("texto", "")) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = {f"leyenda_{place}": text for place, text in enumerate(legends, 1)}
    return found | ({"informacion_global": _GLOBAL} if words.get("informacion_global") else {})
