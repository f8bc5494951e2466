"""What every invoice keeps to."""

from jurisdictions.peppol.codelists import CUSTOMIZATION, PROFILE
from tests.jurisdictions.peppol.rules.documents import Case, buyer, seller

_PROJECT = "AdditionalDocumentReference[DocumentTypeCode=50];"
_TOTALS = "TaxCurrencyCode=SEK;DocumentCurrencyCode=EUR;TaxTotal[TaxAmount@currencyID:EUR={}];"
_LINE = (
    "InvoiceLine[InvoicedQuantity=3;LineExtensionAmount={};AllowanceCharge[ChargeIndicator=false;Amount=1];"
    "AllowanceCharge[ChargeIndicator=true;Amount=2];Price[PriceAmount=10;BaseQuantity={}]]"
)
_PERIODS = "InvoicePeriod[{0}=2026-05-{1}];InvoiceLine[InvoicePeriod[{0}=2026-05-15]]"
_CHARGE = "AllowanceCharge[ChargeIndicator={};MultiplierFactorNumeric=10;BaseAmount=25;Amount={}]"
_PRICE = "InvoiceLine[Price[PriceAmount=8;AllowanceCharge[ChargeIndicator={};Amount=2;BaseAmount={}]]]"

CASES = (
    Case("PEPPOL-EN16931-R001", "ID=1", f"ProfileID={PROFILE}"),
    Case("PEPPOL-EN16931-R002", "Note=a;Note=b;" + seller("DE") + buyer("FR"),
         "Note=a;Note=b;" + seller(" de ") + buyer("DE")),
    Case("PEPPOL-EN16931-R003", "OrderReference[SalesOrderID=1]", "OrderReference[ID=1]"),
    Case("PEPPOL-EN16931-R004", f"CustomizationID={CUSTOMIZATION}::x", f"CustomizationID= {CUSTOMIZATION}#conformant"),
    Case("PEPPOL-EN16931-R005", "TaxCurrencyCode= EUR;DocumentCurrencyCode=EUR",
         "TaxCurrencyCode=eur;DocumentCurrencyCode=EUR"),
    Case("PEPPOL-EN16931-R007", "ProfileID=urn:fdc:peppol.eu:2017:poacc:billing:01", f"ProfileID= {PROFILE}"),
    Case("PEPPOL-EN16931-R008", "Note= \\n", "Note=.;Delivery[ActualDeliveryDate=2026-01-01]"),
    Case("PEPPOL-EN16931-R010", buyer("DE"), buyer("", "EndpointID=1")),
    Case("PEPPOL-EN16931-R020", seller("DE"), seller("", "EndpointID=1")),
    Case("PEPPOL-EN16931-R040", _CHARGE.format("true", "2.53"), _CHARGE.format("true", "2.52")),
    Case("PEPPOL-EN16931-R041", "AllowanceCharge[MultiplierFactorNumeric=1]", "AllowanceCharge[Amount=1]"),
    Case("PEPPOL-EN16931-R042", "AllowanceCharge[BaseAmount=1]",
         "AllowanceCharge[BaseAmount=1;MultiplierFactorNumeric=1]"),
    Case("PEPPOL-EN16931-R043", _CHARGE.format("1", "2.5"), _CHARGE.format(" true", "2.5")),
    Case("PEPPOL-EN16931-R044", _PRICE.format("true", "10"), _PRICE.format("false", "10")),
    Case("PEPPOL-EN16931-R046", _PRICE.format("false", "10.01"), _PRICE.format("false", "10.00")),
    Case("PEPPOL-EN16931-R051", "DocumentCurrencyCode=EUR;TaxTotal[TaxSubtotal[TaxAmount@currencyID:SEK=1]]",
         "DocumentCurrencyCode=EUR;TaxTotal[TaxAmount@currencyID:SEK=1]"),
    Case("PEPPOL-EN16931-R053", "TaxTotal[TaxAmount=1]", "TaxTotal[TaxSubtotal[]];TaxTotal[TaxAmount=1]"),
    Case("PEPPOL-EN16931-R054", "TaxCurrencyCode=SEK;TaxTotal[TaxSubtotal[]]", "TaxTotal[TaxSubtotal[]]"),
    Case("PEPPOL-EN16931-R055", _TOTALS.format("-1") + "TaxTotal[TaxAmount@currencyID:SEK=10]",
         _TOTALS.format("0") + "TaxTotal[TaxAmount@currencyID:SEK=-10]"),
    Case("PEPPOL-EN16931-R061", "PaymentMeans[PaymentMeansCode= 59;PaymentMandate[]]",
         "PaymentMeans[PaymentMeansCode=59;PaymentMandate[ID=1]]"),
    Case("PEPPOL-EN16931-R080", _PROJECT * 2, _PROJECT + "AdditionalDocumentReference[DocumentTypeCode=130]",
         credit_note=True),
    Case("PEPPOL-EN16931-R100", "InvoiceLine[DocumentReference[ID=1];DocumentReference[ID=2]]",
         "InvoiceLine[DocumentReference[ID=1]]"),
    Case("PEPPOL-EN16931-R101", "InvoiceLine[DocumentReference[ID=1]]",
         "InvoiceLine[DocumentReference[DocumentTypeCode=130]]"),
    Case("PEPPOL-EN16931-R110", _PERIODS.format("StartDate", "16"), _PERIODS.format("StartDate", "15")),
    Case("PEPPOL-EN16931-R111", _PERIODS.format("EndDate", "14"), _PERIODS.format("EndDate", "15")),
    Case("PEPPOL-EN16931-R120", _LINE.format("16.03", "2"), _LINE.format("16.02", "2")),
    Case("PEPPOL-EN16931-R121", _LINE.format("31", "0"), _LINE.format("31", "1")),
    Case("PEPPOL-EN16931-R130", "InvoiceLine[InvoicedQuantity@unitCode:EA=1;Price[BaseQuantity@unitCode:C62=1]]",
         "InvoiceLine[InvoicedQuantity@unitCode:EA=1;Price[BaseQuantity=1]]"),
)  # fmt: skip

