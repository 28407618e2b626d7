"""The evidence pack (证据包) of a decision: all that a reviewer, a merchant or a court asks for."""

from collections.abc import Sequence
from datetime import datetime

from data.feedback import Appeal
from data.ledger import Aftermath, Decision
from data.record import Instant, Record
from data.review import Label, LabelSource, Outcome, Review, Stage, foremost, standing
from data.verdict import Hit, Kind, LabelVerdict, RiskLevel, Suggestion, Verdict

_ADVICE: dict[Suggestion, str] = {"pass": "放行", "review": "转人工复核", "block": "拦截"}
_QUOTED = 5


class Reason(Record):
    """Why one label was given, in words (理由), with its legal basis (法律依据)."""

    code: str
    name_zh: str
    suggestion: Suggestion
    reason: str
    legal_basis: list[str]
    hits: list[Hit]


class Versions(Record):
    """What decided. ``model`` is null for a degraded answer."""

    model: str | None
    policy: str
    lexicon: str


class Objection(Record):
    """An appeal (申诉), with the last answer to it; ``outcome`` is null until there is one."""

    appeal_id: str
    statement: str
    evidence: list[str]
    submitted_at: Instant | None
    outcome: Outcome | None
    answered_at: Instant | None


class Reviewed(Record):
    """What a person decided (人工复核). Of the person only the ``role`` is told, and no note.

    ``taken_back`` says that a later review reverses it; ``outcome`` is null where the case was
    handed on.
    """

    review_id: str
    stage: Stage
    role: LabelSource
    outcome: Outcome | None
    codes: list[str]
    appeal_id: str | None
    taken_back: bool
    decided_at: Instant


class CurrentLabel(Record):
    """The recorded label that outranks the others; ``reliability`` is how likely it is right."""

    outcome: Outcome
    codes: list[str]
    source: LabelSource
    reliability: float
    observed_at: Instant


class LaterDecision(Record):
    """A later decision on the same item."""

    decision_id: str
    suggestion: Suggestion
    model_version: str | None
    content_hash: str
    decided_at: Instant


class Evidence(Record):
    """The pack. ``facts`` is the item as it was sent; ``answer`` the answer as it was given.

    ``appeals``, ``reviews`` and ``later_decisions`` are in order of time; of the last at most a
    hundred.
    """

    decision_id: str
    kind: Kind
    data_id: str
    suggestion: Suggestion
    risk_level: RiskLevel
    summary: str
    reasons: list[Reason]
    facts: dict[str, object]
    answer: Verdict
    versions: Versions
    content_hash: str
    decided_at: Instant
    feature_as_of: Instant
    previous_decision_id: str | None
    appeal_channel: str
    appeals: list[Objection]
    reviews: list[Reviewed]
    current_label: CurrentLabel | None
    later_decisions: list[LaterDecision]


def evidence(decision: Decision, after: Aftermath, at: datetime, appeal_channel: str) -> Evidence:
    """The pack of a decision, with what followed on it, as of ``at``."""
    label = foremost(standing(after.labels, at))
    verdict = decision.verdict()
    return Evidence(
        decision_id=decision.decision_id,
        kind=decision.kind,
        data_id=decision.data_id,
        suggestion=verdict.suggestion,
        risk_level=verdict.risk_level,
        summary=_summary(verdict),
        reasons=[_reason(label) for label in verdict.labels],
        facts=decision.item(),
        answer=verdict,
        versions=Versions(
            model=verdict.model_version,
            policy=verdict.policy_version,
            lexicon=verdict.lexicon_version,
        ),
        content_hash=decision.content_hash,
        decided_at=decision.decided_at,
        feature_as_of=verdict.feature_as_of,
        previous_decision_id=verdict.previous_decision_id,
        appeal_channel=appeal_channel,
        appeals=[_objection(appeal, after.reviews) for appeal in after.appeals],
        reviews=[_reviewed(review, after.reviews) for review in after.reviews],
        current_label=_current(label) if label else None,
        later_decisions=[_later(one) for one in after.later],
    )


def with_pending(decision: Decision, after: Aftermath, last: Decision | None) -> Aftermath:
    """What followed on a decision, with the last one on its item, not written yet, if later."""
    known = {decision.decision_id, *(one.decision_id for one in after.later)}
    if last is None or last.decision_id in known or last.decided_at <= decision.decided_at:
        return after
    return after._replace(later=[*after.later, last])


def _objection(appeal: Appeal, reviews: Sequence[Review]) -> Objection:
    answers = [
        review
        for review in reviews
        if review.appeal_id == appeal.appeal_id and not _is_taken_back(review, reviews)
    ]
    last = answers[-1] if answers else None
    return Objection(
        appeal_id=appeal.appeal_id,
        statement=appeal.statement,
        evidence=appeal.evidence,
        submitted_at=appeal.submitted_at,
        outcome=last.outcome if last else None,
        answered_at=last.decided_at if last and last.outcome else None,
    )


def _reviewed(review: Review, reviews: Sequence[Review]) -> Reviewed:
    return Reviewed(
        review_id=review.review_id,
        stage=review.stage,
        role=review.source,
        outcome=review.outcome,
        codes=review.codes,
        appeal_id=review.appeal_id,
        taken_back=_is_taken_back(review, reviews),
        decided_at=review.decided_at,
    )


def _is_taken_back(review: Review, reviews: Sequence[Review]) -> bool:
    return any(one.reverses == review.review_id for one in reviews)


def _current(label: Label) -> CurrentLabel:
    return CurrentLabel(
        outcome=label.outcome,
        codes=label.codes,
        source=label.source,
        reliability=label.reliability,
        observed_at=label.observed_at,
    )


def _later(decision: Decision) -> LaterDecision:
    return LaterDecision(
        decision_id=decision.decision_id,
        suggestion=decision.suggestion,
        model_version=decision.model_version,
        content_hash=decision.content_hash,
        decided_at=decision.decided_at,
    )


def _summary(verdict: Verdict) -> str:
    advice = f"建议{_ADVICE[verdict.suggestion]}"
    if verdict.suggestion == "pass":
        return f"未发现违规，{advice}。"
    if not verdict.labels:
        return f"模型暂不可用，无法自动判定，{advice}。" if verdict.degraded else f"{advice}。"
    return f"涉嫌{'、'.join(label.name_zh for label in verdict.labels)}，{advice}。"


def _reason(label: LabelVerdict) -> Reason:
    cited = "、".join(_quote(hit) for hit in label.hits[:_QUOTED])
    found = f"{cited}，" if cited else ""
    basis = f"，依据{'；'.join(label.basis)}" if label.basis else ""
    return Reason(
        code=label.code,
        name_zh=label.name_zh,
        suggestion=label.suggestion,
        reason=f"{found}涉嫌{label.name_zh}{basis}，建议{_ADVICE[label.suggestion]}。",
        legal_basis=label.basis,
        hits=label.hits,
    )


def _quote(hit: Hit) -> str:
    plain = f"（即“{hit.resolved}”）" if hit.resolved and hit.resolved != hit.text else ""
    return f"“{hit.text or hit.cue}”{plain}"
