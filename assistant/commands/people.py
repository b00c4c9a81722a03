"""The commands about people: who may log in, what is held on a person, forgetting one."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.door import Door, as_line, command
from ingest.entities import Role
from ingest.errors import BadRequest

EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="The address to log in with.")]
UserArgument = Annotated[str, typer.Argument(metavar="USER", help="An e-mail, an id or an exact name.")]
RoleOption = Annotated[Role, typer.Option("--role", help="What the user may see.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    users = typer.Typer(help="Who may log in.", no_args_is_help=True)
    app.add_typer(users, name="users")
    command(users, "list")(list_)
    command(users, "add")(add)
    command(users, "set-password")(set_password)
    command(users, "set-role")(set_role)
    command(app, "export")(export)
    command(app, "forget")(forget)


def list_(door: Door) -> None:
    """All users, with role and manager."""
    everybody = door.workspace.records.everybody()
    names = {user.id: user.name for user in everybody}
    document = [
        {"id": u.id, "name": u.name, "email": u.email, "role": u.role, "manager": u.manager_id}
        for u in everybody
    ]
    rows = [
        f"{u.name}\t{u.email or '-'}\t{u.role}\t{names.get(u.manager_id or '', '-')}\t{u.id}"
        for u in everybody
    ]
    door.show({"users": document}, "\n".join(rows) or "There are no users yet; they come with the import.")


def add(
    door: Door,
    email: EmailArgument,
    name: Annotated[
        str | None, typer.Option("--name", help="The full name; the address if not given.")
    ] = None,
    role: RoleOption = Role.REP,
    manager: Annotated[
        str | None, typer.Option("--manager", metavar="USER", help="Whom the user reports to.")
    ] = None,
) -> None:
    """Add a user."""
    from assistant.people import add_user

    records = door.workspace.records
    above = records.user(manager) if manager else None
    user = add_user(records, email, name=name, role=role, manager=above)
    door.show(
        {
            "id": user.id,
            "name": user.name,
            "email": user.email,
            "role": user.role,
            "manager": user.manager_id,
        },
        f"Added {user.name} as {user.role}; 'hotlist users set-password {email}' lets them log in.",
    )


def set_password(
    door: Door,
    user: UserArgument,
    from_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Set the password of a user."""
    from assistant.logins import Logins

    records = door.workspace.records
    who = records.user(user)
    password = (
        sys.stdin.readline().rstrip("\r\n") if from_stdin else getpass.getpass(f"Password of {who.name}: ")
    )
    Logins(records).set_password(who, password)
    door.show({"id": who.id, "password": "set"}, f"{who.name} can log in with the new password.")


def set_role(
    door: Door, user: UserArgument, role: Annotated[Role, typer.Argument(help="What the user may see.")]
) -> None:
    """Set what a user may see; an import does not change it back."""
    from assistant.people import set_role

    records = door.workspace.records
    who = set_role(records, records.user(user), role)
    door.show({"id": who.id, "role": who.role}, f"{who.name} is {who.role} now.")


def export(
    door: Door,
    person: Annotated[str, typer.Option("--person", metavar="EMAIL", help="Whose data: an e-mail or an id.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write into a file, not to standard output.")
    ] = None,
) -> None:
    """All that is held on one person, in one document."""
    from assistant.audit import note
    from assistant.persons import find_person, held_on

    records = door.workspace.records
    by_email = {"email": person} if "@" in person else {"record_id": person}
    document = held_on(records, find_person(records, **by_email))
    note(records, "export", detail={"records": [f"{r['type']}:{r['id']}" for r in document["records"]]})
    text = as_line(document, indent=2)
    if out is None:
        door.line(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError:
        raise BadRequest(f"{out.name} cannot be written; check its folder.") from None
    door.show({"file": str(out)}, f"Written to {out}.")


def forget(
    door: Door,
    email: Annotated[
        str | None, typer.Option("--email", metavar="E", help="The person's e-mail address.")
    ] = None,
    record_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The id of the person's lead, contact or user.")
    ] = None,
) -> None:
    """Erase a person everywhere: records, vectors, chat history, what the scorer learned from."""
    if (email is None) == (record_id is None):
        raise typer.BadParameter("give --email or --id")
    done = door.workspace.forget(email=email, record_id=record_id)
    door.show(
        {"forgotten": done.as_json()},
        f"Erased {done.records} records, {done.activities} activities, {done.messages} chat turns and "
        f"{done.mentions} mentions. Earlier backups still hold the person, and so may your CRM.",
    )
