"""What becomes of Mexican invoices after they are stamped: payments with their receipts, and a cancellation."""

from __future__ import annotations

from gateway.samples import invoices as samples
from gateway.samples.caller import Json, Unexpected, current
from gateway.samples.story import ACCEPTED, CANCELLED, WITHIN, Play

INSTALMENTS = ("500.00", "660.00")


async def mexican_payments(play: Play) -> tuple[Json, str]:
    """An invoice to be paid later (PPD), paid in two parts: each payment gives a receipt (REP) of its own."""
    body = samples.mexican(play.issuers["cfdi"], samples.line("Consultoría", "1000.00"))
    invoice = await play.followed(body | {"extensions": {"cfdi": {"metodo_pago": "PPD"}}})
    numbers = [await _paid(play, invoice, place, amount) for place, amount in enumerate(INSTALMENTS, start=1)]
    settled = await play.caller.get(f"/v1/invoices/{invoice['id']}")
    if settled["status"] != "paid":
        raise Unexpected(f"the invoice is {settled['status']} after both payments")
    return settled, f"paid, with the receipts {' and '.join(numbers)}"


async def _paid(play: Play, invoice: Json, place: int, amount: str) -> str:
    """One payment with its stamped receipt, whose number is given."""
    play.tell(f"payment {place} of {len(INSTALMENTS)}")
    body = {
        "issuer": invoice["issuer"],
        "paid_at": invoice["finalized_at"],
        "currency": invoice["currency"],
        "amount": amount,
        "reference": f"{play.name} {place}",
        "allocations": [{"invoice": invoice["id"], "amount": amount}],
    }
    payment = await play.caller.post("/v1/payments", body, f"{play.name}:payment:{place}")
    if payment["receipt"] is None:
        raise Unexpected("the payment of a PPD invoice gave no receipt")
    receipt = await play.caller.settled(payment["receipt"], WITHIN)
    states = {one["state"] for one in current(receipt)}
    if states != {ACCEPTED}:
        raise Unexpected(f"the receipt {receipt['number']} is {', '.join(states)}")
    await play.caller.keep(play.folder / f"receipt-{place}", receipt)
    return str(receipt["number"])


async def mexican_cancelled(play: Play) -> tuple[Json, str]:
    """A stamped invoice with errors that nothing replaces (motive 02): under a thousand pesos, nobody is asked."""
    invoice = await play.followed(samples.mexican(play.issuers["cfdi"], samples.line("Soporte", "200.00")))
    play.tell(f"{invoice['number']} stamped; taking it back")
    wish = {"option": "cancel_02", "reason": "Issued by mistake"}
    await play.caller.post(f"/v1/invoices/{invoice['id']}/cancel", wish, f"{play.name}:cancel")
    settled = await play.caller.settled(invoice["id"], WITHIN)
    standings = {one["standing"] for one in current(settled)}
    if standings != {CANCELLED} or settled["status"] != "void":
        raise Unexpected(f"the invoice is {settled['status']}, its standing {', '.join(map(str, standings))}")
    return settled, "cancelled with motive 02"
