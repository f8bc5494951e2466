"""Cases of SAT's rules about receipts of payment (CRP20101-20279)."""

from __future__ import annotations

from collections.abc import Callable

from tests.jurisdictions.cfdi import payments
from tests.jurisdictions.cfdi.invoices import WORK, invoice, line
from tests.jurisdictions.cfdi.rules.case import Case, Edit


def whole() -> bytes:
    """An invoice of 1,000 and its IVA, paid at once by a transfer."""
    return payments.written()


def every_tax() -> bytes:
    return payments.written(payments.payment(payments.allocation(payments.fuel_and_fees())))


def bank() -> bytes:
    return payments.written(payments.RECEIPTS["bank"]())


def untaxed() -> bytes:
    return payments.written(payments.RECEIPTS["untaxed"]())


def exempt() -> bytes:
    return payments.written(payments.RECEIPTS["exempt"]())


def dollars() -> bytes:
    return payments.written(payments.RECEIPTS["dollars"]())


def dollars_in_pesos() -> bytes:
    return payments.written(payments.RECEIPTS["dollars_in_pesos"]())


def excise_withheld() -> bytes:
    row = line(taxes=[payments.IVA, {"tax": "IEPS", "percent": "6", "withheld": True}])
    return payments.written(payments.payment(payments.allocation(invoice(row))))


def without_iva() -> bytes:
    """ObjetoImp 06: withheld ISR, and no IVA told."""
    words = {"cfdi": WORK["extensions"]["cfdi"] | {"objeto_imp": "06"}}
    row = line(taxes=[{"tax": "ISR", "percent": "10", "withheld": True}], extensions=words)
    return payments.written(payments.payment(payments.allocation(invoice(row))))


def excise_only() -> bytes:
    """ObjetoImp 07: IEPS, and no IVA told."""
    words = {"cfdi": WORK["extensions"]["cfdi"] | {"objeto_imp": "07"}}
    row = line(taxes=[{"tax": "IEPS", "percent": "8"}], extensions=words)
    return payments.written(payments.payment(payments.allocation(invoice(row))))


def _case(
    code: int,
    breaks: Edit | list[Edit],
    spares: Edit | list[Edit] = ('Folio="9"', 'Folio="10"'),
    document: Callable[[], bytes] = whole,
) -> Case:
    return Case(
        code=f"CRP{code}",
        document=document,
        breaks=tuple(breaks) if isinstance(breaks, list) else (breaks,),
        spares=tuple(spares) if isinstance(spares, list) else (spares,),
    )


def _more(attribute: str) -> Edit:
    """An attribute that the document may not have."""
    return ("SubTotal=", f"{attribute} SubTotal=")


_CONCEPT = 'ClaveProdServ="84111506"'
_DR = 'TrasladoDR BaseDR="1000.00"'
_P = 'TrasladoP BaseP="1000.00"'
_ROW_P = (
    '<pago20:TrasladoP BaseP="1000.00" ImpuestoP="002" TipoFactorP="Tasa" TasaOCuotaP="0.160000" ImporteP="160.00"/>'
)
_TAXES_DR = (
    '<pago20:ImpuestosDR><pago20:TrasladosDR><pago20:TrasladoDR BaseDR="1000.00" ImpuestoDR="002" TipoFactorDR="Tasa" '
    'TasaOCuotaDR="0.160000" ImporteDR="160.00"/></pago20:TrasladosDR></pago20:ImpuestosDR>'
)
_EMPTY_DR = "<pago20:ImpuestosDR/>"
_EXEMPT_DR = 'TipoFactorDR="Exento"'
_MONTO, _PAID, _LEFT = 'Monto="1160.00"', 'ImpPagado="1160.00"', 'ImpSaldoInsoluto="0.00"'
_BEFORE = 'ImpSaldoAnt="1160.00"'
_ISR_DR = 'RetencionDR BaseDR="1000.00" ImpuestoDR="001" TipoFactorDR="Tasa" TasaOCuotaDR="0.100000" ImporteDR="100.00"'
_ISR_P = '<pago20:RetencionP ImpuestoP="001" ImporteP="100.00"/>'

