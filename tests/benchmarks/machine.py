"""Which machine, and what it runs: a number without them says little."""

import os
import platform
from importlib.metadata import version

from data.record import Record

_PACKAGES = ("numpy", "pydantic", "rjieba", "lightgbm", "bentoml", "uvloop", "sqlalchemy")


class Machine(Record):
    """The machine of one run. ``load`` is its load average over the last minute, at the start."""

    cpu: str
    cores: int
    load: float
    python: str
    packages: dict[str, str]

    def line(self) -> str:
        """One line for the head of a report."""
        packages = ", ".join(f"{name} {number}" for name, number in self.packages.items())
        return (
            f"{self.cpu}, {self.cores} cores, load average {self.load:.1f}; "
            f"Python {self.python}, {packages}"
        )


def this_machine() -> Machine:
    """The machine that this process runs on."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)),
        load=os.getloadavg()[0],
        python=platform.python_version(),
        packages={name: version(name) for name in _PACKAGES},
    )


def resident_bytes(process: int | str = "self") -> int:
    """The memory that a process holds now (RSS)."""
    with open(f"/proc/{process}/status", encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status if ":" in line)
    return int(lines["VmRSS"].split()[0]) * 1024


def tree_bytes(process: int) -> int:
    """The memory of a process and all that it started; what they share counts once (PSS).

    One that ends meanwhile counts nothing.
    """
    try:
        with open(f"/proc/{process}/smaps_rollup", encoding="ascii") as rollup:
            own = next(int(line.split()[1]) for line in rollup if line.startswith("Pss:")) * 1024
        tasks = [f"/proc/{process}/task/{task}" for task in os.listdir(f"/proc/{process}/task")]
        children = [name for task in tasks for name in _read(f"{task}/children").split()]
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return own + sum(tree_bytes(int(child)) for child in children)


def _read(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.read()


def _cpu() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        names = (line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))
        return next(names, platform.machine())
