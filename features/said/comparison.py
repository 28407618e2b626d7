"""All that is said against all that is listed (货不对板: 口播与详情不符)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from data.licences import LicenceRules
from data.said import SaidSeeds
from data.segment import LiveSegment
from features.said.efficacy import Efficacies, efficacy_findings
from features.said.finding import Cited, SaidFinding
from features.said.goods import Goods, Sold
from features.said.licence import SaidLicences, licence_said_findings
from features.said.listed import Listed
from features.said.material import Exclusions, Fibres, exclusion_findings, share_findings
from features.said.origin import Places, origin_findings
from features.said.price import price_findings
from features.said.quantity import (
    Measures,
    gift_findings,
    measure_findings,
    piece_findings,
    weight_findings,
)
from features.said.speech import Spoken
from features.said.title_rules import title_rule_findings

LEAST: Final = 0.4
"""The certainty below which a contradiction is not worth a reviewer's time."""


class SaidKnowledge:
    """The tables of what hosts say, compiled once; threads may share it."""

    def __init__(self, seeds: SaidSeeds, rules: LicenceRules) -> None:
        self.rules = rules
        self.places = Places(seeds.places)
        self.goods = Goods(seeds.goods)
        self.measures = Measures(seeds.measures)
        self.exclusions = Exclusions(seeds.exclusions)
        self.fibres = Fibres(seeds.fibres)
        self.licences = SaidLicences(seeds.licences)
        self.efficacies = Efficacies(rules)


def said_findings(
    segment: LiveSegment, spoken: Spoken, knowledge: SaidKnowledge, at: datetime
) -> tuple[SaidFinding, ...]:
    """What ``spoken`` says that the listing or the licences of ``segment`` contradict.

    Both sides are cited, surest first. ``at`` is the instant at which licences must be valid.
    What the listing leaves open contradicts nothing: without a listing and without licences
    nothing is found.
    """
    listed = None if segment.listing is None else Listed(segment.listing)
    if listed is not None:
        spoken = spoken.of_product(Sold(knowledge.goods, listed))
    found = [
        one for one in _found(segment, spoken, listed, knowledge, at) if one.certainty >= LEAST
    ]
    return tuple(sorted(_once(found), key=lambda one: (-one.certainty, one.said.start or 0)))


def _found(
    segment: LiveSegment,
    spoken: Spoken,
    listed: Listed | None,
    knowledge: SaidKnowledge,
    at: datetime,
) -> Iterator[SaidFinding]:
    if listed is not None:
        yield from price_findings(spoken, listed)
        yield from origin_findings(spoken, listed, knowledge.places)
        yield from title_rule_findings(spoken, listed)
        yield from exclusion_findings(spoken, listed, knowledge.exclusions)
        yield from share_findings(spoken, listed, knowledge.fibres)
        yield from piece_findings(spoken, listed)
        yield from weight_findings(spoken, listed)
        yield from gift_findings(spoken, listed)
        yield from measure_findings(spoken, listed, knowledge.measures)
    yield from efficacy_findings(spoken, segment, listed, knowledge.efficacies, at)
    yield from licence_said_findings(spoken, segment, knowledge.licences, knowledge.rules, at)


def _once(found: list[SaidFinding]) -> list[SaidFinding]:
    """One finding for each aspect and each place that is said or listed: the surest."""
    kept: list[SaidFinding] = []
    for one in sorted(found, key=lambda each: -each.certainty):
        if not any(_repeats(one, other) for other in kept):
            kept.append(one)
    return kept


def _repeats(one: SaidFinding, other: SaidFinding) -> bool:
    if one.aspect != other.aspect:
        return False
    if one.listed.field == other.listed.field and one.code == other.code:
        return one.aspect != "quantity" or _overlap(one.said, other.said)
    return one.said.start == other.said.start


def _overlap(one: Cited, other: Cited) -> bool:
    return (one.start or 0) < (other.end or 0) and (other.start or 0) < (one.end or 0)
