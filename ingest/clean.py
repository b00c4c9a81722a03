"""From the cells of a batch to records: every cell becomes a value, is kept as it is, or is set aside.

A bad value or a bad row is a value (`Rejected`), not an exception.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from ingest.amounts import currency_in, read_amount
from ingest.columns import DATE_FIELDS, NUMBER_FIELDS, is_salesforce_id
from ingest.dates import Moment, day_of
from ingest.entities import Outcome, RecordType
from ingest.lexicon import id_prefixes
from ingest.load_report import Rejected
from ingest.moments import first_moments
from ingest.outcomes import outcome_reader
from ingest.plan import Plan
from ingest.sheets import Batch
from ingest.values import adds_up, joined, meaning_reader, person, read_currency, read_email, read_phone

LINK_FIELDS = frozenset(
    {
        "owner",
        "manager",
        "account",
        "contact",
        "converted_account",
        "converted_contact",
        "converted_opportunity",
    }
)
HAPPENED = frozenset({"created_at", "closed_at"})
_MEANT = frozenset({"kind", "direction", "role"})


@dataclass(slots=True, kw_only=True)
class Staged:
    """One cleaned row.

    `values` holds the fields that the file has (None: empty there), `links` the texts that name other
    records, `about` those of an activity with the columns they stand in.
    """

    id: str
    values: dict[str, Any]
    links: dict[str, str | None]
    extra: dict[str, str]
    file: str
    row: int
    columns: frozenset[str]  # those of the file that are kept as they are
    about: tuple[tuple[str, str], ...] = ()
    last_contact: tuple[str, datetime] | None = None  # the column and its moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What became of one batch; `set_aside` counts the bad rows among `rejected`."""

    rows: Sequence[Staged]
    rejected: Sequence[Rejected]
    set_aside: int


@dataclass(slots=True)
class _Work:
    """What is decided about one batch while its columns are read."""

    batch: Batch
    file: str
    rejected: list[Rejected] = field(default_factory=list)
    bad: dict[int, Rejected] = field(default_factory=dict)

    def value(self, position: int, name: str, cell: str, why: str) -> None:
        self.rejected.append(
            Rejected(file=self.file, row=self.batch.rows[position], field=name, value=cell, why=why)
        )

    def row(self, position: int, name: str | None, cell: str | None, why: str) -> None:
        self.bad.setdefault(
            position, Rejected(file=self.file, row=self.batch.rows[position], field=None, value=cell, why=why)
        )


