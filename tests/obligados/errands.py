"""Running an errand: issue the invoice, wait for the AEAT's word, and do what follows, as a caller of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.identity import Prefix, written
from tests.chaos.clients import Client, Json, Refusal, Tally
from tests.obligados.following import Following
from tests.obligados.wishes import Errand, Then, customer, reference

CONFIRMED = "operation_never_happened"
CORRECTED: Mapping[Then, tuple[str, Json]] = {
    Then.RECTIFY: ("credit_note", {"series": "R"}),
    Then.REPLACE: ("factura_canje", {"series": "A", "customer": customer(7)}),
}
"""The option that each corrects by, and what is then said otherwise than in the first document."""


async def follow_up(client: Client, errand: Errand, following: Following, tally: Tally) -> None:
    """What comes after the first record, once the AEAT has spoken about that. What goes wrong is noted."""
    name = errand.wish.name
    issued = tally.issued.get(name)
    if issued is None:
        return
    try:
        word = await following.word(issued["id"])
        if errand.then is Then.MEND:
            await _mend(client, name, word["case_id"])
            return
        _accepted(word["state"])
        if errand.then is Then.AMEND:
            await _amend(client, name, issued["id"])
        elif errand.then in CORRECTED:
            tally.issued[f"{name}:{errand.then}"] = await _correct(client, name, errand.then, issued["id"])
        else:
            await _cancel(client, name, issued["id"])
            if errand.then is Then.REVIVE:
                _accepted((await following.word(issued["id"]))["state"])
                await _amend(client, name, issued["id"])
    except (Refusal, TimeoutError) as why:
        tally.wrong.append(f"{name}, {errand.then}: {why}")


async def _mend(client: Client, name: str, case: Any) -> None:
    if case is None:
        raise Refusal("the first record was to be refused, and was not")
    path = f"/v1/cases/{written(Prefix.CASE, case)}/resubmit"
    await client.insist("POST", path, _json({"changes": _said(f"{name}:m")}), f"mend:{name}")


async def _amend(client: Client, name: str, invoice: str) -> None:
    """The answer to this one too may be lost: then it is not sent twice, but looked for."""
    marker = "lost" if hash_of(name) % 3 == 0 else ""
    wanted = {"option": "subsanacion", "changes": _said(reference(f"{name}:a", marker))}
    await client.insist("POST", f"/v1/invoices/{invoice}/corrections", _json(wanted), f"amend:{name}")


async def _cancel(client: Client, name: str, invoice: str) -> None:
    wanted = {"reason": "La operación no tuvo lugar", "confirm": [CONFIRMED]}
    await client.insist("POST", f"/v1/invoices/{invoice}/cancel", _json(wanted), f"cancel:{name}")


async def _correct(client: Client, name: str, then: Then, invoice: str) -> Json:
    """A document of its own, about the first one."""
    option, changes = CORRECTED[then]
    wanted = {
        "option": option,
        "reason": "Devolución" if then is Then.RECTIFY else None,
        "source_ref": f"{name}:{then}",
        "changes": {**changes, **_said(f"{name}:r")},
    }
    draft = await client.insist("POST", f"/v1/invoices/{invoice}/corrections", _json(wanted), f"{then}:{name}")
    if not draft["ready_to_finalize"]:
        raise Refusal(f"the correcting document is not ready: {draft['findings']}")
    return await client.insist("POST", f"/v1/invoices/{draft['id']}/finalize", b"", f"finalize:{name}:{then}")


def _accepted(state: str) -> None:
    if state != "accepted":
        raise Refusal(f"the record before is {state}")


def hash_of(name: str) -> int:
    """A number that is the same in every run."""
    return sum(name.encode())


def _said(text: str) -> Json:
    return {"extensions": {"verifactu": {"ref_externa": text}}}


def _json(body: Json) -> bytes:
    return msgspec.json.encode(body)
