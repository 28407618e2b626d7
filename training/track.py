"""Runs, artefacts and versions in MLflow: the one module that imports it."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

from data.problem import MingchaError
from data.verdict import Kind
from models.artifact import Manifest

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

P = ParamSpec("P")
T = TypeVar("T")

CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"

_UNSAFE: Final = re.compile(r"[^\w.\-]")
_MOST_NAME: Final = 250
_MOST_PARAMETER: Final = 500
_MOST_AT_ONCE: Final = 500


class TrackError(MingchaError):
    """The store of runs (实验记录) is missing or cannot be used."""


def registered_name(kind: Kind) -> str:
    """The name under which versions of a kind are registered."""
    return f"mingcha-{kind}"


def _reported(work: Callable[Concatenate[Path, P], T]) -> Callable[Concatenate[Path, P], T]:
    """Have work on the store of a home raise TrackError where the store cannot be used."""

    @wraps(work)
    def done(home: Path, /, *args: P.args, **kwargs: P.kwargs) -> T:
        from mlflow.exceptions import MlflowException
        from sqlalchemy.exc import SQLAlchemyError

        try:
            return work(home, *args, **kwargs)
        except (MlflowException, SQLAlchemyError, OSError) as error:
            cause = type(error).__name__
            where = _store(home)
            raise TrackError(f"{where} cannot be used as a store of runs: {cause}") from error

    return done


@_reported
def log_run(
    home: Path,
    manifest: Manifest,
    directory: Path,
    parameters: Mapping[str, Any],
    plots: Mapping[str, bytes],
) -> str:
    """Log one training run: parameters, metrics with intervals, plots, the artefact.

    Returns the run's id. The store is SQLite under ``home``.
    """
    client = _client(home)
    run_id = _start(client, home, manifest.kind, manifest.model_version)
    facts = {
        "data_hash": manifest.data_hash,
        "seeds_version": manifest.seeds_version,
        "code_version": manifest.code_version,
    }
    _log_figures(client, run_id, {**parameters, **facts}, manifest.metrics)
    client.set_tag(run_id, "simulated", str(manifest.simulated).lower())
    client.log_artifacts(run_id, str(directory), "model")
    _log_files(client, run_id, plots, "plots")
    client.set_terminated(run_id)
    return run_id


@_reported
def log_evaluation(
    home: Path,
    kind: Kind,
    name: str,
    parameters: Mapping[str, Any],
    metrics: Mapping[str, Any],
    files: Mapping[str, bytes],
) -> str:
    """Log one evaluation in the experiment of its kind: figures, and files by their names.

    Returns the run's id, whose tag ``stage`` is ``evaluation``. Raises TrackError where ``home``
    has no store, or one that cannot be used.
    """
    if not _store(home).is_file():
        raise TrackError(f"{home} has no {_store(home).name}; `mingcha train` makes one")
    client = _client(home)
    run_id = _start(client, home, kind, name)
    client.set_tag(run_id, "stage", "evaluation")
    _log_figures(client, run_id, parameters, metrics)
    _log_files(client, run_id, files, "evaluation")
    client.set_terminated(run_id)
    return run_id


@_reported
def register(home: Path, manifest: Manifest, run_id: str) -> str:
    """Register the run's artefact as a new version, the challenger; returns its number."""
    client = _client(home)
    name = registered_name(manifest.kind)
    _aliases(client, name)
    version = client.create_model_version(
        name,
        source=f"runs:/{run_id}/model",
        run_id=run_id,
        tags={"model_version": manifest.model_version, "data_hash": manifest.data_hash},
    )
    client.set_registered_model_alias(name, CHALLENGER, version.version)
    return str(version.version)


@_reported
def tag_run(home: Path, run_id: str, tags: Mapping[str, str]) -> None:
    """Add tags to a run, such as what the gate said of its artefact."""
    client = _client(home)
    for name, value in tags.items():
        client.set_tag(run_id, name, value[:_MOST_PARAMETER])


