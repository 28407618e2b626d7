from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import pytest

from data.lexicon import load_lexicon
from data.listing import Listing
from data.record import Record
from data.simulate.dice import Dice
from data.simulate.drift import QUARTER, Drift, Turn
from data.simulate.events import ListingTruth
from data.simulate.merchants import Kind, shares
from data.simulate.policy import BatchPolicy, Policy, Ruling
from data.simulate.slang import CONFUSING, JARGON, Slang
from data.simulate.tally import Week, total
from data.simulate.world import Day, World

START = datetime.fromisoformat("2025-10-01T00:00:00+08:00")
MERCHANTS = 60
DAYS = 10
WARM_UP = 8
PASS = Ruling("pass")
FAKERS: Mapping[Kind, float] = {"counterfeit": 1.0}


class Fixed:
    """Does the same with each listing."""

    def __init__(self, ruling: Ruling) -> None:
        self._ruling = ruling

    def judge(self, listing: Listing, at: datetime) -> Ruling:
        return self._ruling


class Cheap:
    """Has what is cheap reviewed, as anyone may who sees the records only."""

    def judge(self, listing: Listing, at: datetime) -> Ruling:
        if listing.price < 40:
            return Ruling("review", True, 1.0, probability=1 / (1 + listing.price))
        return PASS


class CheapInBatches(Cheap):
    def judge_all(self, listings: Sequence[Listing], at: datetime) -> Sequence[Ruling]:
        return [self.judge(listing, at) for listing in listings]


class Oracle:
    """Knows the truth, which no policy may, and blocks by it."""

    world: World

    def judge_all(self, listings: Sequence[Listing], at: datetime) -> Sequence[Ruling]:
        deserved = [self.world.truth.of(listing.data_id).true_codes for listing in listings]
        return [Ruling("block") if codes else PASS for codes in deserved]


def world(
    policy: Policy | BatchPolicy | None, *, seed: int = 3, capacity: int | None = None
) -> World:
    return World(
        MERCHANTS, seed, START, policy, mix=shares(0.3), capacity=capacity, warm_up=WARM_UP
    )


def lived(made: World, days: int = DAYS) -> list[Day]:
    return [made.day() for _ in range(days)]


def under(policy: Policy | BatchPolicy | None, capacity: int | None = None) -> Week:
    made = world(policy, capacity=capacity)
    lived(made)
    return total(made.truth.weeks())


@pytest.fixture(scope="module")
def unstopped() -> World:
    """A world in which everything passes, some days later."""
    made = world(Fixed(PASS))
    lived(made)
    return made


def test_the_same_seed_and_policy_live_the_same_days() -> None:
    once, again = world(Cheap()), world(Cheap())

    assert lived(once) == lived(again)
    assert once.truth.weeks() == again.truth.weeks()


def test_it_makes_no_difference_whether_listings_are_judged_together_or_one_by_one() -> None:
    one_by_one, together = world(Cheap()), world(CheapInBatches())

    assert lived(one_by_one) == lived(together)
    assert one_by_one.truth.weeks() == together.truth.weeks()


def test_without_a_policy_the_old_one_decides() -> None:
    days = lived(world(None), 7)

    decided = [decision.suggestion for day in days for decision in day.decisions]
    assert set(decided) == {"pass", "review", "block"}


def test_whoever_passes_all_sells_more_bad_goods_than_whoever_knows_the_truth(
    unstopped: World,
) -> None:
    oracle = Oracle()
    oracle.world = world(oracle)
    lived(oracle.world)
    lax, strict = total(unstopped.truth.weeks()), total(oracle.world.truth.weeks())

    assert lax.bad_orders > 50
    assert lax.stopped == lax.honest_blocked == strict.let_through == strict.honest_blocked == 0
    assert strict.bad_orders == 0
    assert strict.stopped == strict.bad_submitted


def test_blocking_all_stops_what_is_bad_at_the_cost_of_the_honest(unstopped: World) -> None:
    week = under(Fixed(Ruling("block")))

    assert week.stopped == week.bad_submitted
    assert week.honest_blocked == week.submitted - week.bad_submitted
    assert week.yuan_lost > 0
    assert week.orders < 0.1 * total(unstopped.truth.weeks()).orders


def test_worlds_of_a_seed_hold_the_same_new_goods_whatever_was_decided() -> None:
    def first_day(policy: Policy) -> list[tuple[str, float]]:
        return [(each.title, each.price) for each in world(policy).day().listings]

    assert first_day(Fixed(PASS)) == first_day(Fixed(Ruling("block")))


