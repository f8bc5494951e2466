"""The authorities' published files: read in place by the tests, never copied into the repository.

They lie in the folder that `OFFICIAL_ARTEFACTS` names, else in `../shared/official` beside the checkout.
"""

import os
from pathlib import Path
from typing import NoReturn

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


def official_root() -> Path:
    """The folder of the official artefacts; it need not exist."""
    named = os.environ.get("OFFICIAL_ARTEFACTS")
    return Path(named).resolve() if named else CHECKOUT.parent / "shared" / "official"


def official(*parts: str) -> Path:
    """The path of one official file or folder, e.g. `official("verifactu", "xsd")`.

    Where it is absent the test (or, at import time, its whole module) is skipped with the reason; in CI, where
    the environment variable `CI` is set, it fails instead.
    """
    path = official_root().joinpath(*parts)
    if path.exists():
        return path
    absent(f"the official artefact {'/'.join(parts) or 'folder'} is not there; set OFFICIAL_ARTEFACTS to its folder")


def absent(reason: str) -> NoReturn:
    """Skip the test (or, at import time, its whole module); in CI fail it."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)
