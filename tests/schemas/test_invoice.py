"""The door: what the schema of an invoice refuses, and that it says where."""

import json
from typing import Any

import msgspec
import pytest

from schemas.invoice import InvoiceInput

BODY: dict[str, Any] = {
    "issuer": "iss_1",
    "customer": {"name": "Example BV", "tax_ids": [{"scheme": "BE:VAT", "value": "BE0999000129"}]},
    "currency": "EUR",
    "lines": [
        {
            "description": "Pro plan",
            "quantity": "1",
            "unit_price": "49.00",
            "taxes": [{"percent": "21"}],
            "allowances": [{"amount": "1.00"}],
        }
    ],
    "exchange_rates": [
        {"from_currency": "EUR", "to_currency": "MXN", "rate": "20.1", "source": "Banxico", "on": "2026-11-19"}
    ],
    "prepaid": "0.00",
    "note": "first\nsecond",
}


def decode(body: object) -> InvoiceInput:
    return msgspec.json.decode(json.dumps(body), type=InvoiceInput)


def changed(path: str, value: object, of: dict[str, Any] = BODY) -> dict[str, Any]:
    """The body with `value` at a path as msgspec writes it: `$.lines[0].quantity`."""
    body: dict[str, Any] = json.loads(json.dumps(of))
    *parents, last = path.removeprefix("$.").replace("[", ".").replace("]", "").split(".")
    place: Any = body
    for key in parents:
        place = place[int(key) if key.isdigit() else key]
    place[int(last) if last.isdigit() else last] = value
    return body


def refused(path: str, value: object) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        decode(changed(path, value))
    where = str(error.value).rpartition("at `")[2].rstrip("`")
    assert where == path, str(error.value)


DECIMALS = [
    "$.lines[0].quantity",
    "$.lines[0].unit_price",
    "$.lines[0].taxes[0].percent",
    "$.lines[0].allowances[0].amount",
    "$.exchange_rates[0].rate",
    "$.prepaid",
]
NO_DECIMALS = [
    "NaN", "Infinity", "-Infinity", "1e3", "1E3", "0x10", "1,00", "1_000", ".5", "5.", "", " 1", "1 ", "1\n", "+1",
    "1.00000000001", "1234567890123456", "٣", "１", "1.0.0", "--1", "null",
]  # fmt: skip


@pytest.mark.parametrize("path", DECIMALS)
@pytest.mark.parametrize("text", NO_DECIMALS)
def test_only_plain_decimals_are_amounts(path: str, text: str) -> None:
    refused(path, text)


@pytest.mark.parametrize("path", DECIMALS)
@pytest.mark.parametrize("number", [1.5, 49, -0.0, float("1e308"), True, [], {}])
def test_json_numbers_are_no_amounts(path: str, number: object) -> None:
    refused(path, number)


@pytest.mark.parametrize("path", ["$.lines[0].unit_price", "$.lines[0].taxes[0].percent", "$.exchange_rates[0].rate"])
def test_some_amounts_have_no_sign(path: str) -> None:
    refused(path, "-1")


@pytest.mark.parametrize("number", [1.0, "4900", -1, 10**15 + 1, True])
def test_minor_units_are_whole_numbers(number: object) -> None:
    refused("$.lines[0].amount_minor", number)


TEXTS = ["$.lines[0].description", "$.customer.name", "$.note", "$.exchange_rates[0].source"]
MARKS = [
    "\x00", "\x08", "\x0b", "\x1b", "\x7f", "\x85", "\u061c", "\u200e", "\u200f", "\u2028", "\u2029",
    "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff", "\ufffe", "\uffff",
]  # fmt: skip


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: f"U+{ord(mark):04X}")
def test_control_characters_and_reading_direction_marks_are_refused(path: str, mark: str) -> None:
    refused(path, f"Acme{mark}SL")
    refused(path, f"Acme{mark}")


@pytest.mark.parametrize("path", ["$.lines[0].description", "$.customer.name"])
@pytest.mark.parametrize("text", ["", "two\nlines", "ends\n", "tab\there", "x" * 1001])
def test_one_line_is_one_line(path: str, text: str) -> None:
    refused(path, text)


