"""The documents that set an invoice right: how their drafts begin, and that such drafts are right in their turn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from jurisdictions.contract import CorrectionOption, Earlier, InstructionKind
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.settings import Extension
from schemas.document import Invoice, Preceding, References
from schemas.findings import is_fatal
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import (
    NOW,
    TODAY,
    credit_note,
    earlier,
    instruction,
    invoice,
    issuer,
    party,
    sealed,
)
from tests.jurisdictions.verifactu.simulated import OK, Aeat

ISSUE, CANCEL = InstructionKind.ISSUE, InstructionKind.CANCEL
NONE, ALTA, ANULADA = Standing.NONE, Standing.REGISTERED, Standing.CANCELLED
TAKEN, NO = SubmissionState.ACCEPTED, SubmissionState.REJECTED
issued, refused, cancelled = earlier(ISSUE, TAKEN), earlier(ISSUE, NO, "1239"), earlier(CANCEL, TAKEN)
DOCUMENTS = ["credit_note", "debit_note", "rectificativa_sustitucion"]


def offered(standing: Standing, before: tuple[Earlier, ...], of: Invoice) -> tuple[CorrectionOption, ...]:
    return JURISDICTION.desk.corrections(of, standing, before, NOW)


def names(standing: Standing, before: tuple[Earlier, ...], of: Invoice) -> list[str]:
    return [one.option for one in offered(standing, before, of)]


def written(tipo: str, kind: Kind = Kind.INVOICE) -> Invoice:
    """An invoice whose caller named its type."""
    return invoice(kind=kind, extensions={"verifactu": {"tipo_factura": tipo}})


CANJE = ["canje_negativo", "factura_canje"]


def test_a_factura_de_canje_is_never_rectified() -> None:
    """FAQ §27, case 1: one with the opposite sign takes it back, another one is right; both name the tickets."""
    assert names(ALTA, (issued,), written("F3")) == [*CANJE, "subsanacion", "anulacion"]
    back, again, mended, _ = offered(ALTA, (issued,), written("F3"))
    assert (back.kind, again.kind) == (Kind.CREDIT_NOTE, Kind.INVOICE)
    assert {one.refers for one in (back, again)} == {"its_preceding"}
    assert {preset(one)["tipo_factura"] for one in (back, again)} == {"F3"}
    assert "negative F3" in mended.reason
    assert names(NONE, (earlier(ISSUE, NO, "1124"),), written("F3")) == CANJE, "whatever the AEAT holds"
    assert names(NONE, (earlier(ISSUE, NO, "1130"),), written("F3")) == ["new_invoice"]


def test_a_negative_factura_de_canje_is_taken_back_by_a_positive_one() -> None:
    back, again, *_ = offered(ALTA, (issued,), written("F3", Kind.CREDIT_NOTE))
    assert (back.option, back.kind) == ("canje_positivo", Kind.INVOICE)
    assert (again.option, again.kind) == ("factura_canje", Kind.CREDIT_NOTE)
    assert back.presets["correction_reason"] is None
    assert "correction_reason" not in again.presets


@pytest.mark.parametrize(
    ("tipo", "kind", "expected"),
    [
        ("F2", Kind.INVOICE, Kind.INVOICE),
        ("R5", Kind.CREDIT_NOTE, Kind.CREDIT_NOTE),
        ("R5", Kind.DEBIT_NOTE, Kind.INVOICE),
        ("R5", Kind.CORRECTIVE, Kind.INVOICE),
    ],
)
def test_a_declared_simplified_invoice_is_replaced_on_demand(tipo: str, kind: Kind, expected: Kind) -> None:
    """FAQ §27, cases 2 and 3: the F3 of an R5 has the sign of the R5."""
    of = written(tipo, kind)
    option = next(one for one in offered(ALTA, (issued,), of) if one.option == "factura_canje")
    assert (option.kind, option.refers, option.presets["simplified"]) == (expected, "this", False)
    taken_off = dict.fromkeys(("tipo_rectificativa", "rectificado", "sin_identificar", "cupon"))
    assert preset(option) == {"tipo_factura": "F3", **taken_off}
    assert option.presets["series"] is None, "neither among tickets nor among rectificativas"
    assert "factura_canje" not in names(NONE, (refused,), of), "only what is declared"
    assert "factura_canje" not in names(ANULADA, (issued, cancelled), of)


@pytest.mark.parametrize("tipo", ["F1", "R1", "R2", "R3", "R4"])
def test_a_full_invoice_is_replaced_by_none(tipo: str) -> None:
    assert "factura_canje" not in names(ALTA, (issued,), written(tipo))


def preset(option: CorrectionOption) -> dict[str, object]:
    """What an option writes into `extensions.verifactu` of the new draft."""
    extensions = option.presets["extensions"]
    assert isinstance(extensions, dict)
    return dict(extensions["verifactu"])


@pytest.mark.parametrize(
    ("tipo", "expected"),
    [("F1", {"tipo_factura": None}), ("F2", {"tipo_factura": "R5"}), ("R1", {}), ("R4", {}), ("R5", {})],
)
def test_the_type_of_a_rectificativa_is_not_inherited_from_an_invoice(tipo: str, expected: dict[str, object]) -> None:
    options = [one for one in offered(ALTA, (issued,), written(tipo)) if one.option in DOCUMENTS]
    assert {"series" in one.presets for one in options} == {tipo in {"F1", "F2"}}, "they have a series of their own"
    found = {one.option: preset(one) for one in options}
    assert found == {
        "credit_note": {"tipo_rectificativa": None, "rectificado": None} | expected,
        "debit_note": {"tipo_rectificativa": None, "rectificado": None} | expected,
        "rectificativa_sustitucion": {"tipo_rectificativa": "S", "rectificado": None} | expected,
    }


def test_a_credit_note_is_not_stated_anew() -> None:
    """Its amounts are negative in its record alone: as a substitution they would turn positive."""
    assert "rectificativa_sustitucion" not in names(ALTA, (issued,), credit_note())
    assert "rectificativa_sustitucion" in names(ALTA, (issued,), written("R4", Kind.DEBIT_NOTE))


# ------------------------------------------------------------------------------------------------ drafts


class Document:
    """An invoice with what it says to this law, and the draft that an option makes of it, as the gateway does."""

    def __init__(self, of: Invoice, **extension: object) -> None:
        self.invoice, self.extension = of, Extension(**extension)  # type: ignore[arg-type]

    def option(self, name: str) -> CorrectionOption:
        of = replace(self.invoice, extensions={"verifactu": _said(self.extension)})
        return next(one for one in offered(ALTA, (issued,), of) if one.option == name)

    def corrected(self, name: str, number: str, of: Invoice | None = None) -> Document:
        """`number` is this document's own; `of` the amounts of the new one."""
        option = self.option(name)
        assert option.kind is not None
        said = {key: value for key, value in {**_said(self.extension), **preset(option)}.items() if value is not None}
        named = Preceding(number=number, issue_date=TODAY, tax_breakdown=self.invoice.tax_breakdown)
        made = replace(
            of or self.invoice,
            kind=option.kind,
            simplified=option.presets.get("simplified", self.invoice.simplified) is True,
            customer=party(ES_NIF="B00000026"),
            series="R",
            correction_reason="Devolución",
            references=self.invoice.references if option.refers == "its_preceding" else References(preceding=(named,)),
        )
        return Document(made, **msgspec.to_builtins(msgspec.convert(said, Extension)))


