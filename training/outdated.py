"""What changed since an item passed (变更): what judges it, and what was heard of it."""

import json
from datetime import datetime
from typing import Final, Literal, NamedTuple, get_args

from data.ledger import Decision
from data.ledger.cases import CaseSource
from data.ledger.history import Content
from data.ledger.rescans import Passed
from data.review import standing
from models.overlaid import OverlaidScorer
from models.scorer import Scorer
from training.truth import truth_of

Change = Literal["model", "policy", "brands", "lexicon", "urgent", "known_bad", "evidence"]
"""What changed since an item passed: champion, operating point, brand registry, seeds, urgent
entries, confirmed bad listings, what was heard of the goods."""

CHANGES: Final = get_args(Change)


class Today(NamedTuple):
    """What judges now. ``known_bad_at`` is when the confirmed bad listings last changed."""

    model: str | None
    policy: str
    lexicon: str
    registry: str
    known_bad_at: datetime | None = None

    @classmethod
    def of(
        cls, scorer: Scorer, registry: str, at: datetime, known_bad_at: datetime | None = None
    ) -> "Today":
        """What a scorer judges by at an instant; ``registry`` is the version of the brands'."""
        lexicon = scorer.lexicon_version
        if isinstance(scorer, OverlaidScorer):
            lexicon = scorer.lexicon_version_at(at)
        held = known_bad_at if scorer.kind == "listings" else None
        return cls(scorer.model_version, scorer.policy_version, lexicon, registry, held)

    def is_news_to(self, passed: Passed | Decision) -> bool:
        """Whether anything changed since the item passed."""
        versions = passed.model_version, passed.policy_version, passed.lexicon_version
        return versions != (self.model, self.policy, self.lexicon) or self._knows_more(passed)

    def changes_since(self, passed: Decision) -> list[Change]:
        """What changed since the item passed. A new model has an operating point of its own."""
        lexicon, _, urgent = passed.lexicon_version.partition("+")
        lexicon_now, _, urgent_now = self.lexicon.partition("+")
        has_other_model = passed.model_version != self.model
        has_other_brands = _registry(passed) not in (None, self.registry)
        has_other_policy = passed.policy_version != self.policy
        found: dict[Change, bool] = {
            "model": has_other_model,
            "policy": has_other_policy and not has_other_model and not has_other_brands,
            "brands": has_other_brands,
            "lexicon": lexicon != lexicon_now,
            "urgent": urgent != urgent_now,
            "known_bad": self._knows_more(passed),
        }
        return [change for change, is_so in found.items() if is_so]

    def _knows_more(self, passed: Passed | Decision) -> bool:
        return self.known_bad_at is not None and self.known_bad_at > passed.decided_at


def evidence_against(content: Content, at: datetime) -> CaseSource | None:
    """Why a person must see goods again for what was heard of them; None where nobody need.

    Evidence that a person has seen, by a label made after it, asks for nobody; neither do goods
    that a person has found bad.
    """
    truth = truth_of(content, at)
    if truth is None or truth.label.outcome != "violation":
        return None
    if truth.label.source not in ("laboratory", "after_sale"):
        return None
    made = standing(content.labels, at)
    if any(one.outcome == "violation" for one in made):
        return None
    if any(one.observed_at >= truth.label.observed_at for one in made):
        return None
    return "reopened" if made or truth.reopened else "report"


def _registry(passed: Decision) -> str | None:
    facts = json.loads(passed.snapshot) if passed.snapshot else {}
    version: str | None = facts.get("registry")
    return version
