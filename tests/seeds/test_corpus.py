"""What the written corpus promises (seeds/README.md): size, balance, variety, independence."""

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from data.examples.after_sale import load_after_sale
from data.examples.listings import load_listing_examples
from data.examples.speech import Example, load_examples, load_hosts
from data.regression import Corpus, load_regression
from data.taxonomy import load_taxonomy
from tests.seeds.nearness import letters, near_pairs

SPEECH = load_examples()
SENTENCES = [example for example in SPEECH if example.unit == "sentence"]
WINDOWS = [example for example in SPEECH if example.unit == "window"]
LISTINGS = load_listing_examples()
AFTER_SALE = load_after_sale()
HOSTS = load_hosts()

TITLES = [f"{e.listing.title} {e.listing.description or ''}" for e in LISTINGS]
WRITTEN = {
    "speech": [example.text for example in SPEECH],
    "listings": TITLES,
    "after_sale": [row.text for row in AFTER_SALE],
}
CONTENT = [label.code for label in load_taxonomy().labels if label.family == "content"]
LISTING = [label.code for label in load_taxonomy().labels if label.family == "listing"]

NEAR_DUPLICATE = 0.6
NEAR_REAL_ROW = 0.5
RUN = 8
MARKS = "，。！？、 …~"

REAL_TEXTS = {
    "transcripts/live_segments.csv": ("text",),
    "transcripts/douyin_asr_ocr.csv": ("asr", "ocr"),
    "liveamr/train_long.csv": ("text",),
    "liveamr/train_short.csv": ("text",),
    "morph/health_train.csv": ("spoken", "resolved"),
    "morph/liveamr_human_train.csv": ("spoken", "resolved"),
    "feedback/jd_reviews.csv": ("content",),
    "feedback/online_shopping.csv.gz": ("review",),
    "listings/jd_laptops.csv.gz": ("title",),
    "listings/tmall_beauty.csv": ("title",),
    "listings/xianyu.csv": ("title",),
}


def test_the_corpus_is_as_large_as_its_datasheet_says() -> None:
    assert len(SENTENCES) >= 2_500
    assert len(WINDOWS) >= 400
    assert len(LISTINGS) >= 800
    assert len(AFTER_SALE) >= 800


@pytest.mark.parametrize("code", CONTENT)
def test_every_content_label_has_a_hundred_sentences_and_a_hundred_hard_negatives(
    code: str,
) -> None:
    assert sum(code in example.codes for example in SENTENCES) >= 100
    assert sum(example.label_hint == code for example in SENTENCES) >= 100


@pytest.mark.parametrize("code", LISTING)
def test_every_listing_label_has_listings_and_innocent_twins(code: str) -> None:
    assert sum(code in example.codes for example in LISTINGS) >= 50
    assert sum(example.label_hint == code for example in LISTINGS) >= 40


def test_half_of_the_windows_and_of_the_listings_are_clean() -> None:
    for examples in (WINDOWS, LISTINGS):
        clean = sum(not example.codes for example in examples) / len(examples)
        assert 0.47 <= clean <= 0.55


def test_a_third_of_the_positives_is_disguised_and_some_of_the_clean_too() -> None:
    positives = [example for example in SPEECH if example.codes]
    assert 0.28 <= sum(bool(e.disguises) for e in positives) / len(positives) <= 0.40
    assert sum(bool(e.disguises) for e in SPEECH if not e.codes) >= 50


def test_authenticity_is_mostly_named_in_praise() -> None:
    kinds = Counter(row.kind for row in AFTER_SALE if "正品" in row.text)

    assert kinds["other"] > 0.5 * kinds.total()
    assert min(Counter(row.kind for row in AFTER_SALE).values()) >= 60


def test_hosts_and_categories_are_many() -> None:
    speaking = {example.host for example in SPEECH}
    assert speaking == set(HOSTS)
    assert len(speaking) >= 40
    assert len({host.style for host in HOSTS.values()}) >= 10
    assert len({example.category for example in SPEECH}) >= 20
    assert len({example.listing.category.split("/")[0] for example in LISTINGS}) >= 20
    assert len({row.category for row in AFTER_SALE}) >= 20


def test_evidence_is_rarely_the_whole_text() -> None:
    positives = [example for example in SPEECH if example.codes]
    whole = [example for example in positives if example.evidence[0].quote == example.text]

    assert len(whole) < len(positives) / 20


@pytest.mark.parametrize("kind", WRITTEN)
def test_no_example_is_nearly_another(kind: str) -> None:
    texts = WRITTEN[kind]
    near = [
        (texts[pair.left], texts[pair.right])
        for pair in near_pairs(texts, texts, NEAR_DUPLICATE)
        if pair.left < pair.right
    ]

    assert near == []


@pytest.mark.parametrize("corpus", ["must_pass", "must_catch", "known_misses"])
def test_no_regression_row_is_nearly_an_example(corpus: Corpus) -> None:
    rows = [row.text for row in load_regression(corpus)]
    examples = [*WRITTEN["speech"], *TITLES, *(e.listing.title for e in LISTINGS)]
    near = [
        (rows[pair.left], examples[pair.right])
        for pair in near_pairs(rows, examples, NEAR_DUPLICATE)
    ]

    assert near == []


def test_no_phrase_comes_back_in_more_than_one_sentence_in_a_hundred() -> None:
    sentences = Counter(
        run
        for example in SENTENCES
        for run in {letters(example.text)[i : i + RUN] for i in range(len(letters(example.text)))}
        if len(run) == RUN
    )
    run, count = sentences.most_common(1)[0]

    assert count <= 0.01 * len(SENTENCES), run


@pytest.mark.parametrize("examples", [SENTENCES, WINDOWS], ids=["sentences", "windows"])
def test_length_punctuation_category_and_style_tell_nothing(examples: Sequence[Example]) -> None:
    features = DictVectorizer(sparse=False).fit_transform([_surface(e) for e in examples])
    violating = np.array([bool(example.codes) for example in examples])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for model in (
        LogisticRegression(C=0.1, max_iter=2_000),
        HistGradientBoostingClassifier(max_iter=60, min_samples_leaf=20, random_state=0),
    ):
        scaled = features / np.maximum(features.max(axis=0), 1e-9)
        chances = cross_val_predict(model, scaled, violating, cv=folds, method="predict_proba")
        assert roc_auc_score(violating, chances[:, 1]) <= 0.60


def test_nothing_is_near_a_row_of_the_real_data(datasets: Path) -> None:
    texts = [text for kind in WRITTEN.values() for text in kind]
    real = list(dict.fromkeys(_real_texts(datasets)))
    near = [(texts[pair.left], real[pair.right]) for pair in near_pairs(texts, real, NEAR_REAL_ROW)]

    assert near == []


def _surface(example: Example) -> dict[str, float]:
    """All that shows of an example when its words do not."""
    size = len(example.text)
    marks = {f"share of {mark}": example.text.count(mark) / size for mark in MARKS}
    return {
        "length": size,
        "letters": len(letters(example.text)),
        "digits": len(re.findall(r"\d", example.text)) / size,
        f"category {example.category}": 1.0,
        f"style {HOSTS[example.host].style}": 1.0,
        **marks,
    }


def _real_texts(directory: Path) -> Iterator[str]:
    for name, columns in REAL_TEXTS.items():
        path = directory / name
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                yield from (row[column] for column in columns if row[column])
