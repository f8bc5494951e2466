"""What a draft says beside its lines: dates, periods, references, exchange rates and countries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from msgspec.structs import replace

from schemas.attachment import MAX_CONTENT, Attachment
from schemas.codes import COUNTRIES, CURRENCIES
from schemas.document import Delivery, ExchangeRate, PaymentMeans, PaymentTerms, Period, Preceding, References
from schemas.findings import Finding
from schemas.invoice import InvoiceInput, PeriodInput, PrecedingInput
from schemas.party import Party
from validators.dates import backwards
from validators.draft_rules import RULES
from validators.draft_taxes import number

TAX_ID_COUNTRIES = COUNTRIES | {"EL", "EU"}
"""VAT numbers know Greece as EL; EU is the one-stop shop's own prefix."""


def payment_terms(draft: InvoiceInput, issue_date: date, found: list[Finding]) -> PaymentTerms | None:
    """The terms with the due date worked out (BT-9), None where there are none."""
    terms = draft.payment_terms
    due = _due_date(draft, issue_date, found)
    note = terms.note if terms else None
    return None if due is None and note is None else PaymentTerms(due_date=due, note=note)


def _due_date(draft: InvoiceInput, issue_date: date, found: list[Finding]) -> date | None:
    terms = draft.payment_terms
    stated: dict[str, date] = {}
    if terms is not None and terms.due_date is not None:
        stated["/payment_terms/due_date"] = terms.due_date
    if terms is not None and terms.due_in_days is not None:
        stated["/payment_terms/due_in_days"] = _days_after(issue_date, terms.due_in_days)
    if draft.due_in_days is not None:
        stated["/due_in_days"] = _days_after(issue_date, draft.due_in_days)
    if not stated:
        return None
    pointer, due = next(iter(stated.items()))
    if len(set(stated.values())) > 1:
        dates = ", ".join(f"{place} {day}" for place, day in stated.items())
        found.append(RULES["GW-DUE-AMBIGUOUS"].at(pointer, found=dates))
    if due < issue_date:
        found.append(RULES["GW-DUE-DATE"].at(pointer, found=due, expected=f"{issue_date} or later"))
    return due


def _days_after(day: date, days: int) -> date:
    """`days` later, but never beyond the calendar's end."""
    return day + min(timedelta(days=days), date.max - day)


def payment_means(draft: InvoiceInput) -> tuple[PaymentMeans, ...]:
    """How to pay (BG-16), as stated."""
    return tuple(
        PaymentMeans(
            code=one.code,
            text=one.text,
            account=one.account,
            account_name=one.account_name,
            bank=one.bank,
            reference=one.reference,
            card=one.card,
            direct_debit=one.direct_debit,
        )
        for one in draft.payment_means
    )


def delivery(draft: InvoiceInput) -> Delivery | None:
    """Who took the delivery and where (BG-13, BG-15), None where neither is told."""
    told = draft.delivery
    if told is None or (told.name is None and told.location is None and told.address is None):
        return None
    return Delivery(name=told.name, location=told.location, address=told.address)


def attachments(draft: InvoiceInput, found: list[Finding]) -> tuple[Attachment, ...]:
    """The supporting documents (BG-24) as stated; a finding where they are too large."""
    whole = sum(len(one.file.content) for one in draft.attachments if one.file is not None)
    if whole > MAX_CONTENT:
        expected = f"at most {MAX_CONTENT} bytes"
        found.append(RULES["GW-ATTACHMENT-SIZE"].at("/attachments", found=f"{whole} bytes", expected=expected))
    return draft.attachments


def period(one: PeriodInput | None, pointer: str, found: list[Finding]) -> Period | None:
    """A period with at least one of its dates, None where it has neither."""
    if one is None or (one.start is None and one.end is None):
        return None
    if backwards(one.start, one.end):
        found.append(RULES["GW-PERIOD"].at(f"{pointer}/end", found=one.end, expected=f"{one.start} or later"))
    return Period(start=one.start, end=one.end)


def references(draft: InvoiceInput, known: Mapping[str, Preceding], found: list[Finding]) -> References:
    """What the invoice belongs to, with earlier invoices that are ours in full."""
    stated = draft.references
    if stated is None:
        return References()
    return References(
        buyer_reference=stated.buyer_reference,
        order=stated.order,
        sales_order=stated.sales_order,
        contract=stated.contract,
        project=stated.project,
        despatch=stated.despatch,
        receipt=stated.receipt,
        tender=stated.tender,
        invoiced_object=stated.invoiced_object,
        preceding=_preceding(stated.preceding, known, found),
    )


