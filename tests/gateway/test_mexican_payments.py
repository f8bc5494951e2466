"""Payments of PPD invoices in the Mexican sandbox: receipts are stamped, and SAT's schema takes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lxml import etree

from gateway.samples import invoices as samples
from tests.gateway.api.caller import Json, problem
from tests.gateway.world import World

P = {"p": "http://www.sat.gob.mx/Pagos20", "c": "http://www.sat.gob.mx/cfd/4"}
PPD: Json = {"extensions": {"cfdi": {"metodo_pago": "PPD"}}}


def invoice_of(issuer: str, price: str, **more: Any) -> Json:
    """An invoice of one concept with IVA of 16 %, to be paid at once unless told otherwise."""
    return samples.mexican(issuer, samples.line("Desarrollo", price)) | more


async def work(world: World) -> None:
    """A few minutes pass, and the worker works what is due."""
    for _ in range(3):
        world.house.clock.pass_by(seconds=60)
        while await world.worker.turn():
            pass


def paying(world: World, issuer: str, *shares: tuple[Json, str], **more: Any) -> Json:
    """A payment in pesos unless told otherwise; `rates` by the place of the allocation."""
    rows: list[Json] = [{"invoice": invoice["id"], "amount": amount} for invoice, amount in shares]
    for place, rate in more.pop("rates", {}).items():
        rows[place]["rate"] = rate
    whole = f"{sum(float(amount) for _, amount in shares):.2f}"
    at = world.house.clock().isoformat()
    return {"issuer": issuer, "paid_at": at, "currency": "MXN", "amount": whole, "allocations": rows} | more


async def pay(world: World, issuer: str, *shares: tuple[Json, str], **more: Any) -> Json:
    answer = await world.caller.post("/v1/payments", paying(world, issuer, *shares, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def stamped(world: World, payment: Json) -> etree._Element:
    """The stamped receipt of a payment."""
    receipt = await world.read({"id": payment["receipt"]})
    (submission,) = receipt["submissions"]
    assert submission["state"] == "accepted", submission
    found = await world.caller.get(f"/v1/invoices/{receipt['id']}/documents/cfdi-cfdi-timbrado.xml")
    return etree.fromstring(found.content)


def rows_of(root: etree._Element) -> list[tuple[str | None, ...]]:
    """What the receipt pays: currency, equivalence, instalment, balance before, paid, balance after."""
    names = ("MonedaDR", "EquivalenciaDR", "NumParcialidad", "ImpSaldoAnt", "ImpPagado", "ImpSaldoInsoluto")
    return [tuple(row.get(name) for name in names) for row in root.findall(".//p:DoctoRelacionado", P)]


async def test_an_invoice_is_paid_in_three_parts(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await world.issued(invoice_of(issuer, "1000.00", **PPD))
    await work(world)
    uuid = (await world.read(invoice))["submissions"][0]["authority_id"]
    seen = []
    for amount in ("386.66", "386.66", "386.68"):
        payment = await pay(world, issuer, (invoice, amount))
        await work(world)
        root = await stamped(world, payment)
        assert root.get("TipoDeComprobante") == "P"
        assert [row.get("IdDocumento") for row in root.findall(".//p:DoctoRelacionado", P)] == [uuid]
        seen += rows_of(root)
    assert seen == [
        ("MXN", "1", "1", "1160.00", "386.66", "773.34"),
        ("MXN", "1", "2", "773.34", "386.66", "386.68"),
        ("MXN", "1", "3", "386.68", "386.68", "0.00"),
    ]
    assert (await world.read(invoice))["status"] == "paid"


async def test_dollars_are_paid_in_pesos_and_pesos_in_dollars(world: World) -> None:
    issuer = await world.issuer("cfdi")
    rate = {"from_currency": "USD", "to_currency": "MXN", "rate": "20.00", "source": "DOF", "on": "2026-11-20"}
    dollars = await world.issued(invoice_of(issuer, "100.00", currency="USD", exchange_rates=[rate], **PPD))
    pesos = await world.issued(invoice_of(issuer, "1000.00", **PPD))
    await work(world)
    payment = await pay(world, issuer, (dollars, "58.00"), amount="1160.00", rates={0: "0.05"})
    await work(world)
    root = await stamped(world, payment)
    assert rows_of(root) == [("USD", "0.05", "1", "116.00", "58.00", "58.00")]
    (paid,) = root.findall(".//p:Pago", P)
    assert (paid.get("MonedaP"), paid.get("TipoCambioP"), paid.get("Monto")) == ("MXN", "1", "1160.00")
    both = {"currency": "USD", "exchange_rates": [rate], "rates": {1: "20"}, "amount": "116.00"}
    payment = await pay(world, issuer, (dollars, "58.00"), (pesos, "1160.00"), **both)
    await work(world)
    root = await stamped(world, payment)
    assert rows_of(root) == [
        ("USD", "1", "2", "58.00", "58.00", "0.00"),
        ("MXN", "20", "1", "1160.00", "1160.00", "0.00"),
    ]
    (sums,) = root.findall(".//p:Totales", P)
    assert sums.get("MontoTotalPagos") == "2320.00"
    states = [(await world.read(one))["status"] for one in (dollars, pesos)]
    assert states == ["paid", "paid"]


async def test_taxes_are_paid_in_shares_that_add_up(world: World) -> None:
    issuer = await world.issuer("cfdi")
    taxes = [
        {"tax": "IVA", "percent": "16"},
        {"tax": "ISR", "percent": "10", "withheld": True},
        {"tax": "IVA", "percent": "10.6667", "withheld": True},
    ]
    line = samples.line("Honorarios", "1000.00", taxes=taxes)
    invoice = await world.issued(samples.mexican(issuer, line) | PPD)
    assert invoice["totals"]["payable"] == "953.33"
    sums: dict[str, Decimal] = {}
    for amount in ("333.33", "333.33", "286.67"):
        payment = await pay(world, issuer, (invoice, amount))
        await work(world)
        root = await stamped(world, payment)
        for tax in root.iterfind(".//p:ImpuestosDR//*[@ImporteDR]", P):
            name = f"{etree.QName(tax).localname} {tax.get('ImpuestoDR')}"
            sums[name] = sums.get(name, Decimal(0)) + Decimal(tax.get("ImporteDR", ""))
    assert sums == {
        "RetencionDR 001": Decimal("100"),
        "RetencionDR 002": Decimal("106.67"),
        "TrasladoDR 002": Decimal("160"),
    }
    assert (await world.read(invoice))["status"] == "paid"


async def test_an_invoice_that_was_paid_at_once_wants_no_receipt(world: World) -> None:
    issuer = await world.issuer("cfdi")
    draft = await world.caller.made("/v1/invoices", invoice_of(issuer, "10.00", **PPD))
    later = (await world.caller.post(f"/v1/invoices/{draft['id']}/finalize")).json()
    body = paying(world, issuer, (later, "11.60"))
    early = problem(await world.caller.post("/v1/payments", body), 422)["findings"]
    assert [one["rule"] for one in early] == ["GW-PAYMENT-UNREGISTERED"]
    at_once = await world.issued(invoice_of(issuer, "10.00"))
    mixed = paying(world, issuer, (at_once, "11.60"), (later, "11.60"))
    found = problem(await world.caller.post("/v1/payments", mixed), 422)["findings"]
    assert [(one["rule"], one["pointer"]) for one in found] == [("CFDI-PAYMENT-05", "/allocations/0/invoice")]
    payment = await pay(world, issuer, (at_once, "11.60"))
    assert payment["receipt"] is None
    assert (await world.read(at_once))["status"] == "paid"


async def test_a_cancelled_receipt_opens_the_balances_again(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await world.issued(invoice_of(issuer, "1000.00", **PPD))
    await work(world)
    payment = await pay(world, issuer, (invoice, "1160.00"))
    await work(world)
    assert (await world.read(invoice))["status"] == "paid"
    await cancelled(world, payment, option="cancel_02")
    assert (await world.read(invoice))["status"] == "open"
    again = await pay(world, issuer, (invoice, "1160.00"))
    await work(world)
    assert rows_of(await stamped(world, again)) == [("MXN", "1", "1", "1160.00", "1160.00", "0.00")]


async def test_a_receipt_takes_the_place_of_another(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await world.issued(invoice_of(issuer, "1000.00", **PPD))
    await work(world)
    former = await pay(world, issuer, (invoice, "1160.00"))
    await work(world)
    uuid = (await world.read({"id": former["receipt"]}))["submissions"][0]["authority_id"]
    words = {"cfdi": {"sustituye": [uuid], "forma_de_pago": "03"}}
    payment = await pay(world, issuer, (invoice, "1160.00"), replaces=former["id"], extensions=words)
    await work(world)
    root = await stamped(world, payment)
    (related,) = root.findall("c:CfdiRelacionados", P)
    assert (related.get("TipoRelacion"), related[0].get("UUID")) == ("04", uuid)
    await cancelled(world, former, option="cancel_01", replacement=payment["receipt"])
    assert (await world.read(invoice))["status"] == "paid"


async def test_a_receipt_that_was_never_stamped_has_no_place_to_be_taken(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await world.issued(invoice_of(issuer, "1000.00", **PPD))
    former = await pay(world, issuer, (invoice, "1060.00"))
    await world.house.execute("UPDATE gateway.submission SET state = 'rejected' WHERE instruction = 'receipt'")
    payment = await pay(world, issuer, (invoice, "1160.00"), replaces=former["id"])
    await work(world)
    root = await stamped(world, payment)
    assert root.findall("c:CfdiRelacionados", P) == []
    assert rows_of(root) == [("MXN", "1", "1", "1160.00", "1160.00", "0.00")]


async def cancelled(world: World, payment: Json, **wish: Any) -> None:
    """The receipt of a payment is cancelled, and the receiver has nothing against it."""
    asked = await world.caller.post(f"/v1/invoices/{payment['receipt']}/cancel", wish)
    assert asked.status_code == 200, asked.text
    await work(world)
    await world.pass_by(days=5)
    receipt = await world.read({"id": payment["receipt"]})
    assert (receipt["status"], receipt["submissions"][-1]["standing"]) == ("void", "cancelled"), receipt["submissions"]


async def cases(world: World, invoice: str) -> list[tuple[str, str]]:
    found = (await world.caller.get("/v1/cases", invoice=invoice)).json()["data"]
    return [(one["path"], one["state"]) for one in found]


async def test_what_is_not_paid_within_its_month_opens_a_case(world: World) -> None:
    issuer = await world.issuer("cfdi")
    unpaid, paid = await world.issued(invoice_of(issuer, "10.00")), await world.issued(invoice_of(issuer, "10.00"))
    await work(world)
    await pay(world, issuer, (paid, "11.60"))
    await world.pass_by(days=11)  # the first of December
    assert await cases(world, unpaid["id"]) == [("new_document", "open")]
    assert await cases(world, paid["id"]) == []


async def test_a_receipt_that_is_not_stamped_by_the_fifth_opens_a_case(world: World) -> None:
    issuer = await world.issuer("cfdi")
    invoice = await world.issued(invoice_of(issuer, "10.00", **PPD))
    await work(world)
    payment = await pay(world, issuer, (invoice, "11.60"))
    world.house.clock.pass_by(days=17)  # the seventh of December; nobody has worked
    while await world.timekeeper.turn():
        pass
    assert await cases(world, payment["receipt"]) == [("resend", "open")]
