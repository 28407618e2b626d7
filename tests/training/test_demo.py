"""The demonstration of the loop, two weeks of it on a tiny platform."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from data.ledger import Decision, Ledger
from data.ledger.champions import retrainings_of
from data.ledger.store import decision_of
from data.ledger.tables import decisions
from data.problem import UsageError
from data.simulate.tally import Week
from training.demo import START, Lived, Pair, Quarter, play
from training.demo_commands import demo
from training.demo_page import as_json, plot, rules_told, saved, totals, week_table
from training.gate import GateRules

pytestmark = [
    pytest.mark.slow,
    # MLflow runs here and not in a process of its own; what it does to SQLAlchemy is its own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

AFTER_A_WEEK = START + timedelta(days=7)
TINY = Quarter(
    merchants=60,
    weeks=2,
    simulated=40,
    rules=GateRules(
        least_rows=1, least_groups=1, least_positives=1, least_clean=1, least_passed=1,
        resamples=200,
    ),
)  # fmt: skip


class Played(NamedTuple):
    """A demonstration, and the ledgers that it left."""

    pair: Pair
    never: Ledger
    loop: Ledger


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, listings_artifact: Path) -> Iterator[Played]:
    home = tmp_path_factory.mktemp("demo")
    pair = play(TINY, 0, listings_artifact, home, lambda _: None)
    urls = [f"sqlite:///{home}/{name}-0/ledger.sqlite" for name in ("never", "loop")]
    with closing(Ledger(urls[0])) as never, closing(Ledger(urls[1])) as loop:
        yield Played(pair, never, loop)


def decided(ledger: Ledger, until: datetime) -> list[Decision]:
    with ledger.reading() as connection:
        rows = connection.execute(select(decisions).order_by(decisions.c.decision_id)).mappings()
        return [one for one in map(decision_of, rows) if one.decided_at < until]


def test_both_platforms_decide_alike_on_the_same_listings_before_the_first_retraining(
    played: Played,
) -> None:
    never, loop = (decided(ledger, AFTER_A_WEEK) for ledger in (played.never, played.loop))

    assert never
    assert never == loop
    assert played.pair.never.weeks[0] == played.pair.loop.weeks[0]


def test_the_week_after_a_retraining_is_judged_by_the_champion_that_its_gate_left(
    played: Played,
) -> None:
    everything = decided(played.loop, START + timedelta(days=14))
    later = {one.model_version for one in everything if one.decided_at >= AFTER_A_WEEK}
    (retraining,) = played.pair.loop.retrainings
    (row,) = retrainings_of(played.loop, "listings", AFTER_A_WEEK)

    assert later == {retraining.champion}
    assert (row.challenger, row.promoted) == (
        retraining.challenger,
        retraining.state == "promoted",
    )


def test_the_ledger_of_the_loop_holds_against_its_audit_trail(played: Played) -> None:
    assert played.pair.loop.ledger.problems == []
    assert played.pair.loop.ledger.checked > len(decided(played.loop, AFTER_A_WEEK))


def test_whatever_the_demonstration_tells_says_that_it_is_simulated(played: Played) -> None:
    pair = played.pair
    tree = json.loads(as_json(TINY, [pair]))

    assert tree["simulated"] is True
    assert all("simulated" in told for told in (rules_told(TINY), week_table(pair), totals([pair])))
    assert plot([pair], "png").startswith(b"\x89PNG")


def lived(*bad_orders: int) -> Lived:
    weeks = [Week(bad_orders=number) for number in bad_orders]
    return Lived(weeks, [], None)  # type: ignore[arg-type]


def test_each_seed_is_held_against_itself_and_one_seed_has_no_interval() -> None:
    half, none = Pair(1, lived(60, 40), lived(30, 20)), Pair(2, lived(10), lived(10))

    assert saved([half], "bad_orders") == (0.5, None, None)
    mean, low, high = saved([half, none], "bad_orders")
    assert low is not None
    assert high is not None
    assert mean == pytest.approx(0.25)
    assert low < 0 < 0.5 < high


def test_a_home_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_text("an operator's own")

    result = CliRunner().invoke(demo, ["loop", "--home", str(tmp_path)])

    assert isinstance(result.exception, UsageError)
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite"]
