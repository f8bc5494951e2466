"""The parties: each rule fires once where it is broken, and not on a near miss."""

from __future__ import annotations

import pytest

from tests.validators.en16931.documents import Edit, drop, mark, put, repeat
from tests.validators.en16931.judging import fired, verdict

SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
REPRESENTATIVE = "cac:TaxRepresentativeParty"
COUNTRY = "cac:PostalAddress/cac:Country/cbc:IdentificationCode"

BROKEN: dict[str, tuple[Edit, ...]] = {
    "BR-63": (mark(f"{BUYER}/cbc:EndpointID", "schemeID", None),),
    "BR-11": (put(f"{BUYER}/{COUNTRY}", " "),),
    "BR-57": (drop("cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country"),),
    "BR-17": (drop("cac:PayeeParty/cac:PartyName"),),
    "BR-CO-26": (
        drop(f"{SELLER}/cac:PartyTaxScheme"),
        put(f"{SELLER}/cac:PartyIdentification/cbc:ID", "x"),
        mark(f"{SELLER}/cac:PartyIdentification/cbc:ID", "schemeID", "SEPA"),
        drop(f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID"),
    ),
    "BR-62": (mark(f"{SELLER}/cbc:EndpointID", "schemeID", None),),
    "BR-09": (drop(f"{SELLER}/{COUNTRY}"),),
    "BR-18": (put(f"{REPRESENTATIVE}/cac:PartyName/cbc:Name", " "),),
    "BR-19": (drop(f"{REPRESENTATIVE}/cac:PostalAddress"),),
    "BR-56": (put(f"{REPRESENTATIVE}/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID", "GST"),),
    "BR-20": (drop(f"{REPRESENTATIVE}/{COUNTRY}"),),
    "BR-CO-09": (put(f"{SELLER}/cac:PartyTaxScheme/cbc:CompanyID", "0123456749"),),
}
NEAR: dict[str, tuple[Edit, ...]] = {
    "BR-63": (mark(f"{BUYER}/cbc:EndpointID", "schemeID", ""),),
    "BR-57": (put("cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode", ""),),
    "BR-17": (put("cac:PayeeParty/cac:PartyName/cbc:Name", ""),),
    "BR-CO-26": (
        drop(f"{SELLER}/cac:PartyTaxScheme"),
        drop(f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID"),
    ),
    "BR-56": (put(f"{REPRESENTATIVE}/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID", " vat "),),
    "BR-CO-09": (put(f"{SELLER}/cac:PartyTaxScheme/cbc:CompanyID", "EL123456789"),),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_fires_once(rule: str) -> None:
    assert fired(*BROKEN[rule]).count(rule) == 1


@pytest.mark.parametrize("rule", NEAR)
def test_holds_on_a_near_miss(rule: str) -> None:
    assert rule not in fired(*NEAR[rule])


def test_a_payee_is_not_the_seller() -> None:
    assert "BR-17" in fired(put("cac:PayeeParty/cac:PartyName/cbc:Name", "Seller"))
    assert "BR-17" in fired(put("cac:PayeeParty/cac:PartyIdentification/cbc:ID", "S-1"))


def test_a_number_of_another_tax_needs_no_prefix() -> None:
    scheme = f"{SELLER}/cac:PartyTaxScheme"
    assert "BR-CO-09" not in fired(put(f"{scheme}/cbc:CompanyID", "1234"), put(f"{scheme}/cac:TaxScheme/cbc:ID", "TAX"))


def test_two_schemes_of_one_representative_have_no_truth() -> None:
    told = verdict(repeat(f"{REPRESENTATIVE}/cac:PartyTaxScheme/cac:TaxScheme"))
    assert "BR-56" in [one.rule for one in told.unjudged]
