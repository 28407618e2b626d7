from pathlib import Path

import pytest

from data.seeds import SeedError, seed_path
from data.taxonomy import load_taxonomy


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = seed_path("taxonomy.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "taxonomy.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_twelve_labels_are_about_speech_and_six_about_listings() -> None:
    taxonomy = load_taxonomy()

    assert len(taxonomy.codes) == 18
    assert len(taxonomy.family("content")) == 12
    assert taxonomy.family("listing") == (
        "counterfeit_brand",
        "brand_confusion",
        "unlicensed_product",
        "spec_mismatch",
        "inferior_quality",
        "listing_abuse",
    )


@pytest.mark.parametrize("code", load_taxonomy().codes)
def test_every_label_cites_a_statute_and_can_be_explained(code: str) -> None:
    label = load_taxonomy()[code]

    assert label.citations()
    assert len(label.definition) > 15
    assert all("✓" not in citation and "☐" not in citation for citation in label.citations())


def test_only_critical_labels_are_blocked_by_default() -> None:
    blocked = {label.code for label in load_taxonomy().labels if label.default_action == "block"}

    assert blocked == {label.code for label in load_taxonomy().labels if label.severity == 4}


def test_a_rule_without_articles_is_cited_as_a_whole() -> None:
    assert "广告绝对化用语执法指南" in load_taxonomy()["absolute_claim"].citations()


def test_an_unknown_label_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="unknown label 'bad_taste'; labels are absolute_claim"):
        load_taxonomy()["bad_taste"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"review"', '"intercept"', "default_action 'intercept'; allowed: .*'review' or 'block'"),
        ("severity = 4", "severity = 5", "severity '5'; allowed: .*less than or equal to 4"),
        ('"medical_claim"', '"absolute_claim"', "second label 'absolute_claim'"),
        ('status = "read"', 'status = "✓"', "basis.0.status '✓'; allowed: .*'verify'"),
        ("family =", "famliy =", "family"),
    ],
)
def test_a_broken_label_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(SeedError, match=rf"taxonomy\.toml:\d+: {message}"):
        load_taxonomy(edited(tmp_path, old, new))


def test_text_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match="is not TOML"):
        load_taxonomy(edited(tmp_path, "[[label]]", "[[label"))


def test_a_misspelt_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"allowed: \[\[label\]\] only"):
        load_taxonomy(edited(tmp_path, "[[label]]", "[[labels]]\n[[label]]"))
