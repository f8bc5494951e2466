"""What is installed and what is committed: no stranger under our names, nothing of one machine, no download address."""

import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.checkout import PACKAGES, ROOT, committed_files, project

# Written in parts so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.$}~/-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me")) + r")/\w")
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("files", "pythonhosted"),
            ("pypi", "org/simple"),
            ("registry", "npmjs"),
            ("registry", "yarnpkg"),
            ("static", "crates", "io"),
            ("proxy", "golang"),
            ("deb", "debian", "org"),
        )
    )
)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_dependency_brings_a_package_of_our_name(package: str) -> None:
    owners = set(packages_distributions().get(package, []))
    assert owners <= {project()["project"]["name"]}


@pytest.mark.parametrize("package", PACKAGES)
def test_our_packages_come_from_this_checkout(package: str) -> None:
    module = __import__(package)
    assert Path(str(module.__file__)).resolve() == ROOT / package / "__init__.py"


def test_no_committed_file_tells_of_one_machine_or_of_a_registry() -> None:
    found = []
    for path in committed_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [
            f"{path.relative_to(ROOT)}: {match.group()}"
            for pattern in (MACHINE_PATH, REGISTRIES)
            for match in pattern.finditer(text)
        ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    entries = [line for line in text.replace("\\\n", " ").splitlines() if "==" in line]
    assert entries
    assert not [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry]


def test_the_locks_hold_every_declared_dependency() -> None:
    declared = project()["project"]
    for lock, wanted in {
        "requirements.lock": declared["dependencies"],
        "requirements-dev.lock": declared["dependencies"] + declared["optional-dependencies"]["dev"],
    }.items():
        locked = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE))
        names = {re.split(r"[\[<>=;~! ]", line)[0].lower() for line in wanted}
        assert not names - locked


def test_both_locks_agree() -> None:
    runtime, everything = (
        dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime.items() <= everything.items()


def test_the_ci_script_fails_without_the_official_artefacts(tmp_path: Path) -> None:
    environment = {"OFFICIAL_ARTEFACTS": str(tmp_path), "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run")], env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 1
    assert "official artefacts" in run.stderr
