"""How much a claim model loses when hosts disguise what it catches: mechanism by mechanism.

``python -m tests.benchmarks.attack [--model DIR] [DATA ...]`` takes violating texts in which
nothing is disguised, disguises the risky words of their evidence, and scores both. The texts are
those of the regression corpus and, of each file of labelled rows, the violating ones whose
``evasions`` are an empty list. A disguise is itself suspicious, so that recall may even rise; what
that costs shows where the same is done to harmless words of the files' clean texts. Figures of
rows that the model learnt from are worth little: use one that ``mingcha train claims
--no-register --out DIR`` trained on the seeds.
"""

import argparse
import os
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.examples.speech import load_examples
from data.home import home
from data.problem import MingchaError, UsageError
from data.read import Layout, Rejected, read_rows
from data.regression import load_regression
from data.segment import LiveSegment
from data.simulate.disguises import MECHANISMS, Change, Mechanism, disguise
from data.verdict import Hit, Verdict
from models.artifact import Manifest, read_manifest
from models.knowledge import Knowledge, load_knowledge
from models.scorer import Scorer, load_scorer
from models.store import champion
from training.assemble import ClaimDoc, file_docs, seed_docs
from training.augment import HARMLESS
from training.build import SEED, data_hash
from training.ranking import Resamples, interval
from training.train import SEED_GROUPS

Floats = NDArray[np.float64]

TOO_FEW: Final = 20
"""Attacked texts below which a fall is not worth a figure."""

_AT: Final = datetime(2026, 2, 1, tzinfo=UTC)
_PLAIN_NOTES: Final = ("plain", "textbook")
_LONGEST_WORD: Final = 6
_HEAD: Final = (
    "| mechanism | texts | flagged before | after | fall in points | words a text | come back |\n"
    "|---|---|---|---|---|---|---|\n"
)


class Target(NamedTuple):
    """A text without a disguise. ``spans`` are where its words may be disguised, None: anywhere."""

    segment: LiveSegment
    spans: tuple[tuple[int, int], ...] | None
    group: str


class Attack(NamedTuple):
    """What is disguised in which texts."""

    name: str
    targets: list[Target]
    words: frozenset[str]


class Attacked(NamedTuple):
    """One target after the attack: flagged before and after; how many words were disguised, and
    how many of those the hits afterwards resolve to the word that was meant."""

    group: str
    before: bool
    after: bool
    changes: int
    resolved: int


def main() -> None:
    """Print one table in Markdown for the regression corpus and one for each file."""
    arguments = _arguments()
    try:
        _print(arguments.model, arguments.data, arguments.seed)
    except MingchaError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from error


def attacked(
    targets: Sequence[Target],
    verdicts: Sequence[Verdict],
    scorer: Scorer,
    mechanism: Mechanism,
    words: Collection[str],
    seed: int,
) -> list[Attacked]:
    """The targets in which the mechanism changes anything; ``verdicts`` are from before."""
    rng = np.random.default_rng([seed, MECHANISMS.index(mechanism)])
    found = []
    for target, before in zip(targets, verdicts, strict=True):
        made = disguise(target.segment.text, mechanism, words, rng, target.spans)
        if not made.changes:
            continue
        after = scorer.score(target.segment.model_copy(update={"text": made.text}), _AT)
        hits = [hit for label in after.labels for hit in label.hits]
        resolved = sum(_comes_back(change, hits) for change in made.changes)
        flags = before.suggestion != "pass", after.suggestion != "pass"
        found.append(Attacked(target.group, *flags, len(made.changes), resolved))
    return found


def row(name: str, rows: Sequence[Attacked], seed: int) -> str:
    """One line of the table. The interval resamples groups, each text against itself."""
    changes = sum(each.changes for each in rows)
    cells = [name, str(len(rows))]
    if len(rows) < TOO_FEW:
        return f"| {' | '.join([*cells, *['too few'] * 3, str(changes), ''])} |"
    before = np.array([each.before for each in rows], dtype=np.float64)
    after = np.array([each.after for each in rows], dtype=np.float64)

    def fall(weights: Floats) -> Floats:
        shares: Floats = 100 * (weights @ (before - after)) / weights.sum(axis=1)
        return shares

    bounds = interval(Resamples([each.group for each in rows], seed).draws(fall))
    shown = f" [{bounds[0]:.1f}, {bounds[1]:.1f}]" if bounds else ""
    cells += [
        f"{before.mean():.3f}",
        f"{after.mean():.3f}",
        f"{100 * (before - after).mean():.1f}{shown}",
        f"{changes / len(rows):.1f}",
        f"{sum(each.resolved for each in rows) / changes:.0%}",
    ]
    return f"| {' | '.join(cells)} |"


