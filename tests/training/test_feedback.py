import numpy as np
import pytest

from data.examples.after_sale import AfterSaleKind
from models.calibrated import sigmoid
from models.feedback import KINDS, FeedbackModel, folded, pack_feedback, unpack_feedback
from training.evaluate import pr_auc
from training.feedback import Corpus, FittedFeedback, Targets, fit_feedback
from training.feedback_evaluate import feedback_points
from training.feedback_rows import FeedbackDoc, seed_docs

DOCS = seed_docs()
CORPUS = Corpus.of(DOCS)


@pytest.fixture(scope="module")
def fitted() -> FittedFeedback:
    return fit_feedback(CORPUS)


@pytest.fixture(scope="module")
def model(fitted: FittedFeedback) -> FeedbackModel:
    return fitted.model


def is_complaint(fitted: FittedFeedback, text: str) -> bool:
    chance = fitted.model.assess([text]).complaint[0]
    return bool(chance >= feedback_points(fitted)["balanced"].flag)


@pytest.mark.parametrize(
    "text",
    [
        "正品",
        "是正品",
        "支持正品",
        "扫码是正品",
        "假一赔十",
        "店里写着假一赔三",
        "担心是假货结果是正品",
        "本来怕买到假货，验了是真的",
        "不是假货",
        "没想到不是假的",
        "不像假的",
        "假不了",
        "不错",
        "质量不差",
        "一点不差",
        "没什么不好的",
        "不难吃",
        "没有不满意的地方",
        "从来没失望过",
        "没毛病",
        "挑不出毛病",
        "没有质量问题",
        "没有色差，也没有线头",
        "不掉色不起球",
        "物流太慢了",
        "！！！",
        "👎",
        "",
    ],
)
def test_what_is_no_complaint_is_taken_for_none(fitted: FittedFeedback, text: str) -> None:
    assert not is_complaint(fitted, text)


@pytest.mark.parametrize(
    "text",
    [
        "不像正品",
        "不是正品",
        "和专柜的不一样",
        "专柜说是假的",
        "假货",
        "高仿",
        "扫码查不到",
        "吊牌都是歪的",
        "用两天就坏了",
        "没用几天就坏了",
        "穿一次就烂了",
        "开胶了",
        "一股怪味",
        "有色差",
        "做工粗糙",
        "质量太差",
        "质量不好",
        "货不对板",
        "跟图片完全不一样",
        "物流倒是快，东西一塌糊涂",
    ],
)
def test_what_is_a_complaint_is_taken_for_one(fitted: FittedFeedback, text: str) -> None:
    assert is_complaint(fitted, text)


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
def test_what_a_buyer_means_is_understood(
    model: FeedbackModel, text: str, kind: AfterSaleKind
) -> None:
    assert KINDS[int(model.assess([text]).kinds.argmax())] == kind


def test_kinds_sum_to_one_and_those_of_complaint_to_its_probability(model: FeedbackModel) -> None:
    assessed = model.assess([doc.text for doc in DOCS[:200]])

    assert np.allclose(assessed.kinds.sum(axis=1), 1)
    of_goods = [KINDS.index("quality"), KINDS.index("authenticity")]
    assert np.allclose(assessed.kinds[:, of_goods].sum(axis=1), assessed.complaint)


def test_a_text_is_read_the_same_alone_and_among_others(model: FeedbackModel) -> None:
    texts = ["质量不好", "", "😀", "ＮＦＣ贴上去没反应"]
    together = model.assess(texts)

    assert np.array_equal(together.kinds[[0]], model.assess(["质量不好"]).kinds)
    assert np.array_equal(together.kinds[[3]], model.assess(["nfc贴上去没反应"]).kinds)


def test_the_exported_model_says_what_the_fitted_pipeline_says(fitted: FittedFeedback) -> None:
    rows = np.arange(len(DOCS))
    logits = fitted.heads.decision(fitted.tfidf.features(rows))
    logits = logits * fitted.scaling.slopes + fitted.scaling.offsets

    texts = [doc.text for doc in DOCS]
    exported = fitted.model.ngrams.logits([CORPUS.reader.marked(folded(text)) for text in texts])
    spoken = [any(map(str.isalnum, text)) for text in texts]

    assert np.abs(exported - logits).max() < 1e-9
    chances = fitted.model.assess(texts).complaint
    assert np.abs(chances - sigmoid(logits[:, 0]))[spoken].max() < 1e-9


def test_a_text_without_a_letter_is_clean(model: FeedbackModel) -> None:
    assessed = model.assess(["", "！！！", "👎👎", "😡 。"])

    assert assessed.complaint.max() < 1e-6
    assert assessed.negative.max() < 1e-6


def test_a_packed_model_reads_back_to_the_same_numbers(model: FeedbackModel) -> None:
    texts = [doc.text for doc in DOCS[:100]]
    read = unpack_feedback(pack_feedback(model))

    assert np.array_equal(read.assess(texts).kinds, model.assess(texts).kinds)
    assert np.array_equal(read.assess(texts).negative, model.assess(texts).negative)


def test_complaints_are_told_in_categories_never_seen(fitted: FittedFeedback) -> None:
    truth = np.array([bool(doc.complaint) for doc in DOCS])

    assert pr_auc(truth, fitted.out_of_fold[:, 0]) > 0.85


def row(
    complaint: bool | None = None,
    negative: bool | None = None,
    kind: AfterSaleKind | None = None,
    source: str = "a.csv",
) -> FeedbackDoc:
    return FeedbackDoc("字", complaint, negative, kind, "g", source)


def test_what_no_label_tells_is_unknown_and_not_a_no() -> None:
    values = Targets.of([row(complaint=True), row(complaint=False), row(negative=False)]).values

    assert np.array_equal(values[:2, 0], [1, 0])
    assert np.isnan(values[1, 1])
    assert np.isnan(values[:, 2:]).all()


def test_a_source_that_tells_both_answers_lends_them_to_its_other_rows() -> None:
    docs = [row(complaint=True, negative=True), row(negative=False), row(complaint=True)]

    values = Targets.of(docs).values

    assert np.array_equal(values[:, 0], [1, 0, 1])
    assert np.array_equal(values[:, 1], [1, 0, 1])


def test_a_source_that_tells_one_answer_lends_it_to_none() -> None:
    docs = [
        row(complaint=True, source="complaints.csv"),
        row(complaint=False, source="complaints.csv"),
        row(negative=True, source="stars.csv"),
        row(negative=False, source="stars.csv"),
    ]

    values = Targets.of(docs).values

    assert np.isnan(values[:2, 1]).all()
    assert np.isnan(values[2:, 0]).all()


def test_an_operators_own_bad_and_good_reviews_help_to_tell_complaints() -> None:
    """The head of bad experience speaks for complaint only where an operator's texts teach it."""
    reviews = [
        FeedbackDoc(f"{text}{n}号", None, bad, None, f"g{n % 9}", "stars.csv")
        for n in range(120)
        for text, bad in (("住得糟心透顶", True), ("住得称心如意", False))
    ]

    assert fit_feedback(Corpus.of([*DOCS, *reviews]), folds=3).heads.beside > 0
    assert fit_feedback(CORPUS, folds=3).heads.beside == 0
