"""What the service answers to an item that was judged again since."""

from datetime import UTC, datetime

import pytest

from data.ledger import Decision
from data.segment import LiveSegment
from data.verdict import Suggestion
from tests.serving.conftest import Service, WordScorer, speech


def _keep_as_judged_again(service: Service, text: str, suggestion: Suggestion) -> None:
    """A decision on the item under the versions of the service that has a name of its own."""
    sent = speech(text)
    item = LiveSegment.model_validate(sent)
    plain = service.runtime.champions.scorer("claims")
    assert isinstance(plain, WordScorer)
    at = datetime.now(UTC)
    again = {"decision_id": "dagain", "suggestion": suggestion}
    verdict = plain.score(item, at).model_copy(update=again)
    service.runtime.ledger.record([Decision.of("claims", item, sent, verdict, at)])


@pytest.mark.parametrize(
    ("text", "kept", "answered"),
    [("你好", "review", "review"), ("你好", "pass", "pass"), ("根治", "pass", "block")],
)
def test_what_was_judged_again_counts_unless_more_is_known_now(
    service: Service, text: str, kept: Suggestion, answered: Suggestion
) -> None:
    _keep_as_judged_again(service, text, kept)

    (answer,) = service.score(speech(text))

    assert answer["suggestion"] == answered
    assert (answer["decision_id"] == "dagain") == (kept == answered)
