from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.known_bad import KnownBad
from data.known_bad_writer import KnownBadWriter
from data.listing import Listing, Merchant
from data.simulate.disguises import disguise
from features.finding import Finding
from models.claim import Read, read_text
from models.knowledge import load_knowledge
from models.policy import CERTAIN
from models.relisted import known_bad_entry, listing_signatures, relisted_findings
from models.texts import item_texts

KNOWLEDGE = load_knowledge()
READER = KNOWLEDGE.reader()
TITLE = "阿迪达斯 高仿三叶草贝壳头小白鞋 专柜品质 可过验 男女同款36-44码 微信看实拍"
DETAIL = (
    "这双贝壳头用的是和专柜一样的头层牛皮，鞋标鞋盒小票都齐全，拿到手跟商场里买的分不出来。"
    "我们家做这一款已经三年，老客户都知道品质，尺码偏大半码，脚瘦的拍小一码。"
)
CONFIRMED = datetime(2026, 3, 1, tzinfo=UTC)
FIRST_SEEN = CONFIRMED - timedelta(days=3)
AT = CONFIRMED + timedelta(days=1)


def listing(
    title: str = TITLE, shop: str | None = "shop-2", description: str | None = None
) -> Listing:
    return Listing(
        data_id="a",
        title=title,
        category="鞋靴/男鞋/板鞋",
        price=268.0,
        description=description,
        merchant=Merchant(merchant_id=shop) if shop else None,
    )


def read(item: Listing) -> Mapping[str, Read]:
    return {field: read_text(text, READER) for field, text in item_texts(item)}


def remember(writer: KnownBadWriter, item: Listing, case: str = "case-7") -> None:
    codes = ("counterfeit_brand", "off_platform_diversion")
    entry = known_bad_entry(item, read(item), case, codes, FIRST_SEEN, CONFIRMED)
    assert entry is not None
    writer.add(entry)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[KnownBadWriter]:
    with KnownBadWriter(tmp_path / "known_bad") as writer:
        remember(writer, listing(shop="shop-1", description=DETAIL))
        yield writer


@pytest.fixture
def known(writer: KnownBadWriter) -> KnownBad:
    return KnownBad.open(writer.path)


def found(
    known: KnownBad, item: Listing, at: datetime = AT, first_submitted: datetime | None = None
) -> list[Finding]:
    return relisted_findings(item, read(item), known, KNOWLEDGE.taxonomy, at, first_submitted)


def test_a_copy_in_another_shop_is_found_with_the_earlier_case_as_evidence(
    known: KnownBad,
) -> None:
    counterfeit, diversion = found(known, listing())

    assert (counterfeit.code, diversion.code) == ("counterfeit_brand", "off_platform_diversion")
    assert counterfeit.field == "title"
    assert counterfeit.cue == "与已确认违规案例 case-7 相同"
    assert counterfeit.text.startswith("阿迪达斯 高仿")
    assert counterfeit.reason_zh == (
        "标题与已确认违规案例 case-7 的文本相同；该案例由另一店铺于 2026-02-26 首次发布"
    )
    assert counterfeit.basis == tuple(KNOWLEDGE.taxonomy["counterfeit_brand"].citations())


@pytest.mark.parametrize(
    "mechanism", ["spacing", "invisible", "width", "filler", "symbol", "variant", "reduplication"]
)
def test_a_disguised_copy_is_found(known: KnownBad, mechanism: str) -> None:
    words = ["高仿", "微信", "阿迪达斯", "专柜"]
    made = disguise(TITLE, mechanism, words, np.random.default_rng(1))  # type: ignore[arg-type]
    assert made.text != TITLE

    assert {finding.code for finding in found(known, listing(made.text))} == {
        "counterfeit_brand",
        "off_platform_diversion",
    }


