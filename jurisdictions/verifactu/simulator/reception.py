"""Receiving a message of records (RegFactuSistemaFacturacion): all checks of the message, then its records in order."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape

from lxml import etree

from jurisdictions.contract import SimulatorReply
from jurisdictions.verifactu.simulator import faults, markers, structure
from jurisdictions.verifactu.simulator.book import Entry, Ledger
from jurisdictions.verifactu.simulator.identity import Holder, is_in_census, is_nif
from jurisdictions.verifactu.simulator.message import LR, REPLY, SF, Branch, Refused
from jurisdictions.verifactu.simulator.record import Record, day
from jurisdictions.verifactu.simulator.verdicts import CORRECT, INCORRECT, Session, Verdict, judge
from jurisdictions.verifactu.simulator.wording import text

MOST_RECORDS = 1000
_HEADER_CODES = {"Incidencia": 4121, "FechaFinVeriFactu": 4120, "RefRequerimiento": 4122, "FinRequerimiento": 4131}
_HELD = {"alta": "Correcta", "anulada": "Anulada"}


def receive(
    book: Mapping[str, bytes],
    message: etree._Element,
    body: bytes,
    holder: Holder,
    at: datetime,
    local: datetime,
    pause: str,
) -> SimulatorReply:
    """Judge the message; `at` is UTC, `local` the same moment at the AEAT, `pause` the TiempoEsperaEnvio to answer."""
    records, flaws = _read(message)
    header = structure.header(message)
    session = _session(book, header, holder, at, local)
    session.marked = markers.SIGN in body
    ledger = Ledger(book)
    _demand_patience(ledger, session, len(records))
    shown = _behaviour(book, ledger, records) if session.marked else None
    early = _early_answer(shown, ledger)
    if early is not None:
        return early
    counter = ledger.petition()
    session.petition = f"{local:%Y%m%d}{counter:010d}"
    verdicts = [judge(one, flaw, ledger, session) for one, flaw in zip(records, flaws, strict=True)]
    pause = _pause(ledger, session, pause)
    answer = _answer(message[0], verdicts, session, _csv(counter, body), pause)
    return SimulatorReply(
        headers=faults.XML,
        body=faults.envelope(answer),
        changes=ledger.changes(),
        lost=shown == "lost",
        delay_seconds=markers.SLOW_SECONDS if shown == "slow" else 0.0,
    )


def presenter(book: Mapping[str, bytes], holder: Holder, issuer: str) -> str:
    """The NIF that presents for the issuer. Raises `Refused` with 4112 where the certificate has no power to."""
    if not holder.nifs:
        raise Refused(4108)
    if issuer in holder.nifs:
        return issuer
    if holder.collaborator:
        return holder.nifs[0]
    for nif in holder.nifs:
        if any(book.get(key) for key in (f"power/{nif}/{issuer}", f"successor/{nif}/{issuer}", f"collaborator/{nif}")):
            return nif
    raise Refused(4112, f"NIF:{holder.nifs[0]}")


def _read(message: etree._Element) -> tuple[list[Record], Sequence[structure.Flaw | None]]:
    if len(message) - 1 > MOST_RECORDS:
        raise Refused(4114, str(len(message) - 1))
    if structure.message_is_sound(message):
        records = [Record(one[0]) for one in list(message)[1:]]
        return records, [None] * len(records)
    if not len(message) or message[0].tag != f"{{{LR}}}Cabecera":
        raise Refused(4102, "Cabecera")
    _header_flaw(structure.flaw(message[0]))
    names = {f"{{{SF}}}RegistroAlta", f"{{{SF}}}RegistroAnulacion"}
    wrapped = list(message)[1:]
    if not wrapped or any(
        one.tag != f"{{{LR}}}RegistroFactura" or len(one) != 1 or one[0].tag not in names for one in wrapped
    ):
        raise Refused(4102, "RegistroFactura")
    flaws = [structure.flaw(one[0]) for one in wrapped]
    for flaw in flaws:
        if flaw is not None and flaw.structural:
            raise Refused(4113 if flaw.excess else 4102, flaw.name)
    return [Record(one[0]) for one in wrapped], flaws


def _header_flaw(flaw: structure.Flaw | None) -> None:
    if flaw is None:
        return
    if flaw.structural:
        raise Refused(4102, flaw.name)
    if flaw.name == "NIF":
        raise Refused(4117 if flaw.parent == "Representante" else 4116)
    raise Refused(_HEADER_CODES.get(flaw.name, 4102), flaw.name)


def _session(book: Mapping[str, bytes], header: Branch, holder: Holder, at: datetime, local: datetime) -> Session:
    issuer, representative = header.first("ObligadoEmision"), header.first("Representante")
    nif = issuer.get("NIF") if issuer else ""
    if not is_in_census(nif):
        raise Refused(4104 if is_nif(nif) else 4116, f"NIF:{nif}")
    agent = representative.get("NIF") if representative else ""
    if agent and not is_in_census(agent):
        raise Refused(4123 if is_nif(agent) else 4117, f"NIF:{agent}")
    if header.has("RemisionRequerimiento"):
        raise Refused(4126)
    own = header.first("RemisionVoluntaria")
    last_day = own.get("FechaFinVeriFactu") if own is not None else ""
    if last_day:
        _last_day(last_day, local.date())
    incident = own is not None and own.get("Incidencia") == "S"
    return Session(nif, presenter(book, holder, nif), at, local, incident=incident, last_day=last_day)


def _last_day(written: str, today: date) -> None:
    """FechaFinVeriFactu: of this year or the last, and from 2027 on its 31 December (3.1.1.3)."""
    last = day(written)
    if last is None or last.year not in {today.year, today.year - 1}:
        raise Refused(4120)
    if today >= date(2027, 1, 1) and (last.month, last.day) != (12, 31):
        raise Refused(4120)


def _demand_patience(ledger: Ledger, session: Session, many: int) -> None:
    """Where the book says `strict_wait`: no short message before the last answer's time is over (4141)."""
    until = ledger.text(f"sent/{session.issuer}")
    if not until or not ledger.text("strict_wait") or many >= MOST_RECORDS:
        return
    if session.at < datetime.fromisoformat(until.decode()):
        raise Refused(4141)


