"""The codes of a refusal and what they say, in this authority's own words.

Sources: the codes of SAT's validation matrices for CFDI 4.0 (CFDI40xxx) and Pagos 2.0 (CRP20xxx), and the certifiers'
own (301-308, 401, 402).
"""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """One reason to refuse: its code, and where or why."""

    code: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        """What the code says, in one sentence."""
        return _SENTENCES.get(self.code, f"El comprobante no cumple con la regla {self.code}.")

    @property
    def message(self) -> str:
        """`CODE - sentence`, as the certifier writes it."""
        return f"{self.code} - {self.sentence}"


_SENTENCES = {
    "301": "XML mal formado o contrario a su esquema.",
    "302": "El sello no corresponde al comprobante.",
    "303": "El RFC del CSD no es el del emisor.",
    "304": "El CSD está revocado o caducó.",
    "305": "La Fecha no cae dentro de la vigencia del CSD.",
    "306": "El certificado no es de tipo CSD.",
    "307": "El comprobante contiene un timbre previo.",
    "308": "El CSD no fue expedido por la autoridad.",
    "401": "La Fecha está fuera de las 72 horas que se permiten para timbrar.",
    "402": "El RFC del emisor no está en la LCO.",
    "CFDI40103": "Con tipo T, N o P no se indica FormaPago.",
    "CFDI40104": "FormaPago no está en c_FormaPago.",
    "CFDI40105": "Con MetodoPago PPD, FormaPago es 99.",
    "CFDI40107": "SubTotal tiene más decimales que la moneda.",
    "CFDI40108": "SubTotal no es la suma redondeada de los importes de los conceptos.",
    "CFDI40109": "Con tipo T o P, SubTotal es cero.",
    "CFDI40110": "Descuento no corresponde a los conceptos o excede a SubTotal.",
    "CFDI40111": "Solo los tipos I, E y N llevan descuentos.",
    "CFDI40112": "Descuento tiene más decimales que la moneda.",
    "CFDI40113": "Moneda no está en c_Moneda.",
    "CFDI40114": "En pesos, TipoCambio es 1 o se omite.",
    "CFDI40115": "Con moneda extranjera se indica TipoCambio.",
    "CFDI40116": "Con moneda XXX se omite TipoCambio.",
    "CFDI40118": "TipoCambio fuera de límites: se requiere Confirmacion.",
    "CFDI40119": "Total no es subtotal, menos descuentos, más impuestos trasladados, menos retenidos.",
    "CFDI40121": "TipoDeComprobante no está en c_TipoDeComprobante.",
    "CFDI40122": "Exportacion 02 requiere el complemento de comercio exterior.",
    "CFDI40123": "Exportacion no está en c_Exportacion.",
    "CFDI40124": "MetodoPago no está en c_MetodoPago.",
    "CFDI40125": "Con tipo T o P se omite MetodoPago.",
    "CFDI40126": "LugarExpedicion no está en c_CodigoPostal.",
    "CFDI40127": "Sobra Confirmacion: nada excede los límites.",
    "CFDI40128": "El número de confirmación no existe.",
    "CFDI40130": "InformacionGlobal va con XAXX010101000 y PUBLICO EN GENERAL, y solo con ellos.",
    "CFDI40131": "Periodicidad no está en c_Periodicidad.",
    "CFDI40132": "La periodicidad bimestral requiere el régimen 621.",
    "CFDI40133": "Meses no está en c_Meses.",
    "CFDI40134": "Meses es un mes (01-12) si la periodicidad no es bimestral.",
    "CFDI40135": "Meses es un bimestre (13-18) si la periodicidad es bimestral.",
    "CFDI40136": "Año no es el actual ni el anterior.",
    "CFDI40137": "TipoRelacion no está en c_TipoRelacion.",
    "CFDI40139": "El nombre del emisor no es el registrado para su RFC.",
    "CFDI40140": "RegimenFiscal no está en c_RegimenFiscal.",
    "CFDI40141": "El régimen del emisor no corresponde a su tipo de persona.",
    "CFDI40143": "El RFC del receptor no está inscrito.",
    "CFDI40145": "El nombre del receptor no es el registrado para su RFC.",
    "CFDI40146": "PUBLICO EN GENERAL va con XAXX010101000.",
    "CFDI40148": "El código postal del receptor no es el registrado para su RFC.",
    "CFDI40149": "Con RFC genérico, DomicilioFiscalReceptor es LugarExpedicion.",
    "CFDI40150": "ResidenciaFiscal no está en c_Pais.",
    "CFDI40151": "ResidenciaFiscal solo va con XEXX010101000.",
    "CFDI40152": "ResidenciaFiscal no puede ser MEX.",
    "CFDI40153": "NumRegIdTrib requiere ResidenciaFiscal.",
    "CFDI40154": "NumRegIdTrib solo va con XEXX010101000.",
    "CFDI40156": "NumRegIdTrib no tiene la forma que c_Pais da a los de ese país.",
    "CFDI40157": "RegimenFiscalReceptor no está en c_RegimenFiscal.",
    "CFDI40158": "El régimen del receptor no corresponde a su tipo de persona; con RFC genérico es 616.",
    "CFDI40159": "El régimen no está registrado para el RFC del receptor.",
    "CFDI40160": "UsoCFDI no está en c_UsoCFDI.",
    "CFDI40161": "UsoCFDI no corresponde al régimen del receptor.",
    "CFDI40162": "ClaveProdServ no está en c_ClaveProdServ.",
    "CFDI40165": "ClaveUnidad no está en c_ClaveUnidad.",
    "CFDI40166": "ValorUnitario es mayor que cero.",
    "CFDI40167": "El importe del concepto está fuera de los límites de cantidad por valor unitario.",
    "CFDI40168": "El descuento del concepto tiene más decimales que su importe.",
    "CFDI40169": "El descuento del concepto excede a su importe.",
    "CFDI40170": "ObjetoImp no está en c_ObjetoImp.",
    "CFDI40171": "Con ObjetoImp 02 se desglosan impuestos.",
    "CFDI40172": "Con este ObjetoImp no se desglosan esos impuestos.",
    "CFDI40173": "El nodo Impuestos del concepto está vacío.",
    "CFDI40175": "Impuesto trasladado fuera de c_Impuesto.",
    "CFDI40176": "TipoFactor del traslado fuera de c_TipoFactor.",
    "CFDI40177": "Un traslado exento no lleva tasa ni importe.",
    "CFDI40178": "Un traslado por tasa o cuota lleva tasa e importe.",
    "CFDI40179": "TasaOCuota del traslado fuera de c_TasaOCuota.",
    "CFDI40180": "El importe del traslado está fuera de los límites de base por tasa.",
    "CFDI40182": "Impuesto retenido fuera de c_Impuesto.",
    "CFDI40183": "TipoFactor de la retención fuera de c_TipoFactor.",
    "CFDI40184": "Una retención no puede ser exenta.",
    "CFDI40185": "TasaOCuota de la retención fuera de c_TasaOCuota.",
    "CFDI40186": "El importe de la retención está fuera de los límites de base por tasa.",
    "CFDI40188": "El tercero es distinto del emisor y del receptor.",
    "CFDI40191": "El régimen del tercero no corresponde a su tipo de persona o no está en c_RegimenFiscal.",
    "CFDI40196": "ClaveProdServ de la parte no está en c_ClaveProdServ.",
    "CFDI40197": "ValorUnitario de la parte es mayor que cero.",
    "CFDI40198": "El importe de la parte está fuera de los límites de cantidad por valor unitario.",
    "CFDI40201": "Con tipo T o P no hay resumen de impuestos.",
    "CFDI40202": "TotalImpuestosRetenidos tiene más decimales que la moneda.",
    "CFDI40203": "TotalImpuestosRetenidos no es la suma de las retenciones.",
    "CFDI40204": "TotalImpuestosTrasladados tiene más decimales que la moneda.",
    "CFDI40205": "TotalImpuestosTrasladados no es la suma de los traslados.",
    "CFDI40206": "Con retenciones se indica TotalImpuestosRetenidos.",
    "CFDI40207": "Impuesto retenido fuera de c_Impuesto.",
    "CFDI40208": "Hay una sola retención por impuesto.",
    "CFDI40210": "El importe de la retención tiene más decimales que la moneda.",
    "CFDI40211": "La retención no es la suma redondeada de las de los conceptos.",
    "CFDI40212": "Con traslados gravados se indica TotalImpuestosTrasladados.",
    "CFDI40213": "Si todo es exento solo hay base, impuesto y factor.",
    "CFDI40214": "La base del traslado tiene más decimales que la moneda.",
    "CFDI40215": "La base del traslado no es la suma redondeada de las de los conceptos.",
    "CFDI40216": "La base exenta no es la suma redondeada de las de los conceptos.",
    "CFDI40217": "Impuesto trasladado fuera de c_Impuesto.",
    "CFDI40218": "Hay un solo traslado por impuesto, factor y tasa.",
    "CFDI40219": "TasaOCuota del traslado fuera de c_TasaOCuota.",
    "CFDI40220": "El importe del traslado tiene más decimales que la moneda.",
    "CFDI40221": "El importe del traslado no es la suma redondeada de los de los conceptos.",
}
