"""Every import contract is kept, and each one notices when it is broken.

The proof: a copy of the four packages with a new jurisdiction `injected`, lawful but for one import, must be reported
as BROKEN by exactly the contract that this import offends, with the offending module named.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.checkout import PACKAGES, ROOT, contracts

ROOMS = ("__init__", "codelists", "document", "exchange", "rules", "seal", "simulator")

# contract id: modules that break it, each as (path, source line, the module that the report must name).
VIOLATIONS = {
    "layers": [
        ("schemas/injected.py", "import validators", "schemas.injected"),
        ("validators/injected.py", "import jurisdictions", "validators.injected"),
        ("jurisdictions/injected/rules.py", "import gateway", "jurisdictions.injected.rules"),
    ],
    "independence": [
        ("jurisdictions/injected/rules.py", "import jurisdictions.neighbour.seal", "jurisdictions.injected.rules"),
        ("jurisdictions/kit/injected.py", "import jurisdictions.neighbour.seal", "jurisdictions.kit.injected"),
    ],
    "contract-only": [
        ("gateway/injected.py", "from jurisdictions.injected import rules", "gateway.injected"),
        ("gateway/injected.py", "import jurisdictions.kit", "gateway.injected"),
        ("gateway/samples_injected.py", "import jurisdictions.injected", "gateway.samples_injected"),
    ],
    "io": [
        *(("jurisdictions/injected/exchange.py", f"import {name}", "jurisdictions.injected.exchange")
          for name in ("asyncio", "httpx2", "litestar", "socket", "ssl", "time", "threading")),
        ("validators/injected.py", "from sqlalchemy import text", "validators.injected"),
        ("schemas/injected.py", "import asyncpg", "schemas.injected"),
    ],
    "schemas-plain": [("schemas/injected.py", "from lxml import etree", "schemas.injected")],
    "simulator": [
        ("jurisdictions/injected/simulator.py", "from . import seal", "jurisdictions.injected.simulator"),
        ("jurisdictions/injected/simulator.py", "import jurisdictions.kit", "jurisdictions.injected.simulator"),
        ("jurisdictions/injected/simulator.py", "import validators", "jurisdictions.injected.simulator"),
        ("jurisdictions/injected/simulator_parts.py", "from . import rules", "jurisdictions.injected.simulator"),
    ],
}  # fmt: skip


def lint(directory: Path, *contract_ids: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages in `directory`, all contracts or the named ones."""
    only = [word for name in contract_ids for word in ("--contract", name)]
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    return subprocess.run(
        [*command, "--config", "pyproject.toml", "--no-cache", "--no-logo", *only],
        cwd=directory,
        env={"PYTHONPATH": str(directory), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The four packages' Python files and `pyproject.toml`, with two lawful jurisdictions added."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=_all_but_python)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("injected", "neighbour"):
        folder = tmp_path / "jurisdictions" / name
        folder.mkdir()
        for room in ROOMS:
            (folder / f"{room}.py").write_text("")
        (folder / "simulator.py").write_text("from . import codelists, simulator_parts\n")
        (folder / "simulator_parts.py").write_text("")
    return tmp_path


def _all_but_python(directory: str, names: list[str]) -> list[str]:
    return [n for n in names if (not n.endswith(".py") and not (Path(directory) / n).is_dir()) or n == "__pycache__"]


def test_every_contract_is_kept() -> None:
    report = lint(ROOT)
    assert report.returncode == 0, report.stdout + report.stderr


def test_the_copy_itself_breaks_nothing(copy: Path) -> None:
    report = lint(copy)
    assert report.returncode == 0, report.stdout + report.stderr


def test_every_contract_has_its_violations() -> None:
    assert sorted(VIOLATIONS) == sorted(contract["id"] for contract in contracts())


@pytest.mark.parametrize("contract_id", VIOLATIONS)
def test_an_injected_violation_is_reported(copy: Path, contract_id: str) -> None:
    for path, line, offender in VIOLATIONS[contract_id]:
        target = copy / path
        before = target.read_text() if target.exists() else None
        target.write_text(f"{line}\n")
        report = lint(copy, contract_id)
        assert report.returncode == 1, f"{path}: {line!r} went unnoticed\n{report.stdout}{report.stderr}"
        assert "BROKEN" in report.stdout, report.stdout
        assert offender in report.stdout, report.stdout
        if before is None:
            target.unlink()
        else:
            target.write_text(before)
