"""What an operator can set, read once from the environment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from data.home import DEFAULT, LEDGER_VARIABLE, VARIABLE, ledger_url
from data.problem import MingchaError
from data.record import Record
from data.verdict import Kind
from models.selection import Shares

_PREFIX = "MINGCHA_"

APPEAL_CHANNEL = (
    "如对本决定有异议，请在商家后台“违规申诉”中凭决定编号（decision_id）提交申诉理由和证明材料，"
    "由未参与原决定的审核员复核。"
)


class SettingsError(MingchaError):
    """An environment variable that cannot be used; says which, what was found, what is allowed."""


class Settings(Record):
    """The settings of one service. Each is read from ``MINGCHA_`` and its name in capitals."""

    home: Path = DEFAULT
    """``MINGCHA_HOME``: directory of all run-time state (运行目录). Default ``./var``."""

    ledger_url: str = ""
    """``MINGCHA_LEDGER_URL``: SQLAlchemy URL. Default: SQLite in ``MINGCHA_HOME/ledger.sqlite``."""

    host: Annotated[str, StringConstraints(min_length=1)] = "127.0.0.1"
    """``MINGCHA_HOST``: IP address that ``mingcha up`` listens on. Default ``127.0.0.1``."""

    port: Annotated[int, Field(ge=1, le=65_535)] = 3000
    """``MINGCHA_PORT``: port that ``mingcha up`` listens on. Default 3000."""

    workers: Annotated[int, Field(ge=1, le=256)] = 1
    """``MINGCHA_WORKERS``: service processes. Default 1."""

    request_seconds: Annotated[float, Field(gt=0, le=60)] = 3.0
    """``MINGCHA_REQUEST_SECONDS``: the longest that a request may take. Default 3."""

    scoring_seconds: Annotated[float, Field(gt=0, le=60)] = 1.5
    """``MINGCHA_SCORING_SECONDS``: what a model may take for a request before the lexicon-and-rules
    answer takes its place. Default 1.5; must be below ``MINGCHA_REQUEST_SECONDS``."""

    max_in_flight: Annotated[int, Field(ge=1, le=10_000)] = 64
    """``MINGCHA_MAX_IN_FLIGHT``: scoring requests at once in a process. Default 64."""

    ledger_queue_bytes: Annotated[int, Field(ge=10_000)] = 64_000_000
    """``MINGCHA_LEDGER_QUEUE_BYTES``: decisions that wait to be written, per process. Default
    64000000."""

    degraded_claims: Literal["pass", "review"] = "review"
    """``MINGCHA_DEGRADED_CLAIMS``: mildest suggestion for live speech without a model. Default
    ``review``."""

    degraded_listings: Literal["pass", "review"] = "review"
    """``MINGCHA_DEGRADED_LISTINGS``: mildest suggestion for a listing without a model. Default
    ``review``."""

    policy: Literal["balanced", "capacity"] = "balanced"
    """``MINGCHA_POLICY``: operating point of the champions: ``balanced``, or ``capacity``, which
    follows reviewers, costs and base rate. Default ``balanced``."""

    exploration_share: Annotated[float, Field(gt=0, le=0.5)] = 0.01
    """``MINGCHA_EXPLORATION_SHARE``: share of what passes that is drawn at random for review.
    Default 0.01."""

    review_sample_share: Annotated[float, Field(gt=0, le=1)] = 0.02
    """``MINGCHA_REVIEW_SAMPLE_SHARE``: share of what passes that is drawn in all: beside those at
    random, items near the threshold and those on which model and rules differ. An aim, not a
    bound. Default 0.02; at least ``MINGCHA_EXPLORATION_SHARE``."""

    exploration_seed: str = ""
    """``MINGCHA_EXPLORATION_SEED``: the secret of the draws, one for all replicas. Default: a key
    made once and kept in ``MINGCHA_HOME/exploration.key``."""

    shadow_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """``MINGCHA_SHADOW_SHARE``: share of the decisions that a shadow answers, too, where one was
    started. Default 1."""

    appeal_channel: str = APPEAL_CHANNEL
    """``MINGCHA_APPEAL_CHANNEL``: where a merchant may object (申诉渠道), shown in the evidence
    pack."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """The settings that ``environ`` describes; what it leaves out or empty has its default.

        >>> Settings.from_environment({"MINGCHA_PORT": "8080"}).port
        8080
        """
        given = {
            name: environ[cls.variable(name)]
            for name in cls.model_fields
            if environ.get(cls.variable(name))
        }
        try:
            settings = cls.model_validate(given, strict=False)
        except ValidationError as error:
            raise SettingsError(_explain(error)) from error
        if settings.scoring_seconds >= settings.request_seconds:
            raise SettingsError(
                f"MINGCHA_SCORING_SECONDS={settings.scoring_seconds} leaves no time to answer:"
                f" it must be below MINGCHA_REQUEST_SECONDS={settings.request_seconds}"
            )
        if settings.review_sample_share < settings.exploration_share:
            raise SettingsError(
                f"MINGCHA_REVIEW_SAMPLE_SHARE={settings.review_sample_share} is less than what is"
                f" drawn at random: MINGCHA_EXPLORATION_SHARE={settings.exploration_share}"
            )
        return settings

    @staticmethod
    def variable(field: str) -> str:
        """The environment variable of a setting.

        >>> Settings.variable("home")
        'MINGCHA_HOME'
        """
        return _PREFIX + field.upper()

    @property
    def ledger(self) -> str:
        """The URL of the ledger, the default filled in."""
        return ledger_url({VARIABLE: str(self.home), LEDGER_VARIABLE: self.ledger_url})

    @property
    def shares(self) -> Shares:
        """How much of what passes a person is to see."""
        return Shares(self.exploration_share, self.review_sample_share)

    def mildest(self, kind: Kind) -> Literal["pass", "review"]:
        """The mildest suggestion that an answer without a model may give."""
        return self.degraded_claims if kind == "claims" else self.degraded_listings


def _explain(error: ValidationError) -> str:
    wrong = error.errors(include_url=False)[0]
    return f"{Settings.variable(str(wrong['loc'][0]))}={wrong['input']!r}: {wrong['msg']}"
