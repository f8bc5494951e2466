"""One record of every kind that the record design knows, each right: golden files, schema and simulator hold them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from jurisdictions.contract import Instruction, InstructionKind
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.settings import Extension, IdOtro, LineExtension, Persona, Settings, Tercero
from schemas.document import ExchangeRate, Invoice, Period, Preceding, References, Tax, TaxGroup
from schemas.invoice import Kind
from schemas.states import Standing, SubmissionState
from tests.jurisdictions.verifactu.builders import TODAY, credit_note, earlier, instruction, invoice, party, tax

THIRD = Tercero(name="Gestoría & Cía", nif="B00000034")
ABROAD = Tercero(name="Agent Ltd", id_otro=IdOtro(id_type="04", id="XZ-1", country="GB"))
SETTINGS = Settings(installation="1", terceros=(THIRD, ABROAD))
PUBLIC_BODY = "P0000001H"
PERSON = "99999990S"


class Example(NamedTuple):
    """An instruction and what the AEAT answers to its record: accepted, or accepted with this code."""

    of: Instruction
    answer: tuple[str, int] = ("Correcto", 0)


def _one(
    of: Invoice | None = None,
    *lines: LineExtension | None,
    kind: InstructionKind = InstructionKind.ISSUE,
    standing: Standing = Standing.NONE,
    **extension: object,
) -> Example:
    made = Extension(**extension) if extension else None
    return Example(instruction(of, kind, extension=made, lines=lines, standing=standing))


def _customer(**ids: str) -> Invoice:
    return invoice(customer=party("Cliente & Co", **ids))


def _row(tax_: Tax, line: LineExtension, *, base: str = "100.00", **extension: object) -> Example:
    return _one(invoice((base, tax_)), line, **extension)


def _before(*numbers: str, of: Invoice | None = None) -> References:
    """References to invoices with the amounts of `of`."""
    rows = (of or invoice()).tax_breakdown
    return References(preceding=tuple(Preceding(number=one, issue_date=TODAY, tax_breakdown=rows) for one in numbers))


def _substitution(tipo: str, of: Invoice | None = None, *, simplified: bool = False) -> Example:
    made = credit_note(("80.00", tax()), kind=Kind.CORRECTIVE, references=_before("A-7", of=of), simplified=simplified)
    return _one(made, tipo_factura=tipo, tipo_rectificativa="S")


def _aside() -> Example:
    """Work for 100.00, court fees of 30.00 paid in the customer's name, a deposit of 20.00 and 15 % withheld."""
    made = invoice(("100.00", tax()), ("30.00", tax(None, "O")), ("20.00", tax(None, "O")))
    lines = tuple(replace(line, taxes=() if place else line.taxes) for place, line in enumerate(made.lines))
    withheld = TaxGroup(
        tax=tax(kind="INCOME").tax,
        category=made.tax_breakdown[0].category,
        percent=Decimal(15),
        base=Decimal("100.00"),
        amount=Decimal("15.00"),
        withheld=True,
    )
    totals = replace(made.totals, withheld=Decimal("15.00"), payable=Decimal("156.00"))
    made = replace(made, lines=lines, tax_breakdown=(made.tax_breakdown[0], withheld), totals=totals)
    return _one(made, None, LineExtension(suplido=True), LineExtension(garantia=True))


def _twelve() -> Example:
    """As many rows as a record may have: four rates, two surcharges, four claves and two exemptions."""
    rows = [(tax(percent), None) for percent in ("21", "10", "4", "0")]
    rows += [(tax("21", surcharge="5.2"), None), (tax("10", surcharge="1.4"), None)]
    rows += [(tax(), LineExtension(clave_regimen=clave)) for clave in ("03", "05", "07", "09")]
    rows += [(tax(None, "E"), LineExtension(exenta=exempt)) for exempt in ("E1", "E6")]
    return _one(invoice(*(("10.00", of) for of, _ in rows)), *(line for _, line in rows))


def _dollars(*, reverse: bool = False) -> Invoice:
    rate = ExchangeRate(from_currency="USD", to_currency="EUR", rate=Decimal("0.925"), source="ECB", on=TODAY)
    if reverse:
        rate = replace(rate, from_currency="EUR", to_currency="USD", rate=Decimal("1.0873"))
    return invoice(("10.02", tax()), currency="USD", exchange_rates=(rate,))


