"""Which listings say the same (文本签名): MinHash over pairs of sounds, kept in a few bytes.

The text is the plain reading of a listing's title or description, so that disguises which the
resolver undoes cost nothing. What is compared is how it sounds: homophones and pinyin then cost
nothing either, also of words that no lexicon knows, and 某 and its like between two characters are
not heard. Spaces and punctuation are left out. Shingles are pairs, since titles are short and
sellers shuffle their words.

Of the bad titles of the seeds, disguised in all ways, 92 % keep 0.7 of their pairs; 85 % if
characters are compared in place of sounds, of triples of characters 75 %. Real laptop titles of
two shops are that alike as rarely by sound as by character.

Figures in the text do count: they tell apart what honest shops title alike, i5 from i7 and 8g
from 16g. Read as one figure, real laptop titles of two shops would match twice as often, and
disguised copies would be found no better. The price of a listing is no part of its text.

Minima are kept as one bit each, after Li and König, *b-Bit Minwise Hashing* (2010).
"""

import hashlib
import re
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from data.known_bad_format import BANDS, BUCKETS, SKETCH_BITS, Signature
from features.evasion.sounds import sounds

SHINGLE: Final = 2
"""Syllables, letters or digits of a shingle."""

MINIMA_OF_BAND: Final = 5
"""Minima that must agree for two texts to share a band's bucket: of 14 bands, texts of similarity
0.8 share at least one 99.6 times in 100, of 0.7 92 times, of 0.2 one time in 220. With fewer,
buckets of goods that are titled alike would hold thousands."""

LEAST_SHINGLES: Final = 12
"""A shorter text has no signature: two honest shops sell a 纯棉T恤 男 短袖. Of 308 shorter real
titles of second-hand goods, 8 are like that of another seller; of 298 that have up to twice as
many, none."""

MOST_SHINGLES: Final = 512
"""Of a longer text a sample of so many is taken, the same of the same text: it bounds the time."""

_NO_WORD: Final = re.compile(r"[\W_]+")
_LETTERS: Final = re.compile("[a-z]{2,}")
_MIXERS: Final = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST: Final = np.uint64(31)
_HALF: Final = np.uint64(32)
_TOP: Final = np.uint64(63)


def sign(plain: str, least: int = LEAST_SHINGLES) -> Signature | None:
    """The signature of a text as plainly read; None when it has fewer than ``least`` shingles.

    The same in every process and on every machine. Texts that differ in spaces and punctuation
    alone have the same one, those that sound alike the same but for ``check``.

    >>> sign("纯棉T恤 男 短袖") is None
    True
    >>> first = sign("复古做旧水洗牛仔外套男春秋宽松工装夹克")
    >>> first == sign("复古做旧 水洗牛仔外套男，春秋宽松工装夹克！")
    True
    """
    text = _NO_WORD.sub("", plain)
    shingles = _shingles(_heard(text))
    if len(shingles) < least:
        return None
    minima = _mixed(_minima(shingles))
    bits = np.packbits((minima >> _TOP).astype(np.uint8), bitorder="little")
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return Signature(bits.tobytes(), _keys(minima), int.from_bytes(digest, "little"))


def _heard(text: str) -> str:
    """One character for each sound, letters that spell syllables among them; no mumbling."""
    spelt = _LETTERS.sub(_in_characters, text)
    return sounds().of(spelt).replace(sounds().of("某"), "")


def _in_characters(run: re.Match[str]) -> str:
    letters = run[0]
    if _syllables().fullmatch(letters) is None:
        return letters
    return "".join(map(_characters().__getitem__, _syllable().findall(letters)))


@cache
def _syllables() -> re.Pattern[str]:
    """Syllables and nothing else, each the longest there is: none is tried twice."""
    return re.compile(f"(?>{_syllable().pattern})++")


@cache
def _syllable() -> re.Pattern[str]:
    """A syllable in plain letters, the longest there is."""
    return re.compile("|".join(sorted(_characters(), key=lambda each: (-len(each), each))))


@cache
def _characters() -> dict[str, str]:
    """For each syllable in plain letters a character that is first of all read so."""
    first = {chr(point): several.split(",")[0] for point, several in PINYIN_DICT.items()}
    plain = {to_normal(reading): character for character, reading in first.items()}
    return {each: plain[each] for each in plain if each.isascii() and each.isalpha()}


def _shingles(text: str) -> NDArray[np.uint64]:
    """The distinct shingles as 64-bit hashes, ordered; the smallest ``MOST_SHINGLES`` of them."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    if len(points) < SHINGLE:
        return points[:0]
    return _smallest(_mixed(points[:-1] << _HALF | points[1:]), MOST_SHINGLES)


def _smallest(values: NDArray[np.uint64], most: int) -> NDArray[np.uint64]:
    """The smallest distinct values, without ordering all of many."""
    taken = 2 * most
    while taken < len(values):
        distinct = np.unique(np.partition(values, taken)[:taken])
        if len(distinct) >= most:
            return distinct[:most]
        taken *= 2
    return np.unique(values)[:most]


def _minima(shingles: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The least value of the shingles under each of ``SKETCH_BITS`` hash functions.

    Multiply and add, modulo 2³², of what was mixed before: quick, and even enough. Each least
    value bears the number of its function, so that equal ones of two functions differ.
    """
    small = (shingles >> _HALF).astype(np.uint32)
    values = small[:, np.newaxis] * _FACTORS + _TERMS
    least: NDArray[np.uint32] = values.min(axis=0)
    return least.astype(np.uint64) + _FUNCTIONS


def _keys(minima: NDArray[np.uint64]) -> bytes:
    """For each band a bucket that hangs on all of its minima, which are mixed."""
    of_band = minima[: BANDS * MINIMA_OF_BAND].reshape(BANDS, MINIMA_OF_BAND)
    keys: NDArray[np.uint64] = of_band.sum(axis=1, dtype=np.uint64) % np.uint64(BUCKETS)
    return keys.astype("<u2").tobytes()


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each 64-bit value with its bits well mixed: the finaliser of SplitMix64."""
    for shift, mixer in _MIXERS:
        values = (values ^ (values >> shift)) * mixer
    return values ^ (values >> _LAST)


# Consecutive numbers, mixed: hash functions that no library's random generator can change.
_SEEDS: Final = _mixed(np.arange(1, 2 * SKETCH_BITS + 1, dtype=np.uint64) << _HALF)
_FACTORS: Final = (_SEEDS[:SKETCH_BITS] >> _HALF).astype(np.uint32) | np.uint32(1)
_TERMS: Final = (_SEEDS[SKETCH_BITS:] >> _HALF).astype(np.uint32)
_FUNCTIONS: Final = np.arange(SKETCH_BITS, dtype=np.uint64) << _HALF
