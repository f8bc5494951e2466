"""Duties by country and date, and what sending by Peppol is worth under each."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gateway import presentation
from gateway.api.law import shown
from jurisdictions.peppol import JURISDICTION, mandates
from jurisdictions.peppol.mandates import MANDATES
from schemas.document import Invoice
from schemas.findings import Severity, is_fatal
from tests.jurisdictions.peppol import shapes

DAY = date(2026, 11, 20)


def party(country: str, *, registered: bool = True, **more: Any) -> shapes.Json:
    ids = {"FR": "FR:VAT", "PL": "PL:VAT", "IT": "IT:VAT", "DE": "DE:VAT", "BE": "BE:VAT", "ES": "ES:NIF"}
    number = {"BE": "BE0999000129", "ES": "B00000018"}.get(country, f"{country}12345678901")
    return {
        "name": f"Somebody in {country}",
        "tax_ids": [{"scheme": ids[country], "value": number}] if registered else [],
        "address": {"lines": ["Street 1"], "city": "Town", "postal_code": "10000", "country": country},
        "endpoints": [{"scheme": "0088", "value": "7300010000001"}],
        **more,
    }


def invoice(seller: str, buyer: str, on: date = DAY, *, registered: bool = True) -> Invoice:
    buying = party(buyer, registered=registered)
    return shapes.invoice(seller=party(seller), buyer=buying, issue_date=on.isoformat())


def codes(made: Invoice) -> list[str]:
    return [one.code for one in mandates.touching(made)]


@pytest.mark.parametrize(
    ("seller", "buyer", "expected"),
    [
        ("BE", "BE", ["BE-B2B"]),
        ("BE", "FR", []),
        ("FR", "BE", []),
        ("DE", "DE", ["DE-RECEIVE", "DE-ISSUE-LARGE", "DE-ISSUE-ALL"]),
        ("DE", "BE", []),
        ("FR", "FR", ["FR-LARGE", "FR-ALL"]),
        ("PL", "PL", ["PL-LARGE", "PL-ALL"]),
        ("PL", "BE", ["PL-LARGE", "PL-ALL"]),
        ("BE", "PL", []),
        ("IT", "IT", ["IT-DOMESTIC"]),
        ("IT", "BE", ["IT-ABROAD"]),
        ("BE", "IT", []),
        ("ES", "ES", []),
    ],
)
def test_parties_decide_which_duties_an_invoice_touches(seller: str, buyer: str, expected: list[str]) -> None:
    assert codes(invoice(seller, buyer)) == expected


def test_a_consumer_is_no_business() -> None:
    assert codes(invoice("BE", "BE", registered=False)) == []
    assert codes(invoice("FR", "FR", registered=False)) == []
    assert codes(invoice("IT", "IT", registered=False)) == ["IT-DOMESTIC"]


@pytest.mark.parametrize(
    ("seller", "on", "rules"),
    [
        ("BE", date(2026, 1, 1), []),
        ("DE", date(2028, 1, 1), []),
        ("FR", date(2026, 8, 31), []),
        ("FR", date(2026, 9, 1), ["PEPPOL-GW-MANDATE-FR"]),
        ("FR", date(2027, 9, 1), ["PEPPOL-GW-MANDATE-FR"]),
        ("PL", date(2026, 1, 31), []),
        ("PL", date(2026, 2, 1), ["PEPPOL-GW-MANDATE-PL"]),
        ("PL", date(2026, 4, 1), ["PEPPOL-GW-MANDATE-PL"]),
        ("IT", date(2018, 12, 31), []),
        ("IT", date(2019, 1, 1), ["PEPPOL-GW-MANDATE-IT"]),
    ],
)
def test_where_peppol_does_not_meet_the_duty_it_is_said_from_its_first_day(
    seller: str, on: date, rules: list[str]
) -> None:
    found = mandates.findings(invoice(seller, seller, on))
    assert [one.rule for one in found] == rules
    assert all(one.severity is Severity.WARNING and one.expected and one.fix for one in found)


@pytest.mark.parametrize(("country", "channel"), [("FR", "plateforme agréée"), ("PL", "KSeF"), ("IT", "SdI")])
def test_sent_by_peppol_is_never_called_met_there(country: str, channel: str) -> None:
    ours = [one for one in MANDATES if one.country == country]
    assert ours
    assert all(one.met_by_peppol == "no" and channel in (one.channel or "") for one in ours)
    [finding] = mandates.findings(invoice(country, country))
    assert channel in (finding.expected or "")
    assert "does not meet" in finding.message


def test_a_check_shows_the_warning_and_stops_nothing() -> None:
    made = invoice("FR", "FR")
    found = JURISDICTION.law.check(shapes.instruction(made), shapes.issuer(party("FR")), shapes.AT)
    ours = [one for one in found if one.rule.startswith("PEPPOL-GW-MANDATE")]
    assert [one.rule for one in ours] == ["PEPPOL-GW-MANDATE-FR"]
    assert not is_fatal(ours)


def test_a_route_shows_the_duties_with_their_dates() -> None:
    made = shapes.SHAPES["plain"]
    route = JURISDICTION.law.route(made, shapes.issuer(), shapes.AT)
    assert route is not None
    [duty] = route.obligations
    assert (duty.code, duty.country, duty.valid_from, duty.met) == ("BE-B2B", "BE", date(2026, 1, 1), "yes")
    assert "for each rate, never for each line" in (duty.sentence or "")
    assert route.rounding.tax_per == "group"
    [told] = presentation.routes([route])
    assert told.obligations[0].met == "yes"
    assert presentation.decode_routes('[{"jurisdiction":"x","reason":"","rounding":{"name":"r"},"edition":"1"}]')


def test_every_mandate_is_told_as_data() -> None:
    told = shown(JURISDICTION).obligations
    assert [one["code"] for one in told] == [one.code for one in MANDATES]
    assert all(one["law"] and one["scope"] and one["sentence"] and one["met"] in ("yes", "no") for one in told)
    assert len({one.code for one in MANDATES}) == len(MANDATES)
    assert all((one.channel is not None) == (one.met_by_peppol == "no") for one in MANDATES)
    assert {one.country for one in MANDATES} == {"BE", "DE", "FR", "PL", "IT"}
