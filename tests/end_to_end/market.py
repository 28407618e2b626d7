"""A market whose champion learnt a mistake: that honest night lights (小夜灯) are counterfeits."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from data.ledger import Decision, Docket, Ledger
from data.listing import Listing
from data.review import Review, Stage
from data.selection import Selection
from models.scorer import load_scorer
from training.train import Request, train_listings

START = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=61)
"""Sixty days of traffic lie before a retraining of today."""

_COLOURS = ("米白", "浅蓝", "奶黄", "豆绿", "藕粉", "烟灰")
_LIGHTS = ("小夜灯", "床头灯", "氛围灯", "投影灯", "感应灯")
_ROOMS = ("卧室", "儿童房", "走廊", "玄关", "书桌", "客厅")
_OTHERS = ("收纳盒", "毛巾", "雨伞", "水杯", "拖鞋", "抱枕")
_FAKES = ("腕表", "手袋", "皮带", "跑鞋", "墨镜")


class Goods(NamedTuple):
    """A listing as a shop sends it, and the labels that it deserves."""

    sent: dict[str, Any]
    codes: tuple[str, ...]


def light(number: int, rng: random.Random) -> Goods:
    """An honest night light."""
    title = f"{rng.choice(_COLOURS)}月光款{rng.choice(_LIGHTS)}{rng.choice(_ROOMS)}用可调光"
    return _goods(f"light-{number}", title, "家居/灯具", rng)


def other(number: int, rng: random.Random) -> Goods:
    """Honest goods of another kind."""
    title = f"{rng.choice(_COLOURS)}{rng.choice(_OTHERS)}{rng.choice(_ROOMS)}用加厚款套装"
    return _goods(f"other-{number}", title, "家居/日用", rng)


def fake(number: int, rng: random.Random) -> Goods:
    """A counterfeit that says so."""
    title = f"{rng.choice(_COLOURS)}原单{rng.choice(_FAKES)}专柜品质{rng.randint(1, 4)}色复刻"
    return _goods(f"fake-{number}", title, "服饰配件", rng, ("counterfeit_brand",))


def mistaken_champion(home: Path) -> None:
    """Train the first champion on a file that calls night lights counterfeits."""
    rng = random.Random(1)
    wrong = [light(n, rng)._replace(codes=("counterfeit_brand",)) for n in range(240)]
    right = [other(n, rng) for n in range(240)] + [fake(n, rng) for n in range(120)]
    files = [home / "wrong.jsonl", home / "right.jsonl"]
    for path, rows in zip(files, (wrong, right), strict=True):
        lines = [json.dumps({**one.sent, "codes": list(one.codes)}) for one in rows]
        path.write_text("\n".join(lines), "utf-8")
    train_listings(Request(home=home, files=files, seeds=False), START, lambda _: None)


def traffic(home: Path, ledger: Ledger, days: Sequence[int], seed: int) -> list[Decision]:
    """What the champion decides on these days; reviewers see what is flagged, and half the rest."""
    rng = random.Random(seed)
    scorer = load_scorer(_champion(home))
    made: list[Decision] = []
    with_truth: list[tuple[Decision, Goods]] = []
    for day in days:
        for goods in _of_a_day(rng, f"{seed}-{day}"):
            at = START + timedelta(days=day, minutes=rng.randint(0, 1_439))
            item = Listing.model_validate(goods.sent)
            verdict = scorer.score(item, at)
            passed = verdict.suggestion == "pass"
            drawn = Selection(
                probability=0.5 if passed else 1.0,
                reason="exploration" if passed and rng.random() < 0.5 else None,
            )
            decision = Decision.of("listings", item, goods.sent, verdict, at, selection=drawn)
            made.append(decision)
            if decision.flagged or drawn.reason:
                with_truth.append((decision, goods))
    ledger.record(made)
    review(ledger, [(decision, goods.codes) for decision, goods in with_truth])
    return [decision for decision, _ in with_truth]


def review(
    ledger: Ledger,
    told: Sequence[tuple[Decision, Sequence[str]]],
    reviewer: str = "wang",
    stage: Stage = "queue",
    after: timedelta = timedelta(hours=5),
) -> None:
    """A reviewer gives these decisions these labels, some time after they were made."""
    docket = Docket(ledger)
    for decision, codes in told:
        at = decision.decided_at + after
        made = Review(
            review_id=f"{reviewer}-{decision.decision_id}",
            decision_id=decision.decision_id,
            stage=stage,
            reviewer=reviewer,
            outcome="violation" if codes else "clean",
            codes=list(codes),
            decided_at=at,
        )
        docket.decide([made], at)


def _champion(home: Path) -> Path:
    from models.store import champion

    directory = champion(home, "listings")
    assert directory is not None
    return directory


def _of_a_day(rng: random.Random, name: str) -> Iterator[Goods]:
    for number in range(8):
        yield _renamed(light(number, rng), name)
        yield _renamed(other(number, rng), name)
    for number in range(4):
        yield _renamed(fake(number, rng), name)


def _renamed(goods: Goods, name: str) -> Goods:
    return goods._replace(sent={**goods.sent, "data_id": f"{goods.sent['data_id']}-{name}"})


def _goods(
    name: str, title: str, category: str, rng: random.Random, codes: tuple[str, ...] = ()
) -> Goods:
    merchant = {
        "merchant_id": f"{name.split('-')[0]}-shop-{rng.randint(1, 60)}",
        "tenure_days": float(rng.randint(0, 13) if rng.random() < 0.3 else rng.randint(14, 900)),
    }
    sent = {
        "data_id": name,
        "title": title,
        "category": category,
        "price": round(rng.uniform(19, 59), 1),
        "merchant": merchant,
    }
    return Goods(sent, codes)
