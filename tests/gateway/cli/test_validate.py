"""`validate` and `taxid`: verdicts, exit statuses, and a form that programs can read."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import jurisdictions
from gateway.cli.program import app
from gateway.cli.words import CommandRefused

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
    assert lines["a.xml"]["jurisdiction"] == "peppol"
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
    assert "PEPPOL-XSD" in ended.stdout
    assert "0 valid, 1 invalid, 0 undecided" in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [["nowhere.xml"], ["-", "--jurisdiction", "en16931"], ["-", "--format", "yaml"]],
)
def test_what_cannot_be_done_is_said(arguments: list[str]) -> None:
    assert isinstance(RUNNER.invoke(app, ["validate", *arguments], input=BROKEN).exception, CommandRefused)


def test_the_names_on_offer_are_those_installed() -> None:
    told = RUNNER.invoke(app, ["validate", "--help"]).stdout
    assert all(name in told for name in jurisdictions.INSTALLED)


@pytest.mark.parametrize(("value", "status"), [("BE0999000228", 0), ("BE0999000229", 1)])
def test_tax_identifiers(value: str, status: int) -> None:
    assert RUNNER.invoke(app, ["taxid", "BE:VAT", value]).exit_code == status
