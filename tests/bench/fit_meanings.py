"""Makes the weights that tell what sentences mean, for the embedders that ship.

    python -m tests.bench.fit_meanings

To be run again whenever the example sentences or the packaged embedders change; a test notices.
"""

import sys
from pathlib import Path

import assistant.scoring
from assistant.scoring import meanings
from assistant.scoring.threads import one_thread
from vectorstore.embedders import embedder

PACKAGED = ("sales",)


def main() -> None:
    """Write one file an embedder."""
    folder = Path(assistant.scoring.__file__).parent / "meanings_for"
    for name in PACKAGED:
        encoder = embedder(name)
        with one_thread():
            made = meanings.learn(encoder.fingerprint[:32], encoder.encode)
        made.save(folder / f"{name}.npz")
        sys.stdout.write(f"{name}: {len(meanings.examples())} examples\n")


if __name__ == "__main__":
    main()
