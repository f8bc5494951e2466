"""Cases of SAT's rules about the taxes of the whole document (CFDI40201-40221)."""

from __future__ import annotations

from collections.abc import Callable

from tests.jurisdictions.cfdi.rules import documents as of
from tests.jurisdictions.cfdi.rules.case import Case, Edit

_SUM = '<cfdi:Traslado Base="1000.00" Impuesto="002" TipoFactor="Tasa" TasaOCuota="0.160000" Importe="160.00"/>'
_ISR = '<cfdi:Retencion Impuesto="001" Importe="100.00"/>'
_NONE = '<cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado Base="1000.00" Impuesto="002" TipoFactor="Exento"/>'
_GROUPS = "</cfdi:Conceptos><cfdi:Impuestos><cfdi:Traslados><cfdi:Traslado "
_WITHHELD = 'TotalImpuestosRetenidos="206.67"'
_TRANSFERRED = 'TotalImpuestosTrasladados="160.00"'


def _case(code: int, document: Callable[[], bytes], breaks: Edit, spares: Edit) -> Case:
    return Case(code=f"CFDI{code}", document=document, breaks=(breaks,), spares=(spares,))


def _in_sum(old: str, new: str) -> Edit:
    return _SUM, _SUM.replace(old, new)


def _in_group(old: str, new: str) -> Edit:
    row = f'{_GROUPS}Base="1000.00" Impuesto="002" TipoFactor="Exento"/>'
    return row, row.replace(old, new)


CASES: tuple[Case, ...] = (
    _case(
        40201,
        of.moved,
        ("</cfdi:Conceptos>", f"</cfdi:Conceptos>{_NONE}</cfdi:Traslados></cfdi:Impuestos>"),
        ("</cfdi:Conceptos>", "</cfdi:Conceptos> "),
    ),
    _case(40202, of.withheld, (_WITHHELD, 'TotalImpuestosRetenidos="206.670"'), (_WITHHELD, f"{_WITHHELD} ")),
    _case(40203, of.withheld, (_WITHHELD, 'TotalImpuestosRetenidos="206.66"'), (_WITHHELD, f"{_WITHHELD} ")),
    _case(40204, of.plain, (_TRANSFERRED, 'TotalImpuestosTrasladados="160.000"'), ('"160.00">', '"160.0">')),
    _case(40205, of.plain, (_TRANSFERRED, 'TotalImpuestosTrasladados="160.01"'), ('"160.00">', '"160">')),
    _case(
        40205,
        of.exempt,
        ("</cfdi:Conceptos><cfdi:Impuestos>", '</cfdi:Conceptos><cfdi:Impuestos TotalImpuestosTrasladados="0.00">'),
        ("</cfdi:Conceptos><cfdi:Impuestos>", "</cfdi:Conceptos> <cfdi:Impuestos>"),
    ),
    _case(40206, of.withheld, (_WITHHELD, ""), (_WITHHELD, f"{_WITHHELD} ")),
    _case(40207, of.withheld, (_ISR, _ISR.replace("001", "004")), (_ISR, _ISR.replace("001", "003"))),
    _case(40208, of.withheld, (_ISR, _ISR.replace("001", "002")), (_ISR, _ISR.replace("001", "003"))),
    _case(40209, of.withheld, (_WITHHELD, ""), (_WITHHELD, f"{_WITHHELD} ")),
    _case(40210, of.withheld, (_ISR, _ISR.replace("100.00", "100.000")), (_ISR, _ISR.replace("100.00", "100.0"))),
    _case(40211, of.withheld, (_ISR, _ISR.replace("100.00", "100.01")), (_ISR, _ISR.replace("100.00", "100"))),
    _case(40212, of.plain, (_TRANSFERRED, ""), (_TRANSFERRED, f"{_TRANSFERRED} ")),
    _case(40213, of.exempt, _in_group("Exento", 'Exento" Importe="0'), _in_group("1000.00", "1000")),
    _case(40214, of.plain, _in_sum("1000.00", "1000.000"), _in_sum("1000.00", "1000.0")),
    _case(40215, of.plain, _in_sum("1000.00", "1000.01"), _in_sum("1000.00", "1000")),
    _case(40216, of.exempt, _in_group("1000.00", "1000.01"), _in_group("1000.00", "1000")),
    _case(40217, of.plain, _in_sum("002", "001"), _in_sum("002", "003")),
    _case(
        40218, of.plain, (_SUM, _SUM + _SUM.replace("0.160000", "0.16")), (_SUM, _SUM + _SUM.replace("16000", "08000"))
    ),
    _case(40219, of.plain, _in_sum("0.160000", "0.150000"), _in_sum("0.160000", "0.16")),
    _case(40220, of.plain, _in_sum('"160.00"', '"160.000"'), _in_sum('"160.00"', '"160.0"')),
    _case(40221, of.plain, _in_sum('"160.00"', '"159.99"'), _in_sum('"160.00"', '"160"')),
)
