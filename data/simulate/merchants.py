"""Simulated merchants (商家): what each is, and how it behaves. None stands for a real one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Final, Literal, get_args

from data.listing import MERCHANT_TYPES, MerchantType
from data.simulate.dice import Dice
from data.simulate.streams import stream_of

Kind = Literal["good", "inferior", "counterfeit", "careless"]
"""What a merchant is: 诚信, 劣质, 售假, 粗心 (honest, but sloppy). Nothing shown tells for sure."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
BAD: Final[frozenset[Kind]] = frozenset({"inferior", "counterfeit"})

OVERLAP: Final = 0.12
"""Share of merchants that behave like another kind: a bad batch, or figures that were bought.

10-15 % by the domain notes, signals.md.
"""

INTAKE: Final[Mapping[Kind, float]] = {
    "good": 0.79,
    "inferior": 0.05,
    "counterfeit": 0.02,
    "careless": 0.14,
}
"""Kinds at intake: 93/5/2 by the domain notes (assumed there); careless of the 93 is assumed."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How merchants of one kind behave. Pairs are a median and log-spread, or a beta's a and b.

    ``tenure`` in days, ``wronged`` the share of buyers whom honest goods disappoint, ``pace``
    listings a day, ``demand`` orders a day and listing, ``praise`` paid reviews a day, ``edits``
    the share of listings that are edited once approved. From signals.md §2-3 where that has
    the figure, else assumed; its figures for after-sale are what should come out, not go in.
    """

    types: tuple[float, ...]
    tenure: tuple[float, float]
    deposit: tuple[float, float]
    wronged: tuple[float, float]
    on_time: tuple[float, float]
    pace: tuple[float, float]
    demand: tuple[float, float]
    praise: float
    edits: float
    price: tuple[float, float]


_HONEST: Final = Manner(
    types=(0.18, 0.12, 0.15, 0.35, 0.15, 0.05),
    tenure=(420, 1.2),
    deposit=(1.05, 0.1),
    wronged=(2, 58),
    on_time=(97, 3),
    pace=(0.10, 0.7),
    demand=(0.30, 0.9),
    praise=0.02,
    edits=0.06,
    price=(0.95, 0.18),
)
_MANNERS: Final[Mapping[Kind, Manner]] = {
    "good": _HONEST,
    "careless": Manner(
        types=(0.05, 0.07, 0.15, 0.38, 0.25, 0.10),
        tenure=(330, 1.1),
        deposit=(1.0, 0.15),
        wronged=(4, 60),
        on_time=(92, 8),
        pace=(0.12, 0.8),
        demand=(0.28, 0.9),
        praise=0.03,
        edits=0.15,
        price=(0.92, 0.2),
    ),
    "inferior": Manner(
        types=(0.02, 0.03, 0.10, 0.35, 0.35, 0.15),
        tenure=(180, 1.2),
        deposit=(0.9, 0.25),
        wronged=(5, 30),
        on_time=(88, 12),
        pace=(0.16, 0.8),
        demand=(0.36, 1.0),
        praise=0.2,
        edits=0.25,
        price=(0.62, 0.30),
    ),
    "counterfeit": Manner(
        types=(0.01, 0.02, 0.05, 0.22, 0.45, 0.25),
        tenure=(120, 1.3),
        deposit=(0.8, 0.3),
        wronged=(5, 40),
        on_time=(85, 15),
        pace=(0.18, 0.8),
        demand=(0.38, 1.0),
        praise=0.2,
        edits=0.25,
        price=(0.45, 0.5),
    ),
}

GANG: Final[Mapping[Kind, float]] = {
    "good": 0.0,
    "careless": 0.0,
    "inferior": 0.12,
    "counterfeit": 0.25,
}
"""How likely a merchant is another shop of an operator who has one already. Assumed."""

TIES_SEEN: Final = 0.4
"""Share of shops that the platform can tie to their operator's others. Assumed."""

MAX_TENURE: Final = 6_000
"""Days; a shop older than the marketplaces themselves would be odd."""


@dataclass(slots=True)
class Shop:
    """One shop and what has become of it so far. Days count from the first of the world.

    ``authorises`` is how likely it holds a brand's authorisation, ``tied`` whether the platform
    sees the operator's other shops, ``linked`` strangers who share its address. ``key`` names it
    alike in every world of a seed, whatever was decided there; ``stream`` is its random stream.
    """

    number: int
    kind: Kind
    dress: Kind
    operator: int
    opened: int
    type: MerchantType
    deposit: float
    goods: tuple[int, ...]
    wronged: float
    on_time: float
    pace: float
    demand: float
    authorises: float
    tied: bool
    key: str
    stream: int
    authorised: dict[str, bool] = field(default_factory=dict)
    linked: tuple[int, ...] = ()
    points: list[tuple[int, float]] = field(default_factory=list)
    notices: list[int] = field(default_factory=list)
    sanctioned: int | None = None
    closed: int | None = None

    @property
    def merchant_id(self) -> str:
        """How records name the shop."""
        return f"sim-m{self.number:06d}"

    @property
    def manner(self) -> Manner:
        """How the shop behaves, which need not be what it is."""
        return _MANNERS[self.dress]


def shares(bad_share: float | None) -> dict[Kind, float]:
    """Shares of the kinds: those at intake, or with this share of bad merchants.

    >>> shares(0.35)["inferior"]
    0.25
    """
    if bad_share is None:
        return dict(INTAKE)
    if not 0 <= bad_share <= 1:
        raise ValueError(f"bad_share is {bad_share}; a share from 0 to 1 is allowed")
    inferior = round(bad_share * 5 / 7, 12)
    careless = round((1 - bad_share) * 0.15, 12)
    return {
        "good": 1 - bad_share - careless,
        "inferior": inferior,
        "counterfeit": bad_share - inferior,
        "careless": careless,
    }


def open_shop(
    number: int,
    kind: Kind,
    operator: int,
    opened: int | None,
    kinds_of_goods: int,
    today: int,
    dice: Dice,
    key: str = "",
) -> Shop:
    """A shop that opens on the day ``opened``, or, with None, has been open for some time."""
    dress = dice.pick([k for k in KINDS if k != kind]) if dice.chance(OVERLAP) else kind
    manner = _MANNERS[dress]
    if opened is None:
        opened = today - ceil(min(dice.log_normal(*manner.tenure), MAX_TENURE))
    looks = dice.pick(KINDS) if dice.chance(OVERLAP) else dress
    types = dict(zip(MERCHANT_TYPES, _MANNERS[looks].types, strict=True))
    return Shop(
        number=number,
        kind=kind,
        dress=dress,
        operator=operator,
        opened=opened,
        type=dice.weighted(types) or "enterprise",
        deposit=round(max(0.0, dice.normal(*manner.deposit)), 3),
        goods=tuple(dice.number(0, kinds_of_goods - 1) for _ in range(dice.number(1, 2))),
        wronged=dice.beta(*manner.wronged),
        on_time=dice.beta(*manner.on_time),
        pace=min(1.5, dice.log_normal(*manner.pace)),
        demand=min(8.0, dice.log_normal(*manner.demand)),
        authorises=dice.beta(9, 1) if kind not in BAD else dice.beta(2, 4),
        tied=dice.chance(TIES_SEEN),
        key=key,
        stream=stream_of("shop", key),
    )


def kind_of(mix: Mapping[Kind, float], dice: Dice) -> Kind:
    """What the next merchant is."""
    return dice.weighted(mix) or "good"
