"""What the printed form of an invoice must show beside the invoice itself.

Sources: Order HAC/1177/2024 arts. 20 and 21 (QR code and phrase); QR document 0.5.0; FAQ for developers 1.3 §20: what
is to be paid stands apart from the importe total, which neither retentions nor suplidos change.
"""

from __future__ import annotations

from collections.abc import Mapping

from jurisdictions.contract import Picture
from jurisdictions.verifactu import codelists as lists
from schemas.document import Invoice

TEST_MARK = "PRUEBA - SIN VALOR FISCAL"
PICTURE = Picture(
    fact="verification_url",
    title=lists.QR_TITLE,
    legend_fact="verification_phrase",
    millimetres=35,
    quiet_millimetres=6,
    mark=TEST_MARK,
)
"""The side lies between 30 and 40 mm (Order art. 21.1), and the empty space around it is at least 2 mm, better 6 (QR
document 0.5.0)."""
_AMOUNTS = {
    "importe_total": "total",
    "total_a_pagar": "total_payable",
    "retenciones": "withheld",
    "suplidos": "suplidos",
    "tipo_de_cambio": "rate",
    "fuente_del_tipo_de_cambio": "rate_source",
    "fecha_del_tipo_de_cambio": "rate_on",
}
"""Names on paper, and the attributes of the record that hold them; amounts are in EUR."""


def render(invoice: Invoice, known: Mapping[str, str]) -> Mapping[str, str]:
    """Texts by name: the QR with the words above and below it, and the amounts beside the record's own. `known` are
    facts and attributes of the record; what is not known is left out, and without a QR there is nothing to show."""
    url = known.get("verification_url")
    if url is None:
        return {}
    return (
        {
            "qr_content": url,
            "qr_error_correction": "M",
            "qr_title": lists.QR_TITLE,
            "qr_legend": known.get("verification_phrase", lists.PHRASE),
            "qr_short_legend": lists.SHORT_PHRASE,
            "qr_millimetres": "30-40",
            "qr_quiet_millimetres": "6",
        }
        | {name: known[attribute] for name, attribute in _AMOUNTS.items() if known.get(attribute)}
        | ({"mark": TEST_MARK} if url.startswith(lists.QR_HOSTS["test"]) else {})
    )
