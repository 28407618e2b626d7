from pathlib import Path

import pytest

from data.goods import GoodsKnowledge, load_goods
from data.seeds import SeedError
from features.normalise import normalise

DOMAINS = (
    "domain\tfar\tneighbours\tcategories\tsigns\n"
    "厨具\tno\t\t锅|厨具\t\n"
    "家居\tno\t厨具\t家居\t收纳\n"
    "图书\tyes\t\t图书\t《\n"
)
NOUNS = "noun\trole\tdomains\n"
GOODS = load_goods()


def load(folder: Path, nouns: str = "", domains: str = DOMAINS) -> GoodsKnowledge:
    (folder / "domains.tsv").write_text(domains, encoding="utf-8")
    (folder / "goods.tsv").write_text(NOUNS + nouns, encoding="utf-8")
    return load_goods(folder / "domains.tsv", folder / "goods.tsv")


def test_the_seeds_cover_what_is_sold() -> None:
    assert len(GOODS.domains) >= 22
    assert len(GOODS.nouns) >= 2_000
    for domain in GOODS.domains:
        assert sum(noun.home == domain for noun in GOODS.nouns) >= 20, domain


def test_only_books_and_vouchers_are_far_from_all_goods() -> None:
    assert {row.domain for row in GOODS.domains.values() if row.far} == {"图书音像", "卡券虚拟"}


def test_every_word_is_as_normalised_text_has_it() -> None:
    words = {noun.noun for noun in GOODS.nouns}
    for domain in GOODS.domains.values():
        words.update(domain.categories, domain.signs)

    assert {word for word in words if normalise(word).text != word} == set()


def test_neighbours_are_neighbours_both_ways(tmp_path: Path) -> None:
    loaded = load(tmp_path, "炒锅\tgoods\t厨具\n")

    assert loaded.domains["厨具"].neighbours == {"家居"}
    for row in GOODS.domains.values():
        assert row.domain not in row.neighbours
        assert all(row.domain in GOODS.domains[near].neighbours for near in row.neighbours)


def test_the_first_domain_is_the_home(tmp_path: Path) -> None:
    (noun,) = load(tmp_path, "水壶\tgoods\t厨具|家居\n").nouns

    assert noun.home == "厨具"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("炒锅\tgoods\t厨房\n", r"goods.tsv:2: unknown domain '厨房'; allowed: 厨具"),
        ("炒锅\tmaybe\t厨具\n", r"goods.tsv:2: unknown role 'maybe'; allowed: goods, hint"),
        ("锅\tgoods\t厨具\n", r"goods.tsv:2: noun '锅'"),
        ("炒 锅\tgoods\t厨具\n", r"goods.tsv:2: noun '炒 锅'"),
        ("CD架\tgoods\t厨具\n", r"goods.tsv:2: noun 'CD架'"),
        ("炒锅\tgoods\t\n", r"goods.tsv:2: domains"),
        ("炒锅\tgoods\t厨具|厨具\n", r"goods.tsv:2: domains"),
        (
            "炒锅\tgoods\t厨具\n炒锅\tgoods\t家居\n",
            r"goods.tsv:3: second '炒锅'; allowed: each noun",
        ),
    ],
)
def test_a_broken_noun_is_told_with_file_and_line(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(SeedError, match=message):
        load(tmp_path, rows)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("食品\tmaybe\t\t食品\t\n", r"domains.tsv:5: unknown far 'maybe'; allowed: yes, no"),
        ("食品\tno\t天上\t食品\t\n", r"domains.tsv:5: unknown domain '天上'"),
        ("厨具\tno\t\t厨具\t\n", r"domains.tsv:5: second '厨具'; allowed: each domain once"),
        ("食品\tno\t食品\t食品\t\n", r"domains.tsv:5: '食品' as its own neighbour"),
        ("食品\tno\t\t\t\n", r"domains.tsv:5: categories"),
    ],
)
def test_a_broken_domain_is_told_with_file_and_line(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(SeedError, match=message):
        load(tmp_path, domains=DOMAINS + row)
