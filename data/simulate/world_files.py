"""Writes a simulated world as files: records as a platform has them, and the truth apart."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from data.feedback import Appeal, Feedback
from data.problem import FileError, UsageError
from data.record import Record
from data.simulate.events import (
    Aired,
    Decision,
    Event,
    Review,
    ReviewerTruth,
    ShopTruth,
    Submitted,
    WrongedBuyer,
)

RECORDS: Final = (
    "listings.jsonl",
    "segments.jsonl",
    "feedback.jsonl",
    "appeals.jsonl",
    "decisions.jsonl",
    "reviews.jsonl",
)
TRUTH: Final = (
    "truth/listings.jsonl",
    "truth/merchants.jsonl",
    "truth/buyers.jsonl",
    "truth/segments.jsonl",
    "truth/reviewers.jsonl",
)
ABOUT: Final = "about.json"

_HOME: Final[Mapping[type, str]] = {
    Feedback: "feedback.jsonl",
    Appeal: "appeals.jsonl",
    Decision: "decisions.jsonl",
    Review: "reviews.jsonl",
    ShopTruth: "truth/merchants.jsonl",
    WrongedBuyer: "truth/buyers.jsonl",
    ReviewerTruth: "truth/reviewers.jsonl",
}


def write_world(
    directory: Path,
    events: Iterable[Event],
    about: Mapping[str, object],
    report: Callable[[datetime], None] = lambda at: None,
) -> dict[str, int]:
    """Write the events, one record a line, and count the lines of each file.

    ``about`` says how the world was made. ``directory`` must not be there yet, or be empty; it
    appears when all of it is written. ``report`` is called with the instant of each listing.
    Raises UsageError for a directory with something in it, FileError when it cannot be written.
    """
    check_free(directory)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    except OSError as error:
        raise FileError(f"{directory}: cannot be written: {error.strerror}") from error
    try:
        counts = _write(made, events, report)
        text = json.dumps(
            {"simulated": True, **about, "lines": counts}, ensure_ascii=False, indent=2
        )
        (made / ABOUT).write_text(text + "\n", encoding="utf-8")
        made.chmod(0o755)
        os.replace(made, directory)
    except OSError as error:
        raise FileError(f"{directory}: cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return counts


def check_free(directory: Path) -> None:
    """Raise UsageError unless the directory is still to be made, or empty."""
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory}: is a file; name a directory that is not there yet")
    if directory.is_dir() and any(directory.iterdir()):
        raise UsageError(f"{directory}: is not empty; name a directory that is not there yet")


def _write(
    directory: Path, events: Iterable[Event], report: Callable[[datetime], None]
) -> dict[str, int]:
    (directory / "truth").mkdir()
    counts = dict.fromkeys((*RECORDS, *TRUTH), 0)
    with ExitStack() as stack:
        files: dict[str, IO[str]] = {
            name: stack.enter_context((directory / name).open("w", encoding="utf-8", newline="\n"))
            for name in counts
        }

        def put(name: str, record: Record) -> None:
            files[name].write(record.model_dump_json(exclude_unset=True) + "\n")
            counts[name] += 1

        for event in events:
            match event:
                case Submitted(listing, truth):
                    put("listings.jsonl", listing)
                    put("truth/listings.jsonl", truth)
                    if listing.submitted_at is not None:
                        report(listing.submitted_at)
                case Aired(segment, truth):
                    put("segments.jsonl", segment)
                    put("truth/segments.jsonl", truth)
                case _:
                    put(_HOME[type(event)], event)
    return counts
