"""A challenger in shadow: what it answers is logged, and nobody hears it."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from data.ledger.shadows import ShadowAnswer
from data.ledger.tables import shadows
from serving.journal import JsonLines
from serving.shadow import LONGEST, MOST_WAITING
from tests.serving.conftest import Service, Shelf, WordScorer, speech

SAID = ["你好", "最好", "根治", "天气不错"]


def until(holds: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(400):
        if holds():
            return
        time.sleep(0.025)
    pytest.fail("it never came to be so")


def wait_for(event: threading.Event) -> None:
    """Wait, as a scorer does that hangs."""
    event.wait(30)


def counted(service: Service, *outcomes: str) -> float:
    """How many of the shadow's answers came out in one of these ways."""
    name = "mingcha_shadow_answers_total"
    return sum(service.metric(name, kind="claims", outcome=outcome) for outcome in outcomes)


def logged(service: Service) -> dict[str, ShadowAnswer]:
    """What the shadow answered, by the decision."""
    with service.runtime.ledger.reading() as connection:
        rows = connection.execute(select(shadows)).mappings().all()
    return {row["decision_id"]: ShadowAnswer.model_validate(dict(row)) for row in rows}


def timeless(answers: list[Any]) -> list[Any]:
    """Answers without what is different each time."""
    moment = {"latency_ms": 0, "feature_as_of": ""}
    return [json.dumps({**answer, **moment}, sort_keys=True) for answer in answers]


@contextmanager
def shadowed(
    home: Path, shelf: Shelf, version: str = "v2", **settings: str
) -> Iterator[tuple[Service, WordScorer]]:
    """A service on which a shadow runs that lets nothing pass."""
    scorer = WordScorer("claims", version, mildest="review")
    shelf.scorers[("claims", version)] = scorer
    shelf.shadows["claims"] = version
    with Service(home, shelf, settings) as service:
        service.runtime.shadows.reload()
        yield service, scorer


def test_a_shadow_is_logged_and_changes_no_answer(tmp_path: Path, shelf: Shelf) -> None:
    items = [speech(text, f"s{n}") for n, text in enumerate(SAID)]
    with Service(tmp_path / "without", shelf, {}) as service:
        alone = service.score(*items)
    with shadowed(tmp_path / "with", shelf) as (service, _):
        beside = service.score(*items)
        until(lambda: counted(service, "same", "differs") == 4)
        found = logged(service)
        by_decision = [found[answer["decision_id"]] for answer in beside]
        decided = service.client.get(f"/v1/decisions/{beside[0]['decision_id']}").json()

    assert timeless(beside) == timeless(alone)
    assert [one.suggestion for one in by_decision] == ["review", "review", "block", "review"]
    assert {one.model_version for one in by_decision} == {"v2"}
    assert (counted(service, "same"), counted(service, "differs")) == (2, 2)
    assert decided["suggestion"] == "pass"


def test_the_same_items_come_into_the_sample_every_time(tmp_path: Path, shelf: Shelf) -> None:
    items = [speech("你好", f"s{n}") for n in range(60)]
    drawn = []
    for place in ("one", "other"):
        with shadowed(tmp_path / place, shelf, MINGCHA_SHADOW_SHARE="0.5") as (service, _):
            answers = service.score(*items)
            until(lambda: not service.runtime.shadowing.waiting)
        # The answers that wait are written when the service ends.
        drawn.append(set(logged(service)))

    assert drawn[0] == drawn[1]
    assert 10 < len(drawn[0]) < 50
    assert len(answers) == 60


def test_a_share_of_nothing_asks_the_shadow_nothing(tmp_path: Path, shelf: Shelf) -> None:
    with shadowed(tmp_path, shelf, MINGCHA_SHADOW_SHARE="0") as (service, _):
        service.score(speech("你好"))
        assert not service.runtime.shadowing.waiting


def test_a_broken_shadow_is_refused_and_the_champion_answers(tmp_path: Path, shelf: Shelf) -> None:
    shelf.shadows["claims"] = "broken"
    with Service(tmp_path, shelf, {}) as service:
        service.runtime.shadows.reload()
        (answer,) = service.score(speech("根治"))

    assert (answer["suggestion"], answer["model_version"]) == ("block", "v1")
    assert service.runtime.shadows.scorer("claims") is None


