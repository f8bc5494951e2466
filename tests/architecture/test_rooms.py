"""Where things lie: the same rooms in every jurisdiction, and no jurisdiction's name in the gateway."""

import ast
import re
from pathlib import Path

import pytest

import jurisdictions
from tests.architecture.checkout import BELOW_THE_GATEWAY, ROOT, jurisdiction_folders, modules, parsed

ROOMS = frozenset("__init__ rules codelists document seal exchange corrections deadlines simulator".split())
NAMES = re.compile(r"(?<![a-z])(peppol|cfdi|verifactu)(?![a-z])", re.IGNORECASE)
CLOCKS = frozenset({"now", "utcnow", "today"})


def test_every_jurisdiction_is_installed() -> None:
    assert sorted(jurisdictions.INSTALLED) == [folder.name for folder in jurisdiction_folders()]


@pytest.mark.parametrize("folder", jurisdiction_folders(), ids=lambda folder: folder.name)
def test_every_jurisdiction_has_the_same_rooms(folder: Path) -> None:
    there = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    assert not ROOMS - there


@pytest.mark.parametrize("folder", jurisdiction_folders(), ids=lambda folder: folder.name)
def test_every_jurisdiction_names_its_sources(folder: Path) -> None:
    assert (folder / "SOURCES.toml").is_file()


def test_the_gateway_names_no_jurisdiction() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{line}: {text!r}"
        for path in modules("gateway")
        if not path.relative_to(ROOT).as_posix().startswith("gateway/samples")
        for line, text in _words(parsed(path))
        if NAMES.search(text)
    ]
    assert not named, "\n".join(named)


@pytest.mark.parametrize("suffix", ["html", "sql", "css", "toml", "json"])
def test_no_template_or_query_of_the_gateway_names_a_jurisdiction(suffix: str) -> None:
    named = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in sorted((ROOT / "gateway").rglob(f"*.{suffix}"))
        if not path.relative_to(ROOT).as_posix().startswith("gateway/samples")
        and (found := NAMES.search(path.read_text("utf-8")))
    ]
    assert not named, "\n".join(named)


def test_nothing_below_the_gateway_reads_a_clock() -> None:
    readings = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules(*BELOW_THE_GATEWAY)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and ast.unparse(node.func.value).split(".")[-1] in {"datetime", "date"}
    ]
    assert not readings, "the time is given, never read: " + ", ".join(readings)


def _words(tree: ast.Module) -> list[tuple[int, str]]:
    """Every string (docstrings aside) and every name of a module, with its line."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    words = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            words.append((node.lineno, node.value))
        elif isinstance(node, ast.Name):
            words.append((node.lineno, node.id))
        elif isinstance(node, ast.Attribute):
            words.append((node.lineno, node.attr))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            words.append((node.lineno, node.name))
    return words
