"""What one number tells of simulated listings, and what the past of a merchant adds."""

import re
from datetime import datetime
from itertools import pairwise

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from data.simulate.events import Submitted
from data.simulate.merchants import shares
from data.simulate.world import simulate_world
from data.split import grouped_folds
from features.listing import LISTING_FEATURES
from features.price import NO_REFERENCE_PRICES, build_reference_prices
from tests.data.simulate.separation import ANY, HISTORY, KNOWLEDGE, Floats, Seen, aucs, seen

START = datetime.fromisoformat("2025-10-01T00:00:00+08:00")


@pytest.fixture(scope="module")
def told() -> list[Submitted]:
    """Whole records of a world with many bad merchants, so that rare labels can be measured."""
    events = simulate_world(280, 45, 21, START, mix=shares(0.3), listings_only=True)
    return [event for event in events if isinstance(event, Submitted)]


@pytest.fixture(scope="module")
def late(told: list[Submitted]) -> list[Submitted]:
    return told[len(told) // 3 :]


@pytest.fixture(scope="module")
def table(told: list[Submitted], late: list[Submitted]) -> Seen:
    first = late[0].listing.submitted_at
    assert first is not None
    prices = build_reference_prices((event.listing for event in told), first, KNOWLEDGE.brands)
    return seen([event.listing for event in late], prices)


def test_no_number_alone_separates_any_label(table: Seen, late: list[Submitted]) -> None:
    found = aucs(table, [event.truth.true_codes for event in late])
    worst, label, name = found[0]

    assert worst <= 0.85, f"{name} tells {label}: AUC {worst:.3f}"
    assert len({label for _, label, _ in found}) >= 7


def test_no_rule_about_licences_finds_all_claims_of_food_and_cosmetics() -> None:
    events = simulate_world(200, 40, 8, START, mix=shares(0.7), listings_only=True)
    told = [
        event
        for event in events
        if isinstance(event, Submitted)
        and re.search(r"食品|茶|护肤|口红|唇妆|面霜", event.listing.category)
    ]
    found = aucs(
        seen([event.listing for event in told], NO_REFERENCE_PRICES),
        [event.truth.true_codes for event in told],
        least=20,
    )
    of_rules = [each for each in found if each[2].startswith("licence_")]

    assert {"health_food_overclaim", "cosmetic_overclaim"} <= {label for _, label, _ in of_rules}
    assert max(of_rules)[0] <= 0.85


def test_a_model_without_the_past_does_worse(table: Seen, late: list[Submitted]) -> None:
    truth = np.array([bool(event.truth.true_codes) for event in late])
    groups = [event.truth.operator for event in late]
    columns = [table.names.index(name) for name in LISTING_FEATURES]
    page = [column for column in columns if table.names[column] not in HISTORY]
    whole, without = (_unseen(table.values[:, kept], truth, groups) for kept in (columns, page))

    assert roc_auc_score(truth, whole) > roc_auc_score(truth, without) + 0.02
    assert average_precision_score(truth, whole) > average_precision_score(truth, without) + 0.03


def test_even_the_model_with_the_past_is_not_always_right(
    table: Seen, late: list[Submitted]
) -> None:
    truth = np.array([bool(event.truth.true_codes) for event in late])
    groups = [event.truth.operator for event in late]

    assert roc_auc_score(truth, _unseen(table.values, truth, groups)) < 0.95


def _unseen(values: Floats, truth: NDArray[np.bool_], groups: list[str]) -> Floats:
    """What boosted trees say of each listing, fitted on other operators' listings."""
    said = np.empty(len(truth))
    settings = {"objective": "binary", "num_leaves": 15, "learning_rate": 0.08, "num_threads": 1}
    settings |= {"min_data_in_leaf": 30, "verbosity": -1, "deterministic": True, "seed": 1}
    for part in grouped_folds(groups, 3, 0):
        rest = np.setdiff1d(np.arange(len(truth)), part)
        data = lightgbm.Dataset(values[rest], truth[rest].astype(float))
        said[part] = lightgbm.train(settings, data, 60).predict(values[part])
    return said


def test_the_same_page_stands_for_honest_and_for_bad_goods(told: list[Submitted]) -> None:
    keep = {"title", "category", "price", "description", "attributes", "skus", "licences", "brand"}
    pages: dict[str, set[bool]] = {}
    for event in told:
        page = event.listing.model_dump_json(include=keep)
        pages.setdefault(page, set()).add(bool(event.truth.true_codes))

    assert sum(len(truths) == 2 for truths in pages.values()) >= 20


def test_labels_of_every_listing_kind_have_listings_that_show_nothing(
    told: list[Submitted],
) -> None:
    hidden = {event.truth.true_codes[0] for event in told if not event.truth.shows}

    assert ANY not in hidden
    assert hidden >= {"counterfeit_brand", "inferior_quality", "spec_mismatch"}


def test_the_past_is_in_order(told: list[Submitted]) -> None:
    instants = [str(event.listing.submitted_at) for event in told]

    assert all(one <= other for one, other in pairwise(instants))
