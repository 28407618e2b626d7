"""All disguises of written text (书面规避): titles, descriptions, text on screen, chat."""

from collections.abc import Iterable
from typing import Protocol

from data.characters import Component
from data.lexicon import Lexicon
from data.mechanism import Mechanism
from features.evasion.completion import Completion
from features.evasion.components import Components
from features.evasion.digits import Digits
from features.evasion.disguise import Disguise
from features.evasion.hidden import styled, unseen
from features.evasion.initials import Initials
from features.evasion.letters import Letters
from features.evasion.pinyin import Pinyin
from features.evasion.rewriting import Vocabulary
from features.evasion.spacing import Spacing
from features.evasion.symbols import Symbols
from features.evasion.variants import Variants
from features.normalise import Normalised
from features.tokenise import Tokeniser


class Step(Protocol):
    """One mechanism: finds its disguises in normalised text."""

    @property
    def mechanism(self) -> Mechanism:
        """What its disguises are reported as, unless a finer one fits."""
        ...

    def find(self, text: str) -> list[Disguise]:
        """Disguises of this mechanism, ordered by place."""
        ...


class Written:
    """The steps together, built once from the tables and the words that disguises hide."""

    def __init__(
        self,
        lexicon: Lexicon,
        tokeniser: Tokeniser,
        completion: Completion,
    ) -> None:
        characters = lexicon.characters
        vocabulary = Vocabulary(lexicon.risk_words, tokeniser)
        self.variants = Variants(characters.confusables, vocabulary)
        self.spacing = Spacing(vocabulary)
        self.steps: tuple[Step, ...] = (
            Components(_folded(characters.components, self.variants), vocabulary),
            Pinyin(vocabulary),
            Initials(characters.initials),
            Letters(lexicon.risk_words, lexicon.ordinary, completion),
            Symbols(characters.symbols, vocabulary),
            self.spacing,
            Digits(vocabulary),
        )

    def find(self, text: str) -> list[Disguise]:
        """Disguises in normalised text, ordered by place.

        Variants are undone first, so that they do not hide other disguises;
        every other step reads the text without them, whose places are the same. Disguises may
        overlap, but no two of them say the same of one place.
        """
        plain, found = text, []
        if self.variants.are_in(text):
            plain, found = self.variants.fold(text), self.variants.find(text)
        for step in self.steps:
            found.extend(step.find(plain))
        return _distinct(found) if len(found) > 1 else found

    def find_raw(self, raw: str, folded: Normalised) -> list[Disguise]:
        """Disguises that folding has undone, in coordinates of the folded text."""
        found = [*styled(raw, folded), *unseen(raw, folded)]
        found.extend(self.spacing.find_points(raw, folded))
        return sorted(found, key=lambda one: one[:2]) if len(found) > 1 else found


def _distinct(found: list[Disguise]) -> list[Disguise]:
    """Without those whose word a disguise around them, no less sure, resolves to as well."""
    kept: list[Disguise] = []
    around: list[Disguise] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end, -one.weight, one)):
        around = [other for other in around if other.end > one.start]
        if any(_says_more(other, one) for other in around):
            continue
        kept.append(one)
        around.append(one)
    return kept


def _says_more(around: Disguise, one: Disguise) -> bool:
    is_inside = one.end <= around.end and one.resolved in around.resolved
    return is_inside and one.weight <= around.weight


def _folded(components: Iterable[Component], variants: Variants) -> list[Component]:
    """The parts as they stand once variants are undone, which comes first."""
    return [row.model_copy(update={"parts": variants.fold(row.parts)}) for row in components]