def risky_words(knowledge: Knowledge, files: Iterable[Path]) -> frozenset[str]:
    """The lexicon's risk words, and what is meant by the disguises of the examples and files."""
    lexicon = knowledge.lexicon
    meant = {disguise.resolved for each in load_examples() for disguise in each.disguises}
    meant.update(word for path in files for word in _meant(path))
    short = {word for word in meant if 1 < len(word) <= _LONGEST_WORD and word.isalpha()}
    return frozenset(short | {each.word for each in lexicon.risk_words})


def regression_attack(words: frozenset[str]) -> Attack:
    """On what every model must catch and says it plainly, each row a group of its own."""
    targets = [
        Target(
            LiveSegment(data_id="attack", text=each.text, category=each.category),
            None,
            f"row-{number}",
        )
        for number, each in enumerate(load_regression("must_catch"))
        if each.channel == "speech" and each.note.startswith(_PLAIN_NOTES)
    ]
    return Attack("must_catch, plain speech", targets, words)


def file_attacks(path: Path, knowledge: Knowledge, words: frozenset[str]) -> list[Attack]:
    """On the rows of a file of which it is known that nothing in them is disguised.

    The first is on the violating ones, the second on the harmless words of the clean ones.
    """
    docs = file_docs([path], knowledge.taxonomy.codes, Layout())
    plain = [doc for doc in docs if doc.disguised is False]
    violating = [_target(doc) for doc in plain if doc.violation]
    clean = [_target(doc) for doc in plain if not doc.violation]
    return [
        Attack(f"{path.name}, violating", violating, words),
        Attack(f"{path.name}, clean, harmless words", clean, frozenset(HARMLESS)),
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.attack", description=__doc__)
    parser.add_argument("data", nargs="*", type=Path, metavar="DATA", help="labelled rows")
    parser.add_argument("--model", type=Path, help="artefact (default: the champion)")
    parser.add_argument("--seed", type=int, default=7, help="of the disguises")
    return parser.parse_args()


def _print(model: Path | None, files: Sequence[Path], seed: int) -> None:
    directory = model or champion(home(os.environ), "claims")
    if directory is None:
        raise UsageError("no claims model yet: run `mingcha train claims`, or give --model DIR")
    scorer = load_scorer(directory)
    if scorer.kind != "claims":
        raise UsageError(f"{directory}: a model of {scorer.kind}; speech is attacked")
    knowledge = load_knowledge()
    words = risky_words(knowledge, files)
    origin = _origin(read_manifest(directory))
    sys.stdout.write(f"{scorer.model_version}, {origin}; balanced; {len(words)} words\n")
    attacks = [regression_attack(words)]
    attacks += [attack for path in files for attack in file_attacks(path, knowledge, words)]
    for attack in attacks:
        groups = len({target.group for target in attack.targets})
        size = f"{len(attack.targets)} texts in {groups} groups"
        sys.stdout.write(f"\n{attack.name}: {size}\n\n{_HEAD}")
        for line in _lines(attack, scorer, seed):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def _lines(attack: Attack, scorer: Scorer, seed: int) -> Iterator[str]:
    verdicts = [scorer.score(target.segment, _AT) for target in attack.targets]
    everything: list[Attacked] = []
    for mechanism in MECHANISMS:
        if mechanism == "currency":
            continue  # it disguises amounts, not words
        rows = attacked(attack.targets, verdicts, scorer, mechanism, attack.words, seed)
        everything += rows
        yield row(mechanism, rows, seed)
    yield row("all", everything, seed)


def _origin(manifest: Manifest) -> str:
    if manifest.data_hash == data_hash(seed_docs(SEED_GROUPS, SEED)):
        return "trained on the seeds alone"
    return "trained on more or other rows than the seeds: figures of rows it has seen flatter"


def _comes_back(change: Change, hits: Iterable[Hit]) -> bool:
    return any(
        hit.start is not None
        and hit.end is not None
        and hit.start < change.end
        and change.start < hit.end
        and change.resolved in (hit.resolved or "")
        for hit in hits
    )


def _target(doc: ClaimDoc) -> Target:
    places = [place for _, quote in doc.quotes for place in re.finditer(re.escape(quote), doc.text)]
    segment = doc.segment or LiveSegment(data_id="attack", text=doc.text)
    return Target(segment, tuple(place.span() for place in places) or None, doc.group)


def _meant(path: Path) -> Iterator[str]:
    """The words that the annotators of a file heard behind disguises."""
    for row in read_rows(path):
        listed: Any = [] if isinstance(row, Rejected) else row.values.get("evasions")
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict) and isinstance(each.get("resolved"), str):
                yield each["resolved"]


if __name__ == "__main__":
    main()
