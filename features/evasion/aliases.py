"""Code phrases, clippings and letters for sounds, as the lexicon lists them (暗语)."""

from collections.abc import Iterable
from typing import Final

from data.lexicon import Alias
from features.borders import Borders
from features.evasion.disguise import Disguise
from features.prefilter import Prefiltered
from features.tokenise import Tokeniser

SHORT: Final = 4
"""Characters: a longer match does not come about by accident across word borders."""


class Phrases:
    """Finds the aliases that are spelt out or are patterns; those by sound are for the ear."""

    def __init__(self, aliases: Iterable[Alias], tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser
        self._aliases = [alias for alias in aliases if alias.kind != "sound"]
        self.prefiltered = Prefiltered([alias.compiled() for alias in self._aliases])

    def find(self, text: str) -> list[Disguise]:
        """Every alias in normalised text that splits no dictionary word at its ends."""
        matches = self.prefiltered.matches(text)
        if not matches:
            return []
        borders = Borders(self._tokeniser, text)
        return [
            Disguise(start, end, alias.resolved, alias.weight, alias.mechanism, alias.code)
            for alias, start, end in ((self._aliases[i], a, b) for i, a, b in matches)
            if end - start > SHORT or not borders.split_a_word(start, end)
        ]
