"""What buyers write (评价、退款、投诉): made-up voices, put together from pieces.

They are written for the simulation and are not the after-sale texts of ``seeds``: those train
the model that reads such texts, and would here be read by it again.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from data.simulate.dice import Dice

Voice = Literal["pleased", "other", "quality", "authenticity", "logistics", "paid"]

_OPENERS: Final = (
    "",
    "",
    "",
    "等了好几天，",
    "第一次在这家买，",
    "给家里人拿的，",
    "直播间抢的，",
    "老客户了，",
    "用了一周来说，",
    "拆开看了下，",
    "本来挺期待，",
    "图便宜下的单，",
    "同事推荐的，",
)
_CLOSERS: Final = (
    "",
    "",
    "",
    "",
    "。",
    "！",
    "，就这样吧",
    "，仅供参考",
    "，给后面的人提个醒",
    "～",
)
_WORDS: Final[Mapping[Voice, Sequence[str]]] = {
    "pleased": (
        "{noun}收到了，跟页面写的差不多",
        "{noun}挺好，已经用上了",
        "做工比想的细，{noun}值这个价",
        "味道大小都合适，家里都说行",
        "第二回买了，{noun}没变样",
        "颜色正，尺寸对，没毛病",
        "{noun}比超市便宜点，东西一样",
        "客服回得快，{noun}也满意",
        "包得严实，打开没有磕碰",
        "孩子喜欢，下次还来",
        "性价比可以，{noun}够用了",
        "扫码验过，{noun}没问题",
        "不错",
        "好",
        "可以的，符合描述",
        "给爸妈买的，他们说挺好",
    ),
    "other": (
        "颜色跟我想的不太一样，也能接受",
        "大小合适就是款式一般，谈不上好坏",
        "还没拆，先收着",
        "{noun}中规中矩，没惊喜",
        "活动第二天又降了五块，心里有点不舒服",
        "赠品没要到，不过本来也用不上",
        "尺码偏小，建议往大拍",
        "买多了，剩下的送人",
        "替朋友拍的，他没说啥",
        "说不上喜欢，凑合用",
    ),
    "quality": (
        "{noun}用三天就坏了，找客服一直说在登记",
        "跟详情写的料子根本两回事，摸着像塑料",
        "写的足斤足两，回家一称少了快两成",
        "一股刺鼻味，晾了一礼拜还有",
        "洗一次就掉色起球，{noun}没法要",
        "有明显使用过的痕迹，说好是全新的",
        "缝线歪七扭八，里面还有线头和胶",
        "{noun}吃着发苦，看日期像是改过的",
        "标的容量是虚的，半天就没电",
        "发来的型号不是我拍的那个，客服让我将就",
        "裂了一道口子，申请换货三次没人理",
        "货不对板，图上是图上，手里是手里",
        "没有厂名没有合格证，这能叫产品吗",
        "皮面起壳，一抠掉渣，说什么头层",
        "用完脸上起疹子，停了才好",
    ),
    "authenticity": (
        "拿去柜台比过，{noun}的标和走线都不一样，假的",
        "扫防伪码查无此码，问就不回话",
        "味道跟以前买的那瓶差远了，不像正品",
        "说是正品，鉴定平台给的结论是不通过",
        "商标少个字母，我还特地放大看了，山寨货",
        "序列号官网查不到，这不就是高仿吗",
        "授权书是糊的，问品牌客服说没有这家店",
        "包装印刷发虚，字都糊在一起，{noun}八成是仿的",
        "盒子塑封是自己贴的，里面不是原厂的东西",
        "专柜那边直接说不是他们家的",
    ),
    "logistics": (
        "快递放驿站也没通知，过了两天才知道",
        "说四十八小时发货，第五天才有物流",
        "外箱压扁了，好在{noun}没事",
        "物流停在中转场四天没动",
        "快递员电话里态度很冲",
        "发错地址，又转了一圈才到",
        "单号是空的，根本没发出来",
    ),
    "paid": (
        "很好很好很好很好，推荐大家购买，质量杠杠的",
        "宝贝收到了非常满意，卖家发货速度快，服务态度好，五星好评",
        "物美价廉，值得信赖的店铺，会推荐朋友来买",
        "宝贝和描述的完全一致，非常喜欢，全五分",
        "超级棒的购物体验，质量好到爆，回购无数次",
    ),
}
_ASKS: Final = (
    "{said}。要求退一赔三",
    "{said}。商家不处理，请平台介入",
    "{said}，联系了三次都没有结果，申请退款",
    "我要投诉这家店：{said}",
    "{said}。照片和聊天记录都留着",
    "{said}，请查一下",
)
_UNFOUNDED: Final = (
    "不喜欢了商家不给退运费，我要投诉",
    "客服回复慢了半天，差评投诉",
    "降价了不给补差，必须给我个说法",
    "别的店送赠品，这家没有，投诉",
)

QUALITY_REASONS: Final = ("质量问题", "描述不符", "少件漏发", "发错货", "假冒品牌")
"""First reasons that count as 品退 (signals.md §3); the first three of goods that are genuine."""

PLAIN_REASONS: Final = ("七天无理由", "不喜欢", "尺码不合适", "拍错多拍", "未按时发货")


def review(voice: Voice, noun: str, dice: Dice) -> str:
    """A review in one voice about goods that are called ``noun``."""
    said = dice.pick(_WORDS[voice]).format(noun=noun)
    if voice == "paid":
        return said
    return dice.pick(_OPENERS) + said + dice.pick(_CLOSERS)


def complaint(voice: Voice, noun: str, dice: Dice) -> str:
    """A complaint to the platform of a buyer who was wronged."""
    return dice.pick(_ASKS).format(said=dice.pick(_WORDS[voice]).format(noun=noun))


def unfounded(dice: Dice) -> str:
    """A complaint of a buyer who was not wronged."""
    return dice.pick(_UNFOUNDED)


def refund_reason(voice: Voice, dice: Dice) -> str:
    """The first reason that a wronged buyer picks."""
    if voice == "authenticity":
        return "假冒品牌" if dice.chance(0.4) else dice.pick(QUALITY_REASONS[:2])
    return dice.pick(QUALITY_REASONS[:4])
