"""What happens when the ledger, the disk or the service itself has no room."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from serving.journal import JsonLines
from tests.serving.conftest import Service, Shelf, speech


@contextmanager
def locked(service: Service) -> Iterator[None]:
    """The ledger, while another program holds its lock."""
    assert service.runtime.ledger.url.database is not None
    other = sqlite3.connect(service.runtime.ledger.url.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def full_disk(service: Service) -> Iterator[None]:
    """The ledger, while it may not grow."""
    engine = service.runtime.ledger.engine

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(engine, "connect", limit)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


def big(text: str, data_id: str) -> dict[str, object]:
    """A window that does not fit into the pages that the ledger already has."""
    return speech(text + "的" * 10_000, data_id)


@pytest.mark.parametrize("outage", [locked, full_disk])
def test_a_flag_that_cannot_be_kept_is_not_given(service: Service, outage: object) -> None:
    assert callable(outage)
    with outage(service):
        flagged, clean = service.score(big("根治", "a"), big("你好", "b"))
        alone = service.post(big("最好", "c"))

    assert flagged["data_id"] == "a"
    assert flagged["error"]["code"] == "ledger_unavailable"
    assert clean["suggestion"] == "pass"
    assert alone.status_code == 503
    assert alone.json()["error"]["code"] == "ledger_unavailable"
    assert alone.headers["retry-after"] == "1"


@pytest.mark.parametrize("outage", [locked, full_disk])
def test_it_recovers_when_the_ledger_does(service: Service, outage: object) -> None:
    assert callable(outage)
    with outage(service):
        (clean,) = service.score(big("你好", "b"))
        service.post(big("根治", "a"))

    (flagged,) = service.score(big("根治", "a"))
    assert flagged["suggestion"] == "block"
    service.runtime.writer.close()
    assert service.runtime.ledger.find(clean["decision_id"]) is not None


def test_an_outage_is_logged_without_a_word_of_the_merchant(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    with locked(service):
        service.post(speech("根治百病"))
        service.post(speech("根治百病"))
    service.score(speech("故障根治"))
    lines = [JsonLines().format(record) for record in caplog.records]

    assert sum("ledger_unavailable" in line for line in lines) == 1
    assert any("ZeroDivisionError" in line for line in lines)
    assert not any("根治" in line for line in lines)


def test_passes_are_written_soon_and_on_closing(service: Service) -> None:
    (result,) = service.score(speech("你好"))
    assert service.runtime.ledger.find(result["decision_id"]) is None

    service.runtime.writer.close()

    assert service.runtime.ledger.find(result["decision_id"]) is not None
    assert service.metric("mingcha_ledger_decisions_written_total") == 1


def test_passes_beyond_the_bound_are_counted_as_lost_in_an_outage(
    tmp_path: Path, shelf: Shelf
) -> None:
    with Service(tmp_path, shelf, {"MINGCHA_LEDGER_QUEUE_BYTES": "10000"}) as service:
        with locked(service):
            service.post(speech("根治"))
            for n in range(20):
                assert service.score(speech("你好", f"a{n}"))[0]["suggestion"] == "pass"

        assert service.metric("mingcha_ledger_passes_lost_total") > 0


def test_a_queue_that_is_full_is_an_overload(tmp_path: Path, shelf: Shelf) -> None:
    with Service(tmp_path, shelf, {"MINGCHA_LEDGER_QUEUE_BYTES": "10000"}) as service:
        response = service.post(*[speech("你好", f"a{n}") for n in range(100)])

    assert (response.status_code, response.json()["error"]["code"]) == (503, "overloaded")
    assert response.headers["retry-after"] == "1"


def test_too_many_requests_at_once_are_an_overload(tmp_path: Path, shelf: Shelf) -> None:
    with Service(tmp_path, shelf, {"MINGCHA_MAX_IN_FLIGHT": "1"}) as service:
        scoring, go_on = threading.Event(), threading.Event()

        def hold() -> None:
            scoring.set()
            _wait(go_on)

        shelf.scorers["claims", "v1"].before_scoring = hold
        first = threading.Thread(target=service.score, args=(speech("你好"),))
        first.start()
        assert scoring.wait(20)
        response = service.post(speech("早", "seg-2"))
        go_on.set()
        first.join()

    assert (response.status_code, response.json()["error"]["code"]) == (503, "overloaded")


def test_the_service_lives_while_it_scores(service: Service, shelf: Shelf) -> None:
    go_on = threading.Event()
    shelf.scorers["claims", "v1"].before_scoring = lambda: _wait(go_on)
    scoring = threading.Thread(target=service.score, args=(speech("你好"),))
    scoring.start()

    alive = service.client.get("/livez")

    assert alive.status_code == 200
    assert scoring.is_alive()
    go_on.set()
    scoring.join()


def _wait(gate: threading.Event) -> None:
    gate.wait(20)