def _pause(ledger: Ledger, session: Session, usual: str) -> str:
    """TiempoEsperaEnvio of this answer. What it says of pace and of leaving is remembered of the issuer."""
    once, own = ledger.text("wait/once"), ledger.text("wait")
    pause = usual if own is None else own.decode()
    if once is not None:
        pause = once.decode()
        ledger.put("wait/once", None)
    if session.last_day:
        ledger.put(f"last_day/{session.issuer}", session.last_day.encode())
    if ledger.text("strict_wait") and pause:
        until = session.at + timedelta(seconds=int(pause))
        ledger.put(f"sent/{session.issuer}", until.isoformat().encode())
    return pause


def _behaviour(book: Mapping[str, bytes], ledger: Ledger, records: Sequence[Record]) -> str | None:
    """The first behaviour asked for that was not shown yet; with it all that the message asks for is done, so that a
    message of a thousand records has trouble once, as one of a single record."""
    fresh = [(name, key) for name, key in markers.behaviours(records) if not book.get(key)]
    for _, key in fresh:
        ledger.put(key, b"shown")
    return fresh[0][0] if fresh else None


def _early_answer(shown: str | None, ledger: Ledger) -> SimulatorReply | None:
    if shown is None or shown in {"lost", "slow"}:
        return None
    if shown == "busy":
        reply = faults.page(503, "Servicio no disponible en este momento.", retry_after="1")
    elif shown == "429":
        reply = faults.page(429, "Demasiadas peticiones.", retry_after="1")
    elif shown == "fault-server":
        reply = faults.server_fault()
    else:
        reply = faults.client_fault(Refused(int(shown.removeprefix("fault-"))))
    return SimulatorReply(status=reply.status, headers=reply.headers, body=reply.body, changes=ledger.changes())


