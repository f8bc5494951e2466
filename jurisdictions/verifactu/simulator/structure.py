"""The structure that the AEAT accepts, in our own words: which elements, in which order, with which simple types.

The rows below are compiled once into XML Schema, so that a thousand records are judged in a few milliseconds. A wrong
structure refuses the whole message; a wrong value refuses its record, or the message where it stands in the header
(Validaciones y errores 1.2.2, section 3.1; measured: an offset without colon comes back as 1244 of its record).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from functools import cache
from typing import Protocol, cast

from lxml import etree

from jurisdictions.verifactu.simulator.message import CONSULTATION, LR, SF, Branch, Refused

COUNTRIES = (
    "AF AL DE AD AO AI AQ AG SA DZ AR AM AW AU AT AZ BS BH BD BB BE BZ BJ BM BY BO BA BW BV BR BN BG BF BI BT CV KY KH "
    "CM CA CF CC CO KM CG CD CK KP KR CI CR HR CU TD CZ CL CN CY CW DK DM DO EC EG AE ER SK SI ES US EE ET FO PH FI FJ "
    "FR GA GM GE GS GH GI GD GR GL GU GT GG GN GQ GW GY HT HM HN HK HU IN ID IR IQ IE IM IS IL IT JM JP JE JO KZ KE KG "
    "KI KW LA LS LV LB LR LY LI LT LU XG MO MK MG MY MW MV ML MT FK MP MA MH MU MR YT UM MX FM MD MC MN ME MS MZ MM NA "
    "NR CX NP NI NE NG NU NF NO NC NZ IO OM NL BQ PK PW PA PG PY PE PN PF PL PT PR QA GB RW RO RU RE SB SV WS AS KN SM "
    "SX PM VC SH LC ST SN RS SC SL SG SY SO LK SZ ZA SD SS SE CH SR TH TW TZ TJ PS TF TL TG TK TO TT TN TC TM TR TV UA "
    "UG UY UZ VU VA VE VN VG VI WF YE DJ ZM ZW QU XB XU XN"
)

_CHOICES = {
    "yn": "S N",
    "s": "S",
    "nsx": "N S X",
    "version": "1.0",
    "invoice": "F1 F2 F3 R1 R2 R3 R4 R5",
    "correction": "S I",
    "issuer": "D T",
    "generator": "E D T",
    "idtype": "02 03 04 05 06 07",
    "hash": "01",
    "regime": "01 02 03 04 05 06 07 08 09 10 11 14 15 17 18 19 20 21",
    "exempt": "E1 E2 E3 E4 E5 E6 E7 E8",
    "subject": "S1 S2 N1 N2",
    "tax": "01 02 03 05",
    "month": "01 02 03 04 05 06 07 08 09 10 11 12",
    "country": COUNTRIES,
}
_PATTERNS = {
    "amount": r"(\+|-)?\d{1,12}(\.\d{0,2})?",
    "rate": r"\d{1,3}(\.\d{0,2})?",
    "day": r"\d{2}-\d{2}-\d{4}",
    "year": r"\d{4}",
    "moment": r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|(\+|-)\d{2}:\d{2})",
    "nif": r"[\s\S]{9}",
    "any": r"[\s\S]*",
}

_SYSTEM = (
    "NombreRazon:n120 (NIF:nif|IDOtro:other) NombreSistemaInformatico{}:n30 IdSistemaInformatico:n2 Version{}:n50 "
)
_SYSTEM += (
    "NumeroInstalacion:n100 TipoUsoPosibleSoloVerifactu{}:yn TipoUsoPosibleMultiOT{}:yn IndicadorMultiplesOT{}:yn"
)
_SHARED = "Encadenamiento:link SistemaInformatico:system FechaHoraHusoGenRegistro:moment"
_PARTS = {
    "header": "ObligadoEmision:spaniard Representante?:spaniard RemisionVoluntaria?:own RemisionRequerimiento?:asked",
    "own": "FechaFinVeriFactu?:day Incidencia?:yn",
    "asked": "RefRequerimiento:n18 FinRequerimiento?:yn",
    "spaniard": "NombreRazon:n120 NIF:nif",
    "person": "NombreRazon:n120 (NIF:nif|IDOtro:other)",
    "other": "CodigoPais?:country IDType:idtype ID:n20",
    "id": "IDEmisorFactura:nif NumSerieFactura:n60 FechaExpedicionFactura:day",
    "voidid": "IDEmisorFacturaAnulada:nif NumSerieFacturaAnulada:n60 FechaExpedicionFacturaAnulada:day",
    "corrected": "IDFacturaRectificada*1000:id",
    "replaced": "IDFacturaSustituida*1000:id",
    "former": "BaseRectificada:amount CuotaRectificada:amount CuotaRecargoRectificado?:amount",
    "buyers": "IDDestinatario*1000:person",
    "breakdown": "DetalleDesglose*12:line",
    "line": "Impuesto?:tax ClaveRegimen?:regime (CalificacionOperacion:subject|OperacionExenta:exempt)"
    " TipoImpositivo?:rate BaseImponibleOimporteNoSujeto:amount BaseImponibleACoste?:amount CuotaRepercutida?:amount"
    " TipoRecargoEquivalencia?:rate CuotaRecargoEquivalencia?:amount",
    "link": "(PrimerRegistro:s|RegistroAnterior:before)",
    "before": "IDEmisorFactura:nif NumSerieFactura:n60 FechaExpedicionFactura:day Huella:any",
    "system": _SYSTEM.format("", "", "", "", ""),
    "systemfilter": _SYSTEM.format(*"?????"),
    "alta": "IDVersion:version IDFactura:id RefExterna?:t60 NombreRazonEmisor:n120 Subsanacion?:yn RechazoPrevio?:nsx"
    " TipoFactura:invoice TipoRectificativa?:correction FacturasRectificadas?:corrected FacturasSustituidas?:replaced"
    " ImporteRectificacion?:former FechaOperacion?:day DescripcionOperacion:n500 FacturaSimplificadaArt7273?:yn"
    " FacturaSinIdentifDestinatarioArt61d?:yn Macrodato?:yn EmitidaPorTerceroODestinatario?:issuer Tercero?:person"
    f" Destinatarios?:buyers Cupon?:yn Desglose:breakdown CuotaTotal:amount ImporteTotal:amount {_SHARED}"
    " NumRegistroAcuerdoFacturacion?:t15 IdAcuerdoSistemaInformatico?:t16 TipoHuella:hash Huella:n64 @",
    "anulacion": "IDVersion:version IDFactura:voidid RefExterna?:t60 SinRegistroPrevio?:yn RechazoPrevio?:yn"
    f" GeneradoPor?:generator Generador?:person {_SHARED} TipoHuella:hash Huella:n64 @",
    "asker": "IDVersion:version (ObligadoEmision:spaniard|Destinatario:spaniard) IndicadorRepresentante?:s",
    "period": "Ejercicio:year Periodo:month",
    "issued": "(FechaExpedicionFactura:day|RangoFechaExpedicion:range)",
    "range": "Desde?:day Hasta?:day",
}

_TOP = {
    SF: '<element name="RegistroAlta" type="x:alta"/><element name="RegistroAnulacion" type="x:anulacion"/>',
    LR: '<element name="Cabecera" type="x:header"/><element name="RegFactuSistemaFacturacion"><complexType><sequence>'
    '<element ref="t:Cabecera"/><element name="RegistroFactura" maxOccurs="unbounded"><complexType><choice>'
    '<element ref="x:RegistroAlta"/><element ref="x:RegistroAnulacion"/></choice></complexType></element>'
    "</sequence></complexType></element>",
    CONSULTATION: '<element name="ConsultaFactuSistemaFacturacion"><complexType><sequence>'
    '<element name="Cabecera" type="x:asker"/><element name="FiltroConsulta" type="t:filter"/>'
    '<element name="DatosAdicionalesRespuesta" minOccurs="0" type="t:shown"/></sequence></complexType></element>',
}
_LOCAL_PARTS = {
    CONSULTATION: {
        "filter": "PeriodoImputacion:period NumSerieFactura?:n60 Contraparte?:person FechaExpedicionFactura?:issued"
        " SistemaInformatico?:systemfilter RefExterna?:t60 ClavePaginacion?:id",
        "shown": "MostrarNombreRazonEmisor?:yn MostrarSistemaInformatico?:yn",
    }
}

_VALUE_ERRORS = frozenset(
    f"SCHEMAV_CVC_{name}"
    for name in (
        "ENUMERATION_VALID PATTERN_VALID LENGTH_VALID MINLENGTH_VALID MAXLENGTH_VALID DATATYPE_VALID_1_2_1".split()
    )
)


class Flaw:
    """The first thing wrong in an element: the field's local `name`, its `parent`, and whether it is structural."""

    __slots__ = ("excess", "name", "parent", "structural")

    def __init__(self, name: str, parent: str, *, structural: bool, excess: bool = False) -> None:
        self.name = name
        self.parent = parent
        self.structural = structural
        self.excess = excess


