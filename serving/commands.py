"""The commands ``mingcha up`` and ``mingcha key``."""

import os
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer

from data.ledger import Keys, Ledger
from data.problem import MingchaError
from serving.settings import Settings

key = typer.Typer(help="API keys (密钥) of the service.", no_args_is_help=True)


def up() -> None:
    """Start the service; the first time, train on the seeds and create an API key."""
    from serving.up import check_port, first_key, greeting, serve, train_missing

    settings = Settings.from_environment(os.environ)
    check_port(settings)
    train_missing(settings)
    typer.echo(greeting(settings, first_key(settings)))
    serve(settings)


@key.command("add")
def add(name: Annotated[str, typer.Argument(help="Who will use it, such as 'platform'.")]) -> None:
    """Create a key and show its secret, this once."""
    with closing(_ledger()) as ledger:
        created, secret = Keys(ledger).add(name, datetime.now(UTC))
    typer.echo(f"{created.key_id}\t{secret}")
    typer.echo("The secret is kept nowhere and cannot be shown again.", err=True)


@key.command("list")
def show() -> None:
    """List the keys: id, name, when created, when revoked."""
    with closing(_ledger()) as ledger:
        for one in Keys(ledger).all():
            revoked = one.revoked_at.isoformat(timespec="seconds") if one.revoked_at else "active"
            created = one.created_at.isoformat(timespec="seconds")
            typer.echo(f"{one.key_id}\t{one.name}\t{created}\t{revoked}")


@key.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="As 'mingcha key list' shows it.")]) -> None:
    """Close a key; running servers refuse it within five seconds."""
    with closing(_ledger()) as ledger:
        if not Keys(ledger).revoke(key_id, datetime.now(UTC)):
            raise MingchaError(f"no active key {key_id!r}; 'mingcha key list' shows them")
    typer.echo(f"revoked {key_id}")


def _ledger() -> Ledger:
    return Ledger(Settings.from_environment(os.environ).ledger)
