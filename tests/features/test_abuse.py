import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def of_listing(title: str, category: str, price: float, skus: list[tuple[str, float]]) -> list[str]:
    variants = [{"name": name, "price": each} for name, each in skus] or None
    return cues(title, category, price, skus=variants)


@pytest.mark.parametrize(
    ("title", "category", "price", "skus"),
    [
        ("民谣吉他41寸", "其他", 1.9, [("拨片1枚", 1.9), ("41寸原木色", 399.0), ("40寸", 369.0)]),
        ("行车记录仪", "其他", 9.9, [("安装费", 9.9), ("标准版", 299.0)]),
        ("书法字帖全套", "其他", 1.0, [("封面空盒", 1.0), ("全套12本", 88.0)]),
        ("钢琴网课", "其他", 1.0, [("导学课", 1.0), ("正课40节", 1999.0)]),
        ("保温杯", "其他", 0.5, [("内胆垫", 0.5), ("500ml", 59.0)]),
        ("鲜花花束", "其他", 1.0, [("贺卡", 1.0), ("玫瑰花束", 199.0)]),
        ("高端茶具礼盒", "其他", 2.0, [("纸袋", 2.0), ("全套", 398.0)]),
        ("面霜500ml大瓶", "其他", 9.9, [("小样5ml", 9.9), ("500ml", 198.0)]),
        ("防盗门锁", "其他", 3.0, [("螺丝一包", 3.0), ("锁体套装", 899.0)]),
        ("机械手表", "其他", 29.0, [("不含机芯表壳", 29.0), ("整表", 699.0)]),
        ("整箱牛奶24盒", "其他", 3.9, [("试喝装1盒", 3.9), ("24盒", 68.0)]),
        ("沙发三人位", "其他", 50.0, [("定金", 50.0), ("三人位", 1999.0)]),
        ("编号2031 看主图", "其他", 99.0, []),
        ("标题不方便写 懂的来", "其他", 50.0, []),
        ("老客专拍", "其他", 10.0, []),
        ("1号链接", "其他", 10.0, []),
        ("苹果香蕉葡萄榴莲车厘子 生鲜水果", "生鲜/水果", 39.0, []),
        ("连衣裙女 衬衫 牛仔裤 毛衣 风衣 大衣", "女装", 39.0, []),
        ("耳机 价格面议", "其他", 1.0, []),
    ],
)
def test_bait_stuffing_and_titles_without_goods_are_found(
    title: str, category: str, price: float, skus: list[tuple[str, float]]
) -> None:
    assert of_listing(title, category, price, skus)


@pytest.mark.parametrize(
    ("title", "category", "price", "skus"),
    [
        ("茶叶 2g小样试喝装", "其他", 9.9, [("小样2g", 9.9), ("正装250g", 199.0)]),
        ("吉他拨片", "其他", 1.9, [("拨片1枚", 1.9), ("拨片盒装100枚", 99.0)]),
        ("螺丝刀套装", "其他", 9.9, [("单支", 9.9), ("60件套", 99.0)]),
        ("牛奶", "其他", 3.9, [("1盒", 3.9), ("24盒", 68.0)]),
        ("大米", "其他", 9.9, [("1斤", 9.9), ("20斤", 139.0)]),
        ("鲜花 送贺卡", "其他", 199.0, [("玫瑰花束", 199.0), ("玫瑰大束", 899.0)]),
        ("手机壳 钢化膜", "其他", 9.9, [("钢化膜", 9.9), ("手机壳", 49.0)]),
        ("相机", "其他", 3999.0, [("镜头盖", 19.0), ("机身", 3999.0), ("套机", 4999.0)]),
        ("定制橱柜", "其他", 100.0, [("定金", 100.0), ("全款", 9999.0)]),
        ("纸袋 手提袋 批发", "其他", 1.0, [("小号纸袋", 1.0), ("大号100只", 99.0)]),
        ("礼盒空盒子", "其他", 5.0, [("空盒小号", 5.0), ("空盒大号20个", 99.0)]),
        ("门锁安装费 上门服务", "其他", 50.0, [("安装费", 50.0), ("换锁套餐", 399.0)]),
        ("网课 导学课", "其他", 1.0, [("导学课", 1.0), ("正课", 999.0)]),
        ("瓷砖", "其他", 5.0, [("样片寄样", 5.0), ("整箱", 199.0)]),
        ("机械表 表带", "其他", 29.0, [("表带", 29.0), ("整表", 999.0)]),
        ("保温杯", "其他", 59.0, [("500ml", 59.0), ("1000ml", 89.0)]),
        ("连衣裙", "其他", 99.0, [("S", 99.0), ("M", 99.0)]),
        ("沙发", "其他", 599.0, [("单人位", 599.0), ("三人位", 1999.0)]),
        ("书", "其他", 20.0, [("单本", 20.0), ("全套10本", 180.0)]),
        ("直播间专享 法式连衣裙", "其他", 99.0, []),
        ("主播推荐 蓝牙耳机", "其他", 99.0, []),
        ("福利 秒杀 手工饺子", "其他", 9.9, []),
        ("编号88 黄花梨手串", "其他", 999.0, []),
        ("看图下单 T恤 多色", "其他", 39.0, []),
        ("水果礼盒 苹果 香蕉 葡萄 橙子 组合", "生鲜/水果", 99.0, []),
        ("多口味果干 草莓 芒果 菠萝 葡萄", "食品/水果", 29.0, []),
        ("汽车脚垫 适用大众丰田本田日产别克", "汽车用品", 199.0, []),
        ("手机壳 适用苹果华为小米vivo", "手机配件", 19.0, []),
        ("针织衫内搭 毛衣 外套 两件套 大衣 连衣裙", "女装", 99.0, []),
        ("iPhone15Pro 256G", "其他", 7999.0, []),
    ],
)
def test_ladders_trials_and_lists_of_what_fits_are_honest(
    title: str, category: str, price: float, skus: list[tuple[str, float]]
) -> None:
    assert of_listing(title, category, price, skus) == []


