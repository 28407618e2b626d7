"""The evidence pack (证据包) of a decision: all that a reviewer, a merchant or a court asks for."""

from data.ledger import Decision
from data.record import Instant, Record
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


class Evidence(Record):
    """The pack. ``facts`` is the item as it was sent; ``answer`` the answer as it was given."""

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


def evidence(decision: Decision, appeal_channel: str) -> Evidence:
    """The pack of a decision."""
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
