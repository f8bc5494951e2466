"""What a document is: its type, its export, its relations, its period, its currency."""

from __future__ import annotations

from jurisdictions.cfdi.codelists.entry import Entry
from jurisdictions.cfdi.codelists.published import plain, small

RECEIPT_TYPES: dict[str, Entry] = plain("c_TipoDeComprobante")
EXPORTS: dict[str, Entry] = plain("c_Exportacion")
RELATIONS: dict[str, Entry] = plain("c_TipoRelacion")
PERIODICITIES: dict[str, Entry] = plain("c_Periodicidad")
MONTHS: dict[str, Entry] = plain("c_Meses")
CURRENCIES: dict[str, Entry] = plain("c_Moneda")
CURRENCY_DECIMALS: dict[str, int] = {code: int(decimals) for code, (_, (decimals,)) in small()["c_Moneda"].items()}
