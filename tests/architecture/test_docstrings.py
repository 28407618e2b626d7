import doctest
import importlib
import pkgutil

import pytest

PACKAGES = ("data", "features", "models", "training", "serving")

# Importing them imports BentoML, which warns of its own deprecations; Alembic runs its environment
# and imports nothing.
NOT_IMPORTED = {"serving.service", "serving.__main__", "data.ledger.migrations.env"}


def modules() -> list[str]:
    found = []
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        found += [module.name for module in pkgutil.walk_packages(path, f"{package}.")]
    return [name for name in found if name not in NOT_IMPORTED]


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings_are_true(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))

    assert results.failed == 0, f"{results.failed} of {results.attempted} examples are wrong"


def test_there_are_examples_to_check() -> None:
    finder = doctest.DocTestFinder()
    documented = [each for name in modules() for each in finder.find(importlib.import_module(name))]

    assert sum(len(each.examples) for each in documented) > 40
