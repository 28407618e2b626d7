"""More training rows (数据增强): copies of known ones in which words are disguised.

A violating text's risky words are disguised and it stays violating. A clean one's harmless words
are, so that a disguise alone does not convict: hosts soften 关注 and say 米 for 元 all day.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from data.simulate.disguises import Disguised, Mechanism, disguise
from training.assemble import ClaimDoc

HARMLESS: Final = ("关注", "价格", "链接", "粉丝", "直播间", "点赞", "下单", "优惠", "快递")
"""Words that platforms frown at, or hosts believe they do, and that claim nothing."""

# Roughly the square root of how often each is heard by the domain notes, so that the rare ones
# are learnt too; what is only written is rarer still in speech and the text on screen.
_MIX: Final[Mapping[Mechanism, float]] = {
    "filler_homophone": 6.5,
    "circumlocution": 4.4,
    "filler": 3.3,
    "reduplication": 2.8,
    "mask": 2.5,
    "stutter": 1.9,
    "homophone": 1.2,
    "softener": 0.8,
    "clipping": 0.5,
    "latin": 0.5,
    "pinyin": 0.5,
    "initials": 0.3,
    "variant": 0.3,
    "split": 0.3,
    "symbol": 0.3,
    "spacing": 0.3,
    "invisible": 0.2,
    "width": 0.2,
    "digit": 0.2,
}
_CURRENCY_SHARE: Final = 0.3
_TRIES: Final = 4
_AMOUNT: Final = re.compile(r"[\d一二两三四五六七八九十百千万几]{1,8}(?:元|块钱)")


def augmented(
    docs: Sequence[ClaimDoc],
    share: float,
    seed: int,
    words: Collection[str],
    harmless: Collection[str] = HARMLESS,
) -> list[ClaimDoc]:
    """Copies of about ``share`` of the documents, 0 to 1, with disguised words.

    Of a violating document those of ``words`` are disguised that stand in its evidence, or
    anywhere when it has none; of a clean one the ``harmless`` words or the amounts. A copy keeps
    its group and codes, its quotes are the new text's, and ``/disguised`` is added to its source.
    A document with nothing to disguise, or with a quote that is not word for word its own, has
    no copy.

    Raises ValueError for a share outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share of {share} of the documents; 0 to 1 is possible")
    rng = np.random.default_rng(seed)
    chosen = [doc for doc in docs if rng.random() < share]
    return [copy for doc in chosen for copy in _copy(doc, words, harmless, rng)]


def _copy(
    doc: ClaimDoc, words: Collection[str], harmless: Collection[str], rng: np.random.Generator
) -> Iterator[ClaimDoc]:
    if not all(quote in doc.text for _, quote in doc.quotes):
        return
    made = _risky(doc, words, rng) if doc.violation else _harmless(doc.text, harmless, rng)
    if made.changes:
        yield replace(
            doc,
            text=made.text,
            quotes=tuple(dict.fromkeys(_moved(doc, made))),
            source=f"{doc.source}/disguised",
            segment=doc.segment and doc.segment.model_copy(update={"text": made.text}),
            disguises=(*(doc.disguises or ()), *(change.surface for change in made.changes)),
        )


def _risky(doc: ClaimDoc, words: Collection[str], rng: np.random.Generator) -> Disguised:
    spans = [span for _, quote in doc.quotes for span in _places(doc.text, quote)]
    return _disguised(doc.text, words, rng, spans if doc.quotes else None)


def _harmless(text: str, words: Collection[str], rng: np.random.Generator) -> Disguised:
    amounts = _AMOUNT.findall(text)
    if amounts and rng.random() < _CURRENCY_SHARE:
        return disguise(text, "currency", amounts, rng)
    return _disguised(text, words, rng, None)


def _disguised(
    text: str,
    words: Collection[str],
    rng: np.random.Generator,
    within: Sequence[tuple[int, int]] | None,
) -> Disguised:
    """The text by a mechanism of the mix that suits it, if one of a few tries does."""
    shares = np.array(list(_MIX.values()))
    for number in rng.choice(len(_MIX), size=_TRIES, replace=False, p=shares / shares.sum()):
        made = disguise(text, list(_MIX)[int(number)], words, rng, within)
        if made.changes:
            return made
    return Disguised(text, ())


def _moved(doc: ClaimDoc, made: Disguised) -> Iterator[tuple[str | None, str]]:
    """The quotes as they now read, one for each place that a quote had."""
    for code, quote in doc.quotes:
        for place in _places(doc.text, quote):
            start, end = made.span(*place)
            yield code, made.text[start:end]


def _places(text: str, words: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(re.escape(words), text)]
