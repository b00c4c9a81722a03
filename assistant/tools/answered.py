"""Early answers: what a tool says when it cannot go on (nobody by that name, two who fit, not permitted)."""

from collections.abc import Sequence

from assistant.answers import AnswerKind, Arg, Finding, Line, Listed


class Answered(Exception):
    """Ends a tool with a finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.kind)
        self.finding = finding


def empty(key: str, **args: Arg) -> Finding:
    """Nothing matches."""
    return Finding(kind=AnswerKind.EMPTY, lines=(Line(key=key, args=args),))


def refused(key: str, **args: Arg) -> Finding:
    """Not permitted, or not answerable from the data."""
    return Finding(kind=AnswerKind.REFUSED, lines=(Line(key=key, args=args),))


def clarify(text: str, candidates: Sequence[Listed], columns: Sequence[str]) -> Finding:
    """More than one record fits: asks which one is meant."""
    return Finding(
        kind=AnswerKind.CLARIFY,
        lines=(Line(key="clarify.heading", args={"text": text, "count": len(candidates)}), Line(key="table")),
        listed=tuple(candidates),
        columns=tuple(columns),
        shown=10,
    )
