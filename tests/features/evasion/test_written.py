import csv
import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.characters import load_characters
from data.lexicon import Cue, Lexicon, RiskWord
from features.evasion.completion import Completion
from features.evasion.disguise import Disguise
from features.evasion.written import Written
from features.normalise import normalise
from features.tokenise import Tokeniser

WORDS = {
    "medical_claim": "治疗 治病 治愈 糖尿病 肿瘤 特效药 血糖 三高",
    "health_food_overclaim": "免疫力 便秘",
    "cosmetic_overclaim": "美白 祛斑",
    "exaggerated_effect": "减肥 瘦身",
    "absolute_claim": "最好 国家级 第一名",
    "off_platform_diversion": "微信 微信号 加微信",
    "counterfeit_brand": "高仿 复刻",
}
RISK_WORDS = tuple(
    RiskWord(word=word, code=code, weight=0.9, note="")
    for code, words in WORDS.items()
    for word in words.split()
)
LEXICON = Lexicon(
    cues=tuple(
        Cue(code="medical_claim", pattern=pattern, kind="literal", weight=0.8, note="")
        for pattern in ("治疗失眠", "血糖降")
    ),
    aliases=(),
    version="",
    risk_words=RISK_WORDS,
    ordinary=("zlj",),
    characters=load_characters(),
)


@cache
def written() -> Written:
    tokeniser = Tokeniser({"高仿": 150, "祛斑": 150})
    return Written(LEXICON, tokeniser, Completion(LEXICON.cues))


def disguises(raw: str) -> list[Disguise]:
    folded = normalise(raw)
    return [*written().find_raw(raw, folded), *written().find(folded.text)]


def deliberate(raw: str) -> list[Disguise]:
    return [found for found in disguises(raw) if found.weight >= 0.3]


def resolved(raw: str, mechanism: str) -> list[str]:
    return [found.resolved for found in deliberate(raw) if found.mechanism == mechanism]


@pytest.mark.parametrize(
    ("raw", "plain", "mechanism"),
    [
        ("加𝐯𝐱吧", "vx", "width"),
        ("加ⓥⓧ吧", "vx", "width"),
        ("加🅥🅧吧", "vx", "width"),
        ("高\u200b仿包", "高仿", "invisible"),
        ("能治\u2060愈", "治愈", "invisible"),
        ("减\u20e3肥茶", "减肥", "invisible"),
        ("减\ufe0f肥茶", "减肥", "invisible"),
        ("v\u0336x\u0336", "vx", "invisible"),
        ("这款包是髙仿的", "高仿", "variant"),
        ("特别好的髙妨", "高", "variant"),
        ("这个能治療吗大妈问我", "治疗", "variant"),
        ("增强免疫力减月巴变減肥", "减肥", "variant"),
        ("薇信联系", "微信", "variant"),
        ("冶疗", "治疗", "variant"),
        ("兔疫力", "免疫力", "variant"),
        ("蕞好", "最好", "variant"),
        ("加νх聊", "vx", "variant"),
        ("氵台疗", "治疗", "split"),
        ("⺡台疗", "治疗", "split"),
        ("米唐尿病", "糖尿病", "split"),
        ("月重瘤", "肿瘤", "split"),
        ("疒丙人", "病", "split"),
        ("亻尔好", "你", "split"),
        ("艹乐店", "药", "split"),
        ("力口微信", "加微信", "split"),
        ("zui好", "最好", "pinyin"),
        ("zui 好", "最好", "pinyin"),
        ("ｚｕｉ好", "最好", "pinyin"),
        ("国家j产品", "国家级", "pinyin"),
        ("国jia级", "国家级", "pinyin"),
        ("mei白", "美白", "pinyin"),
        ("jian肥", "减肥", "pinyin"),
        ("治liao", "治疗", "pinyin"),
        ("zhì疗", "治疗", "pinyin"),
        ("zhì liáo", "治疗", "pinyin"),
        ("weixin联系", "微信", "pinyin"),
        ("加vx", "微信", "pinyin"),
        ("wx13800138000", "微信", "pinyin"),
        ("ⓥ信", "微信", "pinyin"),
        ("加v:abc123", "微信", "pinyin"),
        ("gf货", "高仿", "pinyin"),
        ("专柜zp", "正品", "pinyin"),
        ("jf茶", "减肥", "pinyin"),
        ("微❤️信", "微信", "symbol"),
        ("微♥聊", "微信", "symbol"),
        ("特效💊", "特效药", "symbol"),
        ("吃💊都没用", "药", "symbol"),
        ("🩸糖高", "血糖", "symbol"),
        ("加➕我", "加", "symbol"),
        ("加🛰️", "加微信", "symbol"),
        ("高🔥仿", "高仿", "symbol"),
        ("高 仿鞋", "高仿", "spacing"),
        ("高-仿", "高仿", "spacing"),
        ("高.仿", "高仿", "spacing"),
        ("微 信", "微信", "spacing"),
        ("糖 尿 病", "糖尿病", "spacing"),
        ("减 肥 茶", "减肥", "spacing"),
        ("1:1复刻", "复刻", "digit"),
        ("①：①原版", "复刻", "digit"),
        ("打电话1三8零零1二3四五6", "13800123456", "digit"),
    ],
)
def test_a_disguise_is_read_as_what_it_hides(raw: str, plain: str, mechanism: str) -> None:
    assert plain in resolved(raw, mechanism)


