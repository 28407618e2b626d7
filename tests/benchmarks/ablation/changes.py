"""Changes of the recipe, each by itself: what is left out, and what was tried beside it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import jieba
import lightgbm
import numpy as np
from cleanlab.filter import find_label_issues
from numpy.typing import NDArray
from pypinyin import lazy_pinyin
from scipy.sparse import csr_matrix, hstack
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.preprocessing import normalize

from features.normalise import normalise
from features.sentences import split
from models.calibrated import sigmoid
from models.claim import NO_HEAD, POOLED_FEATURES
from tests.benchmarks.ablation.bench import (
    Bench,
    Learn,
    Represent,
    Represented,
    Speech,
    features,
    learn,
    pooled,
    unit_scores,
    whole_scores,
)
from training.assemble import ClaimDoc, of_seeds
from training.augment import augmented
from training.ngrams import NgramCounts, Tfidf
from training.units import FittedHeads, UnitTable, fit_head

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Change = Callable[[Bench, int], Floats]
"""What a changed recipe says of the bench's texts under a division into folds: log-odds out of
fold, (n,), NaN of texts that it doesn't judge."""

_SVD: Final = 100
_SURE: Final = 0.9
"""The probability from which a unit of unknown label is believed in self-training."""

_INNER: Final = 3
_LEAST_UNITS: Final = 100
"""Units of a group whose style is worth telling from the others'."""

_LEAST_WEIGHT: Final = 0.1
_TAXONOMY: Final = (
    r"宝宝|姐妹|家人|老人|爸妈|孩子|孕妇|宝妈|爷爷|奶奶|老爸|老妈",
    r"血[糖压脂管]|关节|肠胃|肝|肾|皮肤|头发|眼睛|睡眠|免疫|骨|颈椎|腰|斑|痘|皱",
    r"治|愈|好了|见效|消[除失]|改善|缓解|修复|降[低下]?|排出|恢复|逆转|去根",
    r"[\d一二两三四五六七八九十半几]+(?:个)?(?:天|周|月|年|小时|分钟|疗程|盒|瓶)",
    r"保证|承诺|无效|包[治好退]|百分之?百|绝对|肯定|一定|放心",
    r"专家|医生|教授|医院|国家|央视|明星|博士|院士|研究|临床|认证|专利",
)
"""Who is addressed, body parts, effects, spans of time, guarantees, authorities."""

_TREES: Final = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 8,
    "min_data_in_leaf": 40,
    "lambda_l2": 10.0,
    "monotone_constraints": [1] * len(POOLED_FEATURES),
    "num_threads": 1,
    "seed": 0,
    "verbosity": -1,
}
_ROUNDS: Final = 200


def recipe(bench: Bench, division: int) -> Floats:
    """The claim model as it is."""
    rows = features(bench.speech, bench.units(division), bench.wholes(division))
    return pooled(bench.speech, rows, bench.parts(bench.docs, division))


def _without(*names: str, windows_alone: bool = False) -> Change:
    """Poolers that don't see some of their features."""

    def change(bench: Bench, division: int) -> Floats:
        rows = features(bench.speech, bench.units(division), bench.wholes(division))
        of = np.flatnonzero(bench.speech.long) if windows_alone else np.arange(len(rows))
        for name in names:
            rows[of, POOLED_FEATURES.index(name)] = 0.0
        return pooled(bench.speech, rows, bench.parts(bench.docs, division))

    return change


def _plain_whole(bench: Bench, division: int) -> Floats:
    """The head for whole texts on TF-IDF as it is, without the weights of the classes."""

    def fit(table: NgramCounts, texts: Indices, violating: Floats) -> FittedHeads:
        tfidf = Tfidf(table, texts)
        return FittedHeads(tfidf, (fit_head(tfidf.features(texts), violating[texts]),))

    parts = bench.parts(bench.docs, division)
    wholes = whole_scores(bench.speech, parts, fit)
    rows = features(bench.speech, bench.units(division), wholes)
    return pooled(bench.speech, rows, parts)


def _likeliest_alone(bench: Bench, division: int) -> Floats:
    units = bench.units(division)
    rows = features(bench.speech, units, bench.wholes(division))
    likeliest = POOLED_FEATURES.index("likeliest")
    rows[:, likeliest] = [scores.max() if scores.size else NO_HEAD for scores in units]
    return pooled(bench.speech, rows, bench.parts(bench.docs, division))


def _trees(bench: Bench, division: int) -> Floats:
    rows = features(bench.speech, bench.units(division), bench.wholes(division))
    scores = np.full(len(rows), np.nan)
    for kind in (bench.speech.long, ~bench.speech.long):
        for part in bench.parts(bench.docs, division):
            rest = np.setdiff1d(np.flatnonzero(kind), part)
            data = lightgbm.Dataset(rows[rest], bench.speech.truth[rest])
            held_out = np.intersect1d(np.flatnonzero(kind), part)
            trees = lightgbm.train(_TREES, data, _ROUNDS)
            scores[held_out] = trees.predict(rows[held_out], raw_score=True)
    return scores


