"""How many requests are worked on at once (准入)."""

from serving.refusal import overloaded


class Admission:
    """How many requests of one sort may be worked on at once; one more is an overload."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._within = 0

    def __enter__(self) -> None:
        if self._within >= self._most:
            raise overloaded()
        self._within += 1

    def __exit__(self, *_: object) -> None:
        self._within -= 1

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits for an answer."""
        return self._within == 0
