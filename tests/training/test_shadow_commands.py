"""``mingcha shadow``, as an operator calls it."""

import json
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from data.command import main
from data.ledger import Decision, Ledger, verify
from data.ledger.shadows import ShadowAnswer, keep_shadows
from data.ledger.tables import audit
from data.segment import LiveSegment
from models import store
from models.artifact import ArtifactError, read_files, read_manifest, write_artifact
from models.scorer import degraded_scorer

SAID = "回家贴一贴"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINGCHA_HOME", str(tmp_path))
    monkeypatch.delenv("MINGCHA_LEDGER_URL", raising=False)
    return tmp_path


@pytest.fixture
def versions(home: Path, claims_artifact: Path) -> tuple[str, str]:
    """The champion, and another version that differs in nothing but its origin."""
    shutil.copytree(claims_artifact, store.artifacts(home, "claims") / claims_artifact.name)
    store.promote(home, "claims", claims_artifact.name)
    manifest = read_manifest(claims_artifact)
    facts = manifest.model_dump(mode="json", exclude={"format", "model_version", "files"})
    files = read_files(claims_artifact, manifest)
    other = write_artifact(
        store.artifacts(home, "claims"), files, {**facts, "data_hash": "challenger"}
    )
    return claims_artifact.name, other.name


def called(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, output and complaints of a command."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.argv", ["mingcha", "shadow", *words])
        with pytest.raises(SystemExit) as ended:
            main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def answered(home: Path, champion: str, shadow: str) -> None:
    """Have the ledger hold a pass that the shadow would have reviewed."""
    at = datetime.now(UTC)
    sent: dict[str, object] = {"data_id": "seg-1", "text": SAID}
    item = LiveSegment.model_validate(sent)
    verdict = degraded_scorer("claims", "pass").score(item, at)
    given = verdict.model_copy(update={"model_version": champion})
    other = verdict.model_copy(update={"model_version": shadow, "suggestion": "review"})
    decision = Decision.of("claims", item, sent, given, at)
    answer = ShadowAnswer(
        decision_id=decision.decision_id,
        model_version=shadow,
        kind="claims",
        suggestion="review",
        probability=0.6,
        answer=other.model_dump_json(ensure_ascii=True),
        latency_ms=1.0,
        champion_ms=None,
        decided_at=at,
    )
    with closing(Ledger(f"sqlite:///{home}/ledger.sqlite")) as ledger:
        ledger.record([decision])
        keep_shadows(ledger, [answer])


def test_a_shadow_is_started_reported_and_stopped(
    home: Path, versions: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    champion, challenger = versions
    started = called(capsys, "start", "claims", challenger)
    pointed = store.shadow(home, "claims")
    nothing = called(capsys, "report", "claims")
    answered(home, champion, challenger)
    status = called(capsys, "status")
    told = called(capsys, "report", "claims")
    tree = json.loads(called(capsys, "report", "claims", "--json")[1])
    stopped = called(capsys, "stop", "claims")
    again = called(capsys, "stop", "claims")

    assert (started[0], stopped[0]) == (0, 0)
    assert pointed == store.artifacts(home, "claims") / challenger
    assert (nothing[0], again[0]) == (1, 1)
    assert f"shadow {challenger}" in status[1]
    assert "pass→review: 1 / 1" in told[1]
    assert (tree["shadow"], tree["answered"]) == (challenger, 1)
    assert store.shadow(home, "claims") is None
    assert store.champion(home, "claims") == store.artifacts(home, "claims") / champion
    with closing(Ledger(f"sqlite:///{home}/ledger.sqlite")) as ledger:
        with ledger.reading() as connection:
            acts = connection.execute(select(audit.c.act, audit.c.subject)).all()
        assert verify(ledger).problems == []
    assert [tuple(act) for act in acts if act[0].startswith("shadow")] == [
        ("shadow.started", f"claims/{challenger}"),
        ("shadow.stopped", f"claims/{challenger}"),
    ]


def test_the_champion_and_what_cannot_be_loaded_do_not_become_shadow(
    home: Path, versions: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    champion, challenger = versions
    itself = called(capsys, "start", "claims", champion)
    absent = called(capsys, "start", "claims", "../../etc")
    file = store.artifacts(home, "claims") / challenger / "words.json"
    file.write_bytes(file.read_bytes() + b" ")
    damaged = called(capsys, "start", "claims", challenger)

    assert [code for code, _, _ in (itself, absent, damaged)] == [1, 1, 1]
    assert "is champion" in itself[2]
    assert "differ" in damaged[2]
    assert store.shadow(home, "claims") is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"model_version": "../x"}'])
def test_a_damaged_pointer_is_told_and_can_be_taken_away(
    home: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store.set_shadow(home, "claims", "m2")
    (home / "champions" / "claims.shadow.json").write_text(damage)

    with pytest.raises(ArtifactError, match="model_version"):
        store.shadow(home, "claims")
    assert called(capsys, "stop", "claims")[0] == 0
    assert store.shadow(home, "claims") is None