def test_a_shadow_that_fails_is_counted_and_quotes_nobody(
    tmp_path: Path,
    shelf: Shelf,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Failing(WordScorer):
        def score(self, item: Any, at: Any) -> Any:
            raise ValueError(item.text)

    with shadowed(tmp_path, shelf) as (service, _):
        shelf.scorers[("claims", "v3")] = Failing("claims", "v3")
        shelf.shadows["claims"] = "v3"
        service.runtime.shadows.reload()
        monkeypatch.setattr(logging.getLogger("mingcha.serving"), "propagate", True)
        answers = service.score(speech("机密的话", "a"), speech("机密的另一句", "b"))
        until(lambda: counted(service, "failed") == 2)

    lines = [JsonLines().format(record) for record in caplog.records]
    assert [answer["suggestion"] for answer in answers] == ["pass", "pass"]
    assert sum("claims_shadow_failed" in line for line in lines) == 1
    assert not any("机密" in line for line in lines)
    assert not logged(service)


def test_a_slow_shadow_drops_what_it_cannot_answer(tmp_path: Path, shelf: Shelf) -> None:
    free = threading.Event()
    with shadowed(tmp_path, shelf) as (service, scorer):
        scorer.before_scoring = lambda: wait_for(free)
        for first in range(0, 400, 100):
            answers = service.score(*(speech("你好", f"s{first + n}") for n in range(100)))
            assert all(answer["suggestion"] == "pass" for answer in answers)
        dropped = counted(service, "dropped")
        free.set()
        until(lambda: counted(service, "same", "differs") == 400 - dropped)

    # One more where the thread had taken the first before the others came.
    assert 400 - dropped in (MOST_WAITING, MOST_WAITING + 1)


def test_an_item_that_would_hold_the_others_up_is_left_out(tmp_path: Path, shelf: Shelf) -> None:
    with shadowed(tmp_path, shelf) as (service, _):
        service.score(speech("好" * (LONGEST // 6)))
        assert counted(service, "dropped") == 1


def test_while_somebody_waits_for_an_answer_the_shadow_does_not_work(
    tmp_path: Path, shelf: Shelf
) -> None:
    with shadowed(tmp_path, shelf) as (service, _):
        with service.runtime.admission:
            service.score(speech("你好", "a"))
            time.sleep(0.6)
            assert service.runtime.shadowing.waiting == 1
        until(lambda: counted(service, "differs") == 1)


def test_a_stopped_shadow_answers_no_more(tmp_path: Path, shelf: Shelf) -> None:
    with shadowed(tmp_path, shelf) as (service, _):
        service.score(speech("你好", "a"))
        until(lambda: counted(service, "differs") == 1)
        del shelf.shadows["claims"]
        service.runtime.shadows.reload()
        service.score(speech("你好", "b"))

        assert service.runtime.shadowing.waiting == 0
        assert len(logged(service)) == 1


def test_a_shadow_that_became_champion_is_not_held_against_itself(
    tmp_path: Path, shelf: Shelf
) -> None:
    with shadowed(tmp_path, shelf) as (service, _):
        shelf.current["claims"] = "v2"
        service.runtime.champions.reload()
        service.score(speech("你好"))

        assert service.runtime.shadowing.waiting == 0


def test_a_new_champion_takes_over_while_requests_come(service: Service, shelf: Shelf) -> None:
    seen: list[tuple[int, str]] = []

    def ask(number: int) -> None:
        response = service.post(speech("你好", f"s{number}"))
        results = response.json().get("results", [{}])
        seen.append((response.status_code, results[0].get("model_version")))

    for number in range(20):
        ask(number)
    shelf.current["claims"] = "v2"
    started = time.monotonic()
    while seen[-1][1] != "v2" and time.monotonic() < started + 5:
        ask(len(seen))

    assert {status for status, _ in seen} == {200}
    assert seen[-1][1] == "v2"
