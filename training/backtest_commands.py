"""The command ``mingcha backtest``."""

import json
import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

import typer

from data.command import complain, parse_option_instant
from data.home import home, ledger_url
from data.known_bad import open_known_bad
from data.ledger import Ledger
from data.ledger.traffic import traffic
from data.overlay_store import load_overlay
from data.problem import MingchaError, UsageError, printable
from data.registry_store import load_registry
from data.verdict import Kind

if TYPE_CHECKING:
    from training.backtest import BacktestReport

Policy = Literal["balanced", "capacity"]
KINDS: Final[tuple[Kind, ...]] = ("claims", "listings")
_WEEK: Final = timedelta(days=7)


class _Change(NamedTuple):
    """What is tried instead of the champion at its operating point."""

    model: Path | None
    policy: Policy
    current: Policy


class _Traffic(NamedTuple):
    """What is judged again, and by how many processes."""

    since: datetime
    until: datetime
    most: int
    workers: int


def backtest(
    model: Annotated[Path | None, typer.Option(help="The artefact to try.")] = None,
    policy: Annotated[Policy | None, typer.Option(help="The operating point to try.")] = None,
    kind: Annotated[
        Literal["claims", "listings"] | None,
        typer.Option(help="Whose champion; default: both, or the model's."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Default: seven days before the end.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="INSTANT", help="Default: now.")] = None,
    most: Annotated[
        int, typer.Option(min=1, help="Decisions judged again, of each kind.")
    ] = 20_000,
    current: Annotated[
        Policy, typer.Option(envvar="MINGCHA_POLICY", help="The operating point there is now.")
    ] = "balanced",
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes; default: one a core.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report.")] = False,
) -> None:
    """Say what another model or operating point would have made of past traffic.

    Both are given the brand registry and the known bad listings of today, and the urgent entries
    that were in force at each decision.
    """
    from training.backtest import sentences

    if model is None and policy is None:
        raise UsageError("give --model DIR or --policy NAME: what is to be tried")
    end = parse_option_instant(until, datetime.now(UTC), "--until")
    begin = parse_option_instant(since, end - _WEEK, "--since")
    if begin >= end:
        raise UsageError(f"--since {begin.isoformat()} is not before --until {end.isoformat()}")
    kinds = [_kind_of(model, kind)] if model else [kind] if kind else KINDS
    change = _Change(model, policy or current, current)
    over = _Traffic(begin, end, most, workers or os.cpu_count() or 1)
    reports = [_judged_again(one, change, over) for one in kinds]
    if as_json:
        typer.echo(json.dumps([report.model_dump(mode="json") for report in reports]))
        return
    for report in reports:
        for sentence in sentences(report):
            typer.echo(printable(sentence, 1_000))


def _kind_of(model: Path, asked: Kind | None) -> Kind:
    from models.artifact import read_manifest

    kind = read_manifest(model).kind
    if kind == "feedback" or kind != (asked or kind):
        wanted = asked or "claims or listings"
        raise UsageError(f"--model: the artefact holds a model of {kind}; {wanted} are asked for")
    return kind


def _judged_again(kind: Kind, change: _Change, over: _Traffic) -> "BacktestReport":
    from models.scorer import load_scorer
    from models.store import champion
    from training.backtest import Span, backtest

    root = home(os.environ)
    standing = champion(root, kind)
    if standing is None:
        raise MingchaError(f"no {kind} model yet to compare with: run `mingcha train {kind}`")
    known = load_registry(root), open_known_bad(root), load_overlay(root)
    old = load_scorer(standing, change.current, *known)
    new = load_scorer(change.model or standing, change.policy, *known)
    with closing(Ledger(ledger_url(os.environ))) as ledger:
        past = traffic(ledger, kind, over.since, over.until, over.most)
    span = Span(since=over.since, until=over.until, total=past.total)
    return backtest(old, new, past.decisions, span, over.workers, _progress)


def _progress(sentence: str) -> None:
    complain(f"backtest: {sentence}")
