"""The web app: `python app.py` is `hotlist serve`."""

import sys

from assistant.cli import main

if __name__ == "__main__":
    sys.argv[1:1] = ["serve"]
    main()
