import pytest

from data.listing import Listing
from features.abuse import repetition
from features.normalise import normalise
from features.stuffing import stuffing_findings


def cues(title: str, category: str = "日用", **fields: object) -> list[str]:
    values = {"data_id": "a", "title": title, "category": category, "price": 39.0}
    listing = Listing.model_validate(values | fields)
    text = normalise(title).text
    return [f.cue for f in stuffing_findings(listing, text, category, repetition(text))]


@pytest.mark.parametrize(
    "title",
    [
        "台灯落地灯吊灯吸顶灯夜灯儿童学生老人宝宝妈妈办公家用宿舍酒店客厅",
        "女士外套春装外套女夹克短款外套大衣棉服女童上衣马甲",
    ],
)
def test_a_title_that_heaps_goods_and_audiences_is_crowded(title: str) -> None:
    assert "title crowded" in cues(title)


@pytest.mark.parametrize(
    "title",
    [
        "纯棉长袖连衣裙女春秋新款宽松显瘦中长款气质百搭裙子",
        "304不锈钢保温杯男女学生大容量便携水杯带茶漏500ml",
        "保温杯 水杯 饭盒 便当盒 餐具 吸管杯 组合套装可选 家用办公车载户外",
    ],
)
def test_a_long_honest_title_is_not_crowded(title: str) -> None:
    assert cues(title) == []


def test_many_places_in_one_title_are_stuffing_unless_they_are_where_it_is_sent() -> None:
    title = "手工辣酱 四川 湖南 湖北 贵州 云南 广东特产"

    assert cues(title) == ["names stuffed"]
    assert cues(title + " 全国包邮") == []
