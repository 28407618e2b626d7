import numpy as np
import pytest

from data.examples.after_sale import load_after_sale
from models.feedback import KINDS, FeedbackModel
from training.evaluate import pr_auc
from training.feedback import FittedFeedback, complaint_scores, fit_feedback

TEXTS = load_after_sale()


@pytest.fixture(scope="module")
def fitted() -> FittedFeedback:
    return fit_feedback(TEXTS)


@pytest.fixture(scope="module")
def model(fitted: FittedFeedback) -> FeedbackModel:
    return fitted.model


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("才穿两次鞋底就开胶了，质量太差", "quality"),
        ("洗了一水掉色严重，做工也粗糙", "quality"),
        ("扫码查不到，跟专柜的完全不一样，是假货", "authenticity"),
        ("快递把箱子压烂了，还晚了五天才到", "logistics"),
        ("是正品，穿着很舒服，孩子很喜欢", "other"),
        ("商家说写够字数好评就返现五块，凑字数凑字数", "paid"),
    ],
)
def test_what_a_buyer_means_is_understood(model: FeedbackModel, text: str, kind: str) -> None:
    assert KINDS[int(model.probabilities([text]).argmax())] == kind


def test_the_word_genuine_alone_is_no_complaint(model: FeedbackModel) -> None:
    assert complaint_scores(model.probabilities(["正品"]))[0] < 0.5


def test_chances_of_a_text_sum_to_one_and_do_not_depend_on_its_neighbours(
    model: FeedbackModel,
) -> None:
    texts = ["质量不好", "", "😀", "ＮＦＣ贴上去没反应"]
    together = model.probabilities(texts)

    assert np.allclose(together.sum(axis=1), 1)
    assert np.array_equal(together[[0]], model.probabilities(["质量不好"]))
    assert np.array_equal(together[[3]], model.probabilities(["nfc贴上去没反应"]))


def test_kinds_carry_over_to_categories_never_seen(fitted: FittedFeedback) -> None:
    truth = np.array([text.kind in {"quality", "authenticity"} for text in TEXTS])

    assert pr_auc(truth, complaint_scores(fitted.out_of_fold)) > 0.8
