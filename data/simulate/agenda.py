"""The days of a simulated world (日程), and what was put off until which of them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from data.simulate.dice import Dice
from data.simulate.events import Event
from data.simulate.schedule import moment

Deed = Callable[[], Iterator[Event]]
"""Something that is put off, and what happens when it is done."""


class Agenda:
    """The day it is, counted from the first that is told, and what is still to be done.

    What happens on days below 0 is not ``told``.
    """

    def __init__(self, start: datetime, first: int) -> None:
        self.start = start
        self.day = first
        self._deeds: defaultdict[int, list[Deed]] = defaultdict(list)
        self._counts: defaultdict[str, int] = defaultdict(int)

    @property
    def told(self) -> bool:
        """Whether what happens today is part of the story."""
        return self.day >= 0

    @property
    def midnight(self) -> datetime:
        """The beginning of today."""
        return self.midnight_of(self.day)

    def midnight_of(self, day: int) -> datetime:
        """The beginning of a day."""
        return self.start + timedelta(days=day)

    def moment(self, dice: Dice) -> datetime:
        """A moment of today."""
        return moment(self.midnight, dice)

    def put_off(self, days: int, deed: Deed) -> None:
        """Do this so many days from now; today, if that is past."""
        self._deeds[self.day + max(0, days)].append(deed)

    def put_off_until(self, at: datetime, deed: Deed) -> None:
        """Do this on the day of an instant."""
        self.put_off((at - self.start).days - self.day, deed)

    def work(self) -> Iterator[Event]:
        """What was put off until today, and what that puts off until later today."""
        while self._deeds[self.day]:
            yield from self._deeds[self.day].pop(0)()
        del self._deeds[self.day]

    def new_id(self, letter: str) -> str:
        """The next name of a record of this sort.

        >>> from datetime import UTC
        >>> agenda = Agenda(datetime(2025, 9, 15, tzinfo=UTC), 0)
        >>> agenda.new_id("r"), agenda.new_id("r")
        ('sim-r000000', 'sim-r000001')
        """
        number = self._counts[letter]
        self._counts[letter] += 1
        return f"sim-{letter}{number:06d}"

    def decision_id(self, *, told: bool) -> str:
        """The next name of a decision; those before the first day have names of their own."""
        return self.new_id("d" if told else "wd")
