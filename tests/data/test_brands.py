from pathlib import Path

import pytest

from data.brands import load_brands
from data.seeds import SeedError

HEADER = "brand_id\tname\talias\tkind\tcategories\ttwins\n"
BRANDS = load_brands()


def test_each_brand_has_a_name_of_its_own_and_a_category() -> None:
    assert len(BRANDS) >= 60
    for brand in BRANDS:
        assert any(alias.kind == "canonical" for alias in brand.aliases), brand.brand_id
        assert brand.categories, brand.brand_id


@pytest.mark.parametrize(
    "alias",
    [
        "耐k",
        "驴牌",
        "香奶奶",
        "劳家",
        "鸟家",
        "星爸爸",
        "某森",
        "huavvei",
        "康帅博",
        "雷碧",
        "粤利粤",
    ],
)
def test_known_hidden_names_are_listed(alias: str) -> None:
    kinds = {entry.text: entry.kind for brand in BRANDS for entry in brand.aliases}

    assert kinds[alias] != "canonical"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("nike\t耐克\tnike\tfamous\t鞋\t\n", r"brands.tsv:2: kind 'famous'"),
        ("Nike!\t耐克\tnike\tcanonical\t鞋\t\n", r"brands.tsv:2: brand_id 'Nike!'"),
        ("nike\t耐克\tnike\tcanonical\t\t\n", r"brands.tsv:2: categories"),
        (
            "nike\t耐克\tnike\tcanonical\t鞋\t\npuma\t彪马\tnike\tcanonical\t鞋\t\n",
            r"brands.tsv:3: alias 'nike' again; allowed: one row, as it stands for 'nike'",
        ),
        (
            "nike\t耐克\tnike\tcanonical\t鞋\t\nnike\t奈克\t耐k\tdisguise\t\t\n",
            r"brands.tsv:3: name '奈克'; allowed: '耐克'",
        ),
        (
            "nike\t耐克\tnike\tcanonical\t鞋\t\nnike\t耐克\t耐k\tdisguise\t鞋\t\n",
            r"brands.tsv:3: categories again",
        ),
    ],
)
def test_a_broken_row_is_refused_with_its_place(tmp_path: Path, rows: str, message: str) -> None:
    path = tmp_path / "brands.tsv"
    path.write_text(HEADER + rows, encoding="utf-8")

    with pytest.raises(SeedError, match=message):
        load_brands(path)


def test_other_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "brands.tsv"
    path.write_text("brand\talias\nnike\t耐k\n", encoding="utf-8")

    with pytest.raises(SeedError, match="columns brand, alias"):
        load_brands(path)
