"""The checkout as the architecture tests see it: its packages, its jurisdictions, its files."""

import ast
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("gateway", "jurisdictions", "schemas", "validators")
BELOW_THE_GATEWAY = ("jurisdictions", "schemas", "validators")


@cache
def project() -> dict[str, Any]:
    """`pyproject.toml`, parsed."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def contracts() -> list[dict[str, Any]]:
    """The import contracts as `pyproject.toml` declares them."""
    declared: list[dict[str, Any]] = project()["tool"]["importlinter"]["contracts"]
    return declared


def jurisdiction_folders() -> list[Path]:
    """The folder of each jurisdiction: every package in `jurisdictions/` but `contract` and the shared `kit`."""
    rooms = (ROOT / "jurisdictions").glob("*/__init__.py")
    return sorted(p.parent for p in rooms if p.parent.name not in ("contract", "kit"))


def modules(*packages: str) -> list[Path]:
    """Every Python file of the named packages."""
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """The syntax tree of one Python file."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def committed_files() -> list[Path]:
    """What git tracks, or would track: everything that is not ignored. Skips where this is no git checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git checkout: there is no list of committed files")
    paths = (ROOT / name.decode() for name in listing.stdout.split(b"\0") if name)
    return [path for path in paths if path.is_file()]
