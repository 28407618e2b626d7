"""The one place that knows jieba (结巴分词).

Both engines get the same pieces: runs of Chinese characters are cut by the engine, runs of
latin letters and digits by the rule below. Fed whole text they differ on ``i7-9750H`` or
``3.8g``, and on a stutter such as 快快快, whose readings tie so that rounding decides; fed this
way they agree, which a test shows on every real transcript and title.
"""

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from typing import Final, Literal, NamedTuple

import jieba
import rjieba

Engine = Literal["jieba", "rjieba"]

ENGINE: Final[Engine] = "rjieba"
"""The engine that serving and training use; the artefact names it."""

_HAN: Final = r"[\u4e00-\u9fd5]"
_PIECE: Final = re.compile(
    rf"({_HAN})\1{{2,}}|(?P<han>(?:({_HAN})(?!\3\3))+)|[a-z0-9]+(?:[.\-_+][a-z0-9]+)*|[^\s\w]|\w"
)


class Token(NamedTuple):
    """A word at ``[start, end)`` of normalised text; ``known`` when the dictionary has it."""

    start: int
    end: int
    known: bool


class Tokeniser:
    """Cuts normalised text into words, with domain words of one's own.

    ``words`` maps a word to its frequency. ``jieba`` is the reference and ``rjieba`` the
    accelerator, about twenty times faster, with equal tokens.
    """

    def __init__(self, words: Mapping[str, int], engine: Engine = ENGINE) -> None:
        self.words = dict(words)
        self.engine = engine
        self._cut, self._knows = (_rjieba if engine == "rjieba" else _jieba)(self.words.items())

    def words_of(self, text: str) -> list[str]:
        """The tokens of normalised text, punctuation included, whitespace left out.

        >>> Tokeniser({}).words_of("路口交通 i7-9750h")
        ['路口', '交通', 'i7-9750h']
        """
        words: list[str] = []
        for piece in _PIECE.finditer(text):
            if piece["han"]:
                words.extend(self._cut(piece[0]))
            else:
                words.append(piece[0])
        return words

    def tokens(self, text: str, start: int = 0, end: int | None = None) -> list[Token]:
        """The tokens of ``text[start:end]`` with their places in ``text``."""
        tokens: list[Token] = []
        for piece in _PIECE.finditer(text, start, len(text) if end is None else end):
            at = piece.start()
            words = self._cut(piece[0]) if piece["han"] else [piece[0]]
            for word in words:
                tokens.append(Token(at, at + len(word), self._knows(word)))
                at += len(word)
        return tokens

    def inside_words(self, text: str, start: int, end: int) -> set[int]:
        """The places in ``text[start:end]`` that lie strictly inside a dictionary word.

        >>> Tokeniser({}).inside_words("路口交通", 0, 4)
        {1, 3}
        """
        inside: set[int] = set()
        for piece in _PIECE.finditer(text, start, end):
            at = piece.start()
            for word in self._cut(piece[0]) if piece["han"] else [piece[0]]:
                size = len(word)
                if size > 1 and self._knows(word):
                    inside.update(range(at + 1, at + size))
                at += size
        return inside


def engine_version(engine: Engine) -> str:
    """The installed version of an engine's package."""
    return version(engine)


_Cut = Callable[[str], list[str]]
_Knows = Callable[[str], bool]


def _rjieba(words: Iterable[tuple[str, int]]) -> tuple[_Cut, _Knows]:
    engine = rjieba.Jieba()
    for word, frequency in words:
        engine.add_word(word, frequency, "n")
    return engine.cut, engine.has_word


def _jieba(words: Iterable[tuple[str, int]]) -> tuple[_Cut, _Knows]:
    engine = jieba.Tokenizer()
    # jieba caches its dictionary through marshal in a directory that anybody may write to.
    with tempfile.TemporaryDirectory() as private:
        engine.tmp_dir = private
        engine.initialize()
    for word, frequency in words:
        engine.add_word(word, frequency, "n")
    return engine.lcut, lambda word: engine.FREQ.get(word, 0) > 0
