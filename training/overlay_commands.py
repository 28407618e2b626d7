"""The commands ``mingcha lexicon`` and ``mingcha allow``: urgent knowledge, live in seconds."""

import os
import re
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer
from pydantic import ValidationError

from data.command import complain, parse_option_instant
from data.home import VARIABLE, ledger_url
from data.home import home as home_of
from data.ledger import Ledger
from data.ledger.audit import OPERATOR
from data.overlay import Allowance, Channel, Urgent, UrgentCue, entry_id
from data.overlay_store import Change, add_entry, end_entry, load_overlay
from data.problem import UsageError, explain, printable, quoted, reason

if TYPE_CHECKING:
    from training.backtest import BacktestReport
    from training.urgent import Site

lexicon = typer.Typer(help="Urgent cues (紧急线索词), live in seconds.", no_args_is_help=True)
allow = typer.Typer(help="Words that are no cue (放行词), live in seconds.", no_args_is_help=True)

_DURATION: Final = re.compile(r"([1-9][0-9]{0,3})([mhdw])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Code = Annotated[str, typer.Argument(help="The risk label, such as medical_claim.")]
Expires = Annotated[
    str, typer.Option(metavar="INSTANT|DURATION", help="RFC 3339, or 90m, 12h, 7d, 2w from now.")
]
Reason = Annotated[str, typer.Option(help="Why, for whoever audits.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change, and stop.")]
Days = Annotated[int, typer.Option(min=1, max=366, help="Days of traffic that are judged again.")]
Policy = Annotated[
    Literal["balanced", "capacity"],
    typer.Option(envvar="MINGCHA_POLICY", help="The operating point that the service has."),
]
Home = Annotated[
    Path | None, typer.Option(help="Directory of all run-time state; default: MINGCHA_HOME.")
]
All = Annotated[bool, typer.Option("--all", help="Those that count no more, too.")]


@lexicon.callback()
def _lexicon() -> None:
    """Urgent cues (紧急线索词): words that speak for a label until they expire."""


@allow.callback()
def _allow() -> None:
    """Words that are no cue (放行词): they take a wrongly firing cue back until they expire."""


@lexicon.command("add")
def add_cue(
    code: Code,
    pattern: Annotated[str, typer.Argument(help="The words, to the letter.")],
    expires: Expires,
    reason: Reason,
    channel: Annotated[Channel, typer.Option(help="Where they are looked for.")] = "both",
    weight: Annotated[
        float,
        typer.Option(help="Above 0 to 1; speech goes to review from 1, listings from 0.9 on."),
    ] = 1.0,
    most_hit: Annotated[
        float, typer.Option(min=0, max=1, help="Refuse a cue that flags more of what passed.")
    ] = 0.02,
    days: Days = 7,
    dry_run: DryRun = False,
    policy: Policy = "balanced",
    home: Home = None,
) -> None:
    """Add a cue: past traffic is judged again with it first, then it is live within seconds."""
    from training.urgent import check_share

    now = datetime.now(UTC)
    words = {"pattern": _folded(pattern), "channel": channel, "weight": weight}
    entry = _entry(UrgentCue, code, expires, reason, now, words)
    site = _site(home, policy)
    reports = _tried(site, entry, now, days)
    for sentence in check_share(reports, most_hit):
        complain(f"lexicon add: {sentence}")
    _add(site, entry, dry_run)


@allow.command("add")
def add_words(
    words: Annotated[str, typer.Argument(help="The words, to the letter, as they were cited.")],
    code: Annotated[str, typer.Option(help="The risk label that they are no cue for.")],
    expires: Expires,
    reason: Reason,
    category: Annotated[
        str | None, typer.Option(metavar="PATH", help="Only in this category and below it.")
    ] = None,
    merchant: Annotated[
        str | None, typer.Option(metavar="ID", help="Only for this merchant.")
    ] = None,
    days: Days = 7,
    dry_run: DryRun = False,
    policy: Policy = "balanced",
    home: Home = None,
) -> None:
    """Have words no longer count as a cue; rules and the model keep their say."""
    now = datetime.now(UTC)
    scope = {"words": _folded(words), "category": category, "merchant_id": merchant}
    entry = _entry(Allowance, code, expires, reason, now, scope)
    site = _site(home, policy)
    _tried(site, entry, now, days)
    _add(site, entry, dry_run)


@lexicon.command("list")
def list_cues(every: All = False, home: Home = None) -> None:
    """Name the cues in force: id, state, code, words, channel, weight, times, reason."""
    _list(UrgentCue, every, home)


@allow.command("list")
def list_words(every: All = False, home: Home = None) -> None:
    """Name the words in force: id, state, code, words, category, merchant, times, reason."""
    _list(Allowance, every, home)


@lexicon.command("remove")
def remove_cue(
    entry: Annotated[str, typer.Argument(metavar="ID", help="As `list` names it.")],
    home: Home = None,
) -> None:
    """Take a cue back before it expires."""
    _remove(UrgentCue, entry, home)


@allow.command("remove")
def remove_words(
    entry: Annotated[str, typer.Argument(metavar="ID", help="As `list` names it.")],
    home: Home = None,
) -> None:
    """Have words count again before their entry expires."""
    _remove(Allowance, entry, home)


def expiry(text: str, now: datetime) -> datetime:
    """The instant that ``--expires`` names: RFC 3339, or so many m, h, d or w from now.

    Raises UsageError for anything else, and for an instant that has passed.

    >>> now = datetime(2026, 2, 1, tzinfo=UTC)
    >>> expiry("36h", now).isoformat()
    '2026-02-02T12:00:00+00:00'
    """
    if found := _DURATION.fullmatch(text):
        return now + timedelta(**{_UNITS[found[2]]: int(found[1])})
    if re.fullmatch(r"[+-]?\w{1,20}", text, re.ASCII):
        raise UsageError(
            f"--expires: {quoted(text)} is no duration; write 90m, 12h, 7d or 2w, of at most 9999"
        )
    at = parse_option_instant(text, now, "--expires")
    if at <= now:
        raise UsageError(f"--expires: {quoted(text)} has passed; it is {now:%Y-%m-%dT%H:%M:%SZ}")
    return at


def _folded(text: str) -> str:
    """The words as texts are read, so that ＶＸ finds vx; what cannot be seen is left to refuse."""
    from features.normalise import normalise

    return normalise(text).text if text.isprintable() else text


def _entry(
    model: type[Urgent],
    code: str,
    expires: str,
    why: str,
    now: datetime,
    fields: Mapping[str, Any],
) -> Urgent:
    ends = expiry(expires, now)
    try:
        return model.model_validate(
            {"code": code, "reason": why, "added_at": now, "expires": ends, **fields}
        )
    except ValidationError as error:
        raise UsageError(reason(explain(error))) from error


def _site(home: Path | None, policy: Literal["balanced", "capacity"]) -> "Site":
    from training.urgent import Site

    return Site(_home(home), _ledger(home), policy)


def _tried(site: "Site", entry: Urgent, now: datetime, days: int) -> "list[BacktestReport]":
    """Judge past traffic again with the entry, and print what changes."""
    from training.backtest import sentences
    from training.urgent import check_entry, trial

    def report(sentence: str) -> None:
        complain(f"backtest: {sentence}")

    overlay = load_overlay(site.home)
    check_entry(entry, overlay)
    reports = trial(site, entry, overlay, now, days, report)
    for one in reports:
        for sentence in sentences(one):
            typer.echo(printable(sentence, 1_000))
    return reports


def _add(site: "Site", entry: Urgent, dry_run: bool) -> None:
    if dry_run:
        complain("a dry run: nothing was added")
        return
    # It counts from now on, not from before it was tried.
    dated = entry.model_copy(update={"added_at": datetime.now(UTC)})
    with closing(Ledger(site.ledger_url)) as ledger:
        change = add_entry(site.home, ledger, dated, OPERATOR)
    _say(change)


def _remove(model: type[Urgent], name: str, home: Path | None) -> None:
    with closing(Ledger(_ledger(home))) as ledger:
        _say(end_entry(_home(home), ledger, name, model, OPERATOR, datetime.now(UTC)))


def _say(change: Change) -> None:
    typer.echo(f"{entry_id(change.entry)}\t{change.after}")
    typer.echo(f"counts until {change.entry.ends.isoformat()}", err=True)


def _list(model: type[Urgent], every: bool, home: Path | None) -> None:
    now = datetime.now(UTC)
    for entry in load_overlay(_home(home)).entries:
        if isinstance(entry, model) and (every or entry.counts(now)):
            typer.echo("\t".join(printable(cell, 500) for cell in _cells(entry, now)))


def _cells(entry: Urgent, now: datetime) -> list[str]:
    state = "counts" if entry.counts(now) else "removed" if entry.removed_at else "expired"
    if isinstance(entry, UrgentCue):
        about = [entry.pattern, entry.channel, str(entry.weight)]
    else:
        about = [entry.words, entry.category or "-", entry.merchant_id or "-"]
    times = [entry.added_at.isoformat(), entry.ends.isoformat()]
    return [entry_id(entry), state, entry.code, *about, *times, entry.reason]


def _home(home: Path | None) -> Path:
    return home if home is not None else home_of(os.environ)


def _ledger(home: Path | None) -> str:
    return ledger_url(os.environ if home is None else {**os.environ, VARIABLE: str(home)})
