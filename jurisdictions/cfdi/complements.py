"""Complements that an invoice may carry beside its stamp: local taxes and legends; and those that it may not.

Source: ImpuestosLocales 1.0 (implocal.xsd) and LeyendasFiscales 1.0 (leyendasFisc.xsd) of SAT. Their namespaces are
declared at the root: PACs refuse them anywhere else (SW's CC3001, CO1002 to CO1005).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from jurisdictions.cfdi.settings import ImpuestoLocal, Leyenda
from jurisdictions.kit.xml import Markup, element
from schemas.money import ZERO, plain, round_half_up

IMPLOCAL = "http://www.sat.gob.mx/implocal"
LEYENDAS = "http://www.sat.gob.mx/leyendasFiscales"
_PLACE = "http://www.sat.gob.mx/sitio_internet/cfd"
SCHEMA_LOCATIONS: Mapping[str, str] = {
    IMPLOCAL: f"{IMPLOCAL} {_PLACE}/implocal/implocal.xsd",
    LEYENDAS: f"{LEYENDAS} {_PLACE}/leyendasFiscales/leyendasFisc.xsd",
}
PREFIXES: Mapping[str, str] = {IMPLOCAL: "implocal", LEYENDAS: "leyendasFisc"}
_SCALE = 2
"""Decimals of rates and amounts of local taxes, whatever the currency."""


@dataclass(frozen=True, kw_only=True)
class LocalTaxes:
    """The complement ImpuestosLocales with its sums at two decimals."""

    rows: tuple[ImpuestoLocal, ...]
    withheld: Decimal
    transferred: Decimal


def local_taxes(rows: tuple[ImpuestoLocal, ...]) -> LocalTaxes | None:
    """The local taxes with their totals; None where there are none."""
    if not rows:
        return None
    return LocalTaxes(
        rows=rows,
        withheld=_sum(row for row in rows if row.retenido),
        transferred=_sum(row for row in rows if not row.retenido),
    )


def local_markup(taxes: LocalTaxes) -> Markup:
    """`implocal:ImpuestosLocales`, retentions first."""
    withheld = (_local("Retenciones", "ImpLocRetenido", "TasadeRetencion", row) for row in taxes.rows if row.retenido)
    added = (_local("Traslados", "ImpLocTrasladado", "TasadeTraslado", row) for row in taxes.rows if not row.retenido)
    totals = (
        ("version", "1.0"),
        ("TotaldeRetenciones", plain(taxes.withheld)),
        ("TotaldeTraslados", plain(taxes.transferred)),
    )
    return element("implocal:ImpuestosLocales", *withheld, *added, attrs=totals)


def legends_markup(legends: Iterable[Leyenda]) -> Markup:
    """`leyendasFisc:LeyendasFiscales`."""
    rows = (
        element(
            "leyendasFisc:Leyenda",
            attrs=(
                ("disposicionFiscal", row.disposicion_fiscal),
                ("norma", row.norma),
                ("textoLeyenda", row.texto),
            ),
        )
        for row in legends
    )
    return element("leyendasFisc:LeyendasFiscales", *rows, attrs=(("version", "1.0"),))


def _local(side: str, name: str, rate: str, row: ImpuestoLocal) -> Markup:
    attrs = ((name, row.nombre), (rate, _fixed(row.tasa)), ("Importe", _fixed(row.importe)))
    return element(f"implocal:{side}Locales", attrs=attrs)


def _fixed(text: str) -> str:
    return plain(round_half_up(Decimal(text), _SCALE))


def _sum(rows: Iterable[ImpuestoLocal]) -> Decimal:
    return round_half_up(sum((Decimal(row.importe) for row in rows), ZERO), _SCALE)
