"""Passwords are hashed slowly, salted, and compared without telling who exists."""

import pytest

from assistant.passwords import hash_password, matches
from ingest.errors import BadRequest


def test_a_hash_is_argon2_has_its_own_salt_and_fits_its_password_alone() -> None:
    first, second = hash_password("correct horse"), hash_password("correct horse")

    assert first.startswith("$argon2id$")
    assert first != second
    assert matches(first, "correct horse")
    assert not matches(first, "correct horsE")


@pytest.mark.parametrize("nobody", [None, "", "plain text", "$argon2id$broken"])
def test_nothing_fits_where_there_is_no_hash(nobody: str | None) -> None:
    assert not matches(nobody, "nobody")
    assert not matches(nobody, "")


@pytest.mark.parametrize("password", ["short", "x" * 1025])
def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(BadRequest, match="at least 8 and at most 1024"):
        hash_password(password)
