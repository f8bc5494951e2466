"""Cases of SAT's rules about codes, parties and amounts (CFDI40101-40200); those about sums stand in `cases_sums`."""

from __future__ import annotations

from collections.abc import Callable

from tests.jurisdictions.cfdi import invoices
from tests.jurisdictions.cfdi.rules import documents as of
from tests.jurisdictions.cfdi.rules.case import Case, Edit


def _case(code: int, document: Callable[[], bytes], breaks: Edit | list[Edit], spares: Edit | list[Edit]) -> Case:
    return Case(
        code=f"CFDI{code}",
        document=document,
        breaks=tuple(breaks) if isinstance(breaks, list) else (breaks,),
        spares=tuple(spares) if isinstance(spares, list) else (spares,),
    )


def _sealed() -> bytes:
    return invoices.seal().body


_METHOD = 'MetodoPago="PUE"'
_FORM = 'FormaPago="03"'
_MXN = 'Moneda="MXN"'
_RATE = 'TipoCambio="18.9008"'
_PERIOD = 'Periodicidad="04" Meses="11"'
_PRODUCT = 'ClaveProdServ="81112500"'
_UNIT = 'ClaveUnidad="E48"'
_TAX = 'Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" Importe="160.000000"'
_ISR = 'Impuesto="001" TipoFactor="Tasa" TasaOCuota="0.100000" Importe="100.000000"'
_NODE = f'<cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado Base="1000.00" {_TAX}/></cfdi:Traslados></cfdi:Impuestos>'
_THIRD = 'RfcACuentaTerceros="JUFA7608212V6"'
_OBJECT = 'ObjetoImp="02"'
_EXCISE = 'Impuesto="003" TipoFactor="Tasa" TasaOCuota="0.080000" Importe="80.000000"'

