"""One retraining (重训): assemble as of an instant, fit, hold against the champion, promote or not.

Nothing is champion by being trained. What is written on the way (artefact, run, registered version)
names nobody champion; the ledger's row at the end does, or does not, in one transaction. A process
that is killed before it leaves the champion as it was, and what it wrote is used by nobody.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Generic, Literal, NamedTuple, TypeVar

import numpy as np

from data.durable import held, replace_file
from data.known_bad import open_known_bad
from data.ledger import Ledger, LedgerError
from data.ledger.champions import RetrainingRow, retrainings_of
from data.problem import MingchaError
from data.registry_store import load_registry
from data.verdict import Kind
from models.artifact import Manifest, read_manifest, write_artifact
from models.knowledge import Knowledge, load_knowledge
from models.policy import PolicyName
from models.scorer import Scorer, load_scorer
from models.store import artifacts
from training import assemble, listings
from training.assemble import ClaimDoc
from training.build import SEED, Built, build_claims, build_listings
from training.challenge import Contest, Side, evidence
from training.facets import Facets, claim_facets, listing_facets
from training.gate import GateRules, GateVerdict, judge
from training.lessons import Assembled, assemble_claims, assemble_listings
from training.listings import ListingDoc
from training.operating import Demand
from training.paired import effective_count
from training.promotion import BUSY, LOCK, Champions
from training.rehearsal import guarded_listings, guarded_speech
from training.retraining_page import Told, retraining_page
from training.sample import of_block
from training.track import log_page, log_run, register, tag_run
from training.train import SEED_GROUPS, demand_of
from training.work import load_work

Report = Callable[[str], None]
Doc = TypeVar("Doc", bound=ClaimDoc | ListingDoc)

RETRAINED: Final[tuple[Kind, ...]] = ("claims", "listings")
"""The kinds whose decisions the ledger keeps."""

_STAGING_SECONDS: Final = 86_400
_AGAIN_SECONDS: Final = 0.5


class RetrainError(MingchaError):
    """A retraining that cannot be begun; says why and what to do."""


@dataclass(frozen=True)
class Setting:
    """Where a retraining works and by which rules.

    ``policy`` is the operating point that serving uses, ``simulated`` how many listings are
    simulated while few were judged. ``patience`` is how many seconds the end of a retraining waits
    for a ledger that somebody else holds.
    """

    home: Path
    ledger: Ledger
    policy: PolicyName = "balanced"
    rules: GateRules = field(default_factory=GateRules)
    simulated: int = listings.SIMULATED
    patience: float = 60.0


class Outcome(NamedTuple):
    """What became of one kind. ``sentences`` say why, in English; ``page`` is the report."""

    kind: Kind
    state: Literal["promoted", "refused", "waiting"]
    sentences: list[str]
    challenger: str | None = None
    page: Path | None = None


@dataclass(frozen=True)
class _Recipe(Generic[Doc]):
    """How a kind is retrained. ``beside`` is what takes part beside the ledger's rows."""

    assemble: Callable[[Ledger, datetime, datetime | None], Assembled[Doc]]
    beside: Callable[[Sequence[Doc], datetime, int], list[Doc]]
    build: Callable[[Sequence[Doc], Knowledge, datetime, Report, Demand | None], Built]
    facets: Callable[[Sequence[Doc]], Facets]


class _Trained(NamedTuple):
    manifest: Manifest
    directory: Path
    figures: dict[str, bytes]


def retrain(
    kind: Kind, setting: Setting, as_of: datetime, now: datetime, report: Report
) -> Outcome:
    """Retrain one kind on what was observed by ``as_of``; ``now`` is when this is done.

    Raises FileError where another retraining or promotion is at work, RetrainError where there
    is no champion to be measured against, something later was retrained already, or ``as_of`` lies
    in the future.
    """
    if kind not in RETRAINED:
        raise RetrainError(f"{kind} have no decisions to learn from; `mingcha train {kind}` trains")
    if as_of > now:
        raise RetrainError(
            f"--as-of {as_of.isoformat()} lies in the future; nothing is known of it"
        )
    with held(setting.home / LOCK, busy=BUSY):
        _sweep(artifacts(setting.home, kind))
        if kind == "claims":
            return _retrain(_CLAIMS, kind, setting, as_of, now, report)
        return _retrain(_LISTINGS, kind, setting, as_of, now, report)


