"""Which goods are named, and whether they are those of the listing (话中商品)."""

from collections.abc import Sequence
from functools import cached_property

from ahocorasick_rs import AhoCorasick, MatchKind

from features.said.listed import Listed


class Goods:
    """Things that are sold, by all their names; the longest name at a place counts."""

    def __init__(self, goods: Sequence[Sequence[str]]) -> None:
        names = [(name, thing) for thing, row in enumerate(goods) for name in row]
        self._things = [thing for _, thing in names]
        self._automaton = AhoCorasick(
            [name for name, _ in names], matchkind=MatchKind.LeftmostLongest
        )

    def named(self, text: str) -> list[int]:
        """The things that a text names, by their number and in order.

        >>> Goods([("袜子", "船袜"), ("卫衣",)]).named("这个卫衣，配船袜")
        [1, 0]
        """
        found = self._automaton.find_matches_as_indexes(text)
        return [self._things[index] for index, _, _ in found]


class Sold:
    """The things that one listing sells."""

    def __init__(self, goods: Goods, listed: Listed) -> None:
        self._goods = goods
        self._listed = listed

    @cached_property
    def _things(self) -> frozenset[int]:
        return frozenset(self._goods.named(self._listed.everything))

    def is_other(self, near: str) -> bool:
        """Whether what ``near`` names last is not sold here.

        A listing that names no thing of the table may sell any.
        """
        named = self._goods.named(near)
        return bool(named and self._things) and named[-1] not in self._things