_ADDRESS = "AccountingSupplierParty[Party[EndpointID@schemeID:{}={}]]"


def _number(rule: str, scheme: str, wrong: str, right: str) -> Case:
    return Case(rule, _ADDRESS.format(scheme, wrong), _ADDRESS.format(scheme, right))


NUMBERS = (
    _number("PEPPOL-COMMON-R040", "0088", "7300010000002", "7300010000001"),
    _number("PEPPOL-COMMON-R041", "0192", "991825828", "991825827"),
    _number("PEPPOL-COMMON-R042", "0184", "DK1234567", "DK12345678"),
    _number("PEPPOL-COMMON-R043", "0208", "9876543211", "0202239951"),
    _number("PEPPOL-COMMON-R044", "0201", "UF-2GH", "UFa2GH"),
    _number("PEPPOL-COMMON-R045", "0210", "RSSMRA85T10A56AS", "RSSMRA85T10A562S"),
    _number("PEPPOL-COMMON-R046", "9907", "1234567890", "12345678901"),
    _number("PEPPOL-COMMON-R047", "0211", "IT12345678901", "IT12345670017"),
    _number("PEPPOL-COMMON-R049", "0007", "5560125791", "5560125790"),
    _number("PEPPOL-COMMON-R050", "0151", "51824753557", "51824753556"),
    _number("PEPPOL-COMMON-R052", "0096", "123456789", "1234567890"),
    _number("PEPPOL-COMMON-R053", "0198", "12345678", "DK12345678"),
    _number("PEPPOL-COMMON-R054", "0106", "1234567", " 12345678"),
    _number("PEPPOL-COMMON-R055", "0190", "1234567890123456789", "12345678901234567890"),
    _number("PEPPOL-COMMON-R056-1", "9944", "NL123456789B1", "NL123456789B12"),
    Case("PEPPOL-COMMON-R056-2", "PartyTaxScheme[CompanyID=NL1;TaxScheme[ID=VAT]]",
         "PartyTaxScheme[CompanyID=NL1;TaxScheme[ID=TAX]]"),
    _number("PEPPOL-COMMON-R057", "0217", "12345678901", "123456789012"),
)  # fmt: skip

