"""The demo: what a first integrator would try, through HTTP, each invoice followed to the authority's answer."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import msgspec

from gateway.clock import new_id
from gateway.samples import invoices as samples
from gateway.samples.caller import Caller, Json, Unexpected, current, pretty, write
from gateway.samples.ending import Ending
from gateway.samples.mexican_aftermath import mexican_cancelled, mexican_payments
from gateway.samples.spanish_aftermath import (
    spanish_cancelled,
    spanish_exchanged,
    spanish_mended,
    spanish_rectified,
)
from gateway.samples.stage import Stage
from gateway.samples.story import ACCEPTED, CANCELLED, WITHIN, Play, Story
from gateway.sandbox import SandboxAuthority

if TYPE_CHECKING:
    from gateway.lifecycle.stack import Running


async def demonstrate(house: Running, stage: Stage) -> list[Ending]:
    """Play every story, those that do not depend on each other at the same time; how each ended."""
    run = new_id().hex[-8:]
    root = house.data / "demo"
    root.mkdir(exist_ok=True, mode=0o700)
    for story in STORIES:
        stage.begin(story.name, story.title)
        shutil.rmtree(root / story.name, ignore_errors=True)
    headers = {"Authorization": f"Bearer {house.seeded.api_key}"}
    trust = await asyncio.to_thread(_trust, house.data / "sandbox")
    async with (
        httpx2.AsyncClient(base_url=house.url, headers=headers, trust_env=False, timeout=30.0) as client,
        httpx2.AsyncClient(verify=trust, trust_env=False, timeout=10.0) as books,
    ):
        caller = Caller(client, run)
        ended: dict[str, asyncio.Task[Ending]] = {}

        async def told(story: Story) -> Ending:
            if story.after is not None:
                await ended[story.after]
            play = Play(
                name=story.name,
                caller=caller,
                issuers=house.seeded.issuers,
                simulators=lambda code, way, value: _book(books, house.simulators[code], way, value),
                folder=root / story.name,
                tell=lambda text: stage.tell(story.name, text),
            )
            ending = await _ended(story, play)
            stage.end(ending)
            return ending

        for story in STORIES:
            ended[story.name] = asyncio.create_task(told(story))
        return list(await asyncio.gather(*ended.values()))


async def _ended(story: Story, play: Play) -> Ending:
    try:
        invoice, note = await story.play(play)
        documents = await play.caller.keep(play.folder, invoice)
    except (Unexpected, httpx2.HTTPError, LookupError) as why:
        return Ending(
            name=story.name,
            jurisdictions=story.jurisdictions,
            expected=story.expected,
            outcome="failed",
            note=f"{type(why).__name__}: {why}" if not isinstance(why, Unexpected) else str(why),
        )
    sent = current(invoice)
    return Ending(
        name=story.name,
        jurisdictions=tuple(dict.fromkeys(one["jurisdiction"] for one in sent)) or story.jurisdictions,
        expected=story.expected,
        outcome=_outcome(story, invoice),
        number=invoice["number"],
        authority_ids={one["jurisdiction"]: one["authority_id"] for one in sent if one["authority_id"]},
        documents=tuple([*documents, *(str(path) for path in sorted(_beside(play.folder)))]),
        note=note,
    )


def _beside(folder: Path) -> Iterator[Path]:
    """What a story keeps beside its invoice's documents."""
    yield from folder.glob("findings.*")
    yield from folder.glob("receipt-*/*")


def _outcome(story: Story, invoice: Json) -> str:
    """`accepted` where every jurisdiction of the story has accepted, `refused` for a draft that stayed one, `cancelled`
    where the authorities hold it no more."""
    sent = current(invoice)
    if not sent:
        return "refused" if invoice["status"] == "draft" else "not submitted"
    states = {one["jurisdiction"]: one["state"] for one in sent}
    if states.keys() != set(story.jurisdictions):
        return f"submitted to {', '.join(states)}"
    if set(states.values()) == {ACCEPTED}:
        return CANCELLED if all(one["standing"] == CANCELLED for one in sent) else ACCEPTED
    return ", ".join(f"{one['jurisdiction']} {one['state']} {one['code'] or ''}".strip() for one in sent)


# ------------------------------------------------------------------------------------------------ stories


