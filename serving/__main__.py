"""``python -m serving key add NAME``: for a Bento, where the command ``mingcha`` is not there."""

import sys

import typer

from data.command import complain
from data.problem import MingchaError
from serving.commands import key

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(key, name="key")


@app.callback()
def _serving() -> None:
    """What an operator of a Bento needs beside the service itself."""


if __name__ == "__main__":
    try:
        app(prog_name="python -m serving")
    except MingchaError as error:
        complain(str(error))
        sys.exit(error.exit_code)