def message_is_sound(message: etree._Element) -> bool:
    """The quick answer for a whole message: nothing wrong anywhere."""
    return _schema(LR).validate(message)


def flaw(element: etree._Element, namespace: str = LR) -> Flaw | None:
    """What is wrong in this element (a header, a record, a consultation): structure first, then the first value."""
    schema = _schema(namespace)
    alone = deepcopy(element)
    if schema.validate(alone):
        return None
    entries = _errors(schema)
    worst = next((one for one in entries if one.type_name not in _VALUE_ERRORS), None)
    if worst is not None:
        named = re.findall(r"\{[^}]*\}(\w+)", worst.message)
        counts = (len(node) for node in alone.iter(f"{{{SF}}}Desglose", f"{{{SF}}}Destinatarios"))
        return Flaw(named[-1] if named else "", "", structural=True, excess=any(n > 12 for n in counts))
    prefixes = {prefix: uri for prefix, uri in alone.nsmap.items() if prefix}
    found = alone.xpath(entries[0].path, namespaces=prefixes) if entries[0].path else []
    node = found[0] if isinstance(found, list) and found else alone
    assert isinstance(node, etree._Element)  # noqa: S101 - a node path always names elements
    around = node.getparent()
    return Flaw(_local(node), _local(around) if around is not None else "", structural=False)


