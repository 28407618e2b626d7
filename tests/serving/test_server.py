"""The real server without a trained model: its answers are degraded, and none passes."""

import signal
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.feedback import Feedback
from data.ledger import Intake, Ledger, find_with_aftermath, verify
from tests.serving.conftest import appeal, refund
from tests.serving.server import serving

pytestmark = pytest.mark.slow

# An obvious violation for any scorer, with a model or without one.
HARMFUL = {"data_id": "seg-1", "text": "这个贴三天根治十年的老毛病，药可以停了。"}


def test_what_was_answered_survives_kill_9(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        (result,) = server.score(HARMFUL)
        name = result["decision_id"]
        told = server.call("/v1/feedback", {"items": [refund(decision_id=name)]})
        objected = server.call("/v1/appeals", appeal(name))
        server.kill()

    assert result["degraded"]
    assert result["suggestion"] != "pass"
    assert (told[0], told[1]["results"][0]["status"]) == (200, "recorded")
    assert (objected[0], objected[1]["status"]) == (200, "recorded")
    with closing(Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")) as ledger:
        found = find_with_aftermath(ledger, name)
        again = Intake(ledger, "test").feedback(
            [Feedback.model_validate(refund(decision_id=name))], datetime.now(UTC)
        )
        problems = verify(ledger).problems
    assert found is not None
    kept, after = found
    assert kept.suggestion == result["suggestion"]
    assert [one.appeal_id for one in after.appeals] == ["ap-1"]
    assert [receipt.status for receipt in again] == ["repeated"]
    assert problems == []


def test_workers_share_decisions_and_counters_and_end_together(tmp_path: Path) -> None:
    with serving(tmp_path, MINGCHA_WORKERS="2") as server:
        results = [server.score(HARMFUL)[0] for _ in range(20)]
        metrics = server.call("/metrics")[1]
        hidden = [server.call(path)[0] for path in ("/", "/docs.json", "/schema.json", "/healthz")]
        refused = server.call("/v1/claims/score", {"items": [{"data_id": "a", "text": 7}], "x": 1})
        log = server.log()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)
        left = server.processes()

    assert results[0]["degraded"]
    assert results[0]["suggestion"] != "pass"
    assert len({result["decision_id"] for result in results}) == 1
    assert 'mingcha_requests_total{route="/v1/claims/score",status="2xx"} 20.0' in metrics
    assert hidden == [404] * 4
    assert refused[0] == 400
    assert HARMFUL["text"] not in log
    assert server.secret not in log
    assert left == []


def test_workers_do_not_outlive_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.process.kill()
        server.process.wait(30)
        deadline = time.monotonic() + 30
        while server.processes() and time.monotonic() < deadline:
            time.sleep(0.2)

        assert server.processes() == []
