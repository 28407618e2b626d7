from dataclasses import replace

import numpy as np
import pytest

from models.knowledge import load_knowledge
from tests.benchmarks.ablation.bench import Bench
from tests.benchmarks.ablation.changes import CHANGES, recipe, without_seeds
from training.assemble import ClaimDoc, seed_docs
from training.claims import fit_claims

KNOWLEDGE = load_knowledge()
CODES = KNOWLEDGE.taxonomy.codes


@pytest.fixture(scope="module")
def docs() -> list[ClaimDoc]:
    """Some of the seeds. Half pass for an operator's own, of which no evidence is marked."""
    return [
        replace(doc, source="ours", quotes=()) if int(doc.group[-1]) % 2 else doc
        for doc in seed_docs(10, seed=3)[::14]
    ]


@pytest.fixture(scope="module")
def bench(docs: list[ClaimDoc]) -> Bench:
    words = frozenset(each.word for each in KNOWLEDGE.lexicon.risk_words)
    return Bench(docs, ["这个杯子装水特别方便大家放心拍"] * 20, CODES, KNOWLEDGE.reader(), words)


def test_the_recipe_that_is_taken_apart_is_the_one_that_trains(
    docs: list[ClaimDoc], bench: Bench
) -> None:
    fitted = fit_claims(docs, CODES, KNOWLEDGE.reader(), lambda _: None, seed=2)

    assert np.abs(recipe(bench, 2) - fitted.out_of_fold).max() < 1e-6


@pytest.mark.parametrize(
    "name",
    [
        "without the certainty of a disguise",
        "trees (LightGBM) as poolers",
        "the head for whole texts on plain TF-IDF",
        "violating texts without evidence left out",
        "violating texts without evidence: all units positive",
        "word vectors (LSA of unlabelled speech) beside characters",
        "self-training on unlabelled speech",
        "without units whose label is doubted (cleanlab)",
        "disguised copies of half of the texts",
        "units weighted against their group's style",
    ],
)
def test_a_changed_recipe_still_tells_claims_from_talk(bench: Bench, name: str) -> None:
    scores = CHANGES[name](bench, 0)

    truth = bench.speech.truth == 1
    assert np.isfinite(scores).all()
    assert np.median(scores[truth]) > np.median(scores[~truth])
    assert np.abs(scores - recipe(bench, 0)).max() > 0


def test_what_does_not_train_is_not_judged(bench: Bench) -> None:
    scores = without_seeds()(bench, 0)

    own = np.array([doc.source == "ours" for doc in bench.docs])
    assert np.isfinite(scores[own]).all()
    assert np.isnan(scores[~own]).all()
