"""The commands ``mingcha known-bad``: confirmed bad listings, remembered for copies of them."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import Field

from data.command import (
    FINISHED_WITH_REJECTS,
    EncodingOption,
    MapOption,
    SetOption,
    complain,
    parse_layout,
)
from data.home import home as home_of
from data.known_bad import known_bad_path
from data.known_bad_writer import KnownBadWriter
from data.listing import Listing
from data.read import Rejected, read_records
from data.record import DataId, Instant
from data.write import RejectsFile

known_bad = typer.Typer(help="Known bad listings (已知违规商品).", no_args_is_help=True)


class ConfirmedListing(Listing):
    """A listing that a person confirmed to be bad, as a row of a file.

    ``case_id`` names the case that a copy will cite, ``data_id`` by default; ``confirmed_at`` is
    when it was confirmed, by default now. A copy submitted before ``submitted_at`` is no copy.
    """

    codes: Annotated[list[str], Field(min_length=1)]
    case_id: DataId | None = None
    confirmed_at: Instant | None = None


@known_bad.callback()
def _group() -> None:
    """Known bad listings (已知违规商品): copies of them under another shop go to a reviewer."""


@known_bad.command("import")
def import_(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV, JSONL, Parquet.")],
    home: Annotated[
        Path | None, typer.Option(help="Directory of all run-time state; default: MINGCHA_HOME.")
    ] = None,
    map_: MapOption = [],  # noqa: B006
    set_: SetOption = [],  # noqa: B006
    encoding: EncodingOption = "utf-8",
) -> None:
    """Remember confirmed bad listings: their fields, codes, and case_id and confirmed_at if known.

    Rows that cannot be read, and listings whose texts are too short to be told from others, are
    kept beside the memory with their reason.
    """
    from models.knowledge import load_knowledge
    from models.listing import read_texts
    from models.relisted import known_bad_entry

    path = known_bad_path(home if home is not None else home_of(os.environ))
    path.parent.mkdir(parents=True, exist_ok=True)
    knowledge, now = load_knowledge(), datetime.now(UTC)
    reader, entries = knowledge.reader(), []
    layout = parse_layout(map_, set_, encoding)
    with RejectsFile(path.with_suffix(".import")) as rejects:

        def reject(row: Rejected) -> None:
            rejects.add(row)
            complain(f"{source}:{row.line}: {row.reason}")

        rows = read_records(source, ConfirmedListing, layout, on_reject=reject, on_warning=complain)
        for line, row in rows:
            if unknown := [code for code in row.codes if code not in knowledge.taxonomy.codes]:
                allowed = ", ".join(knowledge.taxonomy.codes)
                reason = f"codes: unknown code {unknown[0]!r}; allowed are {allowed}"
                reject(Rejected(line, reason, row.model_dump_json(exclude_unset=True)))
                continue
            entry = known_bad_entry(
                row,
                read_texts(row, reader),
                row.case_id or row.data_id,
                tuple(row.codes),
                row.submitted_at or now,
                row.confirmed_at or now,
            )
            if entry is None:
                reason = "title and description are too short to be told from others"
                reject(Rejected(line, reason, row.model_dump_json(exclude_unset=True)))
            else:
                entries.append(entry)
        with KnownBadWriter(path) as writer:
            added = writer.add_all(entries)
    typer.echo(f"{added} cases remembered in {path}", err=True)
    if rejects.count:
        raise typer.Exit(FINISHED_WITH_REJECTS)


@known_bad.command("withdraw")
def withdraw(
    case_id: Annotated[str, typer.Argument(help="The case, as copies cite it.")],
    home: Annotated[
        Path | None, typer.Option(help="Directory of all run-time state; default: MINGCHA_HOME.")
    ] = None,
) -> None:
    """Forget a case, as when an appeal was upheld: no copy will cite it again."""
    path = known_bad_path(home if home is not None else home_of(os.environ))
    with KnownBadWriter(path) as writer:
        known = writer.withdraw(case_id)
    typer.echo(f"{case_id}: {'withdrawn' if known else 'is no known case'}", err=True)
    if not known:
        raise typer.Exit(1)
