"""`gateway codelists`: what is installed, a look without writing, and files that change only when all is understood."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import jurisdictions as installation
from gateway.cli.codelists import codelists
from gateway.cli.words import CommandRefused
from jurisdictions.contract import Codelists
from tests.jurisdictions.toyland import JURISDICTION as TOY


def _refresh(published):
    if b"broken" in published.values():
        raise ValueError("line 3 is no code")
    return {"codes.txt": b"\n".join(sorted(published.values()))}


@pytest.fixture
def run(monkeypatch):
    import dataclasses

    lists = Codelists(edition="toy 7", sources=("the ministry of toys",), refresh=_refresh)
    monkeypatch.setattr(installation, "load", lambda: {"toy": dataclasses.replace(TOY, codelists=lists)})
    app = typer.Typer()
    app.command()(codelists)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_it_says_what_is_installed(run) -> None:
    shown = run("toy")
    assert shown.exit_code == 0
    assert "toy: toy 7" in shown.output
    assert "the ministry of toys" in shown.output


def test_without_a_folder_nothing_is_written(run, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_bytes(b"A")
    assert "codes.txt: 1 lines" in run("toy", tmp_path / "new.txt").output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.txt"]


def test_the_files_are_replaced_and_the_difference_told(run, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_bytes(b"A\nB")
    (tmp_path / "codes.txt").write_bytes(b"A\nC\nD")
    shown = run("toy", tmp_path / "new.txt", "--into", tmp_path)
    assert "codes.txt: 2 lines, 1 new, 2 gone" in shown.output
    assert (tmp_path / "codes.txt").read_bytes() == b"A\nB"
    assert "unchanged" in run("toy", tmp_path / "new.txt", "--into", tmp_path).output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["codes.txt", "new.txt"]


def test_a_publication_that_cannot_be_read_changes_nothing(run, tmp_path: Path) -> None:
    (tmp_path / "new.txt").write_bytes(b"broken")
    (tmp_path / "codes.txt").write_bytes(b"A")
    shown = run("toy", tmp_path / "new.txt", "--into", tmp_path)
    assert isinstance(shown.exception, CommandRefused)
    assert "nothing was written: line 3 is no code" in str(shown.exception)
    assert (tmp_path / "codes.txt").read_bytes() == b"A"
    assert isinstance(run("toy", tmp_path / "absent.txt").exception, CommandRefused)


def test_who_has_no_code_lists_is_told_who_has(run) -> None:
    assert "toy has" in str(run("nobody").exception)
