"""``python -m serving.bento``: code and champions as one Bento, to be served anywhere.

It needs no checkout and no installation of the project. Its state, the ledger with its keys
among it, lives in ``MINGCHA_HOME`` or at ``MINGCHA_LEDGER_URL``, which outlive the Bento.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from data.command import complain
from data.problem import MingchaError
from data.verdict import Kind
from models.store import artifacts, champion, promote
from serving.packed import PACKED
from serving.settings import Settings
from serving.up import environment

PACKAGES: Final = ("seeds", "data", "features", "models", "serving")

DEPENDENCIES: Final = (
    "ahocorasick-rs",
    "alembic",
    "bentoml",
    "httptools",
    "jieba",
    "lightgbm",
    "numpy",
    "opencc",
    "prometheus-client",
    "pydantic",
    "pypinyin",
    "python-stdnum",
    "rjieba",
    "sqlalchemy",
    "starlette",
    "typer",
    "uvloop",
)
"""What of the project's dependencies the service needs: neither training nor its registry."""

_KINDS: Final[tuple[Kind, ...]] = ("claims", "listings")
_PROJECT: Final = Path(__file__).parents[1]


class BentoError(MingchaError):
    """The Bento cannot be built; says why and what to do."""


def build(home: Path) -> Path:
    """Build a Bento of the code and the champions in ``home``; returns its directory.

    Raises BentoError when a champion is missing.
    """
    import bentoml

    with tempfile.TemporaryDirectory() as directory:
        staging = Path(directory)
        models = stage(home, staging)
        bento = bentoml.bentos.build(
            "serving.service:Mingcha",
            name="mingcha",
            labels=models,
            build_ctx=str(staging),
            python={"packages": pins(DEPENDENCIES), "lock_packages": False},
        )
        return Path(bento.path)


def stage(home: Path, staging: Path) -> dict[str, str]:
    """Copy packages and champions into ``staging``; returns the model version of each kind."""
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_PROJECT / package, staging / package, ignore=ignored)
    models: dict[str, str] = {}
    for kind in _KINDS:
        directory = champion(home, kind)
        if directory is None:
            raise BentoError(f"no {kind} champion in {home}: run `mingcha train {kind}` first")
        packed = staging / PACKED
        shutil.copytree(directory, artifacts(packed, kind) / directory.name)
        promote(packed, kind, directory.name)
        models[kind] = directory.name
    return models


def pins(names: Iterable[str]) -> list[str]:
    """The distributions and all that they need, as installed here: ``name==version``, sorted."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(name) for name in names]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        extras = {(name, extra) for extra in ("", *wanted.extras)} - seen
        seen |= extras
        if extras:
            found[name] = distribution(name).version
            needed = map(Requirement, distribution(name).requires or ())
            waiting += [need for need in needed if _applies(need, extras)]
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def _applies(need: Requirement, extras: Iterable[tuple[str, str]]) -> bool:
    if need.marker is None:
        return True
    return any(need.marker.evaluate({"extra": extra}) for _, extra in extras)


def main() -> None:
    """Build, and say how to serve what was built."""
    settings = Settings.from_environment(os.environ)
    os.environ.update(environment(settings))
    try:
        path = build(settings.home)
    except MingchaError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    print(path)  # noqa: T201


if __name__ == "__main__":
    main()
