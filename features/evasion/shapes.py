"""What a disguised word looks like: which sounds to look for, and which of them say the word."""

from typing import Final, NamedTuple

from data.mechanism import Mechanism
from features.borders import Borders
from features.tokenise import Tokeniser

VERBS: Final = frozenset(
    "吃停开打抽发出看做去点加扫晒刷拉拍下退换熬喝吸睡起见补美祛淡减瘦降止消治"
    "预防护养通润排植除提注填修调改增疏输转返抗反失流节忌戒运健入安私代背认检问截"
)
"""Words that begin so name an action: 吃过药, 开个药 and 补补钙 are grammar, not disguise."""


class Shape(NamedTuple):
    """One way in which one word may be disguised.

    ``sounds`` is what to look for, a code for each character; ``places`` says which character
    of the match, (offset, index in the word), stands for which of the word; ``added`` are the
    offsets of what was dropped in.
    """

    mechanism: Mechanism
    sounds: str
    places: tuple[tuple[int, int], ...]
    added: tuple[int, ...] = ()


class Found(NamedTuple):
    """A place where a shape of a word sounds."""

    text: str
    start: int
    end: int
    word: str
    shape: Shape
    borders: Borders

    @property
    def added(self) -> str:
        """The characters that were dropped in."""
        return "".join(self.text[self.start + offset] for offset in self.shape.added)

    @property
    def exact(self) -> int:
        """How many characters of the word stand there to the letter."""
        return len({here for there, here in self.shape.places if self._is(there, here)})

    @property
    def changed(self) -> list[int]:
        """The places in the text that stand for a character of the word and are another one."""
        return [
            self.start + there for there, here in self.shape.places if not self._is(there, here)
        ]

    @property
    def splits_a_word(self) -> bool:
        """Whether an end of the disguise cuts a dictionary word in two."""
        return self.borders.split_a_word(self.start, self.end)

    def _is(self, there: int, here: int) -> bool:
        return self.text[self.start + there] == self.word[here]


class Dictionary:
    """Asks the tokeniser which words are ordinary ones, and remembers the answers."""

    def __init__(self, tokeniser: Tokeniser) -> None:
        self._tokeniser = tokeniser
        self._answers: dict[str, bool] = {}

    def knows(self, word: str) -> bool:
        """Whether ``word``, of two characters or more, is one dictionary word.

        >>> Dictionary(Tokeniser({})).knows("母亲"), Dictionary(Tokeniser({})).knows("母关")
        (True, False)
        """
        if word not in self._answers:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            tokens = self._tokeniser.tokens(word)
            self._answers[word] = len(tokens) == 1 and len(word) > 1 and tokens[0].known
        return self._answers[word]


_MOST_ANSWERS = 10_000
