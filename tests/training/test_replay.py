"""Decisions of a real service, recomputed after its home went on to know other things."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner, Result

from data.command import app
from data.ledger import Ledger
from data.problem import MingchaError
from data.verdict import Kind
from models.store import artifacts, promote
from serving.bootstrap import library
from serving.champion import Library
from tests.serving.conftest import Service, Shelf, listing, speech
from training.replay import ReplayError, replay

TITLE = "手工黄花梨木雕弥勒佛摆件客厅玄关招财装饰品乔迁送礼"
COPY = "手 工 黄 花 梨 木 雕 弥 勒 佛 摆件 客厅玄关招财装饰品 乔迁送礼"
LONG_AGO = "2026-01-01T08:00:00+08:00"
LATER = "2026-02-01T08:00:00+08:00"
SPEECH = [
    speech("想要内部价的加我微信，转账给我走线下，备注直播间。", "diverted"),
    speech("这件衬衫是纯棉的，有白色和蓝色两个颜色。", "harmless"),
    speech("", "silent"),
]
GOODS = [
    listing(data_id="copy", title=COPY, submitted_at=LATER, merchant={"merchant_id": "second"}),
    listing(data_id="fake", title="原单A货高仿手表一比一复刻", category="钟表/手表"),
    listing(data_id="nike", title="耐克运动鞋 男", category="鞋靴/运动鞋", brand="耐克"),
    listing(data_id="edited", title="纯棉短袖T恤男 夏季圆领宽松", category="男装/T恤"),
]
EDITED = listing(data_id="edited", title="保暖短袖T恤男 夏季圆领宽松", category="男装/T恤")


class _Champions(Shelf):
    """The models of the home in place of a scorer that can be foreseen."""

    def library(self) -> Library:
        return library("balanced")


class World(NamedTuple):
    """A home whose service has ended, and what it answered, by data id."""

    home: Path
    answers: dict[str, Any]

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.sqlite"


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, claims_artifact: Path, listings_artifact: Path
) -> World:
    """After its answers the home forgot the known bad case, and its brands were replaced."""
    home = tmp_path_factory.mktemp("replayed")
    trained: dict[Kind, Path] = {"claims": claims_artifact, "listings": listings_artifact}
    for kind, artifact in trained.items():
        artifacts(home, kind).mkdir(parents=True)
        (artifacts(home, kind) / artifact.name).symlink_to(artifact)
        promote(home, kind, artifact.name)
    _mingcha(home, "known-bad", "import", str(_known_bad(home)))
    _mingcha(home, "brands", "import", str(_brands(home, "complete")))
    patient = {"MINGCHA_REQUEST_SECONDS": "60", "MINGCHA_SCORING_SECONDS": "50"}
    with Service(home, _Champions(), patient) as service:
        answers = [*service.score(*SPEECH), *service.score(*GOODS, kind="listings")]
        (edited,) = service.score(EDITED, kind="listings")
    _mingcha(home, "known-bad", "withdraw", "bad-1")
    _mingcha(home, "brands", "import", str(_brands(home, "authorisation")))
    by_name = {answer["data_id"]: answer for answer in answers}
    return World(home, by_name | {"edited again": edited})


@pytest.fixture
def forged(world: World) -> Iterator[sqlite3.Connection]:
    """A connection to the ledger of the world; what it changes is taken back at the end."""
    with closing(sqlite3.connect(world.ledger, isolation_level=None)) as connection:
        before = connection.execute("SELECT * FROM decisions").fetchall()
        yield connection
        connection.execute("DELETE FROM decisions")
        marks = ",".join("?" * len(before[0]))
        connection.executemany(f"INSERT INTO decisions VALUES ({marks})", before)


def _mingcha(home: Path, *arguments: str) -> Result:
    return CliRunner(env={"MINGCHA_HOME": str(home)}).invoke(app, arguments)


def _known_bad(home: Path) -> Path:
    row = listing(data_id="bad-1", title=TITLE, submitted_at=LONG_AGO)
    shop = {"merchant": {"merchant_id": "first"}}
    confirmed = {"codes": ["spec_mismatch"], "confirmed_at": "2026-01-05T08:00:00+08:00"}
    path = home / "confirmed.jsonl"
    path.write_text(json.dumps(row | shop | confirmed), "utf-8")
    return path


def _brands(home: Path, entry: str) -> Path:
    path = home / "brands.csv"
    fields = "entry,brand,shop,valid_from,valid_to"
    path.write_text(f"{fields}\n{entry},耐克,官方旗舰店,2025-01-01,2027-01-01\n", "utf-8")
    return path


def _differences(world: World, name: str) -> list[str]:
    with closing(Ledger(f"sqlite:///{world.ledger}")) as ledger:
        decision = ledger.find(world.answers[name]["decision_id"])
        assert decision is not None
        return [difference.field for difference in replay(decision, world.home)]


def test_decisions_are_identical_though_the_home_knows_other_things_now(world: World) -> None:
    copy, edited = world.answers["copy"], world.answers["edited again"]

    assert any("bad-1" in hit["cue"] for label in copy["labels"] for hit in label["hits"])
    assert edited["filled_from_ledger"] == ["edits_7d"]
    assert not any(answer["degraded"] for answer in world.answers.values())
    assert [name for name in world.answers if _differences(world, name)] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (
            'answer = replace(answer, \'"suggestion":"pass"\', \'"suggestion":"block"\')',
            "suggestion",
        ),
        ("suggestion = 'block'", "columns.suggestion"),
        ("content_hash = 'f'", "columns.content_hash"),
        ("probability = probability + 1e-16", "columns.probability"),
        ("request = replace(request, 'harmless', 'another')", "data_id"),
    ],
)
def test_a_record_that_was_changed_differs(
    world: World, forged: sqlite3.Connection, change: str, field: str
) -> None:
    decision_id = world.answers["harmless"]["decision_id"]
    forged.execute(f"UPDATE decisions SET {change} WHERE decision_id = ?", [decision_id])

    assert field in _differences(world, "harmless")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("model_version = 'claims-000000000000'", "has no artefact"),
        ("model_version = '../../listings'", "has no artefact"),
        ("lexicon_version = 'older'", 'lexicon "older"'),
        ("policy_version = 'lenient-1'", 'policy "lenient-1"'),
        ("policy_version = 'capacity-1'", 'policy "capacity-1"'),
        ("snapshot = NULL", "without a snapshot"),
        ("snapshot = '{}'", "snapshot cannot be read"),
        ("snapshot = replace(snapshot, 'registry\":\"', 'registry\":\"../')", "has no version"),
        ("request = '{}'", "item cannot be read"),
        ("answer = '{}'", "answer cannot be read"),
    ],
)
def test_what_cannot_be_replayed_says_why(
    world: World, forged: sqlite3.Connection, change: str, said: str
) -> None:
    decision_id = world.answers["harmless"]["decision_id"]
    forged.execute(f"UPDATE decisions SET {change} WHERE decision_id = ?", [decision_id])

    with pytest.raises(MingchaError, match=re.escape(said)):
        _differences(world, "harmless")


def test_the_command_says_identical_or_what_differs(
    world: World, forged: sqlite3.Connection
) -> None:
    decision_id = world.answers["silent"]["decision_id"]

    same = _mingcha(world.home, "replay", decision_id)
    forged.execute("UPDATE decisions SET probability = 0.5 WHERE decision_id = ?", [decision_id])
    other = _mingcha(world.home, "replay", decision_id)
    as_json = _mingcha(world.home, "replay", decision_id, "--json")
    unknown = _mingcha(world.home, "replay", "d0")

    assert (same.exit_code, same.stdout) == (0, "identical\n")
    assert (other.exit_code, other.stdout) == (
        1,
        "columns.probability: recorded 0.5, replayed 0.0\n",
    )
    assert json.loads(as_json.stdout) == {
        "decision_id": decision_id,
        "identical": False,
        "differences": [{"field": "columns.probability", "recorded": "0.5", "replayed": "0.0"}],
    }
    assert isinstance(unknown.exception, ReplayError)


def test_a_degraded_answer_is_repeated_by_what_stood_in(tmp_path: Path) -> None:
    nothing = {"MINGCHA_DEGRADED_LISTINGS": "pass"}
    with Service(tmp_path, _Champions(), nothing) as service:
        answers = [*service.score(*SPEECH), *service.score(*GOODS, kind="listings")]
    world = World(tmp_path, {answer["data_id"]: answer for answer in answers})

    assert all(answer["degraded"] for answer in answers)
    assert not any(_differences(world, name) for name in world.answers)
