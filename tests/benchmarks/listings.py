"""How the listing model does, and what each part of it adds: on writers unread, and simulated.

``python -m tests.benchmarks.listings [--only unread|writers|time|ablation] [--writer NAME]``

``unread``: the shipped recipe on listings that nothing in the project was written or trained on
(``seeds/examples/unread``).
``writers``: the example listings, each judged by a model that read none of its writer; of the
writers named, or of all. Rules and cues were written with the misses of w1 to w13 in view.
``time``: a simulated marketplace, learnt from its first two thirds and measured on the rest: new
merchants against old, fakes caught at 1 % false blocks against what the rules catch alone.
``ablation``: both again without parts of what the model sees. Intervals are of 95 % and resample
whole groups: writers' rows have too few groups and none. What comes from the simulated
marketplace is simulated.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from data.seeds import seed_path
from data.simulate.events import Submitted
from data.simulate.merchants import shares
from data.simulate.world import simulate_world
from data.split import grouped_folds, time_split
from features.merchant import MERCHANT_FEATURES
from models.calibrated import sigmoid
from models.knowledge import Knowledge, load_knowledge
from models.listing import ANY, read_listing, row_names
from models.listing_scorer import ListingScorer
from models.policy import LIKELY
from models.scorer import load_scorer
from training.build import SEED
from training.cross import cross_validate_listings, evaluate_listings_since
from training.listings import (
    FittedListings,
    ListingDoc,
    boost,
    fit_listings,
    lesson_weights,
    reference_prices,
    seed_docs,
    simulated_docs,
)
from training.printout import printed
from training.ranking import LEVEL, Counted, Ranking, Resamples, interval, measured
from training.train import Request, train_listings

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

FAKE: Final = "counterfeit_brand"
FALSE_BLOCKS: Final = 0.01
_SECTIONS: Final = ("unread", "writers", "time", "ablation")
_START: Final = datetime(2026, 1, 5, tzinfo=UTC)
_AT: Final = datetime(2026, 2, 1, tzinfo=UTC)
_LEARNT: Final = 2 / 3
_BAD_SHARE: Final = 0.3
_AFTER_SALE: Final = frozenset(
    {
        "quality_return_rate",
        "negative_review_rate",
        "fake_mention_rate",
        "dispute_rate",
        "refund_share",
    }
)
_TEXT: Final = ("text:", "whole:")


class Split(NamedTuple):
    """Rows to learn from and to judge: documents, what trees see of each, which rules fired.

    ``rules`` (n, 2) are the certainties of any violation and of a fake by rules and lexicon.
    """

    docs: list[ListingDoc]
    rows: Floats
    rules: Floats
    weights: Floats
    names: tuple[str, ...]
    learnt: Indices
    judged: Indices


Keeps = Callable[[str], bool]
VARIANTS: Final[dict[str, tuple[Keeps | None, bool]]] = {
    "rules and lexicon alone": (None, True),
    "text alone": (lambda name: name.startswith(_TEXT), False),
    "without rules and lexicon": (lambda name: True, False),
    "without the merchant's history": (lambda name: name not in MERCHANT_FEATURES, True),
    "without after-sale": (lambda name: name not in _AFTER_SALE, True),
    "all": (lambda name: True, True),
}
"""What the trees see of the figures, if there are trees, and whether rules and lexicon speak."""


def main() -> None:
    """Print what was asked for."""
    arguments = _arguments()
    knowledge = load_knowledge()
    wanted = arguments.only or _SECTIONS
    if "unread" in wanted:
        _unread()
    if "writers" in wanted:
        _heading("Example listings, each by a model that read none of its writer")
        docs, others = _of_writers(arguments.writer)
        writers = max(2, len({doc.group for doc in docs}))
        always = [*others, *simulated_docs(_AT, SEED)]
        _say(printed(cross_validate_listings(docs, always, knowledge, writers, _AT, _progress)))
    if {"time", "ablation"} & set(wanted):
        world = world_docs(arguments.merchants, arguments.days)
        since = _START + timedelta(days=arguments.days * _LEARNT)
        if "time" in wanted:
            _heading(f"Simulated marketplace, from {since.date()} on by what was before")
            seeds = seed_docs(_START)
            _say(printed(evaluate_listings_since(world, seeds, knowledge, since, _progress)))
        if "ablation" in wanted:
            _ablation("Simulated marketplace, split by time", [by_time(world, since, knowledge)])
            splits = list(by_writer(knowledge, arguments.writer))
            _ablation("Example listings, split by writer", splits)


def _unread() -> None:
    """What the shipped model says of listings of which it knows nothing."""
    _heading("Listings that nobody read, by the shipped model")
    with TemporaryDirectory() as home:
        request = Request(home=Path(home), registered=False)
        scorer = load_scorer(train_listings(request, _AT, _progress).directory)
        assert isinstance(scorer, ListingScorer)
        docs = seed_docs(_AT, seed_path("examples") / "unread")
        verdicts = [scorer.score(doc.listing, doc.at) for doc in docs]
    bad = [bool(doc.codes) for doc in docs]
    flagged = [verdict.suggestion != "pass" for verdict in verdicts]
    right = [
        verdict.labels[0].code in doc.codes
        for doc, verdict in zip(docs, verdicts, strict=True)
        if doc.codes and verdict.labels
    ]
    for name, hits in (
        ("bad flagged", [f for f, b in zip(flagged, bad, strict=True) if b]),
        ("innocent flagged", [f for f, b in zip(flagged, bad, strict=True) if not b]),
        ("first label right, of those flagged", right),
    ):
        low, high = binomtest(sum(hits), len(hits)).proportion_ci(LEVEL, "wilson")
        share = _shown(sum(hits) / len(hits), [low, high])
        _say(f"{name}: {sum(hits)} of {len(hits)}, {share}")


def world_docs(merchants: int, days: int) -> list[ListingDoc]:
    """What the merchants of a simulated marketplace submit, with the truth; one group each.

    A third of them is bad, so that there are fakes enough to measure on. Shares of the clean and
    of the fakes do not depend on it, precision and PR-AUC do.
    """
    mix = shares(_BAD_SHARE)
    events = simulate_world(merchants, days, SEED, _START, mix=mix, listings_only=True)
    return [
        ListingDoc(
            listing=event.listing,
            codes=tuple(event.truth.true_codes),
            at=event.listing.submitted_at or _START,
            group=event.truth.operator,
            source="simulated marketplace",
        )
        for event in events
        if isinstance(event, Submitted)
    ]


def by_time(world: Sequence[ListingDoc], since: datetime, knowledge: Knowledge) -> Split:
    """The marketplace, with the examples to learn from as well."""
    before, after = time_split([doc.at for doc in world], since)
    learnt = [*seed_docs(_START), *(world[index] for index in before.tolist())]
    judged = [world[index] for index in after.tolist()]
    return _split(learnt, judged, since, knowledge)


def by_writer(knowledge: Knowledge, named: Sequence[str]) -> Iterator[Split]:
    """The examples of one writer after the other; those of all others teach."""
    docs, _ = _of_writers(named)
    always = simulated_docs(_AT, SEED)
    for writer in sorted({doc.group for doc in docs}):
        learnt = [*always, *(doc for doc in seed_docs(_AT) if doc.group != writer)]
        yield _split(learnt, [doc for doc in docs if doc.group == writer], _AT, knowledge)


def _of_writers(named: Sequence[str]) -> tuple[list[ListingDoc], list[ListingDoc]]:
    """The examples of the writers, by default of all, and those of the others."""
    docs = seed_docs(_AT)
    groups = {f"seeds-{name}" for name in named} or {doc.group for doc in docs}
    if unknown := groups - {doc.group for doc in docs}:
        sys.exit(f"no writer is called {sorted(unknown)[0].removeprefix('seeds-')!r}")
    return (
        [doc for doc in docs if doc.group in groups],
        [doc for doc in docs if doc.group not in groups],
    )


def _split(
    learnt: list[ListingDoc], judged: list[ListingDoc], at: datetime, knowledge: Knowledge
) -> Split:
    fitted = fit_listings(learnt, knowledge, reference_prices(learnt, at, knowledge), _progress)
    model = fitted.model
    rows = np.array([model.assess(doc.listing, doc.at).row for doc in judged])
    docs = [*learnt, *judged]
    return Split(
        docs=docs,
        rows=np.concatenate([fitted.rows, rows]),
        rules=_rules(docs, fitted, knowledge),
        weights=lesson_weights(learnt),
        names=row_names(model.heads, model.whole_heads),
        learnt=np.arange(len(learnt)),
        judged=np.arange(len(learnt), len(docs)),
    )


def _rules(docs: Sequence[ListingDoc], fitted: FittedListings, knowledge: Knowledge) -> Floats:
    """How sure rules and lexicon are, of any violation and of a fake; below 0.5 as well."""
    model, found = fitted.model, []
    for doc in docs:
        read = read_listing(doc.listing, doc.at, model.reader, model.references)
        sure = dict.fromkeys(knowledge.taxonomy.codes, 0.0)
        for code, weight in read.weights.items():
            sure[code] = weight / (1.0 + weight)
        for finding in read.facts.findings:
            sure[finding.code] = max(sure[finding.code], finding.certainty)
        found.append([max(sure.values()), sure[FAKE]])
    return np.array(found)


def _ablation(title: str, splits: list[Split]) -> None:
    _heading(f"Ablation. {title}")
    row("what the model sees", "PR-AUC", "bad caught", "fakes caught", "times the rules", "clean")
    row(*["---"] * 6)
    rules = _Judged.of(splits, None, True)
    for name, (keeps, hears_rules) in VARIANTS.items():
        judged = rules if keeps is None else _Judged.of(splits, keeps, hears_rules)
        row(name, *judged.figures(rules))


class _Judged(NamedTuple):
    """One way of judging, on all splits: scores, and what is over the cut chosen on what was
    learnt from, where 1 % of the clean is. Of any violation, then of fakes.
    """

    docs: list[ListingDoc]
    any: Floats
    any_over: Flags
    fake_over: Flags

    @classmethod
    def of(cls, splits: Sequence[Split], keeps: Keeps | None, hears_rules: bool) -> "_Judged":
        found = [_judge(split, keeps, hears_rules) for split in splits]
        docs = [split.docs[index] for split in splits for index in split.judged.tolist()]
        scores, over, fakes = (np.concatenate(each) for each in zip(*found, strict=True))
        return cls(docs, scores, over, fakes)

    def figures(self, rules: "_Judged") -> list[str]:
        violating = np.array([bool(doc.codes) for doc in self.docs])
        fake = np.array([FAKE in doc.codes for doc in self.docs])
        groups = [doc.group for doc in self.docs]
        resamples = Resamples(groups, SEED) if len(set(groups)) >= 20 else None
        ranking = Ranking(violating, self.any, self.any_over)
        figures = {"pr_auc": Counted.pr_auc, "recall": Counted.recall}
        values, bounds = measured(ranking, figures, resamples)
        clean = float(self.fake_over[~violating].mean())
        return [
            *(_shown(values[name], bounds.get(name)) for name in figures),
            *self._fakes(rules, fake, resamples),
            f"{clean:.2%}",
        ]

    def _fakes(self, rules: "_Judged", fake: Flags, resamples: Resamples | None) -> list[str]:
        def caught(weights: Floats) -> Floats:
            return _ratio(weights @ (self.fake_over & fake), weights @ fake)

        def times(weights: Floats) -> Floats:
            return _ratio(weights @ (self.fake_over & fake), weights @ (rules.fake_over & fake))

        once = np.ones((1, len(fake)))
        return [
            _shown(
                float(figure(once)[0]),
                None if resamples is None else interval(resamples.draws(figure)),
            )
            for figure in (caught, times)
        ]


def _ratio(part: Floats, whole: Floats) -> Floats:
    """NaN where there is no whole, which an interval leaves out."""
    found: Floats = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=found, where=np.asarray(whole) > 0)
    return found


def _judge(split: Split, keeps: Keeps | None, hears_rules: bool) -> tuple[Floats, Flags, Flags]:
    learnt = [split.docs[index] for index in split.learnt.tolist()]
    violating = np.array([bool(doc.codes) for doc in learnt])
    targets = {ANY: violating, FAKE: np.array([FAKE in doc.codes for doc in learnt])}
    like = _like_judged(split)
    found = []
    for column, (head, target) in enumerate(targets.items()):
        scores = split.rules[:, column]
        if keeps is not None:
            served = np.where(hears_rules & (scores >= LIKELY), scores, 0.0)
            scores = np.maximum(_trees(split, target, keeps), served)
        clean = scores[split.learnt][like & ~violating]
        cut = float(np.quantile(clean, 1 - FALSE_BLOCKS, method="higher"))
        found.append((head, scores[split.judged], scores[split.judged] > cut))
    (_, scores, over), (_, _, fakes) = found
    return scores, over, fakes


def _like_judged(split: Split) -> Flags:
    """The rows learnt from that are like those judged: a cut is chosen on them."""
    source = split.docs[int(split.judged[0])].source
    return np.array([split.docs[index].source == source for index in split.learnt.tolist()])


def _trees(split: Split, target: Flags, keeps: Keeps) -> Floats:
    """Probabilities of all rows, of those learnt from out of fold."""
    columns = [index for index, name in enumerate(split.names) if keeps(name)]
    names = [split.names[index] for index in columns]
    rows, known = split.rows[:, columns], target.astype(np.float64)
    logits = np.empty(len(split.docs))
    groups = [split.docs[index].group for index in split.learnt.tolist()]
    for part in grouped_folds(groups, 4, SEED):
        rest = np.setdiff1d(split.learnt, part)
        trees = boost(rows[rest], known[rest], split.weights[rest], names)
        logits[part] = trees.predict(rows[part], raw_score=True)
    trees = boost(rows[split.learnt], known, split.weights, names)
    logits[split.judged] = trees.predict(rows[split.judged], raw_score=True)
    return sigmoid(logits)


def row(*cells: str) -> None:
    """One line of a Markdown table."""
    _say(f"| {' | '.join(cells)} |")


def _shown(value: float, bounds: list[float] | None) -> str:
    return f"{value:.3f}" + ("" if bounds is None else f" [{bounds[0]:.3f}, {bounds[1]:.3f}]")


def _heading(text: str) -> None:
    _say(f"\n## {text}\n\nIntervals of {LEVEL:.0%}.\n")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _progress(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.listings")
    parser.add_argument("--only", action="append", choices=_SECTIONS)
    parser.add_argument("--writer", action="append", default=[], help="of the examples, as w14")
    parser.add_argument("--merchants", type=int, default=400, help="of the simulated marketplace")
    parser.add_argument("--days", type=int, default=90, help="of the simulated marketplace")
    return parser.parse_args()


if __name__ == "__main__":
    main()
