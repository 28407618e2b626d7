"""Passed items judged again with what is known today."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from data.ledger import Decision, Docket, Ledger, verify
from data.ledger.window import Window
from data.listing import Listing
from data.overlay import Overlay, UrgentCue
from data.registry import EMPTY_REGISTRY
from data.segment import LiveSegment
from data.verdict import Kind
from models.scorer import Scorer, degraded_scorer
from tests.training.ledger_of import Story, day
from training.outdated import Today
from training.rescan import MOST_SETTLED, Plan, RescanReport, rescan, sentences

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BEFORE = NOON - 5 * DAY

CUE = UrgentCue(
    code="exaggerated_effect",
    pattern="叮咚归零",
    weight=1.0,
    reason="新话术",
    added_at=NOON - DAY,
    expires=NOON + DAY,
)
SAYS_IT = "玻璃水杯 叮咚归零"
Clock = Callable[[], datetime]


def scorer(kind: Kind = "listings") -> Scorer:
    return degraded_scorer(kind, "pass", Overlay([CUE]))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")) as ledger:
        yield ledger


def passed(name: str, title: str = "玻璃水杯", at: datetime = BEFORE) -> Decision:
    """A listing that was decided on before the cue was known."""
    sent = {"data_id": name, "title": title, "category": "家居/杯", "price": 9.9}
    item = Listing.model_validate(sent)
    judgement = scorer().judge(item, at)
    snapshot = judgement.snapshot.model_dump(mode="json")
    return Decision.of("listings", item, sent, judgement.verdict, at, snapshot=snapshot)


def spoken(name: str, text: str, start_s: float) -> Decision:
    """A window of speech that passed before the cue was known."""
    sent = {"data_id": name, "text": text, "room_id": "r1", "start_s": start_s}
    item = LiveSegment.model_validate(sent)
    return Decision.of("claims", item, sent, scorer("claims").score(item, BEFORE), BEFORE)


def rescanned(
    ledger: Ledger,
    kind: Kind = "listings",
    since: datetime = NOON - 30 * DAY,
    most: int | None = None,
    workers: int = 1,
    is_dry: bool = False,
    today: Today | None = None,
    clock: Clock = lambda: NOON,
) -> RescanReport:
    plan = Plan(Window(kind, since, NOON), most, workers, is_dry)
    judge = scorer(kind)
    versions = today or Today.of(judge, EMPTY_REGISTRY.version, NOON)
    return rescan(ledger, judge, versions, plan, clock)


def decisions_in(ledger: Ledger) -> int:
    with ledger.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM decisions").scalar_one())


def test_what_passed_and_says_what_is_known_since_becomes_a_case(ledger: Ledger) -> None:
    before = passed("a", SAYS_IT)
    ledger.record([before, passed("b")])

    report = rescanned(ledger)

    (case,) = Docket(ledger).open_cases()
    (after,) = Docket(ledger).decisions_of(case.case_id)
    assert (case.data_id, case.source, case.codes) == ("a", "rescan", ["exaggerated_effect"])
    assert after.verdict().previous_decision_id == before.decision_id
    assert (after.decided_at, after.content_hash) == (NOON, before.content_hash)
    assert (report.seen, report.rescored, report.newly_flagged, report.opened) == (2, 2, 1, 1)
    assert report.changes == {"urgent": 1}
    assert report.labels == {"exaggerated_effect": 1}
    assert "2 items passed" in "\n".join(sentences(report))
    assert verify(ledger).problems == []


def test_what_was_judged_again_is_passed_over_next_time(ledger: Ledger) -> None:
    ledger.record([passed("a", SAYS_IT), passed("b")])
    rescanned(ledger)

    again = rescanned(ledger, clock=lambda: NOON + DAY)

    assert (again.seen, again.unchanged, again.rescored) == (1, 1, 0)
    assert Docket(ledger).count_open() == 1


def test_what_was_decided_otherwise_since_is_no_longer_on_sale_as_it_was(ledger: Ledger) -> None:
    later = NOON - DAY / 2
    ledger.record([passed(name, SAYS_IT) for name in ("flagged", "edited", "old")])
    ledger.record([passed("flagged", SAYS_IT, later), passed("edited", "玻璃水杯 蓝", later)])

    report = rescanned(ledger, since=BEFORE)

    assert (report.seen, report.unchanged, report.newly_flagged) == (1, 1, 0)


def test_a_dry_run_says_what_would_come_of_it_and_keeps_nothing(ledger: Ledger) -> None:
    ledger.record([passed("a", SAYS_IT)])

    first, second = (rescanned(ledger, is_dry=True) for _ in range(2))

    assert first == second
    assert (first.newly_flagged, first.opened) == (1, 1)
    assert Docket(ledger).count_open() == 0


def test_the_flagged_windows_of_a_room_are_one_case(ledger: Ledger) -> None:
    said = ("今天叮咚归零", "大家晚上好", "叮咚归零不用等")
    ledger.record([spoken(f"w{n}", text, 10.0 * n) for n, text in enumerate(said)])

    report = rescanned(ledger, "claims")

    (case,) = Docket(ledger).open_cases()
    assert (case.source, case.count, case.first_s, case.last_s) == ("rescan", 2, 0.0, 20.0)
    assert (report.opened, report.joined, report.passed_again) == (1, 1, 1)


@pytest.mark.parametrize("last", [3, MOST_SETTLED + 40])
def test_who_was_interrupted_goes_on_without_a_second_case(ledger: Ledger, last: int) -> None:
    items = MOST_SETTLED + 100
    ledger.record([passed(f"a{n}", SAYS_IT if n % 10 == 0 else "玻璃水杯") for n in range(items)])
    calls = 0

    def broken_off() -> datetime:
        nonlocal calls
        calls += 1
        if calls > last:
            raise KeyboardInterrupt
        return NOON

    with pytest.raises(KeyboardInterrupt):
        rescanned(ledger, clock=broken_off)
    rest = rescanned(ledger)

    assert Docket(ledger).count_open() == items / 10
    assert rest.unchanged + rest.rescored == rest.seen
    assert decisions_in(ledger) == 2 * items
    assert verify(ledger).problems == []


def test_an_item_that_is_edited_meanwhile_stays_as_its_merchant_left_it(ledger: Ledger) -> None:
    ledger.record([passed("a", SAYS_IT)])
    looks = count()

    def edited_meanwhile() -> datetime:
        if next(looks) == 1:
            ledger.record([passed("a", "玻璃水杯 蓝", NOON)])
        return NOON + timedelta(seconds=1)

    report = rescanned(ledger, clock=edited_meanwhile)

    assert (report.overtaken, report.newly_flagged) == (1, 0)
    assert Docket(ledger).count_open() == 0
    assert ledger.latest("listings", ["a"])["a"].item()["title"] == "玻璃水杯 蓝"


def test_an_item_that_cannot_be_judged_is_named_and_the_others_are_judged(ledger: Ledger) -> None:
    strange = passed("s").model_copy(update={"request": '{"data_id": "s", "secret": 1}'})
    broken = passed("t").model_copy(update={"snapshot": '{"item": 7}'})
    ledger.record([strange, broken, passed("a", SAYS_IT)])

    report = rescanned(ledger)

    assert {one.decision_id for one in report.failures} == {
        strange.decision_id,
        broken.decision_id,
    }
    assert report.newly_flagged == 1
    assert "secret" not in report.model_dump_json()


_WRITER = """
import sys
from data.ledger import Ledger, LedgerError
from tests.data.ledger.records import listing

