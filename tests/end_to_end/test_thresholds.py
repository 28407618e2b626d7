"""``mingcha thresholds`` on a small ledger with a real champion, until serving's policy uses it."""

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from data.command import app
from data.ledger import Decision, Docket, Ledger
from data.ledger.champions import THRESHOLDS, last_promotion
from data.ledger.tables import audit
from data.ledger.verify import verify
from data.problem import MingchaError
from data.review import Review
from data.selection import Selection
from models.artifact import read_files, read_manifest
from models.scorer import Scorer, load_scorer
from models.store import artifacts, champion, promote
from training.adjustment import Adjustment
from training.adjustment_sentences import sentences
from training.listings import ListingDoc, simulated_docs

pytestmark = [
    pytest.mark.slow,
    # MLflow runs here and not in a process of its own; what it does to SQLAlchemy is its own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

NOW = datetime.fromisoformat("2026-03-15T20:00:00+08:00")
AS_OF = ("--as-of", NOW.isoformat())
DAYS, A_DAY = 10, 30
REVIEWERS = ("--reviewers", "1", "--cases-an-hour", "3.5")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, listings_artifact: Path) -> Path:
    """A champion whose ten days of answers people reviewed: all flags, most of the rest."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(listings_artifact, artifacts(home, "listings") / listings_artifact.name)
    promote(home, "listings", listings_artifact.name)
    scorer = load_scorer(listings_artifact, "capacity")
    rng = random.Random(3)
    docs = simulated_docs(NOW - timedelta(days=DAYS), 77, DAYS * A_DAY)
    with closing(Ledger(f"sqlite:///{home}/ledger.sqlite")) as ledger:
        made = list(_decisions(scorer, docs, rng))
        ledger.record([decision for decision, _ in made])
        Docket(ledger).decide([review for _, review in made if review], NOW)
    return home


def _decisions(
    scorer: Scorer, docs: list[ListingDoc], rng: random.Random
) -> Iterator[tuple[Decision, Review | None]]:
    for number, doc in enumerate(docs):
        at = NOW - timedelta(days=DAYS * (1 - number / len(docs)), hours=1)
        item = doc.listing.model_copy(update={"data_id": f"goods-{number}", "submitted_at": None})
        sent = item.model_dump(mode="json", exclude_none=True)
        verdict = scorer.score(item, at)
        passed = verdict.suggestion == "pass"
        drawn = Selection(
            probability=0.7 if passed else 1.0,
            reason="exploration" if passed and rng.random() < 0.7 else None,
        )
        decision = Decision.of("listings", item, sent, verdict, at, selection=drawn)
        seen = decision.flagged or drawn.reason
        yield decision, _review(decision, doc) if seen else None


def _review(decision: Decision, doc: ListingDoc) -> Review:
    return Review(
        review_id=f"r-{decision.data_id}",
        decision_id=decision.decision_id,
        reviewer="wang",
        outcome="violation" if doc.codes else "clean",
        codes=list(doc.codes),
        decided_at=decision.decided_at + timedelta(minutes=30),
    )


def run(home: Path, *arguments: str) -> Result:
    return CliRunner(env={"MINGCHA_HOME": str(home), "MINGCHA_LEDGER_URL": ""}).invoke(
        app, ["thresholds", "listings", *arguments], catch_exceptions=False
    )


def standing(home: Path) -> Path:
    found = champion(home, "listings")
    assert found is not None
    return found


def told(home: Path, *arguments: str) -> Adjustment:
    done = run(home, *AS_OF, "--dry-run", "--json", *arguments)
    return Adjustment.model_validate_json(done.stdout)


@pytest.fixture(scope="module")
def report(home: Path) -> Adjustment:
    """What one reviewer is told."""
    return told(home, *REVIEWERS)


def test_a_dry_run_tells_the_change_and_the_coming_week_and_changes_nothing(
    home: Path, report: Adjustment
) -> None:
    page = "\n".join(sentences(report))

    assert standing(home).name == report.champion
    assert "items that people judged" in report.basis
    assert report.after.reviews.value <= report.capacity
    assert report.forecast is not None
    assert report.forecast.days[0].day.isoformat() == "2026-03-16"
    assert "counterfeit_brand" in page
    assert "nine in ten up to" in page


def test_more_reviewers_miss_less_and_let_cases_wait_less(home: Path, report: Adjustment) -> None:
    many = told(home, "--reviewers", "4")

    assert many.after.misses.value <= report.after.misses.value
    assert many.after.flagged.value > report.after.flagged.value
    assert many.forecast is not None
    assert report.forecast is not None
    assert many.forecast.slow_wait.high < report.forecast.slow_wait.low


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "who reviews listings"),
        (("--reviewers", "0"), "0 reviewers look at nothing"),
        (("--reviewers", "2", "--miss", "1,2"), "found 2 figures"),
        (("--reviewers", "2", "--as-of", "2020-01-01T00:00:00Z"), "nothing came in"),
    ],
)
def test_what_cannot_be_chosen_is_refused_in_a_sentence(
    home: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(MingchaError, match=sentence):
        run(home, *arguments)


# Last: from here on another point is the champion's.
def test_the_new_point_becomes_the_champions_and_serving_answers_by_it(home: Path) -> None:
    before = standing(home)
    old = load_scorer(before, "capacity")
    (home / "work.toml").write_text("[listings]\nreviewers = 1\ncases_an_hour = 3.5\n", "utf-8")

    done = run(home, *AS_OF)

    after = standing(home)
    new = load_scorer(after, "capacity")
    item = simulated_docs(NOW, 5, 20)[0].listing
    was, now = read_manifest(before), read_manifest(after)
    assert done.exit_code == 0
    assert after != before
    assert new.policy_version != old.policy_version
    assert new.score(item, NOW).decision_id != old.score(item, NOW).decision_id
    assert load_scorer(after).policy_version == load_scorer(before).policy_version
    assert read_files(after, now) == read_files(before, was)
    assert now.thresholds["balanced"] == was.thresholds["balanced"]
    assert now.thresholds["capacity"].labels
    with closing(Ledger(f"sqlite:///{home}/ledger.sqlite")) as ledger:
        promotion = last_promotion(ledger, "listings")
        assert promotion is not None
        assert (promotion.cause, promotion.replaced) == ("thresholds", before.name)
        with ledger.reading() as connection:
            query = select(audit.c.detail).where(audit.c.act == THRESHOLDS)
            detail = json.loads(connection.execute(query).scalar_one())
        assert detail["before"] == was.thresholds["capacity"].facts()
        assert detail["after"] == now.thresholds["capacity"].facts()
        assert verify(ledger).problems == []
    with pytest.raises(MingchaError, match="nothing changes"):
        run(home, *AS_OF)