def test_live_rooms_are_there_when_they_are_asked_for_and_change_no_listing() -> None:
    silent = World(40, 1, START, warm_up=0)
    loud = World(40, 1, START, has_rooms=True, warm_up=0)
    without, withal = lived(silent), lived(loud)

    assert any(day.segments for day in withal)
    assert [day.listings for day in withal] == [day.listings for day in without]


def test_the_policy_may_be_replaced_between_days() -> None:
    made = world(Fixed(PASS))
    before = made.day()
    made.policy = Fixed(Ruling("block"))
    after = made.day()

    def submitted(day: Day) -> set[str]:
        return {d.suggestion for d in day.decisions if d.cause in {"submission", "edit"}}

    assert (submitted(before), submitted(after)) == ({"pass"}, {"block"})


def test_a_day_tells_what_is_known_by_its_end_and_nothing_of_the_truth() -> None:
    for day in lived(world(Cheap()), 8):
        end = day.midnight + timedelta(days=1, minutes=1)
        told: list[datetime | None] = [
            *(listing.submitted_at for listing in day.listings),
            *(decision.decided_at for decision in day.decisions),
            *(review.decided_at for review in day.reviews),
            *(feedback.observed_at for feedback in day.feedback),
            *(appeal.submitted_at for appeal in day.appeals),
        ]
        assert all(at is not None and day.midnight <= at < end for at in told)
        assert not set(ListingTruth.model_fields) & fields_of(day)


def fields_of(day: Day) -> set[str]:
    sorts: list[Iterable[Record]] = [sort for sort in day if isinstance(sort, tuple)]
    return {name for sort in sorts for record in sort for name in type(record).model_fields}


@pytest.mark.parametrize("capacity", [0, 5])
def test_reviewers_decide_on_no_more_than_their_capacity_and_the_rest_waits(capacity: int) -> None:
    made = world(Fixed(Ruling("review", True, 1.0)), capacity=capacity)
    days = lived(made, 7)

    for day in days:
        assert sum(review.stage != "appeal" for review in day.reviews) <= capacity
    held = len([each for day in days for each in day.listings])
    (week,) = made.truth.weeks()
    assert week.waiting >= held - 7 * capacity > 0


def test_what_is_held_has_no_buyers_until_a_reviewer_lets_it_go() -> None:
    days = lived(world(Fixed(Ruling("review", True, 1.0)), capacity=0))

    held = {each.data_id for day in days for each in day.listings}
    assert held.isdisjoint(feedback.data_id for day in days for feedback in day.feedback)


def test_what_was_drawn_at_random_is_on_sale_meanwhile() -> None:
    drawn = Ruling("review", True, 0.5, at_random=True)

    passed = under(Fixed(PASS), capacity=0)
    assert under(Fixed(drawn), capacity=0)._replace(waiting=passed.waiting) == passed


def test_the_likeliest_violations_are_reviewed_first() -> None:
    days = lived(world(Cheap(), capacity=2), 4)
    prices = {each.data_id: each.price for day in days for each in day.listings}
    known = [each.data_id for day in days[:2] for each in day.listings]
    (first, *_) = [r.data_id for r in days[2].reviews if r.stage == "queue"]

    done = {review.data_id for day in days[:2] for review in day.reviews}
    assert prices[first] <= min(prices[each] for each in known if each not in done)


def test_appeals_of_the_honest_are_mostly_heard() -> None:
    made = world(Fixed(Ruling("block")))
    days = lived(made)

    heard = [review for day in days for review in day.reviews if review.stage == "appeal"]
    honest = [review for review in heard if not made.truth.of(review.data_id).true_codes]
    assert len(honest) > 20
    assert sum(review.outcome == "clean" for review in honest) > 0.6 * len(honest)


def test_what_reviewers_saw_weighted_by_its_chance_estimates_what_there_is() -> None:
    class Sampled:
        dice = Dice(1)

        def judge(self, listing: Listing, at: datetime) -> Ruling:
            chance = 0.8 if listing.price < 60 else 0.5
            drawn = self.dice.chance(chance)
            return Ruling("review", True, chance, at_random=True) if drawn else PASS

    made = World(100, 3, START, Sampled(), mix=shares(0.6), capacity=500, warm_up=0)
    days = lived(made, 15)
    bad = {
        each.data_id
        for day in days[:-1]
        for each in day.listings
        if made.truth.of(each.data_id).true_codes
    }
    drawn = [r for day in days for r in day.reviews if r.stage == "random" and r.data_id in bad]
    estimate = sum(1 / review.selection_probability for review in drawn)

    assert len(bad) > 50
    assert len(drawn) < 0.8 * len(bad)
    assert estimate == pytest.approx(len(bad), rel=0.2)