_ENVELOPE = (
    _case(20101, ('TipoDeComprobante="P"', 'TipoDeComprobante="I"')),
    _case(20102, ('Exportacion="01"', 'Exportacion="03"')),
    _case(20103, ('SubTotal="0"', 'SubTotal="1"'), ('SubTotal="0"', 'SubTotal="0.00"')),
    _case(20104, ('Moneda="XXX"', 'Moneda="MXN"')),
    _case(20105, _more('FormaPago="03"')),
    _case(20106, _more('MetodoPago="PUE"')),
    _case(20107, _more('CondicionesDePago="Contado"')),
    _case(20108, _more('Descuento="0"')),
    _case(20109, _more('TipoCambio="1"')),
    _case(20110, (' Total="0"', ' Total="1160.00"'), (' Total="0"', ' Total="0.0"')),
    _case(
        20111,
        (
            "</cfdi:Conceptos>",
            f'<cfdi:Concepto {_CONCEPT} Cantidad="1" ClaveUnidad="ACT" Descripcion="Pago" '
            'ValorUnitario="0" Importe="0" ObjetoImp="01"/></cfdi:Conceptos>',
        ),
    ),
    _case(
        20112,
        ('ObjetoImp="01"/>', 'ObjetoImp="01"><cfdi:CuentaPredial Numero="1"/></cfdi:Concepto>'),
        (
            'ObjetoImp="01"/>',
            'ObjetoImp="01"><cfdi:ACuentaTerceros RfcACuentaTerceros="JUFA7608212V6" NombreACuentaTerceros="A JUAREZ" '
            'RegimenFiscalACuentaTerceros="612" DomicilioFiscalACuentaTerceros="01160"/></cfdi:Concepto>',
        ),
    ),
    _case(20113, (_CONCEPT, 'ClaveProdServ="84111505"')),
    _case(20114, (_CONCEPT, f'{_CONCEPT} NoIdentificacion="1"')),
    _case(20115, ('Cantidad="1"', 'Cantidad="2"'), ('Cantidad="1"', 'Cantidad="1.0"')),
    _case(20116, ('ClaveUnidad="ACT"', 'ClaveUnidad="E48"')),
    _case(20117, (_CONCEPT, f'{_CONCEPT} Unidad="Pago"')),
    _case(20118, ('Descripcion="Pago"', 'Descripcion="pago"')),
    _case(20119, ('ValorUnitario="0"', 'ValorUnitario="1"'), ('ValorUnitario="0"', 'ValorUnitario="0.00"')),
    _case(20120, ('Importe="0"', 'Importe="1"'), ('Importe="0"', 'Importe="0.00"')),
    _case(20121, ('Importe="0"', 'Importe="0" Descuento="0"')),
    _case(20122, ('ObjetoImp="01"', 'ObjetoImp="02"')),
    _case(20123, ("<cfdi:Complemento>", '<cfdi:Impuestos TotalImpuestosRetenidos="0"/><cfdi:Complemento>')),
)
_TOTALS = tuple(
    _case(code, (f'{name}="{value}"', f'{name}="{wrong}"'), (f'{name}="{value}"', f'{name}="{same}"'), document)
    for code, name, value, wrong, same, document in (
        (20201, "TotalRetencionesIVA", "106.67", "106.66", "106.67", every_tax),
        (20202, "TotalRetencionesISR", "100.00", "100.01", "100", every_tax),
        (20203, "TotalRetencionesIEPS", "60.00", "60.01", "60.0", excise_withheld),
        (20204, "TotalTrasladosBaseIVA16", "1000.00", "1000.01", "1000", every_tax),
        (20205, "TotalTrasladosImpuestoIVA16", "160.00", "160.01", "160.0", every_tax),
        (20206, "TotalTrasladosBaseIVA8", "49.99", "50.00", "49.99", every_tax),
        (20207, "TotalTrasladosImpuestoIVA8", "4.00", "3.99", "4", every_tax),
        (20208, "TotalTrasladosBaseIVA0", "7.77", "7.78", "7.77", every_tax),
        (20209, "TotalTrasladosImpuestoIVA0", "0.00", "0.01", "0", every_tax),
        (20210, "TotalTrasladosBaseIVAExento", "77.77", "77.78", "77.77", every_tax),
        (20211, "MontoTotalPagos", "1099.28", "1099.27", "1099.28", dollars),
    )
)
_PAYMENT = (
    _case(20212, ('FormaDePagoP="03"', 'FormaDePagoP="99"'), ('FormaDePagoP="03"', 'FormaDePagoP="30"')),
    _case(20213, ('MonedaP="MXN"', 'MonedaP="XXX"')),
    _case(20214, (' TipoCambioP="18.9531"', ""), document=dollars),
    _case(20215, ('TipoCambioP="1"', 'TipoCambioP="1.00"'), document=whole),
    _case(20217, (_MONTO, 'Monto="1159.99"'), (_MONTO, 'Monto="1160.01"')),
    _case(20218, (_MONTO, 'Monto="0"'), (_MONTO, 'Monto="0.01"')),
    _case(20219, (_MONTO, 'Monto="1160.000"'), (_MONTO, 'Monto="1160.0"')),
    _case(20221, ('FormaDePagoP="03"', 'FormaDePagoP="01"'), ('FormaDePagoP="03"', 'FormaDePagoP="02"'), bank),
    _case(
        20223,
        ('RfcEmisorCtaOrd="BNM840515VB1"', 'RfcEmisorCtaOrd="XEXX010101000"'),
        ('RfcEmisorCtaOrd="BNM840515VB1"', 'RfcEmisorCtaOrd="XEXX010101000" NomBancoOrdExt="BANK OF SOMEWHERE"'),
        bank,
    ),
    _case(20224, ('FormaDePagoP="03"', 'FormaDePagoP="17"'), ('FormaDePagoP="03"', 'FormaDePagoP="04"'), bank),
    _case(
        20225,
        ('CtaOrdenante="002180700123456789"', 'CtaOrdenante="00218070012"'),
        ('CtaOrdenante="002180700123456789"', 'CtaOrdenante="0021807001"'),
        bank,
    ),
    _case(
        20226,
        ('CtaBeneficiario="012180001234567891"', 'CtaBeneficiario="0121800012345678"'),
        ('CtaBeneficiario="012180001234567891"', 'CtaBeneficiario="0121800012"'),
        bank,
    ),
    _case(20227, ('FormaDePagoP="03"', 'FormaDePagoP="06"'), ('FormaDePagoP="03"', 'FormaDePagoP="29"'), bank),
    _case(20228, ('FormaDePagoP="03"', 'FormaDePagoP="06"'), ('FormaDePagoP="03"', 'FormaDePagoP="05"'), bank),
    _case(20229, ('FormaDePagoP="03"', 'FormaDePagoP="02"'), document=bank),
    _case(20230, (' CertPago="TUlJ"', ""), document=bank),
    _case(20231, (' TipoCadPago="01"', ""), [(' TipoCadPago="01"', ""), (' CertPago="TUlJ"', "")], bank),
    _case(20232, (' CadPago="||1.0|SPEI||"', ""), document=bank),
    _case(20233, (' TipoCadPago="01"', ""), [(' TipoCadPago="01"', ""), (' CadPago="||1.0|SPEI||"', "")], bank),
    _case(20234, (' SelloPago="c2VsbG8="', ""), document=bank),
    _case(20235, (' TipoCadPago="01"', ""), [(' TipoCadPago="01"', ""), (' SelloPago="c2VsbG8="', "")], bank),
)
_DOCUMENT = (
    _case(20236, ('MonedaDR="MXN"', 'MonedaDR="XXX"')),
    _case(20237, (' EquivalenciaDR="1"', "")),
    _case(
        20238, ('EquivalenciaDR="1"', 'EquivalenciaDR="1.5"'), ('EquivalenciaDR="1"', 'EquivalenciaDR="1.0000000000"')
    ),
    _case(20239, (_BEFORE, 'ImpSaldoAnt="0"'), (_BEFORE, 'ImpSaldoAnt="0.01"')),
    _case(20240, (_BEFORE, 'ImpSaldoAnt="1160.000"'), (_BEFORE, 'ImpSaldoAnt="1160"')),
    _case(20241, (_PAID, 'ImpPagado="0"'), (_PAID, 'ImpPagado="0.01"')),
    _case(20242, (_PAID, 'ImpPagado="1160.000"'), (_PAID, 'ImpPagado="1160"')),
    _case(20243, (_LEFT, 'ImpSaldoInsoluto="0.000"'), (_LEFT, 'ImpSaldoInsoluto="0"')),
    _case(
        20244,
        (_LEFT, 'ImpSaldoInsoluto="0.01"'),
        [(_BEFORE, 'ImpSaldoAnt="1160.01"'), (_LEFT, 'ImpSaldoInsoluto="0.01"')],
    ),
    _case(20245, ('ObjetoImpDR="02"', 'ObjetoImpDR="09"'), ('ObjetoImpDR="02"', 'ObjetoImpDR="08"')),
    _case(20246, (_TAXES_DR, ""), [(_TAXES_DR, ""), ('ObjetoImpDR="02"', 'ObjetoImpDR="01"')]),
    _case(20247, ('ObjetoImpDR="02"', 'ObjetoImpDR="04"'), [('ObjetoImpDR="02"', 'ObjetoImpDR="04"'), (_TAXES_DR, "")]),
    _case(20275, ('Monto="1096.20"', 'Monto="1096.09"'), ('Monto="1096.20"', 'Monto="1096.11"'), dollars_in_pesos),
    _case(20276, ('Monto="1096.20"', 'Monto="1096.31"'), ('Monto="1096.20"', 'Monto="1096.25"'), dollars_in_pesos),
    _case(20278, ('ImpuestoDR="001"', 'ImpuestoDR="002"'), ('ObjetoImpDR="06"', 'ObjetoImpDR="08"'), without_iva),
    _case(20279, ('ImpuestoDR="003"', 'ImpuestoDR="002"'), document=excise_only),
)
_OF_DOCUMENTS = (
    _case(20248, (_TAXES_DR, _EMPTY_DR)),
    _case(
        20249,
        ('RetencionDR BaseDR="1000.00"', 'RetencionDR BaseDR="0"'),
        ('RetencionDR BaseDR="1000.00"', 'RetencionDR BaseDR="0.000001"'),
        every_tax,
    ),
    _case(20250, (_ISR_DR, _ISR_DR.replace("001", "004", 1)), document=every_tax),
    _case(
        20251, (_ISR_DR, _ISR_DR.replace("Tasa", "tasa", 1)), (_ISR_DR, _ISR_DR.replace("Tasa", "Cuota", 1)), every_tax
    ),
    _case(
        20252,
        (_ISR_DR, _ISR_DR.replace("Tasa", "Exento", 1)),
        (_ISR_DR, _ISR_DR.replace("Tasa", "Cuota", 1)),
        every_tax,
    ),
    _case(
        20253,
        (_ISR_DR, _ISR_DR.replace("0.100000", "0.350001")),
        (_ISR_DR, _ISR_DR.replace("0.100000", "0.350000")),
        every_tax,
    ),
    _case(
        20254,
        (_ISR_DR, _ISR_DR.replace("100.00", "100.02")),
        (_ISR_DR, _ISR_DR.replace('"100.00"', '"100.000400"')),
        every_tax,
    ),
    _case(20255, (_DR, 'TrasladoDR BaseDR="0"'), (_DR, 'TrasladoDR BaseDR="0.000001"')),
    _case(20256, ('ImpuestoDR="002"', 'ImpuestoDR="004"'), ('ImpuestoDR="002"', 'ImpuestoDR="003"')),
    _case(20257, ('TipoFactorDR="Tasa"', 'TipoFactorDR="Otro"'), ('TipoFactorDR="Tasa"', 'TipoFactorDR="Cuota"')),
    _case(20258, (_EXEMPT_DR, f'{_EXEMPT_DR} TasaOCuotaDR="0.000000"'), document=exempt),
    _case(
        20259,
        (' ImporteDR="160.00"', ""),
        [(' TasaOCuotaDR="0.160000" ImporteDR="160.00"', ""), ('DR="Tasa"', 'DR="Exento"')],
    ),
    _case(
        20260,
        ('TasaOCuotaDR="0.160000"', 'TasaOCuotaDR="0.150000"'),
        ('TasaOCuotaDR="0.160000"', 'TasaOCuotaDR="0.080000"'),
    ),
    _case(20261, ('ImporteDR="160.00"', 'ImporteDR="160.02"'), ('ImporteDR="160.00"', 'ImporteDR="160.000799"')),
)
_OF_PAYMENT = (
    _case(20262, (_ISR_P, _ISR_P.replace("001", "004")), document=every_tax),
    _case(20263, (_ISR_P, _ISR_P * 2), document=every_tax),
    _case(
        20264,
        [(' TotalRetencionesIVA="106.67"', ""), (' TotalRetencionesISR="100.00"', "")],
        (' TotalRetencionesISR="100.00"', ""),
        every_tax,
    ),
    _case(
        20265, (_ISR_P, _ISR_P.replace("100.00", "100.01")), (_ISR_P, _ISR_P.replace("100.00", "100.000000")), every_tax
    ),
    _case(20266, (' TipoFactorP="Exento"', ' TipoFactorP="Exento" ImporteP="0"'), document=exempt),
    _case(20267, (' TotalTrasladosBaseIVA16="1000.00"', ""), ('BaseIVA16="1000.00"', 'BaseIVA16="1000.01"')),
    _case(20268, (_P, 'TrasladoP BaseP="1000.01"'), (_P, 'TrasladoP BaseP="1000"')),
    _case(
        20269, ('TrasladoP BaseP="1000.00"', 'TrasladoP BaseP="999.99"'), (_P, 'TrasladoP BaseP="1000.000000"'), exempt
    ),
    _case(20270, (_ROW_P, _ROW_P.replace("002", "004")), (_ROW_P, _ROW_P.replace("002", "003"))),
    _case(20271, (_ROW_P, _ROW_P * 2), (_ROW_P, _ROW_P + _ROW_P.replace("0.160000", "0.080000"))),
    _case(20272, (_ROW_P, _ROW_P.replace("0.160000", "0.150000")), (_ROW_P, _ROW_P.replace("0.160000", "0.080000"))),
    _case(20273, (' TotalTrasladosImpuestoIVA16="160.00"', ""), ('ImpuestoIVA16="160.00"', 'ImpuestoIVA16="160.01"')),
    _case(20274, ('ImporteP="160.00"', 'ImporteP="160.01"'), ('ImporteP="160.00"', 'ImporteP="160.000000"')),
)
CASES = (*_ENVELOPE, *_TOTALS, *_PAYMENT, *_DOCUMENT, *_OF_DOCUMENTS, *_OF_PAYMENT)
