"""Every type of document from its rules through the seal to the receipt of the simulated access point."""

import pytest

from gateway.sandbox import SandboxAuthority
from jurisdictions.contract import InstructionKind, Sending
from jurisdictions.peppol.rules import check
from jurisdictions.peppol.seal import seal
from jurisdictions.peppol.simulator import registry
from schemas.findings import is_fatal
from schemas.states import SubmissionState
from tests.jurisdictions.peppol import documents, shapes
from tests.jurisdictions.peppol.network import Network

TYPES = [
    *(f"type_{code}" for code in ("380", "326", "384", "383", "877", "381", "396", "532")),
    *(f"self_billed_{code}" for code in documents.SELF_BILLED),
    "full", "full_credit", "full_self_billed", "debit_note", "corrective", "direct_debit", "german",
]  # fmt: skip


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> SandboxAuthority:
    return SandboxAuthority(tmp_path_factory.mktemp("authority"), clock=lambda: shapes.AT)


def sending(name: str) -> Sending:
    made = seal(shapes.sealing(documents.made(name)), None)  # type: ignore[arg-type]
    return Sending(
        submission=shapes.SUBMISSION,
        instruction=InstructionKind.ISSUE,
        body=made.body,
        attributes=made.attributes,
        sealed_at=shapes.AT,
        edition="3.0.21",
    )


@pytest.mark.parametrize("name", TYPES)
def test_a_document_of_every_type_is_accepted(name: str, authority: SandboxAuthority) -> None:
    made = documents.made(name)
    of = shapes.issuer(documents.DRAFTS[name].get("seller", shapes.BELGIAN))
    assert not is_fatal(check(shapes.instruction(made), of, shapes.AT))
    steps = Network(authority).run(sending(name))
    [outcome] = [one for step in steps for one in step.outcomes.values()]
    assert outcome.state is SubmissionState.ACCEPTED, outcome


def test_self_billing_needs_a_seller_that_can_get_it(authority: SandboxAuthority) -> None:
    network = Network(authority)
    seller = f"participant/{shapes.BELGIAN['endpoints'][0]['scheme']}:{shapes.BELGIAN['endpoints'][0]['value']}"
    network.book[seller] = b'{"documents": %s}' % str(list(registry.BILLING_DOCUMENTS)).replace("'", '"').encode()
    steps = network.run(sending("self_billed_389"))
    [outcome] = [one for step in steps for one in step.outcomes.values()]
    assert (outcome.state, outcome.code) == (SubmissionState.REJECTED, "DOCUMENT_TYPE_NOT_SUPPORTED")


def test_the_simulator_refuses_self_billing_that_is_sent_by_the_seller(
    authority: SandboxAuthority,
) -> None:
    right = sending("self_billed_389")
    swapped = dict(right.attributes) | {
        "sender": right.attributes["receiver"],
        "receiver": right.attributes["sender"],
    }
    wrong = Sending(
        submission=right.submission,
        instruction=right.instruction,
        body=right.body,
        attributes=swapped,
        sealed_at=right.sealed_at,
        edition=right.edition,
    )
    steps = Network(authority).run(wrong)
    [outcome] = [one for step in steps for one in step.outcomes.values()]
    assert outcome.code == "INVALID_DOCUMENT"
    assert "SBDH-ENDPOINT" in {one.rule for one in outcome.findings}
