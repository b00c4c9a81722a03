"""The composition root: opens one company's records, index, chat model, scorer and conversations."""

import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy import func, select

from assistant import audit
from assistant.answers import Answer, Step
from assistant.history import History, new_session
from assistant.models import Circuit
from assistant.people import AllNames
from assistant.settings import Settings
from ingest.entities import RecordType, Ref, User
from ingest.errors import BadRequest, EmbedderUnavailable, WorkspaceLocked
from ingest.records import Records
from ingest.tables import scores

if TYPE_CHECKING:
    from assistant.erasure import Forgotten
    from assistant.refresh import Derived, Loaded
    from assistant.scoring import Scoring
    from assistant.scoring.store import Version
    from assistant.scoring.verdicts import Says, Verdict
    from assistant.understanding.vocabulary import Vocabularies
    from ingest.crm.source import Crm
    from ingest.load_report import LoadReport
    from vectorstore.hits import Hit
    from vectorstore.index import Index

Progress = Callable[[str, float], None]

_LOCK_SECONDS = 5.0
_SCORES_LAST = timedelta(hours=24)
_LONGEST_QUESTION = 2_000  # characters; what comes after is not read


def _database(settings: Settings) -> Path | str:
    """Where the records are: a file in the workspace, or what HOTLIST_DATABASE_URL names."""
    url = settings.database_url
    if url is None:
        return settings.home / "records.sqlite"
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else url


def _silent(_what: str, _done: float) -> None:
    """Nobody watches."""


class Meaning:
    """The index as the tools use it: opened by the first question of meaning, not before."""

    def __init__(self, records: Records, index: Callable[[], "Index"]) -> None:
        self._records = records
        self._index = index

    def search(self, text: str, *, k: int, types: Sequence[RecordType] | None = None) -> "list[Hit]":
        """The passages nearest in meaning to a text."""
        return self._index().search(text, k=k, types=types)

    def similar_to(self, ref: Ref, *, k: int) -> "list[Hit]":
        """The passages nearest in meaning to a record."""
        return self._index().similar_to(ref, k=k)

    def matters(self, text: str) -> Mapping[str, float]:
        """What a text would mean if a customer said it, and how likely each; nothing where nobody knows."""
        from assistant.scoring.concepts import CONCEPTS
        from assistant.scoring.telling import meanings_of

        embedder = self._index().embedder
        try:
            meanings = meanings_of(self._records, embedder.key)
            judged = meanings.judge(embedder.encode([text]))[0].tolist() if meanings else ()
        except EmbedderUnavailable:
            return {}
        return dict(zip(CONCEPTS, judged, strict=True)) if judged else {}


