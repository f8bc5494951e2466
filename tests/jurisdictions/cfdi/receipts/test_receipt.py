"""Receipts of payment: what they say, to the last decimal, and what is wrong with a payment before it is sealed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from lxml import etree

from jurisdictions.cfdi.receipts.amounts import paid_documents, paid_taxes
from jurisdictions.cfdi.receipts.receipt import receipt_findings, wants_receipt, write_receipt
from jurisdictions.cfdi.receipts.words import PaymentExtension
from jurisdictions.cfdi.settings import Extension, Settings
from jurisdictions.cfdi.simulator import payments as simulated_rules
from jurisdictions.cfdi.xsd import faults
from jurisdictions.contract import Instruction, Payment
from schemas.document import Invoice, Preceding
from schemas.findings import Severity
from schemas.invoice import Kind
from schemas.party import Address, Party, TaxId
from tests.jurisdictions.cfdi.invoices import AT, BUYER, invoice, issuer, line
from tests.jurisdictions.cfdi.payments import (
    PAID,
    RECEIPTS,
    allocation,
    findings,
    fuel_and_fees,
    other_uuid,
    payment,
    rate,
    receipt,
    usd_invoice,
    written,
)

D = Decimal
P = "{http://www.sat.gob.mx/Pagos20}"
CFDI = "{http://www.sat.gob.mx/cfd/4}"


def root_of(paid: Payment) -> etree._Element:
    return etree.fromstring(written(paid))


def one(root: etree._Element, tag: str) -> etree._Element:
    found = root.find(f".//{P}{tag}")
    assert found is not None
    return found


@pytest.mark.parametrize("name", RECEIPTS)
def test_every_receipt_keeps_all_rules_and_the_schema(name: str) -> None:
    paid = RECEIPTS[name]()
    assert set(findings(paid)) <= {"CFDI-PAYMENT-13"}, "not all of it may be allocated"
    assert faults(root_of(paid)) == ()


@pytest.mark.parametrize("name", RECEIPTS)
def test_the_simulated_certifier_finds_nothing_in_it(name: str) -> None:
    assert list(simulated_rules.faults(root_of(RECEIPTS[name]()))) == []


def test_the_envelope_is_fixed() -> None:
    root = root_of(payment())
    expected = {"SubTotal": "0", "Total": "0", "Moneda": "XXX", "TipoDeComprobante": "P", "Exportacion": "01"}
    assert expected.items() <= dict(root.attrib).items()
    assert (root.get("Serie"), root.get("Folio"), root.get("Sello")) == ("P", "9", "")
    assert root.find(f"{CFDI}Receptor[@UsoCFDI='CP01']") is not None
    assert "Pagos20.xsd" in root.get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", "")
    assert root.nsmap["pago20"] == P[1:-1]


def test_dates_are_local_to_the_place_of_issue() -> None:
    paid = payment(paid_at=datetime(2026, 11, 19, 3, 0, tzinfo=UTC))
    by = issuer(settings=Settings(regimen_fiscal="601", lugar_expedicion="22000"), time_zone="America/Mexico_City")
    root = etree.fromstring(write_receipt(receipt(paid), by, AT, "P-9"))
    assert (root.get("Fecha"), one(root, "Pago").get("FechaPago")) == ("2026-11-20T10:00:00", "2026-11-18T19:00:00")


def test_a_part_of_the_invoice_bears_its_part_of_every_tax() -> None:
    root = root_of(payment(allocation(amount="290.00")))
    document, tax = one(root, "DoctoRelacionado"), one(root, "TrasladoDR")
    assert dict(document.attrib) == {
        "IdDocumento": "6F35D3B5-3651-5370-BC2C-14CDBE384CD7",
        "Serie": "A",
        "Folio": "17",
        "MonedaDR": "MXN",
        "EquivalenciaDR": "1",
        "NumParcialidad": "1",
        "ImpSaldoAnt": "1160.00",
        "ImpPagado": "290.00",
        "ImpSaldoInsoluto": "870.00",
        "ObjetoImpDR": "02",
    }
    assert (tax.get("BaseDR"), tax.get("ImporteDR")) == ("250.00", "40.00")
    totals = one(root, "Totales")
    assert (totals.get("TotalTrasladosBaseIVA16"), totals.get("MontoTotalPagos")) == ("250.00", "290.00")


@pytest.mark.parametrize("made", [invoice(), fuel_and_fees(), invoice(line(unit_price="0.37", quantity="7"))])
@pytest.mark.parametrize("parts", [1, 2, 3, 7])
def test_the_instalments_add_up_to_the_invoices_own_taxes(made: Invoice, parts: int) -> None:
    total = made.totals.gross - made.totals.withheld
    size = (total / parts).quantize(D("0.01"))
    open_, bases, taxes = total, D(0), D(0)
    for number in range(1, parts + 1):
        part = size if number < parts else open_
        paid = payment(allocation(made, str(part), str(open_), installment=number))
        assert set(findings(paid)) <= {"CFDI-PAYMENT-13"}
        open_ -= part
        for tax in paid_taxes(paid_documents(paid)):
            bases += tax.base if not tax.withheld else D(0)
            taxes += -tax.amount if tax.withheld else tax.amount
    assert bases == sum(group.base for group in made.tax_breakdown if not group.withheld)
    whole = sum(-g.amount if g.withheld else g.amount for g in made.tax_breakdown)
    assert abs(taxes - whole) < D("0.005")  # SAT's limits of base times rate come first, and take less than a cent


def test_another_currency_is_brought_to_the_payments_own() -> None:
    root = root_of(RECEIPTS["dollars_in_pesos"]())
    assert (one(root, "Pago").get("TipoCambioP"), one(root, "DoctoRelacionado").get("MonedaDR")) == ("1", "USD")
    assert one(root, "TrasladoDR").get("BaseDR") == "50.00"
    assert one(root, "TrasladoP").get("BaseP") == "945.00"
    assert one(root, "Totales").get("MontoTotalPagos") == "1096.20"


def test_totals_are_in_pesos() -> None:
    root = root_of(RECEIPTS["dollars"]())
    assert (one(root, "Pago").get("TipoCambioP"), one(root, "Pago").get("Monto")) == ("18.9531", "58.00")
    assert one(root, "Totales").get("MontoTotalPagos") == "1099.28"  # 58 times 18.9531 is 1099.2798


def test_a_published_rate_is_brought_to_the_amounts_where_a_cent_is_missing() -> None:
    paid = RECEIPTS["pesos_in_dollars"]()
    document = one(root_of(paid), "DoctoRelacionado")
    equivalence = D(document.get("EquivalenciaDR", ""))
    assert D("580.00") / equivalence <= D("30.60")
    assert abs(equivalence - D("18.9531")) < D("0.002")


@pytest.mark.parametrize("amount", ["1.07", "58000.00", "4400000.00", "91004711.37"])
def test_whatever_the_amount_the_documents_do_not_exceed_the_payment(amount: str) -> None:
    """Ten decimals of a rate are too few for many millions; then fewer are written, whose margin is wider."""
    made = usd_invoice()
    pesos = (D(amount) * D("18.9531")).quantize(D("0.01"))
    row = allocation(made, amount, amount, total=amount)
    paid = payment(row, amount=str(pesos), exchange_rates=(rate("USD", "MXN", "18.9531"),))
    assert findings(paid) == {}
    equivalence = D(one(root_of(paid), "DoctoRelacionado").get("EquivalenciaDR", ""))
    assert (D(amount) / equivalence).quantize(D("0.01")) <= pesos


def test_a_rate_that_misses_the_payment_is_told() -> None:
    paid = payment(allocation(amount="580.00", equivalence="18.0"), amount="30.60", currency="USD")
    paid = msgspec.structs.replace(paid, exchange_rates=(rate("USD", "MXN", "18.9531"),))
    found = findings(paid)
    assert found["CRP20275"].pointer == "/allocations/0/amount"
    assert found["CRP20276"].pointer == "/amount"


def test_rates_that_nobody_gave_are_asked_for() -> None:
    assert findings(payment(allocation(usd_invoice()), amount="2190.00"))["CRP20237"].pointer == "/allocations/0/rate"
    assert findings(payment(allocation(usd_invoice()), currency="USD"))["CRP20214"].pointer == "/exchange_rates"


def test_the_receipt_names_the_receiver_as_its_invoice_did() -> None:
    abroad = allocation(invoice(customer=msgspec.structs.replace(BUYER, extensions={})))
    assert findings(payment(abroad))["CFDI40157"].pointer == "/allocations/0/invoice"
    told = msgspec.structs.replace(abroad, extension=Extension(regimen_fiscal_receptor="601"))
    assert findings(payment(told)) == {}


def test_a_receiver_abroad_is_named_as_its_invoice_named_it() -> None:
    buyer = Party(
        name="EXAMPLE CUSTOMER INC",
        tax_ids=(TaxId(scheme="US:EIN", value="123456789"),),
        address=Address(country="US", postal_code="10001"),
    )
    row = allocation(invoice(customer=buyer), receptor_rfc="XEXX010101000")
    told = msgspec.structs.replace(row, extension=Extension(residencia_fiscal="CAN"))
    receiver = root_of(payment(told)).find(f"{CFDI}Receptor")
    assert receiver is not None
    assert dict(receiver.attrib) == {
        "Rfc": "XEXX010101000",
        "Nombre": "EXAMPLE CUSTOMER INC",
        "DomicilioFiscalReceptor": "42501",
        "ResidenciaFiscal": "CAN",
        "NumRegIdTrib": "123456789",
        "RegimenFiscalReceptor": "616",
        "UsoCFDI": "CP01",
    }
    assert findings(payment(told)) == {}


def test_a_quota_is_shared_by_its_units() -> None:
    tax = one(root_of(RECEIPTS["quota"]()), "TrasladoDR")
    assert (tax.get("TipoFactorDR"), tax.get("TasaOCuotaDR")) == ("Cuota", "5.919500")
    assert tax.get("BaseDR") == "33.259497"  # litres: a hundred of them times 1,000.00 of 3,006.66


def test_local_taxes_are_paid_and_not_told() -> None:
    """The CFDI's total has 50.00 of a state's tax: half of it is paid, and half of the IVA told."""
    tax = one(root_of(RECEIPTS["local_taxes"]()), "TrasladoDR")
    assert (tax.get("BaseDR"), tax.get("ImporteDR")) == ("500.00", "80.00")


def test_the_receipts_that_it_replaces_are_named() -> None:
    relation = root_of(RECEIPTS["replaces"]()).find(f"{CFDI}CfdiRelacionados")
    assert relation is not None
    assert (relation.get("TipoRelacion"), relation[0].get("UUID")) == ("04", other_uuid(99))


def _after(**former: str) -> Instruction:
    """A receipt that takes the place of an earlier one of ours."""
    made = receipt()
    row = Preceding(number="P-8", kind=Kind.RECEIPT, external_ids=former)
    paid = Preceding(number="A-17", external_ids={"cfdi": other_uuid(1)})
    references = msgspec.structs.replace(made.invoice.references, preceding=(paid, row))
    return msgspec.structs.replace(made, invoice=msgspec.structs.replace(made.invoice, references=references))


def test_an_earlier_receipt_of_ours_is_named_and_the_paid_invoices_are_not() -> None:
    named = etree.fromstring(write_receipt(_after(cfdi=other_uuid(8)), issuer(), AT, "P-9")).findall(
        f".//{CFDI}*[@UUID]"
    )
    assert [row.get("UUID") for row in named] == [other_uuid(8)]
    assert [found.rule for found in receipt_findings(_after(), issuer(), AT)] == ["CFDI-PAYMENT-10"]


def test_bank_data_stand_as_they_were_given() -> None:
    pago = one(root_of(RECEIPTS["bank"]()), "Pago")
    assert (pago.get("NumOperacion"), pago.get("CtaOrdenante")) == ("4711", "002180700123456789")
    assert one(root_of(payment()), "Pago").get("NumOperacion") == "BNX-00917"


@pytest.mark.parametrize(("means", "form"), [("30", "03"), ("10", "01"), ("48", "04"), ("ZZZ", "03")])
def test_the_means_of_payment_tell_the_form(means: str, form: str) -> None:
    assert one(root_of(payment(means=means)), "Pago").get("FormaDePagoP") == form


@pytest.mark.parametrize(
    ("paid", "rule", "pointer"),
    [
        (payment(paid_at=AT + timedelta(minutes=1)), "CFDI-PAYMENT-02", "/paid_at"),
        (payment(allocation(uuid="")), "CFDI-PAYMENT-04", "/allocations/0/invoice"),
        (payment(allocation(metodo_pago="PUE")), "CFDI-PAYMENT-05", "/allocations/0/invoice"),
        (payment(allocation(), allocation()), "CFDI-PAYMENT-06", "/allocations/1/invoice"),
        (payment(allocation(installment=1000)), "CFDI-PAYMENT-07", "/allocations/0/invoice"),
        (
            payment(allocation(), allocation(uuid=other_uuid(2), receptor_rfc="XAXX010101000")),
            "CFDI-PAYMENT-08",
            "/allocations/1/invoice",
        ),
        (payment(allocation(), allocation(uuid=other_uuid(2), rfc="AAA")), "CFDI-PAYMENT-08", "/allocations/1/invoice"),
        (payment(allocation(amount="1160.01", before="1160.00")), "CFDI-PAYMENT-09", "/allocations/0/amount"),
        (payment(allocation(before="1160.01")), "CFDI-PAYMENT-09", "/allocations/0/invoice"),
        (payment(amount="1159.99"), "CRP20217", "/amount"),
        (payment(reference="A|B"), "CFDI-PAC-301", "/reference"),
        (payment(words={"forma_de_pago": "99"}), "CRP20212", "/extensions/cfdi/forma_de_pago"),
        (payment(words={"cta_ordenante": "0021807001"}, means="10"), "CRP20224", "/extensions/cfdi/cta_ordenante"),
        (payment(words={"cta_ordenante": "00218070011"}), "CRP20225", "/extensions/cfdi/cta_ordenante"),
    ],
)
def test_what_is_wrong_with_a_payment(paid: Payment, rule: str, pointer: str) -> None:
    found = findings(paid)[rule]
    assert (found.severity, found.pointer, found.location) == (Severity.FATAL, pointer, None)


def test_a_late_receipt_is_warned_about() -> None:
    late = findings(payment(paid_at=datetime(2026, 10, 31, 12, tzinfo=UTC)))
    assert {rule: found.severity for rule, found in late.items()} == {"CFDI-PAYMENT-03": Severity.WARNING}
    before = datetime(2026, 12, 6, 5, 59, tzinfo=UTC)  # the fifth, 23:59 in Mexico City
    assert findings(payment(paid_at=PAID), at=before) == {}
    assert set(findings(payment(paid_at=PAID), at=before + timedelta(minutes=1))) == {"CFDI-PAYMENT-03"}


def test_the_csd_is_looked_at() -> None:
    assert findings(by=issuer(credentials={}))["CFDI-CSD-01"].pointer == "/issuer"


def test_a_receiver_without_an_rfc_cannot_be_told() -> None:
    nobody = invoice(customer=Party(name="Alguien", address=BUYER.address, extensions=BUYER.extensions))
    assert findings(payment(allocation(nobody)))["CFDI-RFC-03"].pointer == "/allocations/0/invoice"


def test_an_instruction_without_a_payment_is_refused() -> None:
    bare = msgspec.structs.replace(receipt(), payment=None)
    assert [found.rule for found in receipt_findings(bare, issuer(), AT)] == ["CFDI-PAYMENT-01"]
    with pytest.raises(ValueError, match="payment"):
        write_receipt(bare, issuer(), AT, "P-9")


def test_only_deferred_invoices_want_receipts() -> None:
    assert wants_receipt({"metodo_pago": "PPD"})
    assert not wants_receipt({"metodo_pago": "PUE"})
    assert not wants_receipt({})


def test_words_of_a_payment_are_strict() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"cta_ordenante": "1"}, PaymentExtension)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"banco": "BBVA"}, PaymentExtension)


def test_money_that_came_before_the_invoice_is_told_to_be_an_advance() -> None:
    early = findings(payment(allocation(fecha="2026-11-19T09:00:00")))
    assert {rule: found.severity for rule, found in early.items()} == {"CFDI-PAYMENT-11": Severity.WARNING}
    assert findings(payment(allocation(fecha="2026-11-18T23:00:00"))) == {}, "the same day"


@pytest.mark.parametrize(("means", "told"), [("1", True), ("ZZZ", True), ("10", False), ("48", False)])
def test_a_means_that_sat_does_not_know_is_not_silently_a_transfer(means: str, told: bool) -> None:
    assert ("CFDI-PAYMENT-12" in findings(payment(means=means))) is told
    assert "CFDI-PAYMENT-12" not in findings(payment(means=means, words={"forma_de_pago": "01"}))


def test_no_amount_is_rounded_for_the_caller() -> None:
    told = findings(payment(allocation(amount="10.123"), amount="10.123"))
    assert {rule: told[rule].pointer for rule in told} == {"CRP20219": "/amount", "CRP20242": "/allocations/0/amount"}


def test_a_rate_between_one_currency_is_refused() -> None:
    assert findings(payment(allocation(equivalence="2")))["CRP20238"].pointer == "/allocations/0/rate"
    assert findings(payment(allocation(equivalence="1"))) == {}


def test_what_is_left_of_a_payment_is_told() -> None:
    left = findings(payment(allocation(), amount="1200.00"))
    assert {rule: found.severity for rule, found in left.items()} == {"CFDI-PAYMENT-13": Severity.WARNING}


def test_the_receipt_goes_to_whom_the_invoice_names() -> None:
    told = findings(payment(allocation(receptor_rfc="XAXX010101000")))["CFDI-PAYMENT-08"]
    assert (told.found, told.expected) == ("URE180429TM6", "XAXX010101000")


def test_the_structure_is_told_without_namespaces() -> None:
    told = findings(payment(reference="a|b"))["CFDI-PAC-301"]
    assert (told.pointer, "{" in (told.found or "")) == ("/reference", False)


def test_a_simplified_invoice_that_is_paid_later_is_receipted_to_the_generic_rfc() -> None:
    """The gateway composes the receipt without saying that its invoices were simplified."""
    sold = invoice(customer=Party(name="Cliente de mostrador"), simplified=True, due_in_days=30)
    paid = payment(allocation(sold, receptor_rfc="XAXX010101000"))
    assert findings(paid) == {}
    receiver = root_of(paid).find("{http://www.sat.gob.mx/cfd/4}Receptor")
    assert receiver is not None
    told = [receiver.get(name) for name in ("Rfc", "RegimenFiscalReceptor", "DomicilioFiscalReceptor", "UsoCFDI")]
    assert told == ["XAXX010101000", "616", "42501", "CP01"]
