"""Runs, artefacts and versions in MLflow: the one module that imports it."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from data.verdict import Kind
from models.artifact import Manifest
from models.store import promote

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION: Final = "champion"
CHALLENGER: Final = "challenger"


def registered_name(kind: Kind) -> str:
    """The name under which versions of a kind are registered."""
    return f"mingcha-{kind}"


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
    run = client.create_run(
        _experiment(client, home, manifest.kind), run_name=manifest.model_version
    )
    run_id: str = run.info.run_id
    facts = {
        "data_hash": manifest.data_hash,
        "seeds_version": manifest.seeds_version,
        "code_version": manifest.code_version,
    }
    for name, value in {**parameters, **facts}.items():
        client.log_param(run_id, name, value)
    for name, value in _flat(manifest.metrics):
        client.log_metric(run_id, name, value)
    client.set_tag(run_id, "simulated", str(manifest.simulated).lower())
    client.log_artifacts(run_id, str(directory), "model")
    for name, png in plots.items():
        _log_bytes(client, run_id, name, png)
    client.set_terminated(run_id)
    return run_id


def register(home: Path, manifest: Manifest, run_id: str) -> tuple[str, str]:
    """Register the run's artefact as a new version; returns its number and its alias.

    It becomes champion only where there is none: nothing passes the gate by being trained.
    """
    client = _client(home)
    name = registered_name(manifest.kind)
    aliases = _aliases(client, name)
    version = client.create_model_version(
        name,
        source=f"runs:/{run_id}/model",
        run_id=run_id,
        tags={"model_version": manifest.model_version, "data_hash": manifest.data_hash},
    )
    alias = CHALLENGER if CHAMPION in aliases else CHAMPION
    if alias == CHAMPION:
        promote(home, manifest.kind, manifest.model_version)
    client.set_registered_model_alias(name, alias, version.version)
    return str(version.version), alias


def _client(home: Path) -> "MlflowClient":
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    home.mkdir(parents=True, exist_ok=True)
    store = f"sqlite:///{home.resolve() / 'mlflow.sqlite'}"
    return MlflowClient(tracking_uri=store, registry_uri=store)


def _experiment(client: "MlflowClient", home: Path, kind: Kind) -> str:
    found = client.get_experiment_by_name(kind)
    if found is not None:
        return str(found.experiment_id)
    location = (home / "mlruns" / kind).resolve().as_uri()
    return str(client.create_experiment(kind, artifact_location=location))


def _aliases(client: "MlflowClient", name: str) -> set[str]:
    from mlflow.exceptions import MlflowException

    try:
        return set(client.get_registered_model(name).aliases)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
    client.create_registered_model(name)
    return set()


def _flat(metrics: Mapping[str, Any], prefix: str = "") -> list[tuple[str, float]]:
    """Numbers of nested metrics under dotted names; an interval becomes ``.low`` and ``.high``."""
    found: list[tuple[str, float]] = []
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            found.extend(_flat(value, f"{prefix}{name}."))
        elif isinstance(value, list) and len(value) == 2:
            found += [(f"{prefix}{name}.low", value[0]), (f"{prefix}{name}.high", value[1])]
        elif isinstance(value, int | float):
            found.append((f"{prefix}{name}", float(value)))
    return found


def _log_bytes(client: "MlflowClient", run_id: str, name: str, content: bytes) -> None:

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        path.write_bytes(content)
        client.log_artifact(run_id, str(path), "plots")
