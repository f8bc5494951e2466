"""What no CFDI is made of here, each refused or warned of by a finding of its own.

Payroll, foreign trade, transport of goods and the other complements have rules of their own that we do not know; a
document that needs one and lacks it would be stamped and be of no use, so it is said before the seal.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jurisdictions.cfdi.cancelling.consent import FUELS
from jurisdictions.cfdi.comprobante import words_of
from jurisdictions.cfdi.rules.case import Case, own
from jurisdictions.cfdi.settings import Extension, customer_extension
from jurisdictions.contract import Instruction, InstructionKind
from schemas.findings import Finding, Severity
from schemas.invoice import Kind

_KINDS = frozenset({Kind.INVOICE, Kind.CREDIT_NOTE})


@dataclass(frozen=True)
class Foreign:
    """A complement that is not written or judged here: our rule, its name, and why it is wanted at all."""

    rule: str
    title: str
    why: str = ""


_SAT = "http://www.sat.gob.mx/"
_OTHER = Foreign("CFDI-SCOPE-19", "This complement")
FOREIGN: Mapping[str, Foreign] = {
    "nomina12": Foreign("CFDI-SCOPE-10", "Nómina 1.2", "payroll receipts (type N) carry it"),
    "ComercioExterior20": Foreign("CFDI-SCOPE-11", "ComercioExterior 2.0", "exports under Exportacion 02 carry it"),
    "CartaPorte31": Foreign("CFDI-SCOPE-12", "Carta Porte 3.1", "goods on federal roads travel with it"),
    "retencionpago": Foreign("CFDI-SCOPE-13", "Retenciones 2.0", "it is another document than a CFDI"),
    "hidrocarburospetroliferos": Foreign(
        "CFDI-SCOPE-14", "Hidrocarburos y Petrolíferos", "holders of a permit who sell fuels write it"
    ),
    "ine": Foreign("CFDI-SCOPE-15", "INE", "invoices to political parties carry it"),
    "donat": Foreign("CFDI-SCOPE-16", "Donatarias", "a receipt of a donation that can be deducted carries it"),
    "iedu": Foreign("CFDI-SCOPE-17", "IEDU", "school fees can be deducted with it only"),
    "detallista": Foreign("CFDI-SCOPE-18", "Detallista", "some retail chains ask for it"),
}
"""By the last part of their namespaces."""
_ALIASES = {
    "nomina": "nomina12",
    "comercioexterior": "ComercioExterior20",
    "cartaporte": "CartaPorte31",
    "retenciones": "retencionpago",
    "hidrocarburos": "hidrocarburospetroliferos",
    "ingresoshidrocarburos": "hidrocarburospetroliferos",
    "gastoshidrocarburos": "hidrocarburospetroliferos",
    "donatarias": "donat",
    "instituciones educativas": "iedu",
}


def _plain(name: str) -> str:
    """Small letters without accents, spaces, or a version at the end: "Nómina 1.2" is `nomina`."""
    letters = unicodedata.normalize("NFD", name.lower())
    return "".join(c for c in letters if c.isalnum() or c == ".").rstrip("0123456789.")


_BY_NAME = (
    {_plain(name): row for name, row in FOREIGN.items()}
    | {_plain(row.title): row for row in FOREIGN.values()}
    | {_plain(name): FOREIGN[to] for name, to in _ALIASES.items()}
)


def foreign(name: str) -> Foreign:
    """The complement by its name, its namespace, or its element in Clark notation."""
    namespace = name.removeprefix("{").partition("}")[0].lower()
    parts = namespace.removeprefix(_SAT).rstrip("/").split("/")
    for part in reversed(parts):
        row = _BY_NAME.get(_plain(part))
        if row is not None:
            return row
    return _OTHER


def unreadable(instruction: Instruction) -> Iterator[Finding]:
    """CFDI-SCOPE-02 to -04, CFDI-EXT-01: what no document can be made of."""
    invoice, words = instruction.invoice, words_of(instruction)
    if instruction.kind is not InstructionKind.ISSUE or invoice.kind not in _KINDS:
        yield own(
            "CFDI-SCOPE-02",
            "Only invoices (types I and T) and credit notes (type E) are issued as CFDI.",
            "/kind",
            found=f"{instruction.kind} {invoice.kind}",
        )
    yield from _type(words, invoice.kind)
    why = customer_extension(invoice.customer.extensions)[1]
    if why is not None:
        yield own(
            "CFDI-EXT-01", "The customer's extension cfdi cannot be read.", "/customer/extensions/cfdi", found=why
        )


def _type(words: Extension, kind: Kind) -> Iterator[Finding]:
    place = "/extensions/cfdi/tipo"
    if words.tipo == "N":
        yield _refused(FOREIGN["nomina12"], place, "N")
    elif words.tipo == "P":
        yield own(
            "CFDI-SCOPE-03",
            "A receipt of payment is made from the payment, not written as an invoice.",
            place,
            found="P",
            fix="Record the payment: POST /v1/payments.",
        )
    elif words.tipo is not None and (words.tipo == "E") is not (kind is Kind.CREDIT_NOTE):
        yield own(
            "CFDI-SCOPE-04",
            "Type E is a credit note; types I and T are invoices.",
            place,
            found=f"{words.tipo} of kind {kind}",
            fix="Leave tipo out: kind says it.",
        )


def scope(case: Case) -> Iterator[Finding]:
    """CFDI-SCOPE-10 to -19: complements that the caller asks for, or that the document would need."""
    words = words_of(case.instruction)
    for index, name in enumerate(words.complementos):
        yield _refused(foreign(name), f"/extensions/cfdi/complementos/{index}", name)
    if case.cfdi.terms.export == "02" or words.exportacion == "02":
        yield _refused(FOREIGN["ComercioExterior20"], "/extensions/cfdi/exportacion", "02")
    if case.cfdi.kind == "T":
        yield _lacking(FOREIGN["CartaPorte31"], "/extensions/cfdi/tipo", "T")
    if case.cfdi.receiver.use == "D10":
        yield _lacking(FOREIGN["iedu"], "/extensions/cfdi/uso_cfdi", "D10")
    if case.cfdi.receiver.use == "D04":
        yield _lacking(FOREIGN["donat"], "/extensions/cfdi/uso_cfdi", "D04")
    yield from _fuels(case)


def _fuels(case: Case) -> Iterable[Finding]:
    for concept in case.cfdi.concepts:
        if concept.product in FUELS:
            place = f"{concept.pointer}/extensions/cfdi/clave_prod_serv"
            yield _lacking(FOREIGN["hidrocarburospetroliferos"], place, concept.product)
            return


def _refused(row: Foreign, pointer: str, found: str) -> Finding:
    why = f" ({row.why})" if row.why else ""
    return own(
        row.rule,
        f"{row.title} is not written here{why}.",
        pointer,
        found=found,
        fix="Issue this document with another program.",
    )


def _lacking(row: Foreign, pointer: str, found: str) -> Finding:
    return own(
        row.rule,
        f"The complement {row.title} is not written here: {row.why}.",
        pointer,
        found=found,
        severity=Severity.WARNING,
    )
