"""Until when: the stamp, the global invoice, payment at once, cancelling, the receiver's answer, the receipt."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from jurisdictions.cfdi import JURISDICTION
from jurisdictions.cfdi.calendar import business_days_after, holidays, is_business_day
from jurisdictions.cfdi.cancelling.consent import Cancellable, answer_until, cancel_until, consent_of
from jurisdictions.contract import Cancellation, Deadline, Instruction, InstructionKind, Payment
from schemas.invoice import Kind
from schemas.party import Party
from tests.jurisdictions.cfdi.documents import DOCUMENTS
from tests.jurisdictions.cfdi.invoices import AT, instruction, invoice, line

CENTRE = ZoneInfo("America/Mexico_City")


def due(made: Instruction, at: datetime = AT) -> dict[str, Deadline]:
    return {one.name: one for one in JURISDICTION.desk.deadlines(made, at)}


def local(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CENTRE)


def test_a_cfdi_is_stamped_within_72_hours() -> None:
    stamp = due(instruction())["stamp"]
    assert (stamp.at, stamp.unless, stamp.case) == (AT + timedelta(hours=72), "accepted", None)
    assert stamp.warn_at == AT + timedelta(hours=60)


def test_what_is_to_be_paid_at_once_is_paid_within_its_month() -> None:
    paid = due(instruction())["pue_unpaid"]
    assert (paid.at, paid.warn_at, paid.unless) == (local(2026, 12, 1), local(2026, 11, 28), "paid")
    assert paid.case is not None
    assert "PPD" in (paid.case.fix or "")


def test_the_month_is_that_of_the_place() -> None:
    """At 05:00 UTC on 1 December it is still November in Mexico; nobody is warned of what is that near."""
    eve = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
    paid = due(instruction(), eve)["pue_unpaid"]
    assert (paid.at, paid.warn_at) == (local(2026, 12, 1), None)


def test_who_is_not_asked_to_pay_within_the_month() -> None:
    for name in ("deferred", "credit_note", "global", "moved"):
        assert "pue_unpaid" not in due(DOCUMENTS[name]()), name


def test_nobody_waits_for_the_payment_of_nothing() -> None:
    free = invoice(line(unit_price="0.00", taxes=[]))
    assert "pue_unpaid" not in due(instruction(free))
    assert "pue_unpaid" not in due(instruction(invoice(prepaid="1160.00")))


@pytest.mark.parametrize(
    ("period", "body", "expected"),
    [
        ({"periodicidad": "04", "meses": "11", "anio": 2026}, {}, local(2026, 12, 2)),
        ({"periodicidad": "04", "meses": "12", "anio": 2026}, {}, local(2027, 1, 2)),
        ({"periodicidad": "05", "meses": "18", "anio": 2026}, {}, local(2027, 1, 2)),
        ({"periodicidad": "01", "meses": "11", "anio": 2026}, {}, local(2026, 11, 22)),
        (
            {"periodicidad": "02", "meses": "11", "anio": 2026},
            {"period": {"start": "2026-11-16", "end": "2026-11-22"}},
            local(2026, 11, 24),
        ),
        ({"periodicidad": "01", "meses": "11", "anio": 2026}, {"operation_date": "2026-11-19"}, local(2026, 11, 21)),
    ],
)
def test_the_global_invoice_is_due_a_day_after_its_period(
    period: dict[str, object], body: dict[str, object], expected: datetime
) -> None:
    made = invoice(customer=Party(name="PUBLICO EN GENERAL"), simplified=True, **body)
    found = due(instruction(made, informacion_global=period))["global_invoice"]
    assert (found.at, found.unless) == (expected, "accepted")


def test_what_is_over_already_is_no_deadline() -> None:
    made = invoice(customer=Party(name="PUBLICO EN GENERAL"), simplified=True)
    words = {"periodicidad": "04", "meses": "09", "anio": 2026}
    assert "global_invoice" not in due(instruction(made, informacion_global=words))


@pytest.mark.parametrize(
    ("rfc", "issued", "expected"),
    [
        ("EKU9003173C9", local(2026, 11, 20), local(2027, 4, 1)),
        ("CACX7605101P8", local(2026, 11, 20), local(2027, 5, 1)),
        ("EKU9003173C9", local(2025, 1, 1), local(2026, 4, 1)),
        ("EKU9003173C9", local(2024, 12, 31), local(2025, 2, 1)),
        ("CACX7605101P8", local(2022, 5, 5), local(2023, 2, 1)),
    ],
)
def test_until_when_it_may_be_cancelled(rfc: str, issued: datetime, expected: datetime) -> None:
    assert cancel_until(rfc, issued) == expected


def test_the_deadline_to_cancel_is_told_and_opens_no_case() -> None:
    found = due(instruction())["cancel_until"]
    assert (found.at, found.case, found.warn_at) == (local(2027, 4, 1), None, None)


def test_the_receiver_has_three_working_days() -> None:
    """From Friday 20 November 2026 on: Monday, Tuesday, Wednesday; and a day for SAT to say it."""
    told = Cancellation(
        option="cancel_02", external_id="x", attributes={"zona": "America/Mexico_City"}, registered_at=AT
    )
    made = replace(instruction(), kind=InstructionKind.CANCEL, cancellation=told)
    assert answer_until(local(2026, 11, 20, 12)) == local(2026, 11, 26)
    answer = due(made)["cancel_answer"]
    assert (answer.at, answer.unless) == (local(2026, 11, 27), "decided")
    assert set(due(made)) == {"cancel_answer"}
    assert due(replace(made, cancellation=None))["cancel_answer"].at == local(2026, 11, 27)


def test_a_receipt_is_due_by_the_fifth_of_the_next_month() -> None:
    payment = Payment(
        id="pay_1",
        paid_at=datetime(2026, 12, 1, 5, 0, tzinfo=UTC),
        currency="MXN",
        amount=Decimal(1),
        means="30",
        allocations=(),
    )
    receipt = replace(instruction(), kind=InstructionKind.RECEIPT, payment=payment)
    receipt = replace(receipt, invoice=replace(receipt.invoice, kind=Kind.RECEIPT))
    found = due(receipt)
    assert set(found) == {"stamp", "cancel_until", "receipt"}
    assert (found["receipt"].at, found["receipt"].warn_at) == (local(2026, 12, 6), local(2026, 12, 4))
    assert set(due(replace(receipt, payment=None))) == {"stamp", "cancel_until"}


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, {(1, 1), (2, 2), (3, 16), (5, 1), (5, 5), (9, 16), (11, 16), (12, 25)}),
        (2024, {(1, 1), (2, 5), (3, 18), (5, 1), (5, 5), (9, 16), (10, 1), (11, 18), (12, 25)}),
        (2030, {(1, 1), (2, 4), (3, 18), (5, 1), (5, 5), (9, 16), (10, 1), (11, 18), (12, 25)}),
    ],
)
def test_mexicos_holidays(year: int, expected: set[tuple[int, int]]) -> None:
    assert {(day.month, day.day) for day in holidays(year)} == expected


def test_working_days() -> None:
    assert business_days_after(date(2026, 11, 13), 1) == date(2026, 11, 17)  # a weekend, then the third Monday
    assert business_days_after(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert business_days_after(date(2026, 12, 31), 3) == date(2027, 1, 6)
    assert business_days_after(date(2026, 4, 1), 1) == date(2026, 4, 6)  # SAT rests on 2 and 3 April (RMF 2.1.6)
    assert business_days_after(date(2026, 5, 4), 1) == date(2026, 5, 6)
    assert not is_business_day(date(2026, 9, 16))


@pytest.mark.parametrize(
    ("kind", "asked", "consent"),
    [("I", local(2025, 6, 1), "none"), ("P", local(2025, 6, 1), "none"), ("P", local(2026, 6, 1), "silence")],
)
def test_receipts_are_no_small_amounts_since_2026(kind: str, asked: datetime, consent: str) -> None:
    cfdi = Cancellable(
        kind=kind, rfc="EKU9003173C9", receiver="URE180429TM6", issued=local(2025, 5, 1), pesos=Decimal(0)
    )
    assert consent_of(cfdi, asked) == consent
