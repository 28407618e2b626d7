"""What goods are called (品名), and in which domains of goods (商品大类) each may stand."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple, get_args

from pydantic import Field, StringConstraints, field_validator

from data.record import Record, RequiredName
from data.seeds import SeedError, one_of, read_record, read_tsv, seed_path

Role = Literal["goods", "hint"]
"""``goods`` says by itself what is sold; ``hint`` is as often an ingredient, a colour, a flavour,
a pattern or a place of use (牛奶, 手机), and says it only beside another noun."""

_ROLES: Final[tuple[Role, ...]] = get_args(Role)
_MOST_DOMAINS: Final = 8

Word = Annotated[str, StringConstraints(min_length=1, max_length=24, pattern=r"^[^\sA-Z]+$")]
"""As normalised text has it: no capital, no space."""


class Domain(Record):
    """Goods that one kind of shop sells.

    ``far`` domains hold nothing that is worn, eaten or used (图书, 卡券). Goods of a domain may
    honestly be listed among its ``neighbours``. ``categories`` are the words of category paths
    that belong to it; one of a single character counts at a name's end (女鞋). ``signs`` are
    words of a title that place goods in the domain whatever they are (宠物 in 宠物衣服).
    """

    domain: RequiredName
    far: bool
    neighbours: frozenset[RequiredName]
    categories: Annotated[tuple[Word, ...], Field(min_length=1)]
    signs: tuple[Word, ...]


class GoodsNoun(Record):
    """A noun for goods of two characters or more, and the domains where it honestly stands.

    The first of ``domains`` is its home: only the home's neighbours are forgiven.
    """

    noun: Annotated[Word, StringConstraints(min_length=2)]
    role: Role
    domains: Annotated[tuple[RequiredName, ...], Field(min_length=1, max_length=_MOST_DOMAINS)]

    @field_validator("domains")
    @classmethod
    def _differ(cls, domains: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(domains)) < len(domains):
            raise ValueError("names a domain twice; each once is allowed")
        return domains

    @property
    def home(self) -> str:
        """The domain that is thought of first."""
        return self.domains[0]


class GoodsKnowledge(NamedTuple):
    """All domains by name, neighbours both ways, and all nouns."""

    domains: Mapping[str, Domain]
    nouns: tuple[GoodsNoun, ...]


def load_goods(domains: Path | None = None, nouns: Path | None = None) -> GoodsKnowledge:
    """The domains and nouns of the seeds, or of other files.

    Raises SeedError for a domain that is not listed, a noun that stands there twice, or a row
    that cannot be read.
    """
    known = _load_domains(domains or seed_path("domains.tsv"))
    return GoodsKnowledge(known, _load_nouns(nouns or seed_path("goods.tsv"), known))


def _load_domains(path: Path) -> dict[str, Domain]:
    rows: dict[str, tuple[int, Domain]] = {}
    for line, cells in read_tsv(path):
        values = {
            "domain": cells["domain"],
            "far": one_of(cells["far"], ("yes", "no"), "far", path, line) == "yes",
            "neighbours": frozenset(_split(cells["neighbours"])),
            "categories": _split(cells["categories"]),
            "signs": _split(cells["signs"]),
        }
        row = read_record(Domain, values, path, line)
        if row.domain in rows:
            raise SeedError.at(path, line, f"second {row.domain!r}", "each domain once")
        if row.domain in row.neighbours:
            raise SeedError.at(path, line, f"{row.domain!r} as its own neighbour", "other domains")
        rows[row.domain] = line, row
    for line, row in rows.values():
        _check(row.neighbours, rows, path, line)
    every = [row for _, row in rows.values()]
    return {row.domain: _both_ways(row, every) for row in every}


def _both_ways(row: Domain, every: list[Domain]) -> Domain:
    naming = {other.domain for other in every if row.domain in other.neighbours}
    return row.model_copy(update={"neighbours": row.neighbours | naming})


def _load_nouns(path: Path, domains: Mapping[str, Domain]) -> tuple[GoodsNoun, ...]:
    rows: dict[str, GoodsNoun] = {}
    for line, cells in read_tsv(path):
        one_of(cells["role"], _ROLES, "role", path, line)
        values = {**cells, "domains": _split(cells["domains"])}
        row = read_record(GoodsNoun, values, path, line)
        if row.noun in rows:
            raise SeedError.at(path, line, f"second {row.noun!r}", "each noun once")
        _check(row.domains, domains, path, line)
        rows[row.noun] = row
    return tuple(rows.values())


def _check(named: Iterable[str], known: Mapping[str, object], path: Path, line: int) -> None:
    for domain in sorted(named):
        one_of(domain, tuple(known), "domain", path, line)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
