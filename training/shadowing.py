"""Which version runs in shadow (影子模式): started, stopped, and how far it has come."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from data.known_bad import open_known_bad
from data.ledger import Ledger
from data.ledger.audit import OPERATOR
from data.ledger.shadows import Course, courses, note_started, note_stopped
from data.overlay_store import load_overlay
from data.problem import MingchaError
from data.registry_store import load_registry
from data.verdict import Kind
from models import store
from models.artifact import ArtifactError
from models.policy import PolicyName
from models.scorer import load_scorer
from training.promotion import named_version


class ShadowError(MingchaError):
    """A shadow that cannot be started, or that does not run; says why."""


class Running(NamedTuple):
    """Who answers a kind, who answers it unheard, and what shadows have answered so far."""

    kind: Kind
    champion: str | None
    shadow: str | None
    courses: list[Course]


class Stage:
    """The shadows of one home. ``actor`` is who acts, as the audit trail names them."""

    def __init__(self, home: Path, ledger: Ledger, actor: str = OPERATOR) -> None:
        self.home = home
        self.ledger = ledger
        self.actor = actor

    def start(self, kind: Kind, version: str, policy: PolicyName, at: datetime) -> str:
        """Have a version answer unheard, in place of another; returns its name.

        It is loaded as the service loads it, first. Raises ArtifactError for one that cannot be,
        ShadowError for the champion.
        """
        name = named_version(self.home, kind, version)
        directory = store.artifact_of(self.home, kind, name)
        champion = store.champion(self.home, kind)
        if champion is not None and champion.name == name:
            raise ShadowError(f"{kind} {name} is champion: it answers already, and is heard")
        known = open_known_bad(self.home), load_overlay(self.home)
        scorer = load_scorer(directory, policy, load_registry(self.home), *known)
        if scorer.kind != kind:
            raise ShadowError(f"{directory}: holds a model of {scorer.kind}, not of {kind}")
        before = self._named(kind)
        with self.ledger.acting(self.actor, at) as transaction:
            note_started(transaction, kind, name, before)
            store.set_shadow(self.home, kind, name)
        return name

    def stop(self, kind: Kind, at: datetime) -> str:
        """Have no shadow answer any more; returns which one did. Raises ShadowError for none."""
        name = self._named(kind)
        if name is None:
            raise ShadowError(f"{kind}: no shadow runs; `mingcha shadow status` tells which do")
        with self.ledger.acting(self.actor, at) as transaction:
            note_stopped(transaction, kind, name)
            store.clear_shadow(self.home, kind)
        return name

    def running(self, kind: Kind) -> Running:
        """How things stand with a kind."""
        champion, shadow = store.champion(self.home, kind), store.shadow(self.home, kind)
        return Running(
            kind,
            None if champion is None else champion.name,
            None if shadow is None else shadow.name,
            courses(self.ledger, kind),
        )

    def _named(self, kind: Kind) -> str | None:
        try:
            shadow = store.shadow(self.home, kind)
        except ArtifactError:
            # A pointer that is damaged can be replaced and taken away like any other.
            return "unreadable"
        return None if shadow is None else shadow.name
