"""Tax identifiers: what exists is valid, what cannot exist is told apart by its fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.findings import Severity
from schemas.party import TaxId
from validators import taxid

VALID = [
    ("ES:NIF", "B58378431"),
    ("ES:NIF", "54362315K"),
    ("ES:NIF", "89890001K"),
    ("ES:NIF", "X-5253868-R"),
    ("ES:NIF", "M1234567L"),
    ("ES:VAT", "ESB58378431"),
    ("ES:VAT", "B58378431"),
    ("BE:VAT", "BE0999000129"),
    ("BE:VAT", "0999.000.129"),
    ("EL:VAT", "EL094259216"),
    ("GR:VAT", "EL094259216"),
    ("GR:VAT", "094259216"),
    ("FR:VAT", "FR 40 303265045"),
    ("NL:VAT", "NL004495445B01"),
    ("XI:VAT", "XI980780684"),
    ("MX:RFC", "XAXX010101000"),
    ("MX:RFC", "XEXX010101000"),
    ("MX:RFC", "EKU9003173C9"),
    ("MX:RFC", "GODE561231GR8"),
    ("CH:VAT", "anything"),
    ("US:EIN", "00"),
]
WRONG = [
    ("ES:NIF", "B58378432", "GW-TAXID-CHECKSUM"),
    ("ES:NIF", "B5837843", "GW-TAXID-LENGTH"),
    ("ES:NIF", "B58A78431", "GW-TAXID-FORMAT"),
    ("BE:VAT", "BE0999000128", "GW-TAXID-CHECKSUM"),
    ("BE:VAT", "FR40303265045", "GW-TAXID-FORMAT"),
    ("FR:VAT", "FR40303265046", "GW-TAXID-CHECKSUM-DOUBT"),
    ("MX:RFC", "GODE561231", "GW-TAXID-LENGTH"),
    ("MX:RFC", "GODE561331GR8", "GW-TAXID-COMPONENT"),
    ("MX:RFC", "GOD1561231GR8", "GW-TAXID-FORMAT"),
    ("MX:RFC", "VACE460910SX6", "GW-TAXID-CHECKSUM-DOUBT"),
    ("MX:RFC", "EKU9003173C8", "GW-TAXID-CHECKSUM-DOUBT"),
]


@pytest.mark.parametrize(("scheme", "value"), VALID)
def test_what_exists_is_valid(scheme: str, value: str) -> None:
    assert taxid.check(TaxId(scheme=scheme, value=value), "/customer/tax_ids/0") == ()


@pytest.mark.parametrize(("scheme", "value", "rule"), WRONG)
def test_what_cannot_exist_is_found(scheme: str, value: str, rule: str) -> None:
    (finding,) = taxid.check(TaxId(scheme=scheme, value=value), "/customer/tax_ids/0")
    assert (finding.rule, finding.pointer, finding.found) == (rule, "/customer/tax_ids/0/value", value)
    assert finding.expected is not None
    assert finding.expected.startswith(f"{scheme}: ")
    assert finding.severity is (Severity.WARNING if rule.endswith("DOUBT") else Severity.FATAL)


@given(
    st.sampled_from(sorted(taxid.SCHEMES)),
    st.text("0123456789ABKXYZ&Ññ .-/+", min_size=1, max_size=40) | st.text("0123456789", min_size=8, max_size=13),
)
def test_no_value_raises(scheme: str, value: str) -> None:
    assert len(taxid.check(TaxId(scheme=scheme, value=value), "")) <= 1