def _table(changed: Callable[[UnitTable], UnitTable]) -> Change:
    """Units of which something else is known."""
    return lambda bench, division: _units(bench, division, changed(bench.speech.table), learn)


def _learnt(learning: Learn) -> Change:
    """Units that are learnt from in another way."""
    return lambda bench, division: _units(bench, division, bench.speech.table, learning)


def _units(bench: Bench, division: int, table: UnitTable, learning: Learn) -> Floats:
    parts = bench.parts(bench.docs, division)
    units = unit_scores(table, parts, learning)
    rows = features(bench.speech, units, bench.wholes(division))
    return pooled(bench.speech, rows, parts)


def _other_texts(bench: Bench, division: int, speech: Speech) -> Floats:
    """The recipe on other texts, of which the first are the bench's."""
    parts = bench.parts(speech.docs, division)
    rows = features(speech, unit_scores(speech.table, parts, learn), whole_scores(speech, parts))
    return pooled(speech, rows, parts)


def _no_contained_evidence(bench: Bench, division: int) -> Floats:
    return _other_texts(bench, division, bench.read(bench.docs, contained=False))


def _disguised_copies(bench: Bench, division: int) -> Floats:
    copies = augmented(bench.docs, 0.5, 0, bench.risk_words)
    speech = bench.read([*bench.docs, *copies])
    return _other_texts(bench, division, speech)[: len(bench.docs)]


def without(source: str) -> Change:
    """The recipe that learns from everything but the texts of a source."""
    return _only(lambda doc: doc.source != source)


def without_seeds() -> Change:
    """The recipe that learns from an operator's texts alone."""
    return _only(lambda doc: not of_seeds(doc))


def _only(takes_part: Callable[[ClaimDoc], bool]) -> Change:

    def change(bench: Bench, division: int) -> Floats:
        kept = [index for index, doc in enumerate(bench.docs) if takes_part(doc)]
        scores = np.full(len(bench.docs), np.nan)
        docs = [bench.docs[index] for index in kept]
        scores[kept] = _other_texts(bench, division, bench.read(docs))
        return scores

    return change


def _unmarked_left_out(table: UnitTable) -> UnitTable:
    return replace(table, unmarked=np.full_like(table.unmarked, np.nan))


def _unmarked_all_positive(table: UnitTable) -> UnitTable:
    known = np.where(np.isnan(table.unmarked), table.targets, table.unmarked)
    return _unmarked_left_out(replace(table, targets=known))


def _beside(extra: Callable[[UnitTable, Indices], Represented]) -> Represent:
    """Characters with other features beside them."""

    def represent(table: UnitTable, rows: Indices) -> Represented:
        characters, others = Tfidf(table.ngrams, rows).features, extra(table, rows)
        return lambda chosen: csr_matrix(hstack([characters(chosen), others(chosen)]))

    return represent


def _terms(spelt: Callable[[str], Iterable[str]], orders: tuple[int, int]) -> Represent:
    """TF-IDF of single terms and of runs of them."""

    def represent(table: UnitTable, rows: Indices) -> Represented:
        vectoriser = _vectoriser(orders).fit(_spelt(table, rows, spelt))
        return lambda chosen: vectoriser.transform(_spelt(table, chosen, spelt))

    return represent


def _spelt(table: UnitTable, rows: Indices, spelt: Callable[[str], Iterable[str]]) -> list[str]:
    return [" ".join(spelt(table.texts[row])) for row in rows]


def _vectoriser(orders: tuple[int, int]) -> TfidfVectorizer:
    return TfidfVectorizer(
        token_pattern=r"\S+", ngram_range=orders, sublinear_tf=True, min_df=2, lowercase=False
    )


def _latent(bench: Bench) -> Represent:
    """Vectors of latent semantic analysis (LSA), from the units and the unlabelled speech."""

    def represent(table: UnitTable, rows: Indices) -> Represented:
        unlabelled = [" ".join(jieba.lcut(text)) for text in bench.unlabelled]
        vectoriser = _vectoriser((1, 1))
        terms = vectoriser.fit_transform([*unlabelled, *_spelt(table, rows, jieba.lcut)])
        svd = TruncatedSVD(_SVD, random_state=0).fit(terms)

        def vectors(chosen: Indices) -> csr_matrix:
            found = svd.transform(vectoriser.transform(_spelt(table, chosen, jieba.lcut)))
            return csr_matrix(normalize(found))

        return vectors

    return represent


def _named(table: UnitTable, rows: Indices) -> Represented:
    """Whom or what of the taxonomy each unit names, a column a kind."""
    patterns = [re.compile(pattern) for pattern in _TAXONOMY]

    def found(chosen: Indices) -> csr_matrix:
        texts = [table.texts[row] for row in chosen]
        return csr_matrix(
            [[float(bool(pattern.search(text))) for pattern in patterns] for text in texts]
        )

    return found


