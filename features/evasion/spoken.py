"""Risk words that were disguised for the ear, all looked for in one pass (语音规避)."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick

from data.lexicon import Lexicon
from features.borders import Borders
from features.evasion import doublings, fillers, homophones, masks, phrases
from features.evasion.disguise import Disguise, Mechanism
from features.evasion.shapes import Dictionary, Found, Shape
from features.evasion.sounds import sounds
from features.tokenise import Tokeniser

_Shapes = Callable[[str], Iterator[Shape]]
_Sureness = Callable[[Found, Dictionary], float]

_OF_WORDS: Final[dict[Mechanism, tuple[_Shapes, _Sureness]]] = {
    "filler": (fillers.shapes, fillers.sureness),
    "mask": (masks.shapes, masks.sureness),
    "reduplication": (doublings.doubled_shapes, doublings.doubled_sureness),
    "softener": (doublings.softened_shapes, doublings.softened_sureness),
    "homophone": (homophones.shapes, homophones.sureness),
}
_OF_PHRASES: Final[dict[Mechanism, tuple[_Shapes, _Sureness]]] = {
    **{name: _OF_WORDS[name] for name in ("filler", "reduplication", "softener")},
    "circumlocution": (phrases.shapes, phrases.sureness),
}


_WORTH: Final[dict[Mechanism, float]] = {"mask": 0.5, "reduplication": 0.3, "homophone": 0.7}
"""The weight from which a word is looked for in a disguise that a slip of the tongue may be."""


class _Meaning(NamedTuple):
    """A word to look for and what it stands for: a risk word for itself, a phrase for another.

    ``phrase`` is how a phrase disguises what it means, and None of a risk word.
    """

    word: str
    resolved: str
    weight: float
    code: str | None
    phrase: Mechanism | None


class SpokenWords:
    """Finds the lexicon's risk words and code phrases by sound. Has no state of its own."""

    def __init__(self, lexicon: Lexicon, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser
        self._dictionary = Dictionary(tokeniser)
        self._sounds = sounds()
        owners: dict[str, list[tuple[_Meaning, Shape, _Sureness]]] = {}
        for meaning in _meanings(lexicon):
            mechanisms = _OF_PHRASES if meaning.phrase else _OF_WORDS
            for heard in self._sounds.of_word(meaning.word):
                for name, (shapes, sureness) in mechanisms.items():
                    if meaning.weight < _WORTH.get(name, 0.0) and not meaning.phrase:
                        continue
                    for shape in shapes(heard):
                        owners.setdefault(shape.sounds, []).append((meaning, shape, sureness))
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(list(owners))

    def find(self, text: str) -> list[Disguise]:
        """Every disguised word in normalised text; they may overlap."""
        borders = Borders(self._tokeniser, text)
        heard = self._sounds.of(text)
        found: list[Disguise] = []
        for index, start, end in self._automaton.find_matches_as_indexes(heard, overlapping=True):
            for meaning, shape, sureness in self._owners[index]:
                if shape.mechanism == "homophone" and text.startswith(meaning.word, start):
                    continue
                match = Found(text, start, end, meaning.word, shape, borders)
                weight = meaning.weight * sureness(match, self._dictionary)
                if weight > 0:
                    found.append(
                        Disguise(
                            start,
                            end,
                            meaning.resolved,
                            round(weight, 3),
                            meaning.phrase or shape.mechanism,
                            meaning.code,
                        )
                    )
        return found


def _meanings(lexicon: Lexicon) -> list[_Meaning]:
    words = [_Meaning(w.word, w.word, w.weight, w.code, None) for w in lexicon.risk_words]
    by_ear = [
        _Meaning(a.surface, a.resolved, a.weight, a.code, a.mechanism)
        for a in lexicon.aliases
        if a.kind == "sound"
    ]
    return words + by_ear
