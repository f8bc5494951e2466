"""A sound record, and the parts of it that a case changes."""

from __future__ import annotations

from functools import lru_cache

from tests.jurisdictions.verifactu.builders import sealed

Edit = tuple[str, str]


@lru_cache(maxsize=1)
def sound() -> bytes:
    """An F1 to a company, with one row: 100.00 at 21 %."""
    return sealed().body


def row(
    clave: str | None = "01",
    calificacion: str | None = "S1",
    tipo: str | None = "21.00",
    cuota: str | None = "21.00",
    *,
    impuesto: str = "01",
    exenta: str | None = None,
    base: str = "100.00",
    a_coste: str | None = None,
    recargo: str | None = None,
    cuota_recargo: str | None = None,
) -> str:
    """One DetalleDesglose."""
    parts = {
        "Impuesto": impuesto,
        "ClaveRegimen": clave,
        "CalificacionOperacion": calificacion,
        "OperacionExenta": exenta,
        "TipoImpositivo": tipo,
        "BaseImponibleOimporteNoSujeto": base,
        "BaseImponibleACoste": a_coste,
        "CuotaRepercutida": cuota,
        "TipoRecargoEquivalencia": recargo,
        "CuotaRecargoEquivalencia": cuota_recargo,
    }
    return f"<sf:DetalleDesglose>{''.join(leaf(name, text) for name, text in parts.items())}</sf:DetalleDesglose>"


def leaf(name: str, text: str | None) -> str:
    return "" if text is None else f"<sf:{name}>{text}</sf:{name}>"


def rows(*given: str) -> Edit:
    """These rows in place of the sound one."""
    return row(), "".join(given)


def kind(tipo: str) -> Edit:
    """Another TipoFactura; by differences where it is a rectificativa."""
    rectificativa = leaf("TipoRectificativa", "I") if tipo.startswith("R") else ""
    return leaf("TipoFactura", "F1"), leaf("TipoFactura", tipo) + rectificativa


def operated(day: str) -> Edit:
    """A FechaOperacion."""
    return "<sf:DescripcionOperacion>", leaf("FechaOperacion", day) + "<sf:DescripcionOperacion>"


def other(id_type: str, number: str, country: str | None = None) -> str:
    """An IDOtro."""
    return f"<sf:IDOtro>{leaf('CodigoPais', country)}{leaf('IDType', id_type)}{leaf('ID', number)}</sf:IDOtro>"


def recipient(identity: str) -> Edit:
    return leaf("NIF", "B00000026"), identity


def issued_by(who: str | None, third: str | None) -> Edit:
    """EmitidaPorTerceroODestinatario and Tercero."""
    block = "" if third is None else f"<sf:Tercero>{leaf('NombreRazon', 'Tercera, S.L.')}{third}</sf:Tercero>"
    return "<sf:Destinatarios>", f"{leaf('EmitidaPorTerceroODestinatario', who)}{block}<sf:Destinatarios>"


def unnamed() -> Edit:
    """No Destinatarios."""
    inner = f"{leaf('NombreRazon', 'Cliente de Pruebas, S.L.')}{leaf('NIF', 'B00000026')}"
    return f"<sf:Destinatarios><sf:IDDestinatario>{inner}</sf:IDDestinatario></sf:Destinatarios>", ""


def numbered(number: str) -> Edit:
    return leaf("NumSerieFactura", "A-1"), leaf("NumSerieFactura", number)
