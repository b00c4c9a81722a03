"""Search by meaning against what is known to have been said in a demo company, by theme and by language.

    python -m tests.evals.themes --seed 7 --phrases unseen [--workspace DIR]

For each theme some questions in each of four languages are asked by the head of sales
(theme_questions.toml). Precision is the share of listed records that voiced the theme; recall the share of
those who did that are listed.
"""

import argparse
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.evaluation.demo import DEMO_NOW, demo_company, in_process, make_demo
from assistant.evaluation.salesforce import SalesforceCompany
from assistant.settings import Settings
from assistant.workspace import Workspace

_QUESTIONS = Path(__file__).with_name("theme_questions.toml")
_LANGUAGES = ("en", "zh", "de", "es")
_MOST = 200  # an answer lists no more
_FRAMES = {"lead": "leads", "opportunity": "deals", "account": "accounts", "contact": "contacts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, and how right its answer is."""

    theme: str
    language: str
    question: str
    precision: float
    recall: float


def voiced(company: SalesforceCompany, user: str, themes: Sequence[str]) -> Mapping[str, set[str]]:
    """The records about which somebody voiced one of the themes; what people say is said of their account."""
    frames = company.seen_by(user)
    said = frames["activities"]
    said = said[said["themes"].map(lambda spoken: bool(set(spoken) & set(themes)))]
    ids = {one for some in said["about"] for one in some}
    found = {kind: set(frames[name]["id"]) & ids for kind, name in _FRAMES.items()}
    for name in ("leads", "deals", "contacts"):
        part = frames[name]
        found["account"] |= set(part[part["id"].isin(ids)]["account_id"]) & set(frames["accounts"]["id"])
    return found


def asked(workspace: Workspace, company: SalesforceCompany) -> Iterator[Asked]:
    """All questions, one after the other."""
    head = company.user("head")["email"]
    ask = in_process(workspace, DEMO_NOW)
    for theme, spec in tomllib.loads(_QUESTIONS.read_text(encoding="utf-8")).items():
        truth = voiced(company, "head", spec.get("themes", [theme]))
        for language in _LANGUAGES:
            for number, question in enumerate(spec[language]):
                answer = ask(question, head, f"{theme}-{language}-{number}")
                got = [(one["type"], one["id"]) for one in answer["records"]]
                right = sum(one[1] in truth.get(one[0], ()) for one in got)
                kinds = {kind for kind, _ in got} or set(_FRAMES)
                there = min(_MOST, max(len(truth.get(kind, ())) for kind in kinds))
                if (
                    len(kinds) > 1
                ):  # leads and deals stand for themselves, the others where nothing nearer does
                    there = min(_MOST, sum(len(truth[kind]) for kind in {"lead", "opportunity"} & kinds))
                yield Asked(
                    theme=theme,
                    language=language,
                    question=question,
                    precision=right / len(got) if got else 0.0,
                    recall=min(1.0, right / there) if there else 1.0,
                )


def report(found: Sequence[Asked]) -> str:
    """Two tables: by theme, and by language of the question."""
    lines = []
    for what in ("theme", "language"):
        groups: dict[str, list[Asked]] = defaultdict(list)
        for one in found:
            groups[getattr(one, what)].append(one)
        for name, some in groups.items():
            lines.append(f"{name:22} {_mean(some)}")
        lines.append("")
    return "\n".join([*lines, f"{'all':22} {_mean(found)}"])


def _mean(some: Sequence[Asked]) -> str:
    precision = sum(one.precision for one in some) / len(some)
    recall = sum(one.recall for one in some) / len(some)
    return f"precision {precision:.2f}  recall {recall:.2f}  questions {len(some)}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=36)
    parser.add_argument("--phrases", choices=["seen", "unseen"], default="seen")
    parser.add_argument("--workspace", type=Path, help="kept between runs; built where there is none")
    parser.add_argument("--verbose", action="store_true", help="each question")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as fresh:
        folder = given.workspace or Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        workspace = Workspace.open(Settings(home=folder))
        if not workspace.records.everybody():
            make_demo(workspace, folder / "demo", seed=given.seed, phrases=given.phrases)
        found = list(asked(workspace, demo_company(workspace, folder / "demo")))
    if given.verbose:
        for one in found:
            sys.stdout.write(f"{one.precision:.2f} {one.recall:.2f} {one.theme:20} {one.question}\n")
    sys.stdout.write(report(found) + "\n")


if __name__ == "__main__":
    main()