ledger = Ledger(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for n in range(60):
    batch = [listing(f"new-{n}-{m}", f"new-{n}-{m}") for m in range(2)]
    while True:
        try:
            ledger.record(batch)
        except LedgerError:
            print("refused", flush=True)
        else:
            break
"""


def test_beside_a_process_that_writes_neither_loses_anything(ledger: Ledger) -> None:
    ledger.record([passed(f"a{n}", SAYS_IT if n % 8 == 0 else "玻璃水杯") for n in range(320)])
    url = ledger.url.render_as_string()
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        other.stdin.write("go\n")
        other.stdin.flush()
        report = rescanned(ledger, workers=2)

    assert other.returncode == 0
    assert (report.rescored, report.opened) == (320, 40)
    assert decisions_in(ledger) == 320 + 320 + 120
    assert verify(ledger).problems == []


# What was heard of goods: the versions of the story's decisions are those of today.
SAME = Today("m1", "p1", "l1", EMPTY_REGISTRY.version)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    story = Story(tmp_path)
    yield story
    story.ledger.close()


def looked_at(story: Story, on: float = 60, most: int | None = None) -> RescanReport:
    plan = Plan(Window("listings", day(-1), day(on)), most)
    return rescan(story.ledger, scorer(), SAME, plan, lambda: day(on))


def complained_of(story: Story, goods: Decision, times: int = 3, on: float = 20) -> None:
    for _ in range(times):
        story.heard(goods, "complaint", on=on, text="假货")


def test_mature_complaints_open_a_case_though_nothing_else_changed(story: Story) -> None:
    goods = story.listing("a", suggestion="pass")
    complained_of(story, goods)
    complained_of(story, story.listing("b", suggestion="pass"), times=2)
    story.listing("c", suggestion="pass")

    early, late, again = looked_at(story, on=10), looked_at(story), looked_at(story)

    (case,) = Docket(story.ledger).open_cases()
    assert (case.data_id, case.source) == ("a", "report")
    assert [one.decision_id for one in Docket(story.ledger).decisions_of(case.case_id)] == [
        goods.decision_id
    ]
    assert [one.opened for one in (early, late, again)] == [0, 1, 0]
    assert [one.joined for one in (early, late, again)] == [0, 0, 0]
    assert (late.seen, late.unchanged, late.rescored, late.evidence) == (3, 2, 0, 1)


def test_complaints_after_a_person_cleared_the_goods_reopen_the_case(story: Story) -> None:
    goods = story.listing("a", suggestion="pass")
    story.reviewed(goods, "clean", on=1)
    complained_of(story, goods)

    looked_at(story)

    assert [one.source for one in Docket(story.ledger).open_cases()] == ["reopened"]


@pytest.mark.parametrize("outcome", ["clean", "violation"])
def test_evidence_that_a_person_has_seen_opens_nothing_again(story: Story, outcome: str) -> None:
    goods = story.listing("a", suggestion="pass")
    complained_of(story, goods)
    story.heard(goods, "laboratory", on=21, outcome="不合格")
    story.reviewed(goods, "clean" if outcome == "clean" else "violation", on=40)

    report = looked_at(story)

    assert (report.evidence, report.opened, report.joined) == (0, 0, 0)


def test_of_few_the_ones_that_were_spoken_of_come_first_then_the_newest(story: Story) -> None:
    for name, on in (("old", 1), ("new", 3), ("heard", 0), ("bad", 0)):
        goods = story.listing(name, on, suggestion="pass")
        if name == "heard":
            story.heard(goods, "review", on=2, rating=5)
        if name == "bad":
            complained_of(story, goods)
    judge = scorer()
    versions = Today.of(judge, EMPTY_REGISTRY.version, day(60))
    order = []
    for _ in range(4):
        plan = Plan(Window("listings", day(-1), day(10)), most=1)
        report = rescan(story.ledger, judge, versions, plan, lambda: day(60))
        order += [
            name
            for name, last in story.ledger.latest(
                "listings", ["old", "new", "heard", "bad"]
            ).items()
            if last.decided_at == day(60) and name not in order
        ]

    assert order == ["bad", "heard", "new", "old"]
    assert report.left == 0


@pytest.mark.parametrize(
    ("today", "changes"),
    [
        (SAME, []),
        (SAME._replace(model="m2", policy="p2"), ["model"]),
        (SAME._replace(policy="p2"), ["policy"]),
        (SAME._replace(lexicon="l2"), ["lexicon"]),
        (SAME._replace(lexicon="l1+e1"), ["urgent"]),
        (SAME._replace(known_bad_at=day(0)), []),
        (SAME._replace(known_bad_at=day(2)), ["known_bad"]),
        (SAME._replace(policy="p2", registry="r2"), ["brands"]),
    ],
)
def test_it_says_which_version_changed(story: Story, today: Today, changes: list[str]) -> None:
    plain = story.listing("a", on=1, suggestion="pass")
    snapshot = f'{{"at": "2026-03-02T00:00:00Z", "registry": "{EMPTY_REGISTRY.version}"}}'
    decision = plain.model_copy(update={"snapshot": snapshot})

    assert today.changes_since(decision) == changes
    assert today.is_news_to(decision) == bool(changes)
