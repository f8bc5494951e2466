"""What stands beside a record's own amounts: on paper, and in what is kept of the record."""

from __future__ import annotations

import pytest
from lxml import etree

from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.codelists import SF
from schemas.invoice import Kind
from tests.jurisdictions.verifactu.builders import instruction, invoice, issuer, sealed, tax
from tests.jurisdictions.verifactu.examples import EXAMPLES, SETTINGS, TYPES


def attributes(name: str) -> dict[str, str]:
    return dict(sealed(EXAMPLES[name].of, by=issuer(SETTINGS)).attributes)


def test_suplidos_guarantees_and_retentions_change_what_is_paid_and_nothing_else() -> None:
    made = attributes("aside")
    told = {name: made.get(name) for name in ("total", "suplidos", "withheld", "total_payable", "rate")}
    assert told == {
        "total": "121.00",
        "suplidos": "50.00",
        "withheld": "15.00",
        "total_payable": "156.00",
        "rate": None,
    }


def test_a_suplido_with_a_tax_outside_scope_is_no_row() -> None:
    of = EXAMPLES["aside"].of
    taxed = instruction(invoice(("100.00", tax()), ("50.00", tax(None, "O"))), lines=of.line_extensions[:2])
    rows = etree.fromstring(sealed(taxed).body).findall(f".//{{{SF}}}DetalleDesglose")
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("name", "rate", "pair", "total"),
    [("dollars", "0.925", "USD/EUR", "11.21"), ("euro-dollars", "1.0873", "EUR/USD", "11.15")],
)
def test_the_exchange_rate_is_kept_with_its_source(name: str, rate: str, pair: str, total: str) -> None:
    made = attributes(name)
    assert (made["rate"], made["rate_pair"], made["rate_source"], made["rate_on"]) == (rate, pair, "ECB", "2026-11-20")
    assert made["total"] == made["total_payable"] == total


def test_a_substitution_in_dollars_replaces_euro() -> None:
    of = EXAMPLES["dollars"].of.invoice
    before = TYPES["R4-S"].of.invoice.references
    replaced = TYPES["R4-S"].of
    made = invoice(
        ("10.02", tax()),
        kind=Kind.CORRECTIVE,
        currency="USD",
        exchange_rates=of.exchange_rates,
        references=before,
        correction_reason="Precio",
    )
    body = sealed(instruction(made, extension=replaced.extension)).body
    assert b"<sf:BaseRectificada>92.50</sf:BaseRectificada><sf:CuotaRectificada>19.43</sf:CuotaRectificada>" in body


def test_what_is_kept_names_chain_flags_and_system() -> None:
    made = attributes("subsanacion")
    assert (made["flags"], made["chain"], made["installation"], made["system"]) == (
        "S/X/-",
        "B00000018:1",
        "1",
        "EG 0.1.0",
    )
    assert attributes("anulacion-again")["flags"] == "-/S/S"


@pytest.mark.parametrize("name", [name for name in EXAMPLES if not name.startswith("anulacion")])
def test_every_type_has_its_qr(name: str) -> None:
    made = sealed(EXAMPLES[name].of, "A/1 &b", by=issuer(SETTINGS))
    assert made.facts["verification_url"] == (
        "https://prewww2.aeat.es/wlpl/TIKE-CONT/ValidarQR"
        f"?nif=B00000018&numserie=A%2F1%20%26b&fecha=20-11-2026&importe={made.attributes['total']}"
    )


def test_paper_shows_the_amounts_apart_and_marks_a_test() -> None:
    made = sealed(EXAMPLES["aside"].of)
    shown = JURISDICTION.desk.render(EXAMPLES["aside"].of.invoice, {**made.facts, **made.attributes})
    assert {name: shown.get(name) for name in ("importe_total", "total_a_pagar", "retenciones", "suplidos")} == {
        "importe_total": "121.00",
        "total_a_pagar": "156.00",
        "retenciones": "15.00",
        "suplidos": "50.00",
    }
    assert "mark" in shown
    live = sealed(by=issuer(environment="live"))
    printed = JURISDICTION.desk.render(invoice(), {**live.facts, **live.attributes})
    assert "mark" not in printed
    assert "retenciones" not in printed
    assert JURISDICTION.desk.render(invoice(), {}) == {}


def test_agreements_and_generators_count_when_a_record_is_compared() -> None:
    plain = sealed(EXAMPLES["F1"].of)
    assert plain.fingerprint == sealed(EXAMPLES["F1"].of).fingerprint
    by = issuer(SETTINGS)
    one, other = (sealed(EXAMPLES[name].of, by=by) for name in ("anulacion-by-recipient", "anulacion-by-third-party"))
    assert one.fingerprint != other.fingerprint


def test_the_picture_is_as_large_as_the_order_wants_it_and_says_where_it_is_a_test() -> None:
    picture = JURISDICTION.desk.picture
    assert picture is not None
    assert 30 <= picture.millimetres <= 40
    assert picture.quiet_millimetres == 6
    assert (picture.title, picture.error) == ("QR tributario:", "m")
    made = sealed()
    assert made.facts[picture.fact].startswith("https://prewww2.aeat.es/")
    assert made.facts[picture.legend_fact] == "Factura verificable en la sede electrónica de la AEAT"
    assert JURISDICTION.desk.render(invoice(), made.facts)["mark"] == picture.mark == "PRUEBA - SIN VALOR FISCAL"
