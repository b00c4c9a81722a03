"""What can be asked of one user's book. Each public method is a tool; its docstring is its prompt."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from assistant.answers import Finding
from assistant.book import Book
from assistant.tools import (
    attention,
    changes,
    coming,
    day,
    describing,
    drafting,
    explaining,
    finding,
    likeness,
    moving,
    ranking,
    searching,
    selling,
    summarising,
    themes,
    unanswered,
)
from assistant.tools.answered import Answered
from assistant.tools.asking import Asking, Meaning
from assistant.tools.meant import Names

_P = ParamSpec("_P")
Conditions = Sequence[Mapping[str, Any]]


def _tool(
    method: Callable[Concatenate["Toolbox", _P], Finding],
) -> Callable[Concatenate["Toolbox", _P], Finding]:
    """A tool may end early with an answer: asking back, refusing, or saying that nothing is there."""

    @wraps(method)
    def run(self: "Toolbox", /, *args: _P.args, **kwargs: _P.kwargs) -> Finding:
        try:
            return method(self, *args, **kwargs)
        except Answered as answered:
            return answered.finding

    return run


class Toolbox:
    """One question's abilities over one book.

    `meaning` is the index (None: no search by meaning), `names` the names of this book (None: read from it
    when needed), `score_as_of` makes sure that the scores as of an earlier moment are there to compare with,
    `language` is the question's.
    """

    def __init__(
        self,
        book: Book,
        meaning: Meaning | None = None,
        names: Names | None = None,
        score_as_of: Callable[[datetime], None] | None = None,
        language: str = "en",
    ) -> None:
        self._book, self._meaning, self._names = book, meaning, names
        self._score_as_of, self._language = score_as_of, language

    def _asking(self) -> Asking:
        return Asking(
            book=self._book,
            meaning=self._meaning,
            names=self._names,
            score_as_of=self._score_as_of,
            language=self._language,
        )

    @_tool
    def rank_leads(
        self,
        *,
        record_type: str = "lead",
        conditions: Conditions = (),
        period: str | None = None,
        limit: int = 5,
        lowest: bool = False,
        offset: int = 0,
    ) -> Finding:
        """Rank open leads (or open opportunities) by score, the hottest first, each with its reasons.

        Args:
            record_type: "lead" or "opportunity".
            conditions: Conditions that all must hold, e.g.
                [{"field": "industry", "op": "is", "value": "fintech"}].
            period: Keep only those created in this period or with an activity in it, e.g. "this week".
            limit: How many.
            lowest: True for the coldest first.
            offset: How many to pass over, for "the next five".
        """
        return ranking.rank(self._asking(), record_type, conditions, period, limit, lowest, offset)

    @_tool
    def find_records(
        self,
        *,
        record_type: str,
        conditions: Conditions = (),
        period: str | None = None,
        period_on: str | None = None,
        order_by: str | None = None,
        descending: bool = True,
        limit: int | None = None,
        offset: int = 0,
    ) -> Finding:
        """List records that fulfil conditions: leads, opportunities, accounts, contacts, activities or users.

        Args:
            record_type: "lead", "opportunity", "account", "contact", "activity" or "user".
            conditions: Conditions that all must hold: field, op ("is", "is not", "in", "not in", "contains",
                "does not contain", ">", ">=", "<", "<=", "between", "is empty", "is not empty") and value.
                The field "owner" takes a name, "me", "my team", "team of NAME" or "everyone".
                {"any": [...]} needs one of them; {"some": "opportunity", "where": [...]} or
                {"none": "activity", "where": [...]} speak of linked records ("planned" are activities still
                to come).
            period: A period, e.g. "last month", "2026-Q3", "next 30 days".
            period_on: The date that the period applies to: "created_at", "closed_at", "close_on", "at",
                "last_activity_at".
            order_by: A field to order by.
            descending: False for the smallest or earliest first.
            limit: How many, when a number is asked for.
            offset: How many to pass over, for "the next ten".
        """
        return finding.find(
            self._asking(), record_type, conditions, period, period_on, order_by, descending, limit, offset
        )

    @_tool
    def summarise_records(
        self,
        *,
        record_type: str,
        measure: str = "count",
        field: str | None = None,
        group_by: Sequence[str] = (),
        conditions: Conditions = (),
        period: str | None = None,
        period_on: str | None = None,
        compare_to: str | None = None,
        order: str = "value",
        descending: bool = True,
        limit: int | None = None,
        part: Conditions = (),
    ) -> Finding:
        """Count records, or sum, average or rate them, in all or by group, also against another period.

        Args:
            record_type: What is counted.
            measure: "count", "sum", "average", "median", "min", "max", "win_rate", "conversion_rate",
                "weighted_sum" (each amount times its score) or "share" (of the records or a sum).
            field: What is summed or averaged, e.g. "amount", "employees", "cycle_days".
            group_by: Fields to split by, e.g. ["stage"], ["owner"], ["closed_at:month"],
                ["account.industry"].
            conditions: As in find_records.
            period: As in find_records.
            period_on: As in find_records.
            compare_to: "previous" for the period before, or another period.
            order: "value" or "group".
            descending: False for the smallest first.
            limit: How many groups.
            part: Of a share: conditions that the part fulfils; without them the share of each group.
        """
        return summarising.summarise(
            self._asking(),
            record_type,
            measure,
            field,
            group_by,
            conditions,
            period,
            period_on,
            compare_to,
            order,
            descending,
            limit,
            part,
        )

    @_tool
    def describe_record(self, *, record: str, record_type: str | None = None) -> Finding:
        """Say what is known of one lead, contact, account, opportunity or user: a profile with evidence.

        Args:
            record: A name, an e-mail address, an id, or "lead:ID".
            record_type: Its type, where the question says it.
        """
        return describing.describe(self._asking(), record, record_type)

    @_tool
    def search_activities(
        self,
        *,
        topic: str,
        conditions: Conditions = (),
        period: str | None = None,
        record: str | None = None,
        record_type: str | None = None,
        limit: int | None = None,
    ) -> Finding:
        """Find what was said or written about a topic, by meaning, with quotes.

        Args:
            topic: The topic in plain words, e.g. "complaints about onboarding".
            conditions: Conditions on the records that the activities are about, or on the activities.
            period: When it was said.
            record: Only activities of this record.
            record_type: Which kind of record to list: "lead", "contact", "account" or "opportunity".
            limit: How many records, when a number is asked for.
        """
        return searching.search(self._asking(), topic, conditions, period, record, record_type, limit)

    @_tool
    def explain_score(self, *, record: str, record_type: str | None = None) -> Finding:
        """Explain a lead's or an opportunity's score: what speaks for it and against it, with the evidence.

        Args:
            record: A name, an e-mail address, an id, or "lead:ID".
            record_type: Its type, where the question says it.
        """
        return explaining.explain(self._asking(), record, record_type)

    @_tool
    def find_neglected(
        self,
        *,
        record_type: str = "lead",
        days: int = attention.DAYS,
        conditions: Conditions = (),
        limit: int | None = None,
    ) -> Finding:
        """List open leads or opportunities, or accounts, that nobody has touched for a number of days.

        Args:
            record_type: "lead", "opportunity", "account" or "contact".
            days: How many days without an activity.
            conditions: As in find_records.
            limit: How many, when a number is asked for.
        """
        return attention.neglected(self._asking(), record_type, days, conditions, limit)

    @_tool
    def find_overdue(self, *, conditions: Conditions = (), limit: int | None = None) -> Finding:
        """List open opportunities whose close date has passed.

        Args:
            conditions: As in find_records.
            limit: How many, when a number is asked for.
        """
        return attention.overdue(self._asking(), conditions, limit)

    @_tool
    def find_unanswered(
        self,
        *,
        record_type: str | None = None,
        period: str | None = None,
        conditions: Conditions = (),
        limit: int | None = None,
        by: str = "us",
    ) -> Finding:
        """List customers who wrote and were not answered since, or who have not answered what we wrote.

        Args:
            record_type: "activity" for the messages themselves; "lead" or "contact" for only these people.
            period: When they wrote; the last 30 days if not given.
            conditions: On the messages, e.g. [{"field": "kind", "op": "is", "value": "email"}].
            limit: How many, when a number is asked for.
            by: Who owes the answer: "us", or "them" for customers who have not replied.
        """
        return unanswered.unanswered(self._asking(), record_type, period, conditions, limit, by)

    @_tool
    def plan_day(self, *, period: str | None = None) -> Finding:
        """Brief the user for the day: meetings, customers who wait, late deals, hot leads, one priority.

        Args:
            period: "today" if not given, or e.g. "tomorrow", "this week".
        """
        return day.plan(self._asking(), period or "today")

    @_tool
    def write_draft(
        self,
        *,
        record: str,
        channel: str = "email",
        record_type: str | None = None,
        language: str | None = None,
        tone: str | None = None,
        topic: str | None = None,
        period: str | None = None,
    ) -> Finding:
        """Draft a text for the rep to check and send: an e-mail, a message, call preparation or a summary.

        Args:
            record: Whom or what it is about; "my book" for a summary over the user's own records;
                "next meeting" or "next call" for the next one that is planned.
            channel: "email", "message", "call" or "summary".
            record_type: The record's type, where the question says it.
            language: "en", "de", "es" or "zh".
            tone: "shorter", "friendlier" or "formal".
            topic: What the text should be about.
            period: The period that a summary covers, or in which the next meeting or call lies.
        """
        return drafting.draft(self._asking(), record, channel, record_type, language, tone, topic, period)

    @_tool
    def show_score_changes(
        self,
        *,
        record_type: str = "lead",
        since: str | None = None,
        direction: str = "up",
        conditions: Conditions = (),
        limit: int = 5,
        record: str | None = None,
    ) -> Finding:
        """List open leads or opportunities whose score rose or fell most since a moment, and why.

        Args:
            record_type: "lead" or "opportunity".
            since: A period; the score is compared with the one at its beginning: "this week" if not given.
            direction: "up" for heated up, "down" for cooled down, "both".
            conditions: As in find_records.
            limit: How many.
            record: Only this record: what moved its score since then.
        """
        if record is not None:
            return moving.moved(self._asking(), record, None, since)
        return changes.score_changes(
            self._asking(), record_type, since or "this week", direction, conditions, limit
        )

    @_tool
    def show_changes(self, *, period: str | None = None, record: str | None = None) -> Finding:
        """Say what is new: records created and closed, activities, what customers said.

        Args:
            period: When; the last 7 days if not given.
            record: One record only.
        """
        return changes.news(self._asking(), period or "last 7 days", record)

    @_tool
    def list_next_steps(
        self, *, period: str | None = None, record: str | None = None, conditions: Conditions = ()
    ) -> Finding:
        """List what is planned: meetings and calls to come, and deals that are to close.

        Args:
            period: When, e.g. "tomorrow"; the next 7 days if not given.
            record: One record only.
            conditions: On the activities, e.g. [{"field": "kind", "op": "is", "value": "meeting"}].
        """
        return coming.next_steps(self._asking(), period or "next 7 days", record, conditions)

    @_tool
    def find_similar(self, *, record: str, outcome: str | None = None, limit: int = 5) -> Finding:
        """Find the records most like one, and say what they have in common.

        Args:
            record: A name, an e-mail address, an id, or "lead:ID".
            outcome: Only those with this outcome: "won", "lost" or "open".
            limit: How many.
        """
        return likeness.similar(self._asking(), record, outcome, limit)

    @_tool
    def find_topics(
        self,
        *,
        period: str | None = None,
        conditions: Conditions = (),
        limit: int = 5,
        kind: str | None = None,
    ) -> Finding:
        """Say what customers talk about most: needs, intents, objections, with records and quotes.

        Args:
            period: When; the last 30 days if not given.
            conditions: Conditions on the activities, or on the leads that they are about.
            limit: How many topics.
            kind: Only "objection", "complaint", "praise", "need", "intent", "competitor", "timing",
                "budget" or "risk".
        """
        return themes.themes(self._asking(), period, conditions, limit, kind)

    @_tool
    def find_cross_sell(
        self, *, product: str | None = None, record: str | None = None, limit: int = 10
    ) -> Finding:
        """Suggest what customers may buy next, by what similar customers bought.

        Args:
            product: Only this product: which customers it may fit.
            record: Only this customer: which products may fit.
            limit: How many customers.
        """
        return selling.cross_sell(self._asking(), product, record, limit)
