import shutil
from pathlib import Path

import pytest

from data.mismatch import load_mismatch
from data.seeds import SeedError, seed_path


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    return Path(shutil.copytree(seed_path("mismatch"), tmp_path / "mismatch"))


def test_the_shipped_tables_are_read() -> None:
    seeds = load_mismatch()

    assert len(seeds.claims) > 100
    assert {row.cue for row in seeds.quantities} >= {"power", "screen", "sunscreen"}


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("claims.tsv", "x\t真皮\tcolour\tpu\t牛皮\t\t0.9", "unknown group of attributes 'colour'"),
        ("claims.tsv", "x\t真.*皮\tmaterial\tpu\t牛皮\t\t0.9", "unbounded repeat"),
        ("claims.tsv", "x\t(真皮\tmaterial\tpu\t牛皮\t\t0.9", "not a regular expression"),
        ("claims.tsv", "leather\t真皮\tmaterial\tpu\t牛皮\t\t0.9", "second 'leather'"),
        ("quantities.tsv", "x\t长\t\t米=1,spf=\t\t\t0.9\t2\t0.8", "mixes units"),
        ("quantities.tsv", "x\t长\t\t米=1\t\t\t1.9\t2\t0.8", "least"),
        ("origins.tsv", "五常\t五常\t黑龙江", "second '五常'"),
    ],
)
def test_a_broken_row_is_refused_with_its_reason(
    tables: Path, table: str, row: str, message: str
) -> None:
    with (tables / table).open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")

    with pytest.raises(SeedError, match=message):
        load_mismatch(tables)