_REASON = "AllowanceCharge[ChargeIndicator={};AllowanceChargeReasonCode={}]"
_EXEMPT = "TaxTotal[TaxSubtotal[TaxCategory[ID={};TaxExemptionReasonCode={}]]]"
_ATTACHED = "AdditionalDocumentReference[Attachment[EmbeddedDocumentBinaryObject@mimeCode:{}=eA==]]"
_BILLING = f"ProfileID={PROFILE};"

CODES = (
    Case("PEPPOL-EN16931-CL001", _ATTACHED.format("text/xml"), _ATTACHED.format("text/csv")),
    Case("PEPPOL-EN16931-CL002", _REASON.format("false", "AA"), _REASON.format("false", " 95")),
    Case("PEPPOL-EN16931-CL003", _REASON.format("true", "95"), _REASON.format("true", "AA")),
    Case("PEPPOL-EN16931-CL006", "InvoicePeriod[DescriptionCode=4]", "InvoicePeriod[DescriptionCode=35]"),
    Case("PEPPOL-EN16931-CL007", "LegalMonetaryTotal[PayableAmount@currencyID:EUX=1]",
         "LegalMonetaryTotal[PayableAmount@currencyID:STN=1]"),
    Case("PEPPOL-EN16931-CL008", "EndpointID@schemeID:9999=1", "EndpointID@schemeID:0248=1"),
    Case("PEPPOL-EN16931-F001", "IssueDate=2026-02-29", "IssueDate=2024-02-29"),
    Case("PEPPOL-EN16931-P0100", _BILLING + "InvoiceTypeCode=389", "ProfileID=other;InvoiceTypeCode=389"),
    Case("PEPPOL-EN16931-P0101", _BILLING + "CreditNoteTypeCode=261", _BILLING + "CreditNoteTypeCode=532",
         credit_note=True),
    Case("PEPPOL-EN16931-P0104", _EXEMPT.format("E", "vatex-eu-g"), _EXEMPT.format(" G", "vatex-eu-g")),
    Case("PEPPOL-EN16931-P0105", _EXEMPT.format("E", "VATEX-EU-O"), _EXEMPT.format("O", "VATEX-EU-O")),
    Case("PEPPOL-EN16931-P0106", _EXEMPT.format("E", "VATEX-EU-IC"), _EXEMPT.format("K", "VATEX-EU-IC")),
    Case("PEPPOL-EN16931-P0107", _EXEMPT.format("E", "VATEX-EU-AE"), _EXEMPT.format("AE", "VATEX-EU-AE")),
    Case("PEPPOL-EN16931-P0108", _EXEMPT.format("S", "VATEX-EU-D"), _EXEMPT.format("E", "VATEX-EU-D")),
    Case("PEPPOL-EN16931-P0109", _EXEMPT.format("S", "VATEX-EU-F"), _EXEMPT.format("E", "VATEX-EU-F")),
    Case("PEPPOL-EN16931-P0110", _EXEMPT.format("S", "VATEX-EU-I"), _EXEMPT.format("E", "VATEX-EU-I")),
    Case("PEPPOL-EN16931-P0111", _EXEMPT.format("S", "VATEX-EU-J"), _EXEMPT.format("E", "VATEX-EU-J")),
    Case("PEPPOL-EN16931-P0112", "InvoiceTypeCode=384;" + seller("DE") + buyer("AT"),
         "InvoiceTypeCode=384;" + seller("DE") + buyer("DE")),
)  # fmt: skip
