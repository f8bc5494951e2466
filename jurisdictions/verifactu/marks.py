"""The rules of what only some records have: marks, third party, further recipients, generator, base at cost, suplidos.

Source: "Validaciones y errores" 1.2.2 of 2026-04-08, §3.1.3 (9 to 14 and 15.2, 15.6.4, 15.7) and §3.1.4; LIVA art.
78.Tres.3 and FAQ for developers 1.3 §20 and §21 for what lies outside a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.breakdown import Row, reported
from jurisdictions.verifactu.document import money
from jurisdictions.verifactu.parties import Identity, identity, person
from jurisdictions.verifactu.settings import LineExtension
from jurisdictions.verifactu.subject import Subject, finding
from schemas.codes import TaxCategory
from schemas.findings import Finding, Severity
from schemas.money import HUNDRED, ZERO

_EXTENSION = "/extensions/verifactu"
_COUPONS = frozenset({"R1", "R5"})
_PUBLIC_BODIES = frozenset("PQSV")


def _marks(subject: Subject) -> Iterator[Finding]:
    given, tipo = subject.about.extension, subject.about.tipo
    if given.art_7273 and tipo not in lists.FULL_TYPES:
        yield _misplaced("1183", "art_7273", tipo, "F1, F3 and R1 to R4")
    if given.sin_identificar and tipo not in lists.SIMPLIFIED_TYPES:
        yield _misplaced("1185", "sin_identificar", tipo, "F2 and R5")
    if given.cupon and tipo not in _COUPONS:
        yield _misplaced("1157", "cupon", tipo, "R1 and R5")


def _misplaced(code: str, name: str, tipo: str, admitted: str) -> Finding:
    return finding(
        code,
        f"This mark goes with types {admitted} only.",
        f"{_EXTENSION}/{name}",
        found=tipo,
        expected=admitted,
        fix="Leave the mark out, or change the type.",
    )


# ------------------------------------------------------------------------------------------------ somebody else


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
        return
    if subject.instruction.invoice.self_billed:
        yield finding("1159", "An invoice is issued by its recipient or by a third party, not by both.", where)
    who = about.tercero.who
    if who.nif == about.nif:
        yield finding("1188", "The third party is the issuer itself.", where, found=who.nif)
    if who.id_type == lists.NOT_IN_CENSUS:
        yield finding("1211", "A third party is in the census.", where, found=who.id_type)
    elif who.country == "ES" and who.id_type != lists.PASSPORT:
        yield finding("1232", "A Spanish third party is named by NIF or passport.", where, found=who.id_type)
    yield from _named(who, where)


def _others(subject: Subject) -> Iterator[Finding]:
    about = subject.about
    given = about.extension.otros_destinatarios
    if given and about.tipo in lists.SIMPLIFIED_TYPES:
        yield finding(
            "1190",
            f"A record of type {about.tipo} names no recipients: they are left out.",
            f"{_EXTENSION}/otros_destinatarios",
            found=about.tipo,
            severity=Severity.WARNING,
        )
        return
    for place, one in enumerate(given):
        yield from _other(subject, person(one), f"{_EXTENSION}/otros_destinatarios/{place}")


def _other(subject: Subject, who: Identity, where: str) -> Iterator[Finding]:
    about = subject.about
    yield from _named(who, where)
    spanish = who.country == "ES"
    if spanish is not (who.id_type == lists.NOT_IN_CENSUS) and (not spanish or who.id_type != lists.PASSPORT):
        yield finding("1126", "ES goes with IDType 03 or 07, and 07 with ES.", where, found=who.id_type)
    by_nif = who.nif is not None or who.id_type == lists.NOT_IN_CENSUS
    if about.tipo == "R3" and not by_nif:
        yield finding("1191", "Type R3 admits recipients by NIF only.", where, found=who.id_type)
    if about.tipo == "R2" and not by_nif and who.id_type != lists.NIF_IVA:
        yield finding("1192", "Type R2 admits recipients by NIF or NIF-IVA only.", where, found=who.id_type)
    for row in about.rows:
        if row.clave == "10" and who.nif is None:
            yield finding("1205", "ClaveRegimen 10 goes with recipients by NIF.", where, found=who.id_type)
        if row.clave == "14" and (who.nif or "")[:1] not in _PUBLIC_BODIES:
            yield finding("1149", "ClaveRegimen 14 goes with public bodies as customers.", where, found=who.nif)
        if row.exenta == "E5" and row.impuesto == lists.IVA and who.nif is not None:
            yield finding("1289", "An intra-community supply names its recipients by NIF-IVA.", where, found="NIF")


def _named(who: Identity, where: str) -> Iterator[Finding]:
    """How anybody may be named: form, country, and the two letters of a NIF-IVA."""
    if not who.well_formed:
        natural = who.id_type == lists.NOT_IN_CENSUS
        code = "1123" if who.nif is not None else "1131" if natural else "1103"
        yield finding(code, "The number is not well formed.", where, found=who.nif or who.id)
    if who.nif is not None:
        return
    if who.country is None and who.id_type != lists.NIF_IVA:
        yield finding("1111", "A document of identity goes with its country.", f"{where}/id_otro/country")
    if who.country is not None and who.country not in lists.COUNTRIES:
        yield finding("1101", "The AEAT's list has no such country.", f"{where}/id_otro/country", found=who.country)
    if who.id_type == lists.NIF_IVA and who.country not in {None, (who.id or "")[:2]}:
        yield finding("1122", "NIF-IVA and country do not go together.", f"{where}/id_otro/country", found=who.country)


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


# ------------------------------------------------------------------------------------------------ rows and lines


def _at_cost(subject: Subject) -> Iterator[Finding]:
    for row in subject.about.rows:
        where, clave = _said(subject, row, "base_a_coste"), _said(subject, row, "clave_regimen")
        advanced = row.clave == "06" and row.impuesto not in {lists.IPSI, lists.OTHER_TAX}
        if advanced and subject.about.tipo in {"F2", "F3", "R5"}:
            yield finding("1202", "ClaveRegimen 06 goes with F1 and R1 to R4.", clave, found=subject.about.tipo)
        if advanced and row.a_coste is None:
            yield finding(
                "1202",
                "ClaveRegimen 06 needs BaseImponibleACoste.",
                clave,
                found="none",
                fix="Give base_a_coste with extensions.verifactu of each line.",
            )
        if row.a_coste is None:
            continue
        if row.clave != "06" and row.impuesto not in {lists.IPSI, lists.OTHER_TAX}:
            yield finding("1257", "BaseImponibleACoste goes with ClaveRegimen 06.", where, found=row.clave)
        yield from _tax_at_cost(subject, row, row.a_coste, where)


def _said(subject: Subject, row: Row, name: str) -> str:
    """Where the caller said it: on the row's first line, else on the invoice."""
    line = "/".join(row.pointer.split("/")[:3])
    at = int(line.rpartition("/")[2])
    extensions = subject.instruction.line_extensions
    on_line = at < len(extensions) and getattr(extensions[at], name, None) is not None
    return f"{line if on_line else ''}{_EXTENSION}/{name}"


def _tax_at_cost(subject: Subject, row: Row, a_coste: Decimal, where: str) -> Iterator[Finding]:
    if row.calificacion != "S1" or row.tipo is None or row.cuota is None:
        return
    if subject.about.rectificativa == "I" or subject.about.tipo in {"R2", "R3"}:
        return
    due = a_coste * row.tipo / HUNDRED
    if abs(row.cuota - due) > lists.TOLERANCE:
        yield finding(
            "1144", "The tax is not that of base at cost and rate.", where, found=money(row.cuota), expected=money(due)
        )
    if row.cuota * a_coste < ZERO:
        yield finding("1140", "Tax and base at cost have different signs.", where, found=money(row.cuota))


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


IDENTITY: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_generator,)
"""Judged of an anulación as well."""
RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (_marks, _tercero, _others, *IDENTITY, _at_cost, _aside)
