"""A quarter of the loop on a simulated platform (演示): what retraining is worth, and its price.

Two platforms of one seed live through the same weeks, while counterfeiters change their disguises
and code words. Both begin with the same champion and keep every decision in a ledger of their own.
One puts into it what came of them, retrains every week, with the gate that a real platform has, and
lets the champion of the ledger judge from the next day on; the other never does. All of it is
simulated: it shows that the loop turns and what it does there, and says nothing about real goods.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Literal, NamedTuple

from data.feedback import Appeal
from data.home import VARIABLE, ledger_url
from data.ledger import Decision, Docket, Intake, Ledger, Verification, verify
from data.listing import Listing
from data.problem import MingchaError
from data.review import Review
from data.simulate.drift import QUARTER
from data.simulate.events import Review as Reviewed
from data.simulate.events import known_at
from data.simulate.policy import Ruling
from data.simulate.schedule import CHINA
from data.simulate.tally import Week
from data.simulate.world import Day, World
from data.verdict import Kind
from models.scorer import Scorer, load_scorer
from models.selection import Sampler, Shares
from models.store import artifacts
from training.gate import GateRules
from training.promotion import Champions
from training.retrain import Setting, retrain
from training.train import Request, train_listings

Report = Callable[[str], None]
State = Literal["promoted", "refused", "waiting"]

START: Final = datetime(2025, 9, 15, tzinfo=CHINA)
"""The first day. The autumn's sales fall into the twelve weeks after it."""

WEEKS: Final = 12
SIMULATED: Final = 1_500
"""Simulated listings of the time before that take part in each training."""

SHARES: Final = Shares(exploration=0.08, sample=0.12)
"""More than by default of what passes is drawn for review: a platform this small would else learn
too little of what it misses for its gate to judge by."""

RULES: Final = GateRules.usual("listings").model_copy(
    update={
        "delta": 0.05,
        "least_rows": 150,
        "least_positives": 12,
        "may_lack": frozenset({"slices", "new_merchants"}),
    }
)
"""The usual rules but for what a week of a platform this small can show: with 250 reviewed listings
no challenger, however good, is shown to be within one point of the champion, and so few of them are
of new merchants that blocks of theirs mostly cannot be judged; where they can, they are."""

_KIND: Final[Kind] = "listings"
_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_MERCHANTS_A_CASE: Final = 25
_ACTOR: Final = "demo"


class DemoError(MingchaError):
    """The simulated world and the ledger do not fit together."""


