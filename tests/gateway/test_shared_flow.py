"""Chains that share a flow: what goes out first is what was issued first, whatever place it has in its own chain."""

from __future__ import annotations

import re

from gateway.samples import invoices as samples
from tests.gateway.world import World


async def test_two_installations_of_an_issuer_are_sent_in_the_order_of_issue(world: World) -> None:
    issuer = await world.issuer("verifactu")
    for _ in range(3):
        await world.issued(samples.spanish(issuer, samples.line("A stay", "10.00")))
    shop = {"settings": {"verifactu": {"installation": "1", "installations": {"B": "shop"}}}}
    assert (await world.caller.patch(f"/v1/issuers/{issuer}", shop)).status_code == 200
    finalized = []
    for series in ("A", "B", "A", "B"):
        body = samples.spanish(issuer, samples.line("A stay", "10.00")) | {"series": series}
        draft = await world.caller.made("/v1/invoices", body)
        answer = await world.caller.post(f"/v1/invoices/{draft['id']}/finalize")
        assert answer.status_code == 200, answer.text
        finalized.append(answer.json())
        world.house.clock.pass_by(seconds=1)
    assert await world.house.value("SELECT count(*) FROM gateway.chain") == 2
    assert await world.house.value("SELECT count(*) FROM gateway.flow") == 1
    await world.pass_by(minutes=5)
    trace = (await world.caller.get(f"/v1/invoices/{finalized[0]['id']}/trace")).json()
    (talk,) = [one for sent in trace["submissions"] for one in sent["exchanges"]]
    sent = re.findall(r"<(?:\w+:)?IDFactura>.*?NumSerieFactura>([^<]+)<", talk["request"], re.DOTALL)
    assert sent == ["A-4", "B-1", "A-5", "B-2"]
    for one in finalized:
        assert (await world.read(one))["submissions"][0]["state"] == "accepted"
