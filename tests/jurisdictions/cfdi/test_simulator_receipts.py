"""The simulated certifiers on receipts of payment: taxes of what is paid, their sums, other currencies, banks."""

import pytest

from tests.jurisdictions.cfdi.simulated import Certifier, codes, receipt, sealed

RECEIPT = receipt("2E34BDB7-6C7B-4F00-AF13-586F700B3C8D")
DR = 'BaseDR="900.00" ImpuestoDR="002" TipoFactorDR="Tasa" TasaOCuotaDR="0.160000" ImporteDR="144.00"'
WITHHELD = (
    '<pago20:ImpuestosDR><pago20:RetencionesDR><pago20:RetencionDR BaseDR="900.00" ImpuestoDR="001" '
    'TipoFactorDR="Tasa" TasaOCuotaDR="0.100000" ImporteDR="90.00"/></pago20:RetencionesDR>'
)
WITHHELD_SUM = '<pago20:RetencionesP><pago20:RetencionP ImpuestoP="001" ImporteP="90.00"/></pago20:RetencionesP>'


def with_retention(xml: str) -> str:
    """The receipt of an invoice of which income tax is withheld."""
    xml = xml.replace("<pago20:ImpuestosDR>", WITHHELD).replace(
        "<pago20:ImpuestosP>", f"<pago20:ImpuestosP>{WITHHELD_SUM}"
    )
    return xml.replace("<pago20:Totales ", '<pago20:Totales TotalRetencionesISR="90.00" ')


def in_dollars(xml: str, rate: str, paid: str) -> str:
    """The receipt of an invoice in dollars that is paid in pesos: `rate` dollars are one peso."""
    xml = xml.replace('MonedaDR="MXN" EquivalenciaDR="1"', f'MonedaDR="USD" EquivalenciaDR="{rate}"')
    xml = xml.replace('ImpSaldoAnt="1044.00" ImpPagado="1044.00"', f'ImpSaldoAnt="{paid}" ImpPagado="{paid}"')
    return xml.replace(DR, DR.replace("900.00", "48.65").replace("144.00", "7.78"))


@pytest.fixture
def pac() -> Certifier:
    return Certifier()


@pytest.mark.parametrize("xml", [RECEIPT, with_retention(RECEIPT)], ids=["plain", "retention"])
def test_a_right_receipt_is_stamped(pac: Certifier, xml: str) -> None:
    reply = pac.post(sealed(xml))
    assert reply.status == 200, reply.body.decode()


def test_a_receipt_asks_for_its_fate_in_its_reference(pac: Certifier) -> None:
    xml = RECEIPT.replace('MonedaP="MXN"', 'MonedaP="MXN" NumOperacion="77 [sim:CRP20217] [sim:cancel-refuse]"')
    assert codes(pac.post(sealed(xml))) == {"CRP20217"}


