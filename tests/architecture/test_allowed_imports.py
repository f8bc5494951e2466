"""What a contract cannot say, since contracts forbid and never allow: who may import only a few things."""

import sys
from importlib.metadata import packages_distributions

import grimp
import pytest

from tests.architecture.checkout import PACKAGES, contracts, jurisdiction_folders, project


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def test_schemas_need_msgspec_and_the_standard_library_only(graph: grimp.ImportGraph) -> None:
    allowed = sys.stdlib_module_names | {"msgspec", "schemas"}
    inside = {m for m in graph.modules if m.split(".")[0] == "schemas"}
    strangers = {
        (module, imported)
        for module in inside
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.split(".")[0] not in allowed
    }
    assert not strangers


def test_the_contract_on_schemas_names_every_runtime_dependency() -> None:
    named = next(set(c["forbidden_modules"]) for c in contracts() if c["id"] == "schemas-plain")
    brings = packages_distributions()
    required = {_distribution(line) for line in project()["project"]["dependencies"]} - {"msgspec"}
    unnamed = {
        distribution
        for distribution in required
        if not named & {module for module, owners in brings.items() if distribution in map(_normal, owners)}
    }
    assert not unnamed


def _distribution(requirement: str) -> str:
    end = next(i for i, letter in enumerate(requirement + " ") if not (letter.isalnum() or letter in "-_."))
    return _normal(requirement[:end])


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize("name", [folder.name for folder in jurisdiction_folders()])
def test_a_simulator_knows_only_the_code_lists_and_the_slim_schema(graph: grimp.ImportGraph, name: str) -> None:
    home = f"jurisdictions.{name}"
    simulator = {m for m in graph.modules if m.startswith(f"{home}.simulator")}
    assert simulator, f"{home} has no simulator"
    allowed = ("jurisdictions.contract", f"{home}.codelists", f"{home}.xsd", f"{home}.simulator")
    ours = {
        (module, imported)
        for module in simulator
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.split(".")[0] in PACKAGES and not imported.startswith((*allowed, "schemas"))
    }
    assert not ours
