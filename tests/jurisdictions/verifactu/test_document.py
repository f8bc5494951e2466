"""What a record says of an invoice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
from lxml import etree
from msgspec.structs import replace

from jurisdictions.contract import Instruction, InstructionKind
from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu.codelists import SF
from jurisdictions.verifactu.settings import Extension, LineExtension
from schemas.document import ExchangeRate, Preceding, References
from schemas.invoice import InvoiceInput, Kind
from schemas.states import Standing
from tests.jurisdictions.verifactu.builders import (
    NOW,
    TODAY,
    credit_note,
    instruction,
    invoice,
    issuer,
    party,
    sealed,
    tax,
)
from validators.arithmetic import RoundingPolicy
from validators.composition import compose

NAMES = {"sf": SF}


def record(of: Instruction, number: str = "A-1") -> etree._Element:
    return etree.fromstring(sealed(of, number).body)


def texts(of: etree._Element, path: str) -> list[str]:
    return [element.text or "" for element in of.iterfind(path, NAMES)]


def values(of: etree._Element, *names: str) -> dict[str, str | None]:
    return {name: of.findtext(f".//sf:{name}", namespaces=NAMES) for name in names}


def test_a_full_invoice() -> None:
    found = values(
        record(instruction()), "TipoFactura", "CuotaTotal", "ImporteTotal", "NombreRazonEmisor", "ClaveRegimen"
    )
    assert found == {
        "TipoFactura": "F1",
        "CuotaTotal": "21.00",
        "ImporteTotal": "121.00",
        "NombreRazonEmisor": "Emisora & Hijos, S.L.",
        "ClaveRegimen": "01",
    }


def test_a_simplified_invoice_names_nobody() -> None:
    of = record(instruction(invoice(simplified=True)))
    assert values(of, "TipoFactura", "Destinatarios") == {"TipoFactura": "F2", "Destinatarios": None}


def test_a_credit_note_states_negative_differences_and_what_it_corrects() -> None:
    of = record(instruction(credit_note(), extension=Extension(tipo_factura="R1")))
    assert values(of, "TipoFactura", "TipoRectificativa", "CuotaTotal", "ImporteTotal", "TipoImpositivo") == {
        "TipoFactura": "R1",
        "TipoRectificativa": "I",
        "CuotaTotal": "-21.00",
        "ImporteTotal": "-121.00",
        "TipoImpositivo": "21.00",
    }
    assert texts(of, "sf:FacturasRectificadas/sf:IDFacturaRectificada/sf:NumSerieFactura") == ["A-1"]
    assert values(record(instruction(credit_note())), "TipoFactura") == {"TipoFactura": "R4"}


def test_a_substitution_states_what_it_replaces() -> None:
    before = Preceding(number="A-1", issue_date=TODAY, tax_breakdown=invoice().tax_breakdown)
    of = credit_note(kind=Kind.CORRECTIVE, references=References(preceding=(before,)))
    found = record(instruction(of, extension=Extension(tipo_rectificativa="S")))
    assert values(found, "TipoRectificativa", "BaseRectificada", "CuotaRectificada", "ImporteTotal") == {
        "TipoRectificativa": "S",
        "BaseRectificada": "100.00",
        "CuotaRectificada": "21.00",
        "ImporteTotal": "121.00",
    }


def test_a_correction_of_the_record_says_so() -> None:
    correct = instruction(kind=InstructionKind.CORRECT)
    assert values(record(correct), "Subsanacion", "RechazoPrevio") == {"Subsanacion": "S", "RechazoPrevio": "X"}


def test_a_cancellation_has_an_identity_and_no_amounts() -> None:
    of = record(instruction(kind=InstructionKind.CANCEL, standing=Standing.REGISTERED), "A&1")
    assert etree.QName(of).localname == "RegistroAnulacion"
    assert values(of, "NumSerieFacturaAnulada", "FechaExpedicionFacturaAnulada", "ImporteTotal") == {
        "NumSerieFacturaAnulada": "A&1",
        "FechaExpedicionFacturaAnulada": "20-11-2026",
        "ImporteTotal": None,
    }


def test_amounts_are_in_euro_each_rounded_half_up() -> None:
    rate = ExchangeRate(from_currency="USD", to_currency="EUR", rate=Decimal("0.925"), source="ECB", on=TODAY)
    of = record(instruction(invoice(("10.02", tax()), currency="USD", exchange_rates=(rate,))))
    # 10.02 * 0.925 = 9.2685; 2.10 * 0.925 = 1.9425
    assert values(of, "BaseImponibleOimporteNoSujeto", "CuotaRepercutida", "ImporteTotal") == {
        "BaseImponibleOimporteNoSujeto": "9.27",
        "CuotaRepercutida": "1.94",
        "ImporteTotal": "11.21",
    }


def test_lines_with_words_of_their_own_split_a_group_without_losing_a_cent() -> None:
    of = invoice(("0.03", tax()), ("0.03", tax()), ("0.04", tax()))
    found = record(instruction(of, lines=(LineExtension(clave_regimen="07"), None, None)))
    assert texts(found, ".//sf:ClaveRegimen") == ["07", "01"]
    assert texts(found, ".//sf:BaseImponibleOimporteNoSujeto") == ["0.03", "0.07"]
    assert sum(map(Decimal, texts(found, ".//sf:CuotaRepercutida"))) == Decimal("0.02")


def test_who_the_customer_is() -> None:
    def of(**ids: str) -> dict[str, str | None]:
        found = record(instruction(invoice(customer=party(**ids)))).find("sf:Destinatarios", NAMES)
        assert found is not None
        return values(found, "NIF", "CodigoPais", "IDType", "ID")

    assert of(ES_VAT="ES B-00.000.026") == {"NIF": "B00000026", "CodigoPais": None, "IDType": None, "ID": None}
    assert of(BE_VAT="be0999000129") == {"NIF": None, "CodigoPais": "BE", "IDType": "02", "ID": "BE0999000129"}
    assert of(GR_VAT="094014201") == {"NIF": None, "CodigoPais": None, "IDType": "02", "ID": "EL094014201"}
    assert of(US_EIN="12-3456789") == {"NIF": None, "CodigoPais": "US", "IDType": "04", "ID": "123456789"}
    assert of(US_EIN="1", ES_NIF="B00000026")["NIF"] == "B00000026"


def test_categories_become_qualifications() -> None:
    def of(category: str, percent: str | None = None, **ids: str) -> tuple[str | None, str | None, str | None]:
        customer = party(**(ids or {"ES_NIF": "B00000026"}))
        found = values(
            record(instruction(invoice(("10.00", tax(percent, category)), customer=customer))),
            "CalificacionOperacion",
            "OperacionExenta",
            "CuotaRepercutida",
        )
        return found["CalificacionOperacion"], found["OperacionExenta"], found["CuotaRepercutida"]

    assert of("Z", "0") == ("S1", None, "0.00")
    assert of("E") == (None, "E1", None)
    assert of("G", US_EIN="1") == (None, "E2", None)
    assert of("K", BE_VAT="BE0999000129") == (None, "E5", None)
    assert of("AE", "0") == ("S2", None, "0.00")
    assert of("AE", "0", BE_VAT="BE0999000129") == ("N2", None, None)
    assert of("O") == ("N1", None, None)


def test_texts_are_escaped_and_cut() -> None:
    of = record(instruction(extension=Extension(descripcion="<a> & " + "x" * 600, ref_externa="P&O")))
    found = values(of, "DescripcionOperacion", "RefExterna")
    assert found["RefExterna"] == "P&O"
    assert len(found["DescripcionOperacion"] or "") == 500


def test_big_amounts_and_other_days_and_own_bills() -> None:
    of = invoice(("100000000.00", tax()), operation_date=date(2026, 11, 1), self_billed=True)
    assert values(record(instruction(of)), "Macrodato", "FechaOperacion", "EmitidaPorTerceroODestinatario") == {
        "Macrodato": "S",
        "FechaOperacion": "01-11-2026",
        "EmitidaPorTerceroODestinatario": "D",
    }


def test_a_preview_has_no_seal() -> None:
    of = etree.fromstring(JURISDICTION.seal.preview(instruction(), issuer(), NOW))
    assert values(of, "NumSerieFactura", "Huella", "Encadenamiento") == {
        "NumSerieFactura": "BORRADOR",
        "Huella": None,
        "Encadenamiento": None,
    }


def test_withheld_taxes_are_no_part_of_the_record() -> None:
    of = invoice()
    withheld = replace(of.tax_breakdown[0], withheld=True, percent=Decimal(15), amount=Decimal("15.00"))
    found = record(instruction(replace(of, tax_breakdown=(*of.tax_breakdown, withheld))))
    assert values(found, "ImporteTotal") == {"ImporteTotal": "121.00"}


def test_a_lines_own_net_counts_in_the_sum_of_its_rate() -> None:
    """A record has sums per rate only, which follow from the nets as they stand."""
    written = msgspec.convert(
        {
            "issuer": "iss_1",
            "customer": "cus_1",
            "currency": "EUR",
            "lines": [
                {
                    "description": "Interest",
                    "quantity": "486",
                    "unit_price": "4.9715",
                    "net": "2416.16",
                    "taxes": [{"percent": "21"}],
                }
            ],
        },
        InvoiceInput,
    )
    plain = invoice()
    made, found = compose(
        written,
        id="inv_1",
        issuer=plain.issuer,
        customer=plain.customer,
        issue_date=TODAY,
        rounding=RoundingPolicy(),
    )
    assert not found
    assert values(record(instruction(made)), "BaseImponibleOimporteNoSujeto", "CuotaTotal", "ImporteTotal") == {
        "BaseImponibleOimporteNoSujeto": "2416.16",
        "CuotaTotal": "507.39",
        "ImporteTotal": "2923.55",
    }