class Workspace:
    """One workspace, open. Every part but the records is made when it is first needed."""

    def __init__(self, settings: Settings, records: Records) -> None:
        self.settings = settings
        self.records = records
        self.timezone = settings.timezone
        self.history = History(records)
        self.circuit = Circuit()
        self.meaning = Meaning(records, lambda: self.index)
        self.all_names = AllNames(records)
        self._making = threading.RLock()

    @classmethod
    def open(cls, settings: Settings) -> "Workspace":
        """Open the workspace in `settings.home`, and make it where there is none.

        Raises:
            WorkspaceUnusable: it cannot be opened.
        """
        return cls(settings, Records(_database(settings)))

    @property
    def database(self) -> Path | str:
        """Where the records are: a file, or an address."""
        return _database(self.settings)

    @property
    def _fetched(self) -> Path:
        """What a sync has fetched and not yet published."""
        return self.settings.home / "sync"

    # The parts

    @cached_property
    def index(self) -> "Index":
        """The passages by meaning."""
        from vectorstore.embedders import embedder
        from vectorstore.index import Index

        secret = self.settings.openai_api_key
        key = secret.get_secret_value() if secret else None
        with self._making:
            return Index(
                self.settings.home / "index",
                self.records,
                embedder(self.settings.embedder, base_url=self.settings.openai_base_url, api_key=key),
                self.settings.chroma_url,
            )

    @cached_property
    def scoring(self) -> "Scoring":
        """The scorer."""
        from assistant.scoring import Scoring

        with self._making:
            return Scoring(self.records, self.timezone)

    @cached_property
    def vocabularies(self) -> "Vocabularies":
        """What users' words mean, kept while the records stay as they are."""
        from assistant.understanding.vocabulary import Vocabularies

        with self._making:
            return Vocabularies()

    # Questions

    def ask(
        self,
        user: User,
        question: str,
        *,
        session: str | None = None,
        as_of: datetime | None = None,
        on_step: Callable[[Step], None] | None = None,
    ) -> Answer:
        """Answer one question over what `user` may see, and keep the turn in the conversation.

        `as_of` is the moment that stands for now; `on_step` hears of each tool call as it ends.
        """
        from assistant.conversation import Conversation

        at = as_of or datetime.now(UTC)
        conversation = Conversation(self, user, session or new_session(), at, fixed=as_of is not None)
        return conversation.ask(question[:_LONGEST_QUESTION], on_step)

    def score_for(self, at: datetime, *, exactly: bool) -> None:
        """Make sure that there are scores to answer with: as of `at` exactly, or of the last day."""
        if exactly or not self._scored_lately(at):
            self.scoring.ensure(at)

    def _scored_lately(self, at: datetime) -> bool:
        newest = select(func.max(scores.c.at)).where(scores.c.at <= at)
        with self.records.engine.connect() as connection:
            last = connection.execute(newest).scalar()
        return last is not None and at - last <= _SCORES_LAST

    # Records

    def recognise(self, paths: Sequence[Path], *, mapping: Path | None = None) -> str:
        """What the files hold, as the text of a mapping file; nothing is loaded.

        Raises:
            UnreadableFile: a path that cannot be read.
            BadMapping: a mapping that does not fit.
        """
        from ingest.load import recognise
        from ingest.mapping import read_mapping

        return recognise(paths, read_mapping(mapping) if mapping else None)

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        mapping: Path | None = None,
        as_of: datetime | None = None,
        progress: Progress = _silent,
    ) -> "Loaded":
        """Load files and folders, then bring scores and index up to date.

        Raises:
            UnreadableFile: a path that cannot be read.
            BadMapping: a mapping that does not fit.
            WorkspaceLocked: another process writes.
        """
        from ingest.load import load
        from ingest.mapping import read_mapping

        at = as_of or datetime.now(UTC)
        meant = read_mapping(mapping) if mapping else None
        with self.writing():
            report = load(
                self.records, paths, mapping=meant, now=at, timezone=self.timezone, progress=progress
            )
            files = [file.file for file in report.files]
            return self._derived("ingest", report, at, progress, files=files)

    def sync(self, crm: "Crm", *, as_of: datetime | None = None, progress: Progress = _silent) -> "Loaded":
        """Load what changed in the CRM since the last time, then bring scores and index up to date.

        Raises:
            CrmUnavailable: the CRM refuses, or does not answer.
            WorkspaceLocked: another process writes.
        """
        from ingest.crm.sync import sync

        at = as_of or datetime.now(UTC)
        with self.writing():
            report = sync(self.records, crm, self._fetched, now=at, timezone=self.timezone, progress=progress)
            return self._derived("sync", report, at, progress, crm=crm.source.name)

    def _derived(
        self, action: str, report: "LoadReport", at: datetime, progress: Progress, **detail: object
    ) -> "Loaded":
        """What follows a load: persons that were forgotten stay so, and what is derived is made anew."""
        from assistant.erasure import forget, forget_again
        from assistant.refresh import Loaded

        for person in forget_again(self.records):
            forget(self, person, at)
        derived = self.bring_up_to_date(at, progress=progress)
        audit.note(self.records, action, detail={**detail, "load": report.load_id})
        return Loaded(load=report, derived=derived)

    def bring_up_to_date(
        self, at: datetime, *, retrain: bool | None = None, progress: Progress = _silent
    ) -> "Derived":
        """Make signals, index and scores what the records say. The caller is the one writer."""
        from assistant.refresh import refresh

        return refresh(
            self.records, scoring=self.scoring, index=self.index, at=at, retrain=retrain, progress=progress
        )

    def forget(self, *, email: str | None = None, record_id: str | None = None) -> "Forgotten":
        """Erase a person everywhere, found by e-mail or by the id of one record.

        Raises:
            BadRequest: nobody fits.
            WorkspaceLocked: another process writes.
        """
        from assistant.erasure import forget
        from assistant.persons import find_person

        with self.writing():
            shutil.rmtree(self._fetched, ignore_errors=True)  # it is fetched again, and then left out
            person = find_person(self.records, email=email, record_id=record_id)
            return forget(self, person, datetime.now(UTC))

    def score(
        self,
        *,
        as_of: datetime | None = None,
        retrain: bool = False,
        report: bool = False,
        progress: Progress = _silent,
    ) -> dict[str, Any]:
        """Score the open leads and opportunities; the document of `hotlist score --json`.

        Raises:
            WorkspaceLocked: there is something to learn, and another process writes.
        """
        from assistant.scored import scored

        at = as_of or datetime.now(UTC)
        if retrain:
            with self.writing():
                self.scoring.refresh(at, retrain=True, progress=progress)
        else:
            self.scoring.ensure(at)
        return scored(self.records, self.scoring, at, with_report=report)

    def roll_back(self, version: str, *, as_of: datetime | None = None) -> "Version":
        """Use an earlier model again, by its number or the beginning of its id.

        Raises:
            BadRequest: there is none, or more than one fits.
            WorkspaceLocked: another process writes.
        """
        wanted = version.strip().lower()
        kept = self.scoring.versions()
        fits = [one for one in kept if wanted == str(one.number)] or [
            one for one in kept if len(wanted) >= 6 and one.id.startswith(wanted)
        ]
        if len(fits) != 1:
            raise BadRequest(f"No kept model is {version!r}; 'hotlist score --versions' lists them.")
        with self.writing():
            self.scoring.roll_back(fits[0].id, as_of or datetime.now(UTC))
        audit.note(self.records, "roll back", detail={"model": fits[0].id})
        return fits[0]

    def note_verdict(
        self, record: str, says: "Says", because: str, user: str, *, as_of: datetime | None = None
    ) -> "Verdict":
        """Keep that a user finds a score wrong, and why.

        Raises:
            UnknownUser: nobody is called so.
            BadRequest: no open record of this id is theirs to see.
        """
        from assistant.scoring.verdicts import note

        who = self.records.user(user)
        return note(self.records, who, record, says, because, as_of or datetime.now(UTC))

    def object_to_profiling(
        self, *, email: str | None = None, record_id: str | None = None, withdraw: bool = False
    ) -> int:
        """Keep that a person objects to being scored, or no more; how many records are theirs.

        Raises:
            BadRequest: nobody fits.
            WorkspaceLocked: another process writes.
        """
        from assistant.persons import find_person
        from assistant.scoring import profiling

        at = datetime.now(UTC)
        with self.writing():
            person = find_person(self.records, email=email, record_id=record_id)
            who = (*person.ids, *person.emails)
            if withdraw:
                profiling.withdraw(self.records, who)
            else:
                profiling.object_to(self.records, who, at)
            self.scoring.refresh(at, without_earlier=not withdraw)
        audit.note(self.records, "withdraw objection" if withdraw else "object", detail={})
        return len(person.refs)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer of this workspace.

        Raises:
            WorkspaceLocked: another process is.
        """
        try:
            with FileLock(self.settings.home / "writer.lock", timeout=_LOCK_SECONDS):
                yield
        except Timeout:
            raise WorkspaceLocked(
                "Another import or repair is at work in this workspace; try again when it has ended."
            ) from None
