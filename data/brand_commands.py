"""The commands ``mingcha brands``."""

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from data.brands import load_brands
from data.command import (
    FINISHED_WITH_REJECTS,
    EncodingOption,
    MapOption,
    SetOption,
    complain,
    parse_layout,
)
from data.home import home as home_of
from data.problem import FileError, printable
from data.read import Layout, Rejected, read_records
from data.registry import RegistryRow
from data.registry_store import brand_keys, record_rows, registry_directory
from data.write import RejectsFile

brands = typer.Typer(help="The brand registry (品牌登记).", no_args_is_help=True)

_SHOWN = 20


@brands.callback()
def _group() -> None:
    """The brand registry (品牌登记): authorisations and rights-holders' notices."""


@brands.command("import")
def import_(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV, JSONL, Parquet.")],
    home: Annotated[
        Path | None, typer.Option(help="Directory of all run-time state; default: MINGCHA_HOME.")
    ] = None,
    map_: MapOption = [],  # noqa: B006
    set_: SetOption = [],  # noqa: B006
    encoding: EncodingOption = "utf-8",
) -> None:
    """Take authorisations, complete lists and rights-holders' notices into the registry.

    Columns: entry (authorisation, notice or complete), brand, merchant_id or shop, listing_id,
    categories, territory, valid_from, valid_to, kind, date, withdrawn_at, reference. The same
    file again changes nothing. Rejected rows are kept beside the registry with their reason.
    """
    root = home if home is not None else home_of(os.environ)
    layout = parse_layout(map_, set_, encoding)
    rows, rejects = _rows(source, layout, root)
    key = brand_keys(load_brands())
    change = record_rows(root, rows, key, datetime.now(UTC))
    typer.echo(f"{change.version}\t{change.path}")
    complain(
        f"brands import: {len(rows)} rows taken: {change.added} entries new, {change.changed}"
        f" changed, {change.known} as before; {rejects} rows rejected"
    )
    _name_unknown(rows)
    if rejects:
        raise typer.Exit(FINISHED_WITH_REJECTS)


def _rows(source: Path, layout: Layout, root: Path) -> tuple[list[RegistryRow], int]:
    """The rows of a file and how many were rejected; those are shown and kept."""
    kept = registry_directory(root)
    name = f"import-{_digest(source)}"
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"{kept}: cannot be written: {error.strerror}") from error
    with RejectsFile(kept / name) as rejects:

        def reject(row: Rejected) -> None:
            rejects.add(row)
            if rejects.count <= _SHOWN:
                complain(f"{source}:{row.line}: {row.reason}")

        found = read_records(source, RegistryRow, layout, on_reject=reject, on_warning=complain)
        rows = [row for _, row in found]
    if rejects.count:
        complain(f"rejected rows are kept in {rejects.path}")
    return rows, rejects.count


def _digest(source: Path) -> str:
    try:
        with source.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()[:12]
    except OSError as error:
        raise FileError(f"{source}: cannot be read: {error.strerror}") from error


def _name_unknown(rows: Iterable[RegistryRow]) -> None:
    known = load_brands()
    key, ids = brand_keys(known), {brand.brand_id for brand in known}
    unknown = sorted({row.brand for row in rows if key(row.brand) not in ids})
    if unknown:
        shown = ", ".join(printable(name, 40) for name in unknown[:_SHOWN])
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        complain(
            f"taken, but not in seeds/brands.tsv, so found only where a listing declares them:"
            f" {shown}{more}"
        )
