"""``make soak``: what takes many runs to see, each part a table. All of it is simulated."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.benchmarks import coverage, gate_power, interruptions

PARTS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "coverage": coverage.soak,
    "gate_power": gate_power.soak,
    "interruptions": interruptions.soak,
}


def soak(only: list[str] | None) -> None:
    """Print each part, or those named."""
    for name in only or PARTS:
        sys.stdout.write(f"{name}, simulated\n\n")
        for line in PARTS[name]():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        sys.stdout.write("\n")
