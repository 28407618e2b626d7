import json
from pathlib import Path

import pytest

from data.examples.speech import load_examples
from data.problem import FileError
from data.read import Layout
from data.taxonomy import load_taxonomy
from models.knowledge import load_knowledge
from training.assemble import ClaimDoc, file_docs, seed_docs
from training.build import data_hash
from training.train import Request, TrainingError, claim_docs

CODES = load_taxonomy().codes
GOOD: dict[str, object] = {"text": "这个茶能根治糖尿病", "violation": 1}


def read(path: Path, *rows: dict[str, object]) -> list[ClaimDoc]:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return file_docs([path], CODES, Layout())


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"violation": 1}, "no text"),
        ({"text": "  ", "violation": 1}, "no text"),
        ({"text": "你好"}, "neither violation nor label"),
        ({"text": "你好", "violation": ""}, "neither violation nor label"),
        ({"text": "你好", "label": "是"}, 'label is "是"; a number is needed'),
        ({"text": "你好", "label": "nan"}, "a finite number is needed"),
        ({**GOOD, "codes": ["cures"]}, "unknown code 'cures'; allowed are absolute_claim"),
        ({**GOOD, "codes": "cures"}, "unknown code 'cures'"),
        ({**GOOD, "codes": "[cures"}, "codes is no JSON list"),
        ({**GOOD, "codes": 3}, "codes is 3; a list of label codes is needed"),
        ({**GOOD, "evidence": "根治"}, "a list of {code, quote} is needed"),
        ({**GOOD, "evidence": [{"code": "medical_claim"}]}, "a list of {code, quote} is needed"),
        ({**GOOD, "evidence": [{"code": "cures", "quote": "根治"}]}, "unknown code 'cures'"),
        (
            {**GOOD, "evidence": [{"code": "medical_claim", "quote": "治愈"}]},
            'evidence "治愈"; words of the text are needed',
        ),
        ({**GOOD, "violation": 0, "codes": ["medical_claim"]}, "no violation, yet it has codes"),
        ({**GOOD, "merchant_type": "旗舰店"}, "merchant_type: must be flagship"),
        ({**GOOD, "platform": "抖" * 501}, "platform: "),
        ({**GOOD, "text": "茶" * 20_001}, "text: "),
        ({**GOOD, "licences": "卫妆准字"}, "licences: "),
        ({**GOOD, "evasions": 3}, "evasions is 3; a list is needed"),
        ({**GOOD, "confidence": [3]}, "confidence is a list; a number or a word is needed"),
    ],
)
def test_a_row_that_cannot_be_learnt_from_is_named_by_file_and_line(
    tmp_path: Path, row: dict[str, object], complaint: str
) -> None:
    path = tmp_path / "rows.jsonl"

    with pytest.raises(FileError) as refused:
        read(path, GOOD, row)

    assert str(refused.value).startswith(f"{path}:2: ")
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("label", "violation"),
    [(0, False), (1, True), (2, True), ("2", True), ("0.0", False), (True, True), (-1, False)],
)
def test_a_label_above_zero_is_a_violation(tmp_path: Path, label: object, violation: bool) -> None:
    (doc,) = read(tmp_path / "rows.jsonl", {"text": "你好", "label": label})

    assert doc.violation == violation


def test_without_codes_a_violating_row_is_unknown_and_a_clean_one_is_clean(tmp_path: Path) -> None:
    docs = read(
        tmp_path / "rows.jsonl",
        GOOD,
        {**GOOD, "codes": []},
        {**GOOD, "codes": ["medical_claim"]},
        {"text": "你好", "violation": 0},
    )

    assert [doc.codes for doc in docs] == [None, None, ("medical_claim",), ()]


def test_evidence_is_found_whatever_its_width_and_punctuation(tmp_path: Path) -> None:
    quote = {"code": "medical_claim", "quote": "ＶＣ，根治。"}
    (doc,) = read(
        tmp_path / "rows.jsonl", {"text": "吃vc,根治！", "violation": 1, "evidence": [quote]}
    )

    assert doc.quotes == (("medical_claim", "ＶＣ，根治。"),)


