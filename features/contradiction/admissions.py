"""Inferior goods that a listing owns up to: worn as new, new dates, waste (自认以次充好)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from features.contradiction.conflict import is_denied_in_title
from features.contradiction.page import Page
from features.contradiction.stated import SKU, Stated
from features.finding import Finding, is_denied
from features.prefilter import Prefiltered

_BASIS: Final = ("产品质量法 第39条", "消费者权益保护法 第55条")
_CONDITION_NAMES: Final = re.compile(r"成色|新旧|状态|类型|电芯|轴体|包装")
_NEW: Final = re.compile(
    r"全新(?!升级|设计|体验|配方|工艺|系列|改版|风格|上市|一代|款|外观|壳|出发|原料)|未拆封?|未激活|"
    r"未戴|未使用|原封|原装(?!进口|包装|瓶|壶)|原厂(?!保|质)|新货|日期新鲜"
)
_OPENLY: Final = re.compile(
    r"翻新|官翻|拆机|拆车|客退|退货|二手|样机|样品|展示机|再制造|再生|循环(?:鼓|利用)|返修|维修|瑕疵|微瑕|处理品|"
    r"二级(?!能效)|[6-9]\d? ?成?新(?!款|品|鲜|货)|(?<!以)旧|闲置|中古|"
    r"非全新|临期|修复|配件机|碎(?!花|冰|发)|边角|空[壶瓶罐盒]|退役|"
    r"报废|次品|b级|残次|收藏摆"
)
_OTHERS: Final = re.compile(
    r"别家|市面|有些|不良商家|无良|小心|警惕|谨防|拒绝|告别|区别|区分|鉴别|分辨|同行|假货|劣质|避免|以免|"
    r"以旧换新|旧[机货]?回收|如果|若|假一|绝不|承诺|保证|可选|支持|上门|教程|防止|会不会"
)

# What was done to goods before they were sold again.
_REMADE: Final = (
    r"翻新(?!费|服务|工具|膏|剂|漆|乳)|翻壳|循环鼓|回厂件|返修件|精喷|(?:壳|漆|柜体|机身|外壳)[^，。]{0,3}(?:重新)?"
    r"喷(?:漆|过|新)|重(?:新)?喷(?:漆|黑|了|过|原|亮)|重新(?:封膜|打胶|塑封|上膜|灌|蜡封|喷)|补过?漆|"
    r"刷漆盖|喷[^，。]{0,3}漆盖|抛了?光拉了?丝|裂纹抛光|打磨喷|焊补|磨(?:头|平的胎)|重镀|洗(?:过)?板|"
    r"换(?:了|过)?(?:新)?(?:前后|外|后)?壳|换(?:了|过)?新?(?:外壳|后盖)|(?:镜面|中底|鞋底|压缩机|主板|"
    r"电芯|机芯|屏)(?:都)?(?:换的?|换过|修过|换杂)|主板[^，。]{0,4}(?:修|扩容)|有修过|铭牌(?:和编号)?"
    r"(?:一起)?(?:新贴|做新)|(?:smart|计时|次数|时间|激活|健康度?)[^，。]{0,4}(?:归|清|写)(?:了)?(?:零|0|掉|码|入)|"
    r"清零|下架的?盘|下的(?:kuang|矿|机)|矿卡|事故车拆|定损车|拆(?:机|包)(?:件|级|tlc|b规|清洗)|(?:上|里|车)拆的"
    r"|退役|报废|梯[.。·]?次|黑p?(?:片|颗粒)|收来的[^，。]{0,8}(?:琴|壳|壶|罐|机)|旧(?:罐|壳|塞|电池|油|瓶|桶|垫)"
    r"[^，。]{0,4}(?:收|补|磨|激活|拆)|废(?:壶|球|壳)|(?:退|租赁?到期)(?:回|下)来的?(?=机|货(?!款)|件|擦|我们[^，。]{0,2}挑|也在|那批|部分|琴|梯|绒)|"
    r"退货机|退换那批|租赁到期下来|(?:客人|平台|客户|买家)[^，。]{0,6}退(?:回来)?的(?=[机换重压]|耳塞|，|。)|退货二次|展会样|展示样机|晒过几年|穿过一阵|演示过|试(?:戴|穿)[^，。]{0,4}退|激活过|"
    r"(?:塑封|封膜|封口)[^，。]{0,3}(?:我们)?自己|自己(?:热缩|打的?膜|打封)|库存[^，。]{0,3}换新吸塑|开过[^，。]{0,6}打胶|"
    r"裂过|码重做|后压(?:屏|盖板)|hou压|0循环电池|试过水退"
)
# How it is passed off.
_PASSED_OFF: Final = (
    r"(?:按|当|充|走)(?:作|成|做)?全?(?:新|正品|原装|原封)(?:机|品|货|琴|盘|胎|的|原封)?(?:价|链接|吊牌|开单)?"
    r"(?:卖|出(?!厂)|发(?!票|货)|报|走|用|送)|(?:按|走)全?新(?:机|品|琴)?(?:链接|开单|价)|按正品(?:吊牌|价)|"
    r"(?:跟|和|同|像)(?:全?新(?:机|品|货|的)?|柜里摆的?|4s[^，。]{0,4}|原装|商场[^，。]{0,6})(?:的)?(?:看着)?"
    r"(?:一样|一个样|没两样|没差别|零区别|外观零区别)|开机等于新机|(?:拍照|外面|检测软件|装上谁也|拆开|外头|平时|三天|图上|"
    r"喝着|送人)[^，。]{0,3}(?:看|瞧|照)不(?:出|到|见)|没人(?:看得?出|认得?出|会问|查|验|起疑|翻看|喝得出)|"
    r"谁也[看瞧]不出|(?:别|不要)拆开看|吃不出来|对外就说|问就说|说是新的|当面拆封"
)
_DATED: Final = (
    r"(?:生产日期|日期码?|批号|效期|喷码|周期码|日子|罐底|(?:新|旧|规格|有效期)标)[^，。]{0,6}(?:重新?(?:贴|打|喷|做|套|pēn)|(?:酒精)?擦(?:了|掉)?"
    r"重?喷|用酒精|刮掉|磨掉|涂掉|抹掉|抹干净|(?:统一)?(?:换成今|喷)\d{0,4}|撕了|都给[^，。]{0,6}换成|打的?今年)|"
    r"(?:刮掉?|磨掉|涂改|抹去|重打|更改|改)(?:生产)?(?:日期|批号|效期)|重新(?:贴过?标|打标|pen|pēn)|"
    r"(?:重新套|贴了?|缩了?)的?[^，。]{0,4}新(?:日期|年份的标)|贴今年的|批号[^，。]{0,4}磨掉|"
    r"那行字[^，。]{0,4}抹|过期[^，。]{0,4}(?:换新盒|一点|一年|了?[^，。]{0,2}刮)|快到日子的[^，。]{0,8}夹"
)
_WASTE: Final = (
    r"下脚料|黑心棉|医疗废|(?:回收|收回来)(?:的)?(?:布头|碎|打碎|书本纸|锅底|泡沫|整理)|回收[^，。]{0,6}(?:打碎|碎泡沫|再生料|拆机)|"
    r"布头打|旧[^，。]{0,6}(?:拆的|打散重弹|打碎重填)|碎料压的|边角碎肉|残豆|碎豆|筛下来的|(?:飞丝|毛片)深加工|毛片[^，。]{0,6}飞丝|"
    r"再生pvc|废桶|老油过滤|作坊配|虫道[^，。]{0,8}腻子"
)
_DOCTORED: Final = (
    r"熏(?:了|过)[^，。]{0,3}硫|焦亚|上了色粉|回锅提绿|泡(?:了|过)(?:色水|镁水|药水|甲醛)|刷(?:过|了)[^，。]{0,2}胶|"
    r"拌点?胭脂红|压称|压秤|出过油的|提过(?:皂苷|油)|竹签[^，。]{0,3}接|裹一层泥|打胶压的?砖|冻货化开|冻没的|si羊|死[羊猪鸡]|"
    r"冻库[^，。]{0,8}(?:老肉|第[三四五]年)|放了[三四五][^，。]{0,2}年[^，。]{0,8}抛光|掺(?:了)?[^，。]{0,4}(?:飞丝|滑石粉|石粉)|"
    r"粉料加得足|石粉填料|跑了酒的补|冷库压了"
)
_MIXED_IN: Final = (
    r"(?:次品|不合格|返工|返修件|打回来的?|断胶|次片|水烂|质检抽到|残次|冒烟那批|通知收回)[^。]{0,14}(?:混|掺|一起|都在里面|随机|"
    r"压在底|便宜(?:出|拿)|改个包装|换电池)|掺(?:点)?(?:返修|次品|次片|水烂|旧)|混点水烂|退回来的[^，。]{0,6}混着发"
)
_HURT: Final = re.compile(
    r"(?:买家|客人|评论|评价|反馈|追评|宝妈|大姐|买家秀|有人|姐妹|问大家)[^。]{0,18}(?:冒烟|起火|冒火花|跳闸|拉肚子|流脓|红疹|烫红|"
    r"起泡|烧出|断裂|横档裂|霉点|涂层就掉|开线)|孩子戴[^，。]{0,8}红疹|打开全是霉|插上电就冒烟"
)


class _Admission(NamedTuple):
    """What a page says, and whether it counts only against a claim of new goods."""

    cue: str
    said: re.Pattern[str]
    certainty: float
    reason: str


_ANYWAY: Final = (
    _Admission("date changed", re.compile(_DATED), 0.85, "自认改动日期、批号"),
    _Admission("waste as material", re.compile(_WASTE), 0.75, "自认用回收废料、次料"),
    _Admission("doctored goods", re.compile(_DOCTORED), 0.8, "自认掺假、翻新加工"),
    _Admission("defective goods mixed in", re.compile(_MIXED_IN), 0.75, "自认混发次品"),
    _Admission("harm reported", _HURT, 0.65, "买家反映伤人或严重质量问题"),
)
_WORN: Final = re.compile(_REMADE)
_AS_NEW: Final = re.compile(_PASSED_OFF)
_ADMITTED: Final = Prefiltered([each.said for each in _ANYWAY])
_NEAR: Final = 60


def admission_findings(title: str, facts: Sequence[Stated], page: Page) -> Iterator[Finding]:
    """What the listing owns up to of its goods; openly worn or second-rate goods may be sold."""
    texts = [("title", title), *((f.field, f.value) for f in facts if f.name != SKU)]
    pages = [_of_page(page)] if page.text else []
    yield from _first(_worn(title, facts, [*pages, *texts]))
    is_open = _OPENLY.search(title) is not None
    for field, text in [*pages, texts[0]]:
        for index in _ADMITTED.candidates(text):
            each = _ANYWAY[index]
            if is_open and each.cue != "date changed":
                continue
            match = _told(each.said, text)
            if match:
                yield _finding(page, field, match, each.cue, each.certainty, each.reason)


def _of_page(page: Page) -> tuple[str, str]:
    return "", page.text


def _first(found: Iterator[Finding]) -> Iterator[Finding]:
    """At most one."""
    for finding in found:
        yield finding
        return


def _worn(
    title: str, facts: Sequence[Stated], texts: Sequence[tuple[str, str]]
) -> Iterator[Finding]:
    claim = _claim_of_new(title, facts)
    for field, text in texts:
        match = _told(_WORN, text)
        if match is None:
            continue
        near = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
        passed = _told(_AS_NEW, near)
        if passed:
            reason = f"自认翻新、旧件当新品：“{match.group()}…{passed.group()}”"
            yield _finding(None, field, match, "worn sold as new", 0.85, reason)
        elif claim and field != "title":
            reason = f"写“{claim}”，却说“{match.group()}”"
            yield _finding(None, field, match, "worn sold as new", 0.75, reason)


def _claim_of_new(title: str, facts: Sequence[Stated]) -> str:
    """The words that call the goods new; empty where the title owns up to their age."""
    if _OPENLY.search(title):
        return ""
    for called in _NEW.finditer(title):
        if not is_denied_in_title(title, called.start()):
            return called.group()
    for fact in facts:
        match = _NEW.search(fact.value) if _CONDITION_NAMES.search(fact.name) else None
        if match and not is_denied(fact.value, match.start()):
            return match.group()
    return ""


def _told(said: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first words that are neither denied nor said of others."""
    for match in said.finditer(text):
        begin = max(text.rfind(mark, 0, match.start()) for mark in "，。 ") + 1
        clause = text[begin : match.end() + 4]
        if not is_denied(text, match.start()) and not _OTHERS.search(clause):
            return match
    return None


def _finding(
    page: Page | None, field: str, match: re.Match[str], cue: str, certainty: float, reason: str
) -> Finding:
    return Finding(
        code="inferior_quality",
        field=field or (page.field_at(match.start()) if page else "description"),
        text=match.group(),
        cue=cue,
        basis=_BASIS,
        certainty=certainty,
        reason_zh=reason,
    )
