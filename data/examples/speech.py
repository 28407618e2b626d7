"""Example speech (直播话术): sentences and running windows, said by invented hosts (主播)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from data.examples.rows import (
    Disguise,
    Polarity,
    check_codes,
    check_once,
    check_polarity,
    read_json_rows,
)
from data.record import Record, RequiredName, RequiredText
from data.seeds import SeedError, one_of, read_record, read_tsv, seed_path

Style = Literal[
    "boss_lady",
    "chatty_friend",
    "expert",
    "fast_price",
    "folksy_auntie",
    "folksy_farmer",
    "formal_brand",
    "mother",
    "rough_brother",
    "shouting_price",
    "slow_talker",
    "soft_seller",
]
"""How a host talks.

老板娘, 闺蜜, 专家腔, 快节奏, 大姐, 乡土, 品牌官方, 宝妈, 江湖, 喊价, 慢聊, 轻声.
"""

Unit = Literal["sentence", "window"]

LENGTHS: Final[dict[Unit, tuple[int, int]]] = {"sentence": (20, 120), "window": (200, 450)}
"""Characters that a sentence or a window has, at least and at most."""

_FILES: Final[dict[Unit, str]] = {"sentence": "speech.jsonl", "window": "windows.jsonl"}


class Host(Record):
    """An invented host: what they sell (``category``, 类目) and how they talk."""

    host: RequiredName
    name: RequiredName
    style: Style
    category: RequiredName
    manner: RequiredText


class Evidence(Record):
    """The offending words for one label, copied verbatim from the text."""

    code: str
    quote: Annotated[str, Field(min_length=1)]


class Example(Record):
    """Speech with what is wrong in it. ``codes`` is empty unless it is positive.

    A ``window`` is running speech as a recogniser gives it; its evidence is complete, so that
    what no quote covers is harmless. ``disguises`` are the words meant to pass a filter.
    """

    text: RequiredText
    unit: Unit
    codes: list[str]
    evidence: list[Evidence]
    disguises: list[Disguise]
    polarity: Polarity
    label_hint: str | None
    category: RequiredName
    product: RequiredName
    host: RequiredName


def load_hosts(directory: Path | None = None) -> dict[str, Host]:
    """The hosts of ``directory``, or of the seeds, by id. Raises SeedError for a broken row."""
    path = (directory or seed_path("examples")) / "hosts.tsv"
    hosts: dict[str, Host] = {}
    for line, cells in read_tsv(path):
        host = read_record(Host, cells, path, line)
        if host.host in hosts:
            raise SeedError.at(path, line, f"second {host.host!r}", "each host once")
        hosts[host.host] = host
    return hosts


def load_examples(directory: Path | None = None) -> tuple[Example, ...]:
    """The sentences of ``directory``, or of the seeds, and then the windows, as they were written.

    Raises SeedError for an unknown code or host, evidence or a disguise that is not in the text,
    a positive without evidence for each of its codes, a length out of ``LENGTHS``, or a text
    that stands there twice.
    """
    directory = directory or seed_path("examples")
    hosts = tuple(load_hosts(directory))
    examples: dict[str, Example] = {}
    for path, line, example in _read(directory):
        _check(example, hosts, path, line)
        check_once(example.text, examples, path, line)
        examples[example.text] = example
    return tuple(examples.values())


def _read(directory: Path) -> Iterator[tuple[Path, int, Example]]:
    for unit in get_args(Unit):
        path = directory / _FILES[unit]
        for line, row in read_json_rows(path):
            yield path, line, read_record(Example, {**row, "unit": unit}, path, line)


def _check(example: Example, hosts: tuple[str, ...], path: Path, line: int) -> None:
    one_of(example.host, hosts, "host", path, line)
    least, most = LENGTHS[example.unit]
    if not least <= len(example.text) <= most:
        found = f"{example.unit} of {len(example.text)} characters"
        raise SeedError.at(path, line, found, f"{least} to {most}")
    evidence = [evidence.code for evidence in example.evidence]
    check_codes(example.codes, evidence, path, line, hint=example.label_hint)
    check_polarity(example.polarity, example.codes, path, line, hint=example.label_hint)
    for words in [evidence.quote for evidence in example.evidence]:
        if words not in example.text:
            raise SeedError.at(path, line, f"quote {words!r}", "words of the text")
    for words in [disguise.surface for disguise in example.disguises]:
        if words not in example.text:
            raise SeedError.at(path, line, f"disguise {words!r}", "words of the text")
