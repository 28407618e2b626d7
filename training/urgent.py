"""Whether an urgent entry may go live: what it would change, and what speaks against it (试算)."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from data.examples.listings import load_listing_examples
from data.examples.speech import load_examples
from data.known_bad import open_known_bad
from data.ledger import Ledger
from data.ledger.traffic import traffic
from data.lexicon import Cue
from data.overlay import Overlay, Urgent, UrgentCue
from data.overlay_store import OverlayError, check_addition
from data.registry_store import load_registry
from data.regression import Corpus, RegressionRow
from data.verdict import Kind
from features.normalise import normalise
from models.knowledge import Knowledge, load_knowledge
from models.policy import PolicyName
from models.scorer import Scorer, degraded_scorer, load_scorer
from models.store import champion
from models.texts import item_texts
from training.backtest import BacktestReport, Span, backtest
from training.changes import Share
from training.guard import corpus_rows, regression_item, wrong_rows

Report = Callable[[str], None]

JUDGED: Final = 20_000
"""Decisions that are judged again, of all kinds together."""

ENOUGH: Final = 100
"""Passes from which the share of them that an entry hits says something."""

_COMMON_ROWS: Final = 3
_COMMON_SHARE: Final = 0.002
_SHOWN: Final = 40


@dataclass(frozen=True)
class Site:
    """Where an entry is tried: a home, its ledger, and the operating point that it serves at."""

    home: Path
    ledger_url: str
    policy: PolicyName = "balanced"

    def scorer(self, kind: Kind, overlay: Overlay) -> Scorer:
        """The champion with an overlay, or what stands in for one where there is none."""
        directory = champion(self.home, kind)
        if directory is None:
            return degraded_scorer(kind, "pass", overlay)
        registry, known_bad = load_registry(self.home), open_known_bad(self.home)
        return load_scorer(directory, self.policy, registry, known_bad, overlay)


def check_entry(entry: Urgent, overlay: Overlay) -> None:
    """Raise OverlayError for an entry that no label, no traffic and no colleague would want."""
    knowledge = load_knowledge()
    if entry.code not in knowledge.taxonomy.codes:
        allowed = ", ".join(knowledge.taxonomy.codes)
        raise OverlayError(f"unknown code {entry.code[:_SHOWN]!r}; allowed: {allowed}")
    check_addition(overlay.entries, entry)
    if isinstance(entry, UrgentCue):
        _check_cue(entry, knowledge)


def trial(
    site: Site, entry: Urgent, overlay: Overlay, at: datetime, days: int, report: Report
) -> list[BacktestReport]:
    """What the entry would have changed in the last days, for each kind of item that it is about.

    Both sides are judged with what is in force at ``at``, as if it had always been. Raises
    OverlayError when a regression row that is right would go wrong.
    """
    standing = overlay.always(at)
    with_entry = Overlay([*overlay.entries, entry]).always(at)
    since = at - timedelta(days=days)
    reports = []
    for kind in entry.kinds:
        old, new = site.scorer(kind, standing), site.scorer(kind, with_entry)
        _check_regression(old, new)
        with closing(Ledger(site.ledger_url)) as ledger:
            found = traffic(ledger, kind, since, at, JUDGED // len(entry.kinds))
        span = Span(since=since, until=at, total=found.total)
        workers = os.cpu_count() or 1 if len(found.decisions) > 1_000 else 1
        reports.append(backtest(old, new, found.decisions, span, workers, report))
    return reports


def check_share(reports: Sequence[BacktestReport], most: float) -> list[str]:
    """Raise OverlayError when more than the share ``most`` of the passes of a kind would be hit.

    Returns what a person should know where there was too little traffic to tell.
    """
    unsure = []
    for one in reports:
        hit = one.newly_flagged
        if hit.of < ENOUGH:
            unsure.append(f"{one.kind}: {hit.of} passes are too few to tell a share; {ENOUGH} do")
        elif hit.count > most * hit.of:
            raise OverlayError(f"{_too_many(one.kind, hit)}; --most-hit allows {most:.2%}")
    return unsure


def _too_many(kind: Kind, hit: Share) -> str:
    return f"{kind}: {hit.count:,} of {hit.of:,} passes ({hit.count / hit.of:.2%}) would be flagged"


def _check_cue(entry: UrgentCue, knowledge: Knowledge) -> None:
    for cue in knowledge.lexicon.cues:
        if (cue.code, cue.pattern) == (entry.code, entry.pattern) and cue.weight >= entry.weight:
            raise OverlayError(
                f"{entry.pattern!r} is a cue of the seeds for {cue.code} with weight {cue.weight};"
                " only a higher weight adds something"
            )
    if entry.pattern in knowledge.lexicon.ordinary:
        raise OverlayError(f"{entry.pattern!r} is an ordinary word of the seeds (ordinary.txt)")
    for kind in entry.kinds:
        _check_common(entry.pattern, kind)
    rows = list(_hit_rows(entry, knowledge))
    if rows:
        raise OverlayError(
            f"{entry.pattern!r} would count in {len(rows)} texts that must pass, such as"
            f" {rows[0].text[:_SHOWN]!r}: choose words that only the offenders use"
        )


def _check_common(pattern: str, kind: Kind) -> None:
    texts = list(_harmless(kind))
    holding = [text for text in texts if pattern in normalise(text).text]
    if len(holding) >= max(_COMMON_ROWS, _COMMON_SHARE * len(texts)):
        raise OverlayError(
            f"{pattern!r} is a common word: {len(holding)} of the seeds' {len(texts)} harmless"
            f" {kind} have it; choose words that only the offenders use"
        )


def _harmless(kind: Kind) -> Iterator[str]:
    if kind == "claims":
        yield from (one.text for one in load_examples() if not one.codes)
    else:
        for example in load_listing_examples():
            if not example.codes:
                yield "。".join(text for _, text in item_texts(example.listing))


def _hit_rows(entry: UrgentCue, knowledge: Knowledge) -> Iterator[RegressionRow]:
    cue = Cue(code=entry.code, pattern=entry.pattern, kind="literal", weight=entry.weight, note="")
    reader = knowledge.reader().extended([cue])
    for row in (one for kind in entry.kinds for one in corpus_rows("must_pass", kind)):
        readings = (reader.read(normalise(t), t) for _, t in item_texts(regression_item(row)))
        if any(hit.cue == entry.pattern for reading in readings for hit in reading.hits):
            yield row


def _check_regression(old: Scorer, new: Scorer) -> None:
    corpora: tuple[tuple[Corpus, str], ...] = (("must_pass", "be flagged"), ("must_catch", "pass"))
    for corpus, done in corpora:
        wrong = wrong_rows(new, corpus_rows(corpus, new.kind))
        before = wrong_rows(old, wrong)
        worse = [row for row in wrong if row not in before]
        if worse:
            raise OverlayError(
                f"{len(worse)} regression rows of {corpus} would {done}, such as"
                f" {worse[0].text[:_SHOWN]!r}"
            )
