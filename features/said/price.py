"""A price to pay that is said lower than the listing has it (口播价低于标价).

Most of the money in a live room is no price to pay: what it costs elsewhere, what a coupon takes
off, what a spoonful comes to, what a gift is worth. Only a price to pay can belie the listing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from features.said.finding import SaidFinding
from features.said.listed import Listed, Price
from features.said.numbers import Number
from features.said.speech import Spoken

Role = Literal[
    "to_pay", "reference", "coupon", "unit", "gift", "deposit", "threshold", "postage", "other"
]
"""到手价, 原价或别处的价, 优惠额, 单位价, 赠品价值, 定金, 满减门槛, 运费, 其它."""

_BASIS: Final = (
    "明码标价和禁止价格欺诈规定 第19条",
    "价格法 第14条(四)",
    "消费者权益保护法 第20条",
)

_TAIL: Final = re.compile(
    r"(?:块钱|块|元|圆)(?:(?P<jiao>[1-9一二三四五六七八九])(?:毛"
    r"|角)?(?P<fen>[1-9一二三四五六七八九])?分?(?!包(?!邮)|[盒瓶袋件双罐支条套个箱号单片斤年天%])"
    r"|(?P<half>半)(?!年|斤|个))?(?:钱)?"
)
_METRES: Final = re.compile(
    r"(?:米"
    r"|个米)(?:(?P<jiao>[1-9一二三四五六七八九])(?!包(?!邮)|[盒瓶袋件双罐支条套个箱号单片十]))?(?![长宽高深远跑厚粒线布八二三])"
)
_JIAO: Final = re.compile(r"毛(?:(?P<fen>[1-9一二三四五六七八九])分?)?钱?(?![巾衣呢领绒线孔])")
_COUNTED: Final = re.compile(
    r" ?(?:多|来"
    r"|几)?(?:[小大]?[盒瓶包袋件双罐支条套个箱号单片斤年天粒颗杯克g%枚米次分秒点岁人位组周月期折代度万千厘毫公升l倍台勺桶提抽色码码种样款路层档集张首道家楼k装]"
    r"|小时|ml|cm|mg)"
)
_PRICED: Final = re.compile(
    r"(?:到手价?|价格?|只要|仅需|只需|只收|才要|现价|特价|券后价?|拍下价?|卖到?|售价|付款?"
    r"|标价|给到)"
    r"(?:[是为只要才就也卖到了给你们大家的在咱们今天直播间收您]{0,6})$"
)
_VALUES: Final = dict(zip("一二三四五六七八九", range(1, 10), strict=True))


class Money(NamedTuple):
    """An amount of money said at ``[start, end)``, in yuan, at least ``low`` and at most ``high``.

    ``marked`` when a unit of money says that it is one.
    """

    start: int
    end: int
    low: float
    high: float
    marked: bool


def money(text: str, numbers: list[Number]) -> list[Money]:
    """The amounts of money among the numbers of a text, in order.

    >>> from features.said.numbers import numbers
    >>> said = "九块九包邮，三十九米九，一百二十九块，到手价一九九，七十九块三盒，五毛二"
    >>> [f"{found.high:g}" for found in money(said, numbers(said))]
    ['9.9', '39.9', '129', '199', '79', '0.52']
    """
    found: list[Money] = []
    for number in numbers:
        if found and number.start < found[-1].end:
            continue
        if (one := _money(text, number)) is not None:
            found.append(one)
    return found


def _money(text: str, number: Number) -> Money | None:
    for unit, scale in ((_TAIL, 1.0), (_JIAO, 0.1)):
        if match := unit.match(text, number.end):
            # 一块糖 and 放在这一块 are no money, 一块钱 and 一块九 are.
            if number.high < 10 and match[0] == "块":
                return None
            added = _added(match)
            low, high = (round(value * scale + added * scale, 2) for value in number[2:])
            return Money(number.start, match.end(), low, high, marked=True)
    metres = _METRES.match(text, number.end)
    if metres and (number.low >= 10 or (metres["jiao"] and number.low >= 3)):
        added = _added(metres)
        return Money(number.start, metres.end(), number.low + added, number.high + added, True)
    before = text[max(0, number.start - 14) : number.start]
    if text.endswith("位数", 0, number.end):
        return Money(*number, marked=True)
    # 五四三二一 counts down.
    counts = number.high < 10 and text[number.end : number.end + 1] in _VALUES
    if number.high >= 5 and _PRICED.search(before) and not counts:
        return None if _COUNTED.match(text, number.end) else Money(*number, marked=False)
    if _is_round_price(text, number, before):
        return Money(*number, marked=False)
    return None


_TAKEN: Final = re.compile(
    r"(?:直接|就|给我|给你们?)?(?:带走|带回家|拿走|抱走|拿回家|包邮|到手(?!的?\d"
    r"|[一二两三四五六七八九十]))"
)


def _is_round_price(text: str, number: Number, before: str) -> bool:
    """129带走, 九十九包邮: what is done for it says that it is a price."""
    return (
        number.high >= 5
        and _TAKEN.match(text, number.end) is not None
        and not before.endswith("第")
    )


def _added(match: re.Match[str]) -> float:
    groups = match.groupdict()
    if groups.get("half"):
        return 0.5
    jiao, fen = (_digit(groups.get(name)) for name in ("jiao", "fen"))
    return round(0.1 * jiao + (0.01 if "jiao" in groups else 0.1) * fen, 2)


def _digit(char: str | None) -> int:
    if not char:
        return 0
    return _VALUES.get(char) or int(char)


_BEFORE_ROLES: Final[tuple[tuple[Role, re.Pattern[str]], ...]] = (
    (
        "reference",
        re.compile(
            r"原价|原来|原先|本来|平时|平常|日常|日播|之前|以前|昨天|前天|上次|上个月|去年"
            r"|往常|专柜|线下|门店|实体店|店铺价|市场价?|市面上|楼下|出去|超市|商场|药店|外面"
            r"|吊牌|划线|标价|零售价|建议价|官网|官方价|别人?家|人家|同行|隔壁|其[他它]家?"
            r"|某[宝东多猫]|天猫|京东|淘宝|拼多多|旗舰店卖|平铺价?|正价|全价|恢复|涨到|涨价"
            r"|涨回|改回|明天|后天|下次|过了今天|下播"
            r"|不要(?!了)|不用|不是|别人|不会|没有(?!了|问题)|不卖|不止|成本|进价|进货价"
            r"|出厂价|拿货|批发|同款|大牌|单买|分开买|单独买|自己买|自己去买|你去买|出去买"
            r"|如果|要是|假如|平价|一代|老款|贵妇|去买|曾经|比你|比买|比单|价值|能卖|要卖|都要"
            r"|都卖|得卖|敢卖|卖你|卖我|少说|起码|至少得?花|花了"
        ),
    ),
    (
        "coupon",
        re.compile(
            r"优惠了?|立减|直减|减掉?|减免|下减|省下?了?|省掉|便宜了?|券|红包|补贴|补了?|返现?"
            r"|退你?|抵扣?|折扣|让利|让你?|降了?|少收|差价?|多[了花加拿]?|贵了?|亏了?|补给"
            r"|补你|赚了?|加了?|再加|礼金|积分|佣金|罚|赔|[左右][上下]角|点点"
        ),
    ),
    (
        "unit",
        re.compile(
            r"平均|均价|折合|合下?来?|合到|划下来|算下来|算到|下来|相当于"
            r"|每[一]?[片粒颗条包袋瓶盒勺杯天次顿斤克双件罐张支贴晚月年]"
            r"|单[片粒颗条包袋瓶盒次杯罐支套件张个只贴]|一[天勺杯片粒颗顿次晚张月年贴口抽]"
            r"|一个(?:月|才|就|只)"
        ),
    ),
    ("gift", re.compile(r"送|赠|礼品|礼物|加赠|附赠|福袋|抽")),
    ("deposit", re.compile(r"定金|订金|尾款|预付|押金|首付|分期|月供|每期")),
    ("threshold", re.compile(r"满|凑够?|买够|超过|达到|单笔")),
    ("postage", re.compile(r"运费险?|邮费|快递费?|包邮费|配送费")),
    (
        "to_pay",
        re.compile(
            r"到手价?|只要|仅需|只需|只收|才要|现价|特价|福利价|活动价|券后价?|秒杀价?|拍下价?"
            r"|直播价|直播间(?:价格?)?|今天|今日|现在|价格?|下单|付款?|给你们|给到你们?|给大家"
            r"|改[成到]|一号链接?|这[一个]?[款盒瓶单套]|粉丝价|宠粉|会员价?|开价|上车|拿下|卖"
            r"|买它?|拍"
        ),
    ),
)
_ORDER: Final = 18
_AFTER_ROLES: Final[tuple[tuple[Role, re.Pattern[str]], ...]] = (
    (
        "coupon",
        re.compile(
            r"(?:的|一张|一个|面额|大额|无门槛|现金|会员|专属|粉丝|购物|惊喜){0,3}(?:优惠券?"
            r"|券|红包|补贴|差价|立减|礼金|福利券)"
        ),
    ),
    (
        "unit",
        re.compile(
            r" ?(?:钱)?(?:都?不到)?[一每]?(?:小)?(?:[片粒颗条勺顿次天晚杯张贴斤克抽口]|小包"
            r"|小袋|公斤|千克|小时|毫升|度电?|年|个月|支单)"
        ),
    ),
    ("deposit", re.compile(r"的?(?:定金|订金|尾款|首付)")),
    ("threshold", re.compile(r"(?:以上)?(?:减|送|返|打折|包邮起)")),
    ("postage", re.compile(r"的?(?:运费|邮费|快递)")),
    ("gift", re.compile(r"的?(?:价值|赠品|礼品|小礼物)")),
    (
        "reference",
        re.compile(
            r"(?:块|元|钱|的|一[盒瓶件套罐支包袋双]|左右|以上|起){0,3}(?:的?原价|的?吊牌"
            r"|我?不要了?|划掉|不卖|买不到|都买不|拿不到|才能买|，?不要买|，?先不买|你都"
            r"|的?成本|的?时候|的?价格?不要|以上)"
        ),
    ),
    ("other", re.compile(r"(?:的)?(?:销量|单量|库存|回购|粉丝|人|单(?!的?价)|位)")),
)
_STRONG: Final = re.compile(
    r"(?:到手价?|只要|仅需|只需|现价|券后价?|拍下|秒杀价?|改成|福利价|活动价|直播价|直播间"
    r"|今天|给你们|就)[^，。]{0,8}$"
)
_STRONG_AFTER: Final = re.compile(
    r" ?(?:钱)?(?:直接|就|给我|给你们?|大家|一号|的价格?|的到手|的一个"
    r"|[，])?[^，。]{0,3}(?:带走|带回家|拿走|抱走|拿回家|包邮|到手|秒|拍|开抢|冲|下单)"
)

_OFFERED_AFTER: Final = re.compile(
    rf"(?:{_STRONG_AFTER.pattern})|的?一?个?(?:[^，。]{{0,6}}价格?|套餐)"
)


def role_of(text: str, amount: Money, previous_end: int = 0) -> Role:
    """What an amount is for, told by the words around it that stand nearest.

    ``previous_end`` is where the amount before it ends: its words are not this one's.
    """
    for role, pattern in _AFTER_ROLES:
        if pattern.match(text, amount.end):
            return role
    begin = max(0, amount.start - _ORDER, previous_end)
    before = text[begin : amount.start].rpartition("。")[2]
    best: tuple[int, int, Role] | None = None
    for rank, (role, pattern) in enumerate(_BEFORE_ROLES):
        for match in pattern.finditer(before):
            key = (match.end(), -rank, role)
            if best is None or key[:2] > best[:2]:
                best = key
    if best is not None:
        return _settled(before, best)
    return "to_pay" if _OFFERED_AFTER.match(text, amount.end) else "other"


_OF_PARTS: Final[tuple[Role, ...]] = ("unit", "postage", "deposit", "gift")


_CARRIED: Final[tuple[tuple[Role, re.Pattern[str]], ...]] = (
    ("reference", re.compile(r"今天|现在|咱们?|我们?|只要|到手|直播间")),
    *((role, re.compile(r"今天|现在|咱们?|我们?|到手|直播间")) for role in _OF_PARTS),
)


def _settled(before: str, nearest: tuple[int, int, Role]) -> Role:
    """A word for a price said after 专柜, 平时 or 每天 is of that price, unless the host turned."""
    end, _, role = nearest
    if role != "to_pay":
        return role
    for other, overruled in _CARRIED:
        marks = list(dict(_BEFORE_ROLES)[other].finditer(before, 0, end))
        if marks and not overruled.search(before, marks[-1].end()):
            return other
    return role


class PriceSaid(NamedTuple):
    """An amount that a host says, and what it is for."""

    amount: Money
    role: Role


def prices_said(text: str, amounts: list[Money]) -> list[PriceSaid]:
    """Every amount of money in normalised text with its role."""
    found = []
    end = 0
    for amount in amounts:
        found.append(PriceSaid(amount, role_of(text, amount, end)))
        end = amount.end
    return found


_LEAST_TOLERANCE: Final = 1.0
_TOLERANCE: Final = 0.03
_ADJUSTED: Final = re.compile(
    r"备注|退差|差价|返你?|改价|补差|客服|会员|领[^，。]{0,4}券|优惠券|红包|券|补贴|满减|折"
)
_SHARE: Final = 0.3
_TINY_SHARE: Final = 0.1
"""Below this share of the listed price an amount is rather that of a spoonful or a coupon."""


def below(said: float, listed: float) -> bool:
    """Whether a price said lies below a listed one by more than rounding off explains.

    >>> below(39, 39.9), below(9, 9.9), below(35, 39.9), below(99, 129)
    (False, False, True, True)
    """
    return said < listed - max(_TOLERANCE * listed, min(_LEAST_TOLERANCE, 0.1 * listed))


def price_findings(spoken: Spoken, listed: Listed) -> Iterator[SaidFinding]:
    """The lowest price to pay that is said below every price that the listing has."""
    if not listed.prices:
        return
    lowest = min(listed.prices, key=lambda price: price.yuan)
    amounts = money(spoken.text, spoken.numbers)
    if not any(below(amount.high, lowest.yuan) for amount in amounts):
        return
    said = prices_said(spoken.text, amounts)
    candidates = [
        one.amount
        for one in said
        if one.role == "to_pay"
        and one.amount.high > 0
        and below(one.amount.high, lowest.yuan)
        and spoken.about_product(one.amount.start, one.amount.end)
    ]
    if not candidates or _is_confirmed(said, listed) or _is_explained(said, candidates, lowest):
        return
    times = Counter(one.high for one in candidates)
    rated = [
        (_certainty(spoken, one, times[one.high], lowest), -one.start, one) for one in candidates
    ]
    certainty, _, amount = max(rated)
    words = spoken.text[amount.start : amount.end]
    yield spoken.finding(
        (amount.start, amount.end),
        code="false_price_promo",
        aspect="price",
        cue="price said below listed",
        listed=listed.cite_price(lowest),
        basis=_BASIS,
        certainty=certainty,
        reason_zh=f"口播到手价“{words}”，商品标价最低{lowest.yuan:g}元",
    )


def _is_confirmed(said: list[PriceSaid], listed: Listed) -> bool:
    """Whether the host also names a listed price as the one to pay: the lower one is of a part."""
    asked = {one.amount.high for one in said if one.role == "to_pay"}
    shown = {price.yuan for price in listed.prices}
    return any(abs(high - yuan) <= max(0.5, 0.01 * yuan) for high in asked for yuan in shown)


def _is_explained(said: list[PriceSaid], candidates: list[Money], lowest: Price) -> bool:
    """Whether a coupon that is said closes the gap: 八十九, 领二十的券, 到手六十九."""
    taken_off = max((one.amount.high for one in said if one.role == "coupon"), default=0.0)
    highest = max(amount.high for amount in candidates)
    return taken_off > 0 and not below(highest, lowest.yuan - taken_off)


def _certainty(spoken: Spoken, amount: Money, times: int, lowest: Price) -> float:
    """How likely it is that the amount is a price to pay for these goods, and lower."""
    text = spoken.text
    before = text[max(0, amount.start - 16) : amount.start]
    strong = _STRONG.search(before) or _STRONG_AFTER.match(text, amount.end)
    certainty = 0.75 if strong else 0.55
    if times > 1:
        certainty += 0.08
    if amount.high < _SHARE * lowest.yuan:
        certainty -= 0.1 if amount.high >= _TINY_SHARE * lowest.yuan else 0.25
    if amount.low != amount.high or not amount.marked:
        certainty -= 0.05
    if _ADJUSTED.search(text, max(0, amount.start - 60), amount.end + 60):
        certainty -= 0.2
    return round(certainty, 2)
