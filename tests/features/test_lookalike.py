"""What is one small change away from a brand's name, and what only happens to be near it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.brands import load_brands
from features.brand import BrandIndex, Mention, brand_mentions
from features.lookalike import CERTAINTY, Lookalikes
from features.normalise import normalise

BRANDS = load_brands()
INDEX = BrandIndex(BRANDS)
# Without the imitations that the seeds list: what the rule finds, it finds by itself.
UNLISTED = BrandIndex(
    brand.model_copy(
        update={"aliases": tuple(a for a in brand.aliases if a.kind in {"canonical", "nickname"})}
    )
    for brand in BRANDS
)


def imitations(title: str, category: str, index: BrandIndex = UNLISTED) -> list[Mention]:
    found = brand_mentions(normalise(title).text, index, category)
    return [mention for mention in found if mention.kind in {"lookalike", "disguise"}]


@pytest.mark.parametrize(
    ("name", "goods", "category", "brand_id"),
    [
        ("康帅傅", "红烧牛肉面", "食品/方便面", "masterkong"),
        ("雷碧", "柠檬味汽水500ml", "饮料/碳酸饮料", "sprite"),
        ("大白免", "奶糖500g", "食品/糖果", "whiterabbit"),
        ("六禾核桃", "植物蛋白饮料", "饮料/植物蛋白", "sixwalnuts"),
        ("Adidos", "跑步鞋男", "运动/跑鞋", "adidas"),
        ("Nlke", "跑步鞋男", "运动/跑鞋", "nike"),
        ("得カ", "订书机", "文具/订书机", "deli"),
        ("奥利粤", "夹心饼干", "食品/饼干", "oreo"),
        ("农夫山皇", "矿泉水", "饮料/矿泉水", "nongfu"),
        ("农妇山泉", "矿泉水", "饮料/矿泉水", "nongfu"),
        ("王老古", "凉茶植物饮料", "饮料/凉茶", "wanglaoji"),
        ("可日可乐", "汽水", "饮料/碳酸饮料", "cocacola"),
        ("旺子牛奶", "复原乳", "食品/乳品", "wantwant"),
        ("娃恰哈", "AD钙奶", "饮料/乳饮料", "wahaha"),
        ("伊俐", "纯牛奶", "食品/乳品/牛奶", "yili"),
        ("蒙午", "纯牛奶", "食品/乳品/牛奶", "mengniu"),
        ("老千妈", "风味豆豉", "食品/调味", "laoganma"),
        ("海夭", "酱油", "食品/调味", "haday"),
        ("李绵记", "蚝油", "食品/调味", "leekumkee"),
        ("周黑鸦", "鸭脖", "食品/熟食", "zhouheiya"),
        ("洽哈", "香瓜子", "食品/坚果", "qiaqia"),
        ("乐亊", "薯片", "食品/零食", "lays"),
        ("泸洲老窖", "浓香型白酒", "酒/白酒", "luzhou"),
        ("五粮夜", "白酒", "酒/白酒", "wuliangye"),
        ("茅合", "白酒", "酒/白酒", "moutai"),
        ("江小自", "高粱酒", "酒/白酒", "jiangxiaobai"),
        ("蓝月壳", "洗衣液3kg", "日用/洗护/洗衣液", "bluemoon"),
        ("舒服佳", "香皂", "个护/洗护", "safeguard"),
        ("海飞絲", "去屑洗发水", "洗护/洗发", "headshoulders"),
        ("高露浩", "牙膏", "个护/口腔", "colgate"),
        ("佳浩士", "牙膏", "个护/口腔", "crest"),
        ("云南自药", "牙膏", "个护/口腔/牙膏", "yunnanbaiyao"),
        ("心相卯", "抽纸", "纸品/抽纸", "xinxiangyin"),
        ("清凤抽纸", "原木", "纸品/抽纸", "breeze"),
        ("威露土", "消毒液", "家清/消毒", "walch"),
        ("自燃堂", "面膜", "美妆/护肤", "chando"),
        ("珀菜雅", "精华", "美妆/护肤", "proya"),
        ("完美曰记", "口红", "美妆/彩妆", "perfectdiary"),
        ("欧莱稚", "面霜", "美妆/护肤", "loreal"),
        ("兰寇", "小黑瓶", "美妆/护肤", "lancome"),
        ("雅诗蓝黛", "眼霜", "美妆/护肤", "esteelauder"),
        ("资生棠", "面霜", "美妆/护肤", "shiseido"),
        ("爱他羙", "奶粉三段", "奶粉/婴幼儿奶粉", "aptamil"),
        ("美旳", "电饭煲", "家电/厨房电器", "midea"),
        ("格刀", "空调扇", "家电/空调", "gree"),
        ("海耳", "冰箱", "家电/冰箱", "haier"),
        ("九羊", "豆浆机", "家电/厨房电器", "joyoung"),
        ("苏泊耳", "炒锅", "厨具/锅", "supor"),
        ("飞刊浦", "剃须刀", "家电/个护电器", "philips"),
        ("公午", "插座", "电工/插座", "bull"),
        ("罗马士", "充电宝", "数码/充电宝", "romoss"),
        ("安兑", "充电器", "数码/充电器", "anker"),
        ("小夭才", "电话手表", "数码/儿童手表", "imoo"),
        ("得刀", "中性笔", "文具/笔", "deli"),
        ("晨先文具", "中性笔", "文具/笔", "mgpen"),
        ("德力四", "空气开关", "电工/开关", "delixi"),
        ("南扱人", "保暖内衣", "服装/内衣", "nanjiren"),
        ("七匹狠", "夹克", "服装/男装", "septwolves"),
        ("海谰之家", "衬衫", "服装/男装", "hla"),
        ("安塌", "运动鞋", "鞋/运动鞋", "anta"),
        ("特歩", "跑鞋", "鞋/跑鞋", "xtep"),
        ("鸿星尔兑", "板鞋", "鞋/运动鞋", "erke"),
        ("李柠", "运动鞋", "鞋/运动鞋", "lining"),
        ("探路老", "冲锋衣", "户外/冲锋衣", "toread"),
        ("奥庸", "皮鞋", "鞋/皮鞋", "aokang"),
        ("新秀俪", "拉杆箱", "箱包/拉杆箱", "samsonite"),
        ("周大幅", "金手链", "珠宝/黄金", "chowtaifook"),
        ("卡西殴", "电子表", "手表/电子表", "casio"),
        ("米其休", "轮胎", "汽车/轮胎", "michelin"),
        ("美浮", "机油", "汽车/机油", "mobil"),
        ("乐髙", "积木", "玩具/积木", "lego"),
        ("泡泡马特", "盲盒", "玩具/盲盒", "popmart"),
        ("奥特蔓", "玩具", "玩具/模玩", "ultraman"),
        ("皇冢猫粮", "成猫粮", "宠物/猫粮", "royalcanin"),
        ("珠汪钢琴", "立式", "乐器/琴", "pearlriver"),
        ("Samsunq", "耳机", "数码/耳机", "samsung"),
        ("Phllips", "剃须刀", "家电/个护", "philips"),
        ("Panasonlc", "吹风机", "家电/个护", "panasonic"),
        ("Pradа", "手袋", "箱包/女包", "prada"),
        ("Аdidas", "卫衣", "服装/卫衣", "adidas"),
        ("Skechars", "运动鞋", "鞋/运动鞋", "skechers"),
        ("Logitec", "鼠标", "电脑/鼠标", "logitech"),
        ("Michelim", "轮胎", "汽车/轮胎", "michelin"),
        ("Colgata", "牙膏", "个护/口腔", "colgate"),
        ("iphome", "手机", "手机/智能手机", "apple"),
    ],
)
def test_a_name_one_change_away_from_a_brands_is_found_though_no_list_has_it(
    name: str, goods: str, category: str, brand_id: str
) -> None:
    for title in (f"{name} {goods}", f"【正品】{name}{goods}"):
        assert [mention.brand_id for mention in imitations(title, category)] == [brand_id]
    imitated = UNLISTED.imitated(name, category)

    assert imitated is not None
    assert imitated[1].brand.brand_id == brand_id


_INNOCENT = [
    ("小天鹅", "洗衣机", "家电/洗衣机"),
    ("多粒", "坚果大礼包", "食品/坚果"),
    ("好食", "光每日坚果", "食品/坚果"),
    ("百香", "果汁浓缩", "食品/饮料"),
    ("伊犁", "酸奶新疆特产", "食品/乳品"),
    ("长江", "三峡脐橙", "家电/电视"),
    ("黄天鹅", "可生食鸡蛋", "食品/生鲜/蛋"),
    ("白天鹅", "月饼礼盒", "食品/月饼"),
    ("红月亮", "洗衣液", "日用/洗护"),
    ("蓝月亮", "洗衣液", "日用/洗护"),
    ("舒客", "电动牙刷", "口腔/个护"),
    ("舒肤佳", "香皂", "个护/洗护"),
    ("得力", "订书机", "文具/办公"),
    ("德力西", "插座", "电工/插座"),
    ("德力玻璃", "水杯", "杯/玻璃"),
    ("安踏", "运动鞋", "鞋/运动鞋"),
    ("安道", "茶具", "家居/茶具"),
    ("李宁", "运动鞋", "鞋/运动鞋"),
    ("李宇春", "同款T恤", "服装/T恤"),
    ("海信", "电视", "家电/电视"),
    ("海尔", "电视", "家电/电视"),
    ("美的", "电饭煲", "家电/厨房"),
    ("美菱", "冰箱", "家电/冰箱"),
    ("飞科", "剃须刀", "家电/个护"),
    ("飞利浦", "剃须刀", "家电/个护"),
    ("双汇", "火腿肠", "食品/肉"),
    ("双星", "运动鞋", "鞋/运动鞋"),
    ("双鹰玩具", "工程车", "玩具/模型"),
    ("小米", "粥用黄小米", "食品/粮油"),
    ("大米", "东北五常", "食品/粮油"),
    ("华威", "手机支架", "手机/配件"),
    ("华为", "手机", "手机/智能手机"),
    ("苹果", "红富士5斤", "食品/水果"),
    ("平果", "县特产", "食品/特产"),
    ("六个", "核桃仁小包装", "食品/坚果"),
    ("核桃", "六个装", "食品/坚果"),
    ("光明", "牛奶", "食品/乳品"),
    ("熊猫", "玩偶公仔", "玩具/毛绒"),
    ("老人头", "皮鞋", "鞋/皮鞋"),
    ("老人", "头套保暖帽", "服装/帽"),
    ("周生生", "黄金吊坠", "珠宝/黄金"),
    ("周大生", "黄金吊坠", "珠宝/黄金"),
    ("周六福", "黄金吊坠", "珠宝/黄金"),
    ("六福珠宝", "黄金吊坠", "珠宝/黄金"),
    ("芝华士", "威士忌", "酒/洋酒"),
    ("芝华仕", "头等舱沙发", "家具/沙发"),
    ("珀莱雅", "精华", "美妆/护肤"),
    ("欧莱雅", "精华", "美妆/护肤"),
    ("欧珀莱", "精华", "美妆/护肤"),
    ("雅诗兰黛", "精华", "美妆/护肤"),
    ("资生堂", "精华", "美妆/护肤"),
    ("养生堂", "维生素", "保健/食品"),
    ("同仁堂", "阿胶", "保健/滋补"),
    ("自然堂", "面膜", "美妆/护肤"),
    ("自然之宝", "鱼油", "保健/食品"),
    ("九牧", "花洒", "卫浴/花洒"),
    ("九牧王", "西裤", "服装/男装"),
    ("容声", "冰箱", "家电/冰箱"),
    ("荣事达", "电水壶", "家电/厨房"),
    ("格力", "空调", "家电/空调"),
    ("格力高", "百奇饼干", "食品/饼干"),
    ("格兰仕", "微波炉", "家电/厨房"),
    ("爱仕达", "炒锅", "厨具/锅"),
    ("爱华仕", "拉杆箱", "箱包/拉杆箱"),
    ("百雀羚", "面霜", "美妆/护肤"),
    ("百草味", "坚果", "食品/坚果"),
    ("佰草集", "面霜", "美妆/护肤"),
    ("贝亲", "奶瓶", "母婴/喂养"),
    ("宝贝", "亲肤纱布巾", "母婴/洗护"),
    ("七匹狼", "夹克", "服装/男装"),
    ("狼爪", "冲锋衣", "户外/服装"),
    ("奥康", "皮鞋", "鞋/皮鞋"),
    ("康奈", "皮鞋", "鞋/皮鞋"),
    ("意尔康", "皮鞋", "鞋/皮鞋"),
    ("鸿星尔克", "板鞋", "鞋/运动鞋"),
    ("特步", "跑鞋", "鞋/跑鞋"),
    ("匹克", "跑鞋", "鞋/跑鞋"),
    ("新百伦", "跑鞋", "鞋/跑鞋"),
    ("回力", "帆布鞋", "鞋/运动"),
    ("飞跃", "帆布鞋", "鞋/帆布鞋"),
    ("马牌轮胎", "205/55", "汽车/轮胎"),
    ("佳能", "相机", "数码/相机"),
    ("海天", "酱油", "食品/调味"),
    ("海田", "农家自制虾酱", "食品/调味"),
    ("伊利", "纯牛奶", "食品/牛奶"),
    ("伊力特", "白酒", "酒/白酒"),
    ("蒙古", "奶茶粉", "食品/冲调"),
    ("茅台", "飞天", "酒/白酒"),
    ("毛台", "布艺", "家居/布艺"),
    ("茶花收纳", "收纳箱", "家居/收纳"),
    ("旺旺", "雪饼", "食品/零食"),
    ("汪汪", "队玩偶", "玩具/毛绒"),
    ("天天", "特价坚果", "食品/坚果"),
    ("大宝", "面霜", "美妆/护肤"),
    ("大豹", "纹连衣裙", "服装/女装"),
    ("康乐", "保健枕", "家纺/枕"),
    ("伟大", "航路手办", "玩具/手办"),
    ("隔离", "霜妆前乳", "美妆/护肤"),
    ("美德", "教育绘本", "图书/绘本"),
    ("得利斯", "火腿", "食品/火腿"),
    ("大江", "大河地图", "图书/地图"),
    ("云南白茶", "饼茶", "茶/白茶"),
    ("云南", "白药膏贴", "医药/外用"),
    ("三只", "小松鼠摆件", "家居/摆件"),
    ("农夫", "山庄土鸡蛋", "食品/生鲜"),
    ("泸州", "老酒坊高粱酒", "酒/白酒"),
    ("山泉", "水桶装", "饮料/水"),
    ("中国", "黄金糕", "食品/糕点"),
    ("海澜", "色衬衫", "服装/男装"),
    ("海飞", "思考力训练", "玩具/益智"),
    ("送太太了", "保湿面霜礼盒", "美妆/护肤"),
    ("可口", "可乐味糖果", "食品/糖果"),
    ("巴黎", "风情连衣裙", "服装/女装"),
    ("阿迪力", "羊肉串", "食品/熟食"),
    ("恩雅", "白色连衣裙", "服装/女装"),
    ("channel", "收纳盒", "箱包/包"),
    ("super", "大容量锅", "家电/锅"),
    ("swiss", "手表", "手表/腕表"),
    ("shark", "吸尘器", "家电/吸尘"),
    ("Salmon", "色跑鞋", "户外/鞋"),
    ("Prado", "普拉多脚垫", "汽车/脚垫"),
    ("Couch", "沙发垫", "箱包/包"),
    ("Cannon", "礼花筒", "数码/相机"),
]


@pytest.mark.parametrize(("name", "goods", "category"), _INNOCENT)
def test_genuine_neighbours_and_ordinary_words_imitate_nobody(
    name: str, goods: str, category: str
) -> None:
    for title in (f"{name}{goods}", f"2024新款 {name} {goods}"):
        assert imitations(title, category, INDEX) == []


@pytest.mark.parametrize(
    ("name", "category"),
    [(name, category) for name, _, category in _INNOCENT],
)
def test_a_declared_neighbour_imitates_nobody(name: str, category: str) -> None:
    assert INDEX.imitated(name, category) is None


@pytest.mark.parametrize(
    ("title", "category", "change"),
    [
        ("康帅傅方便面", "食品/方便面", "shape"),
        ("农妇山泉矿泉水", "饮料/矿泉水", "sound"),
        ("安牧希酸奶", "食品/乳品", "sound"),
        ("可口口可乐汽水", "饮料/汽水", "length"),
        ("泡玛泡特盲盒", "玩具/盲盒", "order"),
        ("六禾核桃饮品", "饮料/植物蛋白", "shape"),
        ("六丁核桃饮品", "饮料/植物蛋白", "character"),
        ("Adidos跑鞋", "鞋/跑鞋", "letter"),
        ("Casia电子表", "手表/电子表", "character"),
    ],
)
def test_the_kind_of_change_is_told(title: str, category: str, change: str) -> None:
    (mention,) = imitations(title, category)

    assert mention.change == change


def test_a_change_of_shape_or_sound_is_surer_than_a_looser_one() -> None:
    assert min(CERTAINTY["shape"], CERTAINTY["sound"]) >= 0.75 > 0.6 > CERTAINTY["length"] >= 0.5


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("康帅傅棉拖鞋", "家居/拖鞋"),
        ("雷碧玺手串", "珠宝/手串"),
        ("安塔利亚风景画", "家居/装饰画"),
        ("海儿童冰箱贴", "家电/冰箱"),
        ("大人参蜂蜜", "数码/无人机"),
    ],
)
def test_brands_are_imitated_only_among_the_goods_they_sell(title: str, category: str) -> None:
    assert imitations(title, category) == []


def test_inside_a_title_only_sound_and_shape_count() -> None:
    assert imitations("红烧味康帅傅方便面", "食品/方便面")
    assert imitations("坚果 六丁核桃仁", "饮料/食品") == []


@pytest.mark.parametrize("title", ["送太太了一瓶", "海飞思考力", "周大富贵手链", "老干吗不回来"])
def test_what_ordinary_words_spell_by_chance_is_no_imitation(title: str) -> None:
    assert imitations(f"礼物 {title}", "食品/调味/洗护/珠宝/首饰") == []


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("雷碧/Leibi", "sprite"),
        ("雪碧/雷碧", None),
        ("耐克（Nlke）", None),
        ("", None),
        ("/", None),
    ],
)
def test_each_part_of_a_declared_brand_is_read(declared: str, expected: str | None) -> None:
    imitated = INDEX.imitated(declared, "饮料/食品/鞋")

    assert (imitated and imitated[1].brand.brand_id) == expected


@pytest.mark.parametrize(
    ("word", "brand_id"),
    [("Аdidas", "adidas"), ("NΙKE", "nike"), ("Gυcci", "gucci"), ("Níke", "nike")],
)
def test_letters_of_other_alphabets_are_read_as_they_are_printed(word: str, brand_id: str) -> None:
    (mention,) = imitations(f"新款 {word} 正品", "服装/箱包/鞋")

    assert (mention.brand_id, mention.text) == (brand_id, normalise(word).text)


@pytest.mark.parametrize(
    "title", ["Lancôme 兰蔻", "Hermès 丝巾", "Nestlé 咖啡", "Привет Мир", "Ωmega3", "naïve 连衣裙"]
)
def test_genuine_accents_and_other_languages_are_left_alone(title: str) -> None:
    assert imitations(title, "美妆/配饰/咖啡/手表/服装", INDEX) == []


@given(
    st.sampled_from([b for b in BRANDS if len(b.name) > 2 and b.name.isalpha()]),
    st.sampled_from(["", " ", "【新款】", "500g"]),
)
def test_no_brands_own_name_imitates_another(brand: object, after: str) -> None:
    known = next(b for b in BRANDS if b is brand)
    for category in known.categories:
        assert INDEX.imitated(known.name, category) is None
        found = imitations(f"{known.name}{after}", category, INDEX)
        assert [m for m in found if m.kind == "lookalike"] == []


@given(st.text(max_size=40), st.sampled_from(["食品", "鞋/服装", "美妆/护肤"]))
def test_imitations_lie_where_they_are_said_to(text: str, category: str) -> None:
    title = normalise(f"康帅傅{text}雅诗蓝黛").text

    for start, end, likeness in UNLISTED.lookalikes.within(title, category):
        assert title[start:end] != likeness.name
        assert 0 <= start < end <= len(title)


def test_a_name_is_read_in_time_whatever_its_length() -> None:
    lookalikes = Lookalikes({}, frozenset())

    assert lookalikes.of("康" * 200, "食品") is None


@pytest.mark.parametrize(
    ("title", "category", "words", "brand_id"),
    [
        ("SlEMENZ西美子开关插座", "家装建材/电工", "slemenz西美子", "siemens"),
        ("纽约MAYBELLlNF睫毛膏", "美妆/彩妆", "maybelllnf", "maybelline"),
        ("法国LAC0STTE鳄鱼polo衫", "服装/男装", "lac0stte", "lacoste"),
        ("The Norht Fase户外冲锋衣", "服装/冲锋衣", "norht fase", "thenorthface"),
        ("凌羊钢笔 LAMV学生练字", "文具/钢笔", "凌羊钢笔 lamv", "lamy"),
        ("幼猫奶糕 ROYAL CONIN", "宠物/猫粮", "royal conin", "royalcanin"),
        ("六仁核挑核桃乳", "食品/饮料", "六仁核挑", "sixwalnuts"),
        ("六颗核挑核桃乳", "食品/饮料", "六颗核挑", "sixwalnuts"),
        ("旺囝牛仔复原乳", "食品/乳品", "旺囝", "wantwant"),
        ("南浮聚能圈5代", "电池/干电池", "南浮", "nanfu"),
    ],
)
def test_two_changes_count_in_long_names_and_in_two_names_side_by_side(
    title: str, category: str, words: str, brand_id: str
) -> None:
    (mention,) = imitations(title, category)

    assert (mention.text, mention.brand_id) == (words, brand_id)


@pytest.mark.parametrize(
    ("name", "category", "brand_id"),
    [
        ("立帮漆", "家装/乳胶漆", "nippon"),
        ("帮宝舒", "母婴/纸尿裤", "pampers"),
        ("篮月壳", "家清/洗衣液", "bluemoon"),
        ("HONQR荣曜", "手机/智能手机", "honor"),
        ("Norht Fase", "服装/冲锋衣", "thenorthface"),
    ],
)
def test_a_declared_brand_may_be_further_from_the_name(
    name: str, category: str, brand_id: str
) -> None:
    imitated = UNLISTED.imitated(name, category)

    assert imitated is not None
    assert imitated[1].brand.brand_id == brand_id


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("睫毛膏 防水 maybelllnf", "美妆/彩妆"),
        ("LAMV 钢笔", "文具/钢笔"),
        ("LAMY凌美 钢笔 LAMV", "文具/钢笔"),
        ("法国LAC0STTE鳄鱼", "食品/零食"),
        ("六颗核桃仁", "食品/坚果"),
        ("百草堂 草本茶", "食品/茶"),
        ("defender 吉他包", "乐器/吉他"),
        ("sony phones brothers keeper", "数码/耳机"),
    ],
)
def test_loose_likenesses_need_the_brand_position_and_the_category(
    title: str, category: str
) -> None:
    assert imitations(title, category) == []