def test_a_copy_with_its_words_shuffled_and_one_left_out_is_found(known: KnownBad) -> None:
    shuffled = "专柜品质 可过验 阿迪达斯 高仿三叶草贝壳头小白鞋 男女同款36-44码"
    (finding, _) = found(known, listing(shuffled))

    assert "case-7 相似 " in finding.cue
    assert 0.5 < finding.certainty < CERTAIN


def test_a_copy_of_the_detail_page_under_a_new_title_is_found(known: KnownBad) -> None:
    item = listing("贝壳头板鞋 百搭休闲运动 学生情侣款 四季可穿", description=DETAIL)

    assert {finding.field for finding in found(known, item)} == {"description"}


def test_a_likeness_alone_never_blocks(known: KnownBad) -> None:
    certainties = {f.certainty for f in found(known, listing(description=DETAIL))}

    assert certainties
    assert max(certainties) < CERTAIN


@pytest.mark.parametrize("first", [FIRST_SEEN, FIRST_SEEN - timedelta(days=30)])
def test_who_had_the_text_first_is_not_the_one_punished(known: KnownBad, first: datetime) -> None:
    assert found(known, listing(shop="honest"), first_submitted=first) == []
    submitted = listing(shop="honest").model_copy(update={"submitted_at": first})
    assert found(known, submitted) == []


def test_a_copy_submitted_after_the_bad_one_and_before_its_confirmation_is_found_on_rescan(
    known: KnownBad,
) -> None:
    between = FIRST_SEEN + timedelta(days=1)

    assert found(known, listing(), at=between) == []
    assert found(known, listing(), at=AT, first_submitted=between)


def test_the_same_shop_submitting_the_same_text_again_is_found(known: KnownBad) -> None:
    (finding, _) = found(known, listing(shop="shop-1"))

    assert "该案例由本店于" in finding.reason_zh


def test_a_shop_that_mended_its_own_listing_is_judged_anew(known: KnownBad) -> None:
    mended = TITLE.replace("高仿", "").replace("微信看实拍", "")

    assert found(known, listing(mended, shop="shop-1")) == []
    assert found(known, listing(mended, shop="shop-2"))


def test_an_unknown_shop_is_taken_for_another(known: KnownBad) -> None:
    mended = TITLE.replace("微信看实拍", "")

    assert found(known, listing(mended, shop=None))


def test_a_case_whose_appeal_was_upheld_says_nothing(
    writer: KnownBadWriter, known: KnownBad
) -> None:
    writer.withdraw("case-7")

    assert found(known, listing()) == []


def test_another_listing_of_the_same_goods_is_left_alone(known: KnownBad) -> None:
    title = "阿迪达斯官方 三叶草 SUPERSTAR 男女经典运动休闲贝壳头小白鞋 EG4958"

    assert found(known, listing(title)) == []


def test_short_titles_that_honest_shops_share_are_neither_remembered_nor_matched(
    writer: KnownBadWriter, known: KnownBad
) -> None:
    item = listing("纯棉T恤 男 短袖", shop="shop-1", description="七天无理由退货，包邮")

    assert listing_signatures(read(item)) == {}
    assert known_bad_entry(item, read(item), "c", ("spec_mismatch",), FIRST_SEEN, AT) is None
    assert found(known, item) == []


def test_of_several_cases_each_label_cites_the_most_alike(
    writer: KnownBadWriter, known: KnownBad
) -> None:
    remember(writer, listing(TITLE.replace("男女同款", ""), shop="shop-3"), case="case-8")

    assert {f.cue.split()[1] for f in found(known, listing())} == {"case-7"}


def test_a_label_that_the_taxonomy_no_longer_has_is_left_out(
    writer: KnownBadWriter, known: KnownBad
) -> None:
    item = listing("全新语句完全不同的一条商品标题用来测试旧标签", shop="shop-4")
    entry = known_bad_entry(item, read(item), "case-9", ("old_label",), FIRST_SEEN, CONFIRMED)
    assert entry is not None
    writer.add(entry)

    assert found(known, listing(item.title)) == []
