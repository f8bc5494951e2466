"""Valid UBL invoices of any length for the figures on validation: about twenty elements a line, as in practice."""

from __future__ import annotations

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID>
<cbc:ID>A-2026-0001</cbc:ID><cbc:IssueDate>2026-11-20</cbc:IssueDate><cbc:DueDate>2026-12-20</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:Note>Thank you for your order.</cbc:Note>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cbc:BuyerReference>PO-77</cbc:BuyerReference>
<cac:InvoicePeriod><cbc:StartDate>2026-11-01</cbc:StartDate><cbc:EndDate>2026-11-30</cbc:EndDate></cac:InvoicePeriod>
<cac:OrderReference><cbc:ID>4500012</cbc:ID></cac:OrderReference>
<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID="0208">0999000129</cbc:EndpointID>
<cac:PartyIdentification><cbc:ID schemeID="0208">0999000129</cbc:ID></cac:PartyIdentification>
<cac:PartyName><cbc:Name>Seller</cbc:Name></cac:PartyName>
<cac:PostalAddress><cbc:StreetName>Wetstraat 1</cbc:StreetName><cbc:CityName>Brussel</cbc:CityName>
<cbc:PostalZone>1000</cbc:PostalZone><cac:Country><cbc:IdentificationCode>BE</cbc:IdentificationCode></cac:Country>
</cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>BE0999000129</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>Seller NV</cbc:RegistrationName>
<cbc:CompanyID schemeID="0208">0999000129</cbc:CompanyID></cac:PartyLegalEntity>
<cac:Contact><cbc:Name>Accounts</cbc:Name><cbc:ElectronicMail>accounts@seller.example</cbc:ElectronicMail></cac:Contact>
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID schemeID="0088">7300010000001</cbc:EndpointID>
<cac:PostalAddress><cbc:StreetName>Keizersgracht 1</cbc:StreetName><cbc:CityName>Amsterdam</cbc:CityName>
<cbc:PostalZone>1015 CJ</cbc:PostalZone><cac:Country><cbc:IdentificationCode>NL</cbc:IdentificationCode></cac:Country>
</cac:PostalAddress>
<cac:PartyLegalEntity><cbc:RegistrationName>Buyer BV</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingCustomerParty>
<cac:PaymentMeans><cbc:PaymentMeansCode name="Credit transfer">30</cbc:PaymentMeansCode>
<cbc:PaymentID>A20260001</cbc:PaymentID><cac:PayeeFinancialAccount><cbc:ID>BE68539007547034</cbc:ID>
<cbc:Name>Seller NV</cbc:Name></cac:PayeeFinancialAccount></cac:PaymentMeans>
<cac:PaymentTerms><cbc:Note>30 days net</cbc:Note></cac:PaymentTerms>
"""

LINE = """<cac:InvoiceLine><cbc:ID>{number}</cbc:ID><cbc:InvoicedQuantity unitCode="C62">2</cbc:InvoicedQuantity>
<cbc:LineExtensionAmount currencyID="EUR">200.00</cbc:LineExtensionAmount><cbc:AccountingCost>4025</cbc:AccountingCost>
<cac:OrderLineReference><cbc:LineID>{number}</cbc:LineID></cac:OrderLineReference>
<cac:Item><cbc:Description>Item {number}, in blue</cbc:Description><cbc:Name>Item {number}</cbc:Name>
<cac:SellersItemIdentification><cbc:ID>SKU-{number}</cbc:ID></cac:SellersItemIdentification>
<cac:StandardItemIdentification><cbc:ID schemeID="0160">07300010000001</cbc:ID></cac:StandardItemIdentification>
<cac:CommodityClassification><cbc:ItemClassificationCode listID="STI">86776</cbc:ItemClassificationCode>
</cac:CommodityClassification><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
<cac:Price><cbc:PriceAmount currencyID="EUR">100.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
"""

TOTALS = """<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">{tax}.00</cbc:TaxAmount><cac:TaxSubtotal>
<cbc:TaxableAmount currencyID="EUR">{net}.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">{tax}.00</cbc:TaxAmount>
<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>
</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">{net}.00</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">{net}.00</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">{gross}.00</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="EUR">{gross}.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
"""


def invoice(lines: int) -> bytes:
    """An invoice with so many lines of 200.00 at 21 %."""
    net = 200 * lines
    tax = 42 * lines
    rows = "".join(LINE.format(number=number) for number in range(1, lines + 1))
    return (HEAD + TOTALS.format(net=net, tax=tax, gross=net + tax) + rows + "</Invoice>").encode()
