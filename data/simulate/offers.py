"""A listing as the platform carries it (在售商品): its content, its truth and its sales."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from data.listing import Listing
from data.simulate.catalogue import Goods
from data.simulate.disguises import Mechanism
from data.simulate.market import Fields
from data.simulate.merchants import Kind, Shop
from data.simulate.streams import stream_of

NOTICES: Final[Mapping[str, float]] = {"counterfeit_brand": 0.008, "brand_confusion": 0.002}
STRAY_NOTICES: Final = 0.00005
"""Rights-holders' notices a day and listing, by its label, and without one. Assumed."""

# Share of orders sent back without a fault of the goods, by words of the category path:
# signals.md §3.1, shelf column; men's clothes, shoes, bags and the rest are assumed.
_RETURNED: Final = (
    ("女装", 0.50),
    ("男装", 0.30),
    ("服装", 0.30),
    ("鞋", 0.25),
    ("珠宝", 0.30),
    ("箱包", 0.20),
    ("手表", 0.15),
    ("美妆", 0.15),
    ("护肤", 0.15),
    ("食品", 0.05),
    ("生鲜", 0.05),
    ("数码", 0.05),
    ("电脑", 0.05),
)
_RETURNED_ELSE: Final = 0.08


@dataclass(slots=True, eq=False)
class Offer:
    """A listing as the platform carries it: its record's content, its truth and its sales."""

    data_id: str
    shop: Shop
    number: int
    goods: Goods
    noun: str
    fields: Fields
    codes: list[str]
    shows: bool
    mechanism: Mechanism | None
    wronged: float
    rate: float
    told: bool
    key: str = ""
    """Names it alike in every world of a seed, whatever was decided."""
    generation: int = 0
    live_from: int = 0
    until: int = 0
    edited: list[int] = field(default_factory=list)
    record: Listing | None = None
    spoken_against: int = 0
    in_question: bool = False
    times_on_sale: int = 0
    intercepted: bool = False
    brand: str | None = None
    returned: float = 0.0
    """The share of its orders that comes back without a fault of the goods."""
    notices: float = 0.0
    """How likely a rights-holder's notice is on a day."""
    stream: int = 0
    """Its random stream."""
    row: tuple[float, ...] = ()
    """Shop, price, orders a day, and shares on time, wronged and returned: for a day's sale."""

    def __post_init__(self) -> None:
        self.returned = _returned(self.fields["category"])
        self.notices = max((NOTICES.get(code, 0.0) for code in self.codes), default=STRAY_NOTICES)
        self.stream = stream_of("offer", self.key)
        self.row = (
            self.shop.number,
            self.fields["price"],
            self.rate,
            self.shop.on_time,
            self.wronged,
            self.returned,
        )

    @property
    def kind(self) -> Kind:
        """What its merchant is."""
        return self.shop.kind


def _returned(category: str) -> float:
    return next((share for word, share in _RETURNED if word in category), _RETURNED_ELSE)
