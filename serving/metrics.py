"""What the service counts. Every label has a small fixed set of values."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from data.drift import WATCHED, DriftReport, read_drift
from data.problem import FileError
from data.verdict import Kind
from serving import journal

_NAMESPACE = "mingcha"
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """Counters and histograms, which add up over processes, also over dead ones; and the last
    reports on drift in ``home``, which are the same for all of them.
    """

    def __init__(self, home: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.registry = CollectorRegistry()
        self._drift = DriftGauges(home, now)
        self.requests = self._counter("requests", "HTTP requests answered.", "route", "status")
        self.seconds = self._histogram("request_seconds", "Time to answer a request.", "route")
        self.items = self._counter("items", "Items answered.", "kind", "suggestion", "degraded")
        self.item_errors = self._counter("item_errors", "Items not answered.", "kind", "reason")
        self.taken_in = self._counter("taken_in", "Feedback and appeals.", "kind", "status")
        self.scoring = self._histogram(
            "scoring_seconds", "Time to score items, with the look into a local ledger.", "kind"
        )
        self.repeated = self._counter("repeated_items", "Items answered from the ledger.", "kind")
        self.written = self._counter("ledger_decisions_written", "Decisions committed.")
        self.failures = self._counter("ledger_failures", "Transactions that failed.")
        self.lost = self._counter("ledger_passes_lost", "Passes given up unwritten.")
        self.loads = self._counter("champion_loads", "Champions loaded.", "kind", "outcome")
        self.shadows = self._counter(
            "shadow_answers", "Answers of shadows beside the champion's.", "kind", "outcome"
        )

    def text(self) -> bytes:
        """The Prometheus text, over all worker processes where there are several."""
        drift = CollectorRegistry()
        drift.register(self._drift)
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry) + generate_latest(drift)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared) + generate_latest(drift)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, namespace=_NAMESPACE, registry=self.registry)

    def _histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(
            name, meaning, labels, namespace=_NAMESPACE, registry=self.registry, buckets=_SECONDS
        )


class DriftGauges(Collector):
    """The last reports of ``mingcha drift`` as gauges; none where there is no report."""

    def __init__(self, home: Path, now: Callable[[], datetime]) -> None:
        self._home = home
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges, read from the files each time."""
        quantity = ("kind", "quantity")
        distance = _gauge("drift_distance", "How far a quantity moved; absent: no data.", quantity)
        alarm = _gauge("drift_alarm", "1 if a quantity moved by more than chance.", quantity)
        judged = _gauge("drift_judged", "0 if there was too little to tell.", quantity)
        age = _gauge("drift_age_seconds", "Since the end of the last report's window.", ("kind",))
        for report in filter(None, map(self._report, WATCHED)):
            age.add_metric([report.kind], (self._now() - report.until).total_seconds())
            for movement in report.movements:
                labels = [report.kind, movement.quantity]
                alarm.add_metric(labels, movement.state == "alarm")
                judged.add_metric(labels, movement.state != "not_judged")
                if movement.distance is not None:
                    distance.add_metric(labels, movement.distance)
        yield from (distance, alarm, judged, age)

    def _report(self, kind: Kind) -> DriftReport | None:
        try:
            return read_drift(self._home, kind)
        except FileError as error:
            journal.problem("drift_not_read", error, cause=str(error))
            return None


def _gauge(name: str, meaning: str, labels: tuple[str, ...]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{_NAMESPACE}_{name}", meaning, labels=labels)