def test_a_price_that_no_variant_has_is_found() -> None:
    assert of_listing("吸尘器", "家电", 9.9, [("标配", 399.0), ("高配", 599.0)]) == [
        "price of no variant"
    ]
    assert of_listing("吸尘器", "家电", 359.0, [("标配", 399.0), ("高配", 599.0)]) == []


def test_a_page_that_says_the_price_is_none_is_found() -> None:
    assert cues("女包", price=1.0, description="标价不是真实售价，请咨询客服") == [
        "placeholder price"
    ]
    assert cues("女包", description="标价即售价，不议价") == []


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=5))
def test_no_text_breaks_the_rules(title: str, names: list[str]) -> None:
    skus = [{"name": name, "price": 1.0 + 99.0 * place} for place, name in enumerate(names)]

    assert isinstance(cues(title, price=1.0, skus=skus), list)


def test_a_title_of_many_goods_whose_variants_sell_one_is_stuffed() -> None:
    title = "帐篷天幕睡袋折叠椅蛋卷桌卡式炉登山杖"
    one = [{"name": "信封睡袋 军绿", "price": 56.0}, {"name": "信封睡袋 湖蓝", "price": 56.0}]
    kit = [{"name": "帐篷睡袋套装", "price": 156.0}]

    assert "goods stuffed" in cues(title, "户外/睡袋", skus=one)
    assert "goods stuffed" not in cues(title, "户外/睡袋", skus=kit)
    assert "goods stuffed" not in cues(title, "户外/睡袋")


@pytest.mark.parametrize(
    ("title", "category", "is_stuffed"),
    [
        ("猫粮2kg 渴望爱肯拿巅峰百利 猫奶糕", "宠物/猫粮", True),
        ("渴望猫粮 试吃 爱肯拿 百利 自选", "宠物/猫粮", False),
        ("手机支架 适用奔驰劳斯莱斯法拉利兰博基尼玛莎拉蒂", "汽车用品/手机支架", True),
        ("脚垫 适用奔驰宝马奥迪大众", "汽车用品/脚垫", False),
        ("荧光棒 周杰伦五月天林俊杰薛之谦", "节庆用品/荧光棒", True),
        ("四件套 罗莱水星富安娜梦洁", "家纺/四件套", True),
        ("四件套 富安娜", "家纺/四件套", False),
    ],
)
def test_names_of_rivals_or_stars_side_by_side_are_stuffing(
    title: str, category: str, is_stuffed: bool
) -> None:
    assert ("names stuffed" in cues(title, category)) == is_stuffed


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("同款重复上架四十个链接，标题只换一个字", "many links"),
        ("跟链接1到链接12都是同一双袜子", "many links"),
        ("本链接原为防蓝光眼镜，评价保留，放心购买", "reused link"),
        ("这个类目流量大，拍的是肥料", "misplaced category admitted"),
        ("货款1元，运费模板88元", "price is none"),
        ("页面标的是一克的钱，称重后改总价", "price is none"),
    ],
)
def test_what_the_page_owns_up_to_of_its_link_is_abuse(text: str, cue: str) -> None:
    assert cue in cues("袜子", "服装/袜子", description=text)


@pytest.mark.parametrize(
    "text",
    [
        "本店有多条袜子，颜色不同",
        "换了首图，实物不变",
        "七天无理由退货，运费自理",
        "没有合适的类目，介意慎拍",
    ],
)
def test_ordinary_terms_are_no_abuse_of_links(text: str) -> None:
    assert cues("袜子", "服装/袜子", description=text) == []
