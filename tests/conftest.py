"""What every test shares: one event loop backend, and the hypothesis profiles."""

import os

import pytest
from hypothesis import HealthCheck, settings

# Deterministic everywhere: a test that fails in CI fails on a desk too. `HYPOTHESIS_PROFILE=search` looks further.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, object]]:
    """The plain asyncio loop: the same on every platform, and readable when it fails."""
    return "asyncio", {"use_uvloop": False}