@_reported
def log_page(home: Path, run_id: str, files: Mapping[str, bytes]) -> None:
    """Add files to a run, by their names."""
    _log_files(_client(home), run_id, files, "report")


@_reported
def model_version(home: Path, kind: Kind, number: str) -> str | None:
    """The name of the artefact that is registered under a number; None where there is none."""
    found = [one for one in _versions(_client(home), kind) if str(one.version) == number]
    return str(found[0].tags["model_version"]) if found else None


@_reported
def name_champion(home: Path, kind: Kind, version: str) -> None:
    """Have the registry's alias ``champion`` name an artefact; one not registered is left alone."""
    client = _client(home)
    name = registered_name(kind)
    aliases = _aliases(client, name)
    numbers = [
        one.version for one in _versions(client, kind) if one.tags.get("model_version") == version
    ]
    if not numbers:
        return
    if aliases.get(CHAMPION) not in numbers:
        client.set_registered_model_alias(name, CHAMPION, numbers[0])
    if aliases.get(CHALLENGER) in numbers:
        client.delete_registered_model_alias(name, CHALLENGER)


def _client(home: Path) -> "MlflowClient":
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    home.mkdir(parents=True, exist_ok=True)
    store = f"sqlite:///{_store(home).resolve()}"
    return MlflowClient(tracking_uri=store, registry_uri=store)


def _store(home: Path) -> Path:
    return home / "mlflow.sqlite"


def _start(client: "MlflowClient", home: Path, kind: Kind, name: str) -> str:
    run = client.create_run(_experiment(client, home, kind), run_name=name)
    return str(run.info.run_id)


def _experiment(client: "MlflowClient", home: Path, kind: Kind) -> str:
    found = client.get_experiment_by_name(kind)
    if found is not None:
        return str(found.experiment_id)
    location = (home / "mlruns" / kind).resolve().as_uri()
    return str(client.create_experiment(kind, artifact_location=location))


def _aliases(client: "MlflowClient", name: str) -> dict[str, str]:
    """The number of the version that each alias names; the model is made where it is missing."""
    from mlflow.exceptions import MlflowException

    try:
        return dict(client.get_registered_model(name).aliases)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    client.create_registered_model(name)
    return {}


def _versions(client: "MlflowClient", kind: Kind) -> "list[ModelVersion]":
    """All versions of a kind, the newest first."""
    found = client.search_model_versions(f"name = '{registered_name(kind)}'", max_results=10_000)
    return sorted(found, key=lambda one: -int(one.version))


def _log_figures(
    client: "MlflowClient", run_id: str, parameters: Mapping[str, Any], metrics: Mapping[str, Any]
) -> None:
    from mlflow.entities import Metric

    for name, value in parameters.items():
        client.log_param(run_id, name, str(value)[:_MOST_PARAMETER])
    now = int(time.time() * 1_000)
    # A slice may be named by a merchant: two names may become one, whose first figure is kept.
    named: dict[str, float] = {}
    for name, value in _flat(metrics):
        named.setdefault(_UNSAFE.sub("_", name)[:_MOST_NAME], value)
    figures = [Metric(name, value, now, 0) for name, value in named.items()]
    for start in range(0, len(figures), _MOST_AT_ONCE):
        client.log_batch(run_id, figures[start : start + _MOST_AT_ONCE])


def _flat(metrics: Mapping[str, Any], prefix: str = "") -> list[tuple[str, float]]:
    """Numbers of nested metrics under dotted names; an interval becomes ``.low`` and ``.high``."""
    found: list[tuple[str, float]] = []
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            found.extend(_flat(value, f"{prefix}{name}."))
        elif isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)):
            found += [(f"{prefix}{name}.low", value[0]), (f"{prefix}{name}.high", value[1])]
        elif _is_number(value):
            found.append((f"{prefix}{name}", float(value)))
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _log_files(
    client: "MlflowClient", run_id: str, files: Mapping[str, bytes], folder: str
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        for name, content in files.items():
            path = Path(directory) / name
            path.write_bytes(content)
            client.log_artifact(run_id, str(path), folder)