def _csv(counter: int, body: bytes) -> str:
    digest = hashlib.sha256(counter.to_bytes(8, "big") + hashlib.sha256(body).digest()).digest()
    return f"A-{base64.b32encode(digest).decode()[:14]}"


def _answer(header: etree._Element, verdicts: Sequence[Verdict], session: Session, csv: str, pause: str) -> str:
    statuses = {one.status for one in verdicts}
    state = "Correcto" if statuses == {CORRECT} else "Incorrecto" if statuses == {INCORRECT} else "ParcialmenteCorrecto"
    opening = ""
    if state != "Incorrecto":
        opening = (
            f"<tikR:CSV>{csv}</tikR:CSV><tikR:DatosPresentacion><tik:NIFPresentador>{session.presenter}"
            f"</tik:NIFPresentador><tik:TimestampPresentacion>{session.presented}</tik:TimestampPresentacion>"
            "</tikR:DatosPresentacion>"
        )
    echoed = "".join(etree.tostring(child, encoding="unicode", with_tail=False) for child in header)
    return (
        f'<tikR:RespuestaRegFactuSistemaFacturacion xmlns:tik="{SF}" xmlns:tikR="{REPLY}">{opening}'
        f"<tikR:Cabecera>{echoed}</tikR:Cabecera><tikR:TiempoEsperaEnvio>{pause}</tikR:TiempoEsperaEnvio>"
        f"<tikR:EstadoEnvio>{state}</tikR:EstadoEnvio>{''.join(map(_line, verdicts))}"
        "</tikR:RespuestaRegFactuSistemaFacturacion>"
    )


def _line(verdict: Verdict) -> str:
    one = verdict.record
    flags = "".join(
        f"<tik:{name}>{escape(one.get(name))}</tik:{name}>"
        for name in ("Subsanacion", "RechazoPrevio", "SinRegistroPrevio")
        if one.get(name)
    )
    reference = f"<tikR:RefExterna>{escape(one.get('RefExterna'))}</tikR:RefExterna>" if one.get("RefExterna") else ""
    error = ""
    if verdict.code:
        error = (
            f"<tikR:CodigoErrorRegistro>{verdict.code}</tikR:CodigoErrorRegistro><tikR:DescripcionErrorRegistro>"
            f"{escape(text(verdict.code))}</tikR:DescripcionErrorRegistro>"
        )
    return (
        f"<tikR:RespuestaLinea><tikR:IDFactura><tik:IDEmisorFactura>{escape(one.nif)}</tik:IDEmisorFactura>"
        f"<tik:NumSerieFactura>{escape(one.number)}</tik:NumSerieFactura><tik:FechaExpedicionFactura>"
        f"{escape(one.issued)}</tik:FechaExpedicionFactura></tikR:IDFactura><tikR:Operacion><tik:TipoOperacion>"
        f"{'Alta' if one.is_alta else 'Anulacion'}</tik:TipoOperacion>{flags}</tikR:Operacion>{reference}"
        f"<tikR:EstadoRegistro>{verdict.status}</tikR:EstadoRegistro>{error}{_duplicate(verdict.duplicate)}"
        "</tikR:RespuestaLinea>"
    )


def _duplicate(held: Entry | None) -> str:
    if held is None:
        return ""
    state = "AceptadaConErrores" if held.state == "alta" and held.code else _HELD[held.state]
    error = ""
    if held.code:
        error = (
            f"<tik:CodigoErrorRegistro>{held.code}</tik:CodigoErrorRegistro><tik:DescripcionErrorRegistro>"
            f"{escape(text(held.code))}</tik:DescripcionErrorRegistro>"
        )
    return (
        f"<tikR:RegistroDuplicado><tik:IdPeticionRegistroDuplicado>{held.petition}</tik:IdPeticionRegistroDuplicado>"
        f"<tik:EstadoRegistroDuplicado>{state}</tik:EstadoRegistroDuplicado>{error}</tikR:RegistroDuplicado>"
    )
