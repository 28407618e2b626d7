"""Styled letters and unseen characters (花体字母、零宽字符): folding undoes them, the act stays."""

import re
import unicodedata
from bisect import bisect_left
from typing import Final, NamedTuple

from features.evasion.disguise import Disguise
from features.normalise import Normalised

_FULL_WIDTH: Final = "Ａ-Ｚａ-ｚ０-９"
_IDEOGRAPHS: Final = (
    "\u2e80-\u2fdf\u3280-\u33ff\uf900-\ufaff\U0001f200-\U0001f265\U0002f800-\U0002fa1f"
)
_LETTERS: Final = (
    "\U0001d400-\U0001d7ffⒶ-ⓩ⒜-⒵\U0001f110-\U0001f189ᴬ-ᵪᵸⱽ\u2070-\u2094\u02b0-\u02b8\u02e0-\u02e4"
)
# ⓒ ⓡ ⓜ Ⓟ name rights and trains; ⁰-⁹ are powers; 🅰🅱🅾🅿 alone are blood groups and car parks.
_ORDINARY: Final = frozenset("ⒸⓒⓇⓡⓂⓜⓅⓟ⁰⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₊₋₌₍₎₀₁₂₃₄₅₆₇₈₉🅰🅱🅾🅿ⁱ")
_ANY_STYLED: Final = re.compile(f"[{_LETTERS}{_IDEOGRAPHS}{_FULL_WIDTH}]")
_STYLED: Final = re.compile(
    f"(?P<styled>[{_LETTERS}]+)|(?P<ideographs>[{_IDEOGRAPHS}]+)|(?P<width>[{_FULL_WIDTH}]+)"
)

_DELIBERATE: Final = 0.7
_IDEOGRAPH: Final = 0.15
_TYPOGRAPHIC: Final = 0.05
_UNSEEN: Final = 0.8


class _Gap(NamedTuple):
    """Characters ``[start, end)`` of the original that folding dropped before ``at``."""

    start: int
    end: int
    at: int


def styled(raw: str, folded: Normalised) -> list[Disguise]:
    """Letters in another alphabet (𝐯𝐱, ⓥ, ｖｘ), in coordinates of the folded text.

    Full-width letters and digits are a habit of typing and weigh next to nothing; so do framed
    and circled Chinese characters (㊣), which decorate. Mathematical and circled letters weigh
    0.7.
    """
    if not _ANY_STYLED.search(raw):
        return []
    return [
        found for match in _STYLED.finditer(raw) if (found := _styled(match, folded)) is not None
    ]


def _styled(match: re.Match[str], folded: Normalised) -> Disguise | None:
    start, end = _in_folded(folded, match.start()), _in_folded(folded, match.end())
    resolved = folded.text[start:end]
    if not resolved or resolved == match[0]:
        return None
    if match["width"]:
        weight = _TYPOGRAPHIC
    elif match["ideographs"]:
        weight = _IDEOGRAPH
    else:
        weight = _TYPOGRAPHIC if _ORDINARY.issuperset(match[0]) else _DELIBERATE
    return Disguise(start, end, resolved, weight, "width")


def unseen(raw: str, folded: Normalised) -> list[Disguise]:
    """Words with zero-width characters or combining marks inside (高\\u200b仿, 减\\u20e3肥).

    Emoji that are put together of several characters, accents that belong to their letter and
    marks of scripts that need them are no disguise. Spans are of the folded text, around the
    two characters that the unseen ones stand between.
    """
    if folded.starts is None:
        return []
    found: list[tuple[int, int]] = []
    for gap in _gaps(raw, folded.starts):
        if not _hides(raw, gap, folded.text):
            continue
        start, end = gap.at - 1, gap.at
        if end < len(folded.text) and _is_writing(folded.text[end]):
            end += 1
        if found and start < found[-1][1]:
            start = found.pop()[0]
        found.append((start, end))
    return [Disguise(s, e, folded.text[s:e], _UNSEEN, "invisible") for s, e in found]


def _gaps(raw: str, starts: tuple[int, ...]) -> list[_Gap]:
    gaps: list[_Gap] = []
    expected = 0
    for at, start in enumerate((*starts, len(raw))):
        if start > expected:
            gaps.append(_Gap(expected, start, at))
        expected = start + 1
    return gaps


def _hides(raw: str, gap: _Gap, text: str) -> bool:
    """Whether the dropped characters of a gap hide a word from a filter."""
    if gap.at == 0 or not _is_writing(text[gap.at - 1]):
        return False
    dropped = [char for char in raw[gap.start : gap.end] if unicodedata.category(char) != "Cc"]
    marks = [char for char in dropped if unicodedata.category(char) in {"Mn", "Me"}]
    if marks and _is_orthography(raw[gap.start - 1], marks):
        return False
    if marks:
        return True
    return bool(dropped) and gap.at < len(text) and _is_writing(text[gap.at])


def _is_orthography(base: str, marks: list[str]) -> bool:
    """Accents that make one letter with their base (é), and the keycap of an emoji (1️⃣)."""
    if base in "0123456789#*":
        return set(marks) <= {"\ufe0e", "\ufe0f", "\u20e3"}
    if len(unicodedata.normalize("NFC", base + "".join(marks))) == 1:
        return True
    return marks == ["\ufe0f"] and not base.isalpha()


def _is_writing(char: str) -> bool:
    """Chinese characters, and latin letters and digits: what a filter reads."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or char in _ALPHANUMERIC


_ALPHANUMERIC: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def _in_folded(folded: Normalised, place: int) -> int:
    return place if folded.starts is None else bisect_left(folded.starts, place)
