"""A full invoice and credit note that break no rule, and the ways to edit them: `edited(INVOICE, drop("cbc:ID"))`.

Paths are XPaths relative to the document with the usual prefixes; an edit is made on every element that the path
finds, and a path that finds nothing is an error of the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy

from lxml import etree

from validators.en16931.place import CREDIT_NOTE_NAMESPACE, INVOICE_NAMESPACE, PREFIXES

NAMESPACES = {prefix: namespace for namespace, prefix in PREFIXES.items()}
LINE_ALLOWANCE = "cac:InvoiceLine[1]/cac:AllowanceCharge[1]"
LINE_CHARGE = "cac:InvoiceLine[1]/cac:AllowanceCharge[2]"

_XMLNS = " ".join(f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in ("cac", "cbc"))
_VAT = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
_STANDARD = f"<cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent>{_VAT}"


def _address(country: str) -> str:
    return (
        "<cac:PostalAddress><cbc:StreetName>Main street 1</cbc:StreetName><cbc:CityName>City</cbc:CityName>"
        f"<cac:Country><cbc:IdentificationCode>{country}</cbc:IdentificationCode></cac:Country></cac:PostalAddress>"
    )


_HEADER = """
  <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
  <cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
  <cbc:ID>2026-17</cbc:ID>
  <cbc:IssueDate>2026-10-01</cbc:IssueDate>
  <cbc:DueDate>2026-10-31</cbc:DueDate>
  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
  <cbc:Note>#AAI#Delivered in two parts</cbc:Note>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode>
  <cbc:BuyerReference>Cost centre 4</cbc:BuyerReference>
  <cac:InvoicePeriod>
    <cbc:StartDate>2026-09-01</cbc:StartDate><cbc:EndDate>2026-09-30</cbc:EndDate>
  </cac:InvoicePeriod>
  <cac:OrderReference><cbc:ID>PO-1</cbc:ID></cac:OrderReference>
  <cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>2026-9</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>
  <cac:AdditionalDocumentReference>
    <cbc:ID>Sheet 1</cbc:ID><cbc:DocumentDescription>Hours</cbc:DocumentDescription>
  </cac:AdditionalDocumentReference>
"""
_PARTIES = f"""
  <cac:AccountingSupplierParty><cac:Party>
    <cbc:EndpointID schemeID="0088">7300010000001</cbc:EndpointID>
    <cac:PartyIdentification><cbc:ID>S-1</cbc:ID></cac:PartyIdentification>
    <cac:PartyName><cbc:Name>Seller</cbc:Name></cac:PartyName>
    {_address("BE")}
    <cac:PartyTaxScheme><cbc:CompanyID>BE0123456749</cbc:CompanyID>{_VAT}</cac:PartyTaxScheme>
    <cac:PartyLegalEntity>
      <cbc:RegistrationName>Seller NV</cbc:RegistrationName><cbc:CompanyID>0123456749</cbc:CompanyID>
    </cac:PartyLegalEntity>
  </cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party>
    <cbc:EndpointID schemeID="0088">7300010000001</cbc:EndpointID>
    <cac:PartyIdentification><cbc:ID>B-1</cbc:ID></cac:PartyIdentification>
    <cac:PartyName><cbc:Name>Buyer</cbc:Name></cac:PartyName>
    {_address("FR")}
    <cac:PartyTaxScheme><cbc:CompanyID>FR40303265045</cbc:CompanyID>{_VAT}</cac:PartyTaxScheme>
    <cac:PartyLegalEntity>
      <cbc:RegistrationName>Buyer SA</cbc:RegistrationName><cbc:CompanyID>303265045</cbc:CompanyID>
    </cac:PartyLegalEntity>
  </cac:Party></cac:AccountingCustomerParty>
  <cac:PayeeParty>
    <cac:PartyIdentification><cbc:ID>P-1</cbc:ID></cac:PartyIdentification>
    <cac:PartyName><cbc:Name>Factor</cbc:Name></cac:PartyName>
    <cac:PartyLegalEntity><cbc:CompanyID>555</cbc:CompanyID></cac:PartyLegalEntity>
  </cac:PayeeParty>
  <cac:TaxRepresentativeParty>
    <cac:PartyName><cbc:Name>Representative</cbc:Name></cac:PartyName>
    {_address("FR")}
    <cac:PartyTaxScheme><cbc:CompanyID>FR61954506077</cbc:CompanyID>{_VAT}</cac:PartyTaxScheme>
  </cac:TaxRepresentativeParty>
  <cac:Delivery>
    <cbc:ActualDeliveryDate>2026-09-30</cbc:ActualDeliveryDate>
    <cac:DeliveryLocation>
      <cbc:ID schemeID="0088">7300010000001</cbc:ID>
      {_address("FR").replace("PostalAddress", "Address")}
    </cac:DeliveryLocation>
    <cac:DeliveryParty><cac:PartyName><cbc:Name>Warehouse</cbc:Name></cac:PartyName></cac:DeliveryParty>
  </cac:Delivery>
