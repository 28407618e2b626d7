import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.listing import Listing
from features.contradiction import Stated, capacity_ratio, contradictions, stated
from features.finding import Finding
from features.normalise import normalise


def found(title: str, attributes: dict[str, str], **fields: str) -> list[Finding]:
    values = {"data_id": "a", "title": title, "category": "c", "price": 1.0}
    listing = Listing.model_validate(values | {"attributes": attributes} | fields)
    return contradictions(normalise(title).text, stated(listing))


@pytest.mark.parametrize(
    ("title", "name", "value", "words"),
    [
        ("100%纯棉T恤", "成分", "聚酯纤维95% 氨纶5%", "纯棉"),
        ("全棉四件套", "面料", "60%棉 40%聚酯纤维", "全棉"),
        ("纯棉T恤", "面料", "聚酯纤维", "纯棉"),
        ("羊毛大衣", "面料", "羊毛5%,聚酯纤维95%", "羊毛"),
        ("山羊绒围巾", "成分", "腈纶100%", "山羊绒"),
        ("真丝连衣裙", "面料", "聚酯纤维100%", "真丝"),
        ("头层牛皮沙发", "材质", "PU革", "头层牛皮"),
        ("真皮单肩包", "材质", "人造革", "真皮"),
        ("头层牛皮皮带", "材质", "二层牛皮", "头层"),
        ("羽绒服男", "填充物", "聚酯纤维100%", "羽绒"),
        ("白鹅绒羽绒服", "填充物", "白鸭绒90%", "鹅绒"),
        ("和田玉籽料手镯", "材质", "石英岩", "和田玉"),
        ("翡翠吊坠", "主石", "玻璃", "翡翠"),
        ("925银项链", "材质", "合金", "925银"),
        ("20000mAh大容量充电宝", "额定容量", "2800mAh", "20000mah"),
        ("2万毫安充电宝", "额定容量", "4800", "2万毫安"),
        ("阳澄湖大闸蟹", "产地", "江苏盐城", "阳澄湖"),
        ("五常大米10斤", "产地", "安徽省", "五常"),
        ("智利进口车厘子", "产地", "山东烟台", "智利进口"),
        ("阿克苏冰糖心 5斤装", "净含量", "2.1kg", "5斤"),
        ("亚麻衬衫男", "面料", "聚酯纤维100%", "亚麻"),
        ("新疆棉四件套", "面料", "聚酯纤维", "新疆棉"),
        ("蚕丝被 冬被", "填充物", "聚酯纤维100%", "蚕丝被"),
        ("天然乳胶枕", "填充物", "聚氨酯海绵", "乳胶"),
        ("实木餐桌", "材质", "密度板", "实木"),
        ("304不锈钢保温杯", "材质", "201不锈钢", "304"),
        ("S925银戒指", "材质", "锌合金镀银", "s925银"),
        ("蓝宝石镜面石英表", "镜面", "普通玻璃", "蓝宝石"),
        ("全铜吊灯", "材质", "铁艺仿铜", "全铜"),
        ("压榨花生油", "加工工艺", "浸出", "压榨"),
        ("非转基因菜籽油", "原料", "转基因菜籽", "非转基因"),
        ("天然土蜂蜜", "配料", "果葡糖浆、蜂蜜", "土蜂蜜"),
        ("27寸4K显示器", "分辨率", "1920*1080", "4k"),
        ("酷睿i7轻薄本", "处理器", "赛扬N4020", "i7"),
        ("50000毫安充电宝", "电池容量", "10000mAh", "50000毫安"),
        ("固态硬盘 1TB", "容量", "128GB", "1tb"),
        ("抽纸 30包 整箱", "数量", "18包", "30包"),
        ("烟台大樱桃", "产地", "辽宁大连", "烟台大樱桃"),
        ("云南特产 鲜花饼", "产地", "安徽亳州", "云南特产"),
    ],
)
def test_a_title_that_an_attribute_belies_is_found(
    title: str, name: str, value: str, words: str
) -> None:
    (finding,) = found(title, {name: value})

    assert (finding.code, finding.field) == ("spec_mismatch", f"attributes.{name}")
    assert finding.text == words
    assert finding.certainty >= 0.7


