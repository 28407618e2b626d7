"""Who reviews, how much of it, and what mistakes cost (审核产能与代价): ``HOME/work.toml``.

The figures that are there by default are assumed: 60 cases an hour at three quarters of the time
are the domain notes' (40 to 120 were found), a review is the unit of cost, and what a miss or a
false block costs beside it is for the operator to say.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from data.problem import FileError, UsageError, explain, quoted
from data.record import Record
from data.verdict import Kind

NAME: Final = "work.toml"
_KINDS: Final = ("claims", "listings")
_OWN: Final = ("reviewers", "items_a_day")

Positive = Annotated[float, Field(gt=0)]


class Work(Record):
    """The reviewers of one kind of item, their time, and costs in units of one's choice.

    ``hours_a_day`` begin at ``starts_at``, an hour of the day in Beijing; ``utilisation`` is the
    share of them that is spent on cases. ``miss`` are the costs of a violation that passes, of
    severity 1 to 4; ``false_block`` that of goods that were blocked and innocent, ``review`` that
    of looking at one case. ``items_a_day`` None is counted in the ledger. ``most_wait_hours`` is
    the waiting time that nine in ten cases are to stay below.
    """

    reviewers: Annotated[int, Field(ge=0, le=100_000)]
    hours_a_day: Annotated[float, Field(gt=0, le=24)] = 8.0
    starts_at: Annotated[float, Field(ge=0, lt=24)] = 9.0
    cases_an_hour: Annotated[float, Field(gt=0, le=3_600)] = 60.0
    utilisation: Annotated[float, Field(gt=0, le=1)] = 0.75
    miss: tuple[Positive, Positive, Positive, Positive] = (5.0, 20.0, 60.0, 200.0)
    false_block: Annotated[float, Field(ge=0)] = 30.0
    review: Positive = 1.0
    items_a_day: Positive | None = None
    most_wait_hours: Positive | None = None

    @property
    def cases_a_day(self) -> float:
        """How many cases are reviewed in a day.

        >>> Work(reviewers=2).cases_a_day
        720.0
        """
        return self.reviewers * self.hours_a_day * self.cases_an_hour * self.utilisation

    @property
    def hours_a_case(self) -> float:
        """How long one reviewer has a case, in hours of work."""
        return 1 / (self.cases_an_hour * self.utilisation)


def load_work(home: Path, kind: Kind, options: Mapping[str, Any] | None = None) -> Work | None:
    """What the home's file says of one kind, with ``options`` in its place; None where neither is.

    Figures at the top of the file are of both kinds, those under ``[claims]`` or ``[listings]`` of
    one; how many review, and how much comes in, is always of one kind. Raises FileError for a file
    that is no TOML, or names a figure or a value that is not known, UsageError for such options.
    """
    path, given = home / NAME, dict(options or {})
    said = _read(path, kind)
    if not said and not given:
        return None
    try:
        return Work.model_validate(said | given, strict=False)
    except ValidationError as error:
        first = explain(error)[0]
        figures = ", ".join(Work.model_fields)
        if given and first.field and first.field.split("[")[0] in {*given, "reviewers"}:
            raise UsageError(f"{first}; give it by an option or in {path}") from error
        raise FileError(f"{path}: {first}; figures are {figures}") from error


def _read(path: Path, kind: Kind) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"{path}: is no TOML: {error}") from error
    tables = {name: value for name, value in found.items() if isinstance(value, dict)}
    shared = {name: value for name, value in found.items() if name not in tables}
    if unknown := sorted(tables.keys() - set(_KINDS)):
        raise FileError(f"{path}: table {quoted(unknown[0])}; tables are claims, listings")
    for name in _OWN:
        if name in shared:
            raise FileError(
                f"{path}: {name} stands above the tables; who reviews both kinds would count "
                f"twice: put it under [claims] or [listings]"
            )
    own = tables.get(kind, {})
    # Figures that both kinds share say nothing of a kind that nobody is named for.
    return shared | own if own else {}
