"""Whether an answer is right: what was expected of it, and what must hold for every answer.

`records`: a truth with `how` it is to be met: "same" (these and no others; the default), "order" (these, in
this order), "ranked" (the first ones of this order, however many), "includes" (these among others),
"among" (at least one, and no others). `skip` passes over the first ones of an order, for "the next five".
`values`: a truth; each of its figures must be stated. `says`, `lacks`: words that the text must, must not
hold. `evidence`: true when something must be quoted. `draft`: see `drafts`. `topic`: a theme that the listed
records must have voiced. `language`: of the text, where it is not that of the question ("any": not told).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from assistant.evaluation.drafts import draft_failures
from assistant.evaluation.tongues import written_in
from assistant.evaluation.truth import Figure, Frame, Frames, chosen, figures

Answer = Mapping[str, Any]
_MOST = 200  # an answer lists no more
_FRAMES = {
    "lead": "leads",
    "opportunity": "deals",
    "account": "accounts",
    "contact": "contacts",
    "user": "users",
}
_FIELDS = {"question", "user", "as_of", "session", "answer", "kind", "records", "values", "evidence", "draft"}
_TEXTS = {"text", "subject", "description"}
# How much of what is found by meaning must be right, and how much of what is there must be found.
_PRECISE, _COMPLETE = 0.8, 0.6


class Company(Protocol):
    """The company that is asked about."""

    @property
    def now(self) -> pd.Timestamp: ...
    def user(self, who: str) -> Mapping[str, Any]: ...
    def seen_by(self, who: str) -> Frames: ...
    def text_of(self, identity: str) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One answer under examination: who asked, what the company holds, and what was answered `before`."""

    company: Company
    user: str
    language: str
    answer: Answer
    before: Answer | None = None

    def failures(self, expect: Mapping[str, Any]) -> list[str]:
        """What is wrong with the answer, in sentences; nothing if it is right."""
        missing = _FIELDS - set(self.answer)
        if missing:
            return [f"the answer lacks {sorted(missing)}"]
        return [*self._expected(expect), *self._always(str(expect.get("language", self.language)))]

    @property
    def _frames(self) -> Frames:
        return self.company.seen_by(self.user)

    # What was expected

    def _expected(self, expect: Mapping[str, Any]) -> Iterator[str]:
        kinds = expect.get("kind", "answer")
        if self.answer["kind"] not in ([kinds] if isinstance(kinds, str) else kinds):
            yield f"kind is {self.answer['kind']!r}, expected {kinds!r}"
        if "records" in expect:
            yield from self._records(expect["records"])
        if "values" in expect:
            yield from self._values(expect["values"])
        if "topic" in expect:
            yield from self._topic(expect["topic"])
        if "draft" in expect:
            before = (self.before or {}).get("draft")
            asked = str(self.answer["question"])
            yield from draft_failures(expect["draft"], self.answer["draft"], before, self._frames, asked)
        if expect.get("evidence") and not self.answer["evidence"]:
            yield "nothing is quoted"
        for words in expect.get("says", []):
            if _plain(words) not in _plain(self.answer["answer"]):
                yield f"the text does not say {words!r}"
        for words in expect.get("lacks", []):
            if _plain(words) in _plain(self.answer["answer"]):
                yield f"the text says {words!r}"

    def _records(self, spec: Mapping[str, Any]) -> Iterator[str]:
        frame = chosen(spec, self._frames, self.company.now)
        frame = frame.iloc[spec.get("skip", 0) :]
        wanted = frame.head(spec["limit"]) if "limit" in spec else frame
        got = [one["id"] for one in self.answer["records"]]
        ids, eligible = list(wanted["id"]), set(frame["id"])
        how = spec.get("how", "order" if "order" in spec and "limit" in spec else "same")
        if how == "includes":
            if lost := [one for one in ids if one not in got]:
                yield f"records lack {_some(lost)}"
        elif how == "among":
            if not got or set(got) - eligible:
                yield f"records are {_some(got)}, expected some of {_some(ids)}"
        elif how in ("order", "ranked"):
            yield from self._order(spec, frame, got, exactly=len(wanted) if how == "order" else None)
        elif len(ids) > _MOST:
            if set(got) - eligible or len(got) != _MOST:
                yield f"{len(got)} records, expected {_MOST} of {len(ids)}"
        elif set(got) != set(ids):
            extra = [one for one in got if one not in eligible]
            lost = [one for one in ids if one not in got]
            yield f"records: {len(got)}, not {len(ids)}; too many: {_some(extra)}; missing: {_some(lost)}"

    def _order(
        self, spec: Mapping[str, Any], frame: Frame, got: Sequence[str], *, exactly: int | None
    ) -> Iterator[str]:
        """In the order of the first key; among equals any order will do."""
        key = str(spec["order"][0]).removeprefix("-")
        known = dict(zip(frame["id"], frame[key], strict=True))
        if strangers := [one for one in got if one not in known]:
            yield f"records hold {_some(strangers)}, which do not fulfil the conditions"
            return
        if not got and len(frame):
            yield "no records are listed"
        if len(set(got)) < len(got) or (exactly is not None and len(got) != exactly):
            yield f"{len(got)} records, expected {exactly}"
        best = list(frame[key])[: len(got)]
        if [_rounded(known[one]) for one in got] != [_rounded(value) for value in best]:
            yield f"records are {_some(got)}, expected in this order: {_some(list(frame['id'])[: len(got)])}"

    def _values(self, spec: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Iterator[str]:
        several = [spec] if isinstance(spec, Mapping) else spec
        expected = [one for some in several for one in figures(some, self._frames, self.company.now)]
        stated = self.answer["values"]
        lost = [one for one in expected if not any(_states(value, one) for value in stated)]
        if lost:
            yield f"values lack {[_said(one) for one in lost[:4]]}; they are {_figures(stated)}"
        elif expected and not any(_states(stated[0], one) for one in [*expected, *self._counts(several)]):
            yield f"the first value is {_figures(stated[:1])}, not {[_said(one) for one in expected[:2]]}"

    def _counts(self, several: Sequence[Mapping[str, Any]]) -> list[Figure]:
        """How many records the figures are made of: what a sum may be introduced by."""
        counted = [{**one, "figure": "count", "by": []} for one in several if one["figure"] == "sum"]
        return [figure for one in counted for figure in figures(one, self._frames, self.company.now)]

    def _topic(self, spec: Mapping[str, Any]) -> Iterator[str]:
        """Found by meaning: what is listed must have voiced the theme, and most that did must be listed."""
        voiced = self._voiced(spec)
        got = [(one["type"], one["id"]) for one in self.answer["records"]]
        right = [one for one in got if one[1] in voiced[one[0]]]
        if not got:
            yield f"nobody is listed, but { ({kind: len(ids) for kind, ids in voiced.items()}) } voiced it"
        if len(right) < _PRECISE * len(got):
            wrong = [identity for kind, identity in got if identity not in voiced[kind]]
            yield f"{len(right)} of {len(got)} listed voiced it; not so {_some(wrong)}"
        there = max((len(voiced[kind]) for kind, _ in got), default=0)
        if len(right) < min(_COMPLETE * there, int(spec.get("least", 3))):
            yield f"{len(right)} found of {there} that voiced it"

    def _voiced(self, spec: Mapping[str, Any]) -> dict[str, set[str]]:
        """Whose activities hold the theme, by type of record; an account's are those of its people too."""
        frames = self._frames
        where = {**spec.get("where", {}), "themes": {"holds": spec["theme"]}}
        said = chosen({"from": "activities", "where": where}, frames, self.company.now)
        ids = {one for some in said["about"] for one in some}
        kinds = {kind: set(frames[name]["id"]) & ids for kind, name in _FRAMES.items() if name != "users"}
        for name in ("leads", "deals", "contacts"):
            part = frames[name]
            kinds["account"] |= set(part[part["id"].isin(ids)]["account_id"]) & set(frames["accounts"]["id"])
        return {**kinds, "activity": set(said["id"]), "user": set()}

    # What holds for every answer

    def _always(self, language: str) -> Iterator[str]:
        answer = self.answer
        if answer.get("ungrounded"):
            yield f"ungrounded: {answer['ungrounded'][:4]}"
        if not str(answer["answer"]).strip():
            yield "the text is empty"
        if language != "any" and not written_in(self._own_words(), language):
            yield f"the text is not in {language!r}: {answer['answer'][:80]!r}"
        yield from self._unseen()
        for quoted in answer["evidence"]:
            if quoted["type"] == "activity" and quoted["field"] in _TEXTS:
                source = self.company.text_of(quoted["id"])
                if source is not None and _squeezed(quoted["quote"]).strip("…. ") not in _squeezed(source):
                    yield f"{quoted['id']} does not say {quoted['quote'][:60]!r}"

    def _own_words(self) -> str:
        """The text without what it quotes, names and drafts, which stays in its own language."""
        text = str(self.answer["answer"])
        quoted = [str(one["quote"]) for one in self.answer["evidence"]]
        draft = self.answer["draft"] or {"subject": "", "body": ""}
        quoted += [line for line in (draft["subject"] or "", *draft["body"].splitlines()) if len(line) > 3]
        for foreign in sorted(
            (*quoted, *(str(one["name"]) for one in self.answer["records"])), key=len, reverse=True
        ):
            text = text.replace(foreign, "") if foreign else text
        return text

    def _unseen(self) -> Iterator[str]:
        """Nothing that the user may not see is listed or quoted."""
        activities = set(self._frames["activities"]["id"]) | set(self._frames["planned"]["id"])
        for one in self.answer["records"]:
            ids = activities if one["type"] == "activity" else set(self._frames[_FRAMES[one["type"]]]["id"])
            if one["id"] not in ids:
                yield f"{one['type']} {one['id']} is listed, which {self.user} may not see"
        for one in self.answer["evidence"]:
            if one["type"] == "activity" and one["id"] not in activities:
                yield f"activity {one['id']} is quoted, which {self.user} may not see"


def _states(value: Mapping[str, Any], figure: Figure) -> bool:
    if value["value"] is None:
        return False
    members = {str(member if member is not None else "").casefold() for member in value["group"].values()}
    if not {member.casefold() for member in figure.group} <= members:
        return False
    if not figure.group and {name for name in value["group"] if name != "period"}:
        return False
    if figure.unit and value["unit"] not in (figure.unit, None):
        return False
    # To the cent; a rate to a hundredth of a percent.
    near = 0.00005 if value["unit"] == "fraction" else 0.0051
    return abs(float(value["value"]) - figure.value) <= near


def _plain(text: str) -> str:
    return _squeezed(text).casefold()


def _squeezed(text: str) -> str:
    return " ".join(str(text).replace("\\", "").split())


def _rounded(value: object) -> object:
    return round(value, 9) if isinstance(value, float) else value


def _some(ids: Sequence[str]) -> str:
    return f"{list(ids[:5])}{f' and {len(ids) - 5} more' if len(ids) > 5 else ''}"


def _said(figure: Figure) -> str:
    return f"{'/'.join(figure.group)} {round(figure.value, 4)} {figure.unit or ''}".strip()


def _figures(values: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"{'/'.join(map(str, one['group'].values()))} {one['value']} {one['unit'] or ''}".strip()
        for one in values[:6]
    ]