_HEAD = (
    _case(40101, of.plain, ('Fecha="2026-11-20T12:00:00"', 'Fecha="2026-11-20 12:00:00"'), ("T12:00:00", "T23:59:59")),
    _case(40102, _sealed, ('Descripcion="Desarrollo', 'Descripcion="desarrollo'), ("<cfdi:Emisor ", "<cfdi:Emisor  ")),
    _case(40103, of.moved, ("SubTotal=", f"{_FORM} SubTotal="), ('Folio="1"', 'Folio="2"')),
    _case(40104, of.plain, (_FORM, 'FormaPago="07"'), (_FORM, 'FormaPago="08"')),
    _case(40105, of.plain, (_METHOD, 'MetodoPago="PPD"'), [(_METHOD, 'MetodoPago="PPD"'), (_FORM, 'FormaPago="99"')]),
    _case(40106, _sealed, ('NoCertificado="3', 'NoCertificado="4'), ("<cfdi:Emisor ", "<cfdi:Emisor  ")),
    _case(40107, of.plain, ('SubTotal="1000.00"', 'SubTotal="1000.000"'), ('SubTotal="1000.00"', 'SubTotal="1000.0"')),
    _case(40108, of.plain, ('SubTotal="1000.00"', 'SubTotal="1000.01"'), ('SubTotal="1000.00"', 'SubTotal="1000"')),
    _case(40109, of.moved, ('SubTotal="0"', 'SubTotal="0.01"'), ('SubTotal="0"', 'SubTotal="0.00"')),
    _case(
        40110,
        of.discounted,
        ('"42501" Descuento="100.00"', '"42501" Descuento="1000.01"'),
        ('"42501" Descuento="100.00"', '"42501" Descuento="1000.00"'),
    ),
    _case(40111, of.moved, ('Importe="0"', 'Importe="0" Descuento="0"'), ('Importe="0"', 'Importe="0.00"')),
    _case(
        40112,
        of.discounted,
        ('"42501" Descuento="100.00"', '"42501" Descuento="100.000"'),
        ('"42501" Descuento="100.00"', '"42501" Descuento="100.0"'),
    ),
    _case(40113, of.plain, (_MXN, 'Moneda="MXM"'), (_MXN, 'Moneda="MXV"')),
    _case(40114, of.plain, (_MXN, f'{_MXN} TipoCambio="1.01"'), (_MXN, f'{_MXN} TipoCambio="1.000000"')),
    _case(40115, of.dollars, (_RATE, ""), (_RATE, 'TipoCambio="0.000001"')),
    _case(40116, of.moved, ('Moneda="XXX"', 'Moneda="XXX" TipoCambio="1"'), ('Total="0"', 'Total="0.00"')),
    _case(40117, of.dollars, (_RATE, 'TipoCambio="18.9008001"'), (_RATE, 'TipoCambio="18.900800"')),
    _case(40119, of.local, ('Total="1190.00"', 'Total="1160.00"'), ('Total="1190.00"', 'Total="1190"')),
    _case(
        40121,
        of.plain,
        ('TipoDeComprobante="I"', 'TipoDeComprobante="X"'),
        ('TipoDeComprobante="I"', 'TipoDeComprobante="E"'),
    ),
    _case(40122, of.abroad, ('Exportacion="01"', 'Exportacion="02"'), ('Exportacion="01"', 'Exportacion="03"')),
    _case(40123, of.plain, ('Exportacion="01"', 'Exportacion="05"'), ('Exportacion="01"', 'Exportacion="04"')),
    _case(40124, of.plain, (_METHOD, 'MetodoPago="PIP"'), (_METHOD, "")),
    _case(40125, of.moved, ("LugarExpedicion", f"{_METHOD} LugarExpedicion"), ('Folio="1"', 'Folio="2"')),
    _case(
        40126,
        of.plain,
        ('LugarExpedicion="42501"', 'LugarExpedicion="00001"'),
        ('LugarExpedicion="42501"', 'LugarExpedicion="06600"'),
    ),
)
_PARTIES = (
    _case(
        40130, of.public, ("PUBLICO EN GENERAL", "PUBLICO EN GENERAL."), ("PUBLICO EN GENERAL", "PUBLICO EN GENERAL")
    ),
    _case(40131, of.public, (_PERIOD, 'Periodicidad="06" Meses="11"'), (_PERIOD, 'Periodicidad="01" Meses="11"')),
    _case(
        40132,
        of.bimonthly,
        ('RegimenFiscal="621"', 'RegimenFiscal="612"'),
        [('RegimenFiscal="621"', 'RegimenFiscal="612"'), ('Periodicidad="05" Meses="18"', _PERIOD)],
    ),
    _case(40133, of.public, (_PERIOD, 'Periodicidad="04" Meses="00"'), (_PERIOD, 'Periodicidad="04" Meses="01"')),
    _case(40134, of.public, (_PERIOD, 'Periodicidad="04" Meses="13"'), (_PERIOD, 'Periodicidad="04" Meses="12"')),
    _case(40135, of.bimonthly, ('Meses="18"', 'Meses="12"'), ('Meses="18"', 'Meses="13"')),
    _case(40136, of.public, ('Año="2026"', 'Año="2024"'), ('Año="2026"', 'Año="2025"')),
    _case(40137, of.related, ('TipoRelacion="04"', 'TipoRelacion="08"'), ('TipoRelacion="04"', 'TipoRelacion="07"')),
    _case(
        40140, of.plain, ('RegimenFiscal="601"', 'RegimenFiscal="609"'), ('RegimenFiscal="601"', 'RegimenFiscal="603"')
    ),
    _case(
        40141, of.plain, ('RegimenFiscal="601"', 'RegimenFiscal="612"'), ('RegimenFiscal="601"', 'RegimenFiscal="626"')
    ),
    _case(
        40142,
        of.plain,
        ('RegimenFiscal="601"', 'RegimenFiscal="601" FacAtrAdquirente="12345"'),
        ('RegimenFiscal="601"', 'RegimenFiscal="601" FacAtrAdquirente="5981399143"'),
    ),
    _case(
        40146,
        of.public,
        ('<cfdi:InformacionGlobal Periodicidad="04" Meses="11" Año="2026"/>', ""),
        [
            ('<cfdi:InformacionGlobal Periodicidad="04" Meses="11" Año="2026"/>', ""),
            ("PUBLICO EN GENERAL", "PUBLICO EN GENERAL."),
        ],
    ),
    _case(
        40149,
        of.abroad,
        ('DomicilioFiscalReceptor="42501"', 'DomicilioFiscalReceptor="06600"'),
        [
            ('DomicilioFiscalReceptor="42501"', 'DomicilioFiscalReceptor="06600"'),
            ('LugarExpedicion="42501"', 'LugarExpedicion="06600"'),
        ],
    ),
    _case(40150, of.abroad, ('ResidenciaFiscal="USA"', 'ResidenciaFiscal="USB"'), ('"USA"', '"ZZZ"')),
    _case(
        40151,
        of.public,
        ('RegimenFiscalReceptor="616"', 'ResidenciaFiscal="USA" RegimenFiscalReceptor="616"'),
        ('UsoCFDI="S01"', 'UsoCFDI="G02"'),
    ),
    _case(40152, of.abroad, ('ResidenciaFiscal="USA"', 'ResidenciaFiscal="MEX"'), ('"USA"', '"CAN"')),
    _case(40153, of.abroad, ('ResidenciaFiscal="USA" ', ""), ('NumRegIdTrib="123456789" ', "")),
    _case(
        40154,
        of.public,
        ('RegimenFiscalReceptor="616"', 'NumRegIdTrib="1" RegimenFiscalReceptor="616"'),
        ('UsoCFDI="S01"', 'UsoCFDI="G02"'),
    ),
    _case(40155, of.exported, ('NumRegIdTrib="123456789" ', ""), ('"123456789"', '"987654321"')),
    _case(40156, of.abroad, ('"123456789"', '"12-3456789"'), [('"123456789"', '"12-3456789"'), ('"USA"', '"DEU"')]),
    _case(40157, of.plain, ('Receptor="601"', 'Receptor="628"'), ('Receptor="601"', 'Receptor="603"')),
    _case(40158, of.plain, ('Receptor="601"', 'Receptor="605"'), ('Receptor="601"', 'Receptor="626"')),
    _case(40160, of.plain, ('UsoCFDI="G03"', 'UsoCFDI="P01"'), ('UsoCFDI="G03"', 'UsoCFDI="G01"')),
    _case(40161, of.plain, ('UsoCFDI="G03"', 'UsoCFDI="D01"'), ('UsoCFDI="G03"', 'UsoCFDI="S01"')),
)
_CONCEPTS = (
    _case(40162, of.plain, (_PRODUCT, 'ClaveProdServ="81112599"'), (_PRODUCT, 'ClaveProdServ="01010101"')),
    _case(40165, of.plain, (_UNIT, 'ClaveUnidad="DX"'), (_UNIT, 'ClaveUnidad="Dx"')),
    _case(40166, of.plain, ('ValorUnitario="500.00"', 'ValorUnitario="0"'), ('"500.00"', '"500.000000"')),
    _case(
        40167,
        of.plain,
        [('Cantidad="2"', 'Cantidad="2.000000"'), ('ValorUnitario="500.00"', 'ValorUnitario="499.98"')],
        [('Cantidad="2"', 'Cantidad="2.00"'), ('ValorUnitario="500.00"', 'ValorUnitario="499.98"')],
    ),
    _case(
        40168,
        of.discounted,
        ('Importe="1000.00" Descuento="100.00"', 'Importe="1000.00" Descuento="100.000"'),
        ('Importe="1000.00" Descuento="100.00"', 'Importe="1000.000" Descuento="100.000"'),
    ),
    _case(
        40169,
        of.discounted,
        ('Importe="1000.00" Descuento="100.00"', 'Importe="1000.00" Descuento="1000.01"'),
        ('Importe="1000.00" Descuento="100.00"', 'Importe="1000.00" Descuento="1000.00"'),
    ),
    _case(40170, of.plain, (_OBJECT, 'ObjetoImp="09"'), (_OBJECT, 'ObjetoImp="02"')),
    _case(40171, of.plain, (_NODE, ""), [(_NODE, ""), (_OBJECT, 'ObjetoImp="01"')]),
    _case(40172, of.excise, (_EXCISE, _TAX), [(_EXCISE, f"{_EXCISE} ")]),
    _case(
        40173,
        of.plain,
        (_NODE, "<cfdi:Impuestos/>"),
        [(_NODE, ""), (_OBJECT, 'ObjetoImp="01"')],
    ),
    _case(40174, of.plain, (f'Base="1000.00" {_TAX}', f'Base="0" {_TAX}'), ("1000.00", "1000.00")),
    _case(40175, of.plain, (_TAX, _TAX.replace("002", "001")), (_TAX, _EXCISE)),
    _case(40176, of.plain, (_TAX, _TAX.replace("Tasa", "Taza", 1)), (_TAX, _TAX.replace("Tasa", "Cuota", 1))),
    _case(
        40177,
        of.exempt,
        ('TipoFactor="Exento"/>', 'TipoFactor="Exento" Importe="0"/>'),
        ('TipoFactor="Exento"/>', 'TipoFactor="Exento" />'),
    ),
    _case(40178, of.plain, (' Importe="160.000000"', ""), ('Importe="160.000000"', 'Importe="160"')),
    _case(40179, of.plain, (_TAX, _TAX.replace("0.160000", "0.150000")), (_TAX, _TAX.replace("0.160000", "0.16"))),
    _case(40180, of.plain, ('"160.000000"', '"160.010001"'), ('"160.000000"', '"160.010000"')),
    _case(40181, of.withheld, (f'Base="1000.00" {_ISR}', f'Base="0" {_ISR}'), ("1000.00", "1000.00")),
    _case(40182, of.withheld, (_ISR, _ISR.replace("001", "004")), (_ISR, _ISR.replace("001", "003"))),
    _case(40183, of.withheld, (_ISR, _ISR.replace("Tasa", "Taza", 1)), (_ISR, _ISR.replace("Tasa", "Cuota", 1))),
    _case(40184, of.withheld, (_ISR, _ISR.replace("Tasa", "Exento", 1)), (_ISR, _ISR.replace("Tasa", "Cuota", 1))),
    _case(
        40185,
        of.withheld,
        (_ISR, _ISR.replace("0.100000", "0.350001")),
        (_ISR, _ISR.replace("0.100000", "0.350000")),
    ),
    _case(40186, of.withheld, ('"106.667000"', '"106.680000"'), ('"106.667000"', '"106.670000"')),
)
_LADEN = (
    _case(
        40188, of.laden, (_THIRD, 'RfcACuentaTerceros="URE180429TM6"'), (_THIRD, 'RfcACuentaTerceros="CACX7605101P8"')
    ),
    _case(
        40191,
        of.laden,
        ('RegimenFiscalACuentaTerceros="612"', 'RegimenFiscalACuentaTerceros="609"'),
        ('RegimenFiscalACuentaTerceros="612"', 'RegimenFiscalACuentaTerceros="605"'),
    ),
    _case(40194, of.laden, ('"25  48  3009  5001234"', '"14  48  3009  5001234"'), ('"25  48', '"26  48')),
    _case(
        40195,
        of.exported,
        ("</cfdi:Concepto>", '<cfdi:InformacionAduanera NumeroPedimento="25  48  3009  5001234"/></cfdi:Concepto>'),
        ("</cfdi:Concepto>", "</cfdi:Concepto> "),
    ),
    _case(40196, of.laden, ('"43211500"', '"43211599"'), ('"43211500"', '"43211501"')),
    _case(40197, of.laden, ('ValorUnitario="10.00"', 'ValorUnitario="0"'), ('"10.00"', '"10.000000"')),
    _case(
        40198,
        of.laden,
        (
            'Cantidad="3" Descripcion="Disco" ValorUnitario="10.00"',
            'Cantidad="4" Descripcion="Disco" ValorUnitario="10.00"',
        ),
        ('ValorUnitario="10.00" Importe="30.00"', 'ValorUnitario="10.00" Importe="30"'),
    ),
    _case(40199, of.laden, ('"24  48  3009  4001234"', '"24  99  3009  4001234"'), ('"24  48', '"25  48')),
    _case(
        40200,
        of.exported,
        (
            "</cfdi:Concepto>",
            '<cfdi:Parte ClaveProdServ="43211500" Cantidad="3" Descripcion="Disco">'
            '<cfdi:InformacionAduanera NumeroPedimento="25  48  3009  5001234"/></cfdi:Parte></cfdi:Concepto>',
        ),
        (
            "</cfdi:Concepto>",
            '<cfdi:Parte ClaveProdServ="43211500" Cantidad="3" Descripcion="Disco"/></cfdi:Concepto>',
        ),
    ),
)
CASES: tuple[Case, ...] = (*_HEAD, *_PARTIES, *_CONCEPTS, *_LADEN)
