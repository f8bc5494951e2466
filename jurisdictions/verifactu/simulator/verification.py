"""ValidarQR: what anybody who scans an invoice's QR is told. Source: Características del QR 0.5.0, sections 6 to 10."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from html import escape
from urllib.parse import parse_qs

import msgspec
from lxml import etree

from jurisdictions.contract import SimulatorReply
from jurisdictions.verifactu.simulator.book import Entry
from jurisdictions.verifactu.simulator.identity import is_nif
from jurisdictions.verifactu.simulator.message import Branch
from jurisdictions.verifactu.simulator.record import day

_PARAMETERS = ("nif", "numserie", "fecha", "importe")
_SENTENCES = {"00": "Encontrada", "01": "No encontrada", "02": "No contrastable"}
_FAULTS = {
    2001: "NIF mal formado o no válido",
    2002: "Número de serie demasiado largo",
    2003: "Número de serie con caracteres no admitidos",
    2004: "La fecha debe escribirse DD-MM-AAAA",
    2005: "Importe mal formado",
    2006: "Importe demasiado largo",
}
_decoder = msgspec.json.Decoder(Entry)


def answer(book: Mapping[str, bytes], query: str, *, verifiable: bool) -> SimulatorReply:
    """JSON where `formato=json` asks for it, else a small page. `verifiable` tells VERI*FACTU's own address."""
    asked = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
    content = _content(book, asked, verifiable=verifiable)
    if asked.get("formato") == "json":
        return SimulatorReply(headers={"content-type": "application/json"}, body=msgspec.json.encode(content))
    title = escape(str(content["mensaje"]))
    page = f"<!DOCTYPE html><html lang='es'><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return SimulatorReply(headers={"content-type": "text/html; charset=UTF-8"}, body=page.encode())


def _content(book: Mapping[str, bytes], asked: Mapping[str, str], *, verifiable: bool) -> dict[str, object]:
    missing = [(1001 + place, name) for place, name in enumerate(_PARAMETERS) if not asked.get(name)]
    if missing:
        sentence = ".".join(f"Falta el parámetro {name}" for _, name in missing)
        return _refused(sentence, ".".join(str(code) for code, _ in missing))
    nif, number, issued, total = (asked[name] for name in _PARAMETERS)
    code = _flaw(nif, number, issued, total)
    if code:
        return _refused(_FAULTS[code], str(code))
    result = ("00" if _holds(book, nif, number, issued, Decimal(total)) else "01") if verifiable else "02"
    echoed = {"nif": nif, "numserie": number, "fecha": issued, "importe": f"{Decimal(total):.2f}"}
    return {
        "status": "OK",
        "mensaje": _SENTENCES[result],
        "visible": "N",
        "crashlytics": "N",
        "respuesta": {"resultado": result} | echoed,
    }


def _refused(sentence: str, codes: str) -> dict[str, object]:
    return {"status": "KO", "mensaje": sentence, "visible": "S", "crashlytics": "N", "codigo_error": codes}


def _flaw(nif: str, number: str, issued: str, total: str) -> int | None:
    if not is_nif(nif):
        return 2001
    if len(number) > 60:
        return 2002
    if not re.fullmatch(r"[ -~]+", number) or not set("\"'<>=").isdisjoint(number):
        return 2003
    if not re.fullmatch(r"\d{2}-\d{2}-\d{4}", issued) or day(issued) is None:
        return 2004
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", total):
        return 2005
    return None if re.fullmatch(r"[+-]?\d{1,12}(\.\d{1,2})?", total) else 2006


def _holds(book: Mapping[str, bytes], nif: str, number: str, issued: str, total: Decimal) -> bool:
    """An alta in force with exactly this total; a cancelled invoice is not found."""
    held = book.get(f"record/{nif}/{number}/{issued}")
    entry = _decoder.decode(held) if held else Entry()
    if entry.state != "alta":
        return False
    record = Branch(etree.fromstring(entry.record))
    return Decimal(record.get("ImporteTotal")) == total
