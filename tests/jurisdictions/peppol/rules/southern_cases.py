"""Italy, Greece, the Netherlands, Germany."""

from tests.jurisdictions.peppol.rules.documents import Case, buyer, registered, seller, vat

ITALY = (
    Case("IT-R-001", seller("IT", vat("RSSMRA85T1", "TAX")), seller("IT", vat("RSSMRA85T10", "TAX"))),
    Case("IT-R-002", seller("IT", street="CityName=a;"), seller("IT", street="StreetName=a;")),
    Case("IT-R-003", seller("IT", street="StreetName=a;"), seller("IT", street="CityName=a;")),
    Case("IT-R-004", seller("IT", street="CityName=a;"), seller("IT", street="PostalZone=a;")),
)

_TIN = "094259216"
_NUMBER = seller("GR", vat(f"EL{_TIN}")) + "IssueDate=2026-05-03;ID={}|{}|{}|{}|{}|{}"
_RIGHT = (_TIN, "03/05/2026", "1", "1.1", "A", "7")


def _number(rule: str, segment: int, wrong: str, near: str) -> Case:
    def document(value: str) -> str:
        return _NUMBER.format(*(value if place == segment else told for place, told in enumerate(_RIGHT, start=1)))

    return Case(rule, document(wrong), document(near))


_EL = seller("GR")
_BOTH_GREEK = _EL + buyer("GR")
_MARK = "AdditionalDocumentReference[ID={};DocumentDescription=##M.AR.K##];"
_URL = "AdditionalDocumentReference[DocumentDescription=##INVOICE|URL##;Attachment[ExternalReference[URI={}]]];"
_NAME = "PartyName[Name={}];"
_ENDPOINT = "EndpointID@schemeID:{}={};"

GREECE = (
    Case("GR-R-001-1", _EL + "ID=1|2|3|4|5", _EL + "ID=1|2|3|4|5|"),
    _number("GR-R-001-2", 1, "094259217", _TIN),
    _number("GR-R-001-3", 2, "04/05/2026", "03/05/2026"),
    _number("GR-R-001-4", 3, "-1", "+0"),
    _number("GR-R-001-5", 4, "1.2", "5.2"),
    _number("GR-R-001-6", 5, "", " "),
    _number("GR-R-001-7", 6, "", "0"),
    Case("GR-R-002", _EL, seller("GR", _NAME.format("a"))),
    Case("GR-S-011", seller("GR", vat("EL094259217")), seller("GR", vat(f"EL{_TIN}"))),
    Case("GR-R-003", seller("GR", vat(f"GR{_TIN}")), seller("GR", vat(f"GR{_TIN}", "TAX"))),
    Case("GR-R-004-1", _EL, _EL + _MARK.format("1")),
    Case("GR-R-004-2", _EL + _MARK.format("0123"), _EL + _MARK.format("1x")),
    Case("GR-R-005", _EL + buyer("FR"), _EL + buyer("FR", _NAME.format("a"))),
    Case("GR-R-006", _BOTH_GREEK, _EL + buyer("GR", vat(f"EL{_TIN}"))),
    Case("GR-S-008-1", _EL, _EL + _URL.format("https://a")),
    Case("GR-R-008-2", _EL + _URL.format("https://a") * 2, _EL + _URL.format("https://a")),
    Case("GR-R-008-3", _EL + _URL.format(" "), _EL + _URL.format("a")),
    Case("GR-R-009", seller("GR", _ENDPOINT.format("9933", "094259217")),
         seller("GR", _ENDPOINT.format("9933", _TIN))),
    Case("GR-R-010", _EL + buyer("GR", _ENDPOINT.format("0088", _TIN)),
         _EL + buyer("FR", _ENDPOINT.format("0088", _TIN))),
)  # fmt: skip

_NL = seller("NL") + buyer("NL")
_STREET = "StreetName=a;CityName=b;PostalZone=c;"
_REPRESENTATIVE = "TaxRepresentativeParty[PostalAddress[{}Country[IdentificationCode=NL]]]"

NETHERLANDS = (
    Case("NL-R-001", seller("NL") + "CreditNoteTypeCode=381",
         seller("NL") + "CreditNoteTypeCode=381;BillingReference[InvoiceDocumentReference[ID=1]]", credit_note=True),
    Case("NL-R-002", seller("NL", street="StreetName=a;CityName=b;"), seller("NL", street=_STREET)),
    Case("NL-R-003", seller("NL", registered("12345678", "0088")), seller("NL", registered("12345678", "0190"))),
    Case("NL-R-004", seller("NL") + buyer("NL", street="CityName=b;"), seller("NL") + buyer("NL", street=_STREET)),
    Case("NL-R-005", seller("NL") + buyer("NL", registered(" ", "0106")),
         seller("NL") + buyer("NL", registered("1", "0106"))),
    Case("NL-R-006", seller("NL") + _REPRESENTATIVE.format(""), seller("NL") + _REPRESENTATIVE.format(_STREET)),
    Case("NL-R-007", seller("NL") + "LegalMonetaryTotal[PayableAmount=0.01]",
         seller("NL") + "LegalMonetaryTotal[PayableAmount=0]"),
    Case("NL-R-008", _NL + "PaymentMeans[PaymentMeansCode=31]", _NL + "PaymentMeans[PaymentMeansCode=57]"),
    Case("NL-R-009", seller("NL") + "InvoiceLine[OrderLineReference[LineID=1]]",
         seller("NL") + "OrderReference[ID=1];InvoiceLine[OrderLineReference[LineID=1]]"),
)  # fmt: skip

