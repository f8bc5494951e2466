"""`validate` and `taxid`: verdicts, exit statuses, and a form that programs can read."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import jurisdictions
from gateway.cli.program import app
from gateway.cli.words import CommandRefused
from gateway.validating import STANDARDS
from tests.validators.en16931.documents import INVOICE, edited, put
from validators import door

RUNNER = CliRunner()
BROKEN = b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>"


def test_every_file_of_a_folder_gets_a_line_of_json(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.xml").write_bytes(BROKEN)
    (tmp_path / "b.XML").write_bytes(b"<unknown/>")
    (tmp_path / "notes.txt").write_text("not judged")
    ended = RUNNER.invoke(app, ["validate", str(tmp_path), "--format", "json"])
    lines = {Path(line["file"]).name: line for line in map(json.loads, ended.stdout.splitlines())}
    assert ended.exit_code == 1
    assert {name: line["verdict"] for name, line in lines.items()} == {"a.xml": "invalid", "b.XML": "undecided"}
    assert lines["a.xml"]["jurisdiction"] is None
    assert lines["a.xml"]["rule_set"].startswith("EN 16931")
    assert [layer["verdict"] for layer in lines["a.xml"]["layers"]] == ["passed", "failed", "skipped"]
    assert {layer["name"] for layer in lines["a.xml"]["layers"]} >= {"xsd", "rules"}
    for finding in lines["a.xml"]["findings"]:
        assert finding["severity"] in {"fatal", "warning"}
        assert finding["rule"]
        assert "location" in finding


def test_undecided_is_no_failure_unless_asked_for() -> None:
    assert RUNNER.invoke(app, ["validate", "-"], input=b"<unknown/>").exit_code == 0
    assert RUNNER.invoke(app, ["validate", "-", "--strict"], input=b"<unknown/>").exit_code == 1


def test_text_names_rule_and_place() -> None:
    ended = RUNNER.invoke(app, ["validate", "-"], input=BROKEN)
    assert "✗ -: invalid" in ended.stdout
    assert "error UBL-XSD at /ubl:Invoice: " in ended.stdout
    assert "not judged: rules" in ended.stdout
    assert "0 valid, 1 invalid, 0 undecided" in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [["nowhere.xml"], ["-", "--jurisdiction", "atlantis"], ["-", "--format", "yaml"]],
)
def test_what_cannot_be_done_is_said(arguments: list[str]) -> None:
    assert isinstance(RUNNER.invoke(app, ["validate", *arguments], input=BROKEN).exception, CommandRefused)


def test_the_names_on_offer_are_those_installed() -> None:
    told = RUNNER.invoke(app, ["validate", "--help"]).stdout
    assert all(name in told for name in (*jurisdictions.INSTALLED, *STANDARDS))


def _judged(document: bytes, *more: str) -> dict:
    ended = RUNNER.invoke(app, ["validate", "-", "--format", "json", *more], input=document)
    return json.loads(ended.stdout) | {"status": ended.exit_code}


@pytest.mark.parametrize(
    ("customization", "chosen", "rule_set"),
    [
        ("urn:cen.eu:en16931:2017", (), "EN 16931 (UBL) 1.3.16"),
        ("urn:cen.eu:en16931:2017", ("--jurisdiction", "peppol"), "peppol-bis-billing 3.0.21"),
        (None, (), "peppol-bis-billing 3.0.21"),
        (None, ("--jurisdiction", "en16931"), "EN 16931 (UBL) 1.3.16"),
    ],
)
def test_the_document_or_the_caller_says_whose_rules(
    customization: str | None, chosen: tuple[str, ...], rule_set: str
) -> None:
    edits = (put("cbc:CustomizationID", customization),) if customization else ()
    judged = _judged(edited(INVOICE, *edits), *chosen)
    assert judged["rule_set"] == judged["layers"][2]["rule_set"] == rule_set


@pytest.mark.parametrize("document", [b"<a", b"", b"rubbish", b"<!DOCTYPE a><a/>"])
def test_what_cannot_be_read_is_nobodys(document: bytes) -> None:
    judged = _judged(document)
    assert (judged["verdict"], judged["status"], judged["jurisdiction"]) == ("invalid", 1, None)
    assert [one["rule"] for one in judged["findings"]] == ["GW-DOCUMENT-UNREADABLE"]


def test_a_pdf_is_named_for_what_it_may_be() -> None:
    judged = _judged(b"%PDF-1.7")
    assert (judged["verdict"], judged["status"]) == ("undecided", 0)
    assert [one["rule"] for one in judged["findings"]] == ["PEPPOL-GW-FORMAT-FACTUR-X"]


def test_a_file_beyond_the_limit_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "MAX_BYTES", 1000)
    large = tmp_path / "large.xml"
    large.write_bytes(b"<a>" + b" " * 1000)
    ended = RUNNER.invoke(app, ["validate", str(large), "--format", "json"])
    judged = json.loads(ended.stdout)
    assert (ended.exit_code, judged["verdict"]) == (1, "invalid")
    assert [one["rule"] for one in judged["findings"]] == ["GW-DOCUMENT-LARGE"]


def test_a_fix_is_told() -> None:
    ended = RUNNER.invoke(app, ["validate", "-"], input=edited(INVOICE, put("cbc:BuyerReference", " ")))
    assert "error PEPPOL-EN16931-R003" in ended.stdout or "PEPPOL-EN16931-R008" in ended.stdout


@pytest.mark.parametrize(("value", "status"), [("BE0999000228", 0), ("BE0999000229", 1)])
def test_tax_identifiers(value: str, status: int) -> None:
    assert RUNNER.invoke(app, ["taxid", "BE:VAT", value]).exit_code == status
