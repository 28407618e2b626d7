from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from data.drift import DriftReport, drift_path, read_drift, write_drift
from data.problem import FileError
from serving.metrics import Metrics
from tests.serving.conftest import Service

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALARM = {"quantity": "category", "state": "alarm", "distance": 0.3}
UNJUDGED = {"quantity": "overturned", "state": "not_judged"}


def report(*movements: dict[str, Any]) -> DriftReport:
    named = [{"name_zh": "量", "name_en": "quantity", "least": 0.1, **each} for each in movements]
    return DriftReport.model_validate(
        {
            "kind": "listings",
            "until": NOON,
            "days": 7,
            "reference_days": 28,
            "false_alarms": 0.01,
            "versions": None,
            "sampled": 1.0,
            "movements": named,
        }
    )


def gauges(text: str) -> dict[str, float]:
    """The gauges of drift by name and quantity."""
    return {
        " ".join(
            [sample.name.removeprefix("mingcha_drift_"), *sample.labels.values()]
        ): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.startswith("mingcha_drift_")
    }


def test_the_last_report_stands_in_the_metrics(tmp_path: Path) -> None:
    write_drift(tmp_path, report(ALARM, UNJUDGED))

    text = Metrics(tmp_path, lambda: NOON + timedelta(minutes=5)).text().decode()

    assert gauges(text) == {
        "distance listings category": 0.3,
        "alarm listings category": 1,
        "alarm listings overturned": 0,
        "judged listings category": 1,
        "judged listings overturned": 0,
        "age_seconds listings": 300,
    }


def test_a_running_service_shows_each_new_report(service: Service) -> None:
    home = service.runtime.settings.home
    write_drift(home, report(ALARM))
    first = gauges(service.client.get("/metrics").text)
    write_drift(home, report({**ALARM, "state": "steady"}))

    second = gauges(service.client.get("/metrics").text)

    assert first["alarm listings category"] == 1
    assert second["alarm listings category"] == 0


@pytest.mark.parametrize("broken", ["", "{}", '{"kind": "listings"'])
def test_a_broken_report_leaves_the_other_metrics_alone(service: Service, broken: str) -> None:
    path = drift_path(service.runtime.settings.home, "listings")
    path.parent.mkdir()
    path.write_text(broken)

    answer = service.client.get("/metrics")

    assert answer.status_code == 200
    assert "mingcha_requests_total" in answer.text
    assert not gauges(answer.text)
    with pytest.raises(FileError, match="run `mingcha drift` anew"):
        read_drift(service.runtime.settings.home, "listings")


def test_without_a_report_there_is_no_gauge(service: Service) -> None:
    assert not gauges(service.client.get("/metrics").text)