_DE = seller("DE") + buyer("DE")
_CONTACT = "Contact[Name={};Telephone={};ElectronicMail={}]"
_SKONTO = _DE + "PaymentTerms[Note=#SKONTO#TAGE=14#PROZENT={}#{}]"
_FILE = "AdditionalDocumentReference[Attachment[EmbeddedDocumentBinaryObject@filename:{}=eA==]];"
_DELIVERY = _DE + "Delivery[DeliveryLocation[Address[{}]]]"
_LINE = "InvoiceLine[Item[ClassifiedTaxCategory[ID={}]]]"
_IBAN = "DE89 3704 0044 0532 0130 00"
_PAYEE = "PayeeFinancialAccount[ID={}];"
_DEBIT = "PaymentMandate[PayerFinancialAccount[ID={}]];"


def _contact(*told: str) -> str:
    return seller("DE", _CONTACT.format(*told)) + buyer("DE")


def _means(code: str, content: str = "") -> str:
    return f"{_DE}PaymentMeans[PaymentMeansCode={code};{content}]"


GERMANY = (
    Case("DE-R-001", _DE, seller("DE") + buyer("AT")),
    Case("DE-R-002", _DE, _contact("a", "b", "c")),
    Case("DE-R-003", _DE, seller("DE", street="CityName=a;") + buyer("DE")),
    Case("DE-R-004", _DE, seller("DE", street="PostalZone=a;") + buyer("DE")),
    Case("DE-R-005", _contact(" ", "b", "c"), _contact("a", "b", "c")),
    Case("DE-R-006", _contact("a", " ", "c"), _contact("a", "b", "c")),
    Case("DE-R-007", _contact("a", "b", " "), _contact("a", "b", "c")),
    Case("DE-R-008", _DE, seller("DE") + buyer("DE", street="CityName=a;")),
    Case("DE-R-009", _DE, seller("DE") + buyer("DE", street="PostalZone=a;")),
    Case("DE-R-010", _DELIVERY.format("CityName= "), _DELIVERY.format("CityName=a")),
    Case("DE-R-011", _DELIVERY.format("CityName=a"), _DELIVERY.format("PostalZone=a")),
    Case("DE-R-014", _DE + "TaxTotal[TaxSubtotal[TaxCategory[ID=S]]]",
         _DE + "TaxTotal[TaxSubtotal[TaxCategory[Percent=0]]]"),
    Case("DE-R-015", _DE + "BuyerReference= ", _DE + "BuyerReference=a"),
    Case("DE-R-016", _DE + _LINE.format("S"), _DE + _LINE.format("O")),
    Case("DE-R-017", _DE + "InvoiceTypeCode=71", _DE + "InvoiceTypeCode=877"),
    Case("DE-R-018", _SKONTO.format("2.5", "\\n"), _SKONTO.format("2.50", "BASISBETRAG=-1.00#  \\n")),
    Case("DE-R-019", _means("58", _PAYEE.format("DE88370400440532013000")), _means("58", _PAYEE.format(_IBAN))),
    Case("DE-R-020", _means("59", _DEBIT.format("DE88370400440532013000")), _means("59", _DEBIT.format(_IBAN))),
    Case("DE-R-022", _DE + _FILE.format("a.pdf") * 2, _DE + _FILE.format("a.pdf") + _FILE.format("A.pdf")),
    Case("DE-R-023-1", _means("30"), _means("30", _PAYEE.format("1"))),
    Case("DE-R-023-2", _means("30", "CardAccount[ID=1]"), _means("31", "CardAccount[ID=1]")),
    Case("DE-R-024-1", _means("54"), _means("54", "CardAccount[ID=1]")),
    Case("DE-R-024-2", _means("55", _PAYEE.format("1")), _means("55", "CardAccount[ID=1]")),
    Case("DE-R-025-1", _means("59"), _means("59", _DEBIT.format(_IBAN))),
    Case("DE-R-025-2", _means("59", _PAYEE.format("1")), _means("59", _DEBIT.format(_IBAN))),
    Case("DE-R-026", _DE + "InvoiceTypeCode=384",
         _DE + "InvoiceTypeCode=384;BillingReference[InvoiceDocumentReference[ID=1]]"),
    Case("DE-R-027", _contact("a", "0-1", "c"), _contact("a", "0-1-2", "c")),
    Case("DE-R-028", _contact("a", "b", "a@b."), _contact("a", "b", "a@b.c")),
    Case("DE-R-030", _means("59", "PaymentMandate[ID=1]"),
         _means("59", "PaymentMandate[ID=1]") + ";PayeeParty[PartyIdentification[ID@schemeID:SEPA=1]]"),
    Case("DE-R-031", _means("59", "PaymentMandate[ID=1]"), _means("59", _DEBIT.format("1"))),
    Case("DE-R-T02", _DE + "AdditionalDocumentReference[Attachment[ExternalReference[URI=//a]]]",
         _DE + "AdditionalDocumentReference[Attachment[ExternalReference[URI=ftp:a]]]"),
)  # fmt: skip
