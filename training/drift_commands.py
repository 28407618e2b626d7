"""The command ``mingcha drift``."""

import json
import os
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
import typer

from data.command import DRIFTED, parse_option_instant
from data.drift import WATCHED, DriftReport, write_drift
from data.home import home, ledger_url
from data.ledger import Ledger
from data.lexicon import load_lexicon

if TYPE_CHECKING:
    from training.drift import DriftRules

_SEED: Final = 0


def drift(
    days: Annotated[
        int, typer.Option(min=1, max=366, help="The days that are looked at, up to --as-of.")
    ] = 7,
    reference_days: Annotated[
        int,
        typer.Option(
            min=1,
            max=3_660,
            help="The days before them that they are held against. Scores and rates are compared "
            "over answers of the same model, so since its promotion at the earliest.",
        ),
    ] = 28,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="INSTANT", help="RFC 3339; default: now.")
    ] = None,
    false_alarms: Annotated[
        float,
        typer.Option(
            min=0.0001,
            max=0.2,
            help="Of reports on a kind without a change, at most this share has an alarm.",
        ),
    ] = 0.01,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON.")] = False,
) -> None:
    """Tell whether inputs, scores or outcomes drift (漂移), and keep the report for /metrics.

    Exit codes: 0 no alarm, 1 failed, 2 wrong usage, 4 alarm. What could not be judged, for
    want of data, is printed as not_judged and is no alarm. Reports are kept in
    MINGCHA_HOME/drift/KIND.json; the service shows them as gauges.
    """
    from training.drift import DriftRules
    from training.drift_sentences import page

    rules = DriftRules(days=days, reference_days=reference_days, false_alarms=false_alarms)
    reports = _reports(rules, parse_option_instant(as_of, datetime.now(UTC)))
    for report in reports:
        write_drift(home(os.environ), report)
    if as_json:
        tree = {report.kind: report.model_dump(mode="json") for report in reports}
        typer.echo(json.dumps(tree, ensure_ascii=False))
    else:
        typer.echo("\n".join(page(report) for report in reports))
    if any(report.alarms for report in reports):
        raise typer.Exit(DRIFTED)


def _reports(rules: "DriftRules", until: datetime) -> list[DriftReport]:
    from features.tokenise import Tokeniser
    from training.drift import drift_report
    from training.observation import observations

    tokeniser = Tokeniser({word.word: word.frequency for word in load_lexicon().words})
    reports = []
    with closing(Ledger(ledger_url(os.environ))) as ledger:
        for kind in WATCHED:
            seen = observations(ledger, rules.window(kind, until), tokeniser)
            rng = np.random.default_rng(_SEED)
            reports.append(drift_report(kind, seen, until, rules, rng))
    return reports
