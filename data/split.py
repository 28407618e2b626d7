"""Splits that keep what belongs together on one side: shared scripts (话术), rooms, time."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from data.problem import MingchaError

Indices = NDArray[np.int64]

SHARED_SEQUENCE: Final = 15
"""Characters in a row that two texts share only when one was taken from the other."""

_SEED: Final = 20_260_201
_UNSPOKEN: Final = re.compile(r"[\W_]+")


class SplitError(MingchaError):
    """The rows cannot be split as asked."""


def script_groups(texts: Sequence[str], length: int = SHARED_SEQUENCE) -> list[int]:
    """The group of each text; texts that share a sequence of ``length`` characters are in one.

    Sharing carries over: the groups are connected components, numbered as they first appear.
    Punctuation, symbols and white space don't count. A shorter text belongs with its equals,
    one without any letter or digit stands alone. Sequences are compared by 64-bit hashes.

    >>> script_groups(["今天下单买一送一", "家人们，今天下单，买一送一！", "你好"], length=8)
    [0, 0, 1]
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, found {length}")
    parents = list(range(len(texts)))
    for left, right in _links([_UNSPOKEN.sub("", text) for text in texts], length):
        parents[_root(parents, left)] = _root(parents, right)
    numbers: dict[int, int] = {}
    roots = [_root(parents, index) for index in range(len(texts))]
    return [numbers.setdefault(root, len(numbers)) for root in roots]


def grouped_folds(groups: Sequence[Any], k: int, seed: int) -> list[Indices]:
    """The rows of each of ``k`` folds, ascending. No group is in two; sizes are balanced.

    Raises ``SplitError`` when there are fewer groups than folds.

    >>> [fold.tolist() for fold in grouped_folds(["a", "a", "b", "c"], k=2, seed=0)]
    [[0, 1], [2, 3]]
    """
    rows: dict[Any, list[int]] = {}
    for index, group in enumerate(groups):
        rows.setdefault(group, []).append(index)
    if not 2 <= k <= len(rows):
        raise SplitError(
            f"{k} folds from {len(rows)} groups: folds must be at least 2 and at most as many as "
            "the groups, since a group is never split"
        )
    members = list(rows.values())
    shuffled = [members[index] for index in np.random.default_rng(seed).permutation(len(members))]
    folds: list[list[int]] = [[] for _ in range(k)]
    for group_rows in sorted(shuffled, key=len, reverse=True):
        min(folds, key=len).extend(group_rows)
    return [np.array(sorted(fold), dtype=np.int64) for fold in folds]


def time_split(instants: Sequence[datetime], at: datetime) -> tuple[Indices, Indices]:
    """The rows before the instant, and those at it or after.

    All instants must carry an offset from UTC. Raises ``SplitError`` for one that does not.
    """
    if any(instant.tzinfo is None for instant in (at, *instants)):
        raise SplitError("an instant has no offset from UTC; write it as 2026-02-01T08:00:00+08:00")
    before = np.array([instant < at for instant in instants], dtype=np.bool_)
    return np.flatnonzero(before), np.flatnonzero(~before)


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


def _links(texts: Sequence[str], length: int) -> list[tuple[int, int]]:
    """Pairs of texts that share a sequence, enough of them to connect all that do."""
    hashed = [_sequence_hashes(text, length) for text in texts]
    owners = np.repeat(np.arange(len(texts)), [len(hashes) for hashes in hashed])
    hashes = np.concatenate(hashed) if hashed else np.empty(0, dtype=np.uint64)
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    same = (hashes[1:] == hashes[:-1]) & (owners[1:] != owners[:-1])
    pairs = np.stack([owners[:-1][same], owners[1:][same]], axis=1)
    return [(int(left), int(right)) for left, right in np.unique(pairs, axis=0)]


def _sequence_hashes(text: str, length: int) -> NDArray[np.uint64]:
    if not text:
        return np.empty(0, dtype=np.uint64)
    if len(text) < length:
        return np.array([_mixed(_codes(text)) @ _weights(len(text))], dtype=np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(_mixed(_codes(text)), length)
    return np.unique(windows @ _weights(length))


def _codes(text: str) -> NDArray[np.uint64]:
    raw = text.encode("utf-32-le", errors="surrogatepass")
    return np.frombuffer(raw, dtype="<u4").astype(np.uint64)


def _mixed(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spreads neighbouring characters over all 64 bits (the finaliser of SplitMix64)."""
    codes = (codes + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
    codes = (codes ^ (codes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return codes ^ (codes >> np.uint64(31))


def _weights(length: int) -> NDArray[np.uint64]:
    """Fixed odd weights of the positions; those of another length are others."""
    generator = np.random.default_rng([_SEED, length])
    return generator.integers(0, 2**64, size=length, dtype=np.uint64) | np.uint64(1)
