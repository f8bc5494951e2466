"""Our UBL against the official schemas and rules, and our judgement against the official examples.

SaxonC runs in one process of its own (it aborts when two threads of a process use it): a path goes in, a verdict
comes out.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from jurisdictions.kit.xml import parse
from jurisdictions.peppol import codelists, losses, trial
from jurisdictions.peppol.judgement import judge
from jurisdictions.peppol.rules import check
from jurisdictions.peppol.seal import seal
from schemas.document import Invoice
from schemas.findings import Finding, Severity
from tests.jurisdictions.peppol import shapes
from tests.jurisdictions.peppol.test_document import drafts
from tests.official import official, official_root

pytestmark = pytest.mark.conformance

EXAMPLES = "peppol/peppol-bis-2026.5/examples"
_MAIN = {"Invoice": "UBL-Invoice-2.1.xsd", "CreditNote": "UBL-CreditNote-2.1.xsd"}


class Official:
    """The official verdict: which rules fire on a document."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tool = official_root().parent / "tools" / "official_peppol.py"
        if not tool.exists():
            pytest.skip(f"{tool.name} does not lie beside the official artefacts")
        self.process = subprocess.Popen(
            [sys.executable, str(tool), "--server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def fired(self, document: bytes) -> list[tuple[str, str, str]]:
        path = self.folder / "document.xml"
        path.write_bytes(document)
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert "error" not in told, told
        return [(flag, rule, where) for flag, rule, where in told["fired"]]

    def fatal(self, document: bytes) -> set[str]:
        return {rule for flag, rule, _ in self.fired(document) if flag == "fatal"}

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Official]:
    official("peppol", "peppol-bis-2026.5", "xslt")
    server = Official(tmp_path_factory.mktemp("official"))
    yield server
    server.close()


@pytest.fixture(scope="module")
def schemas() -> dict[str, etree.XMLSchema]:
    folder = official("peppol", "xsd", "ubl-2.1", "maindoc")
    return {name: etree.XMLSchema(etree.parse(str(folder / file))) for name, file in _MAIN.items()}


def fatal(findings: Iterable[Finding]) -> set[str]:
    """The rules that stop a document."""
    return {one.rule for one in findings if one.severity is Severity.FATAL}


def sealed(made: Invoice) -> bytes:
    facts = shapes.FACTS if made.issuer.country == "ES" else None
    return seal(shapes.sealing(made, facts=facts), None).body  # type: ignore[arg-type]


@pytest.mark.parametrize("name", shapes.SHAPES)
def test_no_official_rule_fires_on_our_documents(
    name: str, rules: Official, schemas: dict[str, etree.XMLSchema]
) -> None:
    document = sealed(shapes.SHAPES[name])
    root = parse(document)
    schemas[etree.QName(root).localname].assertValid(root)
    assert rules.fired(document) == []
    assert judge(document).verdict == "valid"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=drafts())
def test_no_fatal_official_rule_fires_on_any_sound_invoice(made: Invoice, rules: Official) -> None:
    document = sealed(made)
    assert rules.fatal(document) == set()
    assert judge(document).verdict == "valid"


