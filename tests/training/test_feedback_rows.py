import gzip
from pathlib import Path

import pytest

from data.problem import FileError
from data.read import Layout
from training.feedback_rows import FeedbackDoc, file_docs, seed_docs


def docs(tmp_path: Path, text: str, **layout: dict[str, str]) -> list[FeedbackDoc]:
    path = tmp_path / "rows.csv"
    path.write_text(text, "utf-8")
    return file_docs([path], Layout(**layout))  # type: ignore[arg-type]


def test_each_row_tells_what_its_columns_hold_and_no_more(tmp_path: Path) -> None:
    found = docs(
        tmp_path, "text,complaint,negative,kind,group,category\n坏了,1,,,g,鞋\n慢,,1,logistics,,\n"
    )

    assert found == [
        FeedbackDoc("坏了", True, None, None, "g", "rows.csv", "鞋"),
        FeedbackDoc("慢", False, True, "logistics", "script-0", "rows.csv", None),
    ]


def test_a_kind_tells_whether_a_text_complains_of_the_goods(tmp_path: Path) -> None:
    found = docs(tmp_path, "text,kind\n一,quality\n二,authenticity\n三,paid\n")

    assert [doc.complaint for doc in found] == [True, True, False]


def test_a_table_with_gaps_may_write_its_answers_as_decimals(tmp_path: Path) -> None:
    found = docs(tmp_path, "text,complaint,negative\n1.0,1.0,\n二,,0.0\n")

    assert [(doc.text, doc.complaint, doc.negative) for doc in found] == [
        ("1.0", True, None),
        ("二", None, False),
    ]


def test_copies_of_a_text_are_never_on_both_sides_of_a_split(tmp_path: Path) -> None:
    copied = "这个东西真的特别好用，推荐给大家都来买"
    found = docs(tmp_path, f"text,negative\n{copied}！,0\n别的话,1\n{copied}。,0\n")

    assert found[0].group == found[2].group != found[1].group


def test_columns_are_named_and_files_packed_as_for_every_command(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress("review,bad\n不好,1\n".encode()))
    layout = Layout(map={"text": "review", "negative": "bad"}, constants={"group": "all"})

    [doc] = file_docs([path], layout)

    assert (doc.text, doc.negative, doc.group) == ("不好", True, "all")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text,complaint\n好,2\n", r"rows\.csv:2: complaint: must be 0 or 1, found \"2\""),
        ("text,kind\n好,praise\n", r"rows\.csv:2: kind: must be quality, authenticity, logistics"),
        ("text,complaint\n ,1\n", r"rows\.csv:2: text: is required"),
        ("text,complaint\n好,\n", r"rows\.csv:2: none of complaint, negative, kind"),
        (
            "text,complaint,kind\n假货,0,authenticity\n",
            r"rows\.csv:2: complaint is 0, yet kind is authenticity",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_reason(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(FileError, match=message):
        docs(tmp_path, text)


def test_columns_that_nobody_asked_for_are_named_once(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,negative,stars\n好,0,5\n差,1,1\n", "utf-8")
    warned: list[str] = []

    file_docs([path], Layout(), warned.append)

    assert warned == [f'{path}: unknown columns are ignored: "stars"']


def test_seeds_of_one_category_stay_together() -> None:
    assert {doc.group for doc in seed_docs() if doc.category == "运动鞋"} == {"seeds-运动鞋"}
