"""What a report on drift says of each quantity, in Chinese and English, with the numbers."""

from typing import NamedTuple

from data.drift import DriftReport, Movement


class Words(NamedTuple):
    """A quantity: its name as gauges have it, and its names for people."""

    name: str
    zh: str
    en: str


class Told(NamedTuple):
    """The same sentence in both languages."""

    sentence_zh: str
    sentence_en: str


def sentences(movement: Movement, why_not: Told | None) -> Told:
    """What is said of a quantity; ``why_not`` is why it was not judged."""
    if why_not is not None:
        return Told(
            f"{movement.name_zh}未判定：{why_not.sentence_zh}。",
            f"The {movement.name_en} was not judged: {why_not.sentence_en}.",
        )
    moved = movement.state == "alarm"
    zh, en = _change(movement)
    return Told(
        f"{movement.name_zh}{'变了' if moved else '平稳'}：{zh}（{_numbers_zh(movement)}）。",
        f"The {movement.name_en} {'moved' if moved else 'is steady'}: {en} "
        f"({_numbers_en(movement)}).",
    )


def page(report: DriftReport) -> str:
    """The report for a terminal: alarms, then what was not judged, then the rest."""
    order = {"alarm": 0, "not_judged": 1, "steady": 2}
    lines = [
        f"{report.kind}: {report.days} days up to {report.until.isoformat(timespec='minutes')} "
        f"against the {report.reference_days} before; {len(report.alarms)} alarms, false ones in "
        f"at most {report.false_alarms:.1%} of reports"
    ]
    if report.sampled < 1:
        lines.append(f"  read: {report.sampled:.1%} of the decisions")
    ordered = sorted(report.movements, key=lambda movement: order[movement.state])
    lines += [f"  {each.state:<10} {each.sentence_zh}{each.sentence_en}" for each in ordered]
    return "\n".join(lines)


def _change(movement: Movement) -> tuple[str, str]:
    if movement.shares:
        shown = "; ".join(f"{s.name} {s.before:.1%} → {s.now:.1%}" for s in movement.shares)
        share = f"{movement.distance:.1%}"
        return f"{share} 换了位置，{shown}", f"{share} changed its place, {shown}"
    before, now = (_shown(movement.quantity, value) for value in (movement.before, movement.now))
    return f"{before} → {now}", f"{before} → {now}"


def _shown(quantity: str, value: float | None) -> str:
    if value is None:
        return "-"
    if quantity in ("tenure", "length"):
        return f"{value:.0f}"
    return f"{value:.2f}" if quantity == "price_level" else f"{value:.1%}"


def _numbers_zh(movement: Movement) -> str:
    return (
        f"距离 {movement.distance:.2f}，下限 {movement.least:.2f}，"
        f"校正后 p = {movement.adjusted:.2g}；{movement.rows_before} 条对 {movement.rows_now} 条"
    )


def _numbers_en(movement: Movement) -> str:
    return (
        f"distance {movement.distance:.2f}, least {movement.least:.2f}, adjusted "
        f"p = {movement.adjusted:.2g}; {movement.rows_before} against {movement.rows_now} values"
    )
