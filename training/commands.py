"""The commands ``mingcha train``, ``evaluate`` and ``score``."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from data.command import (
    FINISHED_WITH_REJECTS,
    EncodingOption,
    MapOption,
    SetOption,
    complain,
    parse_layout,
    parse_option_instant,
)
from data.home import home, ledger_url
from data.known_bad import open_known_bad
from data.overlay_store import load_overlay
from data.problem import FileError, MingchaError, UsageError
from data.read import Layout
from data.registry_store import load_registry
from data.verdict import Kind

if TYPE_CHECKING:
    from training.about import About

Policy = Literal["balanced", "capacity"]
Report = Callable[[str], None]
KindArgument = Annotated[Kind, typer.Argument(help="What to work on.")]


class _How(NamedTuple):
    """What is measured: an artefact, or the recipe by folds or by time."""

    model: Path | None
    cv: int | None
    since: datetime | None
    seeds: bool


def train(
    kind: KindArgument,
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="Labelled file; may be repeated.")
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="Further labelled files.")] = None,
    seeds: Annotated[bool, typer.Option(help="Train on the seeds too.")] = True,
    register: Annotated[bool, typer.Option(help="Register the model in MLflow.")] = True,
    out: Annotated[
        Path | None, typer.Option(help="The directory that becomes the artefact.")
    ] = None,
    map_: MapOption = [],  # noqa: B006
    set_: SetOption = [],  # noqa: B006
    encoding: EncodingOption = "utf-8",
) -> None:
    """Fit a model, choose its thresholds, write its artefact and register it.

    It becomes champion only where there is none.
    """
    from training.feedback_train import train_feedback
    from training.printout import headline
    from training.train import Request, train_claims, train_listings

    request = Request(
        home=home(os.environ),
        files=[*(data or []), *(more or [])],
        layout=parse_layout(map_, set_, encoding),
        seeds=seeds,
        registered=register,
        out=out,
        ledger=ledger_url(os.environ),
    )
    trainers = {
        "claims": train_claims,
        "listings": train_listings,
        "feedback": train_feedback,
    }
    trained = trainers[kind](request, datetime.now(UTC), _progress(f"train {kind}"))
    typer.echo(f"{trained.manifest.model_version}\t{trained.directory}")
    typer.echo(headline(trained.manifest.metrics, simulated=trained.manifest.simulated), err=True)
    if trained.alias:
        typer.echo(f"registered as version {trained.version}, {trained.alias}", err=True)


def evaluate(
    kind: KindArgument,
    data: Annotated[list[Path], typer.Argument(help="Labelled files.")],
    model: Annotated[Path | None, typer.Option(help="Artefact; default: the champion.")] = None,
    cv: Annotated[
        int | None, typer.Option(min=2, max=20, help="Measure the recipe by K grouped folds.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="Listings: earlier rows train, those submitted from then on are measured.",
        ),
    ] = None,
    seeds: Annotated[bool, typer.Option(help="With --cv and --since: seeds train as well.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report.")] = False,
    page: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.html", help="Write a page to read.")
    ] = None,
    log: Annotated[bool, typer.Option(help="Log a run in MLflow, where there is a store.")] = True,
    map_: MapOption = [],  # noqa: B006
    set_: SetOption = [],  # noqa: B006
    encoding: EncodingOption = "utf-8",
) -> None:
    """Measure a model on labelled rows, with 95 % intervals over groups."""
    from training.page import evaluation_page
    from training.printout import printed

    if sum(choice is not None for choice in (model, cv, since)) > 1:
        raise UsageError(
            "--model, --cv and --since exclude each other: measure an artefact, or the recipe by "
            "folds or by time"
        )
    if since is not None and kind != "listings":
        raise UsageError(f"--since: rows of {kind} have no instant to be split by; use --cv")
    if page is not None and not page.parent.is_dir():
        raise FileError(f"{page}: cannot be written: no directory {page.parent}")
    layout = parse_layout(map_, set_, encoding)
    measures = {
        "claims": _evaluate_claims,
        "listings": _evaluate_listings,
        "feedback": _evaluate_feedback,
    }
    progress = _progress(f"evaluate {kind}")
    now = datetime.now(UTC)
    instant = None if since is None else parse_option_instant(since, now, "--since")
    how = _How(model, cv, instant, seeds)
    report, about = measures[kind](data, layout, how, progress)
    report["about"] = about.model_dump(mode="json")
    html = evaluation_page(report, about)
    if page is not None:
        _write_page(page, html)
    if log:
        _log(report, about, html, progress)
    typer.echo(_strict_json(report) if as_json else printed(report))


def score(
    kind: KindArgument,
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="CSV, TSV, JSONL, Parquet.")],
    out: Annotated[Path, typer.Option(help="Answers, one a row.")],
    model: Annotated[Path | None, typer.Option(help="Artefact; default: the champion.")] = None,
    policy: Annotated[Policy, typer.Option(help="Operating point.")] = "balanced",
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="INSTANT", help="RFC 3339; default: now.")
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="Claims: flagged windows as cases of rooms, JSONL.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=256, help="Processes; default: one a core, for feedback one."),
    ] = None,
    map_: MapOption = [],  # noqa: B006
    set_: SetOption = [],  # noqa: B006
    encoding: EncodingOption = "utf-8",
) -> None:
    """Answer every row of a file as the service would."""
    from models.scorer import load_scorer
    from training.offline import score_file

    at = parse_option_instant(as_of, datetime.now(UTC))
    layout = parse_layout(map_, set_, encoding)
    if kind == "feedback":
        if cases is not None:
            raise UsageError("--cases: feedback has no rooms; it is for claims")
        if _score_feedback(source, out, model, policy, layout):
            raise typer.Exit(FINISHED_WITH_REJECTS)
        return
    registry = load_registry(home(os.environ), known_by=at)
    known_bad, overlay = open_known_bad(home(os.environ)), load_overlay(home(os.environ))
    scorer = load_scorer(_artifact(kind, model), policy, registry, known_bad, overlay)
    progress = _progress(f"score {kind}")
    processes = workers or os.cpu_count() or 1
    tally = score_file(scorer, source, out, layout, at, progress, cases, processes)
    typer.echo(tally.sentence(), err=True)
    if tally.rejected:
        raise typer.Exit(FINISHED_WITH_REJECTS)


def _evaluate_claims(
    data: list[Path],
    layout: Layout,
    how: _How,
    report: Report,
) -> tuple[dict[str, Any], "About"]:
    from models.artifact import read_manifest
    from models.claim_scorer import ClaimScorer
    from models.knowledge import load_knowledge
    from models.scorer import load_scorer
    from training.about import About
    from training.assemble import file_docs, seed_docs
    from training.build import SEED, data_hash
    from training.cross import cross_validate, evaluate_scorer
    from training.train import SEED_GROUPS

    knowledge, at = load_knowledge(), datetime.now(UTC)
    docs = file_docs(data, knowledge.taxonomy.codes, layout, report)
    _check_rows(len(docs), data)
    if how.cv is not None:
        always = seed_docs(SEED_GROUPS, SEED) if how.seeds else []
        about = About.of_recipe("claims", data, data_hash(docs), at, folds=how.cv, seeds=how.seeds)
        return cross_validate(docs, always, knowledge, how.cv, at, report), about
    directory = _artifact("claims", how.model)
    scorer = load_scorer(directory)
    if not isinstance(scorer, ClaimScorer):
        raise UsageError(f"the artefact holds a model of {scorer.kind}, and claims are asked for")
    about = About.of_artifact(read_manifest(directory), data, data_hash(docs), at)
    return evaluate_scorer(docs, scorer, knowledge, at), about


def _evaluate_listings(
    data: list[Path],
    layout: Layout,
    how: _How,
    report: Report,
) -> tuple[dict[str, Any], "About"]:
    from models.artifact import read_manifest
    from models.knowledge import load_knowledge
    from models.listing_scorer import ListingScorer
    from models.scorer import load_scorer
    from training import listings
    from training.about import About
    from training.build import listing_hash
    from training.cross import (
        cross_validate_listings,
        evaluate_listing_scorer,
        evaluate_listings_since,
    )

    knowledge, at = load_knowledge(), datetime.now(UTC)
    docs = listings.file_docs(data, knowledge.taxonomy.codes, layout, at)
    _check_rows(len(docs), data)
    if how.cv is not None or how.since is not None:
        always = listings.seed_docs(at) if how.seeds else []
        about = About.of_recipe(
            "listings",
            data,
            listing_hash(docs),
            at,
            folds=how.cv,
            since=how.since,
            seeds=how.seeds,
        )
        if how.since is not None:
            return evaluate_listings_since(docs, always, knowledge, how.since, report), about
        assert how.cv is not None
        return cross_validate_listings(docs, always, knowledge, how.cv, at, report), about
    directory = _artifact("listings", how.model)
    scorer = load_scorer(directory)
    if not isinstance(scorer, ListingScorer):
        raise UsageError(f"the artefact holds a model of {scorer.kind}, and listings are asked for")
    about = About.of_artifact(read_manifest(directory), data, listing_hash(docs), at)
    return evaluate_listing_scorer(docs, scorer, knowledge), about


def _evaluate_feedback(
    data: list[Path],
    layout: Layout,
    how: _How,
    report: Report,
) -> tuple[dict[str, Any], "About"]:
    from training.feedback_commands import evaluate_feedback_files

    directory = None if how.cv is not None else _artifact("feedback", how.model)
    now = datetime.now(UTC)
    return evaluate_feedback_files(data, layout, directory, how.cv, how.seeds, now, report)


def _score_feedback(
    source: Path, out: Path, model: Path | None, policy: Policy, layout: Layout
) -> bool:
    """Answer a file of buyers' texts; whether rows were rejected."""
    from models.feedback_scorer import load_feedback_scorer
    from training.feedback_commands import score_feedback_file

    scorer = load_feedback_scorer(_artifact("feedback", model), policy)
    tally = score_feedback_file(scorer, source, out, layout, _progress("score feedback"))
    typer.echo(tally.sentence(), err=True)
    return tally.rejected > 0


