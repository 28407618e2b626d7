"""The command ``mingcha``. Each package registers what it can do; only what is called is loaded.

Entry points of the group ``mingcha.commands`` are a command's function or, for a command with
commands of its own, a ``typer.Typer``.
"""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from data.problem import MingchaError, UsageError, printable, quoted
from data.read import Layout
from data.record import parse_instant
from data.version import __version__

FINISHED_WITH_REJECTS: Final = 3
"""Exit code: the work was finished, and something was not accepted: rows, or a challenger."""

DRIFTED: Final = 4
"""Exit code of ``mingcha drift``: something changed."""

_QUIET: Final = {
    "BENTOML_DO_NOT_TRACK": "True",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}

MapOption = Annotated[
    list[str],
    typer.Option(
        "--map", metavar="FIELD=COLUMN", help="The column that holds a field; may be repeated."
    ),
]
SetOption = Annotated[
    list[str],
    typer.Option("--set", metavar="FIELD=VALUE", help="One value for all rows; may be repeated."),
]
EncodingOption = Annotated[
    str, typer.Option("--encoding", help="Of text files, for example gb18030.")
]


def parse_pairs(
    pairs: Sequence[str], option: str = "--map", value: str = "COLUMN"
) -> dict[str, str]:
    """The pairs of a repeated option, cut at the first ``=``.

    Raises ``UsageError`` for one without ``=``, with an empty side, or for a field named twice.

    >>> parse_pairs(["price=售价", "title=名称"])
    {'price': '售价', 'title': '名称'}
    """
    parsed: dict[str, str] = {}
    for pair in pairs:
        left, _, right = pair.partition("=")
        left = left.strip()
        if not left or not right:
            raise UsageError(f"{option}: found {quoted(pair)}; write it as FIELD={value}")
        if left in parsed:
            raise UsageError(f"{option}: {quoted(left)} is given twice")
        parsed[left] = right
    return parsed


def parse_layout(mapped: Sequence[str], constants: Sequence[str], encoding: str) -> Layout:
    """The layout that ``--map``, ``--set`` and ``--encoding`` describe. Raises ``UsageError``."""
    return Layout(
        map=parse_pairs(mapped),
        constants=parse_pairs(constants, "--set", "VALUE"),
        encoding=encoding,
    )


def parse_option_instant(text: str | None, now: datetime, option: str = "--as-of") -> datetime:
    """The instant that an option names, ``now`` where it is left out. Raises ``UsageError``."""
    if text is None:
        return now
    try:
        instant = parse_instant(text)
    except ValueError as error:
        raise UsageError(f"{option}: {text[:40]!r} {error}") from error
    assert isinstance(instant, datetime)
    return instant


def complain(sentence: str) -> None:
    """Print a warning or an error to stderr, as one line that no terminal would obey."""
    typer.echo(f"mingcha: {printable(sentence, 4_000)}", err=True)


class _Commands(TyperGroup):
    """A group that knows its commands by name and loads one when it is called."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return sorted(_registered())

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        found = _registered().get(cmd_name)
        return found and _loaded(found)


def _registered() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group="mingcha.commands")}


def _loaded(entry: EntryPoint) -> Any:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    target: typer.Typer | Callable[..., object] = entry.load()
    if isinstance(target, typer.Typer):
        group = typer.main.get_group(target)
        group.name = entry.name
        return group
    single = typer.Typer(add_completion=False)
    single.command(entry.name)(target)
    return typer.main.get_command(single)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"mingcha {__version__}")
        raise typer.Exit


# A traceback with local variables would print merchants' texts.
app = typer.Typer(
    cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def _mingcha(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="And exit.")
    ] = False,
) -> None:
    """Mingcha 明察: scores, intercepts, reviews and relearns.

    Exit codes: 0 all answered, 1 failed, 2 wrong usage, 3 finished with rejected rows, 4 drift.
    """


def main() -> None:
    """Run the command line and exit: 0 all answered, 1 failed, 2 usage, 3 with rejects, 4 drift."""
    try:
        app()
    except MingchaError as error:
        complain(str(error))
        sys.exit(error.exit_code)
