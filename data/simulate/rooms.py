"""What hosts say in simulated live rooms (直播间) about the listing on screen."""

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from data.segment import LiveSegment
from data.simulate.agenda import Agenda
from data.simulate.catalogue import Goods
from data.simulate.dice import Dice
from data.simulate.disguises import MECHANISMS, Mechanism, disguise
from data.simulate.events import Aired, Event, WindowTruth
from data.simulate.market import Fields
from data.simulate.merchants import BAD, Kind
from data.simulate.offers import Offer
from data.simulate.overclaims import overclaim
from data.simulate.shelf import Shelf
from data.simulate.telltale import RISKY_WORDS

# How likely a window breaks a rule of speech: 4 % over all (TAXONOMY.md §7, assumed there), and
# how likely a host says other than the page does. By kind all assumed.
_CLAIMS: Final[dict[Kind, float]] = {
    "good": 0.02,
    "careless": 0.06,
    "inferior": 0.20,
    "counterfeit": 0.20,
}
_CONTRADICTS: Final[dict[Kind, float]] = {
    "good": 0.01,
    "careless": 0.04,
    "inferior": 0.15,
    "counterfeit": 0.12,
}
_WINDOWS: Final = 0.15
"""Share of listings that are sold in a live room too, in one to three windows. Assumed."""

_DISGUISED: Final = 0.5
"""Share of bad hosts' claims that are disguised (LiveAMR 50.8 % of test sentences)."""

_SPOKEN: Final[tuple[Mechanism, ...]] = MECHANISMS[:8]
_OPENERS: Final = (
    "来姐妹们看一下这款{noun}",
    "刚进来的朋友打个招呼",
    "一号链接给大家讲一下",
    "好多人在问{noun}",
    "今天给大家带的是{noun}",
    "昨天没抢到的今天补了点库存",
)
_TALK: Final = (
    "想看上身效果的扣个一",
    "拿近一点给大家看细节",
    "尺码不确定的问客服",
    "有运费险不合适可以退",
    "我自己家里也在用",
    "库存在右下角能看到",
    "喜欢的可以点个关注",
    "优惠券记得先领再拍",
    "发货的话四十八小时内",
    "有什么问题打在公屏上",
)
_PRICES: Final = ("今天拍下就是{price}元", "价格是{price}块钱", "到手{price}元，页面上写的")
_DETAILS: Final = ("它的{name}是{value}", "{name}这块写的{value}", "大家看{name}，{value}")
_ORIGINS: Final = ("产地是{origin}", "从{origin}那边出来的")


class Window(NamedTuple):
    """A window of speech and the codes that it deserves."""

    text: str
    codes: list[str]


class Rooms:
    """All live rooms; ``voices`` draws whatever is drawn here, so that no listing changes by it."""

    def __init__(self, agenda: Agenda, shelf: Shelf, voices: Dice) -> None:
        self._agenda = agenda
        self._shelf = shelf
        self._voices = voices

    def on_sale(self, offer: Offer) -> None:
        """A listing goes on sale: some are talked about in the days after."""
        if offer.told and self._voices.chance(_WINDOWS):
            for _ in range(self._voices.number(1, 3)):
                self._agenda.put_off(self._voices.number(1, 10), partial(self._air, offer))

    def _air(self, offer: Offer) -> Iterator[Event]:
        if offer not in self._shelf:
            return
        window = talk(offer.fields, offer.goods, offer.noun, offer.kind, self._voices)
        data_id = self._agenda.new_id("s")
        segment = LiveSegment(
            data_id=data_id,
            text=window.text,
            platform="simulated",
            room_id=f"sim-room-{offer.shop.number:06d}",
            host_id=f"sim-h{offer.shop.number:06d}",
            category=offer.fields["category"],
            licences=offer.fields["licences"],
            merchant_type=offer.shop.type,
            listing=offer.record,
        )
        truth = WindowTruth(window=data_id, item=offer.data_id, true_codes=window.codes)
        yield Aired(segment, truth)


def talk(fields: Fields, goods: Goods, noun: str, kind: Kind, dice: Dice) -> Window:
    """About 15 seconds of a host who sells the listing with these fields."""
    said = [dice.pick(_OPENERS).format(noun=noun), *dice.some(_TALK, dice.number(1, 3))]
    codes: list[str] = []
    contradicts = dice.chance(_CONTRADICTS[kind])
    said.append(_about(fields, goods, codes, dice, contradicts=contradicts))
    if dice.chance(_CLAIMS[kind]):
        sentence, *broken = overclaim(goods, dice)
        if kind in BAD and dice.chance(_DISGUISED):
            made = disguise(sentence, dice.pick(_SPOKEN), RISKY_WORDS, dice.generator)
            sentence = made.text
        said.insert(dice.number(1, len(said)), sentence)
        codes += [code for code in broken if code not in codes]
    return Window("，".join(said) + "。", codes)


def _about(fields: Fields, goods: Goods, codes: list[str], dice: Dice, *, contradicts: bool) -> str:
    """A fact of the page, as it stands there or not; then the code that this breaks is added."""
    details = fields["attributes"]
    stated = [truth for truth in goods.truths if details.get(truth.attribute) in truth.false]
    if contradicts and stated:
        codes.append("spec_mismatch")
        truth = dice.pick(stated)
        value = dice.pick(truth.honest)
        return dice.pick(_DETAILS).format(name=truth.attribute, value=value)
    if contradicts and dice.chance(0.5):
        codes.append("spec_mismatch")
        others = [o for o in ("新疆", "云南", "意大利", "日本") if o != fields["origin"]]
        return dice.pick(_ORIGINS).format(origin=dice.pick(others))
    price = fields["price"]
    if contradicts:
        codes.append("false_price_promo")
        price = round(price * dice.pick((0.3, 0.5, 0.6)), 1)
    if details and not contradicts and dice.chance(0.5):
        name = dice.pick(list(details))
        return dice.pick(_DETAILS).format(name=name, value=details[name])
    return dice.pick(_PRICES).format(price=f"{price:g}")