def _self_training(bench: Bench, division: int) -> Floats:
    table = _with_unlabelled(bench.speech.table, bench.unlabelled)
    learning = partial(learn, retarget=_believed)
    return _units(bench, division, table, learning)


def _with_unlabelled(table: UnitTable, texts: Sequence[str]) -> UnitTable:
    units = [[unit.text for unit in split(normalise(text).text)] for text in texts]
    first = int(table.documents.max()) + 1
    documents = np.repeat(np.arange(first, first + len(units)), [len(each) for each in units])
    unknown = np.full((len(documents), table.targets.shape[1]), np.nan)
    return replace(
        table,
        texts=[*table.texts, *(text for each in units for text in each)],
        documents=np.concatenate([table.documents, documents]),
        targets=np.concatenate([table.targets, unknown]),
        unmarked=np.concatenate([table.unmarked, unknown]),
    )


def _believed(table: UnitTable, rows: Indices, seen: csr_matrix, target: Floats) -> Floats:
    chance = sigmoid(fit_head(seen, target).decision_function(seen))
    open_rows = np.isnan(target)
    target = target.copy()
    target[open_rows & (chance >= _SURE)] = 1.0
    target[open_rows & (chance <= 1 - _SURE)] = 0.0
    return target


def _confident(table: UnitTable, rows: Indices, seen: csr_matrix, target: Floats) -> Floats:
    """Without the units whose label confident learning doubts."""
    known = np.flatnonzero(~np.isnan(target))
    chance = np.empty(len(known))
    fold = table.documents[rows[known]] % _INNER
    for number in range(_INNER):
        model = fit_head(seen[known[fold != number]], target[known[fold != number]])
        chance[fold == number] = sigmoid(model.decision_function(seen[known[fold == number]]))
    doubted = find_label_issues(
        target[known].astype(int), np.column_stack([1 - chance, chance]), n_jobs=1
    )
    target = target.copy()
    target[known[doubted]] = np.nan
    return target


def _against_style(bench: Bench, division: int) -> Floats:
    """Units count less, the surer a naive Bayes classifier tells whose group they are of."""
    names = {doc.group: number for number, doc in enumerate(bench.docs)}
    group_of = np.array([names[doc.group] for doc in bench.docs])

    def weigh(table: UnitTable, rows: Indices, seen: csr_matrix) -> Floats:
        groups = group_of[table.documents[rows]]
        units = np.bincount(groups)[groups]
        told = np.flatnonzero(units >= _LEAST_UNITS)
        style = MultinomialNB(alpha=0.1).fit(seen[told], groups[told])
        chances = style.predict_proba(seen[told])
        own = np.searchsorted(style.classes_, groups[told])
        weights = np.ones(len(rows))
        weights[told] = np.maximum(_LEAST_WEIGHT, 1 - chances[np.arange(len(told)), own])
        return weights

    return _learnt(partial(learn, weigh=weigh))(bench, division)


NEED_UNLABELLED: Final = (
    "word vectors (LSA of unlabelled speech) beside characters",
    "self-training on unlabelled speech",
)

CHANGES: Final[Mapping[str, Change]] = {
    "without the lexicon's strongest label": _without("lexicon"),
    "without the certainty of a disguise": _without("disguise"),
    "without lexicon and disguise": _without("lexicon", "disguise"),
    "windows without the head for whole texts": _without("whole", windows_alone=True),
    "windows by the head for whole texts alone": _without(
        "likeliest", "mean", "lexicon", "disguise", windows_alone=True
    ),
    "the head for whole texts on plain TF-IDF": _plain_whole,
    "windows without the mean of all units": _without("mean", windows_alone=True),
    "windows by the likeliest unit instead of five": _likeliest_alone,
    "trees (LightGBM) as poolers": _trees,
    "units without their neighbours": _table(lambda table: replace(table, neighbours=0.0)),
    "violating texts without evidence left out": _table(_unmarked_left_out),
    "violating texts without evidence: all units positive": _table(_unmarked_all_positive),
    "without the evidence that short texts give long ones": _no_contained_evidence,
    "words (jieba, 1-2) beside characters": _learnt(
        partial(learn, represent=_beside(_terms(jieba.lcut, (1, 2))))
    ),
    "syllables (pinyin, 1-4) beside characters": _learnt(
        partial(learn, represent=_beside(_terms(lazy_pinyin, (1, 4))))
    ),
    "word vectors (LSA of unlabelled speech) beside characters": lambda bench, division: _learnt(
        partial(learn, represent=_beside(_latent(bench)))
    )(bench, division),
    "what the taxonomy names beside characters": _learnt(partial(learn, represent=_beside(_named))),
    "self-training on unlabelled speech": _self_training,
    "without units whose label is doubted (cleanlab)": _learnt(partial(learn, retarget=_confident)),
    "disguised copies of half of the texts": _disguised_copies,
    "units weighted against their group's style": _against_style,
}
