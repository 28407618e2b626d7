import shutil
from pathlib import Path

import pytest

from data.seeds import SeedError, seed_path
from data.stuffing import load_stuffing


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("named.tsv", "names\tx\t(甲\t3\t.\t乙", "not a regular expression"),
        ("named.tsv", "people\tx\t甲|乙\t3\t.\t丙", "kind"),
        ("crowds.tsv", "x\t甲|乙\t-1", "free"),
    ],
)
def test_a_broken_row_is_refused_with_its_reason(
    tmp_path: Path, table: str, row: str, message: str
) -> None:
    tables = Path(shutil.copytree(seed_path("stuffing"), tmp_path / "stuffing"))
    with (tables / table).open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")

    with pytest.raises(SeedError, match=message):
        load_stuffing(tables)
