"""The facts of an invoice are those of the record that it becomes."""

from __future__ import annotations

import pytest
from lxml import etree
from msgspec.structs import replace

from jurisdictions.contract import Instruction, InstructionKind
from jurisdictions.verifactu import document
from jurisdictions.verifactu.rules import facts_of_element, facts_of_outline
from jurisdictions.verifactu.rules.facts import RecordFacts
from jurisdictions.verifactu.rules.subject import Subject
from jurisdictions.verifactu.settings import Extension
from schemas.document import Preceding, References
from schemas.invoice import Kind
from schemas.states import Standing
from tests.jurisdictions.verifactu.builders import (
    NOW,
    TODAY,
    credit_note,
    instruction,
    invoice,
    issuer,
    party,
    sealed,
    tax,
)

REPLACED = References(preceding=(Preceding(number="1", issue_date=TODAY, tax_breakdown=invoice().tax_breakdown),))
KINDS = {
    "F1": instruction(),
    "F2": instruction(invoice(simplified=True, customer=party())),
    "F3": instruction(invoice(references=REPLACED), extension=Extension(tipo_factura="F3", ref_externa="x")),
    "R4": instruction(credit_note()),
    "R4-S": instruction(
        credit_note(kind=Kind.CORRECTIVE, references=REPLACED), extension=Extension(tipo_rectificativa="S")
    ),
    "rows": instruction(
        invoice(("10.00", tax("10", surcharge="1.4")), ("5.00", tax(None, "E")), ("6.00", tax("7", "L", "IGIC")))
    ),
    "GR": instruction(invoice(("9.99", tax("0", "K")), customer=party(GR_VAT="094014201"))),
    "huge": instruction(invoice(("200000000.00", tax(None, "G")), customer=party(US_EIN="12-3"), self_billed=True)),
    "subsanacion": instruction(kind=InstructionKind.CORRECT),
    "anulacion": instruction(kind=InstructionKind.CANCEL, standing=Standing.REGISTERED),
}


def unsealed(record: RecordFacts) -> RecordFacts:
    """Without what sealing adds, and with it what only the XML tells apart."""
    return replace(
        record,
        number="",
        generated_at="",
        tipo_huella="",
        huella="",
        previous=None,
        first=True,
        names_corrected=False,
        names_replaced=False,
    )


@pytest.mark.parametrize("name", KINDS)
def test_facts_of_invoice_and_record_are_the_same(name: str) -> None:
    of: Instruction = KINDS[name]
    subject = Subject(instruction=of, issuer=issuer(), about=document.outline(of, issuer()), at=NOW, today=TODAY)
    written = facts_of_element.facts(etree.fromstring(sealed(of).body))
    assert unsealed(facts_of_outline.facts(subject)) == unsealed(written)