def _check_rows(count: int, data: list[Path]) -> None:
    if not count:
        raise FileError(f"{', '.join(map(str, data))}: no rows; labelled rows are needed")


def _write_page(path: Path, html: str) -> None:
    try:
        path.write_text(html, "utf-8")
    except OSError as error:
        raise FileError(f"{path}: cannot be written: {error.strerror}") from error


def _log(report: dict[str, Any], about: "About", html: str, progress: Report) -> None:
    """Log the evaluation; one that cannot be logged is measured all the same."""
    from training.plots import plots
    from training.track import TrackError, log_evaluation

    files = {
        **plots(report, about.title()),
        "evaluation.json": _strict_json(report).encode(),
        "evaluation.html": html.encode(),
    }
    metrics = {name: value for name, value in report.items() if name != "about"}
    try:
        log_evaluation(
            home(os.environ), about.kind, about.title(), about.parameters(), metrics, files
        )
    except TrackError as error:
        progress(f"not logged: {error}")


def _artifact(kind: Kind, given: Path | None) -> Path:
    from models.store import champion

    directory = given or champion(home(os.environ), kind)
    if directory is None:
        raise MingchaError(f"no {kind} model yet: run `mingcha train {kind}`, or give --model DIR")
    return directory


def _progress(work: str) -> Report:
    def report(sentence: str) -> None:
        complain(f"{work}: {sentence}")

    return report


def _strict_json(report: dict[str, Any]) -> str:
    """JSON in which a figure that is undefined, such as the recall of no violation, is null."""
    python = json.dumps(report)
    return json.dumps(json.loads(python, parse_constant=lambda _: None), ensure_ascii=False)
