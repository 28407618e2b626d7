"""The command ``mingcha thresholds``."""

import os
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from data.command import complain, parse_option_instant
from data.durable import held
from data.home import home, ledger_url
from data.ledger import Ledger
from data.problem import UsageError, printable

if TYPE_CHECKING:
    from training.work import Work

Judged = Literal["claims", "listings"]
_SEVERITIES = 4


def thresholds(
    kind: Annotated[Judged, typer.Argument(help="Whose champion.")],
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="INSTANT", help="Choose by what was known by then."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what would change and what comes; change nothing."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report.")] = False,
    reviewers: Annotated[int | None, typer.Option(help="Who review this kind.")] = None,
    hours_a_day: Annotated[float | None, typer.Option(help="That they work; default: 8.")] = None,
    starts_at: Annotated[
        float | None, typer.Option(help="The hour in Beijing at which they begin; default: 9.")
    ] = None,
    cases_an_hour: Annotated[
        float | None, typer.Option(help="That one reviewer looks at; default: 60.")
    ] = None,
    utilisation: Annotated[
        float | None, typer.Option(help="Share of the time spent on cases; default: 0.75.")
    ] = None,
    miss: Annotated[
        str | None,
        typer.Option(
            metavar="A,B,C,D",
            help="Cost of a violation that passes, of severity 1 to 4; default: 5,20,60,200.",
        ),
    ] = None,
    false_block: Annotated[
        float | None, typer.Option(help="Cost of innocent goods blocked; default: 30.")
    ] = None,
    review: Annotated[float | None, typer.Option(help="Cost of a case; default: 1.")] = None,
    items_a_day: Annotated[
        float | None, typer.Option(help="That come in; default: as the ledger counts.")
    ] = None,
    most_wait_hours: Annotated[
        float | None, typer.Option(help="Warn where one case in ten waits longer.")
    ] = None,
) -> None:
    """Choose the operating point `capacity` by reviewers' time and what mistakes cost.

    Prints old and new thresholds of each label, what a day brings at both, and the queue of the
    coming seven days. Without --dry-run the champion's model with the new point becomes champion.
    Figures that are not given come from MINGCHA_HOME/work.toml. Exit code 1 where nothing changes
    or a regression row that must pass would be flagged.
    """
    from training.adjustment import adjustment, settle
    from training.adjustment_sentences import sentences
    from training.choosing import Site
    from training.promotion import BUSY, LOCK

    now = datetime.now(UTC)
    root = home(os.environ)
    given = {
        "reviewers": reviewers,
        "hours_a_day": hours_a_day,
        "starts_at": starts_at,
        "cases_an_hour": cases_an_hour,
        "utilisation": utilisation,
        "miss": None if miss is None else _costs(miss),
        "false_block": false_block,
        "review": review,
        "items_a_day": items_a_day,
        "most_wait_hours": most_wait_hours,
    }
    work = _work(kind, {name: value for name, value in given.items() if value is not None})
    with closing(Ledger(ledger_url(os.environ))) as ledger:
        site = Site(root, ledger, work)
        instant = parse_option_instant(as_of, now)
        found = adjustment(kind, site, instant, lambda said: complain(f"thresholds: {said}"))
        if as_json:
            typer.echo(found.model_dump_json(indent=1))
        else:
            typer.echo("\n".join(printable(line, 400) for line in sentences(found)))
        if dry_run:
            return
        with held(root / LOCK, busy=BUSY):
            done = settle(found, site, now)
    complain(f"thresholds: {done.model_version} is champion in place of {done.replaced}")


def _work(kind: Judged, given: dict[str, object]) -> "Work":
    from training.work import NAME, load_work

    work = load_work(home(os.environ), kind, given)
    if work is None:
        raise UsageError(
            f"who reviews {kind}? give --reviewers, or write [{kind}] with reviewers in "
            f"{home(os.environ) / NAME}"
        )
    return work


def _costs(text: str) -> tuple[float, ...]:
    try:
        costs = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(
            f"--miss: found {text[:40]!r}; write four figures as 5,20,60,200"
        ) from error
    if len(costs) != _SEVERITIES:
        raise UsageError(f"--miss: found {len(costs)} figures; write four as 5,20,60,200")
    return costs
