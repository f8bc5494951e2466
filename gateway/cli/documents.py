"""Judging documents and tax identifiers: no database, no network."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Annotated

import msgspec
import typer

import jurisdictions as installation
from gateway.cli.words import CommandRefused
from gateway.validating import STANDARDS, Judged, choices, documents, judge_file
from jurisdictions.contract import Jurisdiction
from schemas.findings import Severity

SIGN = {"valid": "✓", "invalid": "✗", "undecided": "?"}
FORMATS = ("text", "json")
MANY = 20
"""Files from which on progress is worth showing."""
COUNTED = "{valid} valid, {invalid} invalid, {undecided} undecided"


def validate(
    files: Annotated[list[str], typer.Argument(help="Files, folders (the *.xml below them), or - for stdin.")],
    jurisdiction: Annotated[
        str | None,
        typer.Option(
            help=f"Whose rules: {', '.join((*installation.INSTALLED, *STANDARDS))}. [default: whoever knows it]"
        ),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="`text`, or `json` (one line a file).")] = "text",
    strict: Annotated[bool, typer.Option(help="An undecided document counts as a failure too.")] = False,
) -> None:
    """Judge XML documents, also a stranger's, without a database or a network.

    Three layers: well-formed and safe to read, true to the schema, true to the rules; a layer that fails leaves the
    later ones skipped, and the result says so. `undecided` means that nobody could judge the document; it is never
    called valid.

    Exit status: 0 nothing is invalid, 1 a document is invalid, 2 nothing could be judged (no such file or rules).

    Examples: `validate invoice.xml`, `validate folder --format json`, `validate - --jurisdiction en16931 < a.xml`.
    """
    law = installation.load()
    _demand(form, jurisdiction, law)
    counts = dict.fromkeys(SIGN, 0)
    for judged in _judged(files, jurisdiction, law):
        counts[judged.judgement.verdict] += 1
        typer.echo(msgspec.json.encode(judged.shown()).decode() if form == "json" else _told(judged))
    if form == "text":
        typer.echo(COUNTED.format(**counts))
    raise typer.Exit(int(bool(counts["invalid"] or (strict and counts["undecided"]))))


def _demand(form: str, jurisdiction: str | None, law: Mapping[str, Jurisdiction]) -> None:
    if form not in FORMATS:
        raise CommandRefused(f"--format takes {' or '.join(FORMATS)}, not {form!r}")
    known = choices(law)
    if jurisdiction is not None and jurisdiction not in known:
        raise CommandRefused(
            f"no rules of {jurisdiction!r} are installed here, so nothing was judged; there are {', '.join(known)}"
        )


def _judged(files: list[str], jurisdiction: str | None, law: Mapping[str, Jurisdiction]) -> Iterator[Judged]:
    """One after the other, so that a long run shows what it has."""
    try:
        found = list(documents(files))
        for number, file in enumerate(found, 1):
            _progress(number, len(found))
            yield judge_file(file, sys.stdin.buffer, law, jurisdiction)
        _progress(0, len(found))
    except OSError as why:
        raise CommandRefused(str(why)) from why


def _progress(number: int, of: int) -> None:
    """On a terminal's error output, where the findings themselves go elsewhere; 0 wipes it."""
    if of < MANY or not sys.stderr.isatty() or sys.stdout.isatty():
        return
    sys.stderr.write(f"\r{number} of {of}" if number else "\r\033[K")
    sys.stderr.flush()


def _told(judged: Judged) -> str:
    judgement = judged.judgement
    lines = [f"{SIGN[judgement.verdict]} {judged.file}: {judgement.verdict} ({judgement.rule_set})"]
    skipped = ", ".join(layer.name for layer in judgement.layers if layer.verdict == "skipped")
    lines += [f"    not judged: {skipped}"] if skipped else []
    for one in judgement.findings:
        word = "error" if one.severity is Severity.FATAL else "warning"
        where = f" at {one.location}" if one.location else ""
        term = f" ({one.term})" if one.term else ""
        lines.append(f"    {word} {one.rule}{term}{where}: {one.message}")
        told = [f"{name} {value}" for name, value in (("found", one.found), ("expected", one.expected)) if value]
        lines += [f"        {'; '.join(told)}"] if told else []
        lines += [f"        {one.fix}"] if one.fix else []
    return "\n".join(lines)


def taxid(
    scheme: Annotated[str, typer.Argument(help="COUNTRY:KIND, for example BE:VAT.")],
    value: Annotated[str, typer.Argument(help="The identifier.")],
) -> None:
    """Check a tax identifier offline, by form and check digit. Exit 1 where it cannot be one."""
    from schemas.party import TaxId
    from validators.taxid import SCHEMES, check

    try:
        tax_id = msgspec.convert({"scheme": scheme.upper(), "value": value}, TaxId)
    except msgspec.ValidationError as why:
        raise CommandRefused(f"{scheme} {value} is no tax identifier: {why}") from why
    if tax_id.scheme not in SCHEMES:
        raise CommandRefused(f"nothing is known of {tax_id.scheme}; known are {', '.join(sorted(SCHEMES))}")
    found = check(tax_id, "/value")
    for one in found:
        typer.echo(f"{'✗' if one.severity is Severity.FATAL else '!'} {one.rule}: {one.message}")
        if one.found or one.expected:
            typer.echo(f"    found {one.found}, expected {one.expected}")
    if not found:
        typer.echo(f"✓ {tax_id.scheme} {tax_id.value} has the right form and check digit.")
    raise typer.Exit(int(any(one.severity is Severity.FATAL for one in found)))
