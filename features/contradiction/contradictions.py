"""All rules that hold a title against the rest of its listing, in order."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from data.listing import Listing
from data.mismatch import load_mismatch
from data.said import load_said
from features.contradiction.admissions import admission_findings
from features.contradiction.amounts import amount_findings
from features.contradiction.claims import Claims
from features.contradiction.exclusive import Exclusives, amounts_within
from features.contradiction.fibres import fibre_findings, outer_cloth
from features.contradiction.figures import figure_findings
from features.contradiction.origin import Grown, Origins, origin_findings
from features.contradiction.page import NO_PAGE, condition_findings, page_findings, page_of
from features.contradiction.quantities import Quantities
from features.contradiction.sold import Sold
from features.contradiction.standards import Standards
from features.contradiction.stated import Stated
from features.contradiction.variants import variant_findings
from features.finding import Finding

# 头层牛🐂皮: a picture between two ideographs parts no words.
_PICTURE: Final = re.compile(r"(?<=[一-龥])[\u2190-\u2bff\U0001f000-\U0001faff]{1,3}(?=[一-龥])")


class Tables(NamedTuple):
    """The tables of the rules, compiled."""

    claims: Claims
    quantities: Quantities
    origins: Origins
    grown: Grown
    exclusives: Exclusives
    standards: Standards
    sold: Sold


@cache
def shipped_tables() -> Tables:
    """The tables of the seeds, read and compiled when first asked for."""
    seeds = load_mismatch()
    return Tables(
        Claims(seeds.groups, seeds.claims),
        Quantities(seeds.quantities),
        Origins(seeds.origins),
        Grown(load_said().places),
        Exclusives(seeds.exclusive),
        Standards(seeds.standards),
        Sold(seeds.floors, seeds.made),
    )


def contradictions(
    title: str, facts: list[Stated], body: str | None = None, *, pictures_at: int | None = None
) -> list[Finding]:
    """What the normalised ``title`` says against ``facts``; disclosed blends and linings are none.

    What the detail page ``body`` admits is held against the title, and what it says of the cloth
    against attributes. ``pictures_at`` is where in ``body`` the text of pictures begins, which
    is cited as ``ocr_text``; nowhere unless given. Without a ``body`` the words may be anyone's,
    such as a host's: then materials, origins, weights and pieces are compared, and no figures
    that only a title states so tersely. Each field belies the title once.

    >>> fact = Stated("attributes.成分", "成分", "涤纶95%")
    >>> [finding.field for finding in contradictions("100%纯棉t恤", [fact])]
    ['attributes.成分']
    >>> [finding.cue for finding in contradictions("t恤", [fact], "采用100%纯棉面料")]
    ['fibre content']
    """
    tables = shipped_tables()
    title = _PICTURE.sub("", title)
    page = page_of(body or "", pictures_at)
    found = list(tables.claims.findings(title, facts, page))
    if facts or body is not None:
        found += tables.origins.findings(title, facts)
    if facts:
        found += fibre_findings(title, facts)
        found += origin_findings(title, facts)
        found += amount_findings(title, facts)
        found += condition_findings(title, facts)
    if facts and body is not None:
        found += tables.quantities.findings(title, facts)
        found += tables.grown.findings(title, facts)
        found += figure_findings(title, facts)
        found += variant_findings(title, facts)
    if body:
        cited = {finding.field for finding in found}
        on_page = [*_of_cloth(tables, title, facts, body), *page_findings(title, page)]
        found += [finding for finding in on_page if finding.field not in cited]
    if body is not None:
        found += tables.exclusives.findings(title)
        found += amounts_within(title)
        found += tables.standards.findings(title, facts, body)
        is_worn = any(finding.cue == "new or not" for finding in found)
        owned = admission_findings(title, facts, page)
        found += [each for each in owned if not (is_worn and each.cue == "worn sold as new")]
    return _once(found)


def sold_findings(listing: Listing, title: str) -> list[Finding]:
    """What price and licence say against the normalised ``title`` of the listing."""
    return list(shipped_tables().sold.findings(listing, title))


def _of_cloth(tables: Tables, title: str, facts: list[Stated], body: str) -> Iterator[Finding]:
    """What the detail page, and not the title, calls the outer material, against attributes."""
    said = outer_cloth(body)
    if said is None or said in title:
        return
    attributes = [fact for fact in facts if fact.field.startswith("attributes.")]
    found = [*fibre_findings(said, attributes), *tables.claims.findings(said, attributes, NO_PAGE)]
    for finding in found:
        reason = finding.reason_zh.replace("标题写", "详情写", 1)
        certainty = min(finding.certainty, 0.85)
        yield finding.model_copy(update={"certainty": certainty, "reason_zh": reason})


def _once(found: list[Finding]) -> list[Finding]:
    """The surest finding of each field, and of each rule on the page: rules overlap on purpose."""
    best: dict[tuple[str, str], Finding] = {}
    for finding in found:
        on_page = finding.field in {"description", "ocr_text"}
        key = (finding.field, finding.cue if on_page else "")
        if key not in best or finding.certainty > best[key].certainty:
            best[key] = finding
    return list(best.values())
