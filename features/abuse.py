"""Titles stuffed with words or brands, brands off their category, variants that are bait."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from data.listing import Listing, Sku
from features.brand import BrandIndex, Mention, is_category_of
from features.finding import Finding
from features.normalise import normalise
from features.prefilter import Prefiltered
from features.stuffing import stuffing_findings

BAIT: Final = re.compile(r"定金|订金|样品|勿拍|体验|补差|差价|邮费|备用|无货|占位|链接")
"""Words of variants that are not the goods; how often they stand there is a feature."""

_ABUSE: Final = ("电子商务法 第17条", "明码标价和禁止价格欺诈规定 第20条")
_IDEOGRAPHS: Final = re.compile(r"[一-龥]+")

# Nothing can be had for it, whatever else the variant says.
_NO_GOODS: Final = re.compile(
    r"勿拍|别拍|不要拍|请勿下单|不发货|不发实物|无实物|虚拟|无货|没货|缺货|抢光|售罄|已抢完|"
    r"占位|占坑|补差|差价|差额|补尾款|补运费"
    r"|邮费|运费|拍下联系|联系客服|咨询客服|问客服|改价|专用链接|引流|备用|凑单|秒杀名额|抽奖|"
    r"预约资格|排队|不单卖|不单独"
)
_SMALL_GOODS: Final = re.compile(r"样品|小样|体验|试用|试吃|尝鲜|试喝|试穿|试香|迷你装|旅行装|尝味")
_AMOUNT: Final = re.compile(
    r"(?<![\d.])(\d{1,5}(?:\.\d)?) ?(kg|公斤|千克|克|g|ml|毫升|升|l|斤|片|粒|支|包|袋|条|颗|次|"
    r"枚|小?时|天|只|张|抽|[x×*]\d)"
)
_DEPOSIT: Final = re.compile(r"定金|订金|押金|预付|意向金|诚意金|首付|预约金")
_MADE_TO_ORDER: Final = re.compile(r"定制|订制|定做|预订|尾款|预售|量房|设计|婚纱|装修|全屋|租")
_SAMPLE_BY_POST: Final = re.compile(r"寄样|色卡|色板|小块|布样|料样|样布|样片|样板")
_THINGS: Final = (
    r"表带|表链|贴膜|钢化膜|保护膜|镜头膜|手机壳|保护套|防尘[套罩塞]|吊牌|包装盒|礼品[袋盒]|"
    r"手提袋|礼袋|纸袋|手提(?:纸)?袋|礼盒外?盒"
    r"|赠品|配件|配件包|螺丝|螺母|螺钉|膨胀管|垫片|胶垫|内胆垫|密封圈|说明书|数据线|充电线|"
    r"电源线|转接头|挂绳|挂钩|收纳[袋盒]|鞋带|鞋盒|鞋垫"
    r"|鞋撑|防尘袋|空(?:包装)?[盒瓶罐箱壳袋]子?|行李牌|拨片|除尘贴|批头|变调夹|琴弦|弦|琴包|"
    r"松香|擦琴布|擦拭布|眼镜布|镜布|清洁布"
    r"|目录|封面|书签|书皮|贺卡|祝福卡|卡片|明信片|贴纸|海报|徽章|钥匙扣|挂件|丝带|蝴蝶结|彩带|"
    r"冰袋|保温袋|泡沫箱|编织袋"
    r"|(?:替换)?电池|遥控器|支架|底座|托盘|脚垫|脚套|脚轮|轮子|把手|拉手|合页|插头|开关|灯泡|"
    r"灯珠|滤网|滤芯|刷头|喷头|瓶盖|杯盖|杯套|杯刷|杯垫"
    r"|吸管|勺子|叉子|筷子|一次性手套|围裙|枕套|抱枕套|床笠角|绑带|魔术贴|扎带|气针|打气针|"
    r"气筒|网兜|球袋|护腕|护膝|手绳|链子|耳堵|耳塞套"
    r"|耳帽|腰带扣|扣子|备用扣|线头|针线|衣架|裤夹|洗衣袋|证书|鉴定证书|保修卡|延保|会员|入会|"
    r"优惠券|代金券|抵用券|兑换码|激活码|种子|营养土|花盆|肥料"
    r"|鱼食|捞网|滴管|量勺|喂食器|湿巾|试纸|验光|镜盒|镜框|眼镜盒|单镜框|空架|裸架|单壳|空壳|"
    r"机壳|导学课|试听课?|公开课|预习课|体验课|第一[讲节课]|试学"
)
_FEE: Final = (
    r"(?:刻字|加工|安装|手工|咨询|服务|设计|加急|人工|打包|报名|快递|包装|上门|检测|搬运|"
    r"材料|升级|定制|代拍|清洗|测量|量尺|上楼)费"
)
_PART: Final = re.compile(
    rf"^(?:【[^】]{{0,6}}】|\[[^\]]{{0,6}}\])?(?:仅|单独?|只[要买拍]|单拍|单买|加购|另购|备用|"
    rf"赠送|送|只是)?(?:\S{{0,4}}?)(?P<thing>{_THINGS}|{_FEE})"
    r"(?:\S{0,6})$"
)
_WITHOUT: Final = re.compile(
    r"(?:不含|不带|不包含|不送|不是|无)(?P<thing>主?机器?|主体|本体|本品|商品|产品|灯|机芯|琴|"
    r"表|手机|电脑|书|正装|内容|实物|车|锅|床|床垫|被芯|被子|枕芯|镜片|茶叶|酒|衣服|鞋|包|玉|"
    r"手镯|灶|电池|柜体|沙发|手串|刀|杯子|壶|相机|镜头|人偶|课程|正课)"
)
_CHEAP: Final = 0.25
"""The goods cost four times a variant or more, before it can be bait."""

_FRONT: Final = 1.05
_BIG: Final = re.compile(r"整箱|大瓶|大桶|量贩|家庭装|大容量|正装|全套|整套|大包|囤货|礼盒")
_BIG_TIMES: Final = 4.0

# Hardly a brand of clothes, phones or watches sells these.
_FAR: Final = re.compile(
    r"生鲜|粮油|大米|水果|蔬菜|肉类|水产|纸品|抽纸|洗脸巾|卫生巾|猫粮|狗粮|垃圾袋"
)
_FAR_BRANDS: Final = re.compile(r"鞋|服装|箱包|手机|数码|电脑|手表|珠宝|家电")
_JOINT: Final = re.compile(r"联名|授权|ip款|周边|同款颜色|色系")


def repetition(title: str) -> float:
    """How often the most frequent ideograph stands in the title; 0 without any.

    >>> repetition("裙子长裙短裙")
    3.0
    """
    letters = "".join(_IDEOGRAPHS.findall(title))
    return float(max(map(letters.count, set(letters)), default=0))


def abuse_findings(
    listing: Listing,
    title: str,
    category: str,
    mentions: list[Mention],
    allowed: Mapping[str, bool | None],
    brands: BrandIndex,
    repeated: float | None = None,
) -> Iterator[Finding]:
    """Stuffing, foreign brands and bait; ``title`` and ``category`` are normalised.

    ``repeated`` is the title's ``repetition``, if it is known.
    """
    repeated = repetition(title) if repeated is None else repeated
    word = _stuffed(title, repeated)
    if word:
        yield _abuse("title", title, "keyword stuffing", 0.6, f"标题重复堆砌“{word}”")
    else:
        yield from stuffing_findings(listing, title, category, repeated)
    yield from _relisted(title, listing)
    foreign = _foreign(listing, mentions, allowed, brands)
    if len(foreign) >= 3:
        yield _abuse("title", title, "brand stuffing", 0.6, "标题堆砌多个互不相关的品牌")
    yield from _off_category(title, category, foreign, brands)
    yield from _no_goods(title, listing)
    yield from _bait(listing)
    yield from _priced_at_nothing(listing, title, category)
    yield from _pays_by_freight(listing)


_WORD: Final = re.compile("[一-龥]{2,}")
_MOST_TITLE: Final = 200
# Parts of numbers and measures repeat in honest titles: 一包一包, 10斤5斤3斤.
_COUNTING: Final = re.compile("[一二三四五六七八九十百千两多个件只包斤克装片支瓶款色码号型送]")


def _stuffed(title: str, repeated: float) -> str:
    """The word that a title repeats beyond what names goods; empty when there is none."""
    if repeated < 5:
        return ""
    letters = "".join(_IDEOGRAPHS.findall(title[:_MOST_TITLE]))
    if not letters:
        return ""
    if repeated >= 6 and repeated >= 0.15 * len(letters) and repeated >= 0.12 * len(title):
        return max(set(letters), key=letters.count)
    runs = _WORD.findall(title[:_MOST_TITLE])
    pairs = Counter(run[at : at + 2] for run in runs for at in range(len(run) - 1))
    word, times = max(pairs.items(), key=lambda pair: pair[1], default=("", 0))
    if times >= 5 and times * 2 >= 0.2 * len(letters) and not _COUNTING.search(word):
        return word
    return ""


# The listing is no goods, or its price is none: 补差价专拍, 标价非售价.
_PLACEHOLDER: Final = re.compile(
    r"(?<!无需)(?<!不用)(?<!免)补差(?:价|额)?(?:专拍|专用|链接)|差额补|差(?:几元|多少|"
    r"几块)[^，。]{0,2}[拍补]"
    r"|报多少拍|拍几件|标价(?:非|不是)售价|标价(?:是|仅)?占位|勿自助下单|本页不发货|换标题第"
    r"|(?:邮费|运费|改价)(?:专拍|专用链接|补拍)"
    r"|(?:价格|标价|售价)(?:私聊|面议|私信|不真实|随意标|乱标|仅?占位|以客服(?:报价)?为准|"
    r"仅供参考|无效)|非实价|价格(?:不是|非)真实"
    r"|(?:直播|群友|主播)?专[拍属][^，。]{0,2}改价|改价链接|邮费链接|运费差价|尾款差额|试跑链接"
    r"|虚拟(?:商品|链接)?(?:勿拍|占位)|占位(?:链接|勿拍)|(?:测试|备用|空白|占坑)(?:链接|商品|"
    r"宝贝)|(?:此|本)链接(?:不发货|勿拍|作废)"
)
_HINTS: Final = Prefiltered([_PLACEHOLDER])
_PRICE_IS_NONE: Final = re.compile(
    r"(?:标价|页面价格|显示价格|链接价格|价格)(?:非|不是|并非|只是占位|仅为占位|不代表)(?:真实|"
    r"实际|最终)?(?:售价|成交价|价格)?"
    r"|(?:实际|真实)(?:售价|价格|成交价)(?:请|需|要|以)[^，。]{0,4}(?:咨询|联系|问|私聊|客服)|"
    r"标价(?:无效|为虚|随便)"
    r"|按标价拍下?(?:不发|无效|不予发货)"
)
_MEANINGLESS: Final = re.compile(
    r"编号|看主?图(?:片|下单|拍|自选)?|如图|见图|图片?款|主图款|详见(?:图|详情)|标题(?:不方便|"
    r"不能|不便|没法|写不了)[^，。]{0,4}(?:写|说|打)?|不方便(?:写|说|打字|透露)|懂的(?:都?来|"
    r"都懂|自来|进|拍)|你懂的"
    r"|老(?:客|顾客|粉|地方)(?:户|专拍|专享|专属|自拍|返单)?|vip专?[拍属享]|会员专拍|"
    r"专[拍属](?:链接|通道)?|私(?:密|聊)(?:发货|下单)?|暗号|口令|看(?:直播|主播)[^，。]{0,4}|"
    r"主播(?:说的?|推荐|同款|讲解)(?:那[个款件])?"
    r"|(?:问|咨询|联系|私信)客服(?:拍|下单|再拍)?|直播间?(?:专[拍享属]?|福利|秒杀|链接|款|特惠|"
    r"同款)?|(?:福利|秒杀|爆款|神秘|隐藏|新)(?:链接|款|品|商品)|链接|商品|宝贝|标题|上架|勿拍|"
    r"请勿|测试|占位|自用|随便|拍下|备注|留言"
    r"|[一二三四五六七八九十]号|号|款式?|新品|现货|包邮|正品|同款|热卖|特价|限时|优惠|好物|"
    r"推荐|精选|高端|定制|下单|发货|按|的|了|一|这|那|个|件|不|方便|内部|渠道|货|私|单"
)
_LEAST_TITLE: Final = 2
_TELLS: Final = re.compile(
    r"编号|看图|看主图|如图|见图|不方便|不能写|写不了|懂的|暗号|老客|老粉|vip|专拍|私聊|私密|"
    r"链接|看直播|主播|口令|问客服|咨询客服|联系客服|测试|你懂|神秘|隐藏|占位|号"
)


def _no_goods(title: str, listing: Listing) -> Iterator[Finding]:
    """The title names no goods, or the price is none."""
    reason = "链接没有实际商品或标价不是售价"
    match = _PLACEHOLDER.search(title) if _HINTS.candidates(title) else None
    if match:
        yield _abuse("title", match.group(), "placeholder listing", 0.65, reason)
        return
    if len(title) <= _SHORT_TITLE and _names_nothing(title):
        yield _abuse("title", title, "meaningless title", 0.65, "标题没有写明是什么商品")
        return
    if listing.description and "价" in listing.description[:_BODY]:
        body = normalise(listing.description[:_BODY]).text
        price = _PRICE_IS_NONE.search(body)
        if price:
            yield _abuse("description", price.group(), "placeholder price", 0.6, reason)


_SHORT_TITLE: Final = 40
_BODY: Final = 2_000


def _names_nothing(title: str) -> bool:
    """Whether nothing is left of a title without the words that point elsewhere."""
    if _IDEOGRAPHS.search(title) and not _TELLS.search(title):
        return False
    left = _MEANINGLESS.sub("", title)
    named = sum(map(len, _IDEOGRAPHS.findall(left)))
    return named < _LEAST_TITLE and not re.search(r"[a-z]{3,}", left)


# The same goods under many links, or other goods under an old link with its reviews.
_MANY_LINKS: Final = re.compile(
    r"(?:重复上架|铺了|开了)[^，。]{0,3}[\d三四五六七八九十]{1,4}[个条]|多铺几条|"
    r"换(?:了)?(?:张|个)?(?:主|首|头)?图[^。]{0,6}(?:换(?:了|个)?(?:标题|字)|头两个字|标题挪|多铺|抢展示)|"
    r"(?:同样|一样|同一)[^，。]{0,8}换(?:了)?[张个](?:首|主|头)图|标题只换一个?字|判重[^，。]{0,6}换[^，。]{0,2}字|"
    r"(?:挂|上|发|开|做|放)了?[^，。]{0,2}[\d两三四五六七八九十几]{1,3}来?[个条]链接|"
    r"(?:跟|和|与)(?:店里|本店|我家|另外)[^，。]{0,12}同一[件条款个双][^。]{0,8}图[片]?不(?:一样|同)|"
    r"图片?不(?:一样|同)，?(?:东西|货|而已|发的)[^，。]{0,2}(?:一样|没区别)?|"
    r"链接 ?\d{1,2} ?[到至~-] ?(?:链接)? ?\d{1,2}[^，。]{0,4}(?:同|一样)"
)
_NUMBERED: Final = re.compile(
    r"(?:[【(\[]|（)(?:新|备用)?链接 ?[④-⑳\d一二三四五六七八九十]{1,2}[】)\]）]"
)
_OLD_LINK: Final = re.compile(
    r"(?:本|这个?|此|老|原)链接[^，。]{0,4}(?:原(?:为|是|来)|以前(?:是|卖)|之前(?:是|卖))[^，。]{1,12}|原来卖[^，。]{1,12}(?:的)?老?链接|"
    r"链接换(?:的|了)(?:品|货|商品|新款)|(?:前面|之前|以前|早期)(?:的)?(?:评[价论]|有说)[^，。]{0,10}"
    r"(?:不用管|忽略|别管|是[上前别]一?[款个])|评价保留[，。]|销量攒着|(?:评论|评价)里?[^，。]{0,4}(?:晒的)?[^，。]{0,4}(?:那个)?(?:现在)?不做了"
)
_WRONG_PLACE: Final = re.compile(
    r"(?:这个|该|别的|其他)类目[^，。]{0,4}(?:流量|好过|好搜|省事|容易过)|"
    r"走(?:摆件|工艺品|礼品|玩具|资料|其他)[^，。]{0,2}(?:省事|好过审|类目)"
)
_PAYS_OTHERWISE: Final = re.compile(
    r"付(?:的)?(?:一元|1元|一块|运费 ?\d)[^，。]{0,4}(?:不退|"
    r"是咨询费|就发|不抵)|(?:货款|拍下)1元，运费|"
    r"运费模板 ?\d{2,}|实际是 ?\d+一[盒件套]|(?:页面|链接)?标的?是?一克的|"
    r"页面标的是|单价是[^，。]{0,8}以上的价|标价(?:是)?占位|"
    r"价钱乱打|多少钱拍多少件|\d+就拍 ?\d+件|(?:拍|付)[^，。]{0,8}(?:发的)?是定金|"
    r"按?\d+元为[^，。]{0,10}(?:布样|色卡|小样)|"
    r"\d+是[^，。]{0,3}(?:内机面板|面板|配件)，|"
    r"(?:标|页面|显示|所示|展示|链接|首页|挂的?)(?:的)?(?:价格?|价钱|金额)(?:是|为|系|仅为|只是|均为|按|写的是|指)[^，。]{0,4}"
    r"(?:首付|分期|每期|一期|单期|月供|月租|租金|日租|定金|押金|返现后|返后|以旧换新|补贴后|晒单后|好评后|凑满|"
    r"老客|回头客|拉新|晒图|满\d{1,4}[件箱]|批发|起订|一[克斤只张片粒颗米两]|单[只张片粒颗]|配件|空[盒瓶]|半[只件套])"
)


def _relisted(title: str, listing: Listing) -> Iterator[Finding]:
    """One and the same under many links, an old link for new goods, a price that is none."""
    numbered = _NUMBERED.search(title)
    text = normalise((listing.description or "")[:_BODY]).text
    many = _MANY_LINKS.search(text)
    if many:
        yield _abuse("description", many.group(), "many links", 0.8, "自认同一商品重复铺货")
    elif numbered:
        yield _abuse("title", numbered.group(), "many links", 0.5, "标题写明是重复链接之一")
    for said, cue, certainty, reason in (
        (_OLD_LINK, "reused link", 0.8, "自认换了商品、沿用旧链接的评价销量"),
        (_WRONG_PLACE, "misplaced category admitted", 0.8, "自认为流量或避审错放类目"),
        (_PAYS_OTHERWISE, "price is none", 0.65, "标价不是商品的成交价"),
    ):
        match = said.search(text)
        if match:
            yield _abuse("description", match.group(), cue, certainty, reason)


def _foreign(
    listing: Listing,
    mentions: list[Mention],
    allowed: Mapping[str, bool | None],
    brands: BrandIndex,
) -> dict[str, Mention]:
    """The brands that are neither declared nor authorised nor merely fitted."""
    declared = brands.resolve(listing.brand) if listing.brand else None
    return {
        mention.brand_id: mention
        for mention in mentions
        if not mention.accessory_scope
        and not allowed.get(mention.brand_id)
        and mention.brand_id != declared
    }


def _off_category(
    title: str, category: str, foreign: Mapping[str, Mention], brands: BrandIndex
) -> Iterator[Finding]:
    """Brands in a title of goods that they never make (蹭品牌词)."""
    if _JOINT.search(title):
        return
    off = [m for m in foreign.values() if not is_category_of(m.brand_id, category, brands)]
    is_far = _FAR.search(category) and any(
        _FAR_BRANDS.search("|".join(brands.brands[m.brand_id].categories)) for m in off
    )
    if len(off) >= 2 or (off and is_far):
        reason = f"“{off[0].text}”不经营本类目，疑似蹭品牌词"
        yield _abuse("title", off[0].text, "brand off its category", 0.55, reason)


def _bait(listing: Listing) -> Iterator[Finding]:
    skus = listing.skus or []
    priced = [(number, sku) for number, sku in enumerate(skus) if sku.price > 0]
    if not priced:
        return
    dearest = max(sku.price for _, sku in priced)
    cheap = [(number, sku) for number, sku in priced if sku.price <= _CHEAP * dearest]
    if not cheap:
        yield from _below_every_variant(listing, [sku for _, sku in priced])
        return
    title = normalise(listing.title).text
    names = [normalise(sku.name).text for sku in skus]
    for number, sku in cheap[:_MOST_CHEAP]:
        certainty = _bait_certainty(names[number], title, sku, skus, listing.price)
        if certainty:
            reason = "以不发货或不是本品的低价规格引流"
            yield _abuse(f"skus[{number}].name", names[number], "bait variant", certainty, reason)
            return


_MOST_CHEAP: Final = 40
_BELOW: Final = 0.25
_BELOW_DEAR: Final = 0.5
_PLAIN_PRICE: Final = 0.001


_DEAR_GOODS: Final = re.compile(
    r"手机(?!壳|膜|配件|支架)|平板|笔记本电脑|台式|整机|相机|镜头|显卡|冰箱|空调|洗衣机|电视|热水器|油烟机|沙发|床垫|"
    r"衣柜|餐桌|羽绒服|大衣|皮草|皮衣|运动鞋|跑步?鞋|皮鞋|靴|手表|腕表|机械表|黄金|翡翠|手镯|行李箱|女包|电动车|轮胎|白酒|奶粉|"
    r"无人机|投影|电吉他|钢琴|扫地机|按摩椅"
)
_NO_PRICE_MEANT: Final = re.compile(
    r"券|卡|电子|服务|维修|租|补|换购|加购|配件|膜|壳|套|贴|带|礼袋|盒|鞋带|鞋垫|鞋油|清洗|护理|定制|样|"
    r"拍卖|竞拍|1元起拍|抽|试用|会员|赠|体验|教程"
)


_FREIGHT: Final = re.compile(
    r"(?:运费|邮费|快递费)[^，。\d]{0,3}(\d{2,3})(?:元|块|一件|每件|，|。| )"
)
_FAR_AWAY: Final = re.compile(r"偏远|新疆|西藏|内蒙|青海|甘肃|海南|港澳|超重|续重|退|上楼|满")
_TRIFLE: Final = 3.0
_FREIGHT_TIMES: Final = 8.0


def _pays_by_freight(listing: Listing) -> Iterator[Finding]:
    """Goods for next to nothing whose price is in the freight (低价高邮费)."""
    if not 0 < listing.price <= _TRIFLE or not listing.description:
        return
    text = normalise(listing.description[:_BODY]).text
    match = _FREIGHT.search(text)
    if match is None or float(match[1]) < _FREIGHT_TIMES * listing.price:
        return
    if not _FAR_AWAY.search(text[max(0, match.start() - 8) : match.end() + 2]):
        reason = f"商品{listing.price:g}元，运费{match[1]}元，价格藏在运费里"
        yield _abuse("description", match.group(), "price in the freight", 0.6, reason)


def _priced_at_nothing(listing: Listing, title: str, category: str) -> Iterator[Finding]:
    """New goods of a dear category for a yuan or less, of which no variant tells more."""
    if not 0 < listing.price <= _NOTHING or listing.condition != "new" or listing.skus:
        return
    if _DEAR_GOODS.search(category) and not _NO_PRICE_MEANT.search(title + category):
        reason = f"展示价{listing.price:g}元，不是这类商品的售价"
        yield _abuse("price", "", "price is none", 0.6, reason)


def _below_every_variant(listing: Listing, skus: list[Sku]) -> Iterator[Finding]:
    """A price shown that is a quarter of the cheapest variant's, so that none can be had for it."""
    least = min(sku.price for sku in skus)
    if _PLAIN_PRICE < listing.price <= (_BELOW_DEAR if least >= _DEAR else _BELOW) * least:
        reason = f"展示价{listing.price:g}元，最便宜的规格也要{least:g}元"
        yield _abuse("price", "", "price of no variant", 0.6, reason)


