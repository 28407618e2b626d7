import os
import sys
from collections.abc import Callable
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from data.command import main, parse_layout, parse_pairs
from data.problem import UsageError
from data.read import Layout
from data.version import __version__

Run = Callable[..., int]

MODULE = '''
"""Commands of a package that is installed beside."""
import os
from typing import Annotated
import typer
from data.problem import FileError, UsageError
from data.seeds import SeedError

quiet = {name: os.environ.get(name) for name in
         ("BENTOML_DO_NOT_TRACK", "MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK")}

def greet(name: Annotated[str, typer.Option(help="Whom.")] = "你") -> None:
    """Greet somebody."""
    typer.echo(f"{name}好 {sorted(quiet.values())}")

def fail(kind: str) -> None:
    """Fail in one of several ways."""
    errors = {
        "file": FileError("a.csv: is empty"),
        "seed": SeedError("cues.tsv:3: weight x"),
        "usage": UsageError("--map: wrong"),
        "rejects": typer.Exit(3),
        "steering": FileError("a\\x1b[2J.csv: is empty"),
    }
    raise errors[kind]

key = typer.Typer(help="Keys of the API.")

@key.command("add")
def add_key(owner: str) -> None:
    """Add a key."""
    typer.echo(f"added {owner}")
'''

ENTRY_POINTS = """[mingcha.commands]
greet = spoken_commands:greet
fail = spoken_commands:fail
key = spoken_commands:key
heavy = heavy_commands:train
"""

HEAVY = '''
def train() -> None:
    """Train for a long time."""
'''


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line with the commands of a distribution that lies in ``tmp_path``."""
    information = tmp_path / "spoken-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Name: spoken\nVersion: 1.0\n", encoding="utf-8")
    (information / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    (tmp_path / "spoken_commands.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "heavy_commands.py").write_text(HEAVY, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    # Only these: the project's own commands must neither be slow here nor write any state.
    only = Distribution.at(information).entry_points
    monkeypatch.setattr("data.command.entry_points", lambda group: only.select(group=group))
    monkeypatch.setenv("MINGCHA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for name in ("BENTOML_DO_NOT_TRACK", "MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        monkeypatch.setenv(name, "")
        del os.environ[name]
    for module in ("spoken_commands", "heavy_commands"):
        monkeypatch.setitem(sys.modules, module, None)  # restored, that is removed, afterwards
        del sys.modules[module]

    def call(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["mingcha", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    return call


def test_the_version_is_printed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"mingcha {__version__}\n"


def test_only_the_command_that_is_called_is_loaded(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("greet", "--name", "大家") == 0
    assert capsys.readouterr().out.startswith("大家好")
    assert "heavy_commands" not in sys.modules


def test_no_library_reports_home(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("greet")

    assert "['True', 'true', 'true']" in capsys.readouterr().out


def test_help_lists_every_command_with_its_sentence(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--help") == 0

    shown = capsys.readouterr().out
    for expected in (
        "greet",
        "Greet somebody",
        "heavy",
        "Train for a long",
        "key ",
        "Keys of the API",
    ):
        assert expected in shown


def test_a_command_may_have_commands_of_its_own(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("key", "add", "platform") == 0
    assert capsys.readouterr().out == "added platform\n"


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [
        ("file", 1, "mingcha: a.csv: is empty\n"),
        ("seed", 1, "mingcha: cues.tsv:3: weight x\n"),
        ("usage", 2, "mingcha: --map: wrong\n"),
        ("rejects", 3, ""),
        ("steering", 1, "mingcha: a\\x1b[2J.csv: is empty\n"),
    ],
)
def test_a_failure_has_one_line_and_its_exit_code(
    run: Run, capsys: pytest.CaptureFixture[str], kind: str, code: int, message: str
) -> None:
    assert run("fail", kind) == code
    assert capsys.readouterr().err == message


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["greet", "--nothing"], ["fail"], ["key", "nothing"]]
)
def test_wrong_usage_ends_with_two(run: Run, arguments: list[str]) -> None:
    assert run(*arguments) == 2


def test_a_value_may_hold_an_equals_sign() -> None:
    assert parse_pairs(["title=a=b", " price =售价"]) == {"title": "a=b", "price": "售价"}


@pytest.mark.parametrize("pair", ["price", "=售价", "price=", "", "="])
def test_a_pair_without_both_sides_is_a_usage_error(pair: str) -> None:
    with pytest.raises(UsageError, match=r"--map: found .* write it as FIELD=COLUMN"):
        parse_pairs([pair])


def test_a_field_given_twice_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match='--set: "price" is given twice'):
        parse_layout([], ["price=1", "price=2"], "utf-8")


def test_the_options_make_a_layout() -> None:
    layout = parse_layout(["price=售价"], ["category=美妆"], "gb18030")

    assert layout == Layout(
        map={"price": "售价"}, constants={"category": "美妆"}, encoding="gb18030"
    )
