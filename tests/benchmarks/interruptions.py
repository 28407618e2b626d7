"""Retrainings killed with ``kill -9`` at random points, and whether all was whole afterwards."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from data.ledger import Ledger
from tests.end_to_end.interrupted import killed, problems
from tests.end_to_end.market import mistaken_champion, traffic

KILLS = 20
_DAYS = range(60)


def soak() -> Iterator[str]:
    """One line a kill: half of them anywhere, half while the outcome is written down.

    The home is that of the kill before; once a retraining got through, a fresh one.
    """
    dice = random.Random(20)
    with tempfile.TemporaryDirectory() as directory:
        fresh = Path(directory) / "fresh"
        fresh.mkdir()
        mistaken_champion(fresh)
        with closing(Ledger(f"sqlite:///{fresh / 'ledger.sqlite'}")) as ledger:
            traffic(fresh, ledger, _DAYS, seed=7)
        whole = 0
        for number in range(KILLS):
            home = Path(directory) / "home"
            if number % 5 == 0:
                shutil.rmtree(home, ignore_errors=True)
                shutil.copytree(fresh, home)
            killed(home, dice, late=number % 2 == 1)
            found = problems(home)
            whole += not found
            when = "at its end" if number % 2 else "somewhere"
            yield f"kill {number + 1} {when}: {'; '.join(found) or 'all whole'}"
        yield f"whole after {whole} of {KILLS} kills"
