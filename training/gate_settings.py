"""The gate's rules as an operator sets them: ``HOME/gate.toml`` beside what is there by default."""

import tomllib
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from data.problem import FileError, explain
from data.verdict import Kind
from training.gate import GateRules

NAME: Final = "gate.toml"


def load_gate_rules(home: Path, kind: Kind) -> GateRules:
    """The rules for one kind; what the file leaves out, or without a file, those of the design.

    Raises FileError for a file that is no TOML, or names a rule or a value that is not known.
    """
    path, usual = home / NAME, GateRules.usual(kind)
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return usual
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(f"{path}: cannot be read: {error}") from error
    try:
        return GateRules.model_validate(usual.model_dump() | tomllib.loads(text), strict=False)
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"{path}: is no TOML: {error}") from error
    except ValidationError as error:
        first = explain(error)[0]
        known = ", ".join(GateRules.model_fields)
        raise FileError(f"{path}: {first}; rules are {known}") from error
