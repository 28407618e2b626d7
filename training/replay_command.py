"""The command ``mingcha replay``."""

import json
import os
from contextlib import closing
from typing import Annotated

import typer

from data.home import home, ledger_url
from data.ledger import Ledger
from data.problem import printable, quoted

_SHOWN = 400


def replay(
    decision_id: Annotated[str, typer.Argument(help="The decision, as its answer names it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Recompute a past decision from its record and the versions that it names.

    Exit code 0 when the answer is identical bit for bit, 1 when it differs or cannot be replayed.
    """
    from training.replay import ReplayError
    from training.replay import replay as replay_decision

    with closing(Ledger(ledger_url(os.environ))) as ledger:
        decision = ledger.find(decision_id)
    if decision is None:
        raise ReplayError(f"the ledger has no decision {quoted(decision_id)}")
    differences = replay_decision(decision, home(os.environ))
    if as_json:
        found = [difference._asdict() for difference in differences]
        report = {"decision_id": decision_id, "identical": not found, "differences": found}
        typer.echo(json.dumps(report, ensure_ascii=True))
    elif not differences:
        typer.echo("identical")
    else:
        for field, recorded, replayed in differences:
            shown = (printable(text, _SHOWN) for text in (field, recorded, replayed))
            typer.echo("{}: recorded {}, replayed {}".format(*shown))
    if differences:
        raise typer.Exit(1)
