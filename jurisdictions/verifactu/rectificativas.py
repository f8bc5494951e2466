"""The new documents that set an invoice right: facturas rectificativas, facturas de canje (F3), another number.

Each option says how its draft begins: what the type of the new document is, and which marks of the old one it must not
inherit. A factura rectificativa is made by differences (I) or by substitution (S). Simplified invoices that are
declared may be replaced by an F3, and stay; an F3 is never rectified: one with the opposite sign takes it back, and
another one says what is right.

Sources: RD 1619/2012 arts. 15.1 to 15.6; FAQ for developers 1.3 §17 (case 2.a) and §27 (cases 1 to 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from jurisdictions.contract import CorrectionOption, InstructionKind
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.state_table import Held
from schemas.document import Invoice
from schemas.invoice import Kind

Options = tuple[CorrectionOption, ...]

CANJE = "F3"


def documents(invoice: Invoice, tipo: str, held: Held) -> Options:
    """They name the invoice, whatever the AEAT holds of it (FAQ §17, case 2.a); but only what it has is replaced."""
    if tipo == CANJE:
        return _instead_of_canje(invoice)
    found = _by_differences(tipo)
    if invoice.kind is not Kind.CREDIT_NOTE:  # Its amounts would lose their sign.
        found += (_by_substitution(tipo),)
    if tipo in lists.SIMPLIFIED_TYPES and held is Held.ALTA:
        found += (_canje(invoice, tipo),)
    return found


def anew(invoice: Invoice, code: str | None, sentence: str) -> Options:
    """No record of that number will ever be taken: neither a subsanación nor a rectificativa can name it."""
    return (
        _option(
            "new_invoice",
            "Factura under another number",
            f"The number cannot be used: {code}. {sentence}".strip(),
            invoice.kind,
            refers="its_preceding",
        ),
    )


# ------------------------------------------------------------------------------------------------ rectificativas

_CAUSE = " It is an R4 unless its cause is in LIVA art. 80: R1 (80.1, 80.2, 80.6), R2 (80.3) or R3 (80.4)."
_LESS = {
    "F1": "The invoice was wrong, returned or reduced (RD 1619/2012 art. 15)." + _CAUSE,
    "F2": "The simplified invoice was wrong, returned or reduced: an R5, and an F3 of it if an F3 replaced the ticket.",
    "R": "The factura rectificativa itself took back too little.",
}
_MORE = {
    "F1": "The invoice said too little." + _CAUSE,
    "F2": "The simplified invoice said too little: an R5, and an F3 of it if an F3 replaced the ticket.",
    "R": "The factura rectificativa itself took back too much.",
}
_WHOLE = {
    "F1": "The whole invoice is stated anew, beside the amounts that it replaces (RD 1619/2012 art. 15.5)." + _CAUSE,
    "F2": "The whole ticket is stated anew: an R5. If an F3 replaced it, a negative F3 takes that back, and a new one"
    " names the R5.",
    "R": "The factura rectificativa itself was wrong, and is stated anew as a whole.",
}


def _family(tipo: str) -> str:
    return "R" if tipo in lists.CORRECTIVE_TYPES else tipo


def _by_differences(tipo: str) -> Options:
    family, presets = _family(tipo), _type(tipo, None)
    return (
        _option(
            "credit_note", "Factura rectificativa por diferencias", _LESS[family], Kind.CREDIT_NOTE, presets=presets
        ),
        _option(
            "debit_note",
            "Factura rectificativa por diferencias, upwards",
            _MORE[family],
            Kind.DEBIT_NOTE,
            presets=presets,
        ),
    )


def _by_substitution(tipo: str) -> CorrectionOption:
    return _option(
        "rectificativa_sustitucion",
        "Factura rectificativa por sustitución",
        _WHOLE[_family(tipo)],
        Kind.CORRECTIVE,
        presets=_type(tipo, "S"),
    )


def _type(tipo: str, rectificativa: str | None) -> Mapping[str, object]:
    """Type and series follow from the correction and are not inherited: R5 for a ticket, and a series of its own (RD
    1619/2012 art. 6.1.a). What corrects a rectificativa keeps both."""
    said: dict[str, object] = {"tipo_rectificativa": rectificativa, "rectificado": None}
    if tipo in lists.CORRECTIVE_TYPES:
        return {"extensions": {"verifactu": said}}
    said["tipo_factura"] = "R5" if tipo in lists.SIMPLIFIED_TYPES else None
    return {"series": None, "extensions": {"verifactu": said}}


# ------------------------------------------------------------------------------------------------ facturas de canje

_IN_PLACE = (
    "The customer wants a full invoice: name them. It replaces the simplified one, which stays as it is, neither"
    " rectified nor cancelled; other tickets of the customer may be added to references.preceding."
)
_OF_R5 = "An F3 had replaced the ticket that this R5 corrects: so the customer's full invoices say the same (FAQ §27)."
_OF_WHOLE_R5 = (
    "An F3 had replaced the ticket that this R5 states anew: after a negative F3 has taken that one back, this one says"
    " what is right (FAQ §27)."
)
_BACK = "The F3 is wrong, and the simplified invoices are right: one with the same amounts and the opposite sign"
_RIGHT = "After the F3 that takes this one back: another one, with the right data (FAQ §27, case 1)."


def _canje(invoice: Invoice, tipo: str) -> CorrectionOption:
    """Of a ticket, or of its R5 with the R5's own sign."""
    kind = Kind.CREDIT_NOTE if invoice.kind is Kind.CREDIT_NOTE else Kind.INVOICE
    reason = _IN_PLACE
    if tipo == "R5":
        reason = _OF_WHOLE_R5 if invoice.kind is Kind.CORRECTIVE else _OF_R5
    # The series of a ticket holds no full invoice (RD 1619/2012 art. 7.1.a), that of an R5 nothing but rectificativas.
    presets = {**_as_canje(kind), "series": None}
    return _option("factura_canje", "Factura de canje (F3)", reason, kind, presets=presets)


