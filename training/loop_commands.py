"""The commands ``mingcha retrain``, ``estimate``, ``promote`` and ``rollback``."""

import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from data.command import FINISHED_WITH_REJECTS, complain, parse_option_instant
from data.durable import held
from data.home import home, ledger_url
from data.ledger import Ledger
from data.problem import MingchaError
from data.verdict import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from data.ledger.champions import Promotion
    from training.retrain import Outcome

Policy = Literal["balanced", "capacity"]
_PERIOD = timedelta(days=28)
KindArgument = Annotated[Kind, typer.Argument(help="Which model.")]


def retrain(
    kind: Annotated[
        Kind | None, typer.Argument(help="What to retrain; default: claims and listings.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="INSTANT", help="Learn what was observed by then."),
    ] = None,
    policy: Annotated[
        Policy, typer.Option(envvar="MINGCHA_POLICY", help="Operating point that serving uses.")
    ] = "balanced",
    simulated: Annotated[
        int | None,
        typer.Option(min=0, help="Simulated listings while few were judged; default: 12000."),
    ] = None,
) -> None:
    """Learn from reviews, appeals and after-sale; promote what the gate lets pass.

    Exit code 3 says that a challenger was refused: the champion stays.
    """
    from training.gate_settings import load_gate_rules
    from training.listings import SIMULATED
    from training.retrain import RETRAINED, Outcome, Setting
    from training.retrain import retrain as run

    now = datetime.now(UTC)
    instant = parse_option_instant(as_of, now)
    at_home = home(os.environ)
    outcomes: list[Outcome] = []
    failed = False
    with closing(Ledger(ledger_url(os.environ))) as ledger:
        count = SIMULATED if simulated is None else simulated
        for each in RETRAINED if kind is None else [kind]:
            try:
                rules = load_gate_rules(at_home, each)
                setting = Setting(at_home, ledger, policy, rules, count)
                outcome = run(each, setting, instant, now, _progress(each))
            except MingchaError as error:
                # The other kind has its own champion, and its own labels.
                failed = True
                complain(f"retrain {each}: {error}")
                continue
            outcomes.append(outcome)
            typer.echo(_told(outcome))
    if failed:
        raise typer.Exit(1)
    if any(outcome.state == "refused" for outcome in outcomes):
        raise typer.Exit(FINISHED_WITH_REJECTS)


def estimate(
    kind: KindArgument,
    since: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Decided since; default: 28 days ago.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="INSTANT", help="Known by then; default: now.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Base rate, recall, precision and false blocks, from what reviewers were given to see.

    Each reviewed item stands for 1/p items, p being the chance with which it was drawn.
    """
    from training.sample import sampled, sentences

    until = parse_option_instant(as_of, datetime.now(UTC))
    begin = parse_option_instant(since, until - _PERIOD, "--since")
    with closing(Ledger(ledger_url(os.environ))) as ledger:
        found = sampled(ledger, kind, begin, until)
    if found is None:
        raise MingchaError(
            f"nobody reviewed any of the {kind} decided since {begin.isoformat()}; flagged items "
            "and drawn ones are cases of the ledger"
        )
    typer.echo(found.model_dump_json() if as_json else "\n".join(sentences(found)))


def promote(
    kind: KindArgument,
    version: Annotated[str, typer.Argument(help="Its name, or its number in the registry.")],
) -> None:
    """Make a version champion that the gate let pass."""
    from training.promotion import BUSY, LOCK, Champions

    with (
        closing(Ledger(ledger_url(os.environ))) as ledger,
        held(home(os.environ) / LOCK, busy=BUSY),
    ):
        done = Champions(home(os.environ), ledger).promote(kind, version, datetime.now(UTC))
    typer.echo(_promoted(done))


def rollback(
    kind: KindArgument,
    version: Annotated[
        str | None, typer.Argument(help="An earlier champion; default: the one before this.")
    ] = None,
) -> None:
    """Make an earlier champion champion again."""
    from training.promotion import BUSY, LOCK, Champions

    with (
        closing(Ledger(ledger_url(os.environ))) as ledger,
        held(home(os.environ) / LOCK, busy=BUSY),
    ):
        done = Champions(home(os.environ), ledger).roll_back(kind, version, datetime.now(UTC))
    typer.echo(_promoted(done))


def _promoted(done: "Promotion") -> str:
    before = f", in place of {done.replaced}" if done.replaced else ""
    since = done.decided_at.isoformat(timespec="seconds")
    return f"{done.kind}\t{done.model_version}\tchampion since {since}{before}"


def _told(outcome: "Outcome") -> str:
    lines = [f"{outcome.kind}\t{outcome.state}\t{outcome.challenger or '-'}"]
    lines += [f"  {sentence}" for sentence in outcome.sentences]
    if outcome.page:
        lines.append(f"  report: {outcome.page}")
    return "\n".join(lines)


def _progress(kind: Kind) -> "Callable[[str], None]":
    return lambda sentence: complain(f"retrain {kind}: {sentence}")
