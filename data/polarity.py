"""Words by which buyers judge (褒贬词): what each says when nothing turns it round."""

from pathlib import Path
from typing import Final, Literal, get_args

from data.record import Record, RequiredName
from data.seeds import SeedError, read_record, read_tsv, seed_path

Says = Literal["flaw", "fake", "genuine", "bad", "late", "good", "plain"]
"""瑕疵, 疑假, 正品, 不满 (service and price among it), 物流, 赞; ``plain`` are words that hold one
of those and say nothing, such as 差不多 beside 差."""

SAYS: Final[tuple[Says, ...]] = get_args(Says)


class PolarWord(Record):
    """A word and what it says of goods or seller."""

    word: RequiredName
    says: Says


def load_polarity(path: Path | None = None) -> tuple[PolarWord, ...]:
    """The words of ``path``, or of the seeds, in order.

    Raises SeedError for a class that is none and for a word that stands there twice.
    """
    path = path or seed_path("polarity.tsv")
    words: dict[str, PolarWord] = {}
    for line, cells in read_tsv(path):
        row = read_record(PolarWord, cells, path, line)
        if row.word in words:
            raise SeedError.at(path, line, f"second {row.word!r}", "each word once")
        words[row.word] = row
    return tuple(words.values())
