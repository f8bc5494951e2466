"""What the caller alone can have got wrong about third party, generator and lines beside the record.

The record's own rules judge what a record then says; here stands what they cannot see: a third party that nobody
registered, two issuers at once, who makes an anulación, lines without tax, and lines whose margin alone is taxed.

Source: "Validaciones y errores" 1.2.2 of 2026-04-08, §3.1.3 (14) and §3.1.4; LIVA art. 78.Tres.3 and FAQ for
developers 1.3 §20 and §21 for what lies outside a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from jurisdictions.verifactu.parties import identity
from jurisdictions.verifactu.qualification import reported
from jurisdictions.verifactu.rules.subject import Subject, finding
from jurisdictions.verifactu.settings import LineExtension
from schemas.codes import TaxCategory
from schemas.findings import Finding
from schemas.money import HUNDRED, plain

_EXTENSION = "/extensions/verifactu"
_ON_MARGINS = frozenset({"03", "05"})
_CENT = Decimal("0.01")


def _tercero(subject: Subject) -> Iterator[Finding]:
    about, where = subject.about, f"{_EXTENSION}/tercero"
    if about.extension.tercero is None:
        return
    if about.tercero is None:
        known = ", ".join(one.key for one in about.settings.terceros)
        yield Finding(
            rule="VERIFACTU-TERCERO",
            message="The issuer's settings know no such third party.",
            pointer=where,
            found=about.extension.tercero,
            expected=known or "one of settings.verifactu.terceros, which is empty",
            fix="Register the third party in settings.verifactu.terceros of the issuer.",
        )
    elif subject.instruction.invoice.self_billed:
        yield finding("1159", "An invoice is issued by its recipient or by a third party, not by both.", where)


def _generator(subject: Subject) -> Iterator[Finding]:
    """GeneradoPor is said with the invoice and used by its anulación; it is judged at both."""
    about, where = subject.about, f"{_EXTENSION}/generado_por"
    made_by = about.extension.generado_por
    if made_by is None:
        return
    third = None if about.tercero is None else about.tercero.who
    who = identity(subject.instruction.invoice.customer) if made_by == "D" else third
    if who is None:
        missing = "customer by a tax id" if made_by == "D" else "third party"
        yield finding(
            "1224", f"Who is to make the anulación is not named: there is no {missing}.", where, found=made_by
        )
    elif who.nif == about.nif:
        yield finding("1259", "Who makes the anulación for the issuer is somebody else.", where, found=who.nif)


def _aside(subject: Subject) -> Iterator[Finding]:
    """A suplido has no tax of the issuer's, and an invoice of suplidos alone is no invoice of an operation."""
    extensions = subject.instruction.line_extensions
    for at, given in enumerate(extensions[: len(subject.instruction.invoice.lines)]):
        if not isinstance(given, LineExtension) or not given.aside:
            continue
        taxes = subject.instruction.invoice.lines[at].taxes
        if any(reported(one.tax) and one.tax.category is not TaxCategory.OUTSIDE_SCOPE for one in taxes):
            yield Finding(
                rule="VERIFACTU-SUPLIDO",
                message="A suplido or a guarantee bears no tax and is no part of the record.",
                pointer=f"/lines/{at}/taxes",
                fix="Leave the line's taxes out, or its mark.",
            )
        if not subject.about.rows:
            yield finding("1195", "A record has at least one row of tax.", f"/lines/{at}", found="none")


def _margins(subject: Subject) -> Iterator[Finding]:
    """A margin is taxed under REBU and by travel agencies alone, and with its tax it is no more than the price."""
    about = subject.about
    for at, given in enumerate(subject.instruction.line_extensions[: len(subject.instruction.invoice.lines)]):
        if not isinstance(given, LineExtension) or given.margen is None:
            continue
        where, net = f"/lines/{at}{_EXTENSION}", subject.instruction.invoice.lines[at].net
        clave = given.clave_regimen or about.extension.clave_regimen or about.settings.clave_regimen
        if clave not in _ON_MARGINS:
            yield _margin("Only ClaveRegimen 03 and 05 tax a margin.", f"{where}/clave_regimen", clave, "03 05")
        earned = Decimal(given.margen) * (1 + Decimal(given.tipo_margen) / HUNDRED)
        if earned * net < 0 or abs(earned) > abs(net) + _CENT:
            message = "A margin with its tax lies between nothing and the line's net."
            yield _margin(message, f"{where}/margen", given.margen, plain(net))
        if about.rectificativa == "S" and about.extension.rectificado is None:
            message = "Which margin a substitution replaces is not known here: state it, or correct by differences."
            yield _margin(message, f"{_EXTENSION}/rectificado", "none", "the margin and its tax")


def _margin(message: str, pointer: str, found: str, expected: str) -> Finding:
    return Finding(rule="VERIFACTU-MARGIN", message=message, pointer=pointer, found=found, expected=expected)


IDENTITY: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_generator,)
"""Judged of an anulación as well."""
RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_tercero, *IDENTITY, _aside, _margins)
