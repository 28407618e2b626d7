"""Real speech: harmless sentences stay as they are, and real disguises are found.

Annotators overlook disguises (转天转地 for dizziness is called one in some rows and none in
others), so a sentence with words that are called a disguise anywhere in the data is not harmless.
"""

import csv
import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path

from features.evasion.disguise import Disguise
from features.normalise import normalise
from tests.features.evasion.spoken import resolve

HABITS = {"currency", "stutter"}
SENTENCES = 5_000
SHORTEST = 8

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def labelled_segments(datasets: Path) -> Iterator[tuple[str, dict[str, object]]]:
    lines = (datasets / "transcripts/live_segments_labels.jsonl").read_text("utf-8").splitlines()
    labels = {label["id"]: label for label in map(json.loads, lines)}
    for row in rows(datasets / "transcripts/live_segments.csv"):
        label = labels.get(sha256(row["text"].encode()).hexdigest()[:12])
        if label is not None:
            yield row["text"], label


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"[。！？!?]", text) if len(part) >= SHORTEST]


def health_rows(datasets: Path) -> list[Row]:
    return [r for r in rows(datasets / "morph/health_train.csv") if r["kind"] != "提取失败"]


def called_disguises(datasets: Path) -> set[str]:
    """What annotators replaced or listed anywhere, with no fewer than three characters."""
    surfaces = set()
    for row in health_rows(datasets):
        if row["kind"] != "无":
            said, meant = (normalise(row[name]).text for name in ("spoken", "resolved"))
            blocks = SequenceMatcher(None, said, meant, autojunk=False).get_opcodes()
            for tag, start, end, _, _ in blocks:
                if tag != "equal":
                    before = max(0, start - 1)
                    surfaces |= {said[before:end], said[start : end + 1], said[before : end + 1]}
    for _, label in labelled_segments(datasets):
        evasions = label["evasions"]
        assert isinstance(evasions, list)
        surfaces |= {normalise(evasion["surface"]).text for evasion in evasions}
    return {surface for surface in surfaces if len(surface) >= 3}


def harmless(datasets: Path) -> list[str]:
    clean = [t for t, label in labelled_segments(datasets) if not label["violation"]]
    clean += [r["text"] for r in rows(datasets / "liveamr/train_long.csv") if r["label"] == "0"]
    clean += [r["spoken"] for r in health_rows(datasets) if r["kind"] == "无"]
    found = {normalise(part).text for text in clean for part in sentences(text)}
    known = called_disguises(datasets)
    sizes = {len(surface) for surface in known}
    innocent = (
        s for s in found if not any(s[i : i + n] in known for n in sizes for i in range(len(s)))
    )
    return sorted(innocent, key=lambda text: sha256(text.encode()).hexdigest())[:SENTENCES]


def disguises(text: str) -> list[Disguise]:
    return [found for found in resolve(text).disguises if found.mechanism != "stutter"]


def test_harmless_real_sentences_are_left_alone(datasets: Path) -> None:
    texts = harmless(datasets)
    changed = [t for t in texts if any(d.mechanism not in HABITS for d in disguises(t))]

    assert len(texts) == SENTENCES
    assert len(changed) <= 0.005 * SENTENCES


def test_most_distorted_real_sentences_show_a_disguise(datasets: Path) -> None:
    distorted = [row for row in health_rows(datasets) if row["kind"] != "无"]
    found = [row for row in distorted if disguises(row["spoken"])]

    assert len(found) >= 0.7 * len(distorted)


def test_what_is_found_is_mostly_a_disguise_to_annotators_as_well(datasets: Path) -> None:
    found = [row["kind"] for row in health_rows(datasets) if disguises(row["spoken"])]

    assert sum(kind != "无" for kind in found) >= 0.9 * len(found)
