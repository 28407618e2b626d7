"""Who is champion (上线与回滚): decided in the ledger, then pointed to, then named in the registry.

The ledger's row decides. Serving reads the pointer under the home; the alias in MLflow is for
people. A process that is killed between the three leaves the pointer or the alias behind, and the
next command moves it on: at no instant is there half a champion.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from data.ledger import Ledger
from data.ledger.audit import OPERATOR, Act
from data.ledger.champions import (
    THRESHOLDS,
    Cause,
    Promotion,
    RetrainingRow,
    keep_retraining,
    last_promotion,
    promote,
    promotions_of,
    retrainings_of,
)
from data.problem import FileError, MingchaError
from data.verdict import Kind
from models import store
from models.artifact import read_files, read_manifest
from training.track import TrackError, model_version, name_champion

LOCK: Final = "champions.lock"
BUSY: Final = "another retraining or promotion is at work; try again when it has ended"


class PromotionError(MingchaError):
    """A version that cannot be made champion; says why."""


class Champions:
    """The champions of one home. Whoever changes them holds ``HOME/champions.lock``.

    ``actor`` is who acts, as the audit trail names them.
    """

    def __init__(self, home: Path, ledger: Ledger, actor: str = OPERATOR) -> None:
        self.home = home
        self.ledger = ledger
        self.actor = actor

    def current(self, kind: Kind, at: datetime) -> str | None:
        """The champion's version; pointer and alias are moved on where a kill left them behind.

        A champion of before promotions were recorded is recorded as the first.
        """
        last = last_promotion(self.ledger, kind)
        pointed = store.champion(self.home, kind)
        if last is None and pointed is not None:
            with self.ledger.acting(self.actor, at) as transaction:
                last = promote(transaction, kind, pointed.name, "first")
        if last is not None:
            self._follow(last)
        return None if last is None else last.model_version

    def first(self, kind: Kind, version: str, at: datetime) -> bool:
        """Make a version champion where there is none; whether it became it."""
        if self.current(kind, at) is not None:
            return False
        self._decide(kind, version, "first", at)
        return True

    def settle(self, row: RetrainingRow) -> None:
        """Record a retraining and, where the gate let its challenger pass, the promotion: both or
        neither."""
        with self.ledger.acting(self.actor, row.recorded_at) as transaction:
            keep_retraining(transaction, row)
            if not row.promoted:
                return
            promotion = promote(transaction, row.kind, row.challenger, "gate", row.retraining_id)
        self._follow(promotion)

    def promote(self, kind: Kind, version: str, at: datetime) -> Promotion:
        """Make a version champion that the gate let pass. Raises PromotionError for any other."""
        name = named_version(self.home, kind, version)
        self.current(kind, at)
        passed = [row for row in retrainings_of(self.ledger, kind, at) if row.challenger == name]
        if not any(row.promoted for row in passed) and name not in self._earlier(kind):
            judged = "refused it" if passed else "has not judged it"
            raise PromotionError(
                f"{kind} {name}: the gate {judged}; `mingcha retrain` trains and judges, and "
                "`mingcha rollback` goes back to an earlier champion"
            )
        return self._decide(kind, name, "operator", at)

    def roll_back(self, kind: Kind, version: str | None, at: datetime) -> Promotion:
        """Make an earlier champion champion again, by default the last one before this.

        Raises PromotionError where there is none, or the version never was one.
        """
        current = self.current(kind, at)
        earlier = self._earlier(kind)
        if version is None:
            before = [name for name in earlier if name != current]
            if not before:
                raise PromotionError(f"{kind}: there is no earlier champion to go back to")
            return self._decide(kind, before[-1], "rollback", at)
        name = named_version(self.home, kind, version)
        if name not in earlier:
            raise PromotionError(
                f"{kind} {name} never was champion; these were: {', '.join(dict.fromkeys(earlier))}"
            )
        return self._decide(kind, name, "rollback", at)

    def adjust(
        self, kind: Kind, version: str, was: str, detail: Mapping[str, Any], at: datetime
    ) -> Promotion:
        """Make the champion ``was`` with other thresholds champion; ``detail`` says which, on the
        audit trail. Raises PromotionError where another became champion meanwhile."""
        if self.current(kind, at) != was:
            raise PromotionError(f"{kind}: {was} is champion no more; run the command again")
        self._check(kind, version)
        with self.ledger.acting(self.actor, at) as transaction:
            promotion = promote(transaction, kind, version, "thresholds")
            transaction.note(Act(act=THRESHOLDS, subject=version, detail=dict(detail)))
        self._follow(promotion)
        return promotion

    def _earlier(self, kind: Kind) -> list[str]:
        return [one.model_version for one in promotions_of(self.ledger, kind)]

    def _decide(self, kind: Kind, version: str, cause: Cause, at: datetime) -> Promotion:
        self._check(kind, version)
        with self.ledger.acting(self.actor, at) as transaction:
            promotion = promote(transaction, kind, version, cause)
        self._follow(promotion)
        return promotion

    def _check(self, kind: Kind, version: str) -> None:
        """What serving would refuse to load must not become champion."""
        directory = store.artifacts(self.home, kind) / version
        read_files(directory, read_manifest(directory))

    def _follow(self, promotion: Promotion) -> None:
        kind, version = promotion.kind, promotion.model_version
        try:
            pointed = store.champion(self.home, kind)
            if pointed is None or pointed.name != version:
                store.promote(self.home, kind, version)
        except FileError as error:
            raise PromotionError(
                f"{kind} {version} is champion by the ledger, but serving could not be pointed to "
                f"it: {error}; any of retrain, promote and rollback tries again"
            ) from error
        try:
            name_champion(self.home, kind, version)
        except TrackError as error:
            raise PromotionError(
                f"{kind} {version} is champion and serves, but the registry does not say so: "
                f"{error}; any of retrain, promote and rollback tries again"
            ) from error


def named_version(home: Path, kind: Kind, version: str) -> str:
    """The version that a number of the registry, or its own name, stands for.

    Raises PromotionError for a number that stands for none.
    """
    if not version.isdigit():
        return version
    name = model_version(home, kind, version)
    if name is None:
        raise PromotionError(f"{kind}: no version {version[:20]} is registered")
    return name