class Cleaner:
    """Cleans the batches of one sheet as its plan says."""

    def __init__(
        self, plan: Plan, zone: ZoneInfo, *, id_prefix: str = "", latest: datetime | None = None
    ) -> None:
        self._latest = latest  # what has happened cannot have happened later
        self._id_prefix = id_prefix
        self._plan = plan
        self._zone = zone
        self._position = {column: number for number, column in enumerate(plan.sheet.header)}
        self._kept = [(column, self._position[column]) for column in plan.kinds]
        self._columns = frozenset(column for column, _ in self._kept)
        self._named = {"id", "name", "last_name", "first_name"} & plan.columns.keys()
        self._again: Counter[str] = Counter()
        self._outcome = lru_cache(maxsize=4096)(outcome_reader(plan)) if "outcome" in plan.columns else None

    def clean(self, batch: Batch) -> Cleaned:
        """The records in a batch, and what had to be set aside."""
        work = _Work(batch, self._plan.sheet.file)
        values = self._values(work)
        links = {name: self._texts(work, name) for name in self._plan.columns if name in LINK_FIELDS}
        extras = [(column, batch.columns[position]) for column, position in self._kept]
        about = [
            (column, batch.columns[self._position[column]]) for column in self._plan.columns.get("about", ())
        ]
        if self._plan.columns.get("converted_contact") == self._plan.columns.get("id", ()):
            # A person's own id is the contact they became, once they became one.
            won = [outcome == Outcome.WON for outcome in values["outcome"]]
            links["converted_contact"] = [
                id_ if is_won else None for id_, is_won in zip(links["converted_contact"], won, strict=True)
            ]
        contacts = values.pop("last_contact_at", None)
        ids = self._ids(work, values, links)
        names, columns = list(values), list(values.values())
        contact_column = next(iter(self._plan.columns.get("last_contact_at", ())), "")
        rows = []
        for at, id_ in enumerate(ids):
            if id_ is None:
                continue
            rows.append(
                Staged(
                    id=id_,
                    values=dict(zip(names, [column[at] for column in columns], strict=True)),
                    links={name: column[at] for name, column in links.items()},
                    extra={column: text for column, cells in extras if (text := cells[at].strip())},
                    file=work.file,
                    row=batch.rows[at],
                    columns=self._columns,
                    about=tuple((column, text) for column, cells in about if (text := cells[at].strip())),
                    last_contact=(contact_column, contacts[at]) if contacts and contacts[at] else None,
                )
            )
        # The values of a bad row are not reported one by one: the whole row is.
        bad_rows = {rejected.row for rejected in work.bad.values()}
        rejected = [one for one in work.rejected if one.row not in bad_rows]
        rejected += [*work.bad.values(), *batch.rejected]
        return Cleaned(rows=rows, rejected=rejected, set_aside=len(work.bad) + len(batch.rejected))

    def _cells(self, work: _Work, column: str) -> Sequence[str]:
        return work.batch.columns[self._position[column]]

    def _texts(self, work: _Work, name: str) -> list[str | None]:
        return [cell.strip() or None for cell in self._cells(work, self._plan.columns[name][0])]

    def _values(self, work: _Work) -> dict[str, list[Any]]:
        values: dict[str, list[Any]] = {}
        for name, columns in self._plan.columns.items():
            if name in LINK_FIELDS or name in {"id", "about", "first_name", "last_name"}:
                continue
            if name in DATE_FIELDS:
                values[name] = self._dates(work, name, columns)
            elif name in NUMBER_FIELDS:
                values |= self._amounts(work, name, columns[0])
            elif name in _MEANT:
                values[name] = self._meant(work, name, columns)
            elif name == "outcome":
                values[name] = self._outcomes(work, columns)
            elif name == "email":
                values[name] = self._checked(
                    work, name, columns[0], self._read_email, "not an e-mail address"
                )
            elif name == "phone":
                values[name] = self._checked(work, name, columns[0], read_phone, "not a phone number")
            elif name == "currency":
                values[name] = [read_currency(cell) for cell in self._cells(work, columns[0])]
            else:
                values[name] = joined([self._cells(work, column) for column in columns], name)
                if usual := self._plan.spellings.get(name):
                    values[name] = [usual.get(text, text) if text else None for text in values[name]]
        if "last_name" in self._plan.columns or "first_name" in self._plan.columns:
            values["name"] = self._names(work, values.get("name"))
        return values

    def _names(self, work: _Work, whole: list[Any] | None) -> list[str | None]:
        parts = [
            self._cells(work, self._plan.columns[name][0])
            for name in ("first_name", "last_name")
            if name in self._plan.columns
        ]
        joined = [person(cells) for cells in zip(*parts, strict=True)]
        return joined if whole is None else [name or other for name, other in zip(whole, joined, strict=True)]

    def _dates(self, work: _Work, name: str, columns: Sequence[str]) -> list[Any]:
        read = [(self._cells(work, column), self._plan.orders.get(column)) for column in columns]
        latest = self._latest if name in HAPPENED else None
        moments, unread = first_moments(read, self._zone, latest)
        for at, text, why in unread:
            work.value(at, name, text, why)
        return [moment and _as_stored(name, moment, self._zone) for moment in moments]

    def _amounts(self, work: _Work, name: str, column: str) -> dict[str, list[Any]]:
        sign = self._plan.signs.get(column)
        numbers: list[Any] = [None] * len(work.batch.rows)
        currencies: list[Any] = [currency_in(column)] * len(work.batch.rows)
        for at, cell in enumerate(self._cells(work, column)):
            if not (text := cell.strip()):
                continue
            amount = read_amount(text, sign)
            if amount is None:
                work.value(at, name, text, "not a number")
                continue
            numbers[at] = amount.number
            if amount.currency:
                currencies[at] = amount.currency
        if (
            name != "amount"
            or self._plan.type is not RecordType.OPPORTUNITY
            or "currency" in self._plan.columns
        ):
            return {name: numbers}
        return {
            name: numbers,
            "currency": [c if n is not None else None for n, c in zip(numbers, currencies, strict=True)],
        }

    def _checked(
        self, work: _Work, name: str, column: str, read: Callable[[str], str | None], why: str
    ) -> list[str | None]:
        found: list[str | None] = []
        for at, cell in enumerate(self._cells(work, column)):
            text = cell.strip()
            good = read(text) if text else None
            if text and good is None:
                work.value(at, name, text, why)
            found.append(good)
        return found

    def _read_email(self, text: str) -> str | None:
        if self._plan.dotless_domains and "@" in text and "." not in text.partition("@")[2]:
            return text if read_email(f"{text}.com") else None
        return read_email(text)

    def _meant(self, work: _Work, name: str, columns: Sequence[str]) -> list[str | None]:
        read = meaning_reader(name, columns, self._plan.values.get(name))
        return [read(cells) for cells in zip(*(self._cells(work, column) for column in columns), strict=True)]

    def _outcomes(self, work: _Work, columns: Sequence[str]) -> list[Any]:
        assert self._outcome is not None
        found: list[Any] = []
        for at, cells in enumerate(zip(*(self._cells(work, column) for column in columns), strict=True)):
            outcome = self._outcome(cells)
            if outcome is None:
                said = " / ".join(cells)
                work.row(
                    at, "outcome", said, f"outcome {said!r} has no meaning: say in a mapping what it means"
                )
                outcome = Outcome.OPEN
            found.append(Outcome(outcome))
        return found

    def _ids(
        self, work: _Work, values: Mapping[str, list[Any]], links: Mapping[str, list[str | None]]
    ) -> list[str | None]:
        own = self._texts(work, "id") if "id" in self._plan.columns else [None] * len(work.batch.rows)
        names = values.get("name") or values.get("subject") or [None] * len(own)
        if self._plan.type is RecordType.LEAD and "name" not in values and "company" in values:
            names = values["company"]  # a list of companies
        found: list[str | None] = []
        for at, id_ in enumerate(own):
            if id_ is None and names[at] is None and self._named:
                work.row(at, None, self._row_text(work, at), "neither id nor name")
            elif adds_up(work.batch.columns, at):
                work.row(at, None, self._row_text(work, at), "a line of totals, and no record")
            elif id_ and self._plan.salesforce_ids and (other := self._other_type(id_)):
                work.row(at, "id", id_, f"the id {id_!r} is the id of another type ({other})")
            if at in work.bad:
                found.append(None)
            else:
                found.append(self._id_prefix + id_ if id_ else self._made_id(work, at, values, links))
        return found

    def _other_type(self, id_: str) -> str | None:
        if not is_salesforce_id(id_):
            return None
        type_ = id_prefixes().get(id_[:3])
        return type_ if type_ and type_ != self._plan.type else None

    def _row_text(self, work: _Work, at: int) -> str:
        return " | ".join(column[at] for column in work.batch.columns)[:2000]

    def _made_id(
        self, work: _Work, at: int, values: Mapping[str, list[Any]], links: Mapping[str, list[str | None]]
    ) -> str:
        """A stable id for a row without one: what the row calls itself, else a digest of what it says."""
        for key in self._natural_keys(at, values, links):
            if key not in self._again:
                self._again[key] = 1
                return key
        key = next(self._natural_keys(at, values, links), None) or self._digest(work, at)
        self._again[key] += 1
        return key if self._again[key] == 1 else f"{key}#{self._again[key]}"

    def _natural_keys(
        self, at: int, values: Mapping[str, list[Any]], links: Mapping[str, list[str | None]]
    ) -> Iterator[str]:
        """What a row may be called by, the shortest first."""
        if self._plan.type is RecordType.ACTIVITY:
            return
        name = values["name"][at] if "name" in values else None
        email = values["email"][at] if "email" in values else None
        company = values["company"][at] if "company" in values else None
        place = company or (links["account"][at] if "account" in links else None)
        if self._plan.type in {RecordType.CONTACT, RecordType.LEAD}:
            if email:
                yield email.casefold()
            elif name and place:
                yield f"{name} ({place})"
            elif alone := name or company:
                yield alone
        elif name:
            yield name
            if place:
                yield f"{name} ({place})"
        elif email:
            yield email

    def _digest(self, work: _Work, at: int) -> str:
        """A digest of all cells but those that change when the outcome becomes known."""
        late = {
            *self._plan.columns.get("outcome", ()),
            *self._plan.columns.get("status", ()),
            *self._plan.columns.get("stage", ()),
            *self._plan.columns.get("closed_at", ()),
            *self._plan.after_outcome,
            *self._plan.ignore,
        }
        cells = sorted(
            f"{column}={self._cells(work, column)[at].strip()}"
            for column in self._plan.sheet.header
            if column not in late
        )
        return hashlib.blake2b("\x1f".join(cells).encode("utf-8", "replace"), digest_size=6).hexdigest()


def _as_stored(name: str, moment: Moment, zone: ZoneInfo) -> Any:
    return day_of(moment, zone) if name == "close_on" else moment.at.astimezone(UTC)
