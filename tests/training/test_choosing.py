"""What chooses an operating point is what the scorers then do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.ledger import Decision
from data.ledger.champions import RetrainingRow, keep_retraining, promote
from data.listing import Listing
from data.segment import LiveSegment
from data.verdict import Kind
from models.artifact import Thresholds, read_files, read_manifest, write_artifact
from models.claim_scorer import ClaimScorer
from models.listing_scorer import ListingScorer
from models.scorer import load_scorer
from models.store import artifacts
from tests.training.answered import answered
from tests.training.ledger_of import Story, day
from training.build import suited
from training.choosing import AdjustmentError, Scored, Site, choosing_rows
from training.guard import corpus_rows, regression_item
from training.inflow import Inflow, inflow
from training.operating import Demand
from training.out_of_fold import OUT_OF_FOLD, pack_judged, unpack_judged
from training.train import demand_of
from training.work import Work

AT = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def scorer(listings_artifact: Path) -> Scored:
    found = load_scorer(listings_artifact, "capacity")
    assert isinstance(found, ListingScorer)
    return found


@pytest.mark.parametrize("kind", ["claims", "listings"])
def test_an_item_is_flagged_exactly_where_it_was_foreseen(
    kind: Kind, request: pytest.FixtureRequest
) -> None:
    scorer = load_scorer(request.getfixturevalue(f"{kind}_artifact"))
    assert isinstance(scorer, ClaimScorer | ListingScorer)
    codes = scorer.taxonomy.codes
    scorer.thresholds = Thresholds(flag=0.93, label=0.6, labels=dict.fromkeys(codes, 0.15))
    by_label = 0
    for row in [*corpus_rows("must_catch", kind)[::15], *corpus_rows("known_misses", kind)[::2]]:
        item = regression_item(row)
        assert isinstance(item, LiveSegment | Listing)
        foreseen = scorer.chances(item, AT)  # type: ignore[arg-type]
        answer = scorer.score(item, AT)
        reached = scorer.thresholds.reached_by(foreseen.labels)
        flagged = foreseen.settled or foreseen.probability >= 0.93 or bool(reached)
        assert (answer.suggestion != "pass") == flagged
        assert (answer.suggestion == "block") <= foreseen.blocks
        if reached and foreseen.probability < 0.93 and not foreseen.settled:
            by_label += 1
            assert set(reached) <= {label.code for label in answer.labels}
    assert by_label > 0


def test_scores_out_of_fold_are_kept_in_the_artefact_and_read_back(listings_artifact: Path) -> None:
    content = read_files(listings_artifact, read_manifest(listings_artifact))[OUT_OF_FOLD]

    judged = unpack_judged(content)

    assert pack_judged(judged) == content
    assert judged.violating.any()
    assert (judged.codes.any(axis=1) <= judged.violating).all()


def test_training_chooses_capacity_by_the_work_where_it_is_known(
    scorer: Scored, listings_artifact: Path
) -> None:
    from models.knowledge import load_knowledge

    manifest = read_manifest(listings_artifact)
    judged = unpack_judged(read_files(listings_artifact, manifest)[OUT_OF_FOLD])
    demand = Demand(Work(reviewers=1), 0.03)

    points = suited(manifest.thresholds, judged, demand, load_knowledge())

    flagged = judged.rows.flagged(points["capacity"], scorer.taxonomy.codes)
    assert points["balanced"] == manifest.thresholds["balanced"]
    assert 0 < np.average(flagged, weights=judged.rows.weights) <= 0.03
    assert suited(manifest.thresholds, judged, None, load_knowledge()) == manifest.thresholds


def test_what_is_not_known_of_the_work_is_said(tmp_path: Path) -> None:
    ledger, said = Story(tmp_path).ledger, list[str]()

    unknown = demand_of(ledger, "listings", day(0), Work(reviewers=1), said.append)
    known = demand_of(
        ledger, "listings", day(0), Work(reviewers=1, items_a_day=3_600.0), said.append
    )

    assert unknown is None
    assert "no items_a_day is set" in said[0]
    assert known is not None
    assert known.share == pytest.approx(0.1)


def test_what_comes_in_is_counted_by_content_and_cases_by_room(tmp_path: Path) -> None:
    story = Story(tmp_path)
    for number in range(40):
        minute = number // 4
        sent = {"data_id": f"w{number}", "text": f"话术{number}", "room_id": f"r{minute}"}
        flagged = {**sent, "platform": "p", "start_s": float(number)}
        story.ledger.record([answered("claims", flagged, f"d{number}", day(minute), "review")])

    found = inflow(story.ledger, "claims", day(10), Work(reviewers=1))

    assert found == Inflow(items_a_day=4.0, cases_per_flag=0.25, other_cases=0.0)


def decided(story: Story, name: str, on: float) -> Decision:
    decision = story.listing(name, on)
    story.reviewed(decision, "violation" if on % 2 else "clean", on + 0.1)
    return decision


def test_neither_what_the_champion_learnt_nor_what_judges_the_next_one_chooses(
    tmp_path: Path, scorer: Scored, listings_artifact: Path
) -> None:
    story = Story(tmp_path)
    for on in range(12):
        decided(story, f"g{on}", on)
    with story.ledger.acting("test", day(12)) as transaction:
        keep_retraining(transaction, _retraining("champion-1", judged=4.5, as_of=8.5))
        promote(transaction, "listings", "champion-1", "gate")
        promote(transaction, "listings", listings_artifact.name, "thresholds")

    site = Site(tmp_path, story.ledger, Work(reviewers=1), least_rows=1, least_violating=1)
    basis = choosing_rows("listings", site, listings_artifact.name, scorer, day(12))

    assert len(basis.judged.violating) == 4  # of days 5, 6, 7 and 8
    assert basis.judged.violating.tolist() == [True, False, True, False]
    assert day(4.5).isoformat(timespec="minutes") in basis.sentence


def _retraining(challenger: str, judged: float, as_of: float) -> RetrainingRow:
    return RetrainingRow(
        retraining_id="r1",
        kind="listings",
        as_of=day(as_of),
        judged_from=day(judged),
        data_hash="h",
        champion=None,
        challenger=challenger,
        promoted=True,
        judged=True,
        verdict="{}",
        recorded_at=day(as_of) + timedelta(hours=1),
    )


def test_without_judged_items_and_scores_of_training_nothing_is_chosen(
    tmp_path: Path, scorer: Scored, listings_artifact: Path
) -> None:
    manifest = read_manifest(listings_artifact)
    files = read_files(listings_artifact, manifest)
    facts = manifest.model_dump(mode="json", exclude={"format", "model_version", "files"})
    del files[OUT_OF_FOLD]
    older = write_artifact(artifacts(tmp_path, "listings"), files, facts)
    site = Site(tmp_path, Story(tmp_path).ledger, Work(reviewers=1))

    with pytest.raises(AdjustmentError, match="keeps no scores of its training; train anew"):
        choosing_rows("listings", site, older.name, scorer, day(1))
