"""What becomes of Spanish invoices after they are issued: a full one in the place of a ticket, a factura
rectificativa, a record that is mended, and an invoice that should never have been."""

from __future__ import annotations

from gateway.samples import invoices as samples
from gateway.samples.caller import Json, Unexpected, current
from gateway.samples.story import ACCEPTED, CANCELLED, Play


async def spanish_exchanged(play: Play) -> tuple[Json, str]:
    """A ticket (F2), and the full invoice (F3) that its customer asks for: the correction that is legal then."""
    passer_by = {"name": "Cliente de mostrador", "address": {"country": "ES"}}
    body = samples.spanish(play.issuers["verifactu"], samples.line("Menú del día", "15.00"), customer=passer_by)
    ticket = await play.followed(body | {"simplified": True})
    _accepted(ticket)
    wish = {"option": "factura_canje", "changes": {"customer": samples.SPANISH_CUSTOMER}}
    invoice = await play.corrected(ticket, wish)
    return invoice, f"an F3 in the place of the ticket {ticket['number']}"


async def spanish_rectified(play: Play) -> tuple[Json, str]:
    """An invoice of which a part came back: a factura rectificativa por diferencias of that part."""
    lines = samples.line("Sillas", "60.00", "4"), samples.line("Transporte", "30.00")
    former = await play.followed(samples.spanish(play.issuers["verifactu"], *lines))
    _accepted(former)
    back = {"lines": [samples.line("Sillas", "60.00")]}
    wish = {"option": "credit_note", "reason": "Devolución de una silla", "changes": back}
    invoice = await play.corrected(former, wish)
    return invoice, f"takes a part of {former['number']} back"


async def spanish_mended(play: Play) -> tuple[Json, str]:
    """The invoice is right and its record is not: a registro de subsanación, behind the others in the chain."""
    invoice = await play.followed(samples.spanish(play.issuers["verifactu"], samples.line("Alquiler", "500.00")))
    _accepted(invoice)
    play.tell(f"{invoice['number']} accepted; mending its record")
    changes = {"extensions": {"verifactu": {"descripcion": "Alquiler de una sala de reuniones"}}}
    path = f"/v1/invoices/{invoice['id']}/corrections"
    await play.caller.post(path, {"option": "subsanacion", "changes": changes}, f"{play.name}:again")
    settled = await play.awaited(invoice)
    kinds = [one["instruction"] for one in current(settled)]
    if kinds != ["issue", "correct"] or settled["number"] != invoice["number"]:
        raise Unexpected(f"its records are {', '.join(kinds)}, its number {settled['number']}")
    return settled, "a second record mends the first"


async def spanish_cancelled(play: Play) -> tuple[Json, str]:
    """An invoice of something that never happened: its anulación, which wants exactly that confirmed."""
    invoice = await play.followed(samples.spanish(play.issuers["verifactu"], samples.line("Curso", "75.00")))
    _accepted(invoice)
    play.tell(f"{invoice['number']} accepted; taking it back")
    options = await play.caller.listed(f"/v1/invoices/{invoice['id']}/corrections")
    (option,) = [one for one in options if one["instruction"] == "cancel"]
    wish = {"option": option["option"], "confirm": option["confirm"], "reason": "The course was never given"}
    await play.caller.post(f"/v1/invoices/{invoice['id']}/cancel", wish, f"{play.name}:cancel")
    settled = await play.awaited(invoice)
    standings = {one["standing"] for one in current(settled)}
    if standings != {CANCELLED} or settled["status"] != "void":
        raise Unexpected(f"the invoice is {settled['status']}, its standing {', '.join(map(str, standings))}")
    return settled, f"an anulación, once confirmed: {', '.join(option['confirm'])}"


def _accepted(invoice: Json) -> None:
    states = {one["state"] for one in current(invoice)}
    if states != {ACCEPTED}:
        raise Unexpected(f"{invoice['number']} is {', '.join(states)}")
