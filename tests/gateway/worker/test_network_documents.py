"""Documents of our own, of every kind, through the worker and the real transport to the receipt."""

from __future__ import annotations

from gateway.worker import Worker
from jurisdictions.peppol.rules import check
from jurisdictions.peppol.seal import seal
from schemas.findings import is_fatal
from tests.gateway.worker.network import Network
from tests.gateway.worker.patience import drained
from tests.jurisdictions.peppol import documents, shapes

KINDS = ("self_billed_389", "self_billed_261", "debit_note", "corrective", "type_326", "full_credit")


async def test_every_kind_of_document_is_accepted(network: Network) -> None:
    tenant, _ = await network.submitted()
    names = {}
    for place, kind in enumerate(KINDS, 1):
        made = documents.made(kind)
        of = shapes.issuer(documents.DRAFTS[kind].get("seller", shapes.BELGIAN))
        assert not is_fatal(check(shapes.instruction(made), of, shapes.AT)), kind
        sealed = seal(shapes.sealing(made, of), None)  # type: ignore[arg-type]
        names[kind] = await network.sealed(tenant, sealed.body, sealed.attributes, place)
    await drained(Worker(network.house))
    for kind, name in names.items():
        row, evidence = await network.told(name)
        assert (row["state"], row["code"]) == ("accepted", None), kind
        assert row["authority_id"], kind
        assert any(one.startswith("receipt") for one in evidence), (kind, list(evidence))


async def test_a_self_billed_invoice_is_sent_by_the_buyer(network: Network) -> None:
    made = documents.made("self_billed_389")
    known = seal(shapes.sealing(made), None).attributes  # type: ignore[arg-type]
    assert (known["sender"], known["receiver"]) == ("0208:0999000228", "0208:0999000129")
    tenant, _ = await network.submitted()
    swapped = known | {"sender": known["receiver"], "receiver": known["sender"]}
    name = await network.sealed(tenant, documents.sealed(made), swapped, 1)
    await drained(Worker(network.house))
    row, _ = await network.told(name)
    assert (row["state"], row["code"]) == ("rejected", "INVALID_DOCUMENT")