BREAKS: dict[str, tuple[str, str | None]] = {
    "PEPPOL-EN16931-R003": ("cbc:BuyerReference", None),
    "PEPPOL-EN16931-R004": ("cbc:CustomizationID", "urn:cen.eu:en16931:2017"),
    "PEPPOL-EN16931-R007": ("cbc:ProfileID", "urn:example"),
    "PEPPOL-EN16931-R008": ("cac:PaymentTerms/cbc:Note", ""),
    "PEPPOL-EN16931-R010": ("cac:AccountingCustomerParty/cac:Party/cbc:EndpointID", None),
    "PEPPOL-EN16931-R020": ("cac:AccountingSupplierParty/cac:Party/cbc:EndpointID", None),
    "PEPPOL-EN16931-R061": ("cac:PaymentMeans/cbc:PaymentMeansCode", "59"),
    "PEPPOL-EN16931-P0100": ("cbc:InvoiceTypeCode", "389"),
    "PEPPOL-COMMON-R043": ("cac:AccountingCustomerParty/cac:Party/cbc:EndpointID", "0999000229"),
    "BR-06": ("cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName", None),
    "BR-25": ("cac:InvoiceLine/cac:Item/cbc:Name", None),
    "BR-27": ("cac:InvoiceLine/cac:Price/cbc:PriceAmount", "-1"),
    "BR-61": ("cac:PaymentMeans/cac:PayeeFinancialAccount", None),
    "BR-CL-04": ("cbc:DocumentCurrencyCode", "XYZ"),
    "BR-CO-10": ("cac:LegalMonetaryTotal/cbc:LineExtensionAmount", "1.00"),
    "BR-CO-13": ("cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount", "1.00"),
    "BR-CO-14": ("cac:TaxTotal/cbc:TaxAmount", "1.00"),
    "BR-CO-15": ("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "1.00"),
    "BR-CO-16": ("cac:LegalMonetaryTotal/cbc:PayableAmount", "1.00"),
    "UBL-SR-48": ("cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory", None),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_our_rule_fires_where_the_official_one_does(rule: str, rules: Official) -> None:
    path, value = BREAKS[rule]
    root = parse(sealed(shapes.SHAPES["payment"]))
    broken = root.xpath(path, namespaces={"cac": codelists.CAC, "cbc": codelists.CBC})
    assert isinstance(broken, list)
    first = broken[0]
    assert isinstance(first, etree._Element)
    if value is None:
        parent = first.getparent()
        assert parent is not None
        parent.remove(first)
    else:
        first.text = value
    document = etree.tostring(root)
    assert rule in fatal(judge(document).findings)
    assert rule in rules.fatal(document)


def _national(country: str, scheme: str, value: str, **more: Any) -> dict[str, Any]:
    vat = {"DE": "DE123456788", "NL": "NL123456789B12", "SE": "SE556036079301"}[country]
    return {
        "name": "Example",
        "tax_ids": [{"scheme": f"{country}:VAT", "value": vat}],
        "registration": value,
        "address": {"lines": ["Street 1"], "city": "City", "postal_code": "10000", "country": country},
        "endpoints": [{"scheme": scheme, "value": value}],
        **more,
    }


GERMAN = _national("DE", "9930", "DE123456788")
DUTCH = _national("NL", "0106", "12345678")
SWEDISH = _national("SE", "0007", "5560360793")
CONTACT = {"name": "Someone", "telephone": "+49 30 000", "email": "someone@example.org"}
TRANSFER = [{"code": "30", "account": "DE02120300000000202051"}]
NATIONAL: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "german": (GERMAN, GERMAN, {}),
    "german_complete": (GERMAN | {"contact": CONTACT}, GERMAN, {"payment_means": TRANSFER}),
    "german_contact": (GERMAN | {"contact": {"name": "Someone"}}, GERMAN, {"payment_means": TRANSFER}),
    "german_bare": (
        GERMAN | {"address": {"country": "DE"}},
        GERMAN | {"address": {"country": "DE"}},
        {"references": {"order": "O-1"}},
    ),
    "german_abroad": (GERMAN, shapes.BUYER, {}),
    "dutch": (DUTCH, DUTCH, {}),
    "dutch_complete": (DUTCH, DUTCH, {"payment_means": TRANSFER}),
    "dutch_credit": (DUTCH, DUTCH, {"kind": "credit_note"}),
    "dutch_bare": (DUTCH | {"address": {"country": "NL"}}, DUTCH | {"address": {"country": "NL"}}, {}),
    "dutch_registers": (DUTCH | {"registration": "1"}, DUTCH | {"registration": "2"}, {"payment_means": TRANSFER}),
    "dutch_cash": (DUTCH, DUTCH, {"payment_means": [{"code": "10"}]}),
    "dutch_abroad": (DUTCH, shapes.BUYER, {"payment_means": [{"code": "10"}]}),
    "swedish": (SWEDISH, SWEDISH, {}),
}


@pytest.mark.parametrize("name", NATIONAL)
def test_national_rules_fire_where_the_official_ones_do(name: str, rules: Official) -> None:
    seller, buyer, more = NATIONAL[name]
    made = shapes.invoice(seller=seller, buyer=buyer, **more)
    ours = fatal(check(shapes.instruction(made), shapes.issuer(seller), shapes.AT))
    assert ours == rules.fatal(sealed(made))


def _examples() -> list[Path]:
    """Of billing: self-billing has rules of its own."""
    told = {path: path.read_bytes() for path in (official_root() / EXAMPLES).rglob("*.xml")}
    return sorted(path for path, text in told.items() if b"<cac:LegalMonetaryTotal" in text and b"selfb" not in text)


@pytest.mark.parametrize("path", _examples(), ids=lambda path: path.name)
def test_our_judgement_refuses_what_the_official_one_refuses(path: Path, rules: Official) -> None:
    document = path.read_bytes()
    assert fatal(judge(document).findings) == rules.fatal(document)


def test_code_lists_are_the_official_ones() -> None:
    text = official("peppol", "peppol-bis-2026.5", "sch", "PEPPOL-EN16931-UBL.sch").read_text("utf-8")
    cen = official("peppol", "peppol-bis-2026.5", "sch", "CEN-EN16931-UBL.sch").read_text("utf-8")
    assert _tokens(text, "eaid") == codelists.EAS
    assert _tokens(text, "ISO4217") & _listed(cen, "BR-CL-04") == codelists.CURRENCIES
    for ours, rule in (
        (codelists.COUNTRIES, "BR-CL-14"),
        (codelists.ALLOWANCE_REASONS, "BR-CL-19"),
        (codelists.CHARGE_REASONS, "BR-CL-20"),
    ):
        assert _listed(cen, rule) == ours, rule


def test_what_is_only_ours_is_called_so() -> None:
    """An id of ours never takes one that is published."""
    folder = official("peppol", "peppol-bis-2026.5", "sch")
    text = "".join((folder / name).read_text("utf-8") for name in ("PEPPOL-EN16931-UBL.sch", "CEN-EN16931-UBL.sch"))
    ours = [rule.id for rule in (*losses.RULES, *trial.RULES)]
    assert all(rule.startswith("PEPPOL-GW-") and f'id="{rule}"' not in text for rule in ours)


def test_document_types_are_registered_officially() -> None:
    path = official("peppol", "peppol-codelists-9.7", "Peppol Code Lists - Document types v9.7.json")
    active = {one["value"]: one for one in json.loads(path.read_text("utf-8"))["values"] if one["state"] == "active"}
    for value in (codelists.INVOICE_DOCUMENT, codelists.CREDIT_NOTE_DOCUMENT):
        assert active[value]["scheme"] == codelists.DOCUMENT_SCHEME
        assert {"scheme": codelists.PROCESS_SCHEME, "value": codelists.PROFILE} in active[value]["process-ids"]


def _tokens(text: str, name: str) -> frozenset[str]:
    start = text.index("tokenize('", text.index(f'<let name="{name}"')) + len("tokenize('")
    return frozenset(text[start : text.index("'", start)].split())


def _listed(text: str, rule: str) -> frozenset[str]:
    found = re.search(rf"""id="{rule}".*?contains\(\s*' ([^']+) '""", text, re.DOTALL)
    assert found, rule
    return frozenset(found.group(1).split())