def _instead_of_canje(invoice: Invoice) -> Options:
    back = Kind.INVOICE if invoice.kind is Kind.CREDIT_NOTE else Kind.CREDIT_NOTE
    sign = "positive" if back is Kind.INVOICE else "negative"
    return (
        _option(
            "canje_positivo" if back is Kind.INVOICE else "canje_negativo",
            f"Factura de canje (F3) with {sign} amounts",
            f"{_BACK} takes it back (a {sign} F3; FAQ §27, case 1).",
            back,
            presets=_as_canje(back),
            refers="its_preceding",
        ),
        _option(
            "factura_canje",
            "Factura de canje (F3) with the right data",
            _RIGHT,
            invoice.kind,
            presets=_as_canje(invoice.kind),
            refers="its_preceding",
        ),
    )


def _as_canje(kind: Kind) -> Mapping[str, object]:
    """An F3 names its customer, and has no mark that only tickets and rectificativas bear."""
    taken_off = ("tipo_rectificativa", "rectificado", "sin_identificar", "cupon")
    said: dict[str, object] = {"tipo_factura": CANJE, **dict.fromkeys(taken_off)}
    begun: dict[str, object] = {"simplified": False, "extensions": {"verifactu": said}}
    return begun | ({"correction_reason": None} if kind is Kind.INVOICE else {})


def _option(
    name: str,
    title: str,
    reason: str,
    kind: Kind,
    *,
    presets: Mapping[str, object] | None = None,
    refers: Literal["this", "its_preceding"] = "this",
) -> CorrectionOption:
    return CorrectionOption(
        option=name,
        title=title,
        reason=reason,
        instruction=InstructionKind.ISSUE,
        kind=kind,
        presets=presets or {},
        refers=refers,
    )
