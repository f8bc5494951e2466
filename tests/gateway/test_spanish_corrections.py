"""Spanish corrections over the simulated AEAT: records mended or brought back, and documents that set right."""

from __future__ import annotations

from lxml import etree

from gateway.samples import invoices as samples
from tests.gateway.api.caller import Json, pointers, problem
from tests.gateway.world import World

NEVER = ["operation_never_happened"]


def subsanacion(**extension: object) -> Json:
    return {"option": "subsanacion", "changes": {"extensions": {"verifactu": extension}}}


async def issued(world: World, issuer: str, price: str = "100.00", **more: object) -> Json:
    invoice = await world.issued(samples.spanish(issuer, samples.line("A stay", price)) | more)
    assert invoice["submissions"][-1]["state"] == "accepted", invoice["submissions"]
    return invoice


async def again(world: World, invoice: Json, wish: Json) -> Json:
    answer = await world.caller.post(f"/v1/invoices/{invoice['id']}/corrections", wish)
    assert answer.status_code == 200, answer.text
    await world.pass_by(minutes=3)
    return await world.read(invoice)


async def newest(world: World, invoice: Json) -> dict[str, str]:
    """The newest record's fields by their local names, the first of each."""
    papers = (await world.caller.get(f"/v1/invoices/{invoice['id']}/documents")).json()
    sealed = [one for one in papers if one["role"] == "sealed"]
    body = (await world.caller.get(sealed[-1]["href"])).content
    found: dict[str, str] = {}
    for one in etree.fromstring(body).iter(etree.Element):
        found.setdefault(etree.QName(one).localname, (one.text or "").strip())
    return found


async def corrected(world: World, former: Json, **wish: object) -> Json:
    draft = await world.caller.made(f"/v1/invoices/{former['id']}/corrections", wish)
    assert draft["ready_to_finalize"], draft["findings"]
    answer = await world.caller.post(f"/v1/invoices/{draft['id']}/finalize")
    assert answer.status_code == 200, answer.text
    await world.pass_by(minutes=3)
    return await world.read(answer.json())


async def test_an_accepted_record_is_mended_by_another_one(world: World) -> None:
    issuer = await world.issuer("verifactu")
    invoice = await issued(world, issuer)
    await issued(world, issuer)
    after = await again(world, invoice, subsanacion(clave_regimen="07"))
    assert [(one["instruction"], one["state"]) for one in after["submissions"]] == [
        ("issue", "accepted"),
        ("correct", "accepted"),
    ]
    record = await newest(world, invoice)
    assert (record["Subsanacion"], record.get("RechazoPrevio", "N"), record["ClaveRegimen"]) == ("S", "N", "07")
    assert record["NumSerieFactura"] == invoice["number"]
    assert after["facts"] == invoice["facts"]
    same = await world.caller.post(f"/v1/invoices/{invoice['id']}/corrections", subsanacion(clave_regimen="07"))
    problem(same, 422, "nothing_changed")
    price = {"option": "subsanacion", "changes": {"lines": [samples.line("A stay", "90.00")]}}
    refused = await world.caller.post(f"/v1/invoices/{invoice['id']}/corrections", price)
    assert set(pointers(problem(refused, 422, "not_editable"))) == {"/changes/lines/0/unit_price"}
    assert await world.house.value("SELECT max(sequence) FROM gateway.link") == 3


async def test_a_cancelled_invoice_comes_back(world: World) -> None:
    issuer = await world.issuer("verifactu")
    invoice = await issued(world, issuer)
    await world.cancelled(invoice, confirm=NEVER)
    await world.pass_by(minutes=3)
    gone = await world.read(invoice)
    assert (gone["status"], gone["submissions"][-1]["standing"]) == ("void", "cancelled")
    after = await again(world, invoice, {"option": "subsanacion"})
    assert (after["status"], after["submissions"][-1]["state"]) == ("open", "accepted")
    assert after["submissions"][-1]["standing"] == "registered"