def test_week_by_week_the_account_adds_up(unstopped: World) -> None:
    first, second = unstopped.truth.weeks()

    assert total([first, second]).orders == first.orders + second.orders
    for week in (first, second):
        assert week.bad_submitted <= week.submitted
        assert week.wronged <= week.bad_orders <= week.orders
        assert week.stopped + week.let_through <= week.bad_submitted


def of_counterfeiters(turn: Turn) -> tuple[str, set[str | None]]:
    """The titles of new listings from a turn on, no edits and nothing relisted; disguises."""
    made = World(80, 2, START, Fixed(PASS), mix=FAKERS, changes=[turn], warm_up=0)
    late = [each for day in lived(made, 8) if day.number >= turn.day for each in day.listings]
    truths = {listing.data_id: made.truth.of(listing.data_id) for listing in late}
    new = [
        listing
        for listing in late
        if truths[listing.data_id].version_of is truths[listing.data_id].relisted_from is None
    ]
    return " ".join(each.title for each in new), {truths[e.data_id].hidden_by for e in new}


def test_after_a_turn_old_code_words_disappear_and_new_ones_come() -> None:
    before, _ = of_counterfeiters(Turn(0))
    after, _ = of_counterfeiters(Turn(3, (), ("绿盒版", "八开门"), ("隔壁车间",)))

    assert any(word in before for word in JARGON)
    assert any(word in before for word in CONFUSING)
    assert not any(word in after for word in (*JARGON, *CONFUSING))
    assert all(word in after for word in ("绿盒版", "八开门", "隔壁车间"))


def test_what_is_brought_back_is_put_in_the_words_of_the_day() -> None:
    slang = Slang()
    slang.change(["绿盒版"], [])
    slang.change(["纯原"], ["隔壁车间"])

    renewed = slang.renewed("手袋 绿盒版 原单 大牌同款", Dice(0))

    assert renewed == "手袋 纯原 纯原 隔壁车间"


def test_after_a_turn_only_its_disguises_are_used() -> None:
    _, used = of_counterfeiters(Turn(2, ("latin",)))

    assert used == {"latin", None}


def test_no_word_list_knows_the_code_words_of_the_quarter() -> None:
    words = [word for turn in QUARTER for word in (*turn.jargon, *turn.confusing)]
    lexicon = load_lexicon()
    patterns = [cue.compiled() for cue in lexicon.cues]
    patterns += [alias.compiled() for alias in lexicon.aliases]

    assert len(set(words)) == len(words)
    for word in words:
        assert not any(pattern.search(word.lower()) for pattern in patterns), word
        assert not any(entry.word in word for entry in lexicon.risk_words), word


@pytest.mark.parametrize(
    ("changes", "capacity", "told"),
    [
        ([Turn(-1)], None, "begins on day -1; 0 or more"),
        ([Drift("mix", -2)], None, "begins on day -2; 0 or more"),
        ([Turn(3, ("magic",))], None, "the disguises \\['magic'\\]; those of"),  # type: ignore[arg-type]
        ([], -1, "capacity is -1; 0 or more"),
    ],
)
def test_a_world_that_cannot_be_is_refused(
    changes: list[Turn | Drift], capacity: int | None, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        World(3, 0, START, changes=changes, capacity=capacity)


def test_days_before_the_first_are_not_fewer_than_none() -> None:
    with pytest.raises(ValueError, match="warm_up is -1; 0 or more"):
        World(3, 0, START, warm_up=-1)


@pytest.mark.parametrize(
    ("ruling", "told"),
    [
        (lambda: Ruling("review"), "'review' without a reviewer"),
        (lambda: Ruling("pass", True), "looked_at with selection_probability 0"),
        (lambda: Ruling("pass", probability=1.5), "probability is 1.5; 0 to 1"),
    ],
)
def test_a_ruling_that_contradicts_itself_is_refused(
    ruling: Callable[[], Ruling], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        ruling()


def test_a_policy_that_leaves_listings_out_is_told_so() -> None:
    class Forgetful(Fixed):
        def judge_all(self, listings: Sequence[Listing], at: datetime) -> Sequence[Ruling]:
            return [PASS]

    with pytest.raises(ValueError, match="judge_all gave 1 rulings for"):
        lived(world(Forgetful(PASS)), 2)
