"""An evaluation as one page that a manager can read (评测报告): Chinese first, English beside."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from data.taxonomy import load_taxonomy
from training.about import About
from training.breakdown import LEAST_GROUPS, LEAST_POSITIVES, OTHERS, SURE, UNKNOWN
from training.feedback import SEED_RATES
from training.listings import BASE_RATE
from training.ranking import LEVEL
from training.thresholds import CAPACITY_BASE_RATE

_TEMPLATE: Final = "evaluation.html"
_SIDE: Final = 300
"""Units of the drawing's side, in which 0 to 1 is drawn."""

_FIGURES: Final = {
    "macro_f1": ("宏平均 F1", "违规与正常两类 F1 的平均", "mean of the F1 of both classes"),
    "pr_auc": ("PR-AUC", "排序质量：各召回率下的平均精确率", "average precision over the ranking"),
    "roc_auc": (
        "ROC-AUC",
        "随机一条违规排在随机一条正常之前的概率",
        "a violating row outranks a clean one",
    ),
    "recall_at_precision_90": (
        "精确率 90% 时的召回率",
        "取本数据上的最佳阈值",
        "recall at precision 0.90, threshold chosen on these rows",
    ),
    "recall_at_clean_10": (
        "误标 10% 时的召回率",
        "取本数据上的最佳阈值",
        "recall with 10 % of the clean flagged, threshold chosen on these rows",
    ),
    "recall": ("召回率", "违规中被标出的比例", "share of the violating that is flagged"),
    "precision": ("精确率", "被标出中确属违规的比例", "share of the flagged that violates"),
    "clean_flagged": ("误标率", "正常中被误标的比例", "share of the clean that is flagged"),
    "clean_blocked": ("误拦率", "正常中被直接拦下的比例", "share of the clean that is blocked"),
    "ece": ("校准误差", "给出的概率与实际比例平均相差多少", "expected calibration error"),
}
_FACETS: Final = {
    "source": ("数据文件", "source"),
    "platform": ("平台", "platform"),
    "category": ("类目", "category"),
    "evasion": ("规避", "evasion"),
    "length": ("字数", "length in characters"),
    "confidence": ("标注把握", "annotator's confidence"),
    "merchant_type": ("商家类型", "merchant type"),
    "tenure": ("入驻天数", "days since the merchant opened"),
    "disguise": ("发现伪装", "disguise found"),
}
_VALUES: Final = {
    ("evasion", "disguised"): "有规避 disguised",
    ("evasion", "plain"): "无规避 plain",
    ("disguise", "found"): "发现 found",
    ("disguise", "none"): "未发现 none",
    ("confidence", SURE): "2–3 合计：较有把握或有把握 together: fairly sure or sure",
}
_REST: Final = {UNKNOWN: "未知 unknown", OTHERS: "其余 others"}
_CORPORA: Final = {
    "must_pass": ("必须放行", "must pass"),
    "must_catch": ("必须拦下", "must be caught"),
    "known_misses": ("已知判错（收录时即判错）", "known misses: wrong when they were taken in"),
}
_LIVE: Final = {
    "claims": CAPACITY_BASE_RATE,
    "listings": BASE_RATE,
    "feedback": SEED_RATES["complaint"],
}
_ITEMS: Final = {
    "claims": ("话术片段", "windows of speech"),
    "listings": ("商品", "listings"),
    "feedback": ("售后文本", "after-sale texts"),
}
MODELS: Final = {
    "claims": ("话术", "claim"),
    "listings": ("商品", "listing"),
    "feedback": ("售后文本", "feedback"),
}
_RATES: Final = {
    "windows_per_hour": ("每直播小时误标片段", "clean windows flagged an hour"),
    "cases_per_hour": ("每直播小时误报案件", "cases without a violation an hour"),
    "windows_per_clean_hour": ("每正常直播小时误标片段", "clean windows flagged a clean hour"),
}


def evaluation_page(report: Mapping[str, Any], about: About) -> str:
    """One HTML page without scripts or anything from elsewhere.

    No text of a row is in it; the names of files, platforms and goods are, escaped.
    """
    taxonomy = load_taxonomy()
    return (
        environment()
        .get_template(_TEMPLATE)
        .render(
            report=report,
            about=about,
            items=_ITEMS[about.kind],
            model=MODELS[about.kind],
            names={label.code: (label.name_zh, label.name_en) for label in taxonomy.labels},
            figures={name: text for name, text in _FIGURES.items() if name in report},
            facets=_FACETS,
            corpora=_CORPORA,
            rates=_RATES,
            value=_value,
            live_base_rate=f"{_LIVE[about.kind]:.0%}",
            live_precision=_precision_at(report, _LIVE[about.kind]),
            least_positives=LEAST_POSITIVES,
            least_groups=LEAST_GROUPS,
            level=f"{LEVEL:.0%}",
            side=_SIDE,
        )
    )


def environment() -> Environment:
    """The templates of pages; all that is put into one is escaped."""
    made = Environment(
        loader=PackageLoader("training"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        figure=_figure,
        percent=_percent,
        interval=_interval,
        hundred=_hundred,
        within=_within,
        line=_line,
    )
    return made


def _value(facet: str, name: str) -> str:
    return _VALUES.get((facet, name)) or _REST.get(name) or name


def _precision_at(report: Mapping[str, Any], base_rate: float) -> float | None:
    """Precision where ``base_rate`` violate, if both classes look there as they do here."""
    right = base_rate * report["recall"]
    flagged = right + (1 - base_rate) * report["clean_flagged"]
    return right / flagged if flagged > 0 else None


def _known(value: float | None) -> bool:
    return value is not None and value == value


def _figure(value: float | None) -> str:
    return f"{value:.3f}" if _known(value) else "–"


def _percent(value: float | None) -> str:
    return f"{value:.1%}" if _known(value) else "–"


def _hundred(value: float | None) -> str:
    """Of a hundred, in whole numbers; one digit more below ten."""
    if value is None or value != value:
        return "–"
    return f"{100 * value:.1f}" if 0 < value < 0.1 else f"{100 * value:.0f}"


def _interval(bounds: Sequence[float] | None, scale: str = "figure") -> str:
    if bounds is None:
        return ""
    shown = {"figure": _figure, "percent": _percent, "hundred": _hundred}[scale]
    return "–".join(shown(bound) for bound in bounds)


def _within(intervals: Mapping[str, Sequence[float]], name: str, before: str, after: str) -> str:
    """The interval of a figure, of a hundred, in brackets; nothing where it has none."""
    bounds = intervals.get(name)
    return "" if bounds is None else f"{before}{_interval(bounds, 'hundred')}{after}"


def _line(points: Sequence[Sequence[float]]) -> str:
    """Points of the unit square as an SVG polyline, the origin at the lower left."""
    return " ".join(f"{x * _SIDE:.1f},{(1 - y) * _SIDE:.1f}" for x, y in points)
