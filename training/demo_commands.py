"""The command ``mingcha demo loop``."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from data.command import complain
from data.durable import replace_file
from data.problem import UsageError

MAX_WEEKS: Final = 52

demo = typer.Typer(help="What the loop does, on a simulated platform (演示).", no_args_is_help=True)


@demo.callback()
def _demo() -> None:
    """What the loop does, on a simulated platform (演示)."""


@demo.command("loop")
def loop(
    weeks: Annotated[
        int,
        typer.Option(
            min=1, max=MAX_WEEKS, help="Weeks; a retraining at the end of each but the last."
        ),
    ] = 12,
    merchants: Annotated[
        int, typer.Option(min=10, max=100_000, help="Merchants of the simulated platform.")
    ] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed tells the same story.")] = 0,
    seeds: Annotated[
        int, typer.Option(min=1, max=100, help="So many seeds from --seed on, for an interval.")
    ] = 1,
    home: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep ledgers and models here; default: nowhere."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write loop.svg, loop.png, loop.json here.")
    ] = None,
) -> None:
    """A quarter in minutes (simulated): retrained every week, and the same never retrained.

    Twelve weeks of a simulated marketplace whose counterfeiters change their disguises. Prints
    what was sold, let through, wrongly blocked and reviewed, week by week, for both. Nothing of
    it touches MINGCHA_HOME.
    """
    from training.demo import Quarter, first_champion, play
    from training.demo_page import as_json, plot, rules_told, totals, week_table

    quarter = Quarter(merchants=merchants, weeks=weeks)
    typer.echo(rules_told(quarter))
    pairs = []
    with _home(home) as directory:
        first = first_champion(quarter, directory / "first", complain)
        for number in range(seed, seed + seeds):
            pairs.append(play(quarter, number, first, directory, complain))
            typer.echo(week_table(pairs[-1]))
            # As each seed ends: a run that is broken off leaves what it has found.
            if out is not None:
                replace_file(out / "loop.svg", plot(pairs, "svg"))
                replace_file(out / "loop.png", plot(pairs, "png"))
                replace_file(out / "loop.json", as_json(quarter, pairs).encode())
    typer.echo(totals(pairs))


@contextmanager
def _home(directory: Path | None) -> Iterator[Path]:
    """The home of the demonstration's own: a new directory, or one that is gone afterwards."""
    if directory is None:
        with tempfile.TemporaryDirectory(prefix="mingcha-demo-") as temporary:
            yield Path(temporary)
        return
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"--home: {directory} is not empty; name a directory that is not there")
    yield directory
