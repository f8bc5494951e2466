"""A certificate's end is told in time, once for each step, and anew for the one that takes its place."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import msgspec

from gateway.sandbox import SandboxAuthority
from tests.gateway.world import World


async def _stored(world: World, issuer: str, folder: Path) -> str:
    keys = SandboxAuthority(folder, clock=world.house.clock)
    p12 = keys.issue_pkcs12("EJEMPLOS", password="x", organization_identifier="VATES-B00000018")
    body = {"jurisdiction": "verifactu", "fields": {"p12": b64encode(p12).decode(), "password": "x"}}
    answer = await world.caller.send("PUT", f"/v1/issuers/{issuer}/credentials/certificate", json=body)
    return str(answer.json()["facts"]["not_after"])


async def _told(world: World) -> list[dict[str, object]]:
    rows = await world.house.value(
        "SELECT jsonb_agg(body || jsonb_build_object('state', state, 'object', object_id) ORDER BY at, id)"
        " FROM gateway.event WHERE type = 'credential.expiring'"
    )
    return list(msgspec.json.decode(rows)) if rows else []


async def test_the_end_of_a_certificate_is_told_in_steps(world: World, tmp_path: Path) -> None:
    issuer = str((await world.caller.made("/v1/issuers", _ISSUER))["id"])
    ends = await _stored(world, issuer, tmp_path / "keys")
    clock = world.house.clock
    for days in (1390, 20, 0, 25, 30, 100):  # of 1460 days
        clock.pass_by(days=days)
        clock.pass_by(hours=2)
        while await world.timekeeper.turn():
            pass
    told = await _told(world)
    assert [(one["days"], one["state"]) for one in told] == [(60, "expiring"), (30, "expiring"), (0, "expired")]
    assert {(one["issuer"], one["not_after"], one["name"]) for one in told} == {(issuer, ends, "certificate")}
    assert told[0]["object"] == f"{issuer}:verifactu:certificate"
    await _stored(world, issuer, tmp_path / "other")
    clock.pass_by(days=1455)
    await world.timekeeper.turn()
    assert [one["days"] for one in await _told(world)][3:] == [7]


_ISSUER = {
    "name": "Ejemplos",
    "tax_ids": [{"scheme": "ES:NIF", "value": "B00000018"}],
    "address": {"country": "ES"},
}
