"""The real server without a trained model: its answers are degraded, and none passes."""

import signal
import time
from pathlib import Path

import pytest

from tests.serving.server import serving

pytestmark = pytest.mark.slow

# An obvious violation for any scorer, with a model or without one.
HARMFUL = {"data_id": "seg-1", "text": "这个贴三天根治十年的老毛病，药可以停了。"}


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
