"""The users as the administrator sees them: who there is, added and corrected by hand."""

import secrets
from collections.abc import Collection

from sqlalchemy import Connection, func, insert, select, union, update

from ingest.entities import Role, User
from ingest.errors import BadRequest
from ingest.records import Records, set_fact
from ingest.tables import accounts, contacts, facts, leads, opportunities, users


def add_user(
    records: Records,
    email: str,
    *,
    name: str | None = None,
    role: Role = Role.REP,
    manager: User | None = None,
) -> User:
    """A new user.

    Raises:
        BadRequest: the address is none, or somebody has it.
    """
    address = email.strip()
    if "@" not in address.strip("@") or any(c.isspace() for c in address):
        raise BadRequest(f"{email!r} is no e-mail address; write one like maria@example.com.")
    user = User(
        id=f"user-{secrets.token_hex(8)}",
        name=(name or "").strip() or address,
        email=address,
        role=role,
        manager_id=manager.id if manager else None,
    )
    with records.writing() as connection:
        taken = select(users.c.id).where(func.lower(users.c.email) == address.lower())
        if connection.execute(taken).first():
            raise BadRequest(
                f"There is a user {address!r} already; 'hotlist users set-role' changes the role."
            )
        connection.execute(
            insert(users).values(
                id=user.id,
                name=user.name,
                email=user.email,
                role=role,
                manager_id=user.manager_id,
                role_set_by_hand=True,
                extra={},
                also=[],
            )
        )
        bump_generation(connection)
    return user


def set_role(records: Records, user: User, role: Role) -> User:
    """Give a user another role; an import does not change it back."""
    with records.writing() as connection:
        connection.execute(
            update(users).where(users.c.id == user.id).values(role=role, role_set_by_hand=True)
        )
        bump_generation(connection)
    return records.user(user.id)


def bump_generation(connection: Connection) -> None:
    """What is cached of the records is out of date now."""
    generation = connection.execute(select(facts.c.value).where(facts.c.name == "generation")).scalar()
    set_fact(connection, "generation", str(int(generation or 0) + 1))


class AllNames:
    """The names of all people, companies and deals, whoever may see them; read anew when the records change.

    Only for finding a name that must not be said: it is never shown and never part of an answer.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._generation = -1
        self._people: frozenset[str] = frozenset()
        self._names: frozenset[str] = frozenset()

    def among(self, words: Collection[str]) -> set[str]:
        """Which of these word sequences are names."""
        self._read()
        return {word for word in words if len(word) > 1 and word in self._names}

    def people(self) -> frozenset[str]:
        """The names of users, contacts and leads."""
        self._read()
        return self._people

    def _read(self) -> None:
        generation = self._records.generation
        if generation == self._generation:
            return
        persons = union(*(select(table.c.name) for table in (users, contacts, leads)))
        others = union(
            *(select(column) for column in (accounts.c.name, opportunities.c.name, leads.c.company))
        )
        with self._records.engine.connect() as connection:
            self._people = frozenset(filter(None, connection.execute(persons).scalars()))
            self._names = self._people | frozenset(filter(None, connection.execute(others).scalars()))
        self._generation = generation