async def spanish_b2b(play: Play) -> tuple[Json, str]:
    lines = samples.line("Consultoría, noviembre", "85.50", "10"), samples.line("Soporte", "120.00")
    body = samples.spanish(play.issuers["verifactu"], *lines, customer=samples.SPANISH_CUSTOMER_ON_PEPPOL)
    invoice = await play.followed(body)
    url = invoice["facts"]["verifactu"]["verification_url"]
    document = await play.caller.document(invoice, "peppol")
    if url.replace("&", "&amp;").encode() not in document:
        raise Unexpected("the UBL does not carry the address of the QR code")
    return invoice, "the UBL carries the QR's address"


async def belgian_invoice(play: Play) -> tuple[Json, str]:
    return await play.followed(
        samples.belgian(play.issuers["peppol"], samples.line("Pro plan, June", "49.00", "3"))
    ), ""


async def belgian_credit_note(play: Play) -> tuple[Json, str]:
    """Takes the invoice of the story before back, by the correction that the gateway says is legal."""
    kept = play.folder.parent / "belgian-invoice" / "invoice.json"
    if not kept.exists():
        raise Unexpected("the invoice that it takes back did not come about")
    former = msgspec.json.decode(kept.read_bytes())
    invoice = await play.corrected(former, {"option": "credit_note", "reason": "The plan was cancelled"})
    return invoice, f"takes back {former['number']}"


async def mexican_cfdi(play: Play) -> tuple[Json, str]:
    return await play.followed(samples.mexican(play.issuers["cfdi"], samples.line("Desarrollo", "500.00", "2"))), ""


async def refused_before_finalize(play: Play) -> tuple[Json, str]:
    """A mistyped enterprise number, an exemption without its reason, no reference: all at once, no number used."""
    exempt = [{"tax": "VAT", "category": "E"}]
    lines = samples.line("Pro plan, June", "49.00"), samples.line("Course", "80.00", taxes=exempt)
    body = samples.belgian(play.issuers["peppol"], *lines, customer=samples.MISTYPED_CUSTOMER)
    body = {name: value for name, value in body.items() if name != "references"}
    invoice = await play.caller.draft(play.name, body)
    problem = await play.caller.refused(play.name, invoice)
    write(play.folder / "findings.json", pretty(problem))
    fatal = [one for one in problem["findings"] if one.get("severity", "fatal") == "fatal"]
    if not fatal:
        raise Unexpected("it was refused without a finding")
    told = "\n".join(f"{one['rule']} {one.get('pointer') or ''}: {one['message']}" for one in fatal)
    return await play.caller.get(f"/v1/invoices/{invoice['id']}"), told


async def mexican_corrected(play: Play) -> tuple[Json, str]:
    """The tax office knows the customer by another name: refused, mended through its case, sealed again, accepted."""
    body = samples.mexican(
        play.issuers["cfdi"], samples.line("Capacitación", "750.00"), customer=samples.MISNAMED_CUSTOMER
    )
    invoice = await play.followed(body)
    first = current(invoice)[0]
    if first["state"] != "rejected" or not first["case"]:
        raise Unexpected(f"it should have been rejected with a case, and was {first['state']} {first['code'] or ''}")
    play.tell(f"rejected with {first['code']}; mending it through its case")
    changes = {"customer": {"name": samples.MEXICAN_CUSTOMER["name"]}}
    wish = {"changes": changes, "reason": "The name as the tax office knows it"}
    await play.caller.post(f"/v1/cases/{first['case']}/resubmit", wish, f"{play.name}:resubmit")
    settled = await play.caller.settled(invoice["id"], WITHIN)
    case = await play.caller.get(f"/v1/cases/{first['case']}")
    if settled["number"] != invoice["number"] or case["state"] != "resolved":
        raise Unexpected(f"number {settled['number']} after {invoice['number']}, case {case['state']}")
    return settled, f"rejected with {first['code']}, corrected through its case"


async def spanish_lost(play: Play) -> tuple[Json, str]:
    line = samples.line(f"Mantenimiento {samples.LOST}", "60.00")
    invoice = await _recovered(play, samples.spanish(play.issuers["verifactu"], line))
    day = date.fromisoformat(str(invoice["issue_date"] or date.today())).strftime("%d-%m-%Y")  # noqa: DTZ011
    key = f"record/B00000018/{invoice['number']}/{day}"
    entry = await play.simulators("verifactu", "key", key)
    if len(entry.get("huellas", ())) != 1:
        raise Unexpected(f"the authority's book has {len(entry.get('huellas', ()))} records of it, not one")
    return invoice, "the answer was lost; recovered by inquiry, one record in the authority's book"


