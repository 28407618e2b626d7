"""Which literal text a pattern cannot match without, so that most patterns need not be tried.

A window meets several hundred cues; the anchors of all of them are looked for in one pass
(Aho-Corasick), and only a pattern whose anchor stands in the text is run.
"""

import re
from collections.abc import Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

_MOST: Final = 400
"""A set of more anchors than this costs more than trying the pattern."""

_SHORT: Final = 3
"""A repeat of so many at most is spelt out."""

_WIDTHLESS: Final = frozenset({op.AT, op.ASSERT, op.ASSERT_NOT})


def anchors(pattern: str) -> frozenset[str] | None:
    """Literals of which every match of ``pattern``, with what it looks at around it, contains at
    least one; None if there are none.

    >>> sorted(anchors("(?:美白|祛斑)[^，]*霜"))
    ['祛斑', '美白']
    >>> anchors("[^，]*") is None
    True
    """
    found = _of_sequence(parser.parse(pattern))
    return frozenset(found) if found else None


def _of_sequence(items: Sequence[tuple[Any, Any]]) -> set[str] | None:
    best: set[str] | None = None
    run = {""}
    for code, argument in items:
        if code is op.ASSERT:
            best = _better(best, _of_sequence(argument[1]))
        if code in _WIDTHLESS:
            continue
        spelt = _spelt(code, argument)
        if spelt and len(run) * len(spelt) <= _MOST:
            run = {before + after for before in run for after in spelt}
            continue
        best = _better(best, run)
        run = spelt or {""}
        if not spelt:
            best = _better(best, _of_item(code, argument))
    return _better(best, run)


def _spelt(code: Any, argument: Any) -> set[str] | None:
    """Every text that an item can match, if they are few."""
    if code is op.LITERAL:
        return {chr(argument)}
    if code is op.IN:
        return _of_class(argument)
    if code is op.SUBPATTERN:
        return _spelt_sequence(argument[3])
    if code is op.BRANCH:
        branches = [_spelt_sequence(branch) for branch in argument[1]]
        if any(branch is None for branch in branches):
            return None
        union = {text for branch in branches for text in branch or ()}
        return union if len(union) <= _MOST else None
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and argument[1] <= _SHORT:
        return _repeated(_spelt_sequence(argument[2]), *argument[:2])
    return None


def _repeated(spelt: set[str] | None, least: int, most: int) -> set[str] | None:
    """What some of these texts in a row spell, from ``least`` to ``most`` of them."""
    if not spelt:
        return None
    rows, row = set[str](), {""}
    for count in range(most + 1):
        if count >= least:
            rows |= row
        row = {before + after for before in row for after in spelt}
        if len(row) > _MOST:
            return None
    return rows if len(rows) <= _MOST else None


def _spelt_sequence(items: Sequence[tuple[Any, Any]]) -> set[str] | None:
    texts = {""}
    for code, argument in items:
        if code in _WIDTHLESS:
            continue
        spelt = _spelt(code, argument)
        if not spelt or len(texts) * len(spelt) > _MOST:
            return None
        texts = {before + after for before in texts for after in spelt}
    return texts


def _of_item(code: Any, argument: Any) -> set[str] | None:
    if code is op.SUBPATTERN:
        return _of_sequence(argument[3])
    if code is op.BRANCH:
        return _of_branches(argument[1])
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and argument[0] > 0:
        return _of_sequence(argument[2])
    return None


def _of_branches(branches: Sequence[Sequence[tuple[Any, Any]]]) -> set[str] | None:
    union: set[str] = set()
    for branch in branches:
        found = _of_sequence(branch)
        if not found:
            return None
        union |= found
    return union if len(union) <= _MOST else None


def _of_class(members: Sequence[tuple[Any, Any]]) -> set[str] | None:
    if any(code is not op.LITERAL for code, _ in members) or len(members) > _MOST:
        return None
    return {chr(character) for _, character in members}


def _better(one: set[str] | None, other: set[str] | None) -> set[str] | None:
    one, other = (None if not found or "" in found else found for found in (one, other))
    if not one or not other:
        return one or other
    return max(one, other, key=_selectivity)


def _selectivity(found: set[str]) -> tuple[int, int]:
    return min(len(re.sub(r"\s", "", anchor)) for anchor in found), -len(found)