def _retrain(
    recipe: _Recipe[Doc],
    kind: Kind,
    setting: Setting,
    as_of: datetime,
    now: datetime,
    report: Report,
) -> Outcome:
    champions = Champions(setting.home, setting.ledger)
    champion = champions.current(kind, now)
    if champion is None:
        raise RetrainError(f"no {kind} model yet; `mingcha train {kind}` makes the first")
    earlier = retrainings_of(setting.ledger, kind, now)
    if earlier and earlier[-1].as_of > as_of:
        raise RetrainError(
            f"{kind} were retrained as of {earlier[-1].as_of.isoformat()}; --as-of must be later"
        )
    assembled = recipe.assemble(setting.ledger, as_of, judged_from(earlier))
    report(f"{sum(assembled.counts.values())} judged items, {_counted(assembled.counts)}")
    if wanting := _wanting(assembled, earlier, setting.rules):
        return Outcome(kind, "waiting", [wanting])
    since = assembled.judged_from
    assert since is not None
    trained = _fit(recipe, kind, setting, assembled, as_of, now, report)
    report(f"judging {trained.manifest.model_version} by {len(assembled.block)} items")
    contest = Contest(kind, assembled.block, since, recipe.facets(assembled.judging()))
    sides = (
        _champion_side(setting.home, kind, champion, earlier, since),
        Side(trained.directory, since),
    )
    verdict = judge(evidence(contest, *sides, _loading(setting)), setting.rules)
    row = _row(kind, as_of, now, assembled, verdict)
    page = _publish(setting, trained, row, verdict, assembled, report)
    _settle(champions, row, setting.patience)
    said = [sentence.en for sentence in verdict.reasons]
    state: Literal["promoted", "refused"] = "promoted" if verdict.promote else "refused"
    return Outcome(kind, state, said, trained.manifest.model_version, page)


def judged_from(earlier: Sequence[RetrainingRow]) -> datetime | None:
    """From when on decisions judge the next challenger: each block judges once, then trains.

    A block that was too small to judge by is no block yet, and goes on growing.
    """
    if not earlier:
        return None
    last = earlier[-1]
    return last.as_of if last.judged else last.judged_from


def _wanting(
    assembled: Assembled[Doc], earlier: Sequence[RetrainingRow], rules: GateRules
) -> str | None:
    """Why there is nothing to train or to judge by yet; None where there is."""
    if earlier and earlier[-1].data_hash == assembled.data_hash:
        return "nothing was learnt since the last retraining"
    weights = 1 / np.array([one.selection_probability for one in assembled.block])
    of = np.array([one.lesson.truth.label.outcome == "violation" for one in assembled.block], bool)
    passed = sum(not one.lesson.decision.flagged for one in assembled.block)
    groups = len({doc.group for doc in assembled.judging()})
    violating, clean = effective_count(weights[of]), effective_count(weights[~of])
    has = (len(of), groups, violating, clean, passed)
    least = (
        rules.least_rows,
        rules.least_groups,
        rules.least_positives,
        rules.least_clean,
        rules.least_passed,
    )
    if all(one >= wanted for one, wanted in zip(has, least, strict=True)):
        return None
    since = assembled.judged_from
    begins = f" since {since.isoformat()}" if since else ""
    return (
        f"{len(of)} reviewed items of {groups} groups{begins}, {passed} of them passed; under "
        f"their weights they tell as much as {violating:.0f} violating and {clean:.0f} clean. "
        f"A challenger is judged by {least[0]} of {least[1]} groups, {least[2]} violating, "
        f"{least[3]} clean, {least[4]} passed"
    )


def _fit(
    recipe: _Recipe[Doc],
    kind: Kind,
    setting: Setting,
    assembled: Assembled[Doc],
    as_of: datetime,
    now: datetime,
    report: Report,
) -> _Trained:
    own = assembled.docs()
    beside = recipe.beside(own, as_of, setting.simulated)
    report(f"learning from {len(own)} judged items and {len(beside)} beside them")
    work = load_work(setting.home, kind)
    demand = None if work is None else demand_of(setting.ledger, kind, as_of, work, report)
    built = recipe.build([*own, *beside], load_knowledge(), as_of, report, demand)
    facts = {**built.facts, "created_at": now.isoformat()}
    directory = write_artifact(artifacts(setting.home, kind), built.files, facts)
    return _Trained(read_manifest(directory), directory, dict(built.figures))


