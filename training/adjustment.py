"""The champion with another ``capacity`` point (调整阈值): chosen, looked ahead, made champion."""

import copy
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from data.known_bad import open_known_bad
from data.ledger.arrivals import arrivals, waiting_cases
from data.ledger.champions import Promotion
from data.record import Instant, Record
from data.registry_store import load_registry
from data.verdict import Kind
from models.artifact import Thresholds, read_files, read_manifest, write_artifact
from models.claim_scorer import ClaimScorer
from models.listing_scorer import ListingScorer
from models.scorer import load_scorer
from models.store import artifacts, champion
from training.choosing import AdjustmentError, Recent, Scored, Site, choosing_rows, recent_items
from training.guard import corpus_rows, wrong_rows
from training.inflow import Inflow, inflow, recent
from training.operating import Flags, Floats, chosen, cross_flagged, miss_costs
from training.outlook import Estimate, Expected, Flagging, Scene, expected
from training.promotion import Champions
from training.queue import BEIJING, HOURS, LEAST_DAYS, Past, QueueForecast, forecast
from training.track import log_page, log_run, register, tag_run
from training.work import Work

Report = Callable[[str], None]
POINT: Final = "capacity"
_SEED: Final = 20260201
_DAY: Final = timedelta(days=1)


class Adjustment(Record):
    """The point there is and the one that suits the work, a day at each, and the days ahead.

    ``basis`` says which ``rows`` chose, ``violating`` of them violating; ``scored`` recent items
    said what is flagged. ``saved`` is what the new point costs less a day. ``newly_flagged`` are
    regression rows that must pass and no longer do, ``newly_missed`` how many must be caught and
    no longer are. ``warnings`` are sentences.
    """

    kind: Kind
    champion: str
    as_of: Instant
    basis: str
    rows: int
    violating: int
    scored: int
    items_a_day: float
    capacity: float
    old: Thresholds
    new: Thresholds
    before: Expected
    after: Expected
    saved: Estimate
    forecast: QueueForecast | None
    newly_flagged: list[str]
    newly_missed: int
    warnings: list[str]


def adjustment(kind: Kind, site: Site, as_of: datetime, report: Report) -> Adjustment:
    """Choose the ``capacity`` point by what was known ``as_of`` an instant; changes nothing.

    Raises AdjustmentError where nobody reviews, nothing came in, or nothing is there to choose by.
    """
    standing, coming = _standing(kind, site), _coming(kind, site, as_of)
    scorer, old = _loaded(site, standing), read_manifest(standing).thresholds[POINT]
    taxonomy = scorer.taxonomy
    basis = choosing_rows(kind, site, standing.name, scorer, as_of)
    report(f"choosing by {len(basis.judged.violating)} rows: {basis.sentence}")
    recently = recent_items(kind, site, scorer, as_of)
    report(f"{len(recently.instants)} recent items scored")
    judged, traffic = basis.judged, recently.rows if recently.instants else basis.judged.rows
    demand = coming.demand(site.work)
    new = chosen(judged, traffic, demand, taxonomy, old.label)
    now = Flagging(traffic.flagged(old, taxonomy.codes), judged.rows.flagged(old, taxonomy.codes))
    then = Flagging(
        traffic.flagged(new, taxonomy.codes),
        cross_flagged(judged, traffic, demand, taxonomy, old.label),
    )
    rng = np.random.default_rng(_SEED)
    scene = Scene(judged, traffic, coming, site.work, miss_costs(site.work, taxonomy))
    (before, after), saved = expected(scene, [now, then], rng)
    ahead = _ahead(kind, site, recently, then.traffic, coming, as_of, rng)
    newly_flagged, newly_missed = _regressions(kind, scorer, new)
    return Adjustment(
        kind=kind,
        champion=standing.name,
        as_of=as_of,
        basis=basis.sentence,
        rows=len(judged.violating),
        violating=int(judged.violating.sum()),
        scored=len(recently.instants),
        items_a_day=coming.items_a_day,
        capacity=site.work.cases_a_day,
        old=old,
        new=new,
        before=before,
        after=after,
        saved=saved,
        forecast=ahead,
        newly_flagged=newly_flagged,
        newly_missed=newly_missed,
        warnings=list(_warnings(site.work, after, ahead, newly_missed)),
    )


def refusal(found: Adjustment) -> str | None:
    """Why the point must not become the champion's; None where it may."""
    if found.new == found.old:
        return f"{found.kind} {found.champion} has these thresholds already; nothing changes"
    if found.newly_flagged:
        return (
            f"{found.kind}: {len(found.newly_flagged)} regression rows that must pass would be "
            f"flagged, the first of them {found.newly_flagged[0][:60]!r}; the champion stays"
        )
    return None


def settle(found: Adjustment, site: Site, now: datetime) -> Promotion:
    """Write the champion's artefact with the new point, register it, make it champion.

    Whoever calls it holds ``HOME/champions.lock``. Raises AdjustmentError where it must not be,
    PromotionError where another became champion meanwhile.
    """
    if why_not := refusal(found):
        raise AdjustmentError(why_not)
    shelf = artifacts(site.home, found.kind)
    before = read_manifest(shelf / found.champion)
    facts = before.model_dump(mode="json", exclude={"format", "model_version", "files"})
    points = {**before.thresholds, POINT: found.new}
    facts["thresholds"] = {name: point.facts() for name, point in points.items()}
    files = read_files(shelf / found.champion, before)
    directory = write_artifact(shelf, files, {**facts, "created_at": now.isoformat()})
    _register(site, found, directory)
    return Champions(site.home, site.ledger).adjust(
        found.kind, directory.name, found.champion, _detail(found, site.work), now
    )


