import numpy as np
import pytest

from data.taxonomy import load_taxonomy
from features.cues import CueReader
from models.claim import read_text
from models.knowledge import load_knowledge
from training.assemble import ClaimDoc
from training.claims import fit_claims
from training.contained import with_contained_evidence
from training.units import claim_table

CODES = load_taxonomy().codes
MEDICAL = CODES.index("medical_claim") + 1
CLEAN = "今天给大家看一下这个玻璃杯子，"
CLAIM = "喝上一个月糖尿病就能根治了，"


@pytest.fixture(scope="module")
def reader() -> CueReader:
    return load_knowledge().reader()


def doc(text: str, *, quote: str = "", violation: bool = True, **fields: object) -> ClaimDoc:
    values: dict[str, object] = {
        "codes": ("medical_claim",) if violation else (),
        "quotes": (("medical_claim", quote),) if quote else (),
        "group": "g",
        "source": "s",
        **fields,
    }
    return ClaimDoc(text=text, violation=violation, **values)  # type: ignore[arg-type]


def targets(one: ClaimDoc, reader: CueReader) -> list[float]:
    """Whether each unit is taken for a medical claim, beside enough others that are known."""
    others = [doc(CLAIM, quote=CLAIM)] * 12
    docs = [one, *others]
    table = claim_table(docs, [read_text(d.text, reader) for d in docs], CODES)
    return [float(value) for value in table.targets[table.documents == 0, MEDICAL]]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        (CLAIM, [0, 1, 0]),
        ("糖尿病就能根治", [0, 1, 0]),
        ("根治", [0, 1, 0]),
        (CLAIM + CLEAN, [0, 1, 1]),
        # Two characters of one unit, eleven of the next: the quote is of the next.
        ("杯子，" + CLAIM, [0, 1, 0]),
    ],
)
def test_a_unit_is_positive_when_evidence_covers_half_of_it_or_it_half_of_the_evidence(
    reader: CueReader, quote: str, expected: list[float]
) -> None:
    assert targets(doc(CLEAN + CLAIM + CLEAN, quote=quote), reader) == expected


def test_beside_incomplete_evidence_units_are_unknown(reader: CueReader) -> None:
    one = doc(CLEAN + CLAIM, quote="根治", complete=False)

    assert np.isnan(targets(one, reader)[0])
    assert targets(one, reader)[1] == 1


def test_without_evidence_the_units_of_a_violating_text_are_unknown(reader: CueReader) -> None:
    assert np.isnan(targets(doc(CLAIM * 6), reader)).all()
    assert targets(doc(CLEAN * 6, violation=False), reader) == [0] * 6


def test_a_shorter_violating_text_is_the_evidence_of_a_longer_one(reader: CueReader) -> None:
    long = doc(CLEAN + CLAIM + CLEAN, codes=None)
    short = doc(CLAIM.replace("，", ","), codes=None)

    found, _ = with_contained_evidence([long, short])
    table = claim_table([found], [read_text(found.text, reader)], CODES)

    assert found.quotes == ((None, CLAIM.strip("，")),)
    assert table.targets[1, 0] == 1
    assert np.isnan(table.targets[[0, 2], 0]).all()
    assert np.isnan(table.targets[1, MEDICAL])


@pytest.mark.parametrize(
    "other",
    [
        doc(CLAIM, group="another"),
        doc(CLAIM, violation=False),
        doc("血糖"),
        doc(CLEAN + CLAIM + CLEAN[:6]),
    ],
    ids=["another group", "clean", "too short to be no accident", "nearly the whole"],
)
def test_another_text_is_no_evidence(other: ClaimDoc) -> None:
    found, _ = with_contained_evidence([doc(CLEAN + CLAIM + CLEAN), other])

    assert found.quotes == ()


def test_a_clean_text_may_hold_what_violates_elsewhere() -> None:
    clean = doc(CLEAN + CLAIM + CLEAN, violation=False, group="no violation")

    assert with_contained_evidence([clean, doc(CLAIM)])[0] is clean


def test_marked_evidence_is_not_replaced() -> None:
    found, _ = with_contained_evidence([doc(CLEAN + CLAIM + CLEAN, quote="根治"), doc(CLAIM)])

    assert found.quotes == (("medical_claim", "根治"),)


def test_disguised_words_are_learnt_where_they_are_known(reader: CueReader) -> None:
    docs = [
        doc(
            CLAIM if number % 2 else "喝上一个月糖某尿某病就能根某治了，",
            quote="喝上一个月",
            disguises=() if number % 2 else ("糖某尿某病", "根某治"),
            group=str(number // 2 % 5),
        )
        for number in range(400)
    ]
    docs += [doc(CLEAN, violation=False, group=str(number % 5)) for number in range(100)]

    model = fit_claims(docs, CODES, reader, lambda _: None).model

    assert model.assess("吃了脂某肪某肝就没了").evasion > model.assess("吃了脂肪肝就没了").evasion


def test_labels_of_long_windows_alone_are_enough_to_learn_from(reader: CueReader) -> None:
    docs = [
        doc(
            (CLEAN * 5 + (CLAIM if number % 2 else CLEAN)) * 2,
            violation=bool(number % 2),
            codes=None if number % 2 else (),
            group=str(number // 2),
        )
        for number in range(40)
    ]

    fitted = fit_claims(docs, CODES, reader, lambda _: None, folds=4)

    truth = np.array([d.violation for d in docs])
    assert fitted.out_of_fold[truth].min() > fitted.out_of_fold[~truth].max()
    assert fitted.model.codes[int(fitted.model.assess(CLAIM).labels.argmax())] == "medical_claim"


def test_a_label_that_one_group_alone_shows_does_not_stop_training(reader: CueReader) -> None:
    docs = [doc(CLAIM, quote="根治", group="rare")] * 20
    docs += [doc(CLEAN, violation=False, group=str(number % 4)) for number in range(40)]

    fitted = fit_claims(docs, CODES, reader, lambda _: None, folds=5)

    assert "medical_claim" in fitted.model.heads
    assert np.isfinite(fitted.out_of_fold).all()


def test_two_groups_are_enough_to_learn_from(reader: CueReader) -> None:
    docs = [doc(CLAIM, group=group) for group in "ab"] * 5
    docs += [doc(CLEAN, violation=False, group=group) for group in "ab"] * 5

    assert fit_claims(docs, CODES, reader, lambda _: None).model.assess(CLAIM).logit > 0
