from models.explain import RESCORED, Span, with_scores

SPANS = [Span(0, 2, "根治", None), Span(2, 4, "根治", None), Span(4, 6, "根治", None)]


def test_each_span_is_taken_out_of_a_text_of_ordinary_length() -> None:
    seen: list[str] = []

    def score(texts: list[str]) -> list[float]:
        seen.extend(texts)
        return [0.25] * len(texts)

    hits = with_scores("text", "根治糖尿病吧", SPANS, score)

    assert [hit.score_without for hit in hits] == [0.25] * 3
    assert seen[:2] == ["糖尿病吧", "根治病吧"]


def test_a_text_of_hostile_length_is_cited_and_scored_less_often() -> None:
    text = "根治" * (RESCORED // 4)

    hits = with_scores("text", text, SPANS, lambda texts: [0.25] * len(texts))

    assert [hit.text for hit in hits] == ["根治"] * 3
    assert [hit.score_without for hit in hits] == [0.25, 0.25, None]
