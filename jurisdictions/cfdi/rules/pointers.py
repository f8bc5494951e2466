"""From a place in our document back to the place in what the caller sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from jurisdictions.cfdi.comprobante import Comprobante
from jurisdictions.cfdi.rules.sentences import SENTENCES
from schemas.findings import Finding

_CONCEPT = re.compile(r"/cfdi:Conceptos/cfdi:Concepto(?:\[(\d+)\])?(?P<inside>.*)$")
_STEP = re.compile(r"/cfdi:(\w+)(?:\[(\d+)\])?")
_EXTENSION = "/extensions/cfdi"
_OF_A_LINE: Mapping[str, str] = {
    "ClaveProdServ": f"{_EXTENSION}/clave_prod_serv",
    "ClaveUnidad": f"{_EXTENSION}/clave_unidad",
    "Unidad": f"{_EXTENSION}/unidad",
    "ObjetoImp": f"{_EXTENSION}/objeto_imp",
    "NoIdentificacion": "/seller_id",
    "Descripcion": "/description",
    "Cantidad": "/quantity",
    "ValorUnitario": "/unit_price",
    "Importe": "/net",
    "Descuento": "/allowances",
}
_OF_A_TAX: Mapping[str, str] = {"TasaOCuota": "/percent", "Impuesto": "/tax", "TipoFactor": "/category"}
_OF_A_THIRD_PARTY: Mapping[str, str] = {
    "RfcACuentaTerceros": "/rfc",
    "NombreACuentaTerceros": "/nombre",
    "RegimenFiscalACuentaTerceros": "/regimen_fiscal",
    "DomicilioFiscalACuentaTerceros": "/domicilio_fiscal",
}
_OF_A_PART: Mapping[str, str] = {
    "ClaveProdServ": "/clave_prod_serv",
    "NoIdentificacion": "/no_identificacion",
    "Cantidad": "/cantidad",
    "Unidad": "/unidad",
    "Descripcion": "/descripcion",
    "ValorUnitario": "/valor_unitario",
    "Importe": "/importe",
}
_LISTS: Mapping[str, str] = {
    "InformacionAduanera": "/informacion_aduanera",
    "CuentaPredial": "/cuenta_predial",
    "Parte": "/partes",
}
"""Elements of a concept of which there may be several, and the caller's lists of them."""
_OF_THE_WHOLE: Mapping[tuple[str, str], str] = {
    ("Emisor", ""): "/issuer",
    ("Receptor", "Rfc"): "/customer/tax_ids/0/value",
    ("Receptor", "Nombre"): "/customer/name",
    ("Receptor", "DomicilioFiscalReceptor"): "/customer/address/postal_code",
    ("Receptor", "NumRegIdTrib"): "/customer/tax_ids/0/value",
    ("Receptor", "ResidenciaFiscal"): "/customer/address/country",
    ("Receptor", "RegimenFiscalReceptor"): f"{_EXTENSION}/regimen_fiscal_receptor",
    ("Receptor", "UsoCFDI"): f"{_EXTENSION}/uso_cfdi",
    ("CfdiRelacionado", "UUID"): "/references/preceding",
    ("Comprobante", "Serie"): "/series",
    ("Comprobante", "Moneda"): "/currency",
    ("Comprobante", "TipoCambio"): "/exchange_rates",
    ("Comprobante", "CondicionesDePago"): f"{_EXTENSION}/condiciones_de_pago",
    ("Comprobante", "FormaPago"): f"{_EXTENSION}/forma_pago",
    ("Comprobante", "Confirmacion"): f"{_EXTENSION}/confirmacion",
    ("Comprobante", "LugarExpedicion"): "/issuer",
}
_COMPLEMENTS: Mapping[str, str] = {
    "/implocal:": f"{_EXTENSION}/impuestos_locales",
    "/leyendasFisc:": f"{_EXTENSION}/leyendas_fiscales",
}


def brought_back(found: Finding, cfdi: Comprobante) -> Finding:
    """The same finding with a JSON pointer into the caller's input in place of an XPath into our document."""
    location = found.location or ""
    pointer = _in_a_concept(location, found.term or "", cfdi) or _in_the_whole(location, found)
    return msgspec.structs.replace(found, pointer=pointer, location=None)


def _in_a_concept(location: str, term: str, cfdi: Comprobante) -> str | None:
    match = _CONCEPT.search(location)
    if match is None:
        return None
    concept = cfdi.concepts[int(match.group(1) or 1) - 1]
    steps = [(name, int(number or 1) - 1) for name, number in _STEP.findall(match.group("inside"))]
    last = steps[-1][0] if steps else ""
    if last in ("Traslado", "Retencion"):
        rows = [row for row in concept.taxes if row.withheld is (last == "Retencion")]
        return rows[steps[-1][1]].pointer + _OF_A_TAX.get(term, "")
    if last == "ACuentaTerceros":
        return f"{concept.pointer}{_EXTENSION}/a_cuenta_terceros{_OF_A_THIRD_PARTY.get(term, '')}"
    if steps and steps[0][0] in _LISTS:
        inside = "".join(f"{_LISTS[name]}/{index}" for name, index in steps if name in _LISTS)
        return concept.pointer + _EXTENSION + inside + (_OF_A_PART.get(term, "") if last == "Parte" else "")
    return concept.pointer + _OF_A_LINE.get(term, "")


def _in_the_whole(location: str, found: Finding) -> str | None:
    usual = SENTENCES[found.external_code].pointer if found.external_code in SENTENCES else None
    if usual is not None:
        return usual
    for prefix, pointer in _COMPLEMENTS.items():
        if prefix in location:
            return pointer
    element = re.sub(r"\[\d+\]", "", location.partition("/@")[0].rsplit("/", 1)[-1]).removeprefix("cfdi:")
    return _OF_THE_WHOLE.get((element, found.term or "")) or _OF_THE_WHOLE.get((element, ""))
