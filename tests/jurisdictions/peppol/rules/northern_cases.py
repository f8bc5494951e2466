"""Denmark, Norway, Sweden, Iceland."""

from tests.jurisdictions.peppol.rules.documents import Case, buyer, registered, seller, vat

_DK = seller("DK") + buyer("DK")


def _means(content: str, parties: str = _DK) -> str:
    return f"{parties}PaymentMeans[{content}]"


def _account(number: str, branch: str = "") -> str:
    more = f"FinancialInstitutionBranch[ID={branch}]" if branch else ""
    return f"PayeeFinancialAccount[ID={number};{more}]"


_MANDATE = "PaymentMeansCode=49;PaymentMandate[ID=1;{}]"
_CLASS = _DK + "InvoiceLine[Item[CommodityClassification[ItemClassificationCode@listID:TST@listVersionID:{}=1]]]"
_DUTY = "AllowanceCharge[AllowanceChargeReasonCode=ZZZ;AllowanceChargeReason={}]"

DENMARK = (
    Case("DK-R-002", seller("DK"), seller("DK", registered("12345678"))),
    Case("DK-R-003", _CLASS.format("19.05.02"), _CLASS.format("26.0801")),
    Case("DK-R-004", _DK + _DUTY.format("#1234"), _DK + _DUTY.format("12#34")),
    Case("DK-R-005", _means("PaymentMeansCode=30"), _means("PaymentMeansCode=30", seller("DK") + buyer("SE"))),
    Case("DK-R-006", _means("PaymentMeansCode=42;" + _account("1")),
         _means("PaymentMeansCode=42;" + _account("1", "2"))),
    Case("DK-R-007", _means(_MANDATE.format("")), _means(_MANDATE.format("PayerFinancialAccount[ID=1]"))),
    Case("DK-R-008", _means("PaymentMeansCode=50;PaymentID=01#;" + _account("123456")),
         _means("PaymentMeansCode=50;PaymentID=01#;" + _account("1234567"))),
    Case("DK-R-009", _means("PaymentMeansCode=50;PaymentID=04#123456789012345"),
         _means("PaymentMeansCode=50;PaymentID=04#1234567890123456")),
    Case("DK-R-010", _means("PaymentMeansCode=93;PaymentID=73#;" + _account("1234567")),
         _means("PaymentMeansCode=93;PaymentID=73#;" + _account("12345678"))),
    Case("DK-R-011", _means("PaymentMeansCode=93;PaymentID=71#12345678901234"),
         _means("PaymentMeansCode=93;PaymentID=71#123456789012345")),
    Case("DK-R-013", seller("DK", "PartyIdentification[ID=1]") + buyer("DK"),
         seller("DK", "PartyIdentification[ID@schemeID:0088=1]") + buyer("DK")),
    Case("DK-R-014", seller("DK", registered("12345678", "0088")), seller("DK", registered("12345678", "0184"))),
    Case("DK-R-016", _DK + "LegalMonetaryTotal[PayableAmount=-0.01]", _DK + "LegalMonetaryTotal[PayableAmount=0]",
         credit_note=True),
    Case("DK-R-017", seller("DK") + buyer("DK", registered("1")), seller("DK") + buyer("SE", registered("1"))),
)  # fmt: skip

NORWAY = (
    Case("NO-R-001", seller("NO", vat("NO991825828MVA")), seller("NO", vat("NO991825827MVA"))),
    Case("NO-R-002", seller("NO", vat("foretaksregisteret", "TAX")), seller("NO", vat("Foretaksregisteret", "TAX"))),
)

_SE = vat("SE556012579001")
_STANDARD = seller("SE", _SE) + "TaxTotal[TaxSubtotal[TaxCategory[ID=S;Percent={}]]]"
_GIRO = seller("SE") + "PaymentMeans[PaymentMeansCode=30;{}]"

SWEDEN = (
    Case("SE-R-001", seller("SE", vat("SE55601257901")), seller("SE", vat(" SE55601257901"))),
    Case("SE-R-002", seller("SE", vat("SE55601257900X")), seller("SE", _SE)),
    Case("SE-R-003", seller("SE", registered("556012-5790")), seller("NO", registered("556012-5790"))),
    Case("SE-R-004", seller("SE", registered("55601257900")), seller("SE", registered("5560125790"))),
    Case("SE-R-005", seller("SE", registered("5560125790") + vat("F-skatt", "TAX")),
         seller("SE", registered("5560125790") + vat("godkänd  för F-skatt", "TAX"))),
    Case("SE-R-006", _STANDARD.format("20"), _STANDARD.format("12.00")),
    Case("SE-R-007", _GIRO.format(_account("12-3", "SE:PLUSGIRO")), _GIRO.format(_account("123", "SE:PLUSGIRO"))),
    Case("SE-R-008", _GIRO.format(_account("123-4567", "SE:BANKGIRO")),
         _GIRO.format(_account("1234567", "SE:BANKGIRO"))),
    Case("SE-R-009", _GIRO.format(_account("123456", "SE:BANKGIRO")),
         _GIRO.format(_account("12345678", "SE:BANKGIRO"))),
    Case("SE-R-010", _GIRO.format(_account("1", "SE:PLUSGIRO")), _GIRO.format(_account("12", "SE:PLUSGIRO"))),
    Case("SE-R-011", seller("SE") + "PaymentMeans[PaymentMeansCode=56]",
         seller("SE") + "PaymentMeans[PaymentMeansCode=30]"),
    Case("SE-R-012", seller("SE") + buyer("SE") + "PaymentMeans[PaymentMeansCode=31]",
         seller("SE") + buyer("NO") + "PaymentMeans[PaymentMeansCode=31]"),
    Case("SE-R-013", seller("SE", registered("5560125791")), seller("SE", registered("5560125790"))),
)  # fmt: skip

_IS = seller("IS")
_EINDAGI = _IS + "DueDate={};AdditionalDocumentReference[ID={};DocumentDescription=EINDAGI]"
_STREET = "StreetName=a;PostalZone=b;"

ICELAND = (
    Case("IS-R-001", _IS + "InvoiceTypeCode=384", _IS + "InvoiceTypeCode= 380"),
    Case("IS-R-002", seller("IS", registered("1", "0195")), seller("IS", registered("1", "0196"))),
    Case("IS-R-003", seller("IS", street="StreetName=a;"), seller("IS", street=_STREET)),
    Case("IS-R-004", _IS + buyer("IS", registered("1")), _IS + buyer("IS", registered("1", "0196"))),
    Case("IS-R-005", _IS + buyer("IS", street="PostalZone=b;"), _IS + buyer("IS", street=_STREET)),
    Case("IS-R-006", _means("PaymentMeansCode=9;" + _account("12345678901"), _IS),
         _means("PaymentMeansCode=9;" + _account("123456789012"), _IS)),
    Case("IS-R-007", _means("PaymentMeansCode=42", _IS), _means("PaymentMeansCode=30", _IS)),
    Case("IS-R-008", _EINDAGI.format("2026-01-01", "01/02/2026"), _EINDAGI.format("2026-01-01", "2026-02-01")),
    Case("IS-R-009", _EINDAGI.format("2026-01-01", "2026-02-01").replace("DueDate", "IssueDate"),
         _EINDAGI.format("2026-01-01", "2026-02-01")),
    Case("IS-R-010", _EINDAGI.format("2026-02-02", "2026-02-01"), _EINDAGI.format("2026-02-01", "2026-02-01")),
)  # fmt: skip
