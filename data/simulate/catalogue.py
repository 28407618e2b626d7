"""The parts of simulated goods: nouns, brands, materials, selling words. All made up by hand."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Truth:
    """A word of the title, the attribute that bears it out, and one that belies it."""

    word: str
    attribute: str
    honest: tuple[str, ...]
    false: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Goods:
    """One kind of goods. ``price`` is the usual one in yuan without a known brand.

    ``plain_facts`` are true only of goods whose title makes no claim of ``truths``.
    """

    categories: tuple[str, ...]
    nouns: tuple[str, ...]
    price: float
    spread: float
    selling: tuple[str, ...]
    slots: tuple[tuple[str, ...], ...]
    makers: tuple[str, ...]
    brands: tuple[str, ...] = ()
    brand_factor: float = 3.0
    truths: tuple[Truth, ...] = ()
    licence: str | None = None
    sc_class: str = "31"
    skus: tuple[str, ...] = ("均码", "大号", "小号")
    facts: tuple[str, ...] = ()
    plain_facts: tuple[str, ...] = ()
    plain_attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)


_SEASON = ("春秋", "夏季", "秋冬", "冬季", "2025新款", "2026春季新款", "四季通用", "")
_COLOURS = ("黑色", "白色", "浅灰", "藏青", "卡其", "酒红", "雾蓝")
_SIZES = ("S", "M", "L", "XL", "XXL")

CATALOGUE: tuple[Goods, ...] = (
    Goods(
        categories=("女装/连衣裙", "服饰内衣/女装/裙装", "服装/女装/连衣裙"),
        nouns=("连衣裙", "碎花长裙", "吊带裙", "衬衫裙", "针织裙"),
        price=139,
        spread=0.6,
        selling=("收腰显瘦", "气质通勤", "法式复古", "小个子", "大码宽松", "温柔风", "高级感"),
        slots=(_SEASON, ("A字", "中长款", "及膝", "过膝"), ("女", "女士", "")),
        makers=("棉小芽", "芝语", "云上衣舍", "木兮", "初禾"),
        brands=("uniqlo", "semir"),
        brand_factor=1.4,
        truths=(
            Truth(
                "纯棉", "面料", ("棉100%", "棉95% 氨纶5%"), ("聚酯纤维95% 氨纶5%", "聚酯纤维100%")
            ),
            Truth(
                "真丝",
                "成分",
                ("桑蚕丝93% 氨纶7%", "桑蚕丝100%"),
                ("聚酯纤维100%", "醋酸纤维70% 聚酯纤维30%"),
            ),
        ),
        skus=_SIZES,
        facts=(
            "腰围和裙长见尺码表，手工测量有一到三厘米误差",
            "浅色建议搭配肤色打底",
            "反季清仓，断码不补",
        ),
        plain_attributes={"风格": ("通勤", "休闲", "度假"), "袖长": ("短袖", "长袖", "无袖")},
    ),
    Goods(
        categories=("男装/T恤", "服饰内衣/男装/短袖", "服装/男装/T恤"),
        nouns=("T恤", "短袖", "打底衫", "polo衫"),
        price=69,
        spread=0.5,
        selling=("宽松休闲", "百搭", "圆领", "吸汗透气", "重磅", "情侣款"),
        slots=(_SEASON, ("男", "男士", "男女同款"), ("纯色", "条纹", "印花")),
        makers=("森野", "北陌", "衡衣", "简线", "二十四桥"),
        brands=("uniqlo", "hla", "lining", "nike"),
        brand_factor=2.0,
        truths=(
            Truth(
                "纯棉",
                "面料",
                ("棉100%", "棉 95% 氨纶 5%"),
                ("聚酯纤维92% 氨纶8%", "棉35% 聚酯纤维65%"),
            ),
            Truth("100%棉", "成分", ("棉100%",), ("涤纶100%", "粘纤60% 涤纶40%")),
        ),
        skus=_SIZES,
        facts=("面料克重220克，不透", "深色首次清洗会有浮色"),
        plain_facts=("面料棉六成聚酯纤维四成，吊牌上写着",),
        plain_attributes={"版型": ("宽松", "修身", "标准"), "领型": ("圆领", "V领")},
    ),
    Goods(
        categories=("男装/羽绒服", "女装/羽绒服", "服装/羽绒服"),
        nouns=("羽绒服", "短款羽绒服", "长款羽绒外套", "连帽羽绒服"),
        price=369,
        spread=0.5,
        selling=("加厚保暖", "轻薄", "收口袖", "防泼水", "面包服", "过膝长款"),
        slots=(("冬季", "2025冬季", ""), ("男", "女", "中老年"), ("白鸭绒", "90绒", "")),
        makers=("雪驰客", "寒川", "北岭", "绒屿"),
        brands=("bosideng", "thenorthface", "canadagoose", "moncler"),
        brand_factor=3.2,
        truths=(
            Truth("白鹅绒", "填充物", ("白鹅绒90%", "鹅绒 充绒量150g"), ("白鸭绒80%", "聚酯纤维")),
            Truth("羽绒", "填充材料", ("白鸭绒90%",), ("聚酯纤维100%", "丝绵")),
        ),
        skus=_SIZES,
        facts=("充绒量见吊牌，M码142克", "里料为聚酯纤维，防钻绒", "建议干洗，收纳时不要压缩过久"),
        plain_attributes={"厚薄": ("加厚", "常规"), "里料": ("聚酯纤维100%", "锦纶100%")},
    ),
    Goods(
        categories=("鞋包配饰/运动鞋", "运动户外/运动鞋/跑步鞋", "男鞋/运动鞋"),
        nouns=("运动鞋", "跑步鞋", "板鞋", "老爹鞋", "篮球鞋", "小白鞋"),
        price=129,
        spread=0.5,
        selling=("透气轻便", "减震回弹", "防滑耐磨", "百搭", "网面", "校园"),
        slots=(_SEASON, ("男", "女", "情侣款"), ("36-44码", "41码", "大码45", "")),
        makers=("驰野", "迈欧", "踏云", "风步"),
        brands=("nike", "adidas", "newbalance", "lining", "anta", "converse", "vans", "fila"),
        brand_factor=4.0,
        truths=(Truth("真皮", "鞋面材质", ("头层牛皮", "牛皮革拼网布"), ("PU", "人造革", "超纤")),),
        skus=("39", "40", "41", "42", "43"),
        facts=("鞋码标准，脚背高选大一码", "鞋盒为普通纸盒，运输中可能压瘪"),
        plain_facts=("鞋面是PU，不是真皮，价格在这儿",),
        plain_attributes={"鞋底材质": ("橡胶", "EVA", "TPU"), "闭合方式": ("系带", "一脚蹬")},
    ),
    Goods(
        categories=("箱包/女包/单肩包", "鞋包配饰/潮流女包/手提包", "箱包皮具/女包"),
        nouns=("单肩包", "托特包", "腋下包", "链条包", "手提包", "斜挎包"),
        price=159,
        spread=0.7,
        selling=("通勤大容量", "小众设计", "百搭", "轻奢", "复古", "轻便"),
        slots=(("女", "女士", ""), ("2025新款", "2026早春", ""), _COLOURS),
        makers=("缘木", "拾袋", "沐皮坊", "匠己"),
        brands=(
            "louisvuitton",
            "gucci",
            "chanel",
            "dior",
            "hermes",
            "prada",
            "coach",
            "michaelkors",
        ),
        brand_factor=25.0,
        truths=(
            Truth("真皮", "材质", ("头层牛皮", "牛皮", "羊皮"), ("PU", "PVC", "人造革")),
            Truth("头层牛皮", "材质", ("头层牛皮",), ("二层牛皮", "超纤仿皮")),
        ),
        skus=_COLOURS,
        facts=("里衬为涤纶布", "五金件久用会有划痕", "尺寸长26高18厚9厘米，手工测量"),
        plain_attributes={"里料材质": ("涤纶", "棉麻"), "背法": ("单肩", "手提", "斜挎")},
    ),
    Goods(
        categories=("钟表配饰/手表", "鞋包配饰/手表/机械表", "手表/石英表"),
        nouns=("手表", "机械表", "石英表", "男士腕表", "女士手表"),
        price=259,
        spread=0.8,
        selling=("商务", "防水", "夜光", "简约", "学生", "送礼"),
        slots=(("男", "女", "情侣对表"), ("全自动", "日历", "钢带", "皮带")),
        makers=("时屿", "恒准", "罗芒", "刻度"),
        brands=("rolex", "omega", "longines", "tissot", "casio", "cartier"),
        brand_factor=30.0,
        skus=("银壳白面", "银壳黑面", "金壳", "皮带款"),
        facts=("生活防水30米，不能戴着游泳", "机芯走时日误差正负二十秒", "电池一年左右更换"),
        plain_attributes={"机芯": ("石英", "自动机械"), "表带材质": ("不锈钢", "牛皮", "硅胶")},
    ),
    Goods(
        categories=("美妆/护肤/面霜", "美妆个护/面部护肤/乳液面霜", "护肤/面霜"),
        nouns=("面霜", "保湿霜", "精华霜", "乳液", "晚霜"),
        price=89,
        spread=0.7,
        selling=("补水保湿", "滋润", "秋冬", "敏感肌可用", "清爽不油腻", "学生党"),
        slots=(("50g", "50ml", "100ml", "30g*2"), ("男女通用", "女", ""), ("正品", "专柜同步", "")),
        makers=("草木集", "润之谷", "肤见", "屿白"),
        brands=(
            "esteelauder",
            "lamer",
            "shiseido",
            "loreal",
            "proya",
            "pechoin",
            "kiehls",
            "winona",
        ),
        brand_factor=4.5,
        licence="cosmetic_ordinary_domestic",
        skus=("50g", "50g*2", "100g"),
        facts=(
            "开封后六个月内用完",
            "首次使用先在耳后测试",
            "改善程度因人而异",
            "只是保湿霜，没有美白作用",
        ),
        plain_attributes={
            "适合肤质": ("任何肤质", "干性", "油性"),
        },
    ),
    Goods(
        categories=("美妆/彩妆/口红", "美妆个护/彩妆/唇妆", "彩妆/口红"),
        nouns=("口红", "唇釉", "唇泥", "润唇膏"),
        price=49,
        spread=0.6,
        selling=("显白", "不易沾杯", "哑光", "滋润", "豆沙色", "正红色", "小众"),
        slots=(("3.5g", "2.8g", "3.8g"), ("#01", "#405", "999色号", "#13"), ("礼盒装", "", "女")),
        makers=("绛珠", "花隐", "点唇", "妆语"),
        brands=("dior", "chanel", "ysl", "mac", "lancome", "perfectdiary", "florasis"),
        brand_factor=5.0,
        licence="cosmetic_ordinary_domestic",
        skus=("#01正红", "#02豆沙", "#03奶茶"),
        facts=("试色受光线影响，以实物为准", "拆封不支持无理由退货", "显白是视觉效果，卸了就没了"),
        plain_attributes={"规格": ("正常规格", "小样"), "质地": ("哑光", "水润")},
    ),
    Goods(
        categories=("美妆/防晒/防晒霜", "美妆个护/面部护肤/防晒霜"),
        nouns=("防晒霜", "防晒乳", "防晒喷雾"),
        price=79,
        spread=0.5,
        selling=("清爽不油腻", "户外军训", "学生", "隔离", "防水防汗"),
        slots=(("SPF50+", "SPF30"), ("50ml", "60g", "150ml"), ("男女", "儿童可用", "")),
        makers=("遮光记", "晴屿", "草木集"),
        brands=("shiseido", "proya", "winona", "lancome"),
        brand_factor=3.0,
        licence="cosmetic_special_domestic",
        skus=("50ml", "50ml*2"),
        facts=("两小时补涂一次", "注册证编号印在瓶底", "卸妆需用卸妆油"),
        plain_attributes={"防晒指数": ("SPF50", "SPF30")},
    ),
    Goods(
        categories=("食品/休闲零食/坚果", "食品酒水/休闲零食", "食品饮料/零食"),
        nouns=("每日坚果", "混合坚果", "夏威夷果", "开心果", "手撕牛肉干", "辣条", "肉松饼"),
        price=45,
        spread=0.5,
        selling=("大礼包", "独立小包装", "办公室零食", "年货送礼", "香脆", "整箱"),
        slots=(("500g", "750g", "250g*4袋", "30包"), ("原味", "奶油味", "香辣", "")),
        makers=("果仁郎", "麦田里", "香满铺", "阿婆家"),
        brands=("threesquirrels", "whiterabbit", "oreo", "masterkong"),
        brand_factor=1.5,
        truths=(
            Truth("750g", "净含量", ("750g", "0.75kg"), ("450g", "500g")),
            Truth("5斤装", "净含量", ("2.5kg", "2500g"), ("2kg", "1.8kg")),
        ),
        licence="food_sc",
        sc_class="18",
        skus=("一袋", "三袋", "整箱"),
        facts=("保质期180天，日期新鲜", "含坚果，过敏者慎食", "毛重净重都写在包装上"),
        plain_attributes={"保质期": ("180天", "240天"), "口味": ("原味", "香辣")},
    ),
    Goods(
        categories=("保健食品/维生素", "医药保健/保健食品/蛋白粉", "食品/保健食品"),
        nouns=("维生素C片", "鱼油软胶囊", "乳清蛋白粉", "氨糖软骨素钙片", "益生菌粉"),
        price=119,
        spread=0.6,
        selling=("成人", "中老年", "60粒", "官方", "送父母", "蓝帽认证"),
        slots=(("60粒", "100片", "400g", "30袋"), ("2瓶装", "1瓶", "")),
        makers=("康沐源", "益本堂", "每日元"),
        brands=("byhealth", "swisse"),
        brand_factor=2.0,
        licence="health_file_domestic",
        skus=("1瓶", "2瓶", "3瓶"),
        facts=("本品不能代替药物", "不适宜人群见标签", "批准的功能以标签为准，感受因人而异"),
        plain_attributes={"剂型": ("片剂", "粉剂", "软胶囊"), "适用人群": ("成人", "中老年人")},
    ),
    Goods(
        categories=("食品/冲饮/代用茶", "食品饮料/茶叶/花草茶", "茶叶/代用茶"),
        nouns=("菊花决明子茶", "红豆薏米茶", "桂花乌龙茶", "固体饮料", "压片糖果", "酵素饮"),
        price=39,
        spread=0.5,
        selling=("独立茶包", "办公室", "女生", "组合花茶", "养生壶", "送长辈"),
        slots=(("30包", "150g", "5g*30包"), ("盒装", "罐装", "")),
        makers=("草本序", "老茶缸", "山里人", "清和堂"),
        brands=(),
        licence="food_sc",
        sc_class="14",
        skus=("1盒", "2盒", "买二送一"),
        facts=("普通食品，不能代替药物", "孕妇请咨询医生后饮用", "沸水冲泡三到五分钟"),
        plain_attributes={
            "保质期": ("18个月", "12个月"),
            "配料": ("菊花，决明子，枸杞", "红豆，薏米，芡实"),
        },
    ),
    Goods(
        categories=("生鲜/水果", "水果生鲜/新鲜水果", "生鲜/海鲜水产/大闸蟹"),
        nouns=("苹果", "车厘子", "脐橙", "大闸蟹", "红富士苹果", "香梨", "软籽石榴"),
        price=59,
        spread=0.6,
        selling=("现摘现发", "坏果包赔", "产地直发", "脆甜多汁", "整箱", "礼盒"),
        slots=(("5斤装", "10斤", "净重4.5斤", "8只装"), ("大果", "中果", "")),
        makers=("果农老张", "山前果园", "湖畔人家", ""),
        truths=(
            Truth("阳澄湖", "产地", ("江苏苏州", "阳澄湖"), ("江苏盐城", "江苏兴化")),
            Truth("智利进口", "产地", ("智利",), ("山东烟台", "辽宁大连")),
            Truth("阿克苏", "产地", ("新疆阿克苏",), ("山西运城市", "陕西")),
            Truth("赣南", "产地", ("江西赣州",), ("广西", "湖南永州市")),
        ),
        skus=("5斤中果", "5斤大果", "9斤整箱"),
        facts=(
            "坏果包赔，二十四小时内拍照联系客服",
            "毛重五斤净重四斤半，介意慎拍",
            "农户自产，初级农产品",
        ),
        plain_attributes={"包装": ("箱装", "礼盒"), "售卖方式": ("整箱", "单品")},
    ),
    Goods(
        categories=("电脑/笔记本电脑", "电脑办公/笔记本", "电脑整机/笔记本"),
        nouns=("笔记本电脑", "轻薄本", "游戏本", "商务本"),
        price=3299,
        spread=0.35,
        selling=("高性能", "学生办公", "全金属", "高色域", "指纹解锁", "长续航"),
        slots=(
            ("14英寸", "15.6英寸", "16英寸", "13.3英寸"),
            ("i5-12450H", "i7-13700H", "R7-7840HS", "Ultra5 125H", "i5-1335U", "i9-13900HX"),
            ("16G 512G", "16G+1T SSD", "8G 256GB", "32G 1T"),
            ("RTX4060", "RTX4050 6G", "锐炬显卡", "集显", "2.5K 120Hz"),
            ("深空灰", "冰河银", "黑"),
        ),
        makers=("极速本", "酷睿工坊", "云笔"),
        brands=("lenovo", "dell", "hp", "asus", "huawei", "honor", "xiaomi", "apple"),
        brand_factor=1.7,
        licence="ccc",
        skus=("16G/512G", "16G/1T", "32G/1T"),
        facts=(
            "预装正版系统",
            "电池循环次数见截图",
            "二手九成新，A面有一道划痕，如实描述",
            "官方翻新机，一年保修",
        ),
        plain_attributes={"内存容量": ("8GB", "16GB", "32GB"), "硬盘": ("512GB SSD", "1TB SSD")},
    ),
    Goods(
        categories=("手机数码/手机配件/手机壳", "数码配件/保护壳", "手机配件/手机壳"),
        nouns=("手机壳", "钢化膜", "保护套", "磁吸支架壳"),
        price=19,
        spread=0.5,
        selling=("防摔", "全包", "硅胶", "磨砂", "磁吸", "简约"),
        slots=(
            (
                "适用iPhone15/15Pro/15ProMax",
                "适用华为Mate60Pro",
                "适用于小米14",
                "适用苹果16",
                "兼容荣耀90",
            ),
            ("男女", "情侣", "个性创意"),
        ),
        makers=("壳先生", "摩壳", "贴贴"),
        skus=("iPhone15", "iPhone15Pro", "Mate60"),
        facts=("第三方配件，非原厂", "请核对型号再拍", "支持无线充电"),
        plain_attributes={"材质": ("TPU", "硅胶", "亚克力"), "风格": ("简约", "卡通")},
    ),
    Goods(
        categories=("手机数码/数码配件/充电宝", "数码配件/移动电源", "3C数码/充电宝"),
        nouns=("充电宝", "移动电源", "快充充电宝", "磁吸充电宝"),
        price=89,
        spread=0.4,
        selling=("22.5W快充", "自带线", "小巧便携", "可上飞机", "大容量", "双向快充"),
        slots=(("适用苹果华为小米", "通用", ""), ("白", "黑", "")),
        makers=("电小满", "能量豆", "驰电"),
        brands=("anker", "romoss", "xiaomi", "huawei"),
        brand_factor=1.5,
        truths=(
            Truth("20000mAh", "额定容量", ("12000mAh", "12500mAh"), ("4800mAh", "2800mAh")),
            Truth("10000mAh", "额定容量", ("6000mAh", "5800mAh"), ("3000mAh", "2500mAh")),
        ),
        licence="ccc",
        skus=("白色", "黑色", "粉色"),
        facts=("电芯容量与额定容量不同是电压换算", "3C标志在机身背面", "航空携带以机场规定为准"),
        plain_attributes={"接口": ("Type-C", "USB-A"), "重量": ("220g", "350g")},
    ),
    Goods(
        categories=("家用电器/个护电器/吹风机", "家电/生活电器/吹风机", "家电/厨房电器/破壁机"),
        nouns=("吹风机", "破壁机", "加湿器", "电煮锅", "吸尘器"),
        price=169,
        spread=0.6,
        selling=("家用", "大功率", "静音", "多功能", "宿舍", "一键操作"),
        slots=(("1600W", "800W", "2L", "5L"), ("2025新款", "礼盒装", ""), ("白色", "奶油色")),
        makers=("小净", "禾器", "云厨", "沁家"),
        brands=("dyson", "midea", "haier", "philips", "joyoung", "supor", "panasonic"),
        brand_factor=2.5,
        licence="ccc",
        skus=("基础款", "升级款"),
        facts=("通用滤芯请核对型号", "一年质保，凭订单售后", "噪声约六十分贝"),
        plain_attributes={"额定功率": ("800W", "1600W"), "颜色分类": ("白色", "绿色")},
    ),
    Goods(
        categories=("珠宝首饰/翡翠玉石", "鞋包配饰/翡翠玉石/玉石手镯", "珠宝首饰/银饰"),
        nouns=("手镯", "吊坠", "项链", "手串", "戒指", "平安扣"),
        price=299,
        spread=0.9,
        selling=("送妈妈", "本命年", "简约", "国风", "附证书", "生日礼物"),
        slots=(("女", "男女款", ""), ("58圈口", "56圈口", "8mm", "")),
        makers=("玉见", "石语斋", "银月", ""),
        brands=("chowtaifook", "laofengxiang", "cartier", "bvlgari", "tiffany", "vancleef"),
        brand_factor=8.0,
        truths=(
            Truth("和田玉", "材质", ("和田玉", "和田玉(透闪石)"), ("石英岩", "玻璃", "阿富汗玉")),
            Truth("翡翠", "主石", ("翡翠", "天然翡翠"), ("石英岩玉", "树脂")),
            Truth("925银", "材质", ("925银", "S925银镀金"), ("合金", "铜镀银色")),
        ),
        skus=("56圈口", "58圈口", "60圈口"),
        facts=("天然玉石有棉絮纹路", "附鉴定证书可扫码查", "自然光拍摄，颜色以自然光那张为准"),
        plain_attributes={"镶嵌": ("未镶嵌", "925银镶嵌"), "适用性别": ("女", "通用")},
    ),
    Goods(
        categories=("家居日用/床上用品", "居家生活/家纺/四件套", "家纺/床品套件"),
        nouns=("四件套", "床单", "被套", "枕套", "夏凉被"),
        price=149,
        spread=0.5,
        selling=("亲肤裸睡", "宿舍", "简约", "加厚", "学生", "水洗"),
        slots=(("1.5m", "1.8米床", "2.0m"), ("双人", "单人", ""), ("60支", "13372", "")),
        makers=("棉朵", "枕梦", "云帛", "晚舍"),
        truths=(
            Truth("全棉", "面料", ("棉100%",), ("聚酯纤维100%", "棉30% 聚酯纤维70%")),
            Truth("桑蚕丝", "成分", ("桑蚕丝100%",), ("聚酯纤维100%",)),
        ),
        skus=("1.5米床", "1.8米床", "2.0米床"),
        facts=("支数和密度见吊牌", "深浅色分开洗"),
        plain_facts=("磨毛面料是聚酯纤维，已在标题写明",),
        plain_attributes={"图案": ("纯色", "格子"), "适用季节": ("四季", "夏季")},
    ),
    Goods(
        categories=("玩具/积木", "母婴玩具/益智玩具", "玩具乐器/模型"),
        nouns=("积木", "拼装玩具", "遥控车", "1:18合金车模", "毛绒公仔", "盲盒"),
        price=79,
        spread=0.7,
        selling=("益智", "男孩女孩", "生日礼物", "大颗粒", "3-6岁", "收藏"),
        slots=(("500颗粒", "1000片", "大号", ""), ("礼盒", "散装", "")),
        makers=("童谷", "拼拼乐园", "小象工厂"),
        brands=("lego", "popmart", "disney"),
        brand_factor=3.0,
        licence="ccc",
        skus=("小号", "中号", "大号"),
        facts=("含小零件，三岁以下请勿玩", "车门可开，比例1:18", "颗粒与多数积木通用"),
        plain_attributes={"材质": ("ABS", "毛绒"), "适用年龄": ("3岁以上", "6岁以上")},
    ),
    Goods(
        categories=("日用/清洁/洗衣液", "居家生活/衣物清洁", "个护清洁/洗衣液"),
        nouns=("洗衣液", "洗洁精", "洁厕灵", "洗衣凝珠"),
        price=35,
        spread=0.5,
        selling=("持久留香", "去渍", "家庭装", "低泡易漂", "整箱批发", "实惠装"),
        slots=(("2kg*4瓶", "1L", "5斤", "100颗"), ("薰衣草香", "樱花香", "")),
        makers=("净彩", "洁万家", "澜月"),
        brands=("bluemoon", "liby", "pgtide"),
        brand_factor=1.5,
        skus=("1瓶", "2瓶", "4瓶"),
        facts=("油渍久了要多泡一会儿，不一定全掉", "儿童不可接触", "比上一代瓶身更轻"),
        plain_attributes={"香味": ("薰衣草", "樱花"), "形态": ("液体", "凝珠")},
    ),
    Goods(
        categories=("图书/小说", "文化娱乐/图书/教辅", "图书/其他"),
        nouns=("小说", "练习册", "绘本", "字帖", "教材"),
        price=29,
        spread=0.6,
        selling=("正版", "全套", "小学生", "课外阅读", "彩图注音", "精装"),
        slots=(("一年级", "初中", "成人", ""), ("上下册", "全5册", "单本", "")),
        makers=("春山书店", "童声", "墨池", ""),
        skus=("单本", "全套"),
        facts=("纸质书，非电子版", "封面轻微压痕不影响阅读", "出版社授权经销"),
        plain_attributes={"装帧": ("平装", "精装"), "语言": ("中文", "中英双语")},
    ),
    Goods(
        categories=("办公用品/文具", "文具/书写工具", "卡券本地/其他"),
        nouns=("中性笔", "笔记本", "文件夹", "便利贴", "印章定制"),
        price=15,
        spread=0.8,
        selling=("学生", "办公", "速干", "简约", "批发", "定制"),
        slots=(("12支", "A5", "A4", "一盒"), ("黑色", "混色", "")),
        makers=("书格", "得心", "一笔", ""),
        skus=("黑色12支", "混色12支"),
        facts=("印章定制需提供材料", "试写过一支", "定制商品不支持无理由退货"),
        plain_attributes={"材质": ("塑料", "纸"), "适用场景": ("办公", "学校")},
    ),
)

PLAIN_SENTENCES = (
    "下单后四十八小时内发货",
    "支持七天无理由退货",
    "有问题请联系平台客服",
    "收到货后如实评价",
    "偏远地区运费见页面说明",
    "优惠到今晚十二点，规则在商品页",
    "最近天气转凉，注意保暖",
    "不做高仿，问A货的请绕道",
    "评价没有返现，别信包裹里的卡片",
    "图片为实物拍摄，显示器会有色差",
)

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
