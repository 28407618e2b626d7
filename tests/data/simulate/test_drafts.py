"""Honest pages agree with themselves, but for the slips that honest sellers make."""

from collections.abc import Iterator

import pytest

from data.brands import load_brands
from data.listing import Listing
from data.simulate import slips
from data.simulate.catalogue import CATALOGUE, Goods, Truth
from data.simulate.dice import Dice
from data.simulate.drafts import Draft, claim, honest_draft
from data.simulate.market import Market
from data.simulate.merchants import open_shop
from data.simulate.pages import finish
from data.simulate.slips import slip
from data.simulate.traits import Traits
from features.contradiction import contradictions, stated
from features.finding import Finding
from features.normalise import normalise

EACH = 120
WATCH = next(goods for goods in CATALOGUE if "机械表" in goods.nouns)
MECHANICAL = next(truth for truth in WATCH.truths if truth.attribute == "机芯")


def drafts(number: int, count: int, seed: int = 5) -> Iterator[tuple[Draft, Dice]]:
    """Honest drafts of one kind of goods, of a careless seller."""
    dice = Dice(seed + number)
    market = Market(load_brands())
    shop = open_shop(0, "careless", 0, None, len(CATALOGUE), 0, dice)
    shop.goods = (number,)
    for _ in range(count):
        yield honest_draft(shop, market, 2025, dice), dice


def listed(draft: Draft, dice: Dice) -> Listing:
    return Listing.model_validate({"data_id": "l", **finish(draft, dice)})


def conflicts(listing: Listing) -> list[Finding]:
    found = contradictions(
        normalise(listing.title).text,
        stated(listing),
        normalise(listing.description or "").text,
    )
    # 1T固态 is the disk, 内存容量 the memory: the rule takes one for the other.
    return [each for each in found if each.field != "attributes.内存容量"]


@pytest.mark.parametrize("number", range(len(CATALOGUE)), ids=lambda n: CATALOGUE[n].nouns[0])
def test_an_honest_page_does_not_contradict_its_title(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slips, "_MISSTATED", 0.0)
    for draft, dice in drafts(number, EACH):
        slip(draft, dice)
        listing = listed(draft, dice)

        assert conflicts(listing) == [], listing


def test_careless_sellers_contradict_themselves_as_often_as_is_said() -> None:
    slipped, count = 0, 0
    for number in range(len(CATALOGUE)):
        for draft, dice in drafts(number, EACH):
            slip(draft, dice)
            slipped += any(_is_false(truth, draft) for truth in draft.goods.truths)
            count += bool(draft.goods.truths)

    assert slipped / count == pytest.approx(0.012, abs=0.008)


def _is_false(truth: Truth, draft: Draft) -> bool:
    page = {draft.origin, draft.attributes.get(truth.attribute)}
    return truth.word in draft.words and not page.isdisjoint(truth.false)


@pytest.mark.parametrize("goods", CATALOGUE, ids=lambda goods: goods.nouns[0])
def test_every_noun_has_a_category_and_every_claim_a_noun(goods: Goods) -> None:
    traits = goods.traits

    for noun in goods.nouns:
        assert traits.fitting(goods.categories, [noun]), noun
    for truth in goods.truths:
        nouns = traits.fitting(goods.nouns, [truth.word])
        assert nouns, truth.word
        assert all(traits.fitting(goods.categories, [truth.word, noun]) for noun in nouns)


def test_every_word_of_the_catalogue_is_used() -> None:
    said = {number: set[str]() for number in range(len(CATALOGUE))}
    for number, words in said.items():
        for draft, _ in drafts(number, 800):
            words.update(draft.said)
    for number, goods in enumerate(CATALOGUE):
        slots = {word for slot in goods.slots for word in slot if word}
        values = {value for options in goods.plain_attributes.values() for value in options}
        wanted = {*goods.nouns, *goods.categories, *goods.selling, *goods.facts, *slots, *values}

        assert wanted - said[number] == set(), goods.nouns[0]


def test_a_claim_drives_out_what_does_not_agree_with_it() -> None:
    draft, dice = next(drafts(CATALOGUE.index(WATCH), 1))
    draft.noun, draft.category = "石英表", "手表/石英表"
    draft.sentences = ["电池一年左右更换", "生活防水30米，不能戴着游泳"]

    claim(draft, MECHANICAL, MECHANICAL.false, dice)

    assert draft.attributes["机芯"] == "石英"
    assert draft.words[0] == MECHANICAL.word
    assert "石英" not in draft.noun + draft.category
    assert draft.sentences == ["生活防水30米，不能戴着游泳"]


def test_a_variant_is_what_the_title_says() -> None:
    for number, goods in enumerate(CATALOGUE):
        for draft, dice in drafts(number, 40):
            names = [sku.name for sku in listed(draft, dice).skus or []]

            assert names
            assert goods.traits.fitting(names, draft.title_words), (names, draft.title_words)


def test_words_that_mean_several_things_agree_with_each() -> None:
    traits = Traits((("16G",), ("32G",)), (("512G",), ("1T",)))

    assert traits.fitting(("16G/512G", "16G/1T", "32G/1T", "黑"), ["16G 512G"]) == [
        "16G/512G",
        "黑",
    ]


def test_a_number_is_no_part_of_a_longer_one() -> None:
    traits = Traits((("50ml",), ("150ml",)), (("41",), ("42",)))

    assert traits.fitting(("50ml", "150ml", "410g"), ["150ml"]) == ["150ml", "410g"]


def test_what_contradicts_itself_already_still_lets_other_words_in() -> None:
    traits = Traits((("机械",), ("石英",)))

    assert traits.fitting(("机械", "防水"), ["机械", "石英"]) == ["防水"]