@pytest.mark.parametrize(
    ("title", "attributes"),
    [
        ("纯棉T恤", {"面料": "棉95% 氨纶5%"}),
        ("纯棉T恤", {"面料": "棉"}),
        ("棉混纺T恤", {"面料": "棉60% 聚酯纤维40%"}),
        ("纯棉内里运动裤", {"面料": "聚酯纤维100%"}),
        ("羊毛大衣", {"面料": "绵羊毛70% 聚酯纤维30% 里料：聚酯纤维100%"}),
        ("纯棉连衣裙", {"面料": "棉100%", "里料": "聚酯纤维100%"}),
        ("仿羊绒围巾", {"成分": "聚酯纤维100%"}),
        ("PU皮 不是真皮 单肩包", {"材质": "PU"}),
        ("真皮单肩包", {"材质": "头层牛皮", "里料材质": "PU"}),
        ("羽绒棉马甲", {"填充物": "聚酯纤维"}),
        ("羽绒服收纳袋", {"填充物": "无", "材质": "涤纶"}),
        ("翡翠绿连衣裙", {"材质": "玻璃纱"}),
        ("10000mAh充电宝", {"额定容量": "6000mAh"}),
        ("阳澄湖大闸蟹", {"产地": "江苏"}),
        ("阳澄湖大闸蟹", {"产地": "中国大陆"}),
        ("阳澄湖大闸蟹", {"产地": "见包装"}),
        ("普通湖蟹 不是阳澄湖", {"产地": "江苏盐城"}),
        ("智利车厘子", {"原产国": "智利", "发货地": "上海"}),
        ("进口机芯手表", {"产地": "广东深圳"}),
        ("苹果5斤", {"净含量": "500g"}),
        ("500g*5袋坚果", {"净含量": "500g"}),
        ("毛重5斤净重4.5斤苹果", {"净含量": "4.5斤"}),
        ("坚果750g", {"净含量": "0.75kg"}),
        ("亚麻籽油", {"原料": "亚麻籽"}),
        ("纯棉袜子 5双", {"成分": "棉80% 聚酯纤维17% 氨纶3%"}),
        ("手工皂 橄榄油", {"成分": "橄榄油、棕榈油"}),
        ("亚麻色连衣裙", {"面料": "聚酯纤维100%"}),
        ("棉麻风衬衫", {"面料": "聚酯纤维100%"}),
        ("蚕丝被套", {"填充物": "聚酯纤维"}),
        ("乳胶枕套", {"材质": "聚酯纤维"}),
        ("实木贴皮书桌", {"材质": "密度板贴橡木皮"}),
        ("实木床 橡胶木", {"框架材质": "橡胶木", "背板材质": "密度板"}),
        ("316不锈钢内胆保温杯", {"内胆材质": "316不锈钢", "外壳材质": "201不锈钢"}),
        ("真皮沙发清洁护理膏", {"材质": "PU瓶"}),
        ("羊皮内里高跟鞋", {"鞋面材质": "PU"}),
        ("925银镀金项链", {"材质": "925银"}),
        ("山茶油洗发水", {"成分": "大豆油、山茶籽油"}),
        ("添加10%山茶油 调和油", {"配料": "大豆油60%，山茶油10%"}),
        ("蜂蜜柚子茶", {"配料": "白砂糖、蜂蜜、柚子"}),
        ("支持4K投屏 投影仪", {"分辨率": "1920*1080"}),
        ("20000毫安移动电源", {"额定容量": "12500mAh", "电池容量": "20000mAh"}),
        ("耳机充电仓 500mAh", {"电池容量": "耳机40mAh 仓500mAh"}),
        ("1TB固态硬盘", {"容量": "1000GB"}),
        ("8G+256G 手机 送64G内存卡", {"内存容量": "8GB"}),
        ("抽纸 6包*5提", {"数量": "6包"}),
        ("面膜 10片 送2片", {"数量": "5片"}),
        ("80克打印纸", {"净重": "50g"}),
        ("大米5kg*2袋", {"净含量": "5kg"}),
        ("承重100斤折叠凳", {"重量": "1kg"}),
        ("虾仁1kg 含冰衣20%", {"净重": "800g"}),
        ("德国进口机芯厨房秤", {"产地": "广东"}),
        ("意大利面", {"产地": "河北"}),
        ("烟台苹果", {"产地": "山东省烟台市栖霞"}),
        ("全新升级款耳机", {"成色": "99新"}),
    ],
)
def test_disclosed_facts_are_no_contradiction(title: str, attributes: dict[str, str]) -> None:
    assert found(title, attributes) == []


