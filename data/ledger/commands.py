"""The command ``mingcha audit``: proves the ledger, and erases what need not be kept longer."""

import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer

from data.command import complain
from data.home import ledger_url
from data.ledger.audit import OPERATOR
from data.ledger.store import Ledger
from data.ledger.verify import erase_before
from data.ledger.verify import verify as verified
from data.problem import UsageError

RETENTION_VARIABLE: Final = "MINGCHA_RETENTION_DAYS"
RETENTION: Final = 1_096
"""Days that records are kept: three years, as the rules on livestream marketing (网络直播营销
管理办法（试行）; for transactions 电子商务法 第31条) ask for."""

audit = typer.Typer(help="The ledger's audit trail (审计).", no_args_is_help=True)


@audit.command("verify")
def verify(
    expect: Annotated[
        str | None, typer.Option(metavar="HASH", help="A last hash that was noted before.")
    ] = None,
) -> None:
    """Hold every record against the audit trail; exit code 1 if anything was changed past it."""
    with closing(Ledger(ledger_url(os.environ))) as ledger:
        found = verified(ledger, expect)
    for problem in found.problems:
        complain(problem)
    typer.echo(f"{found.rows} acts, {found.checked} records, head {found.head or '-'}")
    if found.unproven:
        typer.echo(f"{found.unproven} decisions are of before there was a trail", err=True)
    if found.problems:
        raise typer.Exit(1)


@audit.command("erase")
def erase(
    days: Annotated[
        int | None,
        typer.Option(min=1, help="Keep so many days; default: MINGCHA_RETENTION_DAYS."),
    ] = None,
) -> None:
    """Erase what is older than the time of keeping (保存期限). Labels and the trail stay."""
    now = datetime.now(UTC)
    kept = timedelta(days=days or retention_days())
    with closing(Ledger(ledger_url(os.environ))) as ledger:
        counts = erase_before(ledger, now - kept, OPERATOR, now)
    for table, rows in counts.items():
        typer.echo(f"{rows}\t{table}")


def retention_days() -> int:
    """How many days records are kept. Raises UsageError for a setting that is no such number."""
    given = os.environ.get(RETENTION_VARIABLE) or str(RETENTION)
    if not given.isdecimal() or not 1 <= int(given) <= 36_500:
        raise UsageError(f"{RETENTION_VARIABLE}={given[:40]!r}: 1 to 36500 days are allowed")
    return int(given)
