import shutil
from pathlib import Path

import pytest

from data.record import Record
from data.seeds import (
    SeedError,
    content_version,
    one_of,
    read_record,
    read_tsv,
    seed_path,
    seeds_version,
)


class Fruit(Record):
    name: str
    grams: int


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_carry_the_line_they_stand_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "name\tgrams\n苹果\t200\n\n梨\t180\n")

    assert list(read_tsv(path)) == [
        (2, {"name": "苹果", "grams": "200"}),
        (4, {"name": "梨", "grams": "180"}),
    ]


def test_windows_line_ends_and_separators_inside_a_cell_do_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "name\tgrams\r\n苹\u2028果\t200\r\n")

    assert list(read_tsv(path)) == [(2, {"name": "苹\u2028果", "grams": "200"})]


def test_a_row_with_too_few_cells_says_which_ones_there_should_be(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "name\tgrams\n苹果\n")

    with pytest.raises(SeedError, match=r"a\.tsv:2: 1 cells; allowed: 2 \(name, grams\)"):
        list(read_tsv(path))


@pytest.mark.parametrize("text", ["", "\n", "name\tname\n"])
def test_a_file_without_a_proper_header_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SeedError, match="distinct column names"):
        list(read_tsv(write(tmp_path / "a.tsv", text)))


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes("名称".encode("gbk"))

    with pytest.raises(SeedError, match="is not UTF-8"):
        list(read_tsv(path))


def test_a_wrong_field_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"a\.tsv:7: grams 'heavy'; allowed: .*integer"):
        read_record(Fruit, {"name": "苹果", "grams": "heavy"}, tmp_path / "a.tsv", 7)


def test_an_unknown_column_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="colour"):
        read_record(Fruit, {"name": "苹果", "grams": "1", "colour": "red"}, tmp_path, 1)


def test_an_unknown_choice_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="unknown fruit '砖'; allowed: 苹果, 梨"):
        one_of("砖", ("苹果", "梨"), "fruit", tmp_path, 1)


def test_a_missing_seed_file_is_named() -> None:
    with pytest.raises(SeedError, match=r"nothing\.tsv: no such seed file"):
        seed_path("nothing.tsv")


def test_the_version_changes_with_content_and_with_names(tmp_path: Path) -> None:
    first = content_version(seed_path(""))
    copy = tmp_path / "seeds"
    shutil.copytree(seed_path(""), copy)
    assert content_version(copy) == first == seeds_version()

    (copy / "lexicon" / "words.txt").rename(copy / "lexicon" / "others.txt")
    renamed = content_version(copy)
    write(copy / "lexicon" / "others.txt", "褪黑素 1\n")

    assert len({first, renamed, content_version(copy)}) == 3
    assert len(first) == 12
