"""Edits after approval (先审后改), counted from what was submitted before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.ledger import Version, edits_of
from data.listing import Listing

FIRST = datetime(2026, 2, 1, tzinfo=UTC)
NOW = FIRST + timedelta(days=2)


def listing(**fields: Any) -> Listing:
    plain = {"data_id": "a", "title": "羽绒服", "category": "女装/羽绒服", "price": 99.0}
    return Listing.model_validate(plain | fields)


def version(days: float = 0, passed: bool = True, **said: object) -> Version:
    return Version(FIRST + timedelta(days=days), passed, {"title": "羽绒服"} | said)


def test_a_listing_that_never_passed_has_no_edits_to_count() -> None:
    assert edits_of(listing(), [], NOW) is None
    assert edits_of(listing(), [version(passed=False)], NOW) is None


@pytest.mark.parametrize(
    ("fields", "edits"),
    [
        ({}, 0),
        ({"title": "保暖服"}, 1),
        ({"price": 9.9, "list_price": 999.0, "submitted_at": NOW}, 0),
        ({"description": "不曾写过的，不算改动"}, 0),
        ({"skus": [{"name": "红", "price": 1.0}]}, 0),
    ],
)
def test_what_is_said_of_the_goods_is_an_edit_and_its_price_is_none(
    fields: dict[str, object], edits: int
) -> None:
    assert edits_of(listing(**fields), [version(skus=["红"])], NOW) == edits


def test_each_change_counts_once_and_a_change_back_too() -> None:
    history = [
        version(),
        version(0.1, title="保暖服"),
        version(0.2, passed=False, title="保暖服"),
        version(0.3, passed=False, title="棉服"),
    ]

    assert edits_of(listing(title="羽绒服"), history, NOW) == 3


def test_what_was_refused_before_the_first_pass_is_no_edit() -> None:
    history = [version(-1, passed=False, title="九成新羽绒服"), version()]

    assert edits_of(listing(), history, NOW) == 0


def test_edits_count_within_a_week_of_the_first_pass() -> None:
    history = [version(), version(6.9, title="保暖服"), version(7.1, title="棉服")]

    assert edits_of(listing(), history, FIRST + timedelta(days=30)) == 1


def test_nothing_counts_that_happened_after_the_instant() -> None:
    history = [version(), version(3, title="保暖服")]

    assert edits_of(listing(), history, NOW) == 0
    assert edits_of(listing(), history, FIRST) is None