def test_the_detail_page_and_the_origin_are_held_against_the_title_too() -> None:
    (sofa,) = found("真皮沙发", {}, description="本款材质：PU革，易打理。")
    (crab,) = found("阳澄湖大闸蟹", {}, origin="江苏兴化")

    assert sofa.field == "description"
    assert crab.field == "origin"


def test_the_reason_names_both_sides() -> None:
    (finding,) = found("真皮沙发", {"材质": "PU革"})

    assert finding.reason_zh == "标题写“真皮”，材质却是“pu革”"


def test_capacity_is_unknown_without_both_numbers() -> None:
    assert capacity_ratio("20000mah", []) is None
    assert capacity_ratio("充电宝", [Stated("attributes.额定容量", "额定容量", "3000mah")]) is None


@given(st.text(max_size=60), st.dictionaries(st.text(max_size=8), st.text(max_size=40), max_size=4))
def test_no_text_breaks_the_comparison(title: str, attributes: dict[str, str]) -> None:
    fields = {"面料": f"{title}%", "净含量": title, "额定容量": title, "产地": title}

    for finding in found(f"纯棉 5斤 {title} 20000mah 阳澄湖", attributes | fields):
        assert finding.code in {"spec_mismatch", "inferior_quality"}


def test_a_heavier_pack_than_what_is_in_it_is_found_unless_there_are_several() -> None:
    (finding,) = found("苹果10斤装 红富士", {"净含量": "2.5kg"})

    assert finding.cue == "net weight"
    assert found("苹果2袋 共10斤", {"净含量": "2.5kg"}) == []
    assert found("苹果10斤", {"净含量": "500g"}) == []


@pytest.mark.parametrize(
    ("title", "fields", "expected"),
    [
        ("新疆产地直发 苹果", {"ships_from": "山东烟台"}, ["dispatch"]),
        ("果园直发 脐橙", {"origin": "江西赣州", "ships_from": "安徽亳州"}, ["dispatch"]),
        ("海外直邮 奶粉", {"ships_from": "广东深圳"}, ["dispatch"]),
        ("海外直邮 奶粉", {"ships_from": "浙江宁波保税仓"}, []),
        ("海外直邮 奶粉", {"ships_from": "中国香港"}, []),
        ("新疆产地直发 苹果", {"ships_from": "新疆阿克苏"}, []),
        ("新疆红枣", {"origin": "新疆", "ships_from": "河南郑州"}, []),
        ("智利进口车厘子", {"origin": "智利", "ships_from": "上海"}, []),
        ("不是产地直发 苹果 新疆", {"ships_from": "山东"}, []),
    ],
)
def test_goods_from_the_source_are_sent_from_there(
    title: str, fields: dict[str, str], expected: list[str]
) -> None:
    assert [finding.cue for finding in found(title, {}, **fields)] == expected


@pytest.mark.parametrize(
    ("title", "attributes", "body", "code"),
    [
        ("T恤", {"面料": "涤纶95% 氨纶5%"}, "100%纯棉面料，透气吸汗", "spec_mismatch"),
        ("沙发", {"材质": "PU革"}, "本款采用头层牛皮", "spec_mismatch"),
        ("全新笔记本", {}, "本机为官方翻新机", "inferior_quality"),
        ("T恤", {"面料": "涤纶"}, "不是纯棉面料", None),
        ("外套", {"面料": "涤纶"}, "里料采用纯棉", None),
        ("T恤", {"面料": "棉100%"}, "100%纯棉面料", None),
        ("全新笔记本", {}, "本机不是翻新机", None),
        ("官方翻新 笔记本 配全新电池", {}, "本机为官方翻新机", None),
    ],
)
def test_the_detail_page_is_read_too(
    title: str, attributes: dict[str, str], body: str, code: str | None
) -> None:
    facts = [
        Stated(f"attributes.{name}", name, normalise(v).text) for name, v in attributes.items()
    ]
    answer = contradictions(normalise(title).text, facts, normalise(body).text)

    assert [finding.code for finding in answer] == ([code] if code else [])


def test_worn_goods_sold_as_new_are_another_label() -> None:
    (finding,) = found("全新手机", {"成色": "99新"})

    assert (finding.code, finding.cue) == ("inferior_quality", "new or not")
