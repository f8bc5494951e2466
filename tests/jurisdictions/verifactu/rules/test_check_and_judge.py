"""What check lets pass, sealed, breaks no rule: the invoice and the record are judged alike."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jurisdictions.verifactu import JURISDICTION
from jurisdictions.verifactu import codelists as lists
from jurisdictions.verifactu.settings import Extension, LineExtension, Settings, Tercero
from schemas.codes import TaxCategory, TaxKind
from schemas.document import Preceding, References, Tax
from schemas.findings import is_fatal
from schemas.invoice import Kind
from tests.jurisdictions.verifactu.builders import NOW, TODAY, instruction, invoice, issuer, party, sealed, tax

CLAVES = [None, None, None, *sorted(lists.CLAVES_REGIMEN[lists.IGIC])]
TYPES = [None, None, "F1", "F2", "F3", "R1", "R2", "R3", "R4", "R5"]
CUSTOMERS = {"ES_NIF": "B00000026", "ES_VAT": "P00000000", "BE_VAT": "BE0999000129", "XI_VAT": "GD123", "US_EIN": "1-2"}
THIRD = Settings(terceros=(Tercero(name="Tercera, S.L.", nif="B00000042"),))
CORRECTED = References(preceding=(Preceding(number="A-0", issue_date=TODAY),))

taxes = st.builds(
    tax,
    st.sampled_from(["21", "21", "10", "4", "0", "5", "7.125", None]),
    st.sampled_from(["S", "S", *(one.value for one in TaxCategory)]),
    st.sampled_from(["VAT", "VAT", *(one.value for one in TaxKind)]),
)
lines = st.none() | st.builds(
    LineExtension,
    clave_regimen=st.sampled_from(CLAVES),
    calificacion=st.sampled_from([None, None, *sorted(lists.CALIFICACIONES)]),
    base_a_coste=st.sampled_from([None, None, "100.00"]),
)
extensions = st.builds(
    Extension,
    tipo_factura=st.sampled_from(TYPES),
    tipo_rectificativa=st.sampled_from([None, None, "S", "I"]),
    clave_regimen=st.sampled_from(CLAVES),
    art_7273=st.booleans(),
    tercero=st.sampled_from([None, None, "B00000042"]),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.tuples(st.decimals("-500", "500", places=2).map(str), taxes, lines), min_size=1, max_size=3),
    kind=st.sampled_from([Kind.INVOICE, Kind.INVOICE, Kind.CREDIT_NOTE, Kind.CORRECTIVE]),
    customer=st.sampled_from(sorted(CUSTOMERS)),
    operated=st.sampled_from([None, None, date(2024, 9, 30), date(2024, 12, 31), date(2026, 12, 31)]),
    extension=extensions,
)
def test_what_passes_breaks_no_rule(
    rows: list[tuple[str, Tax, LineExtension | None]],
    kind: Kind,
    customer: str,
    operated: date | None,
    extension: Extension,
) -> None:
    of = invoice(
        *((net, of) for net, of, _ in rows),
        kind=kind,
        operation_date=operated,
        customer=party(**{customer: CUSTOMERS[customer]}),
        references=References() if kind is Kind.INVOICE and extension.tipo_factura != "F3" else CORRECTED,
        correction_reason=None if kind is Kind.INVOICE else "Error",
    )
    asked = instruction(of, extension=extension, lines=tuple(line for _, _, line in rows))
    by = issuer(THIRD)
    if not is_fatal(JURISDICTION.law.check(asked, by, NOW)):
        judgement = JURISDICTION.law.judge(sealed(asked, by=by).body)
        assert [found.rule for found in judgement.findings] == []
