import pytest

from data.lexicon import load_lexicon
from data.regression import load_regression
from data.seeds import seed_path
from data.taxonomy import load_taxonomy
from features.evasion.disguise import Disguise
from features.evasion.resolver import Resolver
from features.normalise import normalise
from features.tokenise import Tokeniser

LEXICON = load_lexicon()


RESOLVER = Resolver(LEXICON, Tokeniser({word.word: word.frequency for word in LEXICON.words}))


def resolved(text: str) -> tuple[Disguise, ...]:
    folded = normalise(text)
    return RESOLVER.resolve(folded.text, RESOLVER.hidden(text, folded)).disguises


def disguises(text: str) -> list[Disguise]:
    return [found for found in resolved(text) if found.weight > 0.1]


def meanings(text: str) -> set[str]:
    return {found.resolved for found in resolved(text)}


@pytest.mark.parametrize("code", load_taxonomy().codes)
def test_every_label_has_cues(code: str) -> None:
    assert any(cue.code == code and cue.weight > 0 for cue in LEXICON.cues)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("去问白大褂", "医生"),
        ("免某力差", "免疫力"),
        ("免抹力差", "免疫力"),
        ("免某疫力差", "免疫力"),
        ("抵母抗力差", "抵抗力"),
        ("心灵之窗不亮", "眼睛"),
        ("心内痔疮不亮", "眼睛"),
        ("加绿泡泡", "微信"),
        ("打开绿色软件", "微信"),
        ("加我🛰️", "微信"),
        ("ＶＸ同名", "微信"),
        ("加我薇", "微信"),
        ("国家J品质", "国家级"),
        ("zui好用", "最好"),
        ("zhì疗鼻炎", "治疗"),
        ("氵台疗鼻炎", "治疗"),
        ("祛什么斑", "祛斑"),
        ("去某斑", "祛斑"),
        ("飞某症", "飞蚊症"),
        ("白某障", "白内障"),
        ("💊都不用吃", "药"),
        ("耐K 板鞋", "耐克"),
        ("驴牌手袋", "路易威登"),
        ("香奶奶链条包", "香奈儿"),
        ("绿水鬼", "劳力士"),
        ("鸟家冲锋衣", "始祖鸟"),
        ("星爸爸杯子", "星巴克"),
        ("某森吹风机", "戴森"),
        ("ZP版本", "正品"),
        ("高 仿手表", "高仿"),
        ("高.仿手表", "高仿"),
        ("高\u200b仿手表 髙仿", "高仿"),
        ("小关小注", "关注"),
        ("六十九米到手", "元"),
    ],
)
def test_a_disguise_is_understood(text: str, meaning: str) -> None:
    assert meaning in meanings(text)


@pytest.mark.parametrize(
    "text",
    [
        "驴肉火烧两个",
        "北面的坡地",
        "五十米跑道",
        "某天晚上",
        "什么时候发货",
        "这是什么斑纹",
        "母亲节快乐",
        "卫星电视接收",
        "加卫星定位",
        "威信与信誉",
        "抹茶蛋糕",
        "毛衣起球",
        "软毛牙刷",
        "硬毛刷子",
        "飞毛腿",
        "白毛巾",
        "高仿真花",
        "裸高 仿古砖",
        "个子高。仿佛见过",
        "去班级群看看",
        "原单位同事",
        "限制疗程",
        "水果店",
        "小米粥",
        "大白兔奶糖",
        "康师傅方便面",
        "免费力度大",
        "避免利润太低",
        "公司货架",
        "i7-9750H",
        "1:18 车模",
        "穿着白大褂拍照",
        "支付宝付款",
    ],
)
def test_ordinary_words_are_no_disguise(text: str) -> None:
    assert disguises(text) == []


@pytest.mark.parametrize("text", ["六十九米到手", "小关小注", "小蓝帽子在正面"])
def test_habits_of_speech_weigh_next_to_nothing(text: str) -> None:
    assert disguises(text) == []
    assert meanings(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("路口交通", ["路口", "交通"]),
        ("大麻烦", ["大", "麻烦"]),
        ("驴肉火烧", ["驴肉", "火烧"]),
        ("公司货架", ["公司", "货架"]),
        ("公司级别", ["公司", "级别"]),
        ("高仿真", ["高", "仿真"]),
        ("原单位", ["原", "单位"]),
        ("褪黑素软糖", ["褪黑素", "软糖"]),
        ("国妆特字号", ["国妆特字", "号"]),
        ("小黄车里", ["小黄车", "里"]),
    ],
)
def test_domain_words_stay_whole_and_ordinary_ones_unbroken(text: str, words: list[str]) -> None:
    tokeniser = Tokeniser({word.word: word.frequency for word in LEXICON.words})

    assert tokeniser.words_of(text) == words


def test_links_and_prices_are_no_phone_number() -> None:
    phone_cues = [
        cue
        for cue in LEXICON.cues
        if cue.code == "off_platform_diversion" and "1[3-9]" in cue.pattern
    ]

    assert phone_cues
    assert not any(cue.compiled().search("一号链接139元，二号链接159元") for cue in phone_cues)
    assert any(cue.compiled().search("电话号13800138000") for cue in phone_cues)


def test_both_regression_corpora_are_large_enough_to_guard_something() -> None:
    assert len(load_regression("must_pass")) >= 300
    caught = load_regression("must_catch")
    assert len(caught) >= 300
    guarded = [*caught, *load_regression("known_misses")]
    assert {code for row in guarded for code in row.codes} == set(load_taxonomy().codes)


def test_seed_files_end_with_a_line_end_and_hold_no_stray_spaces() -> None:
    for path in seed_path("").rglob("*"):
        if path.suffix in {".tsv", ".jsonl", ".txt", ".toml"}:
            text = path.read_text(encoding="utf-8")
            assert text.endswith("\n"), path.name
            assert not any(line != line.rstrip(" ") for line in text.split("\n")), path.name
