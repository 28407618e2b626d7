"""Risk words that were disguised for the ear, all looked for in one pass (语音规避)."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick

from data.lexicon import Lexicon
from data.mechanism import Mechanism
from features.borders import Borders
from features.evasion import clippings, doublings, fillers, homophones, masks, phrases
from features.evasion.completion import Completion
from features.evasion.disguise import Disguise
from features.evasion.pairs import Pairs
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
    "clipping": (clippings.shapes, clippings.sureness),
}
_OF_PHRASES: Final[dict[Mechanism, tuple[_Shapes, _Sureness]]] = {
    **{name: _OF_WORDS[name] for name in ("filler", "reduplication", "softener")},
    "circumlocution": (phrases.shapes, phrases.sureness),
}


_WORTH: Final[dict[Mechanism, float]] = {
    "mask": 0.5,
    "reduplication": 0.3,
    "homophone": 0.5,
    "clipping": 0.5,
}
"""The weight from which a word is looked for in a disguise that a slip of the tongue may be."""

_MISSPELT: Final = frozenset({"homophone", "clipping"})
_NAMED: Final = 0.7
"""The weight from which a word is looked for in these if it is one of health food: what that is
made of and who approved it (国食健字) is said all day, and recognisers misspell it."""


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
    """Finds the lexicon's risk words and code phrases by sound.

    It remembers answers only: threads may share one.
    """

    def __init__(self, lexicon: Lexicon, tokeniser: Tokeniser, completion: Completion) -> None:
        self._tokeniser = tokeniser
        self._dictionary = Dictionary(tokeniser)
        self._pairs = Pairs(lexicon, self._dictionary, completion)
        self._sounds = sounds()
        owners: dict[str, list[tuple[_Meaning, Shape, _Sureness]]] = {}
        for meaning in _meanings(lexicon):
            mechanisms = _OF_PHRASES if meaning.phrase else _OF_WORDS
            for heard in self._sounds.of_word(meaning.word):
                for name, (shapes, sureness) in mechanisms.items():
                    if not meaning.phrase and not _is_worth(meaning, name):
                        continue
                    for shape in shapes(heard):
                        owners.setdefault(shape.sounds, []).append((meaning, shape, sureness))
        # No shape of a word is two syllables alone: what has no owner is a pair.
        for pair in self._pairs.by_sound:
            owners.setdefault(pair, [])
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(list(owners))

    def find(self, text: str) -> list[Disguise]:
        """Every disguised word in normalised text; they may overlap."""
        borders = Borders(self._tokeniser, text)
        heard = self._sounds.of(text)
        found: list[Disguise] = []
        pairs: list[int] = []
        for index, start, end in self._automaton.find_matches_as_indexes(heard, overlapping=True):
            owners = self._owners[index]
            if not owners:
                pairs.append(start)
            for meaning, shape, sureness in owners:
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
        return found + self._pairs.find(text, pairs, borders) if pairs else found


def _is_worth(meaning: _Meaning, mechanism: Mechanism) -> bool:
    worth = _WORTH.get(mechanism, 0.0)
    if mechanism in _MISSPELT and meaning.code == "health_food_overclaim":
        worth = max(worth, _NAMED)
    return meaning.weight >= worth


def _meanings(lexicon: Lexicon) -> list[_Meaning]:
    words = [_Meaning(w.word, w.word, w.weight, w.code, None) for w in lexicon.risk_words]
    by_ear = [
        _Meaning(a.surface, a.resolved, a.weight, a.code, a.mechanism)
        for a in lexicon.aliases
        if a.kind == "sound"
    ]
    return words + by_ear