def _bait_certainty(name: str, title: str, sku: Sku, skus: list[Sku], price: float) -> float:
    """How sure it is that a cheap variant is bait; 0 for trial sizes, samples and deposits."""
    is_front = price <= _FRONT * sku.price
    everything = title + "".join(each.name for each in skus)
    if _SAMPLE_BY_POST.search(name):
        return 0.0
    if _DEPOSIT.search(name) and _MADE_TO_ORDER.search(everything) and not _NO_GOODS.search(name):
        return 0.6 if _is_forfeit(name, everything) else 0.0
    if _NO_GOODS.search(name):
        return 0.7
    if _DEPOSIT.search(name):
        return 0.7
    if _SMALL_GOODS.search(name):
        return _trial(name, title, is_front)
    if not is_front:
        return 0.0
    without = _WITHOUT.search(name)
    if without and without["thing"][:2] and not re.search("不含|不带|裸|单", title):
        return 0.65
    part = _PART.match(name)
    if part:
        return 0.0 if _sells(title, part["thing"]) else 0.65
    return _next_to_nothing(name, title, sku, skus)


_TRULY_MADE: Final = re.compile(r"定制|订制|定做|量房|设计|婚纱|装修|全屋|租")
_FORFEIT: Final = re.compile(r"不退|不抵|备用|占位|勿拍|随机|公告")


