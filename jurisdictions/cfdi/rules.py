"""The law's room: which invoices concern Mexico, and what is wrong with one before it is sealed.

What the caller wrote is looked at first (`data`); then the document itself is written without its seal and judged by
the same rules that judge a stranger's CFDI, each finding brought back to what the caller sent.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import localcontext

import msgspec

from jurisdictions.cfdi import amounts, data, fields
from jurisdictions.cfdi.case import Case
from jurisdictions.cfdi.comprobante import Comprobante, comprobante
from jurisdictions.cfdi.document import write
from jurisdictions.cfdi.judgement import judge
from jurisdictions.cfdi.parties import RFC, rfc_of
from jurisdictions.cfdi.reading import EXACT, read, run
from jurisdictions.cfdi.sentences import SENTENCES, finding
from jurisdictions.cfdi.settings import Extension, LineExtension, Settings
from jurisdictions.cfdi.xsd import CFDI, Fault, faults
from jurisdictions.contract import Instruction, Issuer, Law, Rounding, Route
from jurisdictions.kit.xml import UnreadableXML, parse
from schemas.document import Invoice
from schemas.findings import Finding, Findings, is_fatal

EDITION = "4.0"
ROUNDING = Rounding(name="cfdi", tax_per="group", line_tax_scale=6)
_PLACEHOLDER = "0" * 20
_CONCEPT = re.compile(r"/cfdi:Conceptos/cfdi:Concepto(?:\[(\d+)\])?(?:/|$)")
_TAX = re.compile(r"/cfdi:(Traslado|Retencion)(?:\[(\d+)\])?(?:/|$)")
_OF_A_LINE = {
    "ClaveProdServ": "/extensions/cfdi/clave_prod_serv",
    "ClaveUnidad": "/extensions/cfdi/clave_unidad",
    "ObjetoImp": "/extensions/cfdi/objeto_imp",
    "NoIdentificacion": "/seller_id",
    "Descripcion": "/description",
    "Cantidad": "/quantity",
    "ValorUnitario": "/unit_price",
    "Importe": "/net",
    "Descuento": "/allowances",
}
_OF_A_TAX = {"TasaOCuota": "/percent", "Impuesto": "/tax", "TipoFactor": "/category"}
_OF_THE_WHOLE = {
    ("Emisor", ""): "/issuer",
    ("Receptor", "Rfc"): "/customer/tax_ids/0/value",
    ("Receptor", "Nombre"): "/customer/name",
    ("Receptor", "DomicilioFiscalReceptor"): "/customer/address/postal_code",
    ("Receptor", "NumRegIdTrib"): "/customer/tax_ids/0/value",
    ("Receptor", "ResidenciaFiscal"): "/customer/address/country",
    ("Receptor", "RegimenFiscalReceptor"): "/extensions/cfdi/regimen_fiscal_receptor",
    ("Receptor", "UsoCFDI"): "/extensions/cfdi/uso_cfdi",
    ("CfdiRelacionado", "UUID"): "/references/preceding",
    ("Comprobante", "Serie"): "/series",
    ("Comprobante", "Moneda"): "/currency",
    ("Comprobante", "TipoCambio"): "/exchange_rates",
    ("Comprobante", "CondicionesDePago"): "/extensions/cfdi/condiciones_de_pago",
    ("Comprobante", "FormaPago"): "/extensions/cfdi/forma_pago",
    ("Comprobante", "LugarExpedicion"): "/issuer",
}


def route(invoice: Invoice, issuer: Issuer, at: datetime) -> Route | None:
    """An issuer with an RFC issues CFDI."""
    if rfc_of(issuer.party) is None:
        return None
    return Route(
        jurisdiction="cfdi",
        reason=f"the issuer has a tax id {RFC}",
        rounding=ROUNDING,
        edition=EDITION,
        notes=("Fecha is local time in the issuer's time zone, which has to be that of LugarExpedicion.",),
    )


def check(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    """Every rule, before the seal; pointers lead into what the caller sent."""
    with localcontext(EXACT):
        return _checked(instruction, issuer, at)


def _checked(instruction: Instruction, issuer: Issuer, at: datetime) -> Findings:
    told = list(data.unreadable(instruction))
    if is_fatal(told):
        return tuple(told)
    cfdi = comprobante(instruction, issuer, at, instruction.invoice.number)
    told += data.run(Case(instruction=instruction, issuer=issuer, at=at, cfdi=cfdi))
    try:
        root = parse(write(cfdi, certificate_number=_PLACEHOLDER))
    except UnreadableXML as why:  # the door lets no control character in, but stored data may be older than the door
        return (*told, finding("301", found=str(why)))
    judged = run((*fields.RULES, *amounts.RULES), read(root, cfdi.issued.date()))
    told += [_brought_back(found, cfdi) for found in judged]
    if not is_fatal(told):
        shape = {fault.place: fault for fault in reversed(faults(root))}  # libxml2 tells a facet first, then its type
        told += [_brought_back(_shape(fault), cfdi) for fault in reversed(shape.values())]
    return tuple(told)


def _shape(fault: Fault) -> Finding:
    words = fault.message.replace(f"{{{CFDI}}}", "").replace("Element ", "", 1)
    return finding("301", location=fault.place, term=fault.attribute, found=words)


def _brought_back(found: Finding, cfdi: Comprobante) -> Finding:
    """The same finding with a JSON pointer into the caller's input in place of an XPath into our document."""
    location = found.location or ""
    pointer = _in_a_concept(location, found.term, cfdi) or _in_the_whole(location, found)
    return msgspec.structs.replace(found, pointer=pointer, location=None)


def _in_a_concept(location: str, term: str | None, cfdi: Comprobante) -> str | None:
    match = _CONCEPT.search(location)
    if match is None:
        return None
    concept = cfdi.concepts[int(match.group(1) or 1) - 1]
    tax = _TAX.search(location)
    if tax is not None:
        rows = [row for row in concept.taxes if row.withheld is (tax.group(1) == "Retencion")]
        return rows[int(tax.group(2) or 1) - 1].pointer + _OF_A_TAX.get(term or "", "")
    return concept.pointer + _OF_A_LINE.get(term or "", "")


def _in_the_whole(location: str, found: Finding) -> str | None:
    usual = SENTENCES[found.external_code].pointer if found.external_code in SENTENCES else None
    if usual is not None:
        return usual
    element = re.sub(r"\[\d+\]", "", location.partition("/@")[0].rsplit("/", 1)[-1]).removeprefix("cfdi:")
    return _OF_THE_WHOLE.get((element, found.term or "")) or _OF_THE_WHOLE.get((element, ""))


LAW = Law(
    route=route,
    check=check,
    judge=judge,
    settings_type=Settings,
    extension_type=Extension,
    line_extension_type=LineExtension,
)
