"""From labelled rows to a registered artefact."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from data.durable import held
from data.home import VARIABLE, ledger_url
from data.ledger import Ledger
from data.problem import MingchaError
from data.read import Layout
from data.verdict import Kind
from models.artifact import Manifest, place_artifact, read_manifest, write_artifact
from models.knowledge import Knowledge, load_knowledge
from models.store import artifacts
from training import listings
from training.assemble import ClaimDoc, file_docs, seed_docs
from training.build import SEED, Built, Report, build_claims, build_listings
from training.inflow import inflow
from training.listings import ListingDoc
from training.operating import Demand
from training.promotion import LOCK, Champions
from training.thresholds import CAPACITY_SHARE
from training.track import CHALLENGER, CHAMPION, log_run, register
from training.work import Work, load_work

SEED_GROUPS: Final = 10


class TrainingError(MingchaError):
    """There is not enough to learn from."""


@dataclass(frozen=True)
class Request:
    """What to train on and where to leave it. ``out`` None means under ``home``.

    ``simulated`` is how many listings are simulated where no files are given.
    """

    home: Path
    files: Sequence[Path] = ()
    layout: Layout = field(default_factory=Layout)
    seeds: bool = True
    registered: bool = True
    out: Path | None = None
    simulated: int = listings.SIMULATED
    ledger: str | None = None

    @property
    def ledger_url(self) -> str:
        """The ledger in which a first champion is recorded: by default that of the home."""
        return self.ledger or ledger_url({VARIABLE: str(self.home)})


@dataclass(frozen=True)
class Trained:
    """A finished artefact, with its registry version and alias when it was registered."""

    directory: Path
    manifest: Manifest
    version: str | None
    alias: str | None


def train_claims(request: Request, at: datetime, report: Report) -> Trained:
    """Assemble, fit, choose thresholds, write, log, register a claim model."""
    knowledge = load_knowledge()
    docs = claim_docs(request, knowledge, report)
    demand = demanded(request, "claims", at, report)
    return publish(request, build_claims(docs, knowledge, at, report, demand), report)


def train_listings(request: Request, at: datetime, report: Report) -> Trained:
    """Assemble, fit, choose thresholds, write, log, register a listing model.

    Without files it learns from the seeds and a fresh simulation: its figures are simulated.
    """
    knowledge = load_knowledge()
    docs = listing_docs(request, knowledge, at)
    demand = demanded(request, "listings", at, report)
    return publish(request, build_listings(docs, knowledge, at, report, demand), report)


def demanded(request: Request, kind: Kind, at: datetime, report: Report) -> Demand | None:
    """What the reviewers of the home can do; None where the home does not say, or does not know
    how much comes in."""
    work = load_work(request.home, kind)
    if work is None:
        return None
    with closing(Ledger(request.ledger_url)) as ledger:
        return demand_of(ledger, kind, at, work, report)


def demand_of(
    ledger: Ledger, kind: Kind, at: datetime, work: Work, report: Report
) -> Demand | None:
    """The share of what comes in that reviewers can look at; None where either is unknown."""
    coming = inflow(ledger, kind, at, work)
    if coming is None or not work.cases_a_day:
        lacks = "nobody reviews" if coming else "nothing came in yet, and no items_a_day is set"
        report(f"{kind}: {lacks}, so `capacity` is that of {CAPACITY_SHARE:.0%} of traffic")
        return None
    return coming.demand(work)


def listing_docs(request: Request, knowledge: Knowledge, at: datetime) -> list[ListingDoc]:
    """Files if any; seeds as asked; without files also a fresh simulation."""
    docs = listings.file_docs(request.files, knowledge.taxonomy.codes, request.layout, at)
    if request.seeds or not request.files:
        simulated = listings.simulated_docs(at, SEED, request.simulated)
        docs += listings.seed_docs(at) if request.seeds else []
        docs += [] if request.files else simulated
    if len({bool(doc.codes) for doc in docs}) < 2 or len({doc.group for doc in docs}) < 2:
        raise TrainingError(
            f"{len(docs)} listings: violating and clean ones of at least two groups are needed"
        )
    return docs


def claim_docs(
    request: Request, knowledge: Knowledge, report: Report = lambda sentence: None
) -> list[ClaimDoc]:
    """Seeds and files, as asked. Raises TrainingError when one class is missing."""
    docs = seed_docs(SEED_GROUPS, SEED) if request.seeds else []
    docs += file_docs(request.files, knowledge.taxonomy.codes, request.layout, report)
    groups = {doc.group for doc in docs}
    if len({doc.violation for doc in docs}) < 2 or len(groups) < 2:
        raise TrainingError(
            f"{len(docs)} texts in {len(groups)} groups: violating and clean texts of at least "
            "two groups are needed; give --data FILE, or leave out --no-seeds"
        )
    return docs


def publish(request: Request, built: Built, report: Report) -> Trained:
    """Write the artefact; log and register it unless told not to.

    It becomes champion only where there is none: nothing passes the gate by being trained.
    """
    kind: Kind = built.facts["kind"]
    if request.out is None:
        directory = write_artifact(artifacts(request.home, kind), built.files, built.facts)
    else:
        directory = place_artifact(request.out, built.files, built.facts)
    manifest = read_manifest(directory)
    if not request.registered:
        return Trained(directory, manifest, None, None)
    if request.out is not None:
        write_artifact(artifacts(request.home, kind), built.files, built.facts)
    report("registering")
    parameters = {"files": [path.name for path in request.files], "seeds": request.seeds}
    run_id = log_run(request.home, manifest, directory, parameters, built.figures)
    number = register(request.home, manifest, run_id)
    with held(request.home / LOCK), closing(Ledger(request.ledger_url)) as ledger:
        champions = Champions(request.home, ledger)
        is_first = champions.first(kind, manifest.model_version, manifest.created_at)
    return Trained(directory, manifest, number, CHAMPION if is_first else CHALLENGER)
