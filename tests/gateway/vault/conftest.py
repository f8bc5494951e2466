"""One sandbox authority for all tests of the vault: making RSA keys takes a while."""

from __future__ import annotations

import pytest

from gateway.sandbox import SandboxAuthority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> SandboxAuthority:
    return SandboxAuthority(tmp_path_factory.mktemp("authority"))
