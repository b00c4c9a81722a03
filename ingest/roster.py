"""The users that files speak of: of a user file, or only named as owner or manager; and their roles."""

from collections.abc import Collection, Iterable, Mapping

from ingest.clean import Staged
from ingest.contents import is_email
from ingest.entities import RecordType, Role
from ingest.links import Directory, address_in
from ingest.load_report import Rejected

UNRESOLVED = "unresolved link"


def named_only(names: Iterable[tuple[str, str, int]], directory: Directory) -> list[Staged]:
    """Users for the names (with file and row) that no known user bears."""
    made: dict[str, Staged] = {}
    for name, file, row in names:
        if directory.find(RecordType.USER, name) or name in made:
            continue
        person, email = _name_and_address(name)
        id_ = email or name
        made[id_] = Staged(
            id=id_,
            values={"name": person, "email": email},
            links={},
            extra={},
            file=file,
            row=row,
            columns=frozenset(),
        )
        directory.add(RecordType.USER, id_, person, email)
    return list(made.values())


def _name_and_address(text: str) -> tuple[str | None, str | None]:
    """What a cell calls a user: by name, by address, or by both ("Ann Lee <ann@x.com>")."""
    if is_email(text):
        return None, text
    address = address_in(text)
    if address is None:
        return text, None
    return text.replace(address, " ").strip(" <>()[]-,;:") or None, address


def name_managers(users: Mapping[str, Staged], directory: Directory) -> list[Staged]:
    """Users for managers who have no row of their own, unless the file names managers by id."""
    named = [
        (text, user.file, user.row)
        for user in users.values()
        if (text := user.links.get("manager")) is not None
    ]
    if any(text in users and users[text].values.get("name") != text for text, _, _ in named):
        return []
    return named_only(named, directory)


def report_to(
    users: Mapping[str, Staged], directory: Directory, *, of_teams: Collection[str] = ()
) -> list[Rejected]:
    """Turn each user's manager into an id; those who cannot be found, or go round in a circle, are set aside.

    `of_teams` are the files in which managers are those of teams: who leads a team may be a member of it.
    """
    said = {id_: text for id_, user in users.items() if (text := user.links.get("manager")) is not None}
    rejected = []
    for id_, text in said.items():
        user, found = users[id_], directory.find(RecordType.USER, text)
        alone = found == [id_]
        user.links["manager"] = found[0] if len(found) == 1 and not alone else None
        if len(found) != 1 or (alone and user.file not in of_teams):
            why = "nobody reports to themselves" if alone else why_not(found)
            rejected.append(_set_aside(user, text, why))
    for id_ in _in_circles({id_: user.links.get("manager") for id_, user in users.items()}):
        why = "these managers report to each other in a circle"
        rejected.append(_set_aside(users[id_], said[id_], why))
        users[id_].links["manager"] = None
    return rejected


def _in_circles(managers: Mapping[str, str | None]) -> list[str]:
    """Who is, through others, their own manager: nobody would know who is above."""
    found = []
    for id_, above in managers.items():
        passed: set[str] = set()
        while above is not None and above not in passed and above != id_:
            passed.add(above)
            above = managers.get(above)
        if above == id_:
            found.append(id_)
    return found


def _set_aside(user: Staged, manager: str, why: str) -> Rejected:
    return Rejected(file=user.file, row=user.row, field="manager", value=manager, why=why)


def why_not(found: list[str]) -> str:
    """Why a link does not resolve: nobody fits, or several do."""
    return f"{UNRESOLVED}: more than one record is called so" if found else UNRESOLVED


def roles(
    users: Mapping[str, str], managers: Iterable[str | None], stated: Mapping[str, str | None]
) -> dict[str, str]:
    """The role of each user (id to present role): as stated, else manager where others report to them."""
    leading = {manager for manager in managers if manager}
    found = {}
    for id_, role in users.items():
        said = stated.get(id_) if id_ in stated else role
        found[id_] = (
            said if said in {Role.ADMIN, Role.MANAGER} else Role.MANAGER if id_ in leading else Role.REP
        )
    return found
