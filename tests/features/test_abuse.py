import pytest

from data.brands import load_brands
from data.listing import Listing
from features.abuse import abuse_findings
from features.brand import BrandIndex, authorisations, brand_mentions
from features.normalise import normalise

INDEX = BrandIndex(load_brands())


def cues(title: str, category: str = "女装", price: float = 99.0, **fields: object) -> list[str]:
    values = {"data_id": "a", "title": title, "category": category, "price": price}
    listing = Listing.model_validate(values | fields)
    text = normalise(title).text
    mentions = brand_mentions(text, INDEX, category)
    named = {mention.brand_id for mention in mentions}
    allowed = authorisations(named, listing.merchant, INDEX)
    return [f.cue for f in abuse_findings(listing, text, category, mentions, allowed, INDEX)]


def bait(title: str, cheap: str, dear: str, price: float = 9.9) -> bool:
    skus = [{"name": cheap, "price": 9.9}, {"name": dear, "price": 399.0}]
    return "bait variant" in cues(title, "数码", price, skus=skus)


@pytest.mark.parametrize(
    ("title", "category", "cue"),
    [
        ("连衣裙女连衣裙夏连衣裙长款连衣裙收腰连衣裙碎花连衣裙", "女装", "keyword stuffing"),
        ("耐克 安踏 彪马 鞋垫", "鞋/鞋垫", "brand stuffing"),
        ("华为 oppo 大米 5kg", "食品/粮油", "brand off its category"),
        ("爱马仕 洗脸巾", "个护/洗脸巾", "brand off its category"),
        ("补差价专拍 差几元拍几件", "其他", "placeholder listing"),
        ("报多少拍多少 客服报价", "其他", "placeholder listing"),
        ("女鞋 标价非售价", "鞋", "placeholder listing"),
    ],
)
def test_a_title_that_plays_the_search_is_found(title: str, category: str, cue: str) -> None:
    assert cue in cues(title, category)


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("连衣裙女夏 收腰显瘦 法式长裙", "女装"),
        ("手机壳 适用苹果/华为/小米/OPPO/vivo", "手机配件/手机壳"),
        ("苹果脆片 冻干", "食品/零食"),
        ("有机小米 5斤", "食品/粮油"),
        ("爱马仕橙 纸巾盒", "家居/纸品"),
        ("迪士尼联名 抽纸", "家居/纸品"),
        ("全场无需补差价专用链接 连衣裙", "女装"),
        ("差价双倍赔 四件套", "家纺"),
    ],
)
def test_an_honest_title_is_left_alone(title: str, category: str) -> None:
    assert cues(title, category) == []


def test_a_shop_with_several_authorised_brands_may_name_them() -> None:
    shop = {"merchant_id": "m", "authorised_brands": ["耐克", "安踏", "彪马"]}

    assert cues("耐克 安踏 彪马 鞋垫", "鞋/鞋垫", merchant=shop) == []


@pytest.mark.parametrize(
    ("title", "cheap", "dear"),
    [
        ("智能手表", "表带", "旗舰版手表"),
        ("羽绒服", "拍下联系客服改价", "白色M"),
        ("蓝牙耳机", "定金（需补尾款）勿拍", "耳机"),
        ("蓝牙耳机", "1元秒杀（抢光）", "耳机"),
        ("四件套", "样品", "1.5m床"),
        ("项链", "刻字费", "项链一条"),
        ("拉杆箱", "行李牌一个", "20寸"),
        ("相机", "空包装盒", "标配"),
    ],
)
def test_a_cheap_variant_that_is_not_the_goods_is_bait(title: str, cheap: str, dear: str) -> None:
    assert bait(title, cheap, dear)


@pytest.mark.parametrize(
    ("title", "cheap", "dear"),
    [
        ("窗帘", "定制定金（页面公示）", "尾款按图纸"),
        ("香水", "2ml试用装", "50ml正装"),
        ("香水小样", "小样三支", "正装"),
        ("牛奶", "单盒", "24盒整箱"),
        ("瓷砖", "样品小块（寄样）", "整箱"),
        ("螺丝", "M3 1颗", "M12 100颗"),
        ("茶叶", "体验装10g", "礼盒500g"),
        ("手表表带", "表带20mm", "表带鳄鱼皮定制"),
    ],
)
def test_a_small_size_is_no_bait(title: str, cheap: str, dear: str) -> None:
    assert not bait(title, cheap, dear)


def test_a_cheap_part_is_no_bait_where_the_front_price_is_that_of_the_goods() -> None:
    assert not bait("智能手表", "表带", "旗舰版手表", price=399.0)
