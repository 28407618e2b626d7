"""Tables to bytes and back, without pickle: an artefact must never run code."""

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.calibrated import Linear
from models.ngrams import NgramScorer


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays as an npz file; the same arrays give the same bytes."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **dict(arrays))
    return buffer.getvalue()


def unpack_arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """The inverse of ``pack_arrays``."""
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def pack_ngrams(ngrams: NgramScorer) -> bytes:
    """An n-gram scorer as an npz file."""
    points = np.array([ord(char) for char in ngrams.alphabet], dtype=np.uint32)
    return pack_arrays(
        {
            "alphabet": points,
            "keys": ngrams.keys,
            "idf": ngrams.idf,
            "weights": ngrams.weights,
            "intercepts": ngrams.intercepts,
        }
    )


def unpack_ngrams(content: bytes) -> NgramScorer:
    """The inverse of ``pack_ngrams``."""
    stored = unpack_arrays(content)
    alphabet = "".join(map(chr, stored.pop("alphabet").tolist()))
    return NgramScorer(alphabet, **stored)


def pack_json(values: Any) -> bytes:
    """Plain values as JSON that a person can read."""
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()


def unpack_linear(values: Mapping[str, Any]) -> Linear:
    """A linear model from its JSON form."""
    return Linear(np.array(values["weights"], dtype=np.float64), float(values["bias"]))


def linear_json(linear: Linear) -> dict[str, Any]:
    """A linear model as JSON that reads back to the same bits."""
    return {"weights": linear.weights.tolist(), "bias": linear.bias}