@dataclass(frozen=True)
class Quarter:
    """What is played, but for the seed. ``simulated`` listings take part in each training."""

    merchants: int = 1_000
    weeks: int = WEEKS
    simulated: int = SIMULATED
    shares: Shares = SHARES
    rules: GateRules = field(default_factory=lambda: RULES)

    @property
    def capacity(self) -> int:
        """How many cases the reviewers decide on a day."""
        return max(1, self.merchants // _MERCHANTS_A_CASE)


class Retraining(NamedTuple):
    """What a week's retraining came to. ``champion`` is who judges from the next day on."""

    state: State
    challenger: str | None
    champion: str
    sentences: list[str]


class Lived(NamedTuple):
    """What a platform lived through, week by week, and whether its ledger holds.

    ``retrainings`` are those at the ends of the weeks, but for the last.
    """

    weeks: list[Week]
    retrainings: list[Retraining]
    ledger: Verification


class Pair(NamedTuple):
    """The two platforms of a seed."""

    seed: int
    never: Lived
    loop: Lived


class Platform:
    """A simulated platform that decides by Mingcha: the policy of a world, and its ledger.

    Every decision is recorded as the service records it, with the review sample drawn, and what
    the world tells of a day goes into the ledger at the instants at which it was learnt.
    ``scorer`` may be set anew between days.
    """

    def __init__(self, ledger: Ledger, scorer: Scorer, sampler: Sampler) -> None:
        self.scorer = scorer
        self._ledger = ledger
        self._sampler = sampler
        self._docket = Docket(ledger)
        self._intake = Intake(ledger, _ACTOR)
        self._decided: dict[str, str] = {}
        self._about: dict[str, str] = {}
        self._appeals: dict[str, str] = {}
        self._cases: dict[str, str] = {}

    def judge_all(self, listings: Sequence[Listing], at: datetime) -> list[Ruling]:
        """Score, draw, record; a flagged listing is held until a reviewer decides."""
        made = [self._decide(listing, listing.submitted_at or at) for listing in listings]
        self._ledger.record(made)
        self._decided |= {one.data_id: one.decision_id for one in made}
        return [_ruling(one) for one in made]

    def learn(self, day: Day) -> None:
        """Put what came of decisions into the ledger. Raises DemoError for what it refuses."""
        self._about |= {one.decision_id: one.data_id for one in day.decisions}
        waiting = self._docket.open_cases(limit=max(1, self._docket.count_open()))
        self._cases = {case.data_id: case.case_id for case in waiting}
        told: list[Appeal | Reviewed] = [*day.appeals, *day.reviews]
        for event in sorted(told, key=known_at):
            if isinstance(event, Appeal):
                self._appealed(event)
            else:
                self._reviewed(event)
        receipts = self._intake.feedback(day.feedback, day.midnight + _DAY)
        for receipt in receipts:
            if receipt.problem is not None:
                raise DemoError(f"the ledger refused feedback: {receipt.problem.message}")

    def _decide(self, listing: Listing, at: datetime) -> Decision:
        judgement = self.scorer.judge(listing, at)
        selection = self._sampler.select(_KIND, judgement.verdict, judgement.opinion)
        return Decision.of(
            _KIND,
            listing,
            listing.model_dump(mode="json", exclude_unset=True, exclude_none=True),
            judgement.verdict,
            at,
            selection=selection,
            snapshot=judgement.snapshot.model_dump(mode="json"),
        )

    def _appealed(self, appeal: Appeal) -> None:
        data_id = self._about[appeal.decision_id]
        submitted = known_at(appeal)
        named = appeal.model_copy(update={"decision_id": self._decided[data_id]})
        receipt = self._intake.appeal(named, submitted)
        if receipt.problem is not None:
            raise DemoError(f"the ledger refused an appeal: {receipt.problem.message}")
        self._appeals[appeal.decision_id] = appeal.appeal_id
        if receipt.case_id is not None:
            self._cases[data_id] = receipt.case_id

    def _reviewed(self, made: Reviewed) -> None:
        on_appeal = made.stage == "appeal"
        review = Review(
            review_id=made.review_id,
            decision_id=self._decided[made.data_id],
            case_id=self._cases.pop(made.data_id, None),
            appeal_id=self._appeals[made.decision_id] if on_appeal else None,
            stage="appeal" if on_appeal else "queue",
            reviewer=made.reviewer_id,
            outcome=made.outcome,
            codes=made.codes,
            selection_probability=made.selection_probability,
            decided_at=made.decided_at,
        )
        self._docket.decide([review], made.decided_at)


def first_champion(quarter: Quarter, home: Path, report: Report) -> Path:
    """The artefact that both platforms begin with: seeds, and a simulation of the time before."""
    request = Request(home=home, registered=False, simulated=quarter.simulated)
    return train_listings(request, START, report).directory


def play(quarter: Quarter, seed: int, first: Path, home: Path, report: Report) -> Pair:
    """The quarter of one seed, begun with the artefact ``first``.

    What the platforms keep is left under ``home``, in ``never-SEED`` and ``loop-SEED``.
    """
    never = _live(quarter, seed, first, home / f"never-{seed}", None, report)
    setting = partial(Setting, policy="balanced", rules=quarter.rules, simulated=quarter.simulated)
    return Pair(seed, never, _live(quarter, seed, first, home / f"loop-{seed}", setting, report))


def _live(
    quarter: Quarter,
    seed: int,
    first: Path,
    home: Path,
    retraining: Callable[[Path, Ledger], Setting] | None,
    report: Report,
) -> Lived:
    shutil.copytree(first, artifacts(home, _KIND) / first.name)
    with closing(Ledger(ledger_url({VARIABLE: str(home)}))) as ledger:
        Champions(home, ledger, _ACTOR).first(_KIND, first.name, START)
        sampler = Sampler(f"demo {seed}".encode(), quarter.shares)
        platform = Platform(ledger, _scorer(home, first.name), sampler)
        world = World(
            quarter.merchants, seed, START, platform, changes=QUARTER, capacity=quarter.capacity
        )
        retrainings = []
        for week in range(1, quarter.weeks + 1):
            for _ in range(_WEEK):
                day = world.day()
                if retraining is not None:
                    platform.learn(day)
            report(f"seed {seed}, {'retrained' if retraining else 'never retrained'}, week {week}")
            # After the last week a new champion would judge nothing any more.
            if retraining is not None and week < quarter.weeks:
                done = _retrained(retraining(home, ledger), START + week * _WEEK * _DAY)
                report(f"seed {seed}, week {week}: {done.state}; {' '.join(done.sentences)}")
                platform.scorer = _scorer(home, done.champion)
                retrainings.append(done)
        return Lived(world.truth.weeks(), retrainings, verify(ledger))


def _retrained(setting: Setting, at: datetime) -> Retraining:
    outcome = retrain(_KIND, setting, at, at, lambda sentence: None)
    champion = Champions(setting.home, setting.ledger).current(_KIND, at)
    assert champion is not None
    return Retraining(outcome.state, outcome.challenger, champion, outcome.sentences)


def _scorer(home: Path, version: str) -> Scorer:
    return load_scorer(artifacts(home, _KIND) / version)


def _ruling(decision: Decision) -> Ruling:
    """What the world makes of a decision: what is flagged or drawn comes before a reviewer."""
    drawn = decision.selected_for is not None
    return Ruling(
        decision.suggestion,
        looked_at=decision.flagged or drawn,
        selection_probability=decision.selection_probability or 0.0,
        at_random=drawn,
        probability=decision.probability,
    )
