"""What a stamped CFDI says that its printed form has to repeat, as texts by name.

It is read from the sealed bytes once they are stamped: the neutral invoice knows neither regimes nor how a receipt
shares out its payment. Source: CFF art. 29-A, RMF 2.7.1.7; Anexo 20, CFDI 4.0 and Pagos 2.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from jurisdictions.cfdi.xsd import CFDI, PAGOS
from jurisdictions.kit.xml import parse

_C, _P = f"{{{CFDI}}}", f"{{{PAGOS}}}"
_SAID: tuple[tuple[str, Mapping[str, str]], ...] = (
    (
        ".",
        {
            "Version": "version",
            "Exportacion": "exportacion",
            "SubTotal": "subtotal",
            "Descuento": "descuento",
            "TipoCambio": "tipo_cambio",
            "CondicionesDePago": "condiciones_de_pago",
            "Confirmacion": "confirmacion",
        },
    ),
    (f"{_C}Emisor", {"Nombre": "nombre_emisor", "RegimenFiscal": "regimen_fiscal"}),
    (
        f"{_C}Receptor",
        {
            "Nombre": "nombre_receptor",
            "DomicilioFiscalReceptor": "domicilio_fiscal_receptor",
            "RegimenFiscalReceptor": "regimen_fiscal_receptor",
            "ResidenciaFiscal": "residencia_fiscal",
            "NumRegIdTrib": "num_reg_id_trib",
        },
    ),
    (f"{_C}InformacionGlobal", {"Periodicidad": "periodicidad", "Meses": "meses", "Año": "anio"}),
    (
        f"{_C}Impuestos",
        {
            "TotalImpuestosTrasladados": "total_impuestos_trasladados",
            "TotalImpuestosRetenidos": "total_impuestos_retenidos",
        },
    ),
)
"""Elements below the document, their attributes, and the names that these have here."""
_PAYMENT = {
    "FechaPago": "fecha",
    "FormaDePagoP": "forma",
    "MonedaP": "moneda",
    "TipoCambioP": "tipo_cambio",
    "Monto": "monto",
    "NumOperacion": "operacion",
}
_PAID = (
    "Serie",
    "Folio",
    "MonedaDR",
    "EquivalenciaDR",
    "NumParcialidad",
    "ImpSaldoAnt",
    "ImpPagado",
    "ImpSaldoInsoluto",
)
STEMS = ("relacionados_", "pago_", "documento_")
"""What the names of numbered texts begin with."""
NAMES = tuple(name for _, names in _SAID for name in names.values())


def printed_words(sealed: bytes) -> dict[str, str]:
    """The texts of one CFDI. `relacionados_1` is a relation and its UUIDs; `pago_1_monto` and the like are a receipt's
    payment, `documento_1` what it pays of one invoice, as SAT names its parts."""
    root = parse(sealed)
    found: dict[str, str] = {}
    for path, names in _SAID:
        element = root if path == "." else root.find(path)
        if element is not None:
            found |= {ours: element.get(name, "") for name, ours in names.items() if element.get(name)}
    found |= {f"relacionados_{place}": text for place, text in enumerate(_related(root), 1)}
    return found | dict(_paid(root))


def _related(root: etree._Element) -> Iterator[str]:
    for group in root.iterfind(f"{_C}CfdiRelacionados"):
        uuids = (row.get("UUID", "") for row in group.iterfind(f"{_C}CfdiRelacionado"))
        yield " ".join((group.get("TipoRelacion", ""), *uuids))


def _paid(root: etree._Element) -> Iterator[tuple[str, str]]:
    count = 0
    for place, payment in enumerate(root.iterfind(f"{_C}Complemento/{_P}Pagos/{_P}Pago"), 1):
        for name, ours in _PAYMENT.items():
            if payment.get(name):
                yield f"pago_{place}_{ours}", payment.get(name, "")
        for document in payment.iterfind(f"{_P}DoctoRelacionado"):
            count += 1
            told = (f"{name} {document.get(name)}" for name in _PAID if document.get(name))
            yield f"documento_{count}", ", ".join((document.get("IdDocumento", ""), *told))
