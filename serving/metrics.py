"""What the service counts. Every label has a small fixed set of values."""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_NAMESPACE = "mingcha"
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """Counters and histograms only: they add up over processes, also over dead ones."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
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

    def text(self) -> bytes:
        """The Prometheus text, over all worker processes where there are several."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, namespace=_NAMESPACE, registry=self.registry)

    def _histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(
            name, meaning, labels, namespace=_NAMESPACE, registry=self.registry, buckets=_SECONDS
        )
