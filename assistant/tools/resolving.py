"""What a question's words mean in this book: names to records, owners to users, conditions to demands."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import String, cast, func, select

from assistant.answers import AnswerKind, Line, Listed
from assistant.book import Book
from assistant.book.demands import AnyOf, Condition, Demand, Linked, parse
from assistant.book.fields import Kind, plain
from assistant.tools.answered import Answered, clarify, empty, refused
from assistant.tools.meant import Meant, Names, known_type
from ingest.entities import RecordType, Ref
from ingest.tables import RECORD_TABLES

# Candidates this close to the best one fit as well.
_AS_GOOD = 0.04
_TAKEN = 0.72

_PEOPLE = (RecordType.CONTACT, RecordType.LEAD)
_ANY = (RecordType.ACCOUNT, *_PEOPLE, RecordType.OPPORTUNITY, RecordType.USER)
_TELLING = ("type", "company", "account", "title", "email", "owner", "outcome")
_EVERYONE = {"everyone", "everybody", "all", "anyone"}
_NOBODY = {"nobody", "none", "no one"}


class Resolver:
    """Looks names up in the book; what may not be seen does not exist here."""

    def __init__(self, book: Book, names: Names | None) -> None:
        self._book = book
        self._names = names
        self.notes: list[Line] = []

    # -- records ---------------------------------------------------------------------------------------------

    def record(self, text: str, types: Sequence[str] | None = None) -> Meant:
        """The one record that `text` means.

        Raises:
            Answered: none fits, or more than one.
        """
        wanted = tuple(RecordType(known_type(one)) for one in types) if types else _ANY
        text = text.strip()
        if ref := _typed(text):
            return self._settled(ref)
        for found in (self._by_id, self._by_email, self._by_names):
            refs, exact = found(text, wanted)
            if refs:
                return self._one_of(text, refs, exact)
        raise Answered(empty("record.unknown", text=text))

    def is_known(self, text: str) -> bool:
        """Whether the text may mean a record of the book."""
        try:
            self.record(text)
        except Answered as answered:
            return answered.finding.kind is AnswerKind.CLARIFY
        return True

    def _settled(self, ref: Ref) -> Meant:
        known = self._book.get(ref)
        if known is None:
            refs, _ = self._by_id(ref.id, (ref.type,))
            known = self._book.get(refs[0]) if refs else None
        if known is None:
            raise Answered(empty("record.unknown", text=ref.id))
        return Meant(ref=known.ref, name=known.name)

    def _by_id(self, text: str, types: Sequence[RecordType]) -> tuple[list[Ref], bool]:
        found = list(self._book.many([Ref(type=kind, id=text) for kind in types]))
        if found or not any(letter.isdigit() for letter in text) or " " in text:
            return found, True
        for kind in types:
            table = RECORD_TABLES[kind]
            if kind in (RecordType.USER, RecordType.ACTIVITY):
                continue
            merged = cast(table.c.also, String).contains(f'"{text}"', autoescape=True)
            found += [Ref(type=kind, id=row.id) for row in self._book.rows(select(table.c.id).where(merged))]
        return found, True

    def _by_email(self, text: str, types: Sequence[RecordType]) -> tuple[list[Ref], bool]:
        found: list[Ref] = []
        for kind in types if "@" in text else ():
            table = RECORD_TABLES[kind]
            if "email" in table.c:
                same = table.c.email.in_(sorted({text, text.lower()}))
                found += [
                    Ref(type=kind, id=row.id) for row in self._book.rows(select(table.c.id).where(same))
                ]
        return found, True

    def _by_names(self, text: str, types: Sequence[RecordType]) -> tuple[list[Ref], bool]:
        found = self._names_index.lookup(text, types, limit=40)
        if not found or found[0].confidence < _TAKEN:
            return self._by_company(text, types), True
        best = [one for one in found if one.confidence >= found[0].confidence - _AS_GOOD]
        exact = best[0].exact or _holds(best[0].name, text)
        return list(dict.fromkeys(one.ref for one in best)), exact

    @property
    def _names_index(self) -> Names:
        if self._names is None:
            from assistant.names import NameIndex
            from assistant.understanding.vocabulary_source import read_source

            self._names = NameIndex(read_source(self._book.rows).names)
        return self._names

    def _by_company(self, text: str, types: Sequence[RecordType]) -> list[Ref]:
        """Leads by their company, which nobody entered as an account."""
        if RecordType.LEAD not in types or len(text) < 3:
            return []
        table = RECORD_TABLES[RecordType.LEAD]
        for fits in (
            func.lower(table.c.company) == text.lower(),
            table.c.company.icontains(text, autoescape=True),
        ):
            rows = self._book.rows(select(table.c.id).where(fits).order_by(table.c.id).limit(41))
            if rows:
                return [Ref(type=RecordType.LEAD, id=row.id) for row in rows]
        return []

    def _one_of(self, text: str, refs: Sequence[Ref], exact: bool) -> Meant:
        known = self._book.many(refs)
        kept, twin = self._without_twins(list(known))
        kept = self._without_children(text, kept)
        if not kept:
            raise Answered(empty("record.unknown", text=text))
        if len(kept) > 1:
            raise Answered(clarify(text, self.candidates(kept), _TELLING))
        name = known[kept[0]].name
        notes = () if exact else (Line(key="record.taken", args={"text": text, "name": name}),)
        return Meant(ref=kept[0], name=name, notes=notes, twin=twin)

    def _without_twins(self, refs: list[Ref]) -> tuple[list[Ref], Ref | None]:
        """A converted lead and the contact made of it are one person: the contact stands for both."""
        leads = [ref for ref in refs if ref.type is RecordType.LEAD]
        twin = None
        for lead in leads:
            found = self._book.get(lead)
            contact = found["converted_contact_id"] if found else None
            person = Ref(type=RecordType.CONTACT, id=contact) if contact else None
            if person in refs:
                refs = [ref for ref in refs if ref != lead]
                twin = lead
        return refs, twin

    def _without_children(self, text: str, refs: list[Ref]) -> list[Ref]:
        """A company's name also stands in the names of its deals; then the company is meant."""
        companies = [ref for ref in refs if ref.type is RecordType.ACCOUNT]
        if len(companies) == 1 and len(refs) > 1:
            others = self._book.many([ref for ref in refs if ref != companies[0]])
            strangers = [
                ref
                for ref, found in others.items()
                if found["account_id"] != companies[0].id and not _says(found.name, text)
            ]
            return [companies[0], *strangers] if strangers else companies
        named = [ref for ref in refs if ref.type is not RecordType.OPPORTUNITY]
        return named if len(named) == 1 and len(refs) > 1 and named[0].type is RecordType.ACCOUNT else refs

    def candidates(self, refs: Sequence[Ref]) -> list[Listed]:
        """Records to choose from, with what tells them apart."""
        from assistant.tools.listing import listed

        known = self._book.many(refs)
        return [
            replace(listed(self._book, found, [column for column in _TELLING if column != "type"]))
            for found in known.values()
        ]

    # -- owners ----------------------------------------------------------------------------------------------

    def owners(self, value: Any) -> list[str] | None:
        """The ids of the users that an owner condition means; None where it restricts nothing.

        Raises:
            Answered: nobody by that name, more than one, or a book that this user may not see.
        """
        values = value if isinstance(value, list | tuple) else [value]
        ids: list[str] = []
        for one in values:
            found = self._owners(str(one).strip())
            if found is None:
                self.notes.append(Line(key="scope.seen"))
                return None
            ids += found
        return list(dict.fromkeys(ids))

    def _owners(self, text: str) -> list[str] | None:
        book, word = self._book, text.lower()
        if word in ("me", "i", "my", "mine"):
            return [book.user.id]
        if word in ("my team", "us", "our", "we"):
            return sorted(book.team(book.user.id))
        if word in _EVERYONE:
            return None
        if word.startswith("team of "):
            leader = self.user(text[len("team of ") :])
            return sorted(book.team(self._permitted(leader)))
        return [self._permitted(self.user(text))]

    def _managers(self, value: Any) -> list[str]:
        """Whom users report to: who that is anybody may know."""
        ids: list[str] = []
        for one in value if isinstance(value, list | tuple) else [value]:
            text = str(one).strip()
            if text.lower() in ("me", "my team"):
                ids += self._owners(text) or []
            else:
                ids.append(self.user(text))
        return list(dict.fromkeys(ids))

    def _permitted(self, user_id: str) -> str:
        if not self._book.sees_book_of(user_id):
            raise Answered(refused("owner.refused"))
        return user_id

    def user(self, text: str) -> str:
        """The id of the user that `text` means.

        Raises:
            Answered: nobody fits, or more than one.
        """
        users = self._book.users
        text = text.strip()
        ref = _typed(text)
        if ref and ref.type is RecordType.USER:
            text = ref.id
        if text in users:
            return text
        word = text.lower()
        for fits in (
            [user for user in users.values() if word in ((user.email or "").lower(), user.name.lower())],
            [user for user in users.values() if word in user.name.lower().split()],
        ):
            seen = [user for user in fits if self._book.sees_book_of(user.id)]
            if len(fits) == 1 or len(seen) == 1:
                return (fits if len(fits) == 1 else seen)[0].id
            if fits:
                refs = [Ref(type=RecordType.USER, id=user.id) for user in fits]
                raise Answered(clarify(text, self.candidates(refs), ("role", "manager", "email")))
        found = self._names_index.lookup(text, (RecordType.USER,), limit=10)
        best = [one for one in found if one.confidence >= max(_TAKEN, found[0].confidence - _AS_GOOD)]
        if not best:
            raise Answered(empty("user.unknown", text=text))
        if len(best) > 1:
            raise Answered(
                clarify(text, self.candidates([one.ref for one in best]), ("role", "manager", "email"))
            )
        if not _holds(best[0].name, text):
            self.notes.append(Line(key="record.taken", args={"text": text, "name": best[0].name}))
        return best[0].ref.id

    # -- conditions ------------------------------------------------------------------------------------------

    def demands(
        self, record_type: str, conditions: Sequence[Mapping[str, Any] | Demand]
    ) -> tuple[Demand, ...]:
        """The conditions with names settled.

        Raises:
            Answered: a name that fits nobody or several, or a book that this user may not see.
            BadRequest: a condition that is none.
        """
        return tuple(
            settled for one in parse(conditions) if (settled := self._settle(record_type, one)) is not None
        )

    def _settle(self, record_type: str, demand: Demand) -> Demand | None:
        if isinstance(demand, AnyOf):
            settled = [self._settle(record_type, one) for one in demand.options]
            options = tuple(one for one in settled if one is not None)
            return AnyOf(options=options) if len(options) == len(settled) else None
        if isinstance(demand, Linked):
            target = "activity" if demand.record_type == "planned" else demand.record_type
            return replace(demand, conditions=self.demands(target, demand.conditions))
        if demand.op in ("is empty", "is not empty", "contains", "does not contain"):
            return demand
        field = self._book.source(record_type).field(demand.field)
        if field is None:
            return self._settle_linked(record_type, demand)
        if field.kind is not Kind.RECORD:
            return demand
        if str(demand.value).strip().lower() in _NOBODY:
            return Condition(field=demand.field, op="is empty")
        if field.record_type == "user" and record_type == "user":
            return replace(demand, op=_plural(demand.op), value=self._managers(demand.value))
        if field.record_type == "user":
            ids = self.owners(demand.value)
            return None if ids is None else replace(demand, op=_plural(demand.op), value=ids)
        return self._named(demand, str(field.record_type))

    def _settle_linked(self, record_type: str, demand: Condition) -> Demand:
        """A link that runs the other way: an activity's lead, an account's opportunity."""
        head = plain(demand.field.partition(".")[0])
        if "." in demand.field or head not in set(RecordType):
            return demand
        return self._named(demand, head)

    def _named(self, demand: Condition, target: str) -> Condition:
        values = demand.value if isinstance(demand.value, list | tuple) else [demand.value]
        ids = []
        for value in values:
            meant = self.record(str(value), [target])
            self.notes += meant.notes
            ids.append(meant.ref.id)
        return replace(demand, op=_plural(demand.op), value=ids)


def _plural(op: str) -> str:
    return {"is": "in", "is not": "not in"}.get(op, op)


def _typed(text: str) -> Ref | None:
    kind, colon, identity = text.partition(":")
    if colon and identity and kind.strip().lower() in set(RecordType):
        return Ref(type=RecordType(kind.strip().lower()), id=identity.strip())
    return None


def _holds(name: str, text: str) -> bool:
    """Whether every word typed is a word of the name."""
    words = _words(name)
    return all(any(word.startswith(typed) for word in words) for typed in _words(text))


def _says(name: str, text: str) -> bool:
    return text.lower() in name.lower()


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
