"""A simulated marketplace over some days (模拟市场): merchants, listings, buyers, the platform.

Everything here is made up. A number measured on it is about the simulation only. What happens is
decided by what merchants and goods are, which no record tells; merchants' figures are counted
from what happened before.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from data.brands import Brand, load_brands
from data.feedback import Appeal, Feedback
from data.listing import Listing
from data.segment import LiveSegment
from data.simulate.dice import Dice, SeparateDice
from data.simulate.drift import Change, Drift, checked
from data.simulate.events import Aired, Decision, Event, ListingTruth, Review, Submitted, known_at
from data.simulate.marketplace import WARM_UP, Marketplace, Plan
from data.simulate.merchants import Kind, shares
from data.simulate.policy import BatchPolicy, Policy
from data.simulate.schedule import CHINA
from data.simulate.tally import Tally, Week

E = TypeVar("E")

MAX_MERCHANTS: Final = 100_000
MAX_DAYS: Final = 730


def simulate_world(
    merchants: int,
    days: int,
    seed: int,
    start: datetime,
    *,
    mix: Mapping[Kind, float] | None = None,
    drift: Drift | None = None,
    brands: Sequence[Brand] | None = None,
    listings_only: bool = False,
) -> Iterator[Event]:
    """What happens from ``start`` on for ``days`` days among so many merchants, day by day.

    ``start`` is a midnight in China, or the day in China that it falls on. ``mix`` are the
    shares of the kinds, by default those at intake. Within a day events of one sort come in the
    order of their instants. The same arguments give the same events. Memory does not grow with
    the days. ``listings_only`` leaves out all events but ``Submitted``, which is quicker; the
    rest happens all the same.

    Raises ValueError for a number of merchants or days that is not allowed.
    """
    _check(merchants, seed)
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"days is {days}; 1 to {MAX_DAYS} are allowed")
    if drift is not None and not 0 <= drift.day < days:
        raise ValueError(f"the drift begins on day {drift.day}; 0 to {days - 1} are allowed")
    whole = not listings_only
    plan = Plan(merchants, _midnight(start), mix or shares(None), _known(brands), whole, whole)
    return _told(Marketplace(plan, Dice(seed), Dice(seed + 1)), days, drift, listings_only)


def _told(
    marketplace: Marketplace, days: int, drift: Drift | None, listings_only: bool
) -> Iterator[Event]:
    marketplace.warm_up()
    if not listings_only:
        yield from marketplace.first_truths()
    for day in range(days):
        changes = [drift] if drift is not None and day == drift.day else []
        events = marketplace.next_day(changes)
        if listings_only:
            events = (event for event in events if isinstance(event, Submitted))
        yield from sorted(events, key=known_at)


class Day(NamedTuple):
    """What a platform has learnt at the end of a day, each sort in the order of its instants.

    The records are those that ``mingcha simulate`` writes; nothing of the truth is among them.
    ``number`` counts days from 0, ``midnight`` is its beginning.
    """

    number: int
    midnight: datetime
    listings: tuple[Listing, ...] = ()
    decisions: tuple[Decision, ...] = ()
    reviews: tuple[Review, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    segments: tuple[LiveSegment, ...] = ()


class Truth:
    """What is true of a world, for whoever judges a policy. No policy may see it."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._listings: dict[str, ListingTruth] = {}

    def of(self, data_id: str) -> ListingTruth:
        """The truth about a listing; ``true_codes`` are the labels that it deserves.

        Raises KeyError for a listing that was not submitted.
        """
        return self._listings[data_id]

    def weeks(self) -> list[Week]:
        """What happened in each week so far, the first week first."""
        return self._tally.weeks()

    def noted(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events, of which the truth about listings is kept as they come."""
        for event in events:
            if isinstance(event, Submitted):
                self._listings[event.truth.item] = event.truth
            yield event


class World:
    """A simulated marketplace under a policy of the caller's own, day by day.

    ``policy`` decides on what is submitted and may be set anew between days; None is the old
    one of the platform, which was also in force in the ``warm_up`` days before the first, so that
    all policies begin with the same past. Reviewers decide on ``capacity`` cases a day, by default
    8 each; the rest wait. Appeals go to a senior and do not wait for them. ``changes`` happen at
    the beginning of their days. With ``has_rooms`` there are live windows, which takes longer.
    ``start`` and ``mix`` are as in ``simulate_world``.

    Whatever happens to a shop or a listing has its own randomness: two worlds of a seed differ
    only by what their policies led to, and with the same policies they are equal.

    Raises ValueError for arguments that are not allowed.
    """

    def __init__(
        self,
        merchants: int,
        seed: int,
        start: datetime,
        policy: Policy | BatchPolicy | None = None,
        *,
        mix: Mapping[Kind, float] | None = None,
        changes: Iterable[Change] = (),
        capacity: int | None = None,
        brands: Sequence[Brand] | None = None,
        has_rooms: bool = False,
        warm_up: int = WARM_UP,
    ) -> None:
        _check(merchants, seed)
        if warm_up < 0:
            raise ValueError(f"warm_up is {warm_up}; 0 or more days are allowed")
        if capacity is not None and capacity < 0:
            raise ValueError(f"capacity is {capacity}; 0 or more cases a day are allowed")
        self.policy = policy
        self._changes: defaultdict[int, list[Change]] = defaultdict(list)
        for change in map(checked, changes):
            self._changes[change.day].append(change)
        plan = Plan(
            merchants,
            _midnight(start),
            mix or shares(None),
            _known(brands),
            has_rooms,
            has_desk=True,
            capacity=capacity,
            warm_up=warm_up,
        )
        self._marketplace = Marketplace(plan, SeparateDice(seed), Dice(seed + 1))
        self.truth = Truth(self._marketplace.tally)
        self._day = 0

    def day(self) -> Day:
        """Let the next day happen, and tell what the platform has learnt on it.

        Before the first the warm-up goes by, which takes as long as so many days.
        """
        if self._day == 0:
            self._marketplace.warm_up()
        platform = self._marketplace.platform
        platform.policy = platform.incumbent if self.policy is None else self.policy
        happened = self._marketplace.next_day(self._changes[self._day])
        events = sorted(self.truth.noted(happened), key=known_at)
        self._day += 1
        return Day(
            self._day - 1,
            self._marketplace.agenda.midnight,
            tuple(submitted.listing for submitted in _of(events, Submitted)),
            _of(events, Decision),
            _of(events, Review),
            _of(events, Feedback),
            _of(events, Appeal),
            tuple(aired.segment for aired in _of(events, Aired)),
        )


def _of(events: Iterable[Event], sort: type[E]) -> tuple[E, ...]:
    return tuple(event for event in events if isinstance(event, sort))


def _check(merchants: int, seed: int) -> None:
    if not 1 <= merchants <= MAX_MERCHANTS:
        raise ValueError(f"merchants is {merchants}; 1 to {MAX_MERCHANTS} are allowed")
    if seed < 0:
        raise ValueError(f"seed is {seed}; 0 or more is allowed")


def _midnight(start: datetime) -> datetime:
    return start.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


def _known(brands: Sequence[Brand] | None) -> Sequence[Brand]:
    return load_brands() if brands is None else brands
