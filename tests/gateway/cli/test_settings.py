"""Settings: read once from what is given, refused with a sentence that names the variable."""

from pathlib import Path

import pytest

from gateway.settings import Settings, SettingsInvalid

OWNER = "postgresql://owner:secret@db.example/gateway"


def test_roles_log_in_to_the_same_database_unless_told_otherwise() -> None:
    settings = Settings.from_environment({"DATABASE_URL": OWNER, "GATEWAY_WORKER_DATABASE_URL": "postgres://w@h/d"})
    assert settings.administrator == OWNER
    assert settings.as_api() == "postgresql://gateway_api@db.example/gateway"
    assert settings.as_worker() == "postgresql://w@h/d"


def test_an_option_goes_before_the_variable(tmp_path: Path) -> None:
    given = {"GATEWAY_DATA": "/somewhere/else"}
    assert Settings.from_environment(given).data == Path("/somewhere/else")
    assert Settings.from_environment(given, data=tmp_path).data == tmp_path


def test_the_operators_addresses() -> None:
    text = "live:peppol:access_point=https://ap.example/v1 test:cfdi:sw=https://pac.example"
    endpoints = Settings.from_environment({"GATEWAY_ENDPOINTS": text}).endpoints
    assert endpoints["live"] == {("peppol", "access_point"): "https://ap.example/v1"}
    assert endpoints["test"] == {("cfdi", "sw"): "https://pac.example"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("GATEWAY_LOG_LEVEL", "loud"),
        ("GATEWAY_SANDBOX_PROFILE", "lenient"),
        ("GATEWAY_PORT", "http"),
        ("GATEWAY_PORT", "70000"),
        ("GATEWAY_ENDPOINTS", "peppol=https://ap.example"),
        ("GATEWAY_ENDPOINTS", "production:peppol:access_point=https://ap.example"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid, match=name):
        Settings.from_environment({name: value})


def test_the_master_key_is_not_shown() -> None:
    assert "c2VjcmV0" not in repr(Settings(master_key_text="c2VjcmV0"))
