"""What the gate says (门禁结论): each check with its figures, and why a challenger was refused."""

from collections.abc import Collection, Mapping, Sequence
from math import isnan
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator

from data.record import Instant, Record
from data.verdict import Kind
from training.gate_evidence import CheckName, GateRules

State = Literal["passed", "failed", "not_judged"]

_DECIMALS: Final = 9


def _rounded(value: float) -> float:
    """What lies beyond, and the sign of 0, depends on the order in which rows are added up."""
    return round(value, _DECIMALS) + 0.0


Rounded = Annotated[float, AfterValidator(_rounded)]

_STATES_ZH: Final[dict[State, str]] = {
    "passed": "通过",
    "failed": "未通过",
    "not_judged": "未判定",
}
_STATES_EN: Final[dict[State, str]] = {
    "passed": "passed",
    "failed": "failed",
    "not_judged": "not judged",
}


class Sentence(Record):
    """The same in Chinese and in English."""

    zh: str
    en: str


def passed(holds: bool) -> State:
    """The state of a check that could be made."""
    return "passed" if holds else "failed"


def points(difference: float) -> str:
    """A difference of shares with its sign.

    >>> points(-0.0000001), points(-0.01)
    ('+0.0000', '-0.0100')
    """
    return f"{round(difference, 4) + 0.0:+.4f}"


def both(zh: str, en: str) -> Sentence:
    """A sentence in both languages."""
    return Sentence(zh=zh, en=en)


class SliceFigures(Record):
    """One slice (切片): recall where all of its rows violate, else macro-F1; p after Holm."""

    facet: str
    value: str
    positives: int
    champion: Rounded
    challenger: Rounded
    p_value: Rounded


class Check(Record):
    """One check: how it ended, the figures it rests on, and a sentence.

    ``named`` are the rows of a regression corpus that are newly wrong, or what keeps an artefact
    from loading. ``slices`` are all that were tested, the worst first.
    """

    name: CheckName
    state: State
    figures: dict[str, Rounded]
    sentence: Sentence
    named: tuple[str, ...] = ()
    slices: tuple[SliceFigures, ...] = ()

    @classmethod
    def of(
        cls,
        name: CheckName,
        state: State,
        sentence: Sentence,
        figures: Mapping[str, float] | None = None,
        *,
        named: tuple[str, ...] = (),
        slices: tuple[SliceFigures, ...] = (),
    ) -> Self:
        """A check; ``figures`` that are NaN are left out."""
        numbers = {key: float(value) for key, value in (figures or {}).items()}
        return cls(
            name=name,
            state=state,
            figures={key: value for key, value in numbers.items() if not isnan(value)},
            sentence=sentence,
            named=named,
            slices=slices,
        )

    @property
    def said(self) -> Sentence:
        """The sentence after the check's name and state."""
        return both(
            f"{self.name} {_STATES_ZH[self.state]}：{self.sentence.zh}",
            f"{self.name} {_STATES_EN[self.state]}: {self.sentence.en}",
        )


class GateVerdict(Record):
    """Whether the challenger replaces the champion.

    ``reasons`` says what refused it or, where it is promoted, what was not judged.
    """

    promote: bool
    kind: Kind
    champion: str
    challenger: str
    since: Instant
    rows: int
    rules: GateRules
    checks: tuple[Check, ...]
    reasons: tuple[Sentence, ...]

    def tags(self) -> dict[str, str]:
        """The outcome and the state of each check, under the names that a run's tags have."""
        outcome = "promoted" if self.promote else "refused"
        return {"gate": outcome} | {f"gate.{each.name}": each.state for each in self.checks}


class Ruling(Record):
    """What follows from the checks alone."""

    promote: bool
    reasons: tuple[Sentence, ...]

    @classmethod
    def of(cls, checks: Sequence[Check], may_lack: Collection[CheckName]) -> Self:
        """A check that failed refuses; one that was not judged does unless it ``may_lack``.

        >>> check = Check.of("latency", "not_judged", both("没有测过。", "It was not measured."))
        >>> Ruling.of([check], may_lack={"latency"}).promote, Ruling.of([check], ()).promote
        (True, False)
        """
        lacking = [each for each in checks if each.state == "not_judged"]
        failed = [each for each in checks if each.state == "failed"]
        refusing = failed + [each for each in lacking if each.name not in may_lack]
        reasons = tuple(each.said for each in refusing or lacking)
        return cls(promote=not refusing, reasons=reasons)
