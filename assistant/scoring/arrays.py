"""Arrays in JSON: little-endian bytes in base64, so that a saved scorer is the same to the last bit."""

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.errors import HotlistError

_TYPES = {"f8": "<f8", "f4": "<f4", "i4": "<i4"}


class DamagedScorer(HotlistError):
    """A stored scorer that was changed, is of another version, or holds what none may hold."""


def pack(array: npt.NDArray[Any]) -> dict[str, Any]:
    """An array as a JSON object."""
    name = "f4" if array.dtype == np.float32 else {"f": "f8", "i": "i4", "b": "i4"}[array.dtype.kind]
    return {
        "type": name,
        "shape": list(array.shape),
        "data": base64.b64encode(np.ascontiguousarray(array, dtype=_TYPES[name]).tobytes()).decode("ascii"),
    }


def unpack(stored: Any) -> npt.NDArray[Any]:
    """The array of `pack`.

    Raises:
        DamagedScorer: an unknown type, or bytes that do not fit the shape.
    """
    try:
        kind = _TYPES[stored["type"]]
        flat = np.frombuffer(base64.b64decode(stored["data"], validate=True), dtype=kind)
        array = flat.reshape([int(size) for size in stored["shape"]])
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedScorer(
            "The stored scorer cannot be read; run 'hotlist score --retrain' to make a new one."
        ) from error
    return array.astype(np.int64 if kind == "<i4" else np.float64)
