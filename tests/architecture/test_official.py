"""The official artefacts' absence is a skip on a desk and a failure in CI."""

from pathlib import Path

import pytest

from tests.official import CHECKOUT, official, official_root


def test_the_folder_lies_beside_the_checkout_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("OFFICIAL_ARTEFACTS", raising=False)
    assert official_root() == CHECKOUT.parent / "shared" / "official"
    monkeypatch.setenv("OFFICIAL_ARTEFACTS", str(tmp_path))
    (tmp_path / "part").mkdir()
    assert official("part") == tmp_path / "part"


def test_absence_is_a_skip_on_a_desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OFFICIAL_ARTEFACTS", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="OFFICIAL_ARTEFACTS"):
        official("nothing", "here")


def test_absence_is_a_failure_in_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OFFICIAL_ARTEFACTS", str(tmp_path))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="nothing/here"):
        official("nothing", "here")
