"""A service without a trained model: a scorer whose answers a test can foresee."""

import hashlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from data.ledger import Keys
from data.listing import Listing
from data.record import Record
from data.segment import LiveSegment
from data.snapshot import Snapshot
from data.verdict import Hit, Kind, LabelVerdict, Suggestion, Verdict
from models.judgement import NOTHING, Judgement, Opinion
from serving.app import build_app
from serving.bootstrap import Runtime
from serving.champion import Library
from serving.settings import Settings

with warnings.catch_warnings():
    # With httpx instead of its successor the import warns; either serves.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


class Panic(BaseException):
    """What a compiled library raises when it panics: no ``Exception``."""


class WordScorer:
    """Blocks ``根治``, sends ``最好`` to review, fails on ``故障`` and panics on ``崩溃``.

    It is as deterministic as a model.
    """

    policy_version = "p1"
    lexicon_version = "l1"

    def __init__(
        self, kind: Kind, model_version: str | None, mildest: Literal["pass", "review"] = "pass"
    ) -> None:
        self.kind: Kind = kind
        self.model_version = model_version
        self.mildest: Suggestion = mildest
        self.opinion = Opinion(threshold=0.5, model=0.1, rules=0.0)
        self.before_scoring: Callable[[], None] = lambda: None

    def warm(self) -> None:
        pass

    def judge(
        self,
        item: Record,
        at: datetime,
        filled: Mapping[str, object] = NOTHING,
        first_submitted: datetime | None = None,
    ) -> Judgement:
        verdict = self.score(item, at).model_copy(update={"filled_from_ledger": sorted(filled)})
        opinion = self.opinion if self.model_version else None
        snapshot = Snapshot(at=at, first_submitted=first_submitted, item=dict(filled))
        return Judgement(verdict, snapshot, opinion)

    def score(self, item: Record, at: datetime) -> Verdict:
        assert isinstance(item, LiveSegment | Listing)
        text = item.text if isinstance(item, LiveSegment) else item.title
        if self.model_version:
            self.before_scoring()
            if "故障" in text:
                raise ZeroDivisionError(text)
            if "崩溃" in text:
                raise Panic(text)
        suggestion = self.mildest
        labels = []
        for word, harsh in (("最好", "review"), ("根治", "block")):
            if word in text:
                suggestion = "block" if harsh == "block" else "review"
                labels.append(_label(text, word, suggestion))
        identity = f"{self.kind}{item.model_dump_json()}{self.model_version}{self.mildest}"
        return Verdict(
            data_id=item.data_id,
            decision_id="d" + hashlib.sha256(identity.encode()).hexdigest()[:31],
            suggestion=suggestion,
            risk_level="none" if suggestion == "pass" else "high",
            probability=0.9 if labels else 0.1,
            labels=labels,
            evasion_probability=0.0,
            model_version=self.model_version,
            policy_version=self.policy_version,
            lexicon_version=self.lexicon_version,
            feature_as_of=at,
            filled_from_ledger=[],
            degraded=self.model_version is None,
            previous_decision_id=None,
            latency_ms=0.0,
        )


def _label(text: str, word: str, suggestion: Suggestion) -> LabelVerdict:
    start = text.index(word)
    hit = Hit(field="text", start=start, end=start + len(word), text=word, cue=word)
    return LabelVerdict(
        code="medical_claim",
        name_zh="非医疗品宣称治病",
        probability=0.9,
        suggestion=suggestion,
        severity=4,
        source="model",
        basis=["广告法 第17条"],
        hits=[hit],
    )


@dataclass
class Shelf:
    """The artefacts that the service finds, by the name of their directory, and what is known."""

    current: dict[Kind, str | None] = field(
        default_factory=lambda: {"claims": "v1", "listings": "v1"}
    )
    scorers: dict[tuple[str, str], WordScorer] = field(default_factory=dict)
    known: str = "nothing"
    shadows: dict[Kind, str] = field(default_factory=dict)

    def library(self) -> Library:
        def champion(_home: Path, kind: Kind) -> Path | None:
            version = self.current[kind]
            return None if version is None else Path(kind) / version

        def shadow(_home: Path, kind: Kind) -> Path | None:
            return Path(kind) / self.shadows[kind] if kind in self.shadows else None

        def load(directory: Path, _home: Path) -> WordScorer:
            if directory.name == "broken":
                raise ValueError("manifest says otherwise")
            kind: Kind = "claims" if directory.parent.name == "claims" else "listings"
            return self.scorers.setdefault((kind, directory.name), WordScorer(kind, directory.name))

        return Library(
            champion,
            lambda _home: self.known,
            load,
            lambda kind, mildest, _home: WordScorer(kind, None, mildest),
            shadow,
        )


class Service:
    """A running service and a caller that has a key."""

    def __init__(self, home: Path, shelf: Shelf, settings: dict[str, str]) -> None:
        self.shelf = shelf
        environ = {"MINGCHA_HOME": str(home), **settings}
        self.runtime = Runtime(Settings.from_environment(environ), shelf.library())
        self.key_id = ""
        self.client = TestClient(build_app(self.runtime))

    def __enter__(self) -> "Service":
        key, secret = Keys(self.runtime.ledger).add("test", datetime.now(UTC))
        self.key_id = key.key_id
        self.client.headers["authorization"] = f"Bearer {secret}"
        self.client.__enter__()
        while self.client.get("/readyz").status_code == 503:
            pass
        return self

    def __exit__(self, *_: object) -> None:
        self.client.__exit__(None, None, None)

    def post(self, *items: object, kind: Kind = "claims") -> Any:
        """The response to a scoring request."""
        return self.client.post(f"/v1/{kind}/score", json={"items": list(items)})

    def score(self, *items: object, kind: Kind = "claims") -> list[Any]:
        """The results of a scoring request that is answered."""
        response = self.post(*items, kind=kind)
        assert response.status_code == 200, response.text
        results: list[Any] = response.json()["results"]
        return results

    def metric(self, name: str, **labels: str) -> float:
        """The value of a counter."""
        return self.runtime.metrics.registry.get_sample_value(name, labels) or 0.0


def speech(text: str, data_id: str = "seg-1") -> dict[str, object]:
    """A window of speech as a caller sends it."""
    return {"data_id": data_id, "text": text}


def listing(**fields: object) -> dict[str, object]:
    """A listing as a caller sends it."""
    return {"data_id": "goods-1", "title": "杯子", "category": "家居/杯", "price": 9.9, **fields}


def refund(feedback_id: str = "fb-1", **fields: object) -> dict[str, object]:
    """An event after sale as a caller sends it, about ``decision_id`` or ``data_id``."""
    at = "2026-01-02T08:00:00+08:00"
    return {"feedback_id": feedback_id, "kind": "refund", "event_at": at, **fields}


def appeal(decision_id: str, appeal_id: str = "ap-1", **fields: object) -> dict[str, object]:
    """An appeal as a caller sends it."""
    return {
        "appeal_id": appeal_id,
        "decision_id": decision_id,
        "statement": "我们有批文",
        **fields,
    }


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def service(tmp_path: Path, shelf: Shelf) -> Iterator[Service]:
    with Service(tmp_path, shelf, {}) as running:
        yield running
