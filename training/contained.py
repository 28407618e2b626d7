"""Evidence that labelled texts give each other: a violating text inside a longer violating one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ahocorasick_rs import AhoCorasick

from training.assemble import ClaimDoc

LEAST_CHARACTERS: Final = 8
"""Letters and digits of a text that is evidence in another: shorter ones are said by chance."""

MOST_SHARE: Final = 0.5
"""Of the longer text's characters: a copy of nearly all of it points at nothing in it."""


def with_contained_evidence(docs: Sequence[ClaimDoc]) -> list[ClaimDoc]:
    """The documents, of which violating ones without evidence get that of shorter ones.

    A shorter violating text of the same group that stands in a longer one, punctuation aside, is
    its evidence: benchmarks publish windows and the sentences that were found in them apart.
    It need not be all the evidence there is.
    """
    spans = {letters for doc in docs if doc.violation and (letters := _letters(doc.text)[0])}
    known = [span for span in spans if len(span) >= LEAST_CHARACTERS]
    if not known:
        return list(docs)
    groups: defaultdict[str, set[str]] = defaultdict(set)
    for doc in docs:
        if doc.violation:
            groups[doc.group].add(_letters(doc.text)[0])
    automaton = AhoCorasick(known)

    def found(doc: ClaimDoc) -> Iterator[str]:
        letters, places = _letters(doc.text)
        for number, start, end in automaton.find_matches_as_indexes(letters, overlapping=True):
            if end - start <= MOST_SHARE * len(letters) and known[number] in groups[doc.group]:
                yield doc.text[places[start] : places[end - 1] + 1]

    return [_with(doc, tuple(dict.fromkeys(found(doc)))) for doc in docs]


def _with(doc: ClaimDoc, quotes: tuple[str, ...]) -> ClaimDoc:
    if not quotes or doc.quotes or not doc.violation:
        return doc
    return replace(doc, quotes=tuple((None, quote) for quote in quotes), complete=False)


def _letters(text: str) -> tuple[str, list[int]]:
    """What is spoken of a text, and where each of its characters stands in it."""
    places = [place for place, char in enumerate(text) if char.isalnum()]
    return "".join(text[place] for place in places), places
