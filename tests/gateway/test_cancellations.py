"""Cancelling where the law has something to say about it: the endpoint is one, the laws behind it are their own."""

from __future__ import annotations

from gateway.samples import invoices as samples
from tests.gateway.api.caller import Json, problem
from tests.gateway.world import World


def state(invoice: Json) -> tuple[str, str, str]:
    """Invoice, standing, and the last submission."""
    last = invoice["submissions"][-1]
    return invoice["status"], last["standing"], last["state"]


async def test_an_anulacion_takes_its_place_in_the_chain(world: World) -> None:
    issuer = await world.issuer("verifactu")
    first = await world.issued(samples.spanish(issuer, samples.line("A stay", "100.00")))
    second = await world.issued(samples.spanish(issuer, samples.line("A stay", "50.00")))
    assert [state(one) for one in (first, second)] == [("open", "registered", "accepted")] * 2
    path = f"/v1/invoices/{first['id']}/cancel"
    unsure = problem(await world.caller.post(path, {}), 422, "validation_failed")
    assert [(one["rule"], one["pointer"]) for one in unsure["findings"]] == [("GW-CONFIRM", "/confirm")]
    # The only cancellation that is legal: it need not be named.
    await world.cancelled(first, confirm=[unsure["findings"][0]["expected"]])
    await world.pass_by(minutes=10)
    assert state(await world.read(first)) == ("void", "cancelled", "accepted")
    assert state(await world.read(second)) == ("open", "registered", "accepted")
    sequence = await world.house.value("SELECT max(sequence) FROM gateway.link")
    assert sequence == 3
    third = await world.issued(samples.spanish(issuer, samples.line("A stay", "70.00")))
    assert state(third) == ("open", "registered", "accepted")


async def stamped(world: World, issuer: str, price: str, wish: str = "") -> Json:
    """A CFDI that has its stamp; `wish` tells the simulators what its receiver will say."""
    description = f"Consultoría {wish}".strip()
    invoice = await world.issued(samples.mexican(issuer, samples.line(description, price)))
    assert state(invoice) == ("open", "registered", "accepted"), invoice["submissions"]
    return invoice