class _Error(Protocol):
    """A line of libxml2's log, of which the stubs say nothing."""

    message: str
    path: str | None
    type_name: str


def _errors(schema: etree.XMLSchema) -> list[_Error]:
    return list(cast("Iterable[_Error]", schema.error_log))


def demand(schema: etree.XMLSchema, message: etree._Element) -> None:
    """Hold a message against another schema too, as far as structure goes. Raises `Refused` with 4102."""
    if schema.validate(message):
        return
    for entry in _errors(schema):
        if entry.type_name not in _VALUE_ERRORS:
            raise Refused(4102, entry.message)


def header(message: etree._Element) -> Branch:
    """The header of a sound message."""
    return Branch(message[0])


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname


class _Imported(etree.Resolver):
    """Hands the compiler the one schema that the others import."""

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]
        return self.resolve_string(_source(SF), context, base_url=None)


@cache
def _schema(namespace: str) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Imported())
    return etree.XMLSchema(etree.fromstring(_source(namespace), parser))


def _source(namespace: str) -> str:
    parts = _PARTS if namespace == SF else _LOCAL_PARTS.get(namespace, {})
    complex_types = "".join(_complex(name, row) for name, row in parts.items())
    bring = "" if namespace == SF else f'<import namespace="{SF}" schemaLocation="sf.xsd"/>'
    simple = _simple_types() if namespace == SF else ""
    return (
        f'<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:x="{SF}" xmlns:t="{namespace}"'
        f' targetNamespace="{namespace}" elementFormDefault="qualified">{bring}{simple}{complex_types}{_TOP[namespace]}'
        "</schema>"
    )


def _simple_types() -> str:
    rows = {name: "".join(f'<enumeration value="{v}"/>' for v in words.split()) for name, words in _CHOICES.items()}
    rows |= {name: f'<pattern value="{pattern}"/>' for name, pattern in _PATTERNS.items()}
    for size in (2, 15, 16, 18, 20, 30, 50, 60, 64, 100, 120, 500):
        rows[f"t{size}"] = f'<maxLength value="{size}"/>'
        rows[f"n{size}"] = f'<minLength value="1"/><maxLength value="{size}"/>'
    return "".join(
        f'<simpleType name="{name}"><restriction base="string">{facets}</restriction></simpleType>'
        for name, facets in rows.items()
    )


def _complex(name: str, row: str) -> str:
    return f'<complexType name="{name}"><sequence>{"".join(_particles(row))}</sequence></complexType>'


def _particles(row: str) -> list[str]:
    return [_choice(token) if token[0] == "(" else _element(token) for token in row.split()]


def _choice(token: str) -> str:
    return f"<choice>{''.join(_element(one) for one in token.strip('()').split('|'))}</choice>"


def _element(row: str) -> str:
    if row == "@":
        return (
            '<any namespace="http://www.w3.org/2000/09/xmldsig#" processContents="skip" minOccurs="0" maxOccurs="1"/>'
        )
    written, kind = row.split(":")
    name, _, most = written.partition("*")
    least = ' minOccurs="0"' if name.endswith("?") else ""
    limit = f' maxOccurs="{most}"' if most else ""
    return f'<element name="{name.rstrip("?")}" type="x:{kind}"{least}{limit}/>'
