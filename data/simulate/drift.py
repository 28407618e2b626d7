"""What changes on the way in a simulated world (漂移): disguises, code words, shops, prices."""

from typing import Final, Literal, NamedTuple, get_args

from data.simulate.disguises import MECHANISMS, Mechanism

DriftKind = Literal["disguise", "mix", "price"]
"""What may change: the disguises in use, how many merchants are bad, what goods cost."""

DRIFTS: Final[tuple[DriftKind, ...]] = get_args(DriftKind)


class Drift(NamedTuple):
    """A change that begins on a day, counted from 0."""

    kind: DriftKind
    day: int


class Turn(NamedTuple):
    """From a day on, counted from 0, bad merchants disguise and speak otherwise (换暗语).

    ``mechanisms`` are the disguises that they use from then on, the likeliest first; ``jargon``
    the code words for fakes, ``confusing`` those that borrow a brand's name. What is empty stays
    as it was.
    """

    day: int
    mechanisms: tuple[Mechanism, ...] = ()
    jargon: tuple[str, ...] = ()
    confusing: tuple[str, ...] = ()


Change = Drift | Turn

QUARTER: Final = (
    Turn(
        10,
        ("split", "invisible", "mask"),
        ("老粉懂码", "三号线货", "绿盒版", "走暗标", "渠道漏的"),
        ("北街同款", "一个模子出的", "师傅同批"),
    ),
    Turn(
        24,
        ("digit", "width", "filler"),
        ("八开门", "原拉链工", "抖音掉落", "蓝票货", "可上柜"),
        ("去标同线", "隔壁车间", "姐妹线"),
    ),
    Turn(
        38,
        ("latin", "variant", "spacing"),
        ("蜂窝版", "半糖版本", "内购尾数", "锁扣到位", "过机不响"),
        ("谁家都懂", "名字省了", "同一块皮"),
    ),
    Turn(
        52,
        ("pinyin", "symbol", "mask"),
        ("夜班单", "海味版", "扫了有数", "七成重量", "带小票盒"),
        ("那家的味道", "版房流出", "省个标钱"),
    ),
    Turn(
        66,
        ("homophone", "split", "latin"),
        ("云仓漏单", "灰卡全套", "五金压得住", "老师傅款", "暗格有码"),
        ("出口剩单", "照着柜台做", "柜外流转"),
    ),
    Turn(
        78,
        ("invisible", "width", "initials"),
        ("双芯版", "月亮货", "拆盒不退版", "编号能对", "柜姐分不清"),
        ("对门工坊", "标在心里", "平行开模"),
    ),
)
"""A change about every two weeks for twelve weeks. The words are made up; no word list has them."""


def checked(change: Change) -> Change:
    """The change; raise ValueError for a day before the first or a disguise that is not known."""
    if change.day < 0:
        raise ValueError(f"a change begins on day {change.day}; 0 or more is allowed")
    unknown = set(change.mechanisms) - set(MECHANISMS) if isinstance(change, Turn) else set()
    if unknown:
        raise ValueError(
            f"the turn of day {change.day} has the disguises {sorted(unknown)}; "
            f"those of data.simulate.disguises are allowed: {', '.join(MECHANISMS)}"
        )
    return change