def _is_forfeit(name: str, everything: str) -> bool:
    """Whether a deposit on ready-made goods is kept, or stands beside variants of nothing."""
    return _FORFEIT.search(everything) is not None and not _TRULY_MADE.search(everything)


_NOTHING: Final = 1.0
_DEAR: Final = 30.0
_SMALL_THINGS: Final = re.compile(
    r"每|单[个只颗片张米粒根支枚]|一[个只颗片张米粒根支枚]|1[个只颗片张米粒根支枚]|配件|辅料|散|零|材料|样|电子|"
    r"教程|换购|加购|赠|会员|券|次|刻字|加长|加急|升级|元起|论[本件个张]|批发|课|旧|二手|孤品"
)


def _next_to_nothing(name: str, title: str, sku: Sku, skus: list[Sku]) -> float:
    """A variant for a yuan or less, where goods of the listing cost thirty times as much."""
    dearest = max(each.price for each in skus)
    if sku.price > _NOTHING or dearest < _DEAR * max(sku.price, _NOTHING):
        return 0.0
    if _SMALL_THINGS.search(name) or _SMALL_THINGS.search(title) or _AMOUNT.search(name):
        return 0.0
    return 0.6


def _trial(name: str, title: str, is_front: bool) -> float:
    """A trial size: honest where the title tells, or where it tells its size to a title without."""
    if _SMALL_GOODS.search(title):
        return 0.0
    small, big = _AMOUNT.search(name), _AMOUNT.search(title)
    if is_front and _BIG.search(title):
        return 0.65
    if small is None:
        return 0.65 if is_front else 0.55
    if is_front and big and small[2] == big[2] and float(big[1]) >= _BIG_TIMES * float(small[1]):
        return 0.65
    return 0.0


def _sells(title: str, thing: str) -> bool:
    """Whether the title offers the thing itself, and does not merely give it away."""
    names = {thing, thing[-2:]}
    for name in names:
        for match in re.finditer(re.escape(name), title):
            before = title[max(0, match.start() - 5) : match.start()]
            if not re.search(r"[送赠含带附配][^ ，。]{0,4}$", before):
                return True
    return _is_part(title) and thing[-1:] in title


_PART_TITLE: Final = re.compile(
    r"表带|膜|壳|套|配件|袋|数据线|盒|绳|零件|耗材|维修|改装|饰品|五金|diy|材料"
)


def _is_part(title: str) -> bool:
    return _PART_TITLE.search(title) is not None


def _abuse(field: str, words: str, cue: str, certainty: float, reason: str) -> Finding:
    return Finding(
        code="listing_abuse",
        field=field,
        text=words,
        cue=cue,
        basis=_ABUSE,
        certainty=certainty,
        reason_zh=reason,
    )