async def mexican_lost(play: Play) -> tuple[Json, str]:
    line = samples.line(f"Mantenimiento {samples.LOST}", "90.00")
    invoice = await _recovered(play, samples.mexican(play.issuers["cfdi"], line))
    stamped = current(invoice)[0]["authority_id"]
    keys = (await play.simulators("cfdi", "prefix", f"uuid/{stamped}"))["keys"]
    if len(keys) != 1:
        raise Unexpected(f"the certifier's book has {len(keys)} stamps {stamped}, not one")
    return invoice, "the answer was lost; recovered by inquiry, one stamp in the certifier's book"


async def _recovered(play: Play, body: Json) -> Json:
    """Settled by asking, after the line had dropped."""
    invoice = await play.followed(body)
    trace = await play.caller.get(f"/v1/invoices/{invoice['id']}/trace")
    exchanges = [one for sent in trace["submissions"] for one in sent["exchanges"]]
    if not any(one["failure"] for one in exchanges):
        raise Unexpected("no answer was lost")
    return invoice


STORIES = (
    Story(
        name="spanish-b2b",
        title="Spanish invoice, to the tax office and to the customer",
        play=spanish_b2b,
        jurisdictions=("verifactu", "peppol"),
    ),
    Story(name="belgian-invoice", title="Belgian invoice", play=belgian_invoice, jurisdictions=("peppol",)),
    Story(
        name="belgian-credit-note",
        title="Its credit note",
        play=belgian_credit_note,
        jurisdictions=("peppol",),
        after="belgian-invoice",
    ),
    Story(name="mexican-cfdi", title="Mexican invoice", play=mexican_cfdi, jurisdictions=("cfdi",)),
    Story(
        name="refused-before-finalize",
        title="Belgian invoice with mistakes",
        play=refused_before_finalize,
        jurisdictions=("peppol",),
        expected="refused",
    ),
    Story(
        name="mexican-corrected",
        title="Mexican invoice to a wrong name",
        play=mexican_corrected,
        jurisdictions=("cfdi",),
    ),
    Story(
        name="spanish-lost",
        title="Spanish invoice whose answer is lost",
        play=spanish_lost,
        jurisdictions=("verifactu",),
    ),
    Story(
        name="spanish-exchanged",
        title="Spanish ticket, and the full invoice in its place",
        play=spanish_exchanged,
        jurisdictions=("verifactu",),
    ),
    Story(
        name="spanish-rectified",
        title="Spanish factura rectificativa",
        play=spanish_rectified,
        jurisdictions=("verifactu",),
    ),
    Story(
        name="spanish-mended",
        title="Spanish invoice whose record is mended",
        play=spanish_mended,
        jurisdictions=("verifactu",),
    ),
    Story(
        name="spanish-cancelled",
        title="Spanish invoice of what never happened",
        play=spanish_cancelled,
        jurisdictions=("verifactu",),
        expected=CANCELLED,
    ),
    Story(
        name="mexican-lost",
        title="Mexican invoice whose answer is lost",
        play=mexican_lost,
        jurisdictions=("cfdi",),
    ),
    Story(
        name="mexican-payments",
        title="Mexican invoice paid in two parts, each with its receipt",
        play=mexican_payments,
        jurisdictions=("cfdi",),
    ),
    Story(
        name="mexican-cancelled",
        title="Mexican invoice that is taken back",
        play=mexican_cancelled,
        jurisdictions=("cfdi",),
        expected=CANCELLED,
    ),
)


# ------------------------------------------------------------------------------------------------ authorities' books


def _trust(sandbox: Path) -> ssl.SSLContext:
    pem = SandboxAuthority(sandbox).certificate_pem.decode("ascii")
    return ssl.create_default_context(cadata=pem)


async def _book(client: httpx2.AsyncClient, simulator: str, way: str, value: str) -> Any:
    """What a simulator's book holds: the keys under a prefix, or the value of one key, both as JSON."""
    answer = await client.get(f"{simulator}/_sandbox/book", params={way: value})
    return answer.json() if answer.is_success else {}