"""
_PAYMENT = """
  <cac:PaymentMeans>
    <cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>
    <cbc:PaymentID>2026-17</cbc:PaymentID>
    <cac:CardAccount>
      <cbc:PrimaryAccountNumberID>****1234</cbc:PrimaryAccountNumberID><cbc:NetworkID>NA</cbc:NetworkID>
    </cac:CardAccount>
    <cac:PayeeFinancialAccount><cbc:ID>BE71096123456769</cbc:ID></cac:PayeeFinancialAccount>
  </cac:PaymentMeans>
  <cac:PaymentTerms><cbc:Note>30 days</cbc:Note></cac:PaymentTerms>
"""
_TOTALS = f"""
  <cac:AllowanceCharge>
    <cbc:ChargeIndicator>false</cbc:ChargeIndicator>
    <cbc:AllowanceChargeReasonCode>95</cbc:AllowanceChargeReasonCode>
    <cbc:AllowanceChargeReason>Discount</cbc:AllowanceChargeReason>
    <cbc:MultiplierFactorNumeric>10</cbc:MultiplierFactorNumeric>
    <cbc:Amount currencyID="EUR">20.00</cbc:Amount><cbc:BaseAmount currencyID="EUR">200.00</cbc:BaseAmount>
    <cac:TaxCategory>{_STANDARD}</cac:TaxCategory>
  </cac:AllowanceCharge>
  <cac:AllowanceCharge>
    <cbc:ChargeIndicator>true</cbc:ChargeIndicator>
    <cbc:AllowanceChargeReasonCode>FC</cbc:AllowanceChargeReasonCode>
    <cbc:AllowanceChargeReason>Freight</cbc:AllowanceChargeReason>
    <cbc:MultiplierFactorNumeric>5</cbc:MultiplierFactorNumeric>
    <cbc:Amount currencyID="EUR">10.00</cbc:Amount><cbc:BaseAmount currencyID="EUR">200.00</cbc:BaseAmount>
    <cac:TaxCategory>{_STANDARD}</cac:TaxCategory>
  </cac:AllowanceCharge>
  <cac:TaxTotal>
    <cbc:TaxAmount currencyID="EUR">47.50</cbc:TaxAmount>
    <cac:TaxSubtotal>
      <cbc:TaxableAmount currencyID="EUR">190.00</cbc:TaxableAmount>
      <cbc:TaxAmount currencyID="EUR">47.50</cbc:TaxAmount>
      <cac:TaxCategory>{_STANDARD}</cac:TaxCategory>
    </cac:TaxSubtotal>
  </cac:TaxTotal>
  <cac:TaxTotal><cbc:TaxAmount currencyID="SEK">530.00</cbc:TaxAmount></cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="EUR">200.00</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="EUR">190.00</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="EUR">237.50</cbc:TaxInclusiveAmount>
    <cbc:AllowanceTotalAmount currencyID="EUR">20.00</cbc:AllowanceTotalAmount>
    <cbc:ChargeTotalAmount currencyID="EUR">10.00</cbc:ChargeTotalAmount>
    <cbc:PrepaidAmount currencyID="EUR">37.50</cbc:PrepaidAmount>
    <cbc:PayableRoundingAmount currencyID="EUR">0.50</cbc:PayableRoundingAmount>
    <cbc:PayableAmount currencyID="EUR">200.50</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
