"""Asks the questions of a set and counts what is answered right."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.evaluation.checks import Answer, Check, Company
from assistant.evaluation.questions import Question
from assistant.evaluation.truth import Frames, chosen

# Question, e-mail of the user, conversation: the answer object.
Ask = Callable[[str, str, str], Answer]
_SLOT = re.compile(r"\{(\w+)\.(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One turn: what was asked, and what was wrong with the answer (nothing, if it was right)."""

    question: Question
    turn: int
    asked: str
    failures: tuple[str, ...]
    kind: str
    tools: tuple[str, ...]
    elapsed_ms: int

    @property
    def right(self) -> bool:
        """Nothing was wrong."""
        return not self.failures

    def as_json(self) -> dict[str, Any]:
        """For a report."""
        return {
            "id": self.question.id,
            "turn": self.turn,
            "about": self.question.about,
            "language": self.question.language,
            "held_out": self.question.held_out,
            "user": self.question.user,
            "question": self.asked,
            "right": self.right,
            "failures": list(self.failures),
            "kind": self.kind,
            "tools": list(self.tools),
            "elapsed_ms": self.elapsed_ms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All turns of a run."""

    outcomes: tuple[Outcome, ...]

    def share(self, keep: Callable[[Outcome], bool] = lambda _: True) -> float:
        """How many of these turns were answered right, from 0 to 1 (1 where there is none)."""
        kept = [outcome.right for outcome in self.outcomes if keep(outcome)]
        return sum(kept) / len(kept) if kept else 1.0

    def split(self, by: Callable[[Outcome], str]) -> dict[str, tuple[int, int]]:
        """Right and all turns by group."""
        groups: dict[str, list[bool]] = defaultdict(list)
        for outcome in self.outcomes:
            groups[by(outcome)].append(outcome.right)
        return {name: (sum(rights), len(rights)) for name, rights in sorted(groups.items())}

    def wrong(self, *, held_out: bool = False) -> list[Outcome]:
        """What was answered wrongly; of the held-out questions only if asked for."""
        return [one for one in self.outcomes if not one.right and (held_out or not one.question.held_out)]

    def as_json(self, *, held_out: bool = False) -> dict[str, Any]:
        """The figures, and the questions that were answered wrongly (see `wrong`)."""
        ordered = sorted(outcome.elapsed_ms for outcome in self.outcomes)
        return {
            "turns": len(self.outcomes),
            "right": sum(outcome.right for outcome in self.outcomes),
            "share": round(self.share(), 4),
            "by": {
                name: {group: {"right": right, "of": of} for group, (right, of) in self.split(by).items()}
                for name, by in _SPLITS.items()
            },
            "elapsed_ms": {
                "median": ordered[len(ordered) // 2] if ordered else 0,
                "p95": ordered[int(len(ordered) * 0.95)] if ordered else 0,
            },
            "wrong": [outcome.as_json() for outcome in self.wrong(held_out=held_out)],
        }

    def text(self, *, held_out: bool = False) -> str:
        """The same for people."""
        lines = [
            f"{sum(one.right for one in self.outcomes)} of {len(self.outcomes)} right ({self.share():.1%})"
        ]
        for name, by in _SPLITS.items():
            parts = [f"{group} {right}/{of}" for group, (right, of) in self.split(by).items()]
            lines.append(f"  by {name}: {', '.join(parts)}")
        for outcome in self.wrong(held_out=held_out):
            lines.append(f"  {outcome.question.id}.{outcome.turn} ({outcome.question.user}): {outcome.asked}")
            lines += [f"      {failure}" for failure in outcome.failures]
        return "\n".join(lines)


_SPLITS: Mapping[str, Callable[[Outcome], str]] = {
    "kind of question": lambda outcome: outcome.question.about,
    "language": lambda outcome: outcome.question.language,
    "user": lambda outcome: outcome.question.user,
    "held out": lambda outcome: "yes" if outcome.question.held_out else "no",
    "turn": lambda outcome: "first" if outcome.turn == 1 else "later",
}


def run(questions: Iterable[Question], company: Company, ask: Ask) -> Report:
    """Ask them all, each question in a conversation of its own."""
    return Report(outcomes=tuple(o for question in questions for o in _converse(question, company, ask)))


def _converse(question: Question, company: Company, ask: Ask) -> Iterable[Outcome]:
    picked = pick(question, company)
    before: Answer | None = None
    for number, turn in enumerate(question.turns, 1):
        asked = filled(turn.ask, picked)
        answer = ask(asked, str(picked["me"]["email"]), f"evaluation-{question.id}")
        check = Check(
            company=company, user=question.user, language=question.language, answer=answer, before=before
        )
        yield Outcome(
            question=question,
            turn=number,
            asked=asked,
            failures=tuple(check.failures(filled(turn.expect, picked))),
            kind=str(answer.get("kind")),
            tools=tuple(step["tool"] for step in answer.get("steps", [])),
            elapsed_ms=int(answer.get("elapsed_ms", 0)),
        )
        if answer.get("draft"):
            before = answer


def pick(question: Question, company: Any) -> dict[str, Mapping[str, Any]]:
    """The records that a question names, each as its fields; `me` is the asking user.

    Raises:
        LookupError: the data holds no such record, so the question cannot be asked.
    """
    picked: dict[str, Mapping[str, Any]] = {"me": dict(company.user(question.user))}
    for name, spec in question.picks.items():
        if "user" in spec:
            picked[name] = dict(company.user(spec["user"]))
            continue
        viewer = spec.get("seen_by", question.user)
        frames = company.seen_by(viewer)
        frame = chosen(filled(spec, picked), frames, company.now)
        if spec.get("unseen"):
            frame = frame[~frame["name"].isin(_people(company.seen_by(question.user)))]
        if "namesakes" in spec:  # so many people bear the first name
            firsts = [name.split()[0] for name in _people(frames) if name]
            frame = frame[frame["first"].map(firsts.count) == spec["namesakes"]]
        if spec.get("one", True):
            frame = frame[frame["name"].map(_people(frames).count) == 1]
        if len(frame) <= spec.get("nth", 0):
            raise LookupError(f"{question.id}: there is no record for {name!r} ({len(frame)} fit)")
        row = dict(frame.iloc[spec.get("nth", 0)])
        called = str(row["name"])
        words = {"typo": misspelt(called), "word": called.split()[0], "last": called.split()[-1]}
        picked[name] = {**row, **words, "lower": called.lower()}
    return picked


def _people(frames: Frames) -> list[str]:
    """The names that are found by name, each as often as it stands for somebody else."""
    kept = [frames["leads"][["name", "contact_id"]]] if "leads" in frames else []
    names = [name for frame in kept for name, contact in frame.itertuples(index=False) if not contact]
    return names + [
        name for part in ("contacts", "accounts", "deals") if part in frames for name in frames[part]["name"]
    ]


def misspelt(name: str) -> str:
    """Two letters in the middle of the longest word change places."""
    word = max(name.split(), key=len)
    middle = len(word) // 2
    if len(word) < 4:
        return name
    return name.replace(word, word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :])


def filled(thing: Any, picked: Mapping[str, Mapping[str, Any]]) -> Any:
    """The same with every `{pick.field}` replaced by the record's value."""
    if isinstance(thing, str):
        return _SLOT.sub(lambda slot: str(picked[slot[1]][slot[2]]), thing)
    if isinstance(thing, Mapping):
        return {key: filled(value, picked) for key, value in thing.items()}
    if isinstance(thing, Sequence):
        return [filled(value, picked) for value in thing]
    return thing
