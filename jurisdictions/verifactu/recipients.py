"""The rules of the recipient: who must be named, and how.

Source: "Validaciones y errores" 1.2.2 of 2026-04-08, §3.1.3 (Destinatarios) and note 1 (NIF-IVA).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.parties import Identity, identity
from jurisdictions.verifactu.subject import Subject, finding
from schemas.findings import Finding, Severity


def _recipient(subject: Subject) -> Iterator[Finding]:
    about = subject.about
    if about.tipo in lists.SIMPLIFIED_TYPES:
        known = identity(subject.instruction.invoice.customer)
        if known is not None:
            yield finding(
                "1190",
                f"A record of type {about.tipo} names no recipient: the customer's tax id is left out.",
                f"/customer/tax_ids/{known.index}",
                found=about.tipo,
                severity=Severity.WARNING,
                fix="Issue a full invoice (simplified: false) if the customer needs to be named.",
            )
        return
    if about.recipient is None:
        yield finding(
            "1189",
            f"A record of type {about.tipo} names its recipient by a tax id.",
            "/customer/tax_ids",
            found="none",
            expected="ES:NIF, a VAT number of a member state, or a document of the customer's country",
            fix="Add a tax id, or issue a simplified invoice.",
        )
        return
    yield from _identified(about.recipient, about.tipo)
    if len(subject.instruction.invoice.customer.name) > 120:
        yield finding(
            "1100",
            "The customer's name is cut to 120 characters in the record.",
            "/customer/name",
            severity=Severity.WARNING,
        )


def _identified(who: Identity, tipo: str) -> Iterator[Finding]:
    where = f"/customer/tax_ids/{who.index}/value"
    if not who.well_formed:
        code = "1123" if who.nif is not None else "1103"
        yield finding(
            code,
            "The customer's NIF is not well formed."
            if who.nif is not None
            else "The customer's id is not well formed.",
            where,
            found=who.nif or who.id,
            expected="nine characters with a right check character"
            if who.nif is not None
            else "the form of its country",
            fix="Ask the customer for the right number; a Spanish NIF is written without ES.",
        )
    scheme = f"/customer/tax_ids/{who.index}/scheme"
    if who.country is not None and who.country not in lists.COUNTRIES:
        yield finding("1101", "The AEAT's list has no such country.", scheme, found=who.country)
    if who.country == "ES" and who.id_type != lists.PASSPORT:
        yield finding("1126", "A Spanish customer is named by NIF.", scheme, found=who.id_type, expected="ES:NIF")
    if tipo == "R3" and who.nif is None:
        yield finding("1191", "Type R3 admits recipients by NIF only.", scheme, found=who.id_type, expected="ES:NIF")
    if tipo == "R2" and who.nif is None and who.id_type != lists.NIF_IVA:
        yield finding("1192", "Type R2 admits recipients by NIF or NIF-IVA only.", scheme, found=who.id_type)


RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_recipient,)
