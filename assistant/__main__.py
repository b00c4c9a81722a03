"""`python -m assistant` is `hotlist`."""

from assistant.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