"""
_LINES = f"""
  <cac:InvoiceLine>
    <cbc:ID>1</cbc:ID>
    <cbc:InvoicedQuantity unitCode="C62">10</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="EUR">97.00</cbc:LineExtensionAmount>
    <cac:InvoicePeriod>
      <cbc:StartDate>2026-09-01</cbc:StartDate><cbc:EndDate>2026-09-30</cbc:EndDate>
    </cac:InvoicePeriod>
    <cac:OrderLineReference><cbc:LineID>1</cbc:LineID></cac:OrderLineReference>
    <cac:AllowanceCharge>
      <cbc:ChargeIndicator>false</cbc:ChargeIndicator>
      <cbc:AllowanceChargeReasonCode>95</cbc:AllowanceChargeReasonCode>
      <cbc:AllowanceChargeReason>Discount</cbc:AllowanceChargeReason>
      <cbc:MultiplierFactorNumeric>5</cbc:MultiplierFactorNumeric>
      <cbc:Amount currencyID="EUR">5.00</cbc:Amount><cbc:BaseAmount currencyID="EUR">100.00</cbc:BaseAmount>
    </cac:AllowanceCharge>
    <cac:AllowanceCharge>
      <cbc:ChargeIndicator>true</cbc:ChargeIndicator>
      <cbc:AllowanceChargeReasonCode>FC</cbc:AllowanceChargeReasonCode>
      <cbc:AllowanceChargeReason>Freight</cbc:AllowanceChargeReason>
      <cbc:MultiplierFactorNumeric>2</cbc:MultiplierFactorNumeric>
      <cbc:Amount currencyID="EUR">2.00</cbc:Amount><cbc:BaseAmount currencyID="EUR">100.00</cbc:BaseAmount>
    </cac:AllowanceCharge>
    <cac:Item>
      <cbc:Name>Chair</cbc:Name>
      <cac:StandardItemIdentification><cbc:ID schemeID="0160">07300010000018</cbc:ID></cac:StandardItemIdentification>
      <cac:OriginCountry><cbc:IdentificationCode>BE</cbc:IdentificationCode></cac:OriginCountry>
      <cac:CommodityClassification>
        <cbc:ItemClassificationCode listID="SRV">9873242</cbc:ItemClassificationCode>
      </cac:CommodityClassification>
      <cac:ClassifiedTaxCategory>{_STANDARD}</cac:ClassifiedTaxCategory>
      <cac:AdditionalItemProperty><cbc:Name>Colour</cbc:Name><cbc:Value>Red</cbc:Value></cac:AdditionalItemProperty>
    </cac:Item>
    <cac:Price>
      <cbc:PriceAmount currencyID="EUR">10.00</cbc:PriceAmount>
      <cbc:BaseQuantity unitCode="C62">1</cbc:BaseQuantity>
      <cac:AllowanceCharge>
        <cbc:ChargeIndicator>false</cbc:ChargeIndicator>
        <cbc:Amount currencyID="EUR">2.00</cbc:Amount><cbc:BaseAmount currencyID="EUR">12.00</cbc:BaseAmount>
      </cac:AllowanceCharge>
    </cac:Price>
  </cac:InvoiceLine>
  <cac:InvoiceLine>
    <cbc:ID>2</cbc:ID>
    <cbc:InvoicedQuantity unitCode="C62">2</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="EUR">103.00</cbc:LineExtensionAmount>
    <cac:Item>
      <cbc:Name>Table</cbc:Name>
      <cac:ClassifiedTaxCategory>{_STANDARD}</cac:ClassifiedTaxCategory>
    </cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="EUR">51.50</cbc:PriceAmount></cac:Price>
  </cac:InvoiceLine>
"""
_CONTENT = _HEADER + _PARTIES + _PAYMENT + _TOTALS + _LINES

INVOICE = f'<Invoice xmlns="{INVOICE_NAMESPACE}" {_XMLNS}>{_CONTENT}</Invoice>'

_CREDITED = (
    _CONTENT.replace("  <cbc:DueDate>2026-10-31</cbc:DueDate>\n", "")
    .replace("<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>")
    .replace("InvoiceLine>", "CreditNoteLine>")
    .replace("InvoicedQuantity", "CreditedQuantity")
)
CREDIT_NOTE = f'<CreditNote xmlns="{CREDIT_NOTE_NAMESPACE}" {_XMLNS}>{_CREDITED}</CreditNote>'

Edit = Callable[[etree._Element], None]


def edited(document: str, *edits: Edit) -> bytes:
    """The document after the edits, in their order."""
    root = etree.fromstring(document)
    for edit in edits:
        edit(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def drop(path: str) -> Edit:
    """Without these elements."""

    def edit(root: etree._Element) -> None:
        for element in _found(root, path):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)

    return edit


def put(path: str, text: str) -> Edit:
    """Another text in these elements."""

    def edit(root: etree._Element) -> None:
        for element in _found(root, path):
            element.text = text

    return edit


def repeat(path: str, text: str | None = None) -> Edit:
    """Each of these elements twice, the second with another text where one is given."""

    def edit(root: etree._Element) -> None:
        for element in _found(root, path):
            twin = deepcopy(element)
            if text is not None:
                twin.text = text
            element.addnext(twin)

    return edit


def mark(path: str, attribute: str, value: str | None) -> Edit:
    """An attribute of these elements, None to take it away."""

    def edit(root: etree._Element) -> None:
        for element in _found(root, path):
            if value is None:
                del element.attrib[attribute]
            else:
                element.set(attribute, value)

    return edit


def add(path: str, xml: str) -> Edit:
    """More content at the end of these elements (`.` for the document itself)."""

    def edit(root: etree._Element) -> None:
        for element in _found(root, path):
            element.extend(_parsed(xml))

    return edit


def before(path: str, xml: str) -> Edit:
    """Content in front of these elements."""

    def edit(root: etree._Element) -> None:
        for element in _found(root, path):
            for new in _parsed(xml):
                element.addprevious(new)

    return edit


def _parsed(xml: str) -> list[etree._Element]:
    return list(etree.fromstring(f"<x {_XMLNS}>{xml}</x>"))


def _found(root: etree._Element, path: str) -> Iterable[etree._Element]:
    found = root.xpath(path, namespaces=NAMESPACES)
    assert isinstance(found, list)
    assert found, f"the document has no {path}"
    elements = [element for element in found if isinstance(element, etree._Element)]
    assert len(elements) == len(found)
    return elements
