"""Standards that a listing cites, against claims of its title that they exclude (执行标准)."""

import re
from collections.abc import Iterator, Sequence

from data.mismatch import Standard
from features.contradiction.conflict import BASIS, claimed_words
from features.contradiction.stated import SKU, Stated
from features.finding import Finding
from features.prefilter import Prefiltered


class Standards:
    """The table of standards, compiled once."""

    def __init__(self, standards: Sequence[Standard]) -> None:
        self._rows = [
            (
                row,
                re.compile(rf"(?<![a-z])(?:{row.standard})(?![\d.])"),
                re.compile(row.claimed),
            )
            for row in standards
        ]
        self._prefilter = Prefiltered([claimed for _, _, claimed in self._rows])

    def findings(self, title: str, facts: Sequence[Stated], body: str) -> Iterator[Finding]:
        """The first claim of the title that a cited standard leaves no room for."""
        candidates = self._prefilter.candidates(title)
        if not candidates:
            return
        cited = [
            *((fact.field, fact.value) for fact in facts if fact.name != SKU),
            ("title", title),
            ("description", body),
        ]
        cited = [(field, text) for field, text in cited if "gb" in text or "/t" in text]
        for index in candidates if cited else ():
            row, standard, claimed = self._rows[index]
            words = claimed_words(claimed, title)
            for field, text in cited if words else ():
                match = standard.search(text)
                if match:
                    yield _excluded(row, words or "", field, match.group())
                    return


def _excluded(row: Standard, words: str, field: str, number: str) -> Finding:
    return Finding(
        code="spec_mismatch",
        field=field,
        text=number,
        cue="standard of other goods",
        basis=BASIS,
        certainty=row.certainty,
        reason_zh=f"标题写“{words}”，执行标准{number}却是{row.governs}",
    )