def _preceding(
    stated: tuple[PrecedingInput, ...], known: Mapping[str, Preceding], found: list[Finding]
) -> tuple[Preceding, ...]:
    rows: list[Preceding] = []
    seen: set[tuple[str | None, str, date | None]] = set()
    for index, one in enumerate(stated):
        pointer = f"/references/preceding/{index}"
        row = _earlier(one, pointer, known, found)
        if row is None:
            continue
        key = (row.invoice_id, row.number, row.issue_date)
        if key in seen:
            found.append(RULES["GW-PRECEDING-TWICE"].at(pointer, found=row.number))
            continue
        seen.add(key)
        rows.append(row)
    return tuple(rows)


def _earlier(
    one: PrecedingInput, pointer: str, known: Mapping[str, Preceding], found: list[Finding]
) -> Preceding | None:
    """The earlier invoice; what an authority calls it goes under `external` where the caller alone knows."""
    external = {} if one.external_id is None else {"external": one.external_id}
    if one.invoice is not None and one.invoice in known:
        row = known[one.invoice]
        return replace(row, external_ids=external | row.external_ids)
    if one.invoice is not None:
        found.append(RULES["GW-PRECEDING-UNKNOWN"].at(f"{pointer}/invoice", found=one.invoice))
    elif one.number is None:
        found.append(RULES["GW-PRECEDING-EMPTY"].at(pointer, expected="invoice, or number"))
    if one.number is None:
        return None
    return Preceding(number=one.number, issue_date=one.issue_date, external_ids=external)


def exchange_rates(draft: InvoiceInput, found: list[Finding]) -> tuple[ExchangeRate, ...]:
    """The rates with their currencies in capitals."""
    rates = []
    for index, one in enumerate(draft.exchange_rates):
        pointer = f"/exchange_rates/{index}"
        pair = (one.from_currency.upper(), one.to_currency.upper())
        for field, currency in zip(("from_currency", "to_currency"), pair, strict=True):
            if currency not in CURRENCIES:
                found.append(RULES["GW-RATE"].at(f"{pointer}/{field}", found=currency, expected="a code of ISO 4217"))
        rate = number(one.rate)
        if rate <= 0:
            found.append(RULES["GW-RATE"].at(f"{pointer}/rate", found=one.rate, expected="above zero"))
        rates.append(ExchangeRate(from_currency=pair[0], to_currency=pair[1], rate=rate, source=one.source, on=one.on))
    return tuple(rates)


def tax_currency(draft: InvoiceInput, found: list[Finding]) -> str | None:
    """The accounting currency (BT-6) in capitals."""
    if draft.tax_currency is None:
        return None
    currency = draft.tax_currency.upper()
    if currency not in CURRENCIES:
        found.append(RULES["GW-TAX-CURRENCY"].at("/tax_currency", found=currency, expected="a code of ISO 4217"))
    return currency


def unknown_countries(draft: InvoiceInput, issuer: Party, customer: Party) -> Iterator[Finding]:
    """Countries that ISO 3166-1 does not know, in the parties' addresses and tax ids."""
    written_out = isinstance(draft.customer, Party)
    for party, pointer, inline in ((issuer, "/issuer", False), (customer, "/customer", written_out)):
        if party.address is not None and party.address.country not in COUNTRIES:
            place = f"{pointer}/address/country" if inline else pointer
            yield RULES["GW-COUNTRY"].at(place, found=party.address.country)
        for index, tax_id in enumerate(party.tax_ids):
            if tax_id.country not in TAX_ID_COUNTRIES:
                place = f"{pointer}/tax_ids/{index}/scheme" if inline else pointer
                yield RULES["GW-COUNTRY"].at(place, found=tax_id.scheme)
    for told, pointer in _other_countries(draft):
        if told not in COUNTRIES:
            yield RULES["GW-COUNTRY"].at(pointer, found=told)


def _other_countries(draft: InvoiceInput) -> Iterator[tuple[str, str]]:
    """Countries beside those of the parties, with their pointers."""
    if draft.delivery is not None and draft.delivery.address is not None:
        yield draft.delivery.address.country, "/delivery/address/country"
    if draft.tax_representative is not None:
        yield draft.tax_representative.address.country, "/tax_representative/address/country"
    for index, line in enumerate(draft.lines):
        if line.origin_country is not None:
            yield line.origin_country, f"/lines/{index}/origin_country"
