"""What the gate judges by (上线门禁): evidence of one block of time, and the rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_serializer

from data.problem import MingchaError
from data.record import Instant, Record
from data.verdict import Kind
from training.ranking import RESAMPLES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

Headline = Literal["macro_f1", "pr_auc", "recall"]
"""What the challenger must not be worse on; recall and macro-F1 at each one's own thresholds."""

CheckName = Literal[
    "artifact",
    "unseen",
    "answers",
    "size",
    "macro_f1",
    "pr_auc",
    "recall",
    "slices",
    "must_pass",
    "must_catch",
    "calibration",
    "clean_blocked",
    "new_merchants",
    "latency",
]

Guarded = Literal["must_pass", "must_catch"]
GUARDED: Final[tuple[Guarded, ...]] = get_args(Guarded)

Share = Annotated[float, Field(ge=0, le=1)]
Part = Annotated[float, Field(gt=0, lt=1)]
Least = Annotated[int, Field(ge=1)]


HEADLINES: Final[tuple[Headline, ...]] = get_args(Headline)

_MAY_LACK: Final[dict[Kind, frozenset[CheckName]]] = {
    "claims": frozenset({"slices", "new_merchants"}),
    "listings": frozenset({"slices"}),
    "feedback": frozenset({"slices", "new_merchants", "must_pass", "must_catch"}),
}


class GateError(MingchaError):
    """Evidence that cannot be judged at all."""


@dataclass(frozen=True)
class Answers:
    """What one model says of the rows of a block; arrays of shape (rows,).

    ``scores`` are probabilities, ``flagged`` and ``blocked`` follow from the model's own
    thresholds. A score that the model could not give is NaN.
    """

    scores: Floats
    flagged: Flags
    blocked: Flags


@dataclass(frozen=True)
class Block:
    """Judged items of one stretch of time that neither model learnt from; shape (rows,).

    ``probability`` is that with which an item was chosen for review, above 0 and at most 1;
    ``groups`` are resampled whole (room, merchant). ``facets`` slice the rows, None is unknown.
    ``codes`` are the labels of each row, None where they are not known. ``since`` is when the
    block begins. Raises GateError.
    """

    truth: Flags
    probability: Floats
    groups: Sequence[str]
    since: Instant
    facets: Mapping[str, Sequence[str | None]]
    codes: Sequence[Collection[str] | None]

    def __post_init__(self) -> None:
        rows = len(self.truth)
        if not rows:
            raise GateError("the block has no row; judged items are needed")
        lengths = {
            "probability": len(self.probability),
            "groups": len(self.groups),
            "codes": len(self.codes),
            **{f"facet {name}": len(values) for name, values in self.facets.items()},
        }
        _same_length(rows, lengths)
        wrong = ~((self.probability > 0) & (self.probability <= 1))
        if wrong.any():
            found = float(self.probability[np.argmax(wrong)])
            raise GateError(
                f"row {int(np.argmax(wrong))}: probability of selection {found}; "
                "it is above 0 and at most 1"
            )


class Regression(Record):
    """One regression corpus (回归用例): names of its rows that each model gets wrong."""

    rows: Annotated[int, Field(ge=0)]
    champion_wrong: frozenset[str]
    challenger_wrong: frozenset[str]


class Latency(Record):
    """Milliseconds an item, both measured in one run on one machine."""

    champion_ms: Annotated[float, Field(gt=0)]
    challenger_ms: Annotated[float, Field(gt=0)]


class Facts(Record):
    """What an artefact is. ``trained_until`` is the last instant of which it knows a label.

    ``problems`` says what kept it from loading as serving loads it, if anything.
    """

    kind: Kind
    version: str
    trained_until: Instant
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class GateEvidence:
    """All that is known of a challenger (挑战者) and a champion (冠军) of a kind. Raises GateError.

    ``corpora`` maps ``must_pass`` and ``must_catch`` to what goes wrong; one that is left out, and
    a latency of None, were not measured.
    """

    block: Block
    champion: Answers
    challenger: Answers
    champion_facts: Facts
    challenger_facts: Facts
    corpora: Mapping[Guarded, Regression]
    latency: Latency | None

    def __post_init__(self) -> None:
        for side, answers in (("champion", self.champion), ("challenger", self.challenger)):
            arrays = (answers.scores, answers.flagged, answers.blocked)
            names = ("scores", "flagged", "blocked")
            lengths = {f"{side}.{n}": len(a) for n, a in zip(names, arrays, strict=True)}
            _same_length(len(self.block.truth), lengths)
        unknown = sorted(self.corpora.keys() - set(GUARDED))
        if unknown:
            raise GateError(f"unknown regression corpora {unknown}; the gate knows {list(GUARDED)}")
        kinds = self.champion_facts.kind, self.challenger_facts.kind
        if kinds[0] != kinds[1]:
            raise GateError(
                f"a champion of {kinds[0]} and a challenger of {kinds[1]}; both are one"
            )


class GateRules(Record):
    """When a challenger replaces a champion. Margins are shares, 0.01 is one point.

    ``delta`` (δ) is how much worse the challenger may be on a headline, at the lower end of the
    95 % interval; the other margins are held at the unfavourable end of theirs, but for
    calibration, whose error is judged as measured. ``least_positives`` and ``least_clean`` count
    rows by what they tell under their weights, ``least_passed`` the rows that the champion
    passes: flagged items alone flatter a challenger that flags more. A slice is judged from
    ``slice_positives`` violating rows on; ``error`` is the chance of calling any slice worse when
    none is. ``may_lack`` names checks without which a challenger may be promoted where they
    cannot be made.
    """

    headlines: tuple[Headline, ...] = Field(default=HEADLINES, min_length=1)
    delta: Part = 0.01
    least_rows: Least = 300
    least_positives: Least = 50
    least_clean: Least = 50
    least_passed: Least = 50
    least_groups: Least = 20
    slice_positives: Least = 50
    error: Part = 0.05
    calibration_margin: Share = 0.02
    calibration_ceiling: Share = 0.1
    blocked_margin: Share = 0.01
    newcomer_facet: str = "tenure"
    newcomer_value: str = "0-13"
    newcomer_margin: Share = 0.02
    least_newcomers: Least = 20
    latency_ratio: Annotated[float, Field(gt=0)] = 1.25
    resamples: Annotated[int, Field(ge=200)] = RESAMPLES
    seed: Annotated[int, Field(ge=0)] = 0
    may_lack: frozenset[CheckName] = frozenset({"slices"})

    @field_serializer("may_lack", when_used="json")
    def _sorted(self, names: frozenset[CheckName]) -> list[CheckName]:
        return sorted(names)

    @classmethod
    def usual(cls, kind: Kind) -> Self:
        """The rules for a kind, which may lack what the kind does not have.

        No slice may have enough violating rows. Speech and after-sale texts tell no merchant's
        tenure, and no regression corpus holds after-sale texts.
        """
        return cls(may_lack=_MAY_LACK[kind])


def _same_length(rows: int, lengths: Mapping[str, int]) -> None:
    wrong = {name: length for name, length in lengths.items() if length != rows}
    if wrong:
        raise GateError(f"{wrong} rows where truth has {rows}; all must be as long")
