"""The command ``mingcha rescan``."""

import json
import os
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple

import typer

from data.command import FINISHED_WITH_REJECTS, complain, parse_option_instant
from data.home import home, ledger_url
from data.known_bad import known_bad_changed_at, open_known_bad
from data.ledger import Ledger
from data.ledger.window import Window
from data.overlay_store import load_overlay
from data.problem import MingchaError, UsageError, printable
from data.registry_store import load_registry
from data.verdict import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.rescan import RescanReport

Policy = Literal["balanced", "capacity"]
_KINDS: Final[tuple[Kind, ...]] = ("listings", "claims")


class _Asked(NamedTuple):
    """What the options ask for, whatever the kind."""

    since: datetime
    until: datetime
    most: int | None
    is_dry: bool
    policy: Policy
    workers: int


def rescan(
    since: Annotated[str, typer.Option(metavar="INSTANT", help="Items that passed after it.")],
    until: Annotated[str | None, typer.Option(metavar="INSTANT", help="Default: now.")] = None,
    kind: Annotated[
        Literal["claims", "listings"] | None, typer.Option(help="Default: both.")
    ] = None,
    most: Annotated[
        int | None, typer.Option(min=1, help="Items of each kind, the likeliest to be bad first.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come of it; keep nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report.")] = False,
    policy: Annotated[
        Policy, typer.Option(envvar="MINGCHA_POLICY", help="Operating point that serving uses.")
    ] = "balanced",
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes; default: one a core.")
    ] = None,
) -> None:
    """Judge again what passed, where model, brands, lexicon or evidence changed since.

    What is flagged now becomes a case. May run beside the service, and again after it was
    interrupted. Exit code 3 says that items could not be judged: they stay as they were.
    """
    from training.rescan import sentences

    now = datetime.now(UTC)
    end = min(now, parse_option_instant(until, now, "--until"))
    begin = parse_option_instant(since, now, "--since")
    if begin >= end:
        raise UsageError(f"--since {begin.isoformat()} is not before {end.isoformat()}")
    asked = _Asked(begin, end, most, dry_run, policy, workers or os.cpu_count() or 1)
    found = [_rescanned(one, asked, is_needed=kind is not None) for one in _of(kind)]
    reports = [report for report in found if report is not None]
    if not reports:
        raise MingchaError("no model yet to judge with: run `mingcha train`")
    if as_json:
        typer.echo(json.dumps([report.model_dump(mode="json") for report in reports]))
    else:
        for report in reports:
            for sentence in sentences(report):
                typer.echo(printable(sentence, 1_000))
    if any(report.failures for report in reports):
        raise typer.Exit(FINISHED_WITH_REJECTS)


def _of(kind: Kind | None) -> tuple[Kind, ...]:
    return _KINDS if kind is None else (kind,)


def _rescanned(kind: Kind, asked: _Asked, *, is_needed: bool) -> "RescanReport | None":
    from models.scorer import load_scorer
    from models.store import champion
    from training.outdated import Today
    from training.rescan import Plan
    from training.rescan import rescan as run

    root = home(os.environ)
    directory = champion(root, kind)
    if directory is None:
        if is_needed:
            raise MingchaError(f"no {kind} model yet to judge with: run `mingcha train {kind}`")
        complain(f"rescan: no {kind} model yet; its items are left out")
        return None
    # Asked for before the file is read: what is confirmed in between is news next time.
    known_bad_at = known_bad_changed_at(root)
    registry = load_registry(root)
    scorer = load_scorer(
        directory, asked.policy, registry, open_known_bad(root), load_overlay(root)
    )
    today = Today.of(scorer, registry.version, datetime.now(UTC), known_bad_at)
    plan = Plan(Window(kind, asked.since, asked.until), asked.most, asked.workers, asked.is_dry)
    with closing(Ledger(ledger_url(os.environ))) as ledger:
        return run(ledger, scorer, today, plan, lambda: datetime.now(UTC), _progress(kind))


def _progress(kind: Kind) -> "Callable[[str], None]":
    return lambda sentence: complain(f"rescan {kind}: {sentence}")
