"""What neither the linter nor the import contracts see."""

from pathlib import Path

import pytest

from serving.settings import Settings

PROJECT = Path(__file__).parents[2]
PACKAGES = ("seeds", "data", "features", "models", "training", "serving", "tests")
SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "constants", "misc"}


@pytest.mark.parametrize("field", Settings.model_fields)
def test_each_setting_stands_in_the_readme(field: str) -> None:
    assert f"`{Settings.variable(field)}`" in (PROJECT / "README.md").read_text("utf-8")


def test_every_module_is_named_for_what_it_holds() -> None:
    modules = [path for package in PACKAGES for path in (PROJECT / package).rglob("*.py")]

    assert len(modules) > 100
    assert not [path for path in modules if {path.stem, *path.parts} & SAY_NOTHING]