BANKS = 'FormaDePagoP="03"'
RULES = [
    ("CRP20246", DR, "-"),
    ("CRP20256", DR, DR.replace("002", "009")),
    ("CRP20257", DR, DR.replace("Tasa", "Otro", 1)),
    ("CRP20258", DR, DR.replace("Tasa", "Exento", 1)),
    ("CRP20259", DR, DR.replace(' ImporteDR="144.00"', "")),
    ("CRP20260", DR, DR.replace("0.160000", "0.150000")),
    ("CRP20261", DR, DR.replace("144.00", "145.00")),
    ("CRP20266", 'TasaOCuotaP="0.160000"', 'TasaOCuotaP="0.080000"'),
    ("CRP20268", 'BaseP="900.00"', 'BaseP="900.01"'),
    ("CRP20270", 'ImpuestoP="002"', 'ImpuestoP="009"'),
    ("CRP20272", 'TasaOCuotaP="0.160000"', 'TasaOCuotaP="0.150000"'),
    ("CRP20274", 'ImporteP="144.00"', 'ImporteP="144.01"'),
    ("CRP20278", 'ObjetoImpDR="02"', 'ObjetoImpDR="06"'),
    ("CRP20279", 'ObjetoImpDR="02"', 'ObjetoImpDR="07"'),
    ("CRP20221", BANKS, 'FormaDePagoP="01" RfcEmisorCtaOrd="ZZZ000101AA9"'),
    ("CRP20223", BANKS, f'{BANKS} RfcEmisorCtaOrd="XEXX010101000"'),
    ("CRP20224", BANKS, 'FormaDePagoP="01" CtaOrdenante="0123456789"'),
    ("CRP20225", BANKS, f'{BANKS} CtaOrdenante="01234567890"'),
    ("CRP20226", BANKS, f'{BANKS} CtaBeneficiario="01234567890"'),
    ("CRP20227", BANKS, 'FormaDePagoP="06" RfcEmisorCtaBen="ZZZ000101AA9"'),
    ("CRP20228", BANKS, 'FormaDePagoP="06" CtaBeneficiario="0123456789"'),
    ("CRP20229", BANKS, 'FormaDePagoP="02" TipoCadPago="01"'),
    ("CRP20230", BANKS, f'{BANKS} TipoCadPago="01"'),
    ("CRP20231", BANKS, f'{BANKS} CertPago="AAAA"'),
    ("CRP20233", BANKS, f'{BANKS} CadPago="AAAA"'),
    ("CRP20235", BANKS, f'{BANKS} SelloPago="AAAA"'),
]


@pytest.mark.parametrize(("code", "old", "new"), RULES, ids=[row[0] for row in RULES])
def test_a_broken_rule_has_its_code(pac: Certifier, code: str, old: str, new: str) -> None:
    assert old in RECEIPT
    xml = RECEIPT.replace(old, new)
    if new == "-":
        start, end = xml.index("<pago20:ImpuestosDR>"), xml.index("</pago20:ImpuestosDR>")
        xml = xml[:start] + xml[end + len("</pago20:ImpuestosDR>") :]
    assert code in codes(pac.post(sealed(xml)))


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("CRP20252", 'ImpuestoDR="001" TipoFactorDR="Tasa"', 'ImpuestoDR="001" TipoFactorDR="Exento"'),
        ("CRP20253", 'TasaOCuotaDR="0.100000"', 'TasaOCuotaDR="0.360000"'),
        ("CRP20254", 'ImporteDR="90.00"', 'ImporteDR="91.00"'),
        (
            "CRP20263",
            WITHHELD_SUM,
            WITHHELD_SUM.replace("/></", '/><pago20:RetencionP ImpuestoP="001" ImporteP="1"/></'),
        ),
        ("CRP20265", 'ImporteP="90.00"', 'ImporteP="90.01"'),
        ("CRP20202", 'TotalRetencionesISR="90.00" ', ""),
    ],
)
def test_a_broken_rule_of_retentions_has_its_code(pac: Certifier, code: str, old: str, new: str) -> None:
    xml = with_retention(RECEIPT)
    assert old in xml
    assert code in codes(pac.post(sealed(xml.replace(old, new))))


def test_an_invoice_in_another_currency(pac: Certifier) -> None:
    """56.43 dollars for 1,044.00 pesos: 0.0540517241 dollars are one peso."""
    xml = in_dollars(RECEIPT, "0.0540517241", "56.43").replace('BaseP="900.00"', 'BaseP="900.064"')
    xml = xml.replace('ImporteP="144.00"', 'ImporteP="143.936"')
    xml = xml.replace('IVA16="900.00"', 'IVA16="900.06"').replace('IVA16="144.00"', 'IVA16="143.94"')
    reply = pac.post(sealed(xml))
    assert reply.status == 200, reply.body.decode()
    far = codes(pac.post(sealed(xml.replace("0.0540517241", "0.0530517241"))))
    assert {"CRP20217", "CRP20276"} <= far
