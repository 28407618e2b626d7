"""米 and 个数 said for yuan: harmless, and so common that it must be read (货币代称)."""

import re
from typing import Final

from features.evasion.disguise import Disguise

_NUMBER: Final = "0-9一二两三四五六七八九十百千万零幺几多"
_CODEWORD: Final = re.compile(
    rf"(?:(?<=[{_NUMBER}][{_NUMBER}])|(?<=[减省赚券块][{_NUMBER}])|(?<=[点.][{_NUMBER}])|(?<=[零〇])|(?<=[几礼领亏少](?=米[送赠拿带拍福])))"
    rf"(?:米|个数)(?![长宽高深远跑外内处左右线布直距范高赛冲短])"
    rf"|(?<=[{_NUMBER}])(?:米|个数)(?=的?(?:一个)?(?:大额|大|无门槛)?(?:优惠|券|福利|红包|价|活动|到手)"
    r"|的?(?:包邮|一[盒罐瓶箱袋提件包套支单]|[拿拍带送赠买领减抢秒]))"
)
_MEASURED: Final = re.compile(
    rf"(?:[长宽高深厚远距跑游]|[长宽高深厚]度|身高|直径|距离|半径)[是为有达约大概差不多个才就]{{0,3}}[{_NUMBER}点.]{{1,8}}$"
)

WEIGHT: Final = 0.05


def find_money(text: str) -> list[Disguise]:
    """Prices in 米, unless something is measured.

    >>> [found.resolved for found in find_money("五十米的优惠券，长五米，一百米赛跑")]
    ['元']
    """
    if "米" not in text and "个数" not in text:
        return []
    return [
        Disguise(*match.span(), "元", WEIGHT, "currency")
        for match in _CODEWORD.finditer(text)
        if not _MEASURED.search(text, max(0, match.start() - 14), match.start())
    ]
