import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from training.about import About
from training.evaluate import evaluation
from training.page import evaluation_page
from training.printout import printed

HOSTILE = "<script>alert('店')</script>\"><img src=x onerror=alert(1)>"
ABOUT = About(
    kind="claims",
    files=["rows.jsonl"],
    data_hash="0123456789ab",
    measured_at=datetime(2026, 2, 1, tzinfo=UTC),
    model_version="claims-0123456789ab",
    model_created_at=datetime(2026, 1, 1, tzinfo=UTC),
    model_data_hash="ba9876543210",
    model_base_rate=0.5,
)
RECIPE = ABOUT.model_copy(
    update={"model_version": None, "model_created_at": None, "folds": 5, "seeds": True}
)


def report(rows: int = 300, platform: str = "抖音", *, clean: bool = False) -> dict[str, Any]:
    """Figures of scores that are often right; every tenth row is of ``platform``."""
    rng = np.random.default_rng(5)
    truth = np.zeros(rows, dtype=bool) if clean else rng.random(rows) < 0.4
    scores = np.clip(0.3 + 0.3 * truth + 0.2 * rng.standard_normal(rows), 0, 1)
    groups = [f"room-{row % 30}" for row in range(rows)]
    platforms: list[str | None] = [platform if row % 10 == 0 else "快手" for row in range(rows)]
    found = evaluation(
        truth,
        scores,
        scores >= 0.5,
        0.5,
        groups,
        labels={"medical_claim": (truth, scores)},
        listed={"medical_claim": scores >= 0.6},
        facets={
            "platform": platforms,
            "evasion": ["disguised"] * rows,
            "confidence": [str(1 + row % 3) for row in range(rows)],
        },
    )
    return found | {
        "evidence": {"windows": 9, "covered": 0.5, "hits": 20, "precise": 0.25, "intervals": {}},
        "rooms": {},
        "regression": {"must_pass": {"rows": 12, "wrong": 3}},
    }


class _Tags(HTMLParser):
    """The tags of a page, and what they point to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        self.links += [name for name, _ in attrs if name.startswith("on")]


def test_the_page_says_the_headline_in_plain_words_chinese_first() -> None:
    found = report()
    recall, clean = round(100 * found["recall"]), round(100 * found["clean_flagged"])
    html = re.sub(r"<[^>]+>", "", evaluation_page(found, ABOUT))

    assert f"每 100 个违规话术片段，标出 {recall} 个" in html
    assert f"Of 100 violating windows of speech, {recall} are flagged" in html
    assert f"每 100 个正常话术片段，误标 {clean} 个" in html
    assert html.index("每 100 个违规") < html.index("Of 100 violating")
    assert "claims-0123456789ab" in html
    assert "违规 violating 50.0%" in html


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    html = evaluation_page(report(platform=HOSTILE), ABOUT)
    page = _Tags(html)

    assert page.links == []
    assert not page.tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert "url(" not in html
    assert "@import" not in html
    assert "http" not in html


def test_a_name_that_a_merchant_chose_is_shown_and_not_obeyed() -> None:
    about = ABOUT.model_copy(update={"files": [f"{HOSTILE}.csv"]})
    html = evaluation_page(report(platform=HOSTILE), about)

    assert "<img" not in html
    assert html.count("&lt;script&gt;alert(&#39;店&#39;)&lt;/script&gt;") == 2


def test_where_a_slice_is_too_small_page_and_printout_say_so() -> None:
    found = report()

    assert "样本太少" in evaluation_page(found, ABOUT)
    row = next(line for line in printed(found).splitlines() if line.startswith("抖音"))
    assert row.split()[1:3] == ["30", str(found["slices"]["platform"]["抖音"]["positives"])]
    assert "too few" in row


def test_rows_that_annotators_were_sure_of_have_a_line_of_their_own() -> None:
    found = report()
    recall = found["slices"]["confidence"]["2-3"]["recall"]
    html = re.sub(r"<[^>]+>", " ", evaluation_page(found, ABOUT))

    (line,) = (line for line in printed(found).splitlines() if "fairly sure or sure" in line)
    assert line.startswith("2-3 ")
    assert line.split()[5] == "200"
    assert f"{recall:.3f}" in line
    after = html.split("较有把握或有把握 together: fairly sure or sure")[1]
    assert f"{recall:.1%}" in after.split("样本太少")[0]


def test_the_page_of_a_recipe_tells_the_folds() -> None:
    html = evaluation_page(report(), RECIPE)

    assert "5 折交叉验证" in html
    assert "种子语料参与每折训练" in html


@pytest.mark.parametrize("about", [ABOUT, RECIPE])
def test_figures_that_cannot_be_given_are_a_dash(about: About) -> None:
    found = report(clean=True)

    assert "nan" not in evaluation_page(found, about)
    assert "None" not in evaluation_page(found, about)
    assert "nan" not in printed(found).split("\n\n", 1)[1]


def test_what_is_left_out_of_the_report_is_left_out_of_the_page() -> None:
    found = report()
    for section in ("evidence", "rooms", "regression"):
        del found[section]

    html = evaluation_page(found, ABOUT.model_copy(update={"kind": "listings"}))

    assert "商品模型评测报告" in html
    assert "证据质量" not in html
    assert "回归用例" not in html


def test_the_printout_keeps_terminals_safe_and_columns_in_line() -> None:
    text = printed(report(platform="抖\x1b[31m音"))

    assert "\x1b" not in text
    assert "抖\\x1b[31m音" in text
