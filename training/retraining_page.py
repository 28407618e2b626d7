"""A retraining as one page (重训报告): data, gate, figures, plots, slices, and the model card."""

import base64
from collections.abc import Mapping
from typing import Final, NamedTuple

from data.ledger.champions import RetrainingRow
from models.artifact import Manifest
from training.gate import GateVerdict
from training.page import MODELS, environment
from training.propensity import Estimates

_SOURCES: Final = {
    "appeal": "申诉复核",
    "adjudicator": "仲裁",
    "laboratory": "实验室检测",
    "second_reviewer": "二审",
    "reviewer": "审核员",
    "after_sale": "售后（已成熟）",
    "rule": "规则",
    "seed": "种子",
}
_STATES: Final = {
    "passed": ("通过", "passed"),
    "failed": ("未通过", "failed"),
    "not_judged": ("未判定", "not judged"),
}


class Told(NamedTuple):
    """What the page tells. ``counts`` are labels by source, ``lessons`` those that trained;
    ``traffic`` is what the block says of all that was decided in its time."""

    row: RetrainingRow
    verdict: GateVerdict
    manifest: Manifest
    counts: Mapping[str, int]
    lessons: int
    traffic: Estimates | None


def retraining_page(told: Told, figures: Mapping[str, bytes]) -> str:
    """One HTML page without scripts or anything from elsewhere; ``figures`` are PNG by name.

    Of merchants' texts it holds none; rows of the regression corpora are named.
    """
    return (
        environment()
        .get_template("retraining.html")
        .render(
            told._asdict(),
            model=MODELS[told.row.kind],
            sources=_SOURCES,
            states=_STATES,
            figures={name: base64.b64encode(png).decode() for name, png in figures.items()},
        )
    )
