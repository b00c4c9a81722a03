"""Prints which questions of a file are not understood as expected.

python -m tests.assistant.understanding.report dev [-q]
"""

import sys
from pathlib import Path

from tests.assistant.understanding.cases import cases, is_right, run

if __name__ == "__main__":
    found = cases(Path(__file__).with_name("questions") / f"{sys.argv[1]}.txt")
    quiet = "-q" in sys.argv
    wrong = total = 0
    tally: dict[str, list[int]] = {}
    for case, plan in run(found):
        total += 1
        right = is_right(case, plan)
        tally.setdefault(f"{case.world} {case.language}{' follow' if case.follows else ''}", []).append(right)
        if right:
            continue
        wrong += 1
        if quiet:
            continue
        print(f"{case.line}: {case.question}  [{plan.language}]")
        print("   want", case.reply or case.calls)
        print("   got ", plan.reply.lines if plan.reply else [(c.tool, c.arguments) for c in plan.calls])
    print({k: f"{sum(v)}/{len(v)}" for k, v in tally.items()})
    print(f"{total - wrong} of {total} right")
