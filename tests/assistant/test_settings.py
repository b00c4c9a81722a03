from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from assistant.settings import Settings, read_settings
from ingest.errors import BadRequest


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "DATABASE_URL", "CHROMA_URL", "MODEL", "EMBEDDER", "TIMEZONE"):
        monkeypatch.delenv(f"HOTLIST_{name}", raising=False)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_the_product_is_offline_in_utc_and_in_the_home_folder() -> None:
    settings = read_settings()
    assert (settings.model, settings.timezone, settings.home) == (
        "offline",
        ZoneInfo("UTC"),
        Path.home() / ".hotlist",
    )


def test_the_environment_and_a_dotenv_file_are_read_and_what_is_given_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "HOTLIST_TIMEZONE=Europe/Berlin\nHOTLIST_MODEL=openai:one\nOPENAI_API_KEY=sk-canary\n"
    )
    monkeypatch.setenv("HOTLIST_MODEL", "openai:two")
    settings = read_settings(home=tmp_path / "w")
    assert settings.timezone == ZoneInfo("Europe/Berlin")
    assert settings.model == "openai:two"
    assert settings.home == tmp_path / "w"
    assert "sk-canary" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [("HOTLIST_TIMEZONE", "Mars/Base"), ("HOTLIST_MODEL", "gpt"), ("HOTLIST_MODEL", "openai:")],
)
def test_a_setting_without_a_meaning_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadRequest, match=name):
        read_settings()


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLIST_MODEL", "")
    assert read_settings().model == "offline"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().model = "openai:other"  # type: ignore[misc]
