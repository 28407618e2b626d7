"""Buyers' texts in, what each says out: an artefact of the after-sale model at work."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.feedback import BuyerText, FeedbackAnswer
from models.artifact import ArtifactError, Thresholds, read_files, read_manifest
from models.feedback import KINDS, FeedbackModel, unpack_feedback
from models.policy import PolicyName


@dataclass(frozen=True)
class FeedbackScorer:
    """A model at one of its operating points.

    ``thresholds.flag`` is the probability from which a text is a complaint, ``label`` that from
    which it tells of a bad experience.
    """

    model: FeedbackModel
    thresholds: Thresholds
    model_version: str | None = None

    def answer(self, texts: Sequence[BuyerText]) -> list[FeedbackAnswer]:
        """What each text says, in order; the same whether alone or among others."""
        assessed = self.model.assess([text.text for text in texts])
        rows = zip(*(column.tolist() for column in assessed), strict=True)
        return [
            FeedbackAnswer(
                data_id=text.data_id,
                probability=complaint,
                complaint=1 if complaint >= self.thresholds.flag else 0,
                negative_probability=negative,
                negative=1 if negative >= self.thresholds.label else 0,
                kinds=dict(zip(KINDS, kinds, strict=True)),
            )
            for text, (complaint, negative, kinds) in zip(texts, rows, strict=True)
        ]


def load_feedback_scorer(directory: Path, policy: PolicyName = "balanced") -> FeedbackScorer:
    """The scorer of an artefact at one of its operating points.

    Raises ArtifactError when the artefact is damaged or is no feedback model.
    """
    manifest = read_manifest(directory)
    if manifest.kind != "feedback":
        raise ArtifactError(f"{directory}: holds a model of {manifest.kind}; feedback is asked for")
    files = read_files(directory, manifest)
    try:
        model = unpack_feedback(files)
    except (ValueError, KeyError) as error:
        raise ArtifactError(f"{directory}: {error}; train the model anew") from error
    return FeedbackScorer(model, manifest.thresholds[policy], manifest.model_version)