def _register(site: Site, found: Adjustment, directory: Path) -> None:
    manifest = read_manifest(directory)
    parameters = {"as_of": found.as_of.isoformat(), "thresholds_of": found.champion}
    run = log_run(site.home, manifest, directory, parameters, {})
    tag_run(site.home, run, {"cause": "thresholds", "basis": found.basis})
    log_page(site.home, run, {"thresholds.json": found.model_dump_json(indent=1).encode()})
    register(site.home, manifest, run)


def _detail(found: Adjustment, work: Work) -> dict[str, Any]:
    """What the audit trail says of the change."""
    return {
        "kind": found.kind,
        "before": found.old.facts(),
        "after": found.new.facts(),
        "as_of": found.as_of.isoformat(),
        "basis": found.basis,
        "rows": found.rows,
        "work": work.model_dump(mode="json"),
    }


def _standing(kind: Kind, site: Site) -> Path:
    found = champion(site.home, kind)
    if found is None:
        raise AdjustmentError(f"no {kind} model yet; `mingcha train {kind}` makes the first")
    return found


def _coming(kind: Kind, site: Site, at: datetime) -> Inflow:
    if not site.work.cases_a_day:
        raise AdjustmentError(
            f"{kind}: {site.work.reviewers} reviewers look at nothing, so there is no point to "
            "choose; set reviewers to 1 or more"
        )
    found = inflow(site.ledger, kind, at, site.work)
    if found is None:
        raise AdjustmentError(
            f"{kind}: nothing came in during the four weeks before {at.isoformat()}; say how much "
            "will by --items-a-day"
        )
    return found


def _loaded(site: Site, directory: Path) -> Scored:
    known = load_registry(site.home), open_known_bad(site.home)
    scorer = load_scorer(directory, POINT, *known)
    assert isinstance(scorer, ClaimScorer | ListingScorer)
    return scorer


def _ahead(
    kind: Kind,
    site: Site,
    recently: Recent,
    flagged: Flags,
    coming: Inflow,
    at: datetime,
    rng: np.random.Generator,
) -> QueueForecast | None:
    """The week that begins with the next midnight in Beijing; None where too little came in."""
    hours = arrivals(site.ledger, recent(kind, at))
    if not hours:
        return None
    first = min(hours).astimezone(BEIJING).date() + _DAY
    today = at.astimezone(BEIJING).date()
    days = (today - first).days
    if days < LEAST_DAYS:
        return None
    items = _by_hour(hours.items(), first, days)
    told = zip(recently.instants, flagged.tolist(), strict=True)
    of_sample = _by_hour(((instant, 1) for instant, is_flagged in told if is_flagged), first, days)
    # The work may know better than the past how much will come.
    scale = coming.items_a_day / max(float(items.sum()) / days, 1e-9)
    past = Past(
        first,
        items,
        of_sample,
        recently.share / (scale if site.work.items_a_day else 1.0),
        coming.cases_per_flag,
        coming.other_cases,
    )
    backlog = waiting_cases(site.ledger, kind, at)
    return forecast(past, site.work, backlog, today + _DAY, rng)


def _by_hour(counts: Iterable[tuple[datetime, int]], first: date, days: int) -> Floats:
    """Counts by day and hour in Beijing, (days, 24)."""
    found = np.zeros((days, HOURS))
    for instant, count in counts:
        local = instant.astimezone(BEIJING)
        day = (local.date() - first).days
        if 0 <= day < days:
            found[day, local.hour] += count
    return found


def _regressions(kind: Kind, scorer: Scored, point: Thresholds) -> tuple[list[str], int]:
    """Rows that must pass and are newly flagged; how many must be caught and newly are not."""
    other = copy.copy(scorer)
    other.thresholds = point
    newly = {}
    for corpus in ("must_pass", "must_catch"):
        rows = corpus_rows(corpus, kind)
        wrong = {row.text for row in wrong_rows(scorer, rows)}
        newly[corpus] = [row.text for row in wrong_rows(other, rows) if row.text not in wrong]
    return newly["must_pass"], len(newly["must_catch"])


def _warnings(
    work: Work, after: Expected, ahead: QueueForecast | None, newly_missed: int
) -> Iterator[str]:
    if after.reviews.value > work.cases_a_day * (1 + 1e-6):
        yield (
            f"lexicon, rules, what is nearly sure, samples and appeals make "
            f"{after.reviews.value:.0f} cases a day whatever the thresholds, more than the "
            f"{work.cases_a_day:.0f} that can be looked at: the queue grows"
        )
    if ahead is None:
        yield f"fewer than {LEAST_DAYS} whole days of traffic: no forecast of the queue yet"
    elif work.most_wait_hours and ahead.slow_wait.median > work.most_wait_hours:
        yield (
            f"nine in ten cases wait up to {ahead.slow_wait.median:.1f} hours, more than the "
            f"{work.most_wait_hours:.1f} allowed"
        )
    if newly_missed:
        yield f"{newly_missed} regression rows that must be caught would pass"
