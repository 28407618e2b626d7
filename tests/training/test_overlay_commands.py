"""``mingcha lexicon`` and ``mingcha allow``, as an operator calls them."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.command import main
from data.ledger import Decision, Ledger
from data.overlay_store import load_overlay, overlay_version
from data.regression import load_regression
from data.segment import LiveSegment
from models.scorer import degraded_scorer
from training import urgent
from training.guard import corpus_rows, regression_item
from training.overlay_commands import allow, expiry, lexicon

NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINGCHA_HOME", str(tmp_path))
    monkeypatch.delenv("MINGCHA_LEDGER_URL", raising=False)
    return tmp_path


def called(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, output and complaints of a command."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.argv", ["mingcha", *words])
        with pytest.raises(SystemExit) as ended:
            main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


def add(pattern: str, *more: str, code: str = "medical_claim", expires: str = "7d") -> list[str]:
    words = ["lexicon", "add", code, pattern, "--expires", expires, "--reason", "新话术"]
    return [*words, "--channel", "speech", *more]


def pass_all(home: Path, *texts: str) -> None:
    """Have the ledger hold windows that passed an hour ago."""
    scorer, at = degraded_scorer("claims", "pass"), datetime.now(UTC) - timedelta(hours=1)
    decisions = []
    for number, text in enumerate(texts):
        sent: dict[str, object] = {"data_id": f"seg-{number}", "text": text}
        item = LiveSegment.model_validate(sent)
        decisions.append(Decision.of("claims", item, sent, scorer.score(item, at), at))
    with closing(Ledger(f"sqlite:///{home}/ledger.sqlite")) as ledger:
        ledger.record(decisions)


def test_a_cue_is_tried_on_past_traffic_and_then_listed_until_it_is_removed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pass_all(home, "回家贴一贴就叮咚归零", "这款杯子三百毫升")

    added = called(capsys, *add("叮咚归零"))
    name = added[1].splitlines()[-1].split("\t")[0]
    listed = called(capsys, "lexicon", "list")
    removed = called(capsys, "lexicon", "remove", name)

    assert added[0] == removed[0] == 0
    assert "1 of 2" in added[1]
    assert "seg-0: pass to" in added[1]
    assert '"叮咚归零"' in added[1]
    assert listed[1].startswith(f"{name}\tcounts\tmedical_claim\t叮咚归零\tspeech\t1.0\t")
    assert called(capsys, "lexicon", "list")[1] == ""
    assert called(capsys, "lexicon", "list", "--all")[1].startswith(f"{name}\tremoved")
    assert called(capsys, "audit", "verify")[0] == 0


def test_a_cue_that_hits_too_much_of_what_passed_is_refused_with_the_number(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urgent, "ENOUGH", 4)
    pass_all(home, "叮咚归零第一款", "叮咚归零第二款", "杯子", "杯子三百毫升")

    refused = called(capsys, *add("叮咚归零"))
    wanted = called(capsys, *add("叮咚归零", "--most-hit", "0.5", "--dry-run"))

    assert refused[0] == 1
    assert "2 of 4 passes (50.00%)" in refused[2]
    assert wanted[0] == 0
    assert not load_overlay(home).entries


@pytest.mark.parametrize(
    ("pattern", "because"),
    [
        pytest.param("喜欢", "common word", id="a common word"),
        pytest.param("叮", "at least 2", id="too short"),
        pytest.param("叮" * 5_000, "at most 40", id="huge"),
        pytest.param("叮咚\x00", "control character", id="nul"),
        pytest.param("叮咚\x1b[31m", "control character", id="what a terminal obeys"),
        pytest.param("\ud800叮咚", "", id="half a character"),
    ],
)
def test_words_that_would_do_harm_are_refused(
    home: Path, capsys: pytest.CaptureFixture[str], pattern: str, because: str
) -> None:
    code, _, complaint = called(capsys, *add(pattern))

    assert code in (1, 2)
    assert because in complaint
    assert "\x1b" not in complaint
    assert overlay_version(home) == "none"


def test_words_of_a_text_that_must_pass_are_refused(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = load_regression("must_pass")[0]
    monkeypatch.setattr("training.urgent.corpus_rows", lambda *_: [row])

    code, _, complaint = called(capsys, *add(row.text[:12]))

    assert code == 1
    assert "must pass" in complaint


def test_an_unknown_code_is_refused_with_those_there_are(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, complaint = called(capsys, *add("叮咚归零", code="medcal"))

    assert code == 1
    assert "medical_claim" in complaint


def test_a_cue_of_the_seeds_is_added_with_a_higher_weight_only(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = add("全网最好", "--weight", "0.8", "--dry-run", code="absolute_claim")

    code, _, complaint = called(capsys, *known)

    assert code == 1
    assert "cue of the seeds" in complaint


def test_allowed_words_take_a_flag_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = "回家贴一贴就叮咚归零"
    pass_all(home, said)
    assert called(capsys, *add("叮咚归零"))[0] == 0
    words = ["allow", "add", "叮咚归零", "--code", "medical_claim", "--expires", "1h"]

    code, told, _ = called(capsys, *words, "--reason", "误报")

    assert code == 0
    assert "flags that would pass: 1 of 1" in told
    assert "叮咚归零" in called(capsys, "allow", "list")[1]


def test_words_that_keep_regression_rows_caught_are_not_allowed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scorer = degraded_scorer("claims", "pass")
    labels = (
        scorer.score(regression_item(row), NOW).labels
        for row in corpus_rows("must_catch", "claims")
    )
    one = next(found[0] for found in labels if len(found) == len(found[0].hits) == 1)
    words = ["allow", "add", one.hits[0].text, "--code", one.code, "--expires", "1h"]

    code, _, complaint = called(capsys, *words, "--reason", "误报")

    assert code == 1
    assert "must_catch" in complaint


@pytest.mark.parametrize(
    "expires",
    [
        "",
        "7",
        "0d",
        "-1d",
        "7y",
        "99999d",
        "tomorrow",
        "2026-03-01",
        "2026-01-31T23:59:59Z",
        "2026-02-30T00:00:00Z",
    ],
)
def test_a_time_that_is_none_or_has_passed_is_refused(expires: str) -> None:
    with pytest.raises(Exception, match="--expires"):
        expiry(expires, NOW)


def test_expiry_and_reason_are_required() -> None:
    run = CliRunner()

    assert run.invoke(lexicon, ["add", "medical_claim", "叮咚归零", "--reason", "x"]).exit_code == 2
    assert (
        run.invoke(lexicon, ["add", "medical_claim", "叮咚归零", "--expires", "1d"]).exit_code == 2
    )
    assert run.invoke(allow, ["add", "叮咚归零", "--code", "medical_claim"]).exit_code == 2


def test_backtest_wants_something_to_try(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(capsys, "backtest")[0] == 2
    assert called(capsys, "backtest", "--policy", "capacity")[0] == 1


def test_another_operating_point_is_tried_on_past_traffic(
    home: Path, claims_artifact: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pointer = home / "champions" / "claims.json"
    pointer.parent.mkdir()
    pointer.write_text(json.dumps({"model_version": claims_artifact.name}))
    (home / "artifacts" / "claims").mkdir(parents=True)
    (home / "artifacts" / "claims" / claims_artifact.name).symlink_to(claims_artifact)
    pass_all(home, "这款杯子三百毫升", "三天根治十年的老毛病")

    code, told, _ = called(capsys, "backtest", "--model", str(claims_artifact), "--json")

    [report] = json.loads(told)
    assert code == 0
    assert (report["kind"], report["judged"], report["changed"]) == ("claims", 2, {})
    assert called(capsys, "backtest", "--policy", "capacity", "--kind", "claims")[0] == 0
