"""What tests of spoken disguises share: the resolver of the shipped lexicon, made once."""

from functools import cache

from data.lexicon import load_lexicon
from features.evasion.disguise import Disguise
from features.evasion.resolver import Resolution, Resolver
from features.normalise import normalise
from features.tokenise import Tokeniser


@cache
def resolver() -> Resolver:
    lexicon = load_lexicon()
    return Resolver(lexicon, Tokeniser({word.word: word.frequency for word in lexicon.words}))


def resolve(text: str) -> Resolution:
    return resolver().resolve(normalise(text).text)


def plain(text: str) -> str:
    """The plain reading of a text that is written as it comes."""
    return resolve(text).text


def found(text: str) -> list[Disguise]:
    return list(resolve(text).disguises)
