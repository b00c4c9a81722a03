"""One thread for each numerical library: on a busy machine two wait for each other longer than they work."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Train within this. Loads scikit-learn first, for only loaded libraries can be told."""
    import sklearn.ensemble  # noqa: F401
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1):
        yield
