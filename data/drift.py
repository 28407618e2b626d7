"""The report on drift (漂移报告) that training writes and serving shows as gauges."""

import os
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError

from data.problem import FileError
from data.record import Instant, Rate, Record
from data.verdict import Kind

State = Literal["alarm", "steady", "not_judged"]
"""告警, 平稳, 未判定: too little to tell, which is no all-clear."""


class Share(Record):
    """What share of a mix (构成) a name has, before and now."""

    name: str
    before: Rate
    now: Rate


class Movement(Record):
    """How far one quantity (监控量) moved from the reference window to the current one.

    ``distance`` is 0 for none; it means the largest difference of the cumulated shares for a
    number, the share that changed its place for a mix (both 0 to 1), Cohen's h for a rate (0 to
    π). An alarm is a distance of at least ``least`` whose ``adjusted`` p-value, corrected for all
    quantities of the report, is at most the report's ``false_alarms``. ``stability`` is the
    population stability index (PSI), ``stability_by_chance`` what chance alone reaches in 95 %.
    ``before`` and ``now`` are the mean, median or share; a mix has ``shares`` instead, the most
    moved first. What was not judged has no p-values.
    """

    quantity: str
    name_zh: str
    name_en: str
    state: State
    least: float
    distance: float | None = None
    p_value: Rate | None = None
    adjusted: Rate | None = None
    stability: float | None = None
    stability_by_chance: float | None = None
    before: float | None = None
    now: float | None = None
    shares: list[Share] = Field(default_factory=list)
    rows_before: int = 0
    rows_now: int = 0
    sentence_zh: str = ""
    sentence_en: str = ""


class DriftReport(Record):
    """Whether the ``days`` up to ``until`` differ from the ``reference_days`` before them.

    If nothing changed, at most a share of ``false_alarms`` of such reports has any alarm.
    ``versions`` are the model, policy and lexicon whose answers are compared; ``sampled`` is the
    share of the decisions that was read.
    """

    kind: Kind
    until: Instant
    days: int
    reference_days: int
    false_alarms: Rate
    versions: str | None
    sampled: Rate
    movements: list[Movement]

    @property
    def alarms(self) -> list[Movement]:
        """The quantities that moved."""
        return [movement for movement in self.movements if movement.state == "alarm"]


WATCHED: Final[tuple[Kind, ...]] = ("claims", "listings")
"""What drift is watched of."""


def drift_path(home: Path, kind: Kind) -> Path:
    """Where the last report on a kind stands."""
    return home / "drift" / f"{kind}.json"


def write_drift(home: Path, report: DriftReport) -> Path:
    """Keep a report as the last one; a reader sees the old one or the new one, never a part."""
    path = drift_path(home, report.kind)
    staging = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staging.write_text(report.model_dump_json(indent=2) + "\n", "utf-8")
        os.replace(staging, path)
    except OSError as error:
        raise FileError(f"{path}: cannot be written: {error.strerror}") from error
    return path


def read_drift(home: Path, kind: Kind) -> DriftReport | None:
    """The last report on a kind, or None where there is none. Raises FileError for a broken one."""
    path = drift_path(home, kind)
    try:
        return DriftReport.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise FileError(f"{path}: is no report on drift; run `mingcha drift` anew") from error
