"""The seeds that scoring needs, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from data.brands import load_brands
from data.goods import load_goods
from data.lexicon import Lexicon, load_lexicon
from data.licences import LicenceRules, load_licence_rules
from data.registry import EMPTY_REGISTRY, BrandRegistry
from data.said import load_said
from data.seeds import knowledge_version
from data.taxonomy import Taxonomy, load_taxonomy
from features.brand import BrandIndex
from features.category import GoodsIndex
from features.cues import CueReader
from features.listing import References
from features.said.comparison import SaidKnowledge
from features.tokenise import Tokeniser


@dataclass(frozen=True, eq=False)
class Knowledge:
    """The seeds that scoring needs; ``version`` changes with any of them."""

    taxonomy: Taxonomy
    lexicon: Lexicon
    licences: LicenceRules
    brands: BrandIndex
    goods: GoodsIndex
    said: SaidKnowledge
    version: str
    _readers: dict[frozenset[tuple[str, int]], CueReader] = field(default_factory=dict, repr=False)

    def references(self, registry: BrandRegistry = EMPTY_REGISTRY) -> References:
        """What listings are held against, before anything was observed of prices."""
        return References(self.brands, self.licences, self.goods, registry=registry)

    def words(self) -> dict[str, int]:
        """Domain words for the tokeniser, with their frequency."""
        return {word.word: word.frequency for word in self.lexicon.words}

    def reader(self, words: Mapping[str, int] | None = None) -> CueReader:
        """The reader of this lexicon with these words in the tokeniser, or else its own.

        All who ask for the same words share one: it takes a second to make, and has no state.
        """
        words = self.words() if words is None else words
        known = frozenset(words.items())
        if known not in self._readers:
            self._readers[known] = CueReader(self.lexicon, Tokeniser(words))
        return self._readers[known]


@cache
def load_knowledge() -> Knowledge:
    """The seeds, read once in a process. Raises SeedError for a broken row."""
    licences = load_licence_rules()
    return Knowledge(
        load_taxonomy(),
        load_lexicon(),
        licences,
        BrandIndex(load_brands()),
        GoodsIndex(load_goods()),
        SaidKnowledge(load_said(), licences),
        knowledge_version(),
    )