def _works() -> Example:
    """A certificate of works for a public body, invoiced before the operation."""
    made = invoice(customer=party("Ayuntamiento", ES_NIF=PUBLIC_BODY), operation_date=TODAY + timedelta(days=30))
    return _one(made, clave_regimen="14")


_S1, _EXEMPT, _OUTSIDE, _REVERSE = LineExtension(), tax(None, "E"), tax(None, "O"), tax("0", "AE")
_IGIC, _IPSI = tax("7", "L", "IGIC"), tax("4", "M", "IPSI")
_RECARGO = invoice(("100.00", tax(surcharge="5.2")))
_CANCEL = InstructionKind.CANCEL
_HALF_YEAR = Period(start=date(2026, 1, 1), end=date(2026, 6, 30))
"""Of a discount for the volume of operations, which names no invoices (RD 1619/2012 art. 15.4)."""

TYPES: dict[str, Example] = {
    "F1": _one(invoice(("100.00", tax()), ("10.01", tax("10")))),
    "F1-negative": _one(invoice(("-100.00", tax()))),
    "F2": _one(invoice(simplified=True)),
    "F3": _one(invoice(references=_before("T-1", "T&2")), tipo_factura="F3"),
    "F3-negative": _one(credit_note(references=_before("T-1")), tipo_factura="F3"),
    "R1-I": _one(credit_note(), tipo_factura="R1"),
    "R1-I-upwards": _one(credit_note(kind=Kind.DEBIT_NOTE), tipo_factura="R1"),
    "R1-I-coupon": _one(credit_note(), tipo_factura="R1", cupon=True),
    "R1-S": _substitution("R1"),
    "R1-S-recargo": _substitution("R1", _RECARGO),
    "R2-I": _one(credit_note(), tipo_factura="R2"),
    "R2-S": _substitution("R2"),
    "R3-I": _one(credit_note(), tipo_factura="R3"),
    "R3-S": _substitution("R3"),
    "R4-I": _one(credit_note()),
    "R4-I-volume": _one(credit_note(references=References(), period=_HALF_YEAR)),
    "R4-S": _substitution("R4"),
    "R5-I": _one(credit_note(simplified=True), cupon=True),
    "R5-S": _substitution("R5", simplified=True),
}
MARKS: dict[str, Example] = {
    "art-7273": _one(invoice(), art_7273=True),
    "art-61d": _one(invoice(("5000.00", tax()), simplified=True), sin_identificar=True),
    "acuerdo": _one(
        invoice(("5000.00", tax()), simplified=True),
        num_registro_acuerdo="SIM-1",
        id_acuerdo="SIM-2",
        ref_externa="P&O",
    ),
    "macrodato": _one(invoice(("100000000.00", tax()))),
    "tercero": _one(tercero="B00000034"),
    "tercero-F2": _one(invoice(simplified=True), tercero="B-00.000.034"),
    "tercero-abroad": _one(tercero="XZ-1"),
    "destinatario": _one(invoice(self_billed=True)),
    "operation-date": _one(invoice(operation_date=date(2026, 11, 1))),
    "other-recipients": _one(otros_destinatarios=(THIRD, Persona(name="Ana", nif=PERSON), ABROAD)),
    "dollars": _one(_dollars()),
    "euro-dollars": _one(_dollars(reverse=True)),
    "aside": _aside(),
    "twelve-rows": _twelve(),
    "subsanacion": _one(kind=InstructionKind.CORRECT),
}
PARTIES: dict[str, Example] = {
    "02": _one(invoice(("9.99", tax("0", "K")), customer=party(BE_VAT="BE0999000129"))),
    "02-greece": _one(invoice(("9.99", tax("0", "AE")), customer=party(GR_VAT="094014201"))),
    "02-northern-ireland": _one(invoice(("9.99", tax("0", "K")), customer=party(XI_VAT="123456789"))),
    "03": _one(_customer(US_PASSPORT="X1234567")),
    "03-spain": _one(_customer(ES_PASSPORT="AAA000000")),
    "04": _one(invoice(("9.99", tax(None, "G")), customer=party(US_EIN="12-3456789"))),
    "05": _one(_customer(CH_RESIDENCE="R-77")),
    "06": _one(_customer(MA_OTHER="9")),
    "07": _one(_customer(ES_UNLISTED=PERSON))._replace(answer=("AceptadoConErrores", 2001)),
    "NIE": _one(_customer(ES_NIE="X0000000T")),
}
TAXES: dict[str, Example] = {
    "iva-recargo": _one(_RECARGO),
    "iva-recargo-tobacco": _one(invoice(("100.00", tax(surcharge="1.75")))),
    "iva-reverse-charge": _one(invoice(("100.00", _REVERSE))),
    "iva-not-subject": _one(invoice(("100.00", _OUTSIDE))),
    "iva-elsewhere": _one(invoice(("100.00", _OUTSIDE), customer=party(US_EIN="1"))),
    "iva-canary-islands": _row(_OUTSIDE, LineExtension(calificacion="N2"), clave_regimen="08"),
    "igic": _one(invoice(("100.00", _IGIC), ("50.00", tax("0", "L", "IGIC")))),
    "ipsi": _one(invoice(("100.00", _IPSI))),
    "ipsi-at-cost": _row(_IPSI, LineExtension(base_a_coste="90.00")),
    "other-tax": _one(invoice(("100.00", tax("5", kind="EXCISE")), ("10.00", tax()))),
    "iva-group-at-cost": _row(tax(), LineExtension(clave_regimen="06", base_a_coste="80.00")),
    "iva-margin": _row(_EXEMPT, LineExtension(clave_regimen="03", margen="165.29"), base="1000.00"),
    "iva-union-scheme": _row(tax("22"), LineExtension(clave_regimen="17", calificacion="N2")),
    "iva-works": _works(),
    "iva-collected-for-others": _row(_OUTSIDE, LineExtension(calificacion="N1"), clave_regimen="10"),
}
EXEMPT: dict[str, Example] = {
    **{f"iva-{code}": _row(_EXEMPT, LineExtension(exenta=code)) for code in ("E1", "E2", "E3", "E4", "E6")},
    **{
        f"igic-{code}": _row(tax(None, "E", "IGIC"), LineExtension(exenta=code))
        for code in ("E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8")
    },
    "ipsi-E1": _row(tax(None, "E", "IPSI"), LineExtension(exenta="E1")),
}
_QUALIFIED = {"02": (_EXEMPT, LineExtension(exenta="E2")), "04": (_REVERSE, _S1)}
_CHARGED = {lists.IVA: tax(), lists.IGIC: _IGIC, lists.IPSI: _IPSI}
_AT_COST = LineExtension(base_a_coste="100.00")


