"""The command ``mingcha simulate``."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from data.command import complain
from data.problem import UsageError
from data.simulate.drift import Drift
from data.simulate.schedule import CHINA
from data.simulate.world import MAX_DAYS, MAX_MERCHANTS, simulate_world
from data.simulate.world_files import check_free, write_world
from data.version import __version__

_START = "2025-09-15"


DriftOption = Literal["none", "disguise", "mix", "price"]


def simulate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="A directory to be made, or empty.")],
    merchants: Annotated[
        int, typer.Option(min=1, max=MAX_MERCHANTS, help="Merchants at the beginning.")
    ] = 1_000,
    days: Annotated[int, typer.Option(min=1, max=MAX_DAYS, help="Days to tell.")] = 90,
    seed: Annotated[int, typer.Option(min=0, help="The same seed tells the same story.")] = 0,
    start: Annotated[str, typer.Option(metavar="DATE", help="The first day, in China.")] = _START,
    drift: Annotated[DriftOption, typer.Option(help="What changes on the way.")] = "none",
    drift_day: Annotated[
        int | None, typer.Option(min=0, help="The day of the change, counted from 0.")
    ] = None,
) -> None:
    """Make up a marketplace: listings, live windows, feedback, appeals, reviews, and the truth.

    The records are as a platform would send them; what is true stands apart in DIR/truth.
    Whatever is measured on them is simulated. docs/simulator.md tells each assumption.
    """
    first = _first_day(start)
    changed = _change(drift, drift_day, days)
    check_free(out)
    about = {
        "version": __version__,
        "merchants": merchants,
        "days": days,
        "seed": seed,
        "start": start,
        "drift": drift,
        "drift_day": drift_day,
    }
    month = ""

    def report(at: datetime) -> None:
        nonlocal month
        now = at.astimezone(CHINA).strftime("%Y-%m")
        if now != month:
            month = now
            complain(f"simulate: {now}")

    events = simulate_world(merchants, days, seed, first, drift=changed)
    counts = write_world(out, events, about, report)
    for name, lines in counts.items():
        typer.echo(f"{lines}\t{out / name}")


def _first_day(start: str) -> datetime:
    try:
        day = date.fromisoformat(start)
        if not 2000 <= day.year <= 2100:
            raise ValueError(start)
    except ValueError as error:
        allowed = "a day from 2000 to 2100 such as 2025-09-15"
        raise UsageError(f"--start: found {start!r}; {allowed} is allowed") from error
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def _change(drift: DriftOption, day: int | None, days: int) -> Drift | None:
    if drift == "none":
        if day is not None:
            raise UsageError("--drift-day: is given, but --drift names no change")
        return None
    if day is None or day >= days:
        found = "is missing" if day is None else f"found {day}"
        raise UsageError(f"--drift-day: {found}; 0 to {days - 1} are allowed with --drift")
    return Drift(drift, day)
