"""Work done by several processes (多进程), in the order in which it was given."""

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from typing import Any, Final, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

_SHARE: Final = 20
"""Chunks that wait for each process: more would only take memory."""


def cores() -> int:
    """How many processes can be at work at a time."""
    return len(os.sched_getaffinity(0))


def each_done(
    work: Callable[[Given], Made], given: Iterable[Given], workers: int, *, chunk: int = 50
) -> Iterator[tuple[Given, Made]]:
    """Each thing with what ``work`` makes of it, in order, by so many processes.

    Processes are forked: they share the model's tables with this one, and ``work`` may hold what
    cannot be sent. They get ``chunk`` things at a time. Where the system cannot fork, this process
    does it all.
    """
    if workers == 1 or "fork" not in get_all_start_methods():
        yield from ((one, work(one)) for one in given)
        return
    pending = iter(given)
    with ProcessPoolExecutor(workers, get_context("fork"), _lend, (work,)) as pool:
        while batch := list(islice(pending, workers * chunk * _SHARE)):
            yield from zip(batch, pool.map(_borrowed, batch, chunksize=chunk), strict=True)


_works: Callable[[Any], Any]


def _lend(work: Callable[[Any], Any]) -> None:
    """Keep in a new process what it is to do: models are inherited, never sent."""
    global _works
    _works = work
    # A collection would touch, and so copy, all that was inherited.
    gc.freeze()


def _borrowed(given: Any) -> Any:
    return _works(given)
