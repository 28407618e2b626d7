from pathlib import Path

import pytest

from data.listing import Listing
from data.regression import RegressionRow, load_regression
from data.segment import LiveSegment
from models.scorer import degraded_scorer, load_scorer
from training.guard import counted, guard, regression_item


def test_a_scorer_that_flags_everything_fails_the_harmless_rows_only() -> None:
    guards = guard(degraded_scorer("claims", "review"))
    spoken = [row.text for row in load_regression("must_pass") if row.channel == "speech"]

    assert guards["must_pass"].wrong == spoken
    assert guards["must_catch"].wrong == []
    assert counted(guards)["must_pass"] == {"rows": len(spoken), "wrong": len(spoken)}


@pytest.mark.parametrize("kind", ["claims", "listings"])
def test_every_row_is_judged_by_the_scorer_of_its_channel(kind: str) -> None:
    channel = {"claims": "speech", "listings": "listing"}[kind]
    guards = guard(degraded_scorer("claims" if kind == "claims" else "listings", "review"))

    for corpus, found in guards.items():
        rows = load_regression(corpus)
        assert found.rows == sum(row.channel == channel for row in rows)


def test_speech_keeps_its_category_and_a_title_stands_in_a_plain_listing() -> None:
    row = RegressionRow(text="高仿", channel="listing", codes=[], note="", category=None)
    spoken = row.model_copy(update={"channel": "speech", "category": "箱包"})

    listing, segment = regression_item(row), regression_item(spoken)

    assert isinstance(listing, Listing)
    assert (listing.title, listing.licences, listing.merchant) == ("高仿", None, None)
    assert isinstance(segment, LiveSegment)
    assert segment.category == "箱包"


def test_the_claim_model_of_the_seeds_gets_its_regression_rows_right(
    claims_artifact: Path,
) -> None:
    guards = guard(load_scorer(claims_artifact))

    assert guards["must_pass"].wrong == []
    assert guards["must_catch"].wrong == []


def test_a_small_listing_model_of_the_seeds_gets_most_regression_rows_right(
    listings_artifact: Path,
) -> None:
    guards = guard(load_scorer(listings_artifact))

    # The model that ships sees eight times as much simulation and gets all of them right.
    for corpus in ("must_pass", "must_catch"):
        assert len(guards[corpus].wrong) <= 0.15 * guards[corpus].rows
