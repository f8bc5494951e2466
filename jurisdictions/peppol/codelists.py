"""Identifiers and code lists of Peppol BIS Billing 3.0 and of its envelope.

Sources: Peppol BIS Billing and Self-Billing 3.0.21 (May 2026 release) with EN 16931 artefacts 1.3.16; Peppol code lists
9.7 (2026-07-15); Peppol business message envelope 2.0.2.
"""

from __future__ import annotations

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
"""Specification identifier (BT-24) and business process (BT-23)."""

SELF_BILLING_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0"
SELF_BILLING_PROFILE = "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0"
"""The same where the buyer writes the invoice in the seller's name."""

PROFILES = frozenset(
    {
        PROFILE,
        "urn:peppol:bis:billing_with_response",
        "urn:peppol:france:billing:regulated",
        "urn:peppol:france:billing:non-regulated",
    }
)
"""The processes that a billing document may name (PEPPOL-EN16931-R007)."""

UBL_VERSION = "2.1"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
INVOICE_NAMESPACE = UBL + "Invoice-2"
CREDIT_NOTE_NAMESPACE = UBL + "CreditNote-2"
CAC = UBL + "CommonAggregateComponents-2"
CBC = UBL + "CommonBasicComponents-2"
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

PARTICIPANT_SCHEME = "iso6523-actorid-upis"
DOCUMENT_SCHEME = "busdox-docid-qns"
PROCESS_SCHEME = "cenbii-procid-ubl"
INVOICE_DOCUMENT = f"{INVOICE_NAMESPACE}::Invoice##{CUSTOMIZATION}::{UBL_VERSION}"
CREDIT_NOTE_DOCUMENT = f"{CREDIT_NOTE_NAMESPACE}::CreditNote##{CUSTOMIZATION}::{UBL_VERSION}"
SELF_BILLING_INVOICE_DOCUMENT = f"{INVOICE_NAMESPACE}::Invoice##{SELF_BILLING_CUSTOMIZATION}::{UBL_VERSION}"
SELF_BILLING_CREDIT_NOTE_DOCUMENT = f"{CREDIT_NOTE_NAMESPACE}::CreditNote##{SELF_BILLING_CUSTOMIZATION}::{UBL_VERSION}"
"""Document type identifiers of the Peppol code list, without their scheme."""

INVOICE_TYPES = frozenset(
    "71 80 82 84 102 218 219 326 331 380 382 383 384 386 388 393 395 553 575 623 780 817 870 875 876 877".split()
)
CREDIT_NOTE_TYPES = frozenset("381 396 81 83 532".split())
"""The types that a billing document may have (PEPPOL-EN16931-P0100, P0101)."""

SELF_BILLED_INVOICE_TYPES = frozenset({"389", "527"})
SELF_BILLED_CREDIT_NOTE_TYPES = frozenset({"261"})
"""The types that a self-billed document may have (the same rules of self-billing)."""

DIRECT_DEBIT = frozenset({"49", "59"})
"""UNCL4461: what needs a mandate (PEPPOL-EN16931-R061)."""

PROJECT_REFERENCE = "50"
"""UNCL1001: how a credit note names its project (PEPPOL-EN16931-R080)."""

INVOICED_OBJECT = "130"
"""UNCL1001: a reference to the object that is invoiced (PEPPOL-EN16931-R101, UBL-SR-43)."""

SEPA = "SEPA"
"""The scheme under which a creditor identifier (BT-90) stands among a party's identifiers."""

NOT_APPLICABLE = "NA"
"""The order number to write where only the seller's order is known (BIS Billing 3.0, section on references)."""

UNTAXED = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}
"""VAT categories that bear no tax, with the one exemption code that says so (PEPPOL-EN16931-P0104 to P0107)."""

CATEGORY_OF_CODE = {code: category for category, code in UNTAXED.items()} | dict.fromkeys(
    ("VATEX-EU-D", "VATEX-EU-F", "VATEX-EU-I", "VATEX-EU-J"), "E"
)
"""The category that each of these exemption codes demands (PEPPOL-EN16931-P0104 to P0111)."""

VERIFICATION_REFERENCES = {"ES": "VERIFACTU"}
VERIFICATION_REFERENCE = "VERIFICATION"
"""The reference (BT-122) under which a tax office's verification address travels, by the seller's country.

Spain: Orden HAC/1177/2024 art. 20.2 wants the address of the code in the electronic invoice and names no element;
the identifier is this gateway's convention.
"""

EAS: frozenset[str] = frozenset(
    """
    0002 0007 0009 0060 0088 0096 0097 0106 0130 0135 0142 0151 0183 0184 0188 0190 0191 0192 0195 0196 0198 0199
    0200 0201 0204 0208 0209 0210 0211 0216 0218 0221 0225 0230 0235 0240 0242 0244 0245 0246 0248 9910 9913 9914
    9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939
    9940 9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959
    """.split()
)
"""Electronic address schemes that a Peppol invoice may name (PEPPOL-EN16931-CL008)."""

CURRENCIES: frozenset[str] = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
    CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
    PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD
    TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XDR XOF XPD XPF XPT XSU
    XTS XUA YER ZAR ZMW ZWG XXX CNH XCG
    """.split()
)
"""Currencies that both rule sets know (BR-CL-04, PEPPOL-EN16931-CL007)."""

COUNTRIES: frozenset[str] = frozenset(
    """
    1A AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM
    FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN
    MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT
    PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL
    TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XI YE YT ZA ZM ZW
    """.split()
)
"""Country codes (BR-CL-14)."""

ALLOWANCE_REASONS: frozenset[str] = frozenset(
    """
    41 42 60 62 63 64 65 66 67 68 70 71 88 95 100 102 103 104 105
    """.split()
)
"""UNCL5189 as the standard restricts it (BR-CL-19)."""

CHARGE_REASONS: frozenset[str] = frozenset(
    """
    AA AAA AAC AAD AAE AAF AAH AAI AAS AAT AAV AAY AAZ ABA ABB ABC ABD ABF ABK ABL ABN ABR ABS ABT ABU ACF ACG ACH
    ACI ACJ ACK ACL ACM ACS ADC ADE ADJ ADK ADL ADM ADN ADO ADP ADQ ADR ADT ADW ADY ADZ AEA AEB AEC AED AEF AEH AEI
    AEJ AEK AEL AEM AEN AEO AEP AES AET AEU AEV AEW AEX AEY AEZ AJ AU CA CAB CAD CAE CAF CAI CAJ CAK CAL CAM CAN CAO
    CAP CAQ CAR CAS CAT CAU CAV CAW CAX CAY CAZ CD CG CS CT DAB DAD DAC DAF DAG DAH DAI DAJ DAK DAL DAM DAN DAO DAP
    DAQ DL EG EP ER FAA FAB FAC FC FH FI GAA HAA HD HH IAA IAB ID IF IR IS KO L1 LA LAA LAB LF MAE MI ML NAA OA PA
    PAA PC PL PRV RAB RAC RAD RAF RE RF RH RV SA SAA SAD SAE SAI SG SH SM SU TAB TAC TT TV V1 V2 WH XAA YY ZZZ
    """.split()
)
"""UNCL7161 (BR-CL-20)."""
