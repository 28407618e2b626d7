from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from data.problem import FileError
from tests.benchmarks.liveamr import audit
from tests.benchmarks.liveamr.audit import Copies, Flags, Overlap, Rows, read
from tests.benchmarks.liveamr.baselines import Judge, cross_validated

SCRIPT = "这个片吃一个月血糖就慢慢下来了"
OTHER = "今天三号链接的锅是三层不锈钢的"


def files(directory: Path, *tables: Sequence[tuple[str, int]]) -> list[Rows]:
    paths = []
    for number, table in enumerate(tables):
        path = directory / f"{number}.csv"
        rows = "".join(f'"{text}",{label}\n' for text, label in table)
        path.write_text("text,label\n" + rows, encoding="utf-8")
        paths.append(path)
    return read(paths, [])


def test_copies_are_told_whatever_their_punctuation(tmp_path: Path) -> None:
    table = [(SCRIPT, 2), (f"{SCRIPT}。", 0), (f"家人们，{SCRIPT}", 1), (OTHER, 0)]

    [rows] = files(tmp_path, table)

    assert audit.copies(rows) == Copies(
        distinct=3, contradicting=2, groups=2, in_groups=3, largest=3
    )


def test_sentences_of_one_window_are_one_group_though_they_share_nothing(tmp_path: Path) -> None:
    long, short = files(tmp_path, [(f"{SCRIPT}，{OTHER}", 2)], [(SCRIPT, 2), (OTHER, 0)])

    assert len({*long.groups, *short.groups}) == 1


def test_what_a_file_has_of_another_is_counted_with_its_labels(tmp_path: Path) -> None:
    long, short = files(
        tmp_path, [(f"家人们，{SCRIPT}", 2)], [(SCRIPT, 0), (f"说{SCRIPT}", 2), ("血糖", 2)]
    )

    assert audit.overlap(short, long) == Overlap(sharing=2, contained=1, agreeing=0)
    assert audit.shares_script(short, [long]).tolist() == [True, True, False]


def test_what_is_said_does_not_reach_the_punctuation_model() -> None:
    assert audit.punctuation("血糖,降了") == audit.punctuation("面料,舒服")


def test_only_confident_contradictions_are_doubted() -> None:
    truth = np.array([True, True, True, True, False, False, False])
    scores = np.array([0.9, 0.9, 0.05, 0.45, 0.1, 0.1, 0.95])

    assert audit.doubtful(truth, scores).tolist() == [False, False, True, False, False, False, True]


class Remembers:
    """Scores 1 what it was trained on."""

    name = "memory"

    def fit(self, texts: Sequence[str], truth: Flags, groups: Sequence[str]) -> Judge:
        known = set(groups)
        assert len(known) > 1

        def judge(texts: Sequence[str]) -> tuple[audit.Floats, Flags]:
            scores = np.array([float(text[0] in known) for text in texts])
            return scores, scores > 0

        return judge


def test_no_row_is_judged_by_a_model_that_saw_its_group() -> None:
    groups = list("abcdef") * 5
    texts = [f"{group}{number}" for number, group in enumerate(groups)]

    judged = cross_validated(Remembers(), texts, np.zeros(30, dtype=np.bool_), groups, folds=3)

    assert judged.scores.sum() == 0


def test_a_label_that_is_no_whole_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,label\n今天下单,clean\n", encoding="utf-8")

    with pytest.raises(FileError, match=r'rows.csv:2: label is "clean"'):
        read([path], [])