def test_a_cell_of_csv_holds_codes_by_comma_or_as_json(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "text,violation,codes\n"
        '最好的药,1,"medical_claim;absolute_claim"\n'
        '最好的茶,1,"[""absolute_claim""]"\n'
        "最好的话,1,\n",
        "utf-8",
    )

    docs = file_docs([path], CODES, Layout())

    assert [doc.codes for doc in docs] == [
        ("medical_claim", "absolute_claim"),
        ("absolute_claim",),
        None,
    ]


def test_a_row_keeps_where_it_was_said_and_about_what(tmp_path: Path) -> None:
    said = {
        "platform": "抖音",
        "channel": "甲的直播间",
        "category": "食品/保健食品",
        "licences": {"health_reg": "国食健注G20250001"},
        "merchant_type": "flagship",
        "start_s": 60,
    }
    (doc,) = read(tmp_path / "rows.jsonl", {**GOOD, **said, "clip_name": "a_000.mp4"})

    assert doc.segment is not None
    assert doc.segment.model_dump(exclude_none=True) == {
        "data_id": "row-1",
        "text": GOOD["text"],
        **said,
    }
    assert doc.clip_name == "a_000.mp4"


def test_licences_and_times_are_read_from_the_cells_of_a_csv_too(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('text,label,licences,end_s\n你好,0,"{""drug"": ""H1""}",90\n', "utf-8")

    (doc,) = file_docs([path], CODES, Layout())

    assert doc.segment is not None
    assert (doc.segment.licences, doc.segment.end_s) == ({"drug": "H1"}, 90.0)


@pytest.mark.parametrize(
    ("evasions", "disguised"),
    [
        (None, None),
        ("", None),
        ([], False),
        ("[]", False),
        ([{"surface": "关某节", "resolved": "关节"}], True),
        ('["关某节"]', True),
    ],
)
def test_a_row_is_disguised_when_it_lists_a_distorted_word(
    tmp_path: Path, evasions: object, disguised: bool | None
) -> None:
    (doc,) = read(tmp_path / "rows.jsonl", {**GOOD, "evasions": evasions})

    assert doc.disguised is disguised


@pytest.mark.parametrize(
    ("given", "confidence"), [(3, "3"), (3.0, "3"), ("3", "3"), (0.5, "0.5"), ("", None)]
)
def test_confidence_is_kept_as_it_was_annotated(
    tmp_path: Path, given: object, confidence: str | None
) -> None:
    (doc,) = read(tmp_path / "rows.jsonl", {**GOOD, "confidence": given})

    assert doc.confidence == confidence


def test_columns_that_nothing_is_made_of_are_named_once(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    read(path, {**GOOD, "note": "a", "group": "g"}, {**GOOD, "note": "b", "编号": 3})
    warnings: list[str] = []

    file_docs([path], CODES, Layout(), warnings.append)

    assert warnings == [f'{path}: unknown columns are ignored: "note", "编号"']


def test_rows_with_a_shared_script_are_one_group_over_all_files(tmp_path: Path) -> None:
    script = "今天这个面料摸起来真的很软大家可以放心"
    read(tmp_path / "a.jsonl", {"text": f"{script}，来", "violation": 0})
    read(tmp_path / "b.jsonl", {"text": f"好，{script}", "violation": 0}, {**GOOD, "group": "g"})

    docs = file_docs([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], CODES, Layout())

    assert docs[0].group == docs[1].group
    assert docs[2].group == "g"


def test_all_that_one_host_says_is_in_one_group() -> None:
    groups: dict[str, set[str]] = {}
    for example, doc in zip(load_examples(), seed_docs(5, seed=3), strict=True):
        groups.setdefault(example.host, set()).add(doc.group)

    assert all(len(of_host) == 1 for of_host in groups.values())
    assert len(set.union(*groups.values())) == 5


def test_the_same_seed_gives_the_same_rows() -> None:
    assert data_hash(seed_docs(5, seed=3)) == data_hash(seed_docs(5, seed=3))
    assert data_hash(seed_docs(5, seed=3)) != data_hash(seed_docs(5, seed=4))


def test_one_class_or_one_group_is_not_enough_to_learn_from(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    read(path, {**GOOD, "group": "a"}, {"text": "你好", "violation": 0, "group": "a"})
    request = Request(home=tmp_path, files=[path], seeds=False)

    with pytest.raises(TrainingError, match="2 texts in 1 groups"):
        claim_docs(request, load_knowledge())
