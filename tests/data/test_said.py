from pathlib import Path

import pytest

from data.said import load_said
from data.seeds import SeedError, seed_path

_FILES = ("places", "goods", "measures", "exclusions", "fibres", "licences")


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    for name in _FILES:
        content = (seed_path("said") / f"{name}.tsv").read_text(encoding="utf-8")
        (tmp_path / f"{name}.tsv").write_text(content, encoding="utf-8")
    return tmp_path


def test_the_seeds_hold_every_table() -> None:
    seeds = load_said()

    assert all(getattr(seeds, name) for name in _FILES)


@pytest.mark.parametrize(
    ("name", "row", "problem"),
    [
        ("places", "火星\t月球\t", "unknown place '月球'"),
        ("places", "烟台\t山东\t", "second '烟台'"),
        ("goods", "口罩|袜子", "second '袜子'"),
        ("fibres", "棉花\t(棉\t棉", "is not a regular expression"),
        ("fibres", "棉花\t棉+\t棉", "unbounded repeat"),
        ("licences", "x\tx\tx\tx\tno_label\t0.5", "unknown code 'no_label'"),
        ("licences", "x\tx\tx\tx\tunlicensed_product\t1.5", "certainty '1.5'"),
        ("measures", "含绒量\ta\tb\tc\t1", "second '含绒量'"),
    ],
)
def test_a_broken_row_is_named(tables: Path, name: str, row: str, problem: str) -> None:
    path = tables / f"{name}.tsv"
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")

    with pytest.raises(SeedError, match=r"\.tsv:\d+: ") as caught:
        load_said(tables)

    assert problem in str(caught.value)
