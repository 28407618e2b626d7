import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from training.track import TrackError, log_evaluation, name_champion

pytestmark = [
    pytest.mark.slow,
    # MLflow runs here and not in a process of its own; what it does to SQLAlchemy is its own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store is new: an empty file is a store that MLflow fills."""
    home = tmp_path_factory.mktemp("home")
    (home / "mlflow.sqlite").touch()
    return home


def test_figures_are_logged_under_names_that_no_merchant_can_spoil(home: Path) -> None:
    slices = {"../a//b=<c>": {"pr_auc": 0.5, "recall": None, "too_few": True}}
    metrics = {"pr_auc": 0.7, "intervals": {"pr_auc": [0.6, 0.8]}, "slices": {"source": slices}}
    page = {"evaluation.html": b"<p>"}

    run = log_evaluation(home, "claims", "a model", {"files": "x" * 9_000}, metrics, page)

    with closing(sqlite3.connect(home / "mlflow.sqlite")) as store:
        figures = dict(store.execute("select key, value from metrics where run_uuid = ?", (run,)))
    assert figures == {
        "pr_auc": 0.7,
        "intervals.pr_auc.low": 0.6,
        "intervals.pr_auc.high": 0.8,
        "slices.source..._a__b__c_.pr_auc": 0.5,
    }
    assert [path.read_bytes() for path in home.rglob("evaluation.html")] == [b"<p>"]


def test_without_a_store_nothing_is_logged_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(TrackError, match=r"has no mlflow\.sqlite; `mingcha train` makes one"):
        log_evaluation(tmp_path, "claims", "a model", {}, {}, {})

    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "mlflow.sqlite").write_text("not a database, whatever its name says" * 40)

    with pytest.raises(TrackError, match="cannot be used as a store of runs"):
        log_evaluation(tmp_path, "claims", "a model", {}, {}, {})


def test_a_store_that_is_none_is_named_by_a_promotion_too(tmp_path: Path) -> None:
    (tmp_path / "mlflow.sqlite").write_text("not a database, whatever its name says" * 40)

    with pytest.raises(TrackError, match="cannot be used as a store of runs"):
        name_champion(tmp_path, "claims", "claims-1")
