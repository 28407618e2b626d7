"""One simulated listing in the making (草稿): what is sold, and what is said of it.

What is wrong is decided first; whether the listing shows it is decided after, and often it does
not. So the truth is no function of what can be seen. All that a draft says agrees with what was
said before, unless a breach or a slip says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from data.brands import AliasKind, Brand
from data.simulate.catalogue import CATALOGUE, PLAIN_SENTENCES, Goods, Truth
from data.simulate.dice import Dice
from data.simulate.disguises import Mechanism
from data.simulate.market import Market
from data.simulate.merchants import BAD, OVERLAP, Shop
from data.simulate.numbers import licence_number

SECOND_HAND: Final = 0.06
"""Share of second-hand and refurbished goods, of those that are resold at all. Assumed."""

_CARELESS = ("正品", "包邮", "新款", "厂家直销", "官方", "现货", "清仓特价", "")


@dataclass(slots=True)
class Draft:
    """A listing in the making. ``codes`` is the truth, ``shows`` whether the listing tells it."""

    number: int
    goods: Goods
    shop: Shop
    category: str
    noun: str
    price: float
    brand: Brand | None = None
    brand_text: str = ""
    words: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    licences: dict[str, str] = field(default_factory=dict)
    skus: list[tuple[str, float]] = field(default_factory=list)
    origin: str | None = None
    condition: str = "new"
    title: str | None = None
    mechanism: Mechanism | None = None
    codes: list[str] = field(default_factory=list)
    shows: bool = True

    @property
    def is_fake(self) -> bool:
        """Whether the goods only pretend to be of the brand."""
        return "counterfeit_brand" in self.codes

    @property
    def title_words(self) -> list[str]:
        """What the title says of the goods."""
        return [self.noun, self.brand_text, *self.words]

    @property
    def said(self) -> list[str]:
        """All that is said of the goods so far."""
        return [
            self.condition,
            self.category,
            *self.title_words,
            *self.attributes.values(),
            *self.sentences,
        ]

    def fitting(self, options: Sequence[str]) -> list[str]:
        """The options that agree with what is said so far."""
        return self.goods.traits.fitting(options, self.said)


def honest_draft(shop: Shop, market: Market, year: int, dice: Dice) -> Draft:
    """A listing without fault; licences were given out before ``year``."""
    draft = _begun(shop, market, dice)
    _name_brand(draft, market, dice)
    draft.price *= _price_level(shop, dice)
    if draft.goods.resold and dice.chance(SECOND_HAND):
        draft.condition = "used" if dice.chance(0.85) else "refurbished"
        draft.price *= 0.3 + 0.4 * dice.share()
    claimed = _claimed(draft, dice) if dice.chance(0.5) else None
    _add_words(draft, dice)
    _add_attributes(draft, dice)
    goods = draft.goods
    _add_sentences(draft, goods.facts if claimed else goods.facts + goods.plain_facts, 2, dice)
    _add_sentences(draft, PLAIN_SENTENCES, 3, dice)
    if goods.licence is not None:
        number = licence_number(goods.licence, year - 1, dice, goods.sc_class)
        draft.licences[goods.licence] = number
        market.note_number(goods.licence, goods.sc_class, number)
    return draft


def claim(draft: Draft, truth: Truth, values: Sequence[str], dice: Dice) -> None:
    """Let the title claim a truth, and the page state one of ``values``.

    What was said of the goods before goes where it does not agree with the claim.
    """
    traits, goods = draft.goods.traits, draft.goods
    if not traits.fits(draft.noun, [truth.word]):
        draft.noun = dice.pick(traits.fitting(goods.nouns, [truth.word]))
    kept = [truth.word, draft.noun]
    if not traits.fits(draft.category, kept):
        draft.category = dice.pick(traits.fitting(goods.categories, kept))
    kept.append(draft.category)
    rivals = {other.word for other in goods.truths}
    draft.words = traits.fitting([word for word in draft.words if word not in rivals], kept)
    draft.words.insert(0, truth.word)
    plain = draft.goods.plain_attributes
    stated = {name: value for name, value in draft.attributes.items() if name in plain}
    agreeing = set(traits.fitting(list(stated.values()), kept))
    draft.attributes = {name: value for name, value in stated.items() if value in agreeing}
    sentences = [each for each in draft.sentences if each not in goods.plain_facts]
    draft.sentences = traits.fitting(sentences, kept)
    draft.origin = None
    if truth.attribute == "产地" and dice.chance(0.5):
        draft.origin = dice.pick(values)
    else:
        draft.attributes[truth.attribute] = dice.pick(values)


def alias(brand: Brand, kind: AliasKind, dice: Dice) -> str | None:
    """A name of this kind that a brand goes by, if it has one."""
    aliases = [alias.text for alias in brand.aliases if alias.kind == kind]
    return dice.pick(aliases) if aliases else None


def _begun(shop: Shop, market: Market, dice: Dice) -> Draft:
    number = dice.pick(shop.goods)
    goods = CATALOGUE[number]
    noun = dice.pick(goods.nouns)
    return Draft(
        number=number,
        goods=goods,
        shop=shop,
        category=dice.pick(goods.traits.fitting(goods.categories, [noun])),
        noun=noun,
        price=dice.log_normal(goods.price * market.level, 0.7 * goods.spread),
    )


def _name_brand(draft: Draft, market: Market, dice: Dice) -> None:
    goods = draft.goods
    branded = market.branded(goods)
    if branded and dice.chance(0.35 if draft.shop.kind not in BAD else 0.25):
        draft.brand = dice.pick(branded)
        draft.brand_text = alias(draft.brand, "canonical", dice) or draft.brand.name
        draft.price *= market.factor(draft.brand, goods, dice)
    elif dice.chance(0.8):
        draft.brand_text = dice.pick(draft.fitting(goods.makers))


def _price_level(shop: Shop, dice: Dice) -> float:
    """Price against the usual one, by the kind that a shop seems to be."""
    if dice.chance(OVERLAP):
        return dice.log_normal(0.8, 0.4)
    return dice.log_normal(*shop.manner.price)


def _claimed(draft: Draft, dice: Dice) -> Truth | None:
    """The claim of the title that the goods bear out, if there is one that suits them."""
    words = draft.fitting([truth.word for truth in draft.goods.truths])
    truths = [truth for truth in draft.goods.truths if truth.word in words]
    if not truths:
        return None
    truth = dice.pick(truths)
    claim(draft, truth, truth.honest, dice)
    return truth


def _add_words(draft: Draft, dice: Dice) -> None:
    """Spec and selling words: few for a plain title, many for one written for search."""
    goods = draft.goods
    long = dice.chance(0.55)
    for slot in goods.slots if long else goods.slots[: dice.number(0, 2)]:
        _add_word(draft, slot, dice)
    for _ in range(dice.number(2, 4) if long else dice.number(0, 1)):
        _add_word(draft, goods.selling, dice)
    if long and dice.chance(0.5):
        _add_word(draft, _CARELESS, dice)


def _add_word(draft: Draft, options: Sequence[str], dice: Dice) -> None:
    """One of the words that still agree; an empty one, or none that is new, adds nothing."""
    new = [word for word in draft.fitting(options) if word not in draft.words]
    if new and (word := dice.pick(new)):
        draft.words.append(word)


def _add_attributes(draft: Draft, dice: Dice) -> None:
    """Attributes follow from the title: of each, one of the values that agree with it."""
    for name, values in draft.goods.plain_attributes.items():
        if name not in draft.attributes and (agreeing := draft.fitting(values)):
            draft.attributes[name] = dice.pick(agreeing)


def _add_sentences(draft: Draft, options: Sequence[str], most: int, dice: Dice) -> None:
    for sentence in dice.some(options, dice.number(0, most)):
        draft.sentences += draft.fitting((sentence,))
