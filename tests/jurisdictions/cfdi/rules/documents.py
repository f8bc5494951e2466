"""Sound documents, written by hand and unsealed, which the cases of the rules change."""

from __future__ import annotations

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<cfdi:Comprobante xmlns:cfdi="http://www.sat.gob.mx/cfd/4" xmlns:implocal="http://www.sat.gob.mx/implocal"
 xmlns:cce20="http://www.sat.gob.mx/ComercioExterior20" Version="4.0" Serie="A" Folio="1"
 Fecha="2026-11-20T12:00:00" Sello="" NoCertificado="00000000000000000000" Certificado="" """
_SELLER = '<cfdi:Emisor Rfc="EKU9003173C9" Nombre="ESCUELA KEMPER URGATE" RegimenFiscal="601"/>'
_BUYER = (
    '<cfdi:Receptor Rfc="URE180429TM6" Nombre="UNIVERSIDAD ROBOTICA ESPAÑOLA" DomicilioFiscalReceptor="86991"'
    ' RegimenFiscalReceptor="601" UsoCFDI="G03"/>'
)
_PUBLIC = (
    '<cfdi:Receptor Rfc="XAXX010101000" Nombre="PUBLICO EN GENERAL" DomicilioFiscalReceptor="42501"'
    ' RegimenFiscalReceptor="616" UsoCFDI="S01"/>'
)
_ABROAD = (
    '<cfdi:Receptor Rfc="XEXX010101000" Nombre="EXAMPLE CUSTOMER INC" DomicilioFiscalReceptor="42501"'
    ' ResidenciaFiscal="USA" NumRegIdTrib="123456789" RegimenFiscalReceptor="616" UsoCFDI="S01"/>'
)
_IVA = 'Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000"'


def _document(attributes: str, *children: str) -> bytes:
    return f"{_HEAD}{attributes}>{''.join(children)}</cfdi:Comprobante>".encode()


def _invoice(subtotal: str, total: str, *children: str, more: str = "") -> bytes:
    return _document(
        f'FormaPago="03" SubTotal="{subtotal}" Moneda="MXN" Total="{total}" TipoDeComprobante="I" Exportacion="01"'
        f' MetodoPago="PUE" LugarExpedicion="42501"{more}',
        *children,
    )


def _concept(quantity: str, price: str, amount: str, taxes: str, *, more: str = "", inside: str = "") -> str:
    node = f"<cfdi:Impuestos>{taxes}</cfdi:Impuestos>" if taxes else ""
    return (
        f'<cfdi:Concepto ClaveProdServ="81112500" Cantidad="{quantity}" ClaveUnidad="E48" Descripcion="Licencia"'
        f' ValorUnitario="{price}" Importe="{amount}"{more} ObjetoImp="{"02" if taxes else "01"}">'
        f"{node}{inside}</cfdi:Concepto>"
    )


def _concepts(*rows: str) -> str:
    return f"<cfdi:Conceptos>{''.join(rows)}</cfdi:Conceptos>"


_TAXED = f'<cfdi:Traslados><cfdi:Traslado Base="1000.00" {_IVA} Importe="160.000000"/></cfdi:Traslados>'
_SUM = (
    '<cfdi:Impuestos TotalImpuestosTrasladados="160.00"><cfdi:Traslados>'
    f'<cfdi:Traslado Base="1000.00" {_IVA} Importe="160.00"/></cfdi:Traslados></cfdi:Impuestos>'
)


def plain() -> bytes:
    """Two at 500.00 with IVA at 16 %."""
    return _invoice("1000.00", "1160.00", _SELLER, _BUYER, _concepts(_concept("2", "500.00", "1000.00", _TAXED)), _SUM)


def related() -> bytes:
    """One that replaces another CFDI."""
    node = (
        '<cfdi:CfdiRelacionados TipoRelacion="04">'
        '<cfdi:CfdiRelacionado UUID="6F35D3B5-3651-5370-BC2C-14CDBE384CD7"/></cfdi:CfdiRelacionados>'
    )
    concepts = _concepts(_concept("2", "500.00", "1000.00", _TAXED))
    return _invoice("1000.00", "1160.00", node, _SELLER, _BUYER, concepts, _SUM)


def dollars() -> bytes:
    return plain().replace(b'Moneda="MXN"', b'Moneda="USD" TipoCambio="18.9008"')


def discounted() -> bytes:
    """1000.00 less 100.00."""
    taxes = _TAXED.replace('Base="1000.00"', 'Base="900.00"').replace("160.000000", "144.000000")
    total = _SUM.replace('Base="1000.00"', 'Base="900.00"').replace("160.00", "144.00").replace("0.144000", "0.160000")
    concepts = _concepts(_concept("2", "500.00", "1000.00", taxes, more=' Descuento="100.00"'))
    return _invoice("1000.00", "1044.00", _SELLER, _BUYER, concepts, total, more=' Descuento="100.00"')


def withheld() -> bytes:
    """Fees of 1000.00 with IVA, ISR and IVA withheld."""
    rows = (
        '<cfdi:Retencion Base="1000.00" Impuesto="001" TipoFactor="Tasa" TasaOCuota="0.100000" Importe="100.000000"/>'
        '<cfdi:Retencion Base="1000.00" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.106667" Importe="106.667000"/>'
    )
    sums = (
        '<cfdi:Impuestos TotalImpuestosRetenidos="206.67" TotalImpuestosTrasladados="160.00"><cfdi:Retenciones>'
        '<cfdi:Retencion Impuesto="001" Importe="100.00"/><cfdi:Retencion Impuesto="002" Importe="106.67"/>'
        f'</cfdi:Retenciones><cfdi:Traslados><cfdi:Traslado Base="1000.00" {_IVA} Importe="160.00"/></cfdi:Traslados>'
        "</cfdi:Impuestos>"
    )
    taxes = f"{_TAXED}<cfdi:Retenciones>{rows}</cfdi:Retenciones>"
    return _invoice("1000.00", "953.33", _SELLER, _BUYER, _concepts(_concept("2", "500.00", "1000.00", taxes)), sums)


def exempt() -> bytes:
    """1000.00 exempt of IVA, and nothing else."""
    row = '<cfdi:Traslados><cfdi:Traslado Base="1000.00" Impuesto="002" TipoFactor="Exento"/></cfdi:Traslados>'
    concepts = _concepts(_concept("2", "500.00", "1000.00", row))
    return _invoice("1000.00", "1000.00", _SELLER, _BUYER, concepts, f"<cfdi:Impuestos>{row}</cfdi:Impuestos>")


def public() -> bytes:
    """A global invoice of November 2026."""
    period = '<cfdi:InformacionGlobal Periodicidad="04" Meses="11" Año="2026"/>'
    concepts = _concepts(_concept("2", "500.00", "1000.00", _TAXED))
    return _invoice("1000.00", "1160.00", period, _SELLER, _PUBLIC, concepts, _SUM)


def bimonthly() -> bytes:
    """A global invoice of two months, by an issuer of regime 621, who is a natural person."""
    text = public().decode().replace('Rfc="EKU9003173C9"', 'Rfc="CACX7605101P8"')
    return (
        text.replace('RegimenFiscal="601"', 'RegimenFiscal="621"')
        .replace('Periodicidad="04" Meses="11"', 'Periodicidad="05" Meses="18"')
        .encode()
    )


def abroad() -> bytes:
    return _invoice("1000.00", "1160.00", _SELLER, _ABROAD, _concepts(_concept("2", "500.00", "1000.00", _TAXED)), _SUM)


def exported() -> bytes:
    """With a complement Comercio Exterior, whose own rules are not judged."""
    closing = "<cfdi:Complemento><cce20:ComercioExterior/></cfdi:Complemento></cfdi:Comprobante>"
    text = abroad().decode().replace('Exportacion="01"', 'Exportacion="02"')
    return text.replace("</cfdi:Comprobante>", closing).encode()


def moved() -> bytes:
    """Type T: goods that are only moved."""
    buyer = _BUYER.replace("G03", "S01")
    return _document(
        'SubTotal="0" Moneda="XXX" Total="0" TipoDeComprobante="T" Exportacion="01" LugarExpedicion="42501"',
        _SELLER,
        buyer,
        _concepts(_concept("2", "0", "0", "")),
    )


def local() -> bytes:
    """With 30.00 of a tax of the state."""
    node = (
        '<cfdi:Complemento><implocal:ImpuestosLocales version="1.0" TotaldeRetenciones="0.00"'
        ' TotaldeTraslados="30.00"><implocal:TrasladosLocales ImpLocTrasladado="ISH" TasadeTraslado="3.00"'
        ' Importe="30.00"/></implocal:ImpuestosLocales></cfdi:Complemento>'
    )
    return _invoice(
        "1000.00", "1190.00", _SELLER, _BUYER, _concepts(_concept("2", "500.00", "1000.00", _TAXED)), _SUM, node
    )


def laden() -> bytes:
    """A concept for a third party's account, with a customs number and a part that has one too."""
    inside = (
        '<cfdi:ACuentaTerceros RfcACuentaTerceros="JUFA7608212V6" NombreACuentaTerceros="ADRIANA JUAREZ FERNANDEZ"'
        ' RegimenFiscalACuentaTerceros="612" DomicilioFiscalACuentaTerceros="01160"/>'
        '<cfdi:InformacionAduanera NumeroPedimento="25  48  3009  5001234"/>'
        '<cfdi:Parte ClaveProdServ="43211500" Cantidad="3" Descripcion="Disco" ValorUnitario="10.00" Importe="30.00">'
        '<cfdi:InformacionAduanera NumeroPedimento="24  48  3009  4001234"/></cfdi:Parte>'
    )
    concepts = _concepts(_concept("2", "500.00", "1000.00", _TAXED, inside=inside))
    return _invoice("1000.00", "1160.00", _SELLER, _BUYER, concepts, _SUM)


def excise() -> bytes:
    """ObjetoImp 07: goods with IEPS whose IVA is not shown."""
    row = 'Base="1000.00" Impuesto="003" TipoFactor="Tasa" TasaOCuota="0.080000"'
    taxes = f'<cfdi:Traslados><cfdi:Traslado {row} Importe="80.000000"/></cfdi:Traslados>'
    sums = (
        '<cfdi:Impuestos TotalImpuestosTrasladados="80.00"><cfdi:Traslados>'
        f'<cfdi:Traslado {row} Importe="80.00"/></cfdi:Traslados></cfdi:Impuestos>'
    )
    concepts = _concepts(_concept("2", "500.00", "1000.00", taxes)).replace('ObjetoImp="02"', 'ObjetoImp="07"')
    return _invoice("1000.00", "1080.00", _SELLER, _BUYER, concepts, sums)
