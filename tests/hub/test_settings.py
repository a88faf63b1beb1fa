"""The settings: from the environment, with errors that name what is wrong and never its value."""

import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import settings
from hub.errors import SettingsError

KEY = "58305740b64e4b425e518aa1f4e51339"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An environment and a folder in which nothing is set."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "MQTT_URL", "HTTP", "HOME"):
        monkeypatch.delenv(f"VIGIE_{name}", raising=False)
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


def test_everything_has_a_default() -> None:
    assert settings.load().http_address == ("127.0.0.1", 8080)


def test_the_environment_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HTTP", "0.0.0.0:80")
    monkeypatch.setenv("VIGIE_DATABASE_URL", "postgresql://somewhere")
    assert settings.load().http_address == ("0.0.0.0", 80)  # noqa: S104
    assert settings.load().required_database_url() == "postgresql://somewhere"


def test_a_file_of_settings_is_heard_and_the_environment_comes_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("VIGIE_HTTP=127.0.0.1:1\nVIGIE_MQTT_URL=mqtt://file\nOTHER=x\n")
    monkeypatch.setenv("VIGIE_HTTP", "127.0.0.1:2")
    assert settings.load().http_address == ("127.0.0.1", 2)
    assert settings.load().required_mqtt_url() == "mqtt://file"


def test_a_server_nobody_named_is_asked_for_by_its_variable() -> None:
    with pytest.raises(SettingsError, match="VIGIE_DATABASE_URL is not set; `vigie services start`"):
        settings.load().required_database_url()
    with pytest.raises(SettingsError, match="VIGIE_MQTT_URL is not set"):
        settings.load().required_mqtt_url()


@pytest.mark.parametrize(
    "http", ["8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "h:65536", "h:-1", "h:²", ""]
)
def test_an_address_that_is_none_is_refused(http: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HTTP", http)
    with pytest.raises(SettingsError, match="VIGIE_HTTP must be ADDRESS:PORT"):
        _ = settings.load().http_address


def test_bind_keys_are_told_by_address_in_its_one_spelling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_BIND_KEYS", f"84-46-93-64-a5-e6={KEY}, 54:48:E6:8F:80:A5={'0' * 32},")
    assert settings.load().keys == {"84:46:93:64:A5:E6": bytes.fromhex(KEY), "54:48:E6:8F:80:A5": bytes(16)}


def test_no_bind_key_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.load().keys == {}


@pytest.mark.parametrize("said", [KEY, f"84:46:93:64:A5:E6={KEY[2:]}", f"={KEY}", f"84:46:93:64:A5:E6={KEY};", "a=b"])
def test_bind_keys_that_are_none_are_refused_and_never_said(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_BIND_KEYS", said)
    with pytest.raises(SettingsError, match="VIGIE_BIND_KEYS must be ADDRESS=KEY") as refusal:
        _ = settings.load().keys
    shown = "".join(traceback.format_exception(refusal.value)) + repr(settings.load())
    assert KEY[2:] not in shown
