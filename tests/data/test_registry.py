from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data.brands import load_brands
from data.problem import FileError
from data.registry import BrandRegistry, RegistryRow, entry_of
from data.registry_store import brand_keys, load_registry, record_rows, registry_directory

AT = datetime(2026, 2, 1, tzinfo=UTC)
KEY = brand_keys(load_brands())


def row(**fields: object) -> RegistryRow:
    plain = {
        "brand": "耐克",
        "merchant_id": "m1",
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        "reference": "A-1",
    }
    given_fields = {k: v for k, v in {**plain, **fields}.items() if v is not None}
    return RegistryRow.model_validate(given_fields, strict=False)


def complete(**fields: object) -> RegistryRow:
    return row(entry="complete", merchant_id=None, **fields)


def notice(**fields: object) -> RegistryRow:
    plain: dict[str, object] = {"entry": "notice", "date": "2026-01-10", "kind": "trademark"}
    return row(**{"valid_from": None, "valid_to": None, **plain, **fields})


def registry(*rows: RegistryRow, known_by: datetime | None = None) -> BrandRegistry:
    return BrandRegistry((entry_of(r, KEY(r.brand), AT) for r in rows), known_by=known_by)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2025-12-31T23:59:59+08:00", None),
        ("2026-01-01T00:00:00+08:00", True),
        ("2026-12-31T23:59:59+08:00", True),
        ("2027-01-01T00:00:00+08:00", False),
    ],
)
def test_an_authorisation_holds_on_its_days_in_beijing(at: str, expected: bool | None) -> None:
    assert registry(row()).authorised("nike", "m1", None, "鞋", instant(at)) is expected


def test_a_merchant_who_is_not_registered_is_unknown_unless_the_list_is_complete() -> None:
    assert registry(row()).authorised("nike", "m2", None, "鞋", AT) is None

    closed = registry(row(), complete())
    assert closed.authorised("nike", "m2", None, "鞋", AT) is False
    assert closed.authorised("nike", "m1", None, "鞋", AT) is True
    assert closed.authorised("puma", "m2", None, "鞋", AT) is None


def test_a_complete_list_speaks_only_of_its_days_and_categories() -> None:
    closed = registry(complete(categories=("鞋",), valid_to="2026-03-31"))

    assert closed.authorised("nike", "m2", None, "鞋/跑鞋", AT) is False
    assert closed.authorised("nike", "m2", None, "箱包", AT) is None
    assert closed.authorised("nike", "m2", None, "鞋", AT + timedelta(days=90)) is None


@pytest.mark.parametrize(
    ("fields", "category", "expected"),
    [
        ({"categories": ("鞋",)}, "鞋靴/跑鞋", True),
        ({"categories": ("全部",)}, "箱包", True),
        ({"categories": ("鞋",)}, "箱包/女包", None),
        ({"territory": "中国大陆"}, "鞋", True),
        ({"territory": "HK"}, "鞋", None),
        ({"merchant_id": None, "shop": "Ｎｉｋｅ授权店"}, "鞋", True),
        ({"merchant_id": "m2", "shop": "nike授权店"}, "鞋", None),
    ],
)
def test_an_authorisation_reaches_as_far_as_it_says(
    fields: dict[str, object], category: str, expected: bool | None
) -> None:
    known = registry(row(**fields))

    assert known.authorised("nike", "m1", "nike授权店", category, AT) is expected


def test_a_renewal_outweighs_what_has_run_out() -> None:
    known = registry(row(valid_to="2026-01-15"), row(valid_from="2026-01-20", reference="A-2"))

    assert known.authorised("nike", "m1", None, "鞋", AT) is True


def test_a_notice_stands_from_its_date_until_it_is_withdrawn() -> None:
    known = registry(notice(withdrawn_at="2026-01-20"), notice(reference="B", listing_id="x1"))

    def references(at: str, listing: str | None = None) -> list[str]:
        return [n.reference for n in known.notices("m1", listing, instant(at))]

    assert references("2026-01-09T12:00:00+08:00") == []
    assert references("2026-01-15T12:00:00+08:00") == ["a-1", "b"]
    assert references("2026-02-01T12:00:00+08:00", "x1") == ["b"]


def test_a_training_set_of_last_month_knows_what_was_recorded_by_then() -> None:
    before = registry(row(), known_by=AT - timedelta(seconds=1))

    assert before.authorised("nike", "m1", None, "鞋", AT) is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"valid_to": "2025-06-01"}, "is not after valid_from"),
        ({"valid_to": None}, "valid_to is required"),
        ({"reference": None}, "reference is required"),
        ({"merchant_id": None}, "merchant_id or shop"),
        ({"valid_from": "2026-13-01"}, "neither a date"),
        ({"valid_from": "2026-01-01T00:00:00"}, "no offset from UTC"),
        ({"kind": "patent"}, "set entry=notice"),
        ({"entry": "notice", "date": None}, "date is required"),
        ({"brand": " "}, "is empty"),
    ],
)
def test_a_broken_row_says_what_is_wrong(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        row(**fields)


def test_the_same_rows_again_change_nothing(tmp_path: Path) -> None:
    first = record_rows(tmp_path, [row(), notice()], KEY, AT)
    again = record_rows(tmp_path, [notice(), row()], KEY, AT + timedelta(days=1))

    assert (first.added, first.changed, first.known) == (2, 0, 0)
    assert (again.added, again.changed, again.known) == (0, 0, 2)
    assert again.version == first.version


def test_a_row_of_the_same_reference_replaces_what_it_said_before(tmp_path: Path) -> None:
    first = record_rows(tmp_path, [notice()], KEY, AT)
    second = record_rows(tmp_path, [notice(withdrawn_at="2026-01-20")], KEY, AT)

    assert (second.added, second.changed) == (0, 1)
    assert second.version != first.version
    assert first.path.exists()
    assert load_registry(tmp_path).notices("m1", None, AT) == ()


def test_a_registry_survives_writing_and_reading(tmp_path: Path) -> None:
    rows = [row(), complete(), notice(listing_id="x1")]
    change = record_rows(tmp_path, rows, KEY, AT)
    loaded = load_registry(tmp_path)

    assert loaded.version == change.version
    assert set(loaded.entries) == set(registry(*rows).entries)


def test_a_home_without_imports_knows_nothing(tmp_path: Path) -> None:
    assert load_registry(tmp_path).authorised("nike", "m1", None, "鞋", AT) is None


def test_a_damaged_registry_is_refused(tmp_path: Path) -> None:
    change = record_rows(tmp_path, [row(), notice()], KEY, AT)
    lines = change.path.read_bytes().splitlines(keepends=True)
    change.path.write_bytes(lines[0])

    with pytest.raises(FileError, match="is damaged"):
        load_registry(tmp_path)


def test_a_pointer_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    record_rows(tmp_path, [row()], KEY, AT)
    (registry_directory(tmp_path) / "current").write_text("../../secret")

    with pytest.raises(FileError, match="names no version"):
        load_registry(tmp_path)


@given(st.text(min_size=1, max_size=20).filter(str.strip))
def test_a_brand_has_one_key_however_it_is_written(name: str) -> None:
    assert KEY(KEY(name)) == KEY(name)
