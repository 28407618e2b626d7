import shutil
from pathlib import Path

import pytest

from data.characters import load_characters
from data.seeds import SeedError, seed_path


@pytest.fixture
def characters(tmp_path: Path) -> Path:
    return Path(shutil.copytree(seed_path("lexicon") / "characters", tmp_path / "characters"))


def append(path: Path, *cells: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("\t".join(cells) + "\n")


def test_the_seeds_can_be_read() -> None:
    characters = load_characters()

    assert len(characters.confusables) >= 150
    assert len(characters.components) >= 150
    assert characters.initials
    assert characters.symbols


@pytest.mark.parametrize(
    ("table", "cells", "message"),
    [
        ("confusables", ("髙", "高", "lookalike", ""), "second '髙'"),
        ("confusables", ("髙高", "高", "lookalike", ""), "surface '髙高'"),
        ("confusables", ("㎏", "高", "lookalike", ""), "'㎏' in '㎏', which folding"),
        ("confusables", ("囸", "髙", "lookalike", ""), "plain '髙', which is itself"),
        ("confusables", ("囸", "日", "rare", ""), "kind 'rare'"),
        ("components", ("氵台", "治", "always"), "second '氵台'"),
        ("components", ("氵", "治", "always"), "parts '氵'"),
        ("components", ("氵胡", "湖", "sometimes"), "joins 'sometimes'"),
        ("components", ("氵胡", "湖"), "2 cells; allowed: 3"),
        ("initials", ("ZZ", "正装", "", "0.5", "", ""), "'Z' in 'ZZ', which folding"),
        ("initials", ("zz", "正装", "no_label", "0.5", "", ""), "unknown code 'no_label'"),
        ("initials", ("zz", "正装", "", "2", "", ""), "weight '2'"),
        ("initials", ("zz", "正装", "", "0.5", "货", ""), "context '货'; allowed: .*@"),
        ("initials", ("zz", "正装", "", "0.5", "(@", ""), "a Python regular expression"),
        ("initials", ("zz", "正装", "", "0.5", "@.*货", ""), "unbounded repeat"),
        ("symbols", ("❤️", "心", "", "0.5", "", ""), "which folding removes"),
        ("symbols", ("🦊", "", "", "0.5", "", ""), "plain ''"),
    ],
)
def test_a_row_that_could_not_work_is_refused(
    characters: Path, table: str, cells: tuple[str, ...], message: str
) -> None:
    append(characters / f"{table}.tsv", *cells)

    with pytest.raises(SeedError, match=rf"{table}\.tsv:\d+: .*{message}"):
        load_characters(characters)