def _champion_side(
    home: Path, kind: Kind, version: str, earlier: Sequence[RetrainingRow], since: datetime
) -> Side:
    """The champion; one that was never retrained knows no label of the ledger."""
    made = [row.judged_from for row in earlier if row.challenger == version]
    return Side(artifacts(home, kind) / version, made[-1] if made else since)


def _loading(setting: Setting) -> Callable[[Path], Scorer]:
    registry, known_bad = load_registry(setting.home), open_known_bad(setting.home)
    return lambda directory: load_scorer(directory, setting.policy, registry, known_bad)


def _row(
    kind: Kind, as_of: datetime, now: datetime, assembled: Assembled[Doc], verdict: GateVerdict
) -> RetrainingRow:
    identity = f"{kind} {as_of.isoformat()} {verdict.challenger} {now.isoformat()}"
    since = assembled.judged_from
    assert since is not None
    size = next(check for check in verdict.checks if check.name == "size")
    return RetrainingRow(
        retraining_id="r" + hashlib.sha256(identity.encode()).hexdigest()[:31],
        kind=kind,
        as_of=as_of,
        judged_from=since,
        data_hash=assembled.data_hash,
        champion=verdict.champion,
        challenger=verdict.challenger,
        promoted=verdict.promote,
        judged=size.state == "passed",
        verdict=verdict.model_dump_json(ensure_ascii=True),
        recorded_at=now,
    )


def _publish(
    setting: Setting,
    trained: _Trained,
    row: RetrainingRow,
    verdict: GateVerdict,
    assembled: Assembled[Doc],
    report: Report,
) -> Path:
    """Leave the run in MLflow, and its page there and under the home."""
    report("registering")
    html = retraining_page(
        Told(
            row,
            verdict,
            trained.manifest,
            assembled.counts,
            len(assembled.lessons),
            of_block(setting.ledger, row.kind, assembled, row.as_of),
        ),
        trained.figures,
    ).encode()
    page = setting.home / "reports" / f"{row.kind}-{row.retraining_id}.html"
    replace_file(page, html)
    parameters = {"as_of": row.as_of.isoformat(), "ledger_hash": row.data_hash, **assembled.counts}
    run = log_run(setting.home, trained.manifest, trained.directory, parameters, trained.figures)
    tag_run(setting.home, run, {"retraining_id": row.retraining_id, **verdict.tags()})
    log_page(setting.home, run, {"retraining.html": html, "gate.json": row.verdict.encode()})
    register(setting.home, trained.manifest, run)
    return page


def _settle(champions: Champions, row: RetrainingRow, patience: float) -> None:
    """Record the outcome; what took minutes to find is not lost to a ledger that is busy."""
    until = time.monotonic() + patience
    while True:
        try:
            champions.settle(row)
            return
        except LedgerError:
            if time.monotonic() >= until:
                raise
            time.sleep(_AGAIN_SECONDS)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{source} {count}" for source, count in sorted(counts.items())) or "no label"


def _sweep(directory: Path) -> None:
    """Remove what a killed process left half written a day ago or earlier."""
    for left in directory.glob(".staging-*"):
        if time.time() - left.stat().st_mtime > _STAGING_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _beside_claims(own: Sequence[ClaimDoc], at: datetime, simulated: int) -> list[ClaimDoc]:
    return [*assemble.seed_docs(SEED_GROUPS, SEED), *guarded_speech()]


def _beside_listings(own: Sequence[ListingDoc], at: datetime, simulated: int) -> list[ListingDoc]:
    """Seeds, and a simulation while too little was judged to do without."""
    seeds = [*listings.seed_docs(at), *guarded_listings(at)]
    if listings.enough_traffic(own):
        return seeds
    return [*seeds, *listings.simulated_docs(at, SEED, simulated)]


_CLAIMS: Final = _Recipe(assemble_claims, _beside_claims, build_claims, claim_facets)
_LISTINGS: Final = _Recipe(assemble_listings, _beside_listings, build_listings, listing_facets)
