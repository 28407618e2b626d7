"""The file of known-bad listings: found by all who map it, whole after any crash."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from data.known_bad import MOST_IN_BUCKET, MOST_MATCHES, KnownBad, merchant_key
from data.known_bad_format import BANDS, SKETCH_BITS, Signature
from data.known_bad_writer import KnownBadEntry, KnownBadWriter
from data.problem import FileError

T0 = datetime(2026, 1, 1, tzinfo=UTC)
T1 = T0 + timedelta(days=1)
T2 = T0 + timedelta(days=2)
PROJECT = Path(__file__).parents[2]
SMALL_LOG = 2_000
"""Bytes: about a dozen entries, so that a test seals the file many times."""


def signature(number: int) -> Signature:
    """A text unlike all others."""
    rng = np.random.default_rng(number)
    return Signature(rng.bytes(SKETCH_BITS // 8), rng.bytes(2 * BANDS), number)


def near(number: int, bits: int) -> Signature:
    """A text that shares one bucket with ``signature(number)`` and differs in so many bits."""
    exact = signature(number)
    sketch = int.from_bytes(exact.sketch) ^ ((1 << bits) - 1)
    keys = exact.keys[:2] + bytes(byte ^ 1 for byte in exact.keys[2:])
    return Signature(sketch.to_bytes(SKETCH_BITS // 8), keys, number + 1_000_000)


def entry(
    number: int,
    text: int | None = None,
    merchant: str | None = None,
    first_seen: datetime = T0,
    confirmed: datetime = T1,
) -> KnownBadEntry:
    return KnownBadEntry(
        case_id=f"case-{number}",
        codes=("counterfeit_brand",),
        merchant_id=merchant or f"m{number}",
        first_seen=first_seen,
        confirmed=confirmed,
        signatures=(signature(number if text is None else text),),
    )


def cases(known: KnownBad, number: int, at: datetime = T2) -> list[str]:
    return [match.case_id for match in known.lookup(signature(number), at)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "known_bad"


def test_a_match_tells_the_earlier_case(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        writer.add(
            KnownBadEntry(
                case_id="d1.2_3-x",
                codes=("counterfeit_brand", "medical_claim"),
                merchant_id="m1",
                first_seen=T0 + timedelta(microseconds=1),
                confirmed=T1,
                signatures=(signature(1), signature(2)),
            )
        )
    for text in (1, 2):
        (match,) = KnownBad.open(path).lookup(signature(text), T2)

        assert match.case_id == "d1.2_3-x"
        assert match.codes == ("counterfeit_brand", "medical_claim")
        assert match.merchant == merchant_key("m1")
        assert (match.first_seen, match.confirmed) == (T0 + timedelta(microseconds=1), T1)
        assert (match.similarity, match.identical) == (1.0, True)


def test_a_near_copy_is_found_with_its_similarity_and_a_far_one_is_not(path: Path) -> None:
    with KnownBadWriter(path, SMALL_LOG) as writer:
        writer.add_all(entry(n) for n in range(50))
        known = KnownBad.open(path)
        for sealed in (7, 49):
            (match,) = known.lookup(near(sealed, bits=32), T2)
            assert (match.similarity, match.identical) == (0.75, False)
            assert known.lookup(near(sealed, bits=40), T2) == []


def test_a_case_is_not_known_before_it_was_confirmed(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        writer.add(entry(1))
        known = KnownBad.open(path)

        assert cases(known, 1, T1 - timedelta(microseconds=1)) == []
        assert cases(known, 1, T1) == ["case-1"]


def test_what_was_first_seen_later_can_be_left_out(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        writer.add(entry(1))
        known = KnownBad.open(path)

        assert known.lookup(signature(1), T2, first_seen_before=T0) == []
        assert known.lookup(signature(1), T2, first_seen_before=T0 + timedelta(microseconds=1))


def test_of_each_shop_the_earliest_of_the_most_alike_is_named(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        writer.add(entry(1, text=9, merchant="a", first_seen=T0 + timedelta(hours=2)))
        writer.add(entry(2, text=9, merchant="a", first_seen=T0))
        writer.add(entry(3, text=9, merchant="b", first_seen=T0 + timedelta(hours=1)))

        assert cases(KnownBad.open(path), 9) == ["case-2", "case-3"]


def test_shops_that_are_unknown_are_not_one_shop(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        for number in (1, 2):
            writer.add(entry(number, text=9).model_copy(update={"merchant_id": None}))

        assert cases(KnownBad.open(path), 9) == ["case-1", "case-2"]


@pytest.mark.parametrize("log_size", [SMALL_LOG, 1 << 20])
def test_a_text_that_is_uploaded_without_end_is_still_found(path: Path, log_size: int) -> None:
    copies = MOST_IN_BUCKET + 100
    with KnownBadWriter(path, log_size) as writer:
        writer.add(entry(0))
        writer.add_all(entry(1 + n, text=0, confirmed=T2) for n in range(copies))
        known = KnownBad.open(path)

        assert len(cases(known, 0)) == MOST_MATCHES
        assert cases(known, 0, T1) == ["case-0"]


def test_a_withdrawn_case_is_found_no_more_at_any_instant(path: Path) -> None:
    with KnownBadWriter(path, SMALL_LOG) as writer:
        writer.add_all(entry(n) for n in range(40))
        known = KnownBad.open(path)
        before = len(known)
        for number in (0, 20, 39):
            assert cases(known, number) == [f"case-{number}"]
            assert writer.withdraw(f"case-{number}")
            assert cases(known, number) == cases(known, number, T1) == []
        assert len(known) == before - 3
        writer.add_all(entry(n) for n in range(100, 140))
        assert [cases(known, number) for number in (0, 20, 39)] == [[], [], []]


def test_withdrawing_an_unknown_case_is_said_and_changes_nothing(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        writer.add(entry(1))
        assert not writer.withdraw("case-2")
        assert not writer.withdraw("case-")
        assert writer.withdraw("case-1")
        assert not writer.withdraw("case-1")


def test_a_case_that_was_withdrawn_can_be_confirmed_again(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        writer.add(entry(1))
        writer.withdraw("case-1")
        writer.add(entry(1))

        assert cases(KnownBad.open(path), 1) == ["case-1"]


def test_a_reader_sees_what_is_added_after_it_opened(path: Path) -> None:
    with KnownBadWriter(path, SMALL_LOG) as writer:
        known = KnownBad.open(path)
        for number in range(60):
            assert cases(known, number) == []
            writer.add(entry(number))
            assert cases(known, number) == [f"case-{number}"]
            assert len(known) == number + 1


def test_an_empty_file_knows_nothing(path: Path) -> None:
    with KnownBadWriter(path):
        pass

    assert cases(KnownBad.open(path), 1) == []
    assert len(KnownBad.open(path)) == 0


operations = st.lists(
    st.tuples(st.sampled_from(["add", "add", "withdraw"]), st.integers(0, 12)), max_size=60
)


@settings(max_examples=25)
@given(operations=operations)
def test_what_was_added_and_not_withdrawn_is_found_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, int]]
) -> None:
    path = tmp_path_factory.mktemp("known") / "known_bad"
    standing: set[int] = set()
    with KnownBadWriter(path, SMALL_LOG) as writer:
        known = KnownBad.open(path)
        for operation, number in operations:
            if operation == "add":
                writer.add(entry(number))
                standing.add(number)
            else:
                assert writer.withdraw(f"case-{number}") == (number in standing)
                standing.discard(number)
    for reader in (known, KnownBad.open(path)):
        found = {number for number in range(13) if cases(reader, number)}
        assert found == standing


@settings(max_examples=20)
@given(numbers=st.permutations(range(40)))
def test_the_order_in_which_cases_came_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int]
) -> None:
    path = tmp_path_factory.mktemp("known") / "known_bad"
    with KnownBadWriter(path, SMALL_LOG) as writer:
        writer.add_all(entry(number, text=number % 8) for number in numbers)
    known = KnownBad.open(path)

    for text in range(8):
        found = known.lookup(signature(text), T2)
        assert {match.case_id for match in found} == {f"case-{text + 8 * n}" for n in range(5)}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"codes": ()}, "codes"),
        ({"codes": ("not,a code",)}, "codes"),
        ({"case_id": "a\tb"}, "case_id"),
        ({"case_id": "a\n"}, "case_id"),
        ({"signatures": ()}, "signatures"),
        ({"signatures": (Signature(b"", b"", 0),)}, "32 and 28 are expected"),
        ({"confirmed": T0 - timedelta(days=1)}, "before first seen"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(changed: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        KnownBadEntry.model_validate({**dict(entry(1)), **changed})


# Damage


def test_a_file_that_is_absent_is_said(path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read: No such file"):
        KnownBad.open(path)


def test_a_file_that_goes_away_is_an_outage_and_not_an_empty_answer(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        writer.add(entry(1))
    known = KnownBad.open(path)
    path.unlink()

    with pytest.raises(FileError, match="cannot be read"):
        known.lookup(signature(1), T2)


@pytest.mark.parametrize("content", [b"", b"case,code\n", b"\0" * 5_000])
def test_another_file_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(FileError, match=str(path)):
        KnownBad.open(path)
    with pytest.raises(FileError, match=str(path)):
        KnownBadWriter(path)
    assert path.read_bytes() == content


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("known") / "known_bad"
    with KnownBadWriter(path, SMALL_LOG) as writer:
        writer.add_all(entry(n) for n in range(30))
        for number in range(30, 35):
            writer.add(entry(number))
        writer.withdraw("case-3")
    return path.read_bytes()


@given(share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=30)
def test_a_file_that_was_cut_off_is_refused(
    tmp_path_factory: pytest.TempPathFactory, filled: bytes, share: float
) -> None:
    path = tmp_path_factory.mktemp("cut") / "known_bad"
    path.write_bytes(filled[: int(share * len(filled))])

    with pytest.raises(FileError, match=r"is cut off|is empty"):
        KnownBad.open(path)


HEADER, LOG = range(0, 64), range(-SMALL_LOG, 0)


@given(
    place=st.one_of(
        st.sampled_from(HEADER),
        st.sampled_from(range(2_048, 2_056)),
        st.sampled_from(LOG),
        st.integers(0, 100_000),
    ),
    value=st.integers(1, 255),
)
@settings(max_examples=60)
def test_a_garbled_byte_is_an_error_and_never_another_answer(
    tmp_path_factory: pytest.TempPathFactory, filled: bytes, place: int, value: int
) -> None:
    path = tmp_path_factory.mktemp("garbled") / "known_bad"
    garbled = bytearray(filled)
    garbled[place] ^= value
    path.write_bytes(garbled)

    with suppress(FileError):
        known = KnownBad.open(path)
        assert [n for n in range(36) if cases(known, n)] == [n for n in range(35) if n != 3]


def test_an_index_of_other_signatures_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KnownBadWriter(path):
        pass
    monkeypatch.setattr("data.known_bad_format.SCHEME", 2)

    with pytest.raises(FileError, match=r"scheme 1.*reads version 1, scheme 2.*make it anew"):
        KnownBad.open(path)


# Processes

WRITE = """
import sys
from pathlib import Path
from tests.data.test_known_bad import SMALL_LOG, entry
from data.known_bad_writer import KnownBadWriter