async def test_what_was_refused_and_cancelled_comes_back_by_its_case(world: World) -> None:
    issuer = await world.issuer("verifactu")
    invoice = await world.issued(samples.spanish(issuer, samples.line("A stay [sim:1239]", "100.00")))
    assert invoice["submissions"][-1]["code"] == "1239"
    await world.cancelled(invoice, confirm=NEVER)
    await world.pass_by(minutes=3)
    assert (await world.read(invoice))["status"] == "void"
    path = f"/v1/invoices/{invoice['id']}/corrections"
    assert [one["option"] for one in (await world.caller.get(path)).json()] == ["subsanacion"]
    link = problem(await world.caller.post(path, {"option": "subsanacion"}), 409, "correct_by_case")["link"]
    wish = {"changes": {"customer": {"name": "Cliente de Verdad, S.L."}}}
    answer = await world.caller.post(link, wish)
    assert answer.status_code == 200, answer.text
    record = await newest(world, invoice)
    assert (record["Subsanacion"], record["NombreRazon"]) == ("S", "Cliente de Verdad, S.L.")


async def test_a_customer_mended_in_its_record_is_mended_where_that_is_allowed(world: World) -> None:
    issuer = await world.issuer("verifactu")
    customer = (await world.caller.made("/v1/customers", samples.SPANISH_CUSTOMER))["id"]
    line = samples.line("A stay [sim:1239]", "100.00")
    invoice = await world.issued(samples.spanish(issuer, line) | {"customer": customer})
    mended = {"name": "Cliente de Verdad, S.L.", "address": {"city": "Toledo"}}
    assert (await world.caller.patch(f"/v1/customers/{customer}", mended)).status_code == 200
    (case,) = await world.cases(invoice=invoice["id"])
    answer = await world.caller.post(f"/v1/cases/{case['id']}/resubmit", {})
    assert answer.status_code == 200, answer.text
    stored = await world.house.value("SELECT document -> 'customer' FROM gateway.invoice WHERE number IS NOT NULL")
    assert '"Cliente de Verdad, S.L."' in stored
    assert '"Bilbao"' in stored


async def test_a_ticket_is_exchanged_and_the_exchange_taken_back(world: World) -> None:
    issuer = await world.issuer("verifactu")
    passer_by = {"name": "Somebody", "address": {"country": "ES"}}
    ticket = await issued(world, issuer, "20.00", simplified=True, customer=passer_by)
    known = {"customer": samples.SPANISH_CUSTOMER}
    canje = await corrected(world, ticket, option="factura_canje", changes=known)
    assert canje["submissions"][-1]["state"] == "accepted", canje["submissions"]
    assert (await newest(world, canje))["TipoFactura"] == "F3"
    back = await corrected(world, canje, option="canje_negativo", reason="Another customer")
    assert back["submissions"][-1]["state"] == "accepted", back["submissions"]
    record = await newest(world, back)
    assert (record["TipoFactura"], record["ImporteTotal"]) == ("F3", "-24.20")
    assert back["references"]["preceding"][0]["invoice"] == ticket["id"]
    right = await corrected(world, canje, option="factura_canje", changes=known)
    assert right["submissions"][-1]["state"] == "accepted", right["submissions"]


async def test_a_whole_invoice_is_stated_anew(world: World) -> None:
    issuer = await world.issuer("verifactu")
    invoice = await issued(world, issuer)
    lines = {"lines": [samples.line("A stay", "80.00")]}
    wish = {"option": "rectificativa_sustitucion", "reason": "The price was wrong", "changes": lines}
    anew = await corrected(world, invoice, **wish)
    assert anew["submissions"][-1]["state"] == "accepted", anew["submissions"]
    record = await newest(world, anew)
    assert (record["TipoFactura"], record["TipoRectificativa"], record["BaseRectificada"]) == ("R4", "S", "100.00")


async def test_the_pictures_are_as_the_law_wants_them(world: World) -> None:
    issuer = await world.issuer("verifactu")
    invoice = await issued(world, issuer)
    path = f"/v1/invoices/{invoice['id']}/documents/verifactu-qr"
    drawn = etree.fromstring((await world.caller.get(f"{path}.svg")).content)
    words = [one.text for one in drawn.iter("{*}text")]
    assert "QR tributario:" in words
    assert any("PRUEBA" in str(one) for one in words)
    assert drawn.get("width", "").endswith("mm")
    assert (await world.caller.get(f"{path}.png")).content.startswith(b"\x89PNG")
