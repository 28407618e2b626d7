"""Listings that passed: sent again, edited, and judged again beside the service, by real models."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner, Result

from data.command import app
from data.ledger import Decision, Docket, Ledger
from models.store import artifacts, promote
from serving.bootstrap import library
from serving.champion import Library
from tests.serving.conftest import Service, Shelf, listing
from training.replay import replay

TITLE = "手工黄花梨木雕弥勒佛摆件客厅玄关招财装饰品乔迁送礼"
COPY = "手 工 黄 花 梨 木 雕 弥 勒 佛 摆件 客厅玄关招财装饰品 乔迁送礼"
FIRST_SEEN = "2026-01-01T08:00:00+08:00"
CONFIRMED = "2026-01-05T08:00:00+08:00"
SHIRT = listing(data_id="shirt", title="纯棉短袖T恤男 夏季圆领宽松", category="男装/T恤")
FAKE_SHIRT = SHIRT | {"title": "原单A货高仿大牌T恤 一比一复刻 专柜验货"}


class _Champions(Shelf):
    """The models of the home in place of a scorer that can be foreseen."""

    def library(self) -> Library:
        return library("balanced")


class World(NamedTuple):
    """A running service with a trained listing model, and its home."""

    home: Path
    service: Service

    def score(self, **item: object) -> Any:
        (answer,) = self.service.score(item, kind="listings")
        return answer

    def mingcha(self, *arguments: str) -> Result:
        result = CliRunner(env={"MINGCHA_HOME": str(self.home)}).invoke(app, arguments)
        assert result.exception is None, result.output
        return result

    def knows_a_bad_one(self) -> None:
        """Somebody else's listing is confirmed bad, of before the copies were submitted."""
        row = listing(data_id="bad-1", title=TITLE, submitted_at=FIRST_SEEN)
        shop = {"merchant": {"merchant_id": "first"}}
        confirmed = {"codes": ["spec_mismatch"], "confirmed_at": CONFIRMED}
        path = self.home / "confirmed.jsonl"
        path.write_text(json.dumps(row | shop | confirmed), "utf-8")
        self.mingcha("known-bad", "import", str(path))

    def latest(self, data_id: str) -> Decision:
        with closing(Ledger(f"sqlite:///{self.home}/ledger.sqlite")) as ledger:
            return ledger.latest("listings", [data_id])[data_id]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, listings_artifact: Path) -> Iterator[World]:
    home = tmp_path_factory.mktemp("rescanned")
    artifacts(home, "listings").mkdir(parents=True)
    (artifacts(home, "listings") / listings_artifact.name).symlink_to(listings_artifact)
    promote(home, "listings", listings_artifact.name)
    patient = {"MINGCHA_REQUEST_SECONDS": "60", "MINGCHA_SCORING_SECONDS": "50"}
    with Service(home, _Champions(), patient) as service:
        yield World(home, service)


def test_a_listing_that_passed_and_now_says_counterfeit_words_is_flagged(world: World) -> None:
    first = world.score(**SHIRT)
    again = world.score(**SHIRT)
    edited = world.score(**FAKE_SHIRT)

    assert first["suggestion"] == "pass"
    assert again["decision_id"] == first["decision_id"]
    assert edited["suggestion"] != "pass"
    assert "counterfeit_brand" in [label["code"] for label in edited["labels"]]
    assert edited["previous_decision_id"] == first["decision_id"]
    assert edited["filled_from_ledger"] == ["edits_7d"]
    assert json.loads(world.latest("shirt").snapshot or "")["item"] == {"edits_7d": 1}


def test_a_copy_of_what_was_confirmed_bad_since_is_found_and_the_original_is_not(
    world: World,
) -> None:
    shops = {name: {"merchant": {"merchant_id": name}} for name in ("copy", "honest")}
    copy = listing(
        data_id="copy", title=COPY, submitted_at="2026-01-03T08:00:00+08:00", **shops["copy"]
    )
    original = listing(
        data_id="original", title=TITLE, submitted_at="2025-12-01T08:00:00+08:00", **shops["honest"]
    )
    passed = [world.score(**item) for item in (copy, original)]
    while "original" not in world.service.runtime.ledger.latest("listings", ["original"]):
        pass  # passes are written within a second
    world.knows_a_bad_one()

    dry = world.mingcha("rescan", "--since", "2026-01-01T00:00:00Z", "--json", "--dry-run")
    done = world.mingcha(
        "rescan",
        "--since",
        "2026-01-01T00:00:00Z",
        "--kind",
        "listings",
        "--json",
        "--workers",
        "2",
    )
    idle = world.mingcha("rescan", "--since", "2026-01-01T00:00:00Z")

    assert [one["suggestion"] for one in passed] == ["pass", "pass"]
    assert json.loads(dry.stdout)[0]["newly_flagged"] == 1
    (report,) = json.loads(done.stdout)
    assert (report["seen"], report["rescored"], report["opened"]) == (2, 2, 1)
    assert (report["changes"], report["labels"]) == ({"known_bad": 1}, {"spec_mismatch": 1})
    assert "1 items passed" in idle.stdout
    assert "0 judged again" in idle.stdout
    found, cleared = world.latest("copy"), world.latest("original")
    assert found.verdict().previous_decision_id == passed[0]["decision_id"]
    assert cleared.verdict().previous_decision_id == passed[1]["decision_id"]
    assert replay(found, world.home) == []
    assert replay(cleared, world.home) == []
    assert world.score(**copy)["decision_id"] == found.decision_id
    assert world.score(**original)["decision_id"] == cleared.decision_id
    with closing(Ledger(f"sqlite:///{world.home}/ledger.sqlite")) as ledger:
        assert "rescan" in [case.source for case in Docket(ledger).open_cases()]
