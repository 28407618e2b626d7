"""A file that ``mingcha score`` answers and the same items sent to the service agree exactly."""

import csv
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.simulate.listings import simulate_listings
from data.verdict import Kind
from tests.end_to_end.conftest import live_speech
from tests.serving.server import PATIENT, Server, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ITEMS = 150
ALONE = 40
AT = datetime(2026, 1, 1, tzinfo=UTC)
OF_THE_MOMENT = {"latency_ms", "feature_as_of", "previous_decision_id"}
OF_THE_NAME = {"data_id", "decision_id"}


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    with serving(home, **PATIENT) as running:
        yield running


def test_live_speech(server: Server, datasets: Path) -> None:
    _agree(server, "claims", live_speech(datasets, ITEMS))


def test_simulated_listings(server: Server) -> None:
    simulated = simulate_listings(ITEMS, 7, AT)
    items = [item.listing.model_dump(mode="json", exclude_unset=True) for item in simulated]

    _agree(server, "listings", items)


def test_real_listings(server: Server, datasets: Path) -> None:
    with gzip.open(datasets / "listings" / "jd_laptops.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["title"] and float(row["price"]) > 0]
    items = [
        {
            "data_id": f"jd-{number}",
            "title": row["title"],
            "category": "电脑/笔记本",
            "price": float(row["price"]),
            "merchant": {"merchant_id": "m1", "name": row["shop_name"]},
        }
        for number, row in enumerate(rows[:ITEMS])
    ]

    _agree(server, "listings", items)


def _agree(server: Server, kind: Kind, items: list[dict[str, Any]]) -> None:
    offline = _offline(server.home, kind, items)
    in_batches = [
        result
        for first in range(0, len(items), 50)
        for result in server.score(*items[first : first + 50], kind=kind)
    ]
    # Under another name: what was decided already would be answered from the ledger.
    alone = [
        server.score({**item, "data_id": f"alone-{item['data_id']}"}, kind=kind)[0]
        for item in items[:ALONE]
    ]

    assert len(offline) == len(items)
    assert not any(answer["degraded"] for answer in offline)
    assert _without(in_batches, OF_THE_MOMENT) == _without(offline, OF_THE_MOMENT)
    assert _without(alone, OF_THE_MOMENT | OF_THE_NAME) == _without(
        offline[:ALONE], OF_THE_MOMENT | OF_THE_NAME
    )


def _offline(home: Path, kind: Kind, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    source, target = home / f"{kind}.jsonl", home / f"{kind}-answers.jsonl"
    source.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    mingcha = Path(sys.executable).with_name("mingcha")
    command = [str(mingcha), "score", kind, str(source), "--out", str(target)]
    subprocess.run(
        [*command, "--as-of", datetime.now(UTC).isoformat()],
        env={**os.environ, "MINGCHA_HOME": str(home)},
        capture_output=True,
        check=True,
    )
    return [json.loads(line) for line in target.read_text("utf-8").splitlines()]


def _without(answers: list[dict[str, Any]], fields: set[str]) -> list[dict[str, Any]]:
    return [{k: v for k, v in answer.items() if k not in fields} for answer in answers]