@pytest.mark.parametrize("text", ["Ñandú, S.L.", "株式会社", "Ελληνικά", "שלום", "A & B <C>", "'\"", "😀"])
def test_every_language_may_be_written(text: str) -> None:
    assert decode(changed("$.lines[0].description", text)).lines[0].description == text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.issuer", ""),
        ("$.issuer", "a b"),
        ("$.issuer", "iss_1\n"),
        ("$.currency", "EURO"),
        ("$.currency", "EUR\n"),
        ("$.kind", "proforma"),
        ("$.lines", []),
        ("$.issue_date", "20-11-2026"),
        ("$.issue_date", "2026-02-30"),
        ("$.due_in_days", -1),
        ("$.series", "A B"),
        ("$.customer.tax_ids[0].scheme", "be:vat"),
        ("$.customer.tax_ids[0].value", "BE0999<"),
        ("$.lines[0].taxes[0].category", "X"),
        ("$.lines[0].unit", "c62"),
    ],
)
def test_what_else_is_refused(path: str, value: object) -> None:
    refused(path, value)


FILE = {"name": "a.pdf", "media_type": "application/pdf", "content": "YQ=="}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.type_code", "3800"),
        ("$.tax_point_code", "x"),
        ("$.tax_currency", "EURO"),
        ("$.rounding", "1.0000"),
        ("$.attachments[0].url", "no address"),
        ("$.attachments[0].file.content", ""),
        ("$.attachments[0].file.content", "not base64!"),
        ("$.attachments[0].file.media_type", "pdf"),
        ("$.customer.identifiers[0].scheme", "gln"),
        ("$.lines[0].classifications[0].list", "sti"),
        ("$.lines[0].origin_country", "Brazil"),
        ("$.payment_means[0].card.number", "4111-1111"),
    ],
)
def test_what_else_is_refused_of_documents_and_items(path: str, value: object) -> None:
    body = BODY | {
        "attachments": [{"id": "A", "url": "https://example.org/a", "file": FILE}],
        "customer": BODY["customer"] | {"identifiers": [{"value": "1", "scheme": "0088"}]},
        "lines": [BODY["lines"][0] | {"classifications": [{"code": "1", "list": "STI"}]}],
        "payment_means": [{"card": {"number": "1234"}}],
    }
    assert decode(body).attachments[0].file is not None
    with pytest.raises(msgspec.ValidationError) as error:
        decode(changed(path, value, body))
    assert str(error.value).rpartition("at `")[2].rstrip("`") == path


def test_files_come_back_as_they_were() -> None:
    written = decode(BODY | {"attachments": [{"id": "A", "file": FILE}]})
    [one] = written.attachments
    assert one.file is not None
    assert one.file.content == b"a"
    assert msgspec.json.decode(msgspec.json.encode(written), type=InvoiceInput) == written
    assert msgspec.convert(msgspec.to_builtins(written), InvoiceInput) == written


@pytest.mark.parametrize("path", ["$.note", "$.lines[0].note", "$.payment_terms.note"])
def test_notes_may_have_several_lines(path: str) -> None:
    body = BODY | {"payment_terms": {"note": "Net"}}
    assert isinstance(decode(changed(path, "one\ntwo", body)), InvoiceInput)


def test_unknown_members_are_refused_not_dropped() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `total`"):
        decode(changed("$.total", "1"))
    with pytest.raises(msgspec.ValidationError, match=r"unknown field `price` - at `\$\.lines\[0\]`"):
        decode(changed("$.lines[0].price", "1"))


def test_the_example_is_accepted_and_comes_back_as_it_was() -> None:
    written = decode(BODY)
    assert msgspec.json.decode(msgspec.json.encode(written), type=InvoiceInput) == written
    assert hash(written.lines[0].taxes)


def test_the_minimal_body_is_accepted() -> None:
    body = {
        "issuer": "iss_1",
        "customer": "cus_1",
        "currency": "usd",
        "lines": [{"description": "Pro plan, June", "amount_minor": 4900}],
        "due_in_days": 14,
    }
    assert decode(body).lines[0].quantity == "1"


def test_the_json_schema_can_be_published() -> None:
    references, components = msgspec.json.schema_components([InvoiceInput], ref_template="#/$defs/{name}")
    assert references == ({"$ref": "#/$defs/InvoiceInput"},)
    whole = msgspec.json.schema(InvoiceInput)
    assert json.loads(json.dumps(whole))["$ref"] == "#/$defs/InvoiceInput"
    assert set(whole["$defs"]) == set(components)
    invoice = whole["$defs"]["InvoiceInput"]
    assert invoice["required"] == ["issuer", "customer", "currency", "lines"]
    assert invoice["additionalProperties"] is False