def _clave(impuesto: str, clave: str) -> Example:
    """The clave with what it admits: N2, N1, an exemption, reverse charge or, for most of them, a charged rate."""
    kind = {lists.IVA: "VAT", lists.IGIC: "IGIC", lists.IPSI: "IPSI"}[impuesto]
    charged, line = _CHARGED[impuesto], _AT_COST if clave == "06" else _S1
    if clave in _QUALIFIED:
        charged, line = _QUALIFIED[clave]
    elif clave == "08" or (clave == "20" and impuesto == lists.IGIC):
        charged, line = _OUTSIDE, LineExtension(calificacion="N2")
    elif clave == "10":
        charged, line = _OUTSIDE, LineExtension(calificacion="N1")
    same = charged if charged.tax.value == kind else replace(charged, tax=tax(kind=kind).tax)
    return _row(same, line, clave_regimen=clave)


CLAVES: dict[str, Example] = {
    f"clave-{impuesto}-{clave}": _clave(impuesto, clave)
    for impuesto, claves in sorted(lists.CLAVES_REGIMEN.items())
    for clave in sorted(claves)
    if clave != "14"
}
_REFUSED = (earlier(_CANCEL, SubmissionState.REJECTED, "1108"),)
CANCELLATIONS: dict[str, Example] = {
    "anulacion": _one(kind=_CANCEL, ref_externa="P&O"),
    "anulacion-by-recipient": _one(kind=_CANCEL, generado_por="D"),
    "anulacion-by-third-party": _one(kind=_CANCEL, generado_por="T", tercero="XZ-1"),
    "anulacion-again": Example(instruction(kind=_CANCEL, earlier=_REFUSED)),
}
GOLDEN: dict[str, Example] = TYPES | MARKS | PARTIES | TAXES | EXEMPT | CANCELLATIONS
EXAMPLES: dict[str, Example] = GOLDEN | CLAVES
