from importlib import resources

import pytest

from assistant import prompts

FILLED = {"user_name": "Maria", "role": "rep", "now": "2026-11-24 09:00", "timezone": "UTC"}


def test_the_system_prompt_holds_what_it_is_given() -> None:
    text = prompts.render("system", **FILLED)
    assert "Maria" in text
    assert "$" not in text


def test_a_missing_variable_raises() -> None:
    with pytest.raises(KeyError, match="role"):
        prompts.render("system", **{k: v for k, v in FILLED.items() if k != "role"})


def test_an_unused_variable_raises() -> None:
    with pytest.raises(ValueError, match="company"):
        prompts.render("system", company="Acme", **FILLED)


def test_a_value_with_a_placeholder_in_it_stays_text() -> None:
    text = prompts.render("system", **{**FILLED, "user_name": "$role {x} {{y}} ${now}"})
    assert "$role {x} {{y}} ${now}" in text


def test_every_active_prompt_has_its_file() -> None:
    for version in prompts.ACTIVE.values():
        assert resources.files("prompts").joinpath(f"{version}.md").is_file()
