"""The command ``mingcha shadow``."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from data.command import parse_option_instant
from data.durable import held
from data.home import home, ledger_url
from data.ledger import Ledger
from data.ledger.shadows import Course, Stretch, courses
from data.problem import MingchaError, printable

if TYPE_CHECKING:
    from training.shadowing import Stage

shadow = typer.Typer(
    help="A challenger that answers live traffic unheard (影子模式).", no_args_is_help=True
)

Shadowed = Literal["claims", "listings"]
KINDS: Final[tuple[Shadowed, ...]] = ("claims", "listings")
KindArgument = Annotated[Shadowed, typer.Argument(help="Which model.")]
Policy = Annotated[
    Literal["balanced", "capacity"],
    typer.Option(envvar="MINGCHA_POLICY", help="The operating point that the service has."),
]


@shadow.command()
def start(
    kind: KindArgument,
    version: Annotated[str, typer.Argument(help="Its name, or its number in the registry.")],
    policy: Policy = "balanced",
) -> None:
    """Have a version answer what the champion answers; nobody hears it."""
    with _acting() as stage:
        name = stage.start(kind, version, policy, datetime.now(UTC))
    typer.echo(f"{kind}\t{name}\tanswers in shadow within seconds")


@shadow.command()
def stop(kind: KindArgument) -> None:
    """End it; what it answered is kept."""
    with _acting() as stage:
        name = stage.stop(kind, datetime.now(UTC))
    typer.echo(f"{kind}\t{name}\tis in shadow no more")


@shadow.command()
def status() -> None:
    """Who is champion, who answers in shadow, and how often by now."""
    with _stage() as stage:
        for kind in KINDS:
            found = stage.running(kind)
            typer.echo(f"{kind}\tchampion {found.champion or '-'}\tshadow {found.shadow or '-'}")
            for course in found.courses:
                typer.echo(f"  {_told(course)}")


@shadow.command()
def report(
    kind: KindArgument,
    since: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Default: since its first answer.")
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="Default: the shadow that runs, or else the last that did.")
    ] = None,
    champion: Annotated[
        str | None, typer.Option(help="Whose answers it is held against; default: the champion.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report.")] = False,
) -> None:
    """Hold what a shadow answered against what the champion did."""
    from training.shadow_report import page, shadow_report

    until = datetime.now(UTC)
    with _stage() as stage:
        found = stage.running(kind)
        course = _course(courses(stage.ledger, kind), kind, version or found.shadow)
        begin = parse_option_instant(since, course.first, "--since")
        against = champion or found.champion
        if against is None:
            raise MingchaError(f"no {kind} model yet to compare with: run `mingcha train {kind}`")
        if against == course.model_version:
            raise MingchaError(
                f"{kind} {against} is champion by now: name the one before it with --champion"
            )
        stretch = Stretch(kind, course.model_version, begin, until)
        made = shadow_report(stage.ledger, stretch, against)
    if as_json:
        typer.echo(json.dumps(made.model_dump(mode="json"), ensure_ascii=False))
        return
    for line in page(made):
        typer.echo(printable(line, 1_000))


def _course(past: list[Course], kind: str, version: str | None) -> Course:
    named = [one for one in past if version in (None, one.model_version)]
    if not named:
        raise MingchaError(
            f"{kind}: {version or 'no shadow'} has answered nothing yet; `mingcha shadow status`"
        )
    return named[-1]


def _told(course: Course) -> str:
    first, last = (at.isoformat(timespec="seconds") for at in (course.first, course.last))
    return f"{course.model_version}\t{course.answers:,} answers\t{first} to {last}"


@contextmanager
def _stage() -> "Iterator[Stage]":
    from training.shadowing import Stage

    with closing(Ledger(ledger_url(os.environ))) as ledger:
        yield Stage(home(os.environ), ledger)


@contextmanager
def _acting() -> "Iterator[Stage]":
    from training.promotion import BUSY, LOCK

    with _stage() as stage, held(stage.home / LOCK, busy=BUSY):
        yield stage
