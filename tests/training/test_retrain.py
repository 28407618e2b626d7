"""What a retraining refuses before it begins."""

from pathlib import Path

import pytest

from tests.training.ledger_of import Story, day
from training.retrain import RetrainError, Setting, retrain


def test_nothing_is_learnt_as_of_a_day_that_is_still_to_come(tmp_path: Path) -> None:
    story = Story(tmp_path)

    with pytest.raises(RetrainError, match="lies in the future"):
        retrain("listings", Setting(tmp_path, story.ledger), day(3), day(2), lambda _: None)


def test_without_a_champion_there_is_nothing_to_be_better_than(tmp_path: Path) -> None:
    story = Story(tmp_path)

    with pytest.raises(RetrainError, match="`mingcha train listings` makes the first"):
        retrain("listings", Setting(tmp_path, story.ledger), day(2), day(2), lambda _: None)