with KnownBadWriter(Path(sys.argv[1]), SMALL_LOG) as writer:
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        writer.add(entry(number))
        if number % 10 == 5:
            writer.withdraw(f"case-{number}")
        print(number, flush=True)
"""

READ = """
import sys
from pathlib import Path
from tests.data.test_known_bad import cases
from data.known_bad import KnownBad

known = KnownBad.open(Path(sys.argv[1]))
last = int(sys.argv[2])
seen = set()
while not cases(known, last):
    for number in range(last):
        found = cases(known, number)
        assert found in ([], [f"case-{number}"]), found
        assert found or number not in seen or number % 10 == 5, f"{number} was lost"
        seen.update([number] if found else [])
print("seen")
"""


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


@pytest.mark.slow
def test_readers_in_other_processes_see_every_addition_whole(path: Path) -> None:
    with KnownBadWriter(path, SMALL_LOG):
        pass
    readers = [started(READ, path, 119) for _ in range(2)]
    with started(WRITE, path, 0, 120) as writer:
        writer.communicate(timeout=120)
    for reader in readers:
        with reader:
            assert reader.communicate(timeout=120)[0] == "seen\n"
            assert reader.returncode == 0


def acknowledged(path: Path, first: int, after: float) -> int:
    """The last number that a writer acknowledged before it was killed in the middle of its work."""
    with started(WRITE, path, first, 10**6) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(after)
        writer.send_signal(signal.SIGKILL)
        *whole, _ = writer.stdout.read().split("\n")
    return max([first, *map(int, whole)])


@pytest.mark.slow
def test_a_writer_that_is_killed_loses_nothing_it_acknowledged(path: Path) -> None:
    first = 0
    for after in np.random.default_rng(0).uniform(0.02, 0.6, 5).tolist():
        last = acknowledged(path, first, after)
        known = KnownBad.open(path)
        for number in range(last + 1):
            assert cases(known, number) == ([] if number % 10 == 5 else [f"case-{number}"])
        first = last + 1


def test_a_frame_that_was_written_but_not_counted_is_written_over(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        writer.add(entry(1))
        begins = writer._view.parts.layout.log + writer._view.state.end
    with path.open("r+b") as file:
        file.seek(begins)
        file.write(os.urandom(70))
    with KnownBadWriter(path) as writer:
        writer.add(entry(2))
    known = KnownBad.open(path)

    assert [cases(known, number) for number in (1, 2)] == [["case-1"], ["case-2"]]


def test_what_is_left_of_a_sealing_that_was_killed_does_no_harm(path: Path) -> None:
    with KnownBadWriter(path) as writer:
        writer.add(entry(1))
    path.with_name(f".{path.name}.part").write_bytes(b"half")
    with KnownBadWriter(path, SMALL_LOG) as writer:
        writer.add_all(entry(n) for n in range(2, 9_000))

    assert cases(KnownBad.open(path), 1) == ["case-1"]
    assert list(path.parent.glob(".*.part")) == []


def test_two_writers_at_once_are_refused(path: Path) -> None:
    with KnownBadWriter(path), pytest.raises(FileError, match="another process is writing"):
        KnownBadWriter(path)
    with KnownBadWriter(path):
        pass


def test_a_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"):
        KnownBadWriter(tmp_path / "file" / "known_bad")