def _said(extension: Extension) -> dict[str, object]:
    """What an extension says beyond its defaults."""
    plain, silent = msgspec.to_builtins(extension), msgspec.to_builtins(Extension())
    return {name: value for name, value in plain.items() if value != silent[name]}


TICKET = Document(invoice(simplified=True, customer=party()), sin_identificar=True)
FULL = Document(invoice(), tipo_factura="F1", tipo_rectificativa=None)
R5 = Document(credit_note(simplified=True, customer=party()), tipo_rectificativa="I", cupon=True)
R4 = Document(credit_note(kind=Kind.DEBIT_NOTE), tipo_rectificativa="I")
F3 = TICKET.corrected("factura_canje", "A-1")


@pytest.mark.parametrize("of", [TICKET, FULL, R5, R4, F3, R5.corrected("factura_canje", "R-1")])
def test_every_draft_is_right_as_it_begins(of: Document) -> None:
    given = replace(of.invoice, extensions={"verifactu": _said(of.extension)})
    for option in offered(ALTA, (issued,), given):
        if option.kind is not None:
            made = of.corrected(option.option, "A-1")
            found = JURISDICTION.law.check(instruction(made.invoice, extension=made.extension), issuer(), NOW)
            assert not is_fatal(found), (option.option, found)


def test_a_ticket_is_replaced_and_both_ways_of_setting_it_right_are_taken() -> None:
    """FAQ §27 in its order: an F3 of a ticket, the F3 undone and made anew, a part of the ticket returned."""
    undone = F3.corrected("canje_negativo", "C-1")
    anew = F3.corrected("factura_canje", "C-1")
    returned = TICKET.corrected("credit_note", "A-1")
    canje = returned.corrected("factura_canje", "R-1")
    documents: Mapping[str, Document] = {
        "A-1": TICKET,
        "C-1": F3,
        "C-2": undone,
        "C-3": anew,
        "R-1": returned,
        "C-4": canje,
    }
    aeat = Aeat(at=NOW + timedelta(seconds=5))
    link, totals, types = None, [], []
    for place, (number, one) in enumerate(documents.items()):
        record = sealed(instruction(one.invoice, extension=one.extension), number, previous=link, sequence=place + 1)
        link = record.link
        assert aeat.send(record.body.decode()) == [OK]
        totals.append(record.attributes["total"])
        types.append(record.attributes["tipo_factura"])
    assert types == ["F2", "F3", "F3", "F3", "R5", "F3"]
    assert totals == ["121.00", "121.00", "-121.00", "121.00", "-121.00", "-121.00"]