@pytest.mark.parametrize(
    "raw",
    [
        "ＶＩＶＯ全面屏１２８Ｇ",
        "⑴第一步①取出②清洗③晾干",
        "㊣品㊙方🈶现货",
        "❤️喜欢的1️⃣2️⃣3️⃣👨‍👩‍👧全家都来🇨🇳",
        "Lanco\u0302me 法国 Este\u0301e",
        "容量5㎡25℃ Ⅱ代 H₂O 10²",
        "著名的乾隆瓷器，瞭望塔，徵音，於是",
        "歡迎來到我們的直播間，這個產品很適合熬夜的朋友治療失眠",
        "兄弟一起来，弟弟一个人",
        "咖啡加咖喱，冶炼，兔子，徽章",
        "女子好身材，古月山庄，日月潭，女子转身",
        "今日取最低价，口音欠佳，白勺子",
        "i7-9750H 16G 512G SSD GTX1660Ti",
        "iPhone XL码 wifi usb 5cm SPF50 PM2.5 vx-20吹风机",
        "维生素c天然，维生素b族，a4纸",
        "SK-II 神仙水 LANEIGE兰芝 L'OREAL欧莱雅",
        "🔥🔥新品🔥🔥 ✨美白✨ ❤好物❤",
        "牛奶➕咖啡，热心❤奉献",
        "卫星导航🛰模型",
        "身高 仿佛长高了，提高 仿佛",
        "高血压 药 降压",
        "美白 祛斑 减肥",
        "1:1车模 1:18合金 按1:1稀释",
        "一二三四五六七八九十十一十二",
        "13800138000",
        "到手价9.9元，满199减20",
        "привет из москвы",
        "β-胡萝卜素 α亚麻酸 ω-3",
    ],
)
def test_ordinary_writing_is_no_disguise(raw: str) -> None:
    assert deliberate(raw) == []


def test_a_full_width_letter_is_a_habit_and_a_mathematical_one_is_not() -> None:
    habit, disguise = disguises("ＡＢ")[0], disguises("𝐀𝐁")[0]

    assert habit.mechanism == disguise.mechanism == "width"
    assert habit.weight < 0.1 < 0.5 < disguise.weight


def test_who_writes_traditional_characters_throughout_hides_nothing_but_is_understood() -> None:
    text = "這款產品可以治療糖尿病"

    assert disguises(text) == []
    assert written().variants.fold(text) == "这款产品可以治疗糖尿病"


def test_folding_variants_keeps_every_place() -> None:
    text = "髙仿包νх薬"

    assert written().variants.fold(text) == "高仿包vx药"


def test_a_recogniser_that_puts_a_space_after_each_character_hides_nothing() -> None:
    text = " ".join(
        "今天给大家带来一款产品很多姐妹都在问能不能减肥我们家的茶真的是特别好喝大家可以试试看"
    )

    assert deliberate(text) == []


def test_one_word_is_reported_once() -> None:
    found = disguises("微❤信")

    assert [(one.resolved, one.start, one.end) for one in found] == [("微信", 0, 3)]


PARTS = [
    *"高仿治疗减肥微信髙療氵台米唐尿病国家级最好的 -.。，",
    *["𝐯", "ｖ", "x", "zui", "liao", "j", "💊", "❤️", "➕", "\u200b", "\u20e3", "é", "1", ":", "三"],
]


@given(st.lists(st.sampled_from(PARTS)).map("".join) | st.text())
def test_disguises_lie_in_the_text_and_say_something_else(raw: str) -> None:
    folded = normalise(raw)
    hidden = written().find_raw(raw, folded)
    found = written().find(folded.text)

    for one in [*hidden, *found]:
        assert 0 <= one.start < one.end <= len(folded.text)
        assert 0 <= one.weight <= 1
        first, last = folded.span(one.start, one.end)
        assert 0 <= first < last <= len(raw)
        # What is not seen may follow the last character.
        following = folded.span(one.end, one.end + 1)[0] if one.end < len(folded.text) else len(raw)
        assert one.resolved != raw[first:following]
    assert all(one.resolved != folded.text[one.start : one.end] for one in found)


@given(st.lists(st.sampled_from(PARTS)).map("".join) | st.text())
def test_folding_variants_changes_no_length_and_folding_twice_is_folding_once(raw: str) -> None:
    text = normalise(raw).text
    once = written().variants.fold(text)

    assert len(once) == len(text)
    assert written().variants.fold(once) == once


@pytest.mark.parametrize(
    "unit", ["髙 仿", "a", "a ", "微❤信", "氵台疗", "1三", "𝐯\u200b", "ё", "💊", "好评sf返gz"]
)
def test_long_hostile_text_is_read_to_the_end(unit: str) -> None:
    raw = (unit * 20_000)[:20_000] + "，zui好"

    assert "最好" in resolved(raw, "pinyin")


def titles(listings: Path) -> Iterator[str]:
    with gzip.open(listings / "jd_laptops.csv.gz", "rt", encoding="utf-8") as file:
        yield from [row["title"] for row in csv.DictReader(file)][:4_000]
    for name in ("tmall_beauty.csv", "xianyu.csv"):
        with (listings / name).open(encoding="utf-8") as file:
            yield from (row["title"] for row in csv.DictReader(file))


def sentences(datasets: Path) -> Iterator[str]:
    with (datasets / "transcripts/live_segments.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield from filter(None, re.split("[。！？]", row["text"]))


def test_real_titles_are_left_as_they_are(datasets: Path) -> None:
    texts = list(titles(datasets / "listings"))

    assert sum(bool(deliberate(text)) for text in texts) <= 0.005 * len(texts)


def test_real_speech_is_left_as_it_is(datasets: Path) -> None:
    texts = list(sentences(datasets))[:5_000]

    assert sum(bool(deliberate(text)) for text in texts) <= 0.005 * len(texts)
