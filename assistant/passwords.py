"""Passwords: kept as argon2id hashes, each with its own salt, and compared in constant time."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ingest.errors import BadRequest

# What `hotlist demo` gives its users. It stands in the manual, so no network gets to see a workspace with it.
DEMO_PASSWORD = "hotlist-demo"

_SHORTEST = 8
_LONGEST = 1024  # hashing is made to be slow: nobody shall send a megabyte to be hashed


def hash_password(password: str) -> str:
    """The hash to keep.

    Raises:
        BadRequest: the password is too short or too long.
    """
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise BadRequest(
            f"A password has at least {_SHORTEST} and at most {_LONGEST} characters; choose another."
        )
    return _hasher().hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits the hash. Takes as long where there is none, so that time tells nothing."""
    if len(password) > _LONGEST:
        return False
    try:
        return _hasher().verify(password_hash or _hash_of_nobody(), password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _hash_of_nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe())
