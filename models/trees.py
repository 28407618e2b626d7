"""Gradient-boosted trees by LightGBM's C library, without its Python package.

The package imports scikit-learn and pandas where they are installed, which costs the service
seconds of start and megabytes; the shared library is all that prediction needs.
"""

import ctypes
import importlib.util
import threading
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FLOAT64: Final = 1
_RAW_SCORE: Final = 1
_CONTRIBUTIONS: Final = 3
_ALL: Final = -1
# The library checks the width of rows itself, and one thread a worker leaves the cores to others.
_PARAMETERS: Final = b"num_threads=1"


class TreesError(Exception):
    """LightGBM could not be loaded, or refused a model or a matrix."""


class Trees:
    """One boosted model for a binary outcome. ``text`` is LightGBM's own text form.

    Missing values are NaN. A buffer is shared between calls, so that threads take turns: each
    call holds a lock. Raises TreesError when the text is no model.
    """

    def __init__(self, text: str) -> None:
        self._library = _library()
        self._lock = threading.Lock()
        self._handle = ctypes.c_void_p()
        self._fast = ctypes.c_void_p()
        iterations = ctypes.c_int(0)
        self._check(
            self._library.LGBM_BoosterLoadModelFromString(
                text.encode(), ctypes.byref(iterations), ctypes.byref(self._handle)
            )
        )
        self._prepare()

    def __del__(self) -> None:
        if self._fast:
            self._library.LGBM_FastConfigFree(self._fast)
            self._fast = ctypes.c_void_p()
        if self._handle:
            self._library.LGBM_BoosterFree(self._handle)
            self._handle = ctypes.c_void_p()

    def logit(self, row: Floats) -> float:
        """Log-odds of one row, (F,)."""
        with self._lock:
            self._row[:] = row
            self._check(
                self._library.LGBM_BoosterPredictForMatSingleRowFast(
                    self._fast, self._row_pointer, ctypes.byref(self._length), self._score_pointer
                )
            )
            return float(self._score[0])

    def contributions(self, row: Floats) -> Floats:
        """How much each feature adds to the log-odds of one row, (F,); the base is left out."""
        width = self._width
        matrix = np.ascontiguousarray(row, dtype=np.float64)
        added = np.empty(width + 1)
        length = ctypes.c_int64(0)
        self._check(
            self._library.LGBM_BoosterPredictForMat(
                self._handle,
                matrix.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_int(_FLOAT64),
                ctypes.c_int32(1),
                ctypes.c_int32(width),
                ctypes.c_int(1),
                ctypes.c_int(_CONTRIBUTIONS),
                ctypes.c_int(0),
                ctypes.c_int(_ALL),
                ctypes.c_char_p(_PARAMETERS),
                ctypes.byref(length),
                added.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
            )
        )
        return added[:width]

    def _prepare(self) -> None:
        """Fix the call's parameters once: they cost more than walking the trees."""
        width = ctypes.c_int(0)
        self._check(self._library.LGBM_BoosterGetNumFeature(self._handle, ctypes.byref(width)))
        self._width = width.value
        self._row = np.empty(self._width)
        self._score = np.empty(1)
        self._length = ctypes.c_int64(0)
        self._row_pointer = self._row.ctypes.data_as(ctypes.c_void_p)
        self._score_pointer = self._score.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
        self._fast = ctypes.c_void_p()
        self._check(
            self._library.LGBM_BoosterPredictForMatSingleRowFastInit(
                self._handle,
                ctypes.c_int(_RAW_SCORE),
                ctypes.c_int(0),
                ctypes.c_int(_ALL),
                ctypes.c_int(_FLOAT64),
                ctypes.c_int32(self._width),
                ctypes.c_char_p(_PARAMETERS),
                ctypes.byref(self._fast),
            )
        )

    def _check(self, status: int) -> None:
        if status != 0:
            message = self._library.LGBM_GetLastError().decode("utf-8", "replace")
            raise TreesError(f"LightGBM: {message}")


@cache
def _library() -> ctypes.CDLL:
    found = importlib.util.find_spec("lightgbm")
    if found is None or not found.submodule_search_locations:
        raise TreesError("lightgbm is not installed; install the versions of requirements.lock")
    path = Path(found.submodule_search_locations[0]) / "lib" / "lib_lightgbm.so"
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise TreesError(f"{path}: cannot be loaded: {error}") from error
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    return library