async def test_a_small_cfdi_is_cancelled_at_once(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await stamped(world, issuer, "500.00")
    await world.cancelled(invoice, option="cancel_02")
    await world.pass_by(minutes=10)
    after = await world.read(invoice)
    assert state(after) == ("void", "cancelled", "accepted")
    assert {"invoice.voided", "standing.cancelled"} <= set(await world.told())
    papers = [one["name"] for one in after["documents"]]
    assert "cfdi-acuse.xml" in papers
    printed = (await world.caller.get(f"/v1/invoices/{invoice['id']}/documents/cfdi-printed.json")).json()
    assert printed["printed"]["uuid"] == after["submissions"][0]["authority_id"]
    assert printed["printed"]["verification_url"].startswith("https://verificacfdi")


async def test_a_receiver_who_accepts(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await stamped(world, issuer, "5000.00", "[sim:cancel-accept]")
    world.house.clock.pass_by(days=6)  # the day after its issue is over: now the receiver has a say
    await world.cancelled(invoice, option="cancel_02")
    await world.pass_by(days=1)
    assert state(await world.read(invoice)) == ("void", "cancelled", "accepted")
    told = await world.told()
    assert told.index("standing.cancel_pending") < told.index("standing.cancelled")


async def test_a_receiver_who_keeps_silent(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await stamped(world, issuer, "5000.00", "[sim:cancel-silence]")
    world.house.clock.pass_by(days=6)
    await world.cancelled(invoice, option="cancel_02")
    await world.pass_by(minutes=5)
    assert state(await world.read(invoice)) == ("open", "cancel_pending", "waiting")
    busy = await world.caller.post(f"/v1/invoices/{invoice['id']}/cancel", {"option": "cancel_03"})
    problem(busy, 409, "cancel_in_progress")
    await world.pass_by(days=8)
    assert state(await world.read(invoice)) == ("void", "cancelled", "accepted")
    assert await world.cases(state="open") == []


async def test_a_receiver_who_has_to_speak_and_does_not(world: World) -> None:
    """The deadline of the answer is nobody's consent here: it opens a case, which ends with the answer."""
    issuer = await world.issuer("cfdi")
    invoice = await stamped(world, issuer, "5000.00", "[sim:cancel-silence] [sim:cancel-express]")
    world.house.clock.pass_by(days=6)
    await world.cancelled(invoice, option="cancel_02")
    await world.pass_by(days=10)
    assert state(await world.read(invoice)) == ("open", "cancel_pending", "waiting")
    (case,) = [one for one in await world.cases(state="open") if one["deadline"] == "cancel_answer"]
    assert case["case_class"] == "buyer_dispute"


async def test_a_receiver_who_refuses(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await stamped(world, issuer, "5000.00", "[sim:cancel-refuse]")
    world.house.clock.pass_by(days=6)
    await world.cancelled(invoice, option="cancel_02")
    await world.pass_by(days=8)
    assert state(await world.read(invoice)) == ("open", "registered", "rejected")
    assert "standing.cancel_refused" in await world.told()
    (case,) = [one for one in await world.cases(state="open") if one["submission"]]
    assert case["external_code"] == "SAT-CANCEL-REFUSED"
    again = await world.cancelled(invoice, option="cancel_02")
    assert [one["state"] for one in again["submissions"]] == ["accepted", "superseded", "queued"]


async def test_a_replacement_takes_the_place(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await stamped(world, issuer, "500.00")
    wish = {"option": "cancel_01"}
    path = f"/v1/invoices/{invoice['id']}"
    missing = problem(await world.caller.post(f"{path}/cancel", wish), 422, "validation_failed")
    assert "GW-REPLACEMENT" in {one["rule"] for one in missing["findings"]}
    offered = {one["option"]: one for one in (await world.caller.get(f"{path}/corrections")).json()}
    assert {"cancel_01", "cancel_02", "cancel_03", "substitute"} <= set(offered)
    changes = {"lines": samples.mexican(issuer, samples.line("Consultoría", "600.00"))["lines"]}
    drafted = await world.caller.post(f"{path}/corrections", {"option": "substitute", "changes": changes})
    assert drafted.status_code == 201, drafted.text
    issued = await world.caller.post(f"/v1/invoices/{drafted.json()['id']}/finalize")
    assert issued.status_code == 200, issued.text
    await world.pass_by(minutes=3)
    other = await world.read(issued.json())
    assert state(other) == ("open", "registered", "accepted")
    await world.cancelled(invoice, replacement=other["id"], **wish)
    await world.pass_by(minutes=10)
    assert state(await world.read(invoice)) == ("void", "cancelled", "accepted")
    assert state(await world.read(other)) == ("open", "registered", "accepted")


async def test_a_stamp_that_came_too_late_is_sought_again_with_a_new_seal(world: World) -> None:
    issuer = await world.issuer("cfdi")
    world.authorities.down = {"sw", "sw_api", "finkok", "sat", "sat_certificates"}
    body = samples.mexican(issuer, samples.line("Consultoría", "500.00"))
    draft = await world.caller.made("/v1/invoices", body)
    issued = (await world.caller.post(f"/v1/invoices/{draft['id']}/finalize")).json()
    await world.pass_by(days=2.9)
    assert "case.due_soon" in await world.told()
    assert state(await world.read(issued))[0] == "open"
    await world.pass_by(days=0.2)
    world.authorities.down = set()
    await world.pass_by(hours=3)
    after = await world.read(issued)
    assert (after["number"], [one["state"] for one in after["submissions"]]) == (
        issued["number"],
        ["superseded", "accepted"],
    )
    assert await world.cases(state="open") == []


async def test_an_invoice_that_says_paid_and_is_not(world: World) -> None:
    issuer = await world.issuer("cfdi")
    body = samples.mexican(issuer, samples.line("Consultoría", "500.00"))
    stated = body | {
        "payment_means": [{"code": "30"}],
        "extensions": {"cfdi": {"metodo_pago": "PUE", "forma_pago": "03"}},
    }
    invoice = await world.issued(stated)
    await world.pass_by(days=15)
    (case,) = await world.cases(state="open")
    assert (case["deadline"], case["invoice"], case["path"]) == ("pue_unpaid", invoice["id"], "new_document")
    problem(await world.caller.post(f"/v1/cases/{case['id']}/resubmit", {}), 409, "new_document_needed")
    await world.house.execute("UPDATE gateway.invoice SET state = 'paid'")
    await world.pass_by(days=1)
    assert await world.cases(state="open") == []


async def paid(world: World, issuer: str, invoice: Json, amount: str) -> Json:
    """A payment of it, whose receipt has its stamp."""
    body = {
        "issuer": issuer,
        "paid_at": world.house.clock().isoformat(),
        "currency": "MXN",
        "amount": amount,
        "means": "30",
        "allocations": [{"invoice": invoice["id"], "amount": amount}],
        "extensions": {"cfdi": {"forma_de_pago": "03"}},
    }
    payment = await world.caller.made("/v1/payments", body)
    await world.pass_by(minutes=3)
    return dict(payment)


async def test_an_invoice_waits_for_a_receipt_that_is_on_its_way(world: World) -> None:
    issuer = await world.issuer("cfdi")
    body = samples.mexican(issuer, samples.line("Consultoría", "500.00"))
    invoice = await world.issued(body | {"extensions": {"cfdi": {"metodo_pago": "PPD"}}})
    world.authorities.down = {"sw", "sw_api", "finkok"}
    payment = await paid(world, issuer, invoice, "580.00")
    path = f"/v1/invoices/{invoice['id']}/cancel"
    found = problem(await world.caller.post(path, {"option": "cancel_02"}), 422, "validation_failed")["findings"]
    assert [one["rule"] for one in found] == ["CFDI-CANCEL-06"]
    world.authorities.down = set()
    await world.pass_by(hours=3)
    assert state(await world.read({"id": payment["receipt"]})) == ("open", "registered", "accepted")


async def test_receipts_go_before_their_invoice_and_open_it_again(world: World) -> None:
    issuer = await world.issuer("cfdi")
    body = samples.mexican(issuer, samples.line("Consultoría", "500.00"))
    invoice = await world.issued(body | {"extensions": {"cfdi": {"metodo_pago": "PPD"}}})
    payments = [await paid(world, issuer, invoice, amount) for amount in ("280.00", "300.00")]
    receipts = [await world.read({"id": one["receipt"]}) for one in payments]
    assert [state(one) for one in receipts] == [("open", "registered", "accepted")] * 2
    assert (await world.read(invoice))["status"] == "paid"
    path = f"/v1/invoices/{invoice['id']}/cancel"
    found = problem(await world.caller.post(path, {"option": "cancel_02"}), 422, "validation_failed")
    assert [one["rule"] for one in found["findings"]].count("CFDI-CANCEL-06") == 2
    world.house.clock.pass_by(days=6)
    for receipt, left in zip(reversed(receipts), ("open", "open"), strict=True):
        await world.cancelled(receipt, option="cancel_02")
        await world.pass_by(days=8)  # a receipt is never small: its receiver has a say, and keeps silent
        assert state(await world.read(receipt)) == ("void", "cancelled", "accepted")
        assert (await world.read(invoice))["status"] == left
    trace = (await world.caller.get(f"/v1/invoices/{invoice['id']}/trace")).json()
    assert [one["action"] for one in trace["audit"]].count("invoice.reopened") == 1
    await world.cancelled(invoice, option="cancel_02")
    await world.pass_by(days=1)
    assert state(await world.read(invoice)) == ("void", "cancelled", "accepted")
    listed = [one["id"] for one in (await world.caller.get("/v1/invoices")).json()["data"]]
    assert listed == [invoice["id"]]
    asked = [one["kind"] for one in (await world.caller.get("/v1/invoices", kind="receipt")).json()["data"]]
    assert asked == ["receipt", "receipt"]


async def test_a_receipt_that_expired_is_sealed_anew_with_its_payment(world: World) -> None:
    issuer = await world.issuer("cfdi")
    body = samples.mexican(issuer, samples.line("Consultoría", "500.00"))
    invoice = await world.issued(body | {"extensions": {"cfdi": {"metodo_pago": "PPD"}}})
    world.authorities.down = {"sw", "sw_api", "finkok", "sat", "sat_certificates"}
    payment = await paid(world, issuer, invoice, "580.00")
    await world.pass_by(days=3.1)
    world.authorities.down = set()
    await world.pass_by(hours=3)
    after = await world.read({"id": payment["receipt"]})
    assert [one["state"] for one in after["submissions"]] == ["superseded", "accepted"]
    assert [one["instruction"] for one in after["submissions"]] == ["receipt", "receipt"]
    assert (await world.read(invoice))["status"] == "paid"
