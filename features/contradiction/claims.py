"""Materials, processes and promises of a title against what excludes them (材质、承诺互斥)."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from data.mismatch import AttributeGroup, Claim
from features.contradiction.conflict import (
    claimed_words,
    conflict,
    is_denied_in_title,
    page_conflict,
)
from features.contradiction.fibres import COMPOSITION_LENGTH, LINING
from features.contradiction.page import Page
from features.contradiction.stated import DISPATCH, SKU, Stated
from features.finding import Finding, is_denied
from features.prefilter import Prefiltered

_OTHER_PART: Final = re.compile(
    r"里(?!面)|底|衬|包装|外壳|杯盖|配件|背板|床板|抽屉|脚|腿|套|面布|适用|适配|兼容|洗涤|保养|"
    r"护理|赠"
    r"|售后|物流|配送|注意|提示|推荐|区别|对比|备货|标签"
)
_ADMITS: Final = re.compile(
    r"(?:其实|实际上?|实为|实发|说白了|老实说|坦白|换成了?|改用了?|改成了?|掺了?|混了?|兑了?|"
    r"里头|里面是"
    r"|内里是|发的是|发货是|到手是|真实材质|以外都?是|全是|都是|实料|"
    r"大货(?:是|为|用|走))[^，。不非无没]{0,8}$"
)
_STATES: Final = re.compile(
    r"(?:本品|本款|这款|产品|主体|整体|材质|材料|面料|用料|泥料|板材|填充物?|配料|成分|树种|"
    r"品种|工艺)"
    r"(?:用的?|采用|选用)?(?:是|为|都是|均为|就是|属于?)[^，。不非无没]{0,6}$"
    r"|(?:托|胎|芯子?|线芯|簧片|导体|料子)(?:料|用)?(?:的?是|为)?[^，。不非无没]{0,3}$"
)
_AFTER_ADMITS: Final = re.compile(
    r"(?:的|材质|制|做的|款|料)?，?(?:介意(?:慎|勿|者?勿|别)|不是(?:真|纯|全)|非(?:真|纯|全)|"
    r"冒充|代替|替代)"
    r"|[^，。不非无没]{0,6}(?:打底|兑的|勾的|搭着|凑的|掺的|调的|做的|打的|压的|熬的|挑出来|换的料)"
)
# What others sell, how to tell them apart, and other parts of the goods.
_ASIDE: Final = re.compile(
    r"别家|市面|普通|不同于|区别|对比|比较|传统|假货|劣质|小心|警惕|谨防|拒绝|告别|而不是|区分|"
    r"鉴别|分辨|友商"
    r"|其他|其它|别的|同行|相比|不像|远超|优于|胜过|替代|或者?|可选|另有|另一款|也有|底部|背面|"
    r"背部|内衬|里布"
    r"|里料|侧|扶手|配件|包装|外壳|手柄|部分款|款为"
)
# 胜过人造革, 告别普通塑料: a lesser thing named to be looked down on.
_BOASTS: Final = re.compile(r"胜过?|超越?|媲美|堪比|告别|拒绝|区别|秒杀|取代|替代")
_ANSWER: Final = (
    r"(?:的|料|款)?(?:吗|么|嘛|不)[，。 ]{0,3}(?:客服|店主|卖家|店家|掌柜)?(?:回答?|答|回复|"
    r"a)? ?:? ?(?:亲亲?)?，?"
    r"(?:不是|没有|不|并非|非)"
)


class _Row(NamedTuple):
    """One claim, compiled."""

    claim: Claim
    claimed: re.Pattern[str]
    belied: re.Pattern[str]
    borne_out: re.Pattern[str]
    page: re.Pattern[str] | None


class Claims:
    """The table of claims, compiled once."""

    def __init__(self, groups: Sequence[AttributeGroup], claims: Sequence[Claim]) -> None:
        self._rows = [_row(claim) for claim in claims]
        self._groups = [(group.group, re.compile(group.names)) for group in groups]
        self._prefilter = Prefiltered([row.claimed for row in self._rows])
        self._of_pages = Prefiltered([row.page or row.belied for row in self._rows])
        self.groups_of = lru_cache(4096)(self._groups_of)

    def _groups_of(self, name: str) -> frozenset[str]:
        if _OTHER_PART.search(name) or name in {SKU, DISPATCH}:
            return frozenset()
        return frozenset(group for group, names in self._groups if names.search(name))

    def findings(self, title: str, facts: Sequence[Stated], page: Page) -> Iterator[Finding]:
        """Each claim of the title that an attribute excludes or the detail page takes back."""
        on_page: set[int] | None = None
        for index in self._prefilter.candidates(title):
            row = self._rows[index]
            words = claimed_words(row.claimed, title)
            if words is None or _owns_up(row, words, title):
                continue
            found = self._of_facts(row, words, facts)
            if found is None and page.text:
                if on_page is None:
                    on_page = set(self._of_pages.candidates(page.text))
                found = _answered(row, words, page)
                if found is None and index in on_page:
                    found = _of_page(row, words, page)
            if found:
                yield found

    def _of_facts(self, row: _Row, words: str, facts: Sequence[Stated]) -> Finding | None:
        for fact in facts:
            if self.groups_of(fact.name).isdisjoint(row.claim.groups):
                continue
            value = fact.value[:COMPOSITION_LENGTH]
            if not row.belied.search(value):
                continue
            value = LINING.sub("", value)
            match = row.belied.search(value)
            if match and not row.borne_out.search(value) and not is_denied(value, match.start()):
                return conflict(row.claim.cue, words, fact, row.claim.certainty)
        return None


def _row(claim: Claim) -> _Row:
    return _Row(
        claim,
        re.compile(claim.claimed),
        re.compile(claim.belied),
        re.compile(claim.borne_out),
        re.compile(claim.page) if claim.page else None,
    )


def _owns_up(row: _Row, words: str, title: str) -> bool:
    """Whether the title itself names what would belie it: 翡翠B货, 乳胶枕 丁苯."""
    rest = title.replace(words, "‖")
    # One character may be of another part: 羽绒被 纯棉面料.
    return any(
        len(match.group()) > 1
        and not is_denied_in_title(rest, match.start())
        and not _BOASTS.search(rest[max(0, match.start() - 4) : match.start()])
        for match in row.belied.finditer(rest)
    )


def _answered(row: _Row, words: str, page: Page) -> Finding | None:
    """A buyer asks whether the claim is true, and the answer is no."""
    if "吗" not in page.text and "么" not in page.text:
        return None
    match = re.search(re.escape(words[:12]) + _ANSWER, page.text)
    return _page_finding(row, words, page, match, 0.85) if match else None


def _of_page(row: _Row, words: str, page: Page) -> Finding | None:
    if row.page is not None:
        for match in row.page.finditer(page.text):
            clause = page.clause(match.start(), match.end())
            if not _is_aside(page, match, clause) and not row.borne_out.search(clause):
                return _page_finding(row, words, page, match, min(row.claim.certainty, 0.85))
        return None
    for match in row.belied.finditer(page.text):
        certainty = _admission(page, match)
        if certainty and not _is_aside(page, match, page.clause(match.start(), match.end())):
            return _page_finding(row, words, page, match, certainty)
    return None


def _admission(page: Page, match: re.Match[str]) -> float:
    """How plainly the page says that the goods are of what ``match`` names; 0 if it does not."""
    before = page.text[max(0, match.start() - 16) : match.start()]
    if _ADMITS.search(before) or _AFTER_ADMITS.match(page.text, match.end()):
        return 0.82
    return 0.7 if _STATES.search(before) else 0.0


def _is_aside(page: Page, match: re.Match[str], clause: str) -> bool:
    return is_denied(page.text, match.start()) or _ASIDE.search(clause) is not None


def _page_finding(
    row: _Row, words: str, page: Page, match: re.Match[str], certainty: float
) -> Finding:
    clause = page.clause(match.start(), match.end())
    return page_conflict(row.claim.cue, words, page.field_at(match.start()), clause, certainty)
