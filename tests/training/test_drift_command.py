"""``mingcha drift`` on a small ledger whose last week is another."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from data.command import app
from data.drift import drift_path, read_drift
from data.ledger import Decision, Ledger
from data.problem import UsageError
from tests.training.answered import answered
from tests.training.traffic import UNTIL

WEEK = timedelta(days=7)
TITLES = ("玻璃杯子", "纯棉毛巾", "不锈钢保温杯", "陶瓷餐盘")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    with closing(Ledger(f"sqlite:///{home}/ledger.sqlite")) as ledger:
        ledger.record(list(_decisions()))
    return home


def _decisions() -> Iterator[Decision]:
    """Six weeks of listings; half of the last week's are of a new category, with odd words."""
    rng = np.random.default_rng(0)
    for number in range(42 * 20):
        at = UNTIL - timedelta(days=number / 20)
        odd = at > UNTIL - WEEK and number % 2 == 0
        sent = {
            "data_id": f"g{number}",
            "title": "玻.璃.杯.子" if odd else str(rng.choice(TITLES)),
            "category": "新类目" if odd else "家居/杯",
            "price": float(np.round(rng.lognormal(3, 0.4), 2)),
            "merchant": {"merchant_id": f"m{rng.integers(60)}"},
        }
        suggestion = "review" if rng.random() < 0.1 else "pass"
        yield answered("listings", sent, f"d{number}", at, suggestion)  # type: ignore[arg-type]


def run(home: Path, *arguments: str) -> Result:
    return CliRunner(env={"MINGCHA_HOME": str(home), "MINGCHA_LEDGER_URL": ""}).invoke(
        app, ["drift", *arguments], catch_exceptions=False
    )


def test_a_week_that_is_another_ends_with_exit_code_4_and_says_what_moved(home: Path) -> None:
    done = run(home, "--as-of", UNTIL.isoformat())

    kept = read_drift(home, "listings")
    assert done.exit_code == 4
    assert "alarm      类目构成变了：" in done.stdout
    assert "新类目 0.0% → " in done.stdout
    assert kept is not None
    assert {"category", "unknown_words"} <= {each.quantity for each in kept.alarms}
    assert {each.name_en for each in kept.alarms} & {"score", "flag rate"} == set()


def test_a_week_like_those_before_ends_with_exit_code_0(home: Path, tmp_path: Path) -> None:
    done = run(home, "--as-of", (UNTIL - WEEK).isoformat(), "--json")

    printed = json.loads(done.stdout)
    states = {each["quantity"]: each["state"] for each in printed["listings"]["movements"]}
    assert done.exit_code == 0
    assert states["category"] == "steady"
    assert {each["state"] for each in printed["claims"]["movements"]} == {"not_judged"}


def test_the_report_is_kept_as_it_is_printed_and_in_one_piece(home: Path) -> None:
    done = run(home, "--as-of", UNTIL.isoformat(), "--days", "14", "--json")

    kept = json.loads(drift_path(home, "listings").read_text("utf-8"))
    assert kept == json.loads(done.stdout)["listings"]
    assert kept["days"] == 14
    assert sorted(path.name for path in (home / "drift").iterdir()) == [
        "claims.json",
        "listings.json",
    ]


@pytest.mark.parametrize("arguments", [["--days", "0"], ["--false-alarms", "0.5"]])
def test_what_is_not_allowed_ends_with_exit_code_2(home: Path, arguments: list[str]) -> None:
    assert run(home, *arguments).exit_code == 2


def test_an_instant_that_cannot_be_read_says_what_is_allowed(home: Path) -> None:
    with pytest.raises(UsageError, match="--as-of: 'yesterday' not an RFC 3339 instant"):
        run(home, "--as-of", "yesterday")


def test_help_names_the_exit_codes(home: Path) -> None:
    assert "4 alarm" in run(home, "--help").stdout
