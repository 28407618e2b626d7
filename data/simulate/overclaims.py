"""Sentences about goods that break a rule of speech (虚假宣传), plain and in other words."""

from collections.abc import Mapping
from typing import Final

from data.simulate.catalogue import Goods
from data.simulate.dice import Dice
from data.simulate.merchants import Kind

CONTENT: Final[Mapping[Kind, float]] = {
    "good": 0.004,
    "careless": 0.012,
    "inferior": 0.10,
    "counterfeit": 0.07,
}
"""How likely a description makes a claim that breaks a rule. Assumed."""

EFFICACY: Final = 4.0
"""How much likelier such a claim is for goods that are bought for an effect. Assumed: health,
cosmetic and like claims are 45 % of what breaks a rule of speech (TAXONOMY.md §7).
"""

EFFICACIOUS: Final = frozenset({"food_sc", "health_file_domestic", "cosmetic_ordinary_domestic"})

_OBLIQUELY: Final = 0.35
ON_THE_PICTURE: Final = 0.2
"""Shares of such claims that are made in other words, and on pictures alone. Assumed."""

CONTENT_SENTENCES: dict[str, tuple[str, ...]] = {
    "absolute_claim": (
        "全网最好的一款，没有之一",
        "国家级品质，行业第一",
        "世界顶级工艺，独一无二",
    ),
    "exaggerated_effect": (
        "用一次就终身不坏，永不褪色",
        "一个月保证瘦二十斤，无效退款",
        "戴上就转运招财，三天见财",
    ),
    "false_authority": (
        "央视都推荐的品牌，院士团队研发",
        "人民大会堂特供，国家批准认证",
        "获国际金奖，协会指定唯一产品",
    ),
    "false_price_promo": (
        "专柜价三千九，今天只要零头，明天恢复原价",
        "厂子倒闭老板跑路，全部骨折价",
        "全网最低价，买贵双倍赔",
    ),
    "disparagement": (
        "别人家的都是贴牌垃圾",
        "市面上百分之九十都是假的，只有我家是真的",
        "隔壁店卖的全是骗人的",
    ),
    "off_platform_diversion": (
        "加薇领优惠，微信号在图片上",
        "vx同店名，私聊转账更便宜",
        "扫包裹里的码进群，线下走货",
    ),
    "fake_engagement": ("五星好评截图返现十元", "带图好评联系客服领红包", "先确认收货再返八块"),
}
CURES = ("能治好失眠和高血压，药可以慢慢停", "喝半个月血糖自己就下来了", "多年的老毛病三个疗程断根")
HEALTH_CLAIMS = (
    "增强免疫力，润肠通便",
    "降血脂调节血糖，护肝解酒",
    "改善睡眠，抗疲劳",
    "燃脂排油，减肥不反弹",
)
COSMETIC_CLAIMS = ("七天美白祛斑，黄气全无", "美白淡斑一步到位", "防脱生发，秃的地方长出来")
OBLIQUE: dict[str, tuple[str, ...]] = {
    "medical_claim": (
        "喝了半个月，我妈的药瓶子都收起来了",
        "隔壁大爷用完走路不拄拐了，医生都纳闷",
        "去医院复查指标全正常，你说神不神",
    ),
    "health_food_overclaim": (
        "喝一周，晚上一觉到天亮，早上肚子轻轻松松",
        "天天来一包，换季再没跑过医院",
        "喝完裤腰松两扣，姐妹们都来问",
        "熬夜应酬来一袋，第二天人是清爽的",
    ),
    "cosmetic_overclaim": (
        "抹一个礼拜，同事问我是不是去打了针",
        "脸上那几块印子现在找都找不着",
        "发缝窄了一半，梳子上不掉头发了",
        "关了灯都能看见你在哪儿",
    ),
    "absolute_claim": ("你在别处找不到第二家，找到算我输", "这个级别的东西全国就我手里有"),
    "exaggerated_effect": ("穿一个月，个子窜一截，班主任都吃惊", "摆家里三个月，生意自己找上门"),
    "false_authority": ("上面的人都用这个，外头买不着", "大教授点头的东西还能有错"),
    "false_price_promo": ("过了今晚这个数翻三番", "亏本送，老板娘都跟我急了"),
    "disparagement": ("别处买的你敢给孩子用吗", "那谁家卖的什么玩意儿，用了后悔"),
    "off_platform_diversion": ("想要更低的懂的都懂，看头像", "包裹里有惊喜，按上面写的找我"),
    "fake_engagement": ("写好了给我看一眼，有茶钱", "满分加图，心意马上到账"),
}
"""The same claims in other words, as one speaks who knows which words are looked for."""


def overclaim(goods: Goods, dice: Dice) -> tuple[str, ...]:
    """A sentence about the goods that breaks a rule of speech, and the codes of its rules."""
    sentence, *codes = _plain_claim(goods, dice)
    if dice.chance(_OBLIQUELY):
        sentence = dice.pick(OBLIQUE[codes[0]])
    return sentence, *codes


def _plain_claim(goods: Goods, dice: Dice) -> tuple[str, ...]:
    licence = goods.licence or ""
    if licence == "cosmetic_ordinary_domestic" and dice.chance(0.8):
        return dice.pick(COSMETIC_CLAIMS), "cosmetic_overclaim", "unlicensed_product"
    if licence == "food_sc" and dice.chance(0.55):
        return dice.pick(HEALTH_CLAIMS), "health_food_overclaim"
    if licence in {"food_sc", "health_file_domestic"} and dice.chance(0.75):
        return dice.pick(CURES), "medical_claim"
    code = dice.pick(tuple(CONTENT_SENTENCES))
    return dice.pick(CONTENT_SENTENCES[code]), code
