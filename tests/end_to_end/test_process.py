"""What a process that serves has loaded once it has scored."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SCORE = """
import sys
from datetime import UTC, datetime
from pathlib import Path

import serving.service
from data.listing import Listing
from data.segment import LiveSegment
from serving.bootstrap import library

shelf = library("balanced")
at = datetime(2026, 2, 1, tzinfo=UTC)
segment = LiveSegment(data_id="a", text="这个茶喝半个月，血糖自己就下来了，药可以慢慢停。")
listing = Listing(data_id="a", title="原单A货高仿手表", category="钟表/手表", price=199.0)
for kind, item in (("claims", segment), ("listings", listing)):
    home = Path(sys.argv[1])
    scorer = shelf.load(shelf.champion(home, kind), home)
    assert scorer.score(item, at).labels
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_scoring_loads_nothing_of_training(home: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCORE, str(home)], capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())

    assert {"models", "bentoml"} <= loaded
    assert not loaded & {"training", "sklearn", "mlflow", "pandas", "scipy", "lightgbm"}
