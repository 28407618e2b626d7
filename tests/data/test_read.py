import gzip
import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.listing import Listing, Merchant, Sku
from data.problem import FileError, UsageError
from data.read import Layout, Rejected, Row, read_records, read_rows
from data.record import Record
from data.segment import LiveSegment

DATASETS = Path(
    os.environ.get(
        "MINGCHA_DATASETS", Path(__file__).resolve().parents[2].parent / "shared/datasets"
    )
)


def read(
    path: Path, model: type[Any] = LiveSegment, **layout: Any
) -> tuple[list[Any], list[Rejected], list[str]]:
    """Records, rejects and warnings of a file."""
    rejects: list[Rejected] = []
    warnings: list[str] = []
    found = read_records(
        path, model, Layout(**layout), on_reject=rejects.append, on_warning=warnings.append
    )
    return [record for _, record in found], rejects, warnings


def texts(path: Path, **layout: Any) -> list[str]:
    return [record.text for record in read(path, **layout)[0]]


def write(path: Path, content: str | bytes) -> Path:
    raw = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def write_parquet(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


LISTING = {"data_id": "a", "title": "面膜", "category": "美妆", "price": 9.9}


# Formats


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "text,room_id\n正品保证,7\n"),
        ("a.csv.gz", "text,room_id\r\n正品保证,7\r\n"),
        ("a.tsv", "text\troom_id\n正品保证\t7\n"),
        ("a.tsv.gz", "text\troom_id\n正品保证\t7"),
        ("a.jsonl", '{"text": "正品保证", "room_id": "7"}\n'),
        ("a.jsonl.gz", '{"text": "正品保证", "room_id": 7}'),
        ("A.CSV", "text,room_id\n正品保证,7\n"),
    ],
)
def test_every_text_format_gives_the_same_record(tmp_path: Path, name: str, content: str) -> None:
    records, rejects, _ = read(write(tmp_path / name, content))

    assert [(record.text, record.room_id) for record in records] == [("正品保证", "7")]
    assert not rejects


def test_parquet_gives_the_same_record_plain_and_gzipped(tmp_path: Path) -> None:
    plain = write_parquet(tmp_path / "a.parquet", text=["正品保证"], room_id=[7])
    packed = write(tmp_path / "b.parquet.gz", plain.read_bytes())

    assert read(plain)[0] == read(packed)[0] != []


def test_another_suffix_is_a_usage_error_that_names_the_allowed_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv, \.tsv, \.jsonl, \.parquet"):
        read(tmp_path / "a.xlsx")


def test_rows_without_a_model_keep_their_columns_under_the_layouts_names(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "name,price\n面膜,9\n")

    rows = list(read_rows(path, Layout(map={"title": "name"}, constants={"category": "美妆"})))

    assert rows == [Row(2, {"price": "9", "title": "面膜", "category": "美妆"}, "面膜,9\n")]


# Lines and ids


def test_a_row_without_an_id_is_named_after_the_line_where_it_begins(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'text\n"第一\n段"\n\n第二段\n')

    assert [record.data_id for record in read(path)[0]] == ["row-2", "row-5"]


def test_an_empty_id_cell_is_a_row_without_an_id(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "data_id,text\n,好\nb,好\n")

    assert [record.data_id for record in read(path)[0]] == ["row-2", "b"]


def test_parquet_counts_rows(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", text=["一", None, "三"])

    records, rejects, _ = read(path)

    assert [record.data_id for record in records] == ["row-1", "row-3"]
    assert rejects == [Rejected(2, "text: is required, and missing", '{"text": null}')]


def test_an_id_that_the_record_does_not_require_is_not_made_up(tmp_path: Path) -> None:
    class Opinion(Record):
        data_id: str | None = None
        text: str

    assert read(write(tmp_path / "a.csv", "text\n好\n"), Opinion)[0][0].data_id is None


def test_the_same_id_may_stand_there_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "data_id,text\na,一\na,二\n")

    assert texts(path) == ["一", "二"]


@pytest.mark.parametrize("cell", ["1000000157", "1000000157.0", " 1000000157 "])
def test_numeric_ids_of_text_files_lose_the_marks_of_a_float(tmp_path: Path, cell: str) -> None:
    path = write(tmp_path / "a.csv", f"data_id,text\n{cell},好\n")

    assert read(path)[0][0].data_id == "1000000157"


@pytest.mark.parametrize("value", [1000000157, 1000000157.0, Decimal("1000000157")])
def test_numeric_ids_of_parquet_become_text(tmp_path: Path, value: object) -> None:
    path = write_parquet(tmp_path / "a.parquet", data_id=[value], text=["好"])

    assert read(path)[0][0].data_id == "1000000157"


def test_an_id_too_long_for_a_float_is_refused_rather_than_rounded(tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "a.parquet", data_id=[1e17], text=["好"])

    assert [reject.reason for reject in read(path)[1]] == ["data_id: must be text, found 1e+17"]


# Cells become values


def test_csv_cells_become_numbers_objects_and_nested_fields(tmp_path: Path) -> None:
    header = (
        "title,category,price,list_price,attributes.面料,licences.food_sc,skus,"
        "merchant.merchant_id,merchant.orders_30d,merchant.authorised_brands,submitted_at"
    )
    row = (
        '羊绒衫,服饰,199,,羊毛 90%,,"[{""name"": ""L"", ""price"": 199}]",'
        "8.0,12,耐克;阿迪达斯,2026-02-01T08:00:00+08:00"
    )
    [listing], _, _ = read(write(tmp_path / "a.csv", f"{header}\n{row}\n"), Listing)

    assert listing == Listing(
        data_id="row-2",
        title="羊绒衫",
        category="服饰",
        price=199,
        attributes={"面料": "羊毛 90%"},
        skus=[Sku(name="L", price=199)],
        merchant=Merchant(merchant_id="8", orders_30d=12, authorised_brands=["耐克", "阿迪达斯"]),
        submitted_at=datetime(2026, 2, 1, tzinfo=UTC),
    )


def test_an_empty_object_states_that_there_is_none_and_an_empty_cell_states_nothing(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a.csv", "text,licences\n一,{}\n二,\n")

    assert [record.licences for record in read(path)[0]] == [{}, None]


def test_an_object_and_single_fields_of_it_are_joined(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        'text,licences,licences.food_sc\n好,"{""blue_hat"": ""国食健字""}",SC1\n',
    )

    assert read(path)[0][0].licences == {"blue_hat": "国食健字", "food_sc": "SC1"}


def test_a_merchants_name_without_its_id_is_rejected_with_the_way_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "title,category,price,merchant.name\n面膜,美妆,9,小店\n")

    _, rejects, _ = read(path, Listing)

    assert rejects[0].reason == (
        "merchant.merchant_id: is required, and missing; "
        "--map merchant.merchant_id=COLUMN names its column"
    )


def test_a_row_that_tells_nothing_of_the_merchant_has_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "title,category,price,merchant.name\n面膜,美妆,9,\n")

    assert read(path, Listing)[0][0].merchant is None


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("{", "licences: must be JSON text"),
        ("无", "licences: must be JSON text"),
        ("[]", "licences: must be an object, found a list"),
        ("{''x'': NaN}".replace("''", '""'), "NaN is no JSON"),
    ],
)
def test_an_object_cell_must_hold_a_json_object(tmp_path: Path, cell: str, reason: str) -> None:
    _, [reject], _ = read(write(tmp_path / "a.csv", f'text,licences\n好,"{cell}"\n'))

    assert reason in reject.reason


def test_whole_number_choices_are_read_from_text_and_floats(tmp_path: Path) -> None:
    from typing import Literal

    class Labelled(Record):
        violation: Literal[0, 1]

    csv = write(tmp_path / "a.csv", "violation\n1\n0.0\n2\n")
    parquet = write_parquet(tmp_path / "a.parquet", violation=[1.0, 0.0, 2.0])

    for path in (csv, parquet):
        records, [reject], _ = read(path, Labelled)
        assert [record.violation for record in records] == [1, 0]
        assert reject.reason.startswith("violation: must be 0 or 1, found")


def test_jsonl_is_strict_about_types(tmp_path: Path) -> None:
    rows = [{**LISTING, "price": "9.9"}, {**LISTING, "title": 7}, {**LISTING, "price": 9}]
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, rows)))

    records, rejects, _ = read(path, Listing)

    assert len(records) == 1
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (1, 'price: must be a number, found "9.9"'),
        (2, "title: must be text, found 7"),
    ]


def test_null_and_nan_are_absent_in_parquet_however_deep(tmp_path: Path) -> None:
    path = write_parquet(
        tmp_path / "a.parquet",
        title=["面膜", "面霜"],
        category=["美妆", "美妆"],
        price=[Decimal("9.90"), Decimal("5.00")],
        list_price=[float("nan"), 8.0],
        edits_7d=[float("nan"), 3.0],
        condition=[None, "used"],
        attributes=[{"面料": "棉", "产地": None}, {"面料": None, "产地": "杭州"}],
        merchant=[{"merchant_id": 5, "name": None}, None],
        submitted_at=pa.array([None, 1_770_000_000_000_000_000], pa.timestamp("ns", tz="UTC")),
    )

    (first, second), rejects, _ = read(path, Listing)

    assert not rejects
    assert (first.price, first.list_price, first.edits_7d) == (9.9, None, None)
    assert (first.condition, first.attributes) == ("new", {"面料": "棉"})
    assert first.merchant == Merchant(merchant_id="5")
    assert (second.edits_7d, second.merchant) == (3, None)
    assert second.submitted_at == datetime(2026, 2, 2, 2, 40, tzinfo=UTC)


def test_parquet_maps_are_objects(tmp_path: Path) -> None:
    licences = pa.array([[("food_sc", "SC1")]], pa.map_(pa.string(), pa.string()))
    path = write_parquet(tmp_path / "a.parquet", text=["好"], licences=licences)

    assert read(path)[0][0].licences == {"food_sc": "SC1"}


def test_text_without_a_letter_is_readable(tmp_path: Path) -> None:
    assert texts(write(tmp_path / "a.csv", "text\n！！！\n   \n")) == ["！！！", "   "]


# Columns


def test_columns_are_renamed_and_constants_set(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "名称,售价,shop_id\n面膜,9,1000000157\n")

    [listing], _, _ = read(
        path,
        Listing,
        map={"title": "名称", "price": "售价", "merchant.merchant_id": "shop_id"},
        constants={"category": "美妆", "list_price": "19.9", "merchant.type": "flagship"},
    )

    assert (listing.title, listing.price, listing.list_price) == ("面膜", 9.0, 19.9)
    assert listing.merchant == Merchant(merchant_id="1000000157", type="flagship")


def test_a_constant_outranks_the_column_of_its_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,category\n好,食品\n")

    assert read(path, constants={"category": "美妆"})[0][0].category == "美妆"


def test_one_column_may_fill_two_fields(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text\n好\n")

    assert read(path, map={"text": "text", "ocr_text": "text"})[0][0].ocr_text == "好"


def test_unknown_columns_are_ignored_with_one_warning_that_names_them(tmp_path: Path) -> None:
    header = write(tmp_path / "a.csv", "text,likes,贴纸\n一,1,2\n二,1,2\n")
    lines = write(tmp_path / "a.jsonl", '{"text": "一", "likes": 1}\n{"text": "二", "贴纸": 2}\n')

    for path in (header, lines):
        records, rejects, warnings = read(path)
        assert len(records) == 2
        assert not rejects
        assert warnings == [f'{path}: unknown columns are ignored: "likes", "贴纸"']


def test_unknown_fields_of_nested_records_are_ignored_with_a_warning(tmp_path: Path) -> None:
    row = {**LISTING, "merchant": {"merchant_id": "5", "logo": "x"}}

    [listing], _, warnings = read(write(tmp_path / "a.jsonl", json.dumps(row)), Listing)

    assert listing.merchant == Merchant(merchant_id="5")
    assert '"merchant.logo"' in warnings[0]


def test_names_in_a_warning_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", json.dumps({"text": "好", "\x1b[2J": 1}))

    assert "\x1b" not in read(path)[2][0]


def test_a_missing_required_column_is_named_with_those_found_and_the_way_out(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "a.csv", "asr,room\n好,7\n")

    with pytest.raises(FileError) as caught:
        read(path)

    assert str(caught.value) == (
        f'{path}: no column for the required field "text"; columns found: "asr", "room". Name the '
        "column with --map text=COLUMN, or set one value for all rows with --set text=VALUE"
    )


def test_a_mapped_column_must_be_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "asr\n好\n")

    with pytest.raises(FileError, match='no column "speech", which --map names for "text"'):
        read(path, map={"text": "speech"})


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ({"map": {"titel": "a"}}, 'did you mean "title"'),
        ({"map": {"merchant.": "a"}}, "is no field of Listing"),
        ({"map": {"attributes.": "a"}}, "is no field of Listing"),
        ({"map": {"title.x": "a"}}, "is no field of Listing"),
        ({"constants": {"zzz": "a"}}, "Fields: data_id, title"),
        ({"constants": {"price": "免费"}}, '--set price: must be a number, found "免费"'),
        ({"constants": {"skus": "{"}}, "--set skus: must be JSON text"),
        ({"map": {"title": "a"}, "constants": {"title": "b"}}, "both mapped and set"),
        ({"encoding": "klingon"}, "--encoding"),
        ({"encoding": "utf-16"}, "save the file as UTF-8"),
        ({"encoding": "base64"}, "--encoding"),
    ],
)
def test_a_layout_that_cannot_be_is_a_usage_error(
    tmp_path: Path, layout: dict[str, Any], message: str
) -> None:
    path = write(tmp_path / "a.csv", "title,category,price\n面膜,美妆,9\n")

    with pytest.raises(UsageError, match=message):
        read(path, Listing, **layout)


def test_a_column_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="more than once"):
        read(write(tmp_path / "a.csv", "text,text\n一,二\n"))


# Files that cannot be read


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.tsv", "a.jsonl", "a.parquet"])
@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n \n"])
def test_an_empty_file_says_so(tmp_path: Path, name: str, content: bytes) -> None:
    content = b"" if name == "a.parquet" else content

    with pytest.raises(FileError, match="is empty"):
        read(write(tmp_path / name, content))


def test_a_header_alone_is_a_file_of_no_rows(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "text\n")) == ([], [], [])


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "a.parquet.gz"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match=f"{name}: cannot be opened: No such file"):
        read(tmp_path / name)


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()

    with pytest.raises(FileError, match="cannot be opened"):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz", "a.parquet.gz"])
@pytest.mark.parametrize("cut", [3, 30])
def test_half_a_gzip_file_is_an_error(tmp_path: Path, name: str, cut: int) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(os.urandom(500))[:cut])

    with pytest.raises(FileError, match="gzip"):
        read(path)


def test_half_a_gzip_file_whose_first_line_is_in_another_encoding_is_an_error(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv.gz"
    packed = gzip.compress(b"\xff\xff\n" + os.urandom(500), compresslevel=0)
    path.write_bytes(packed[:300])

    with pytest.raises(FileError, match="gzip"):
        read(path)


def test_what_is_named_gz_must_be_gzip(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_text("text\n好\n", encoding="utf-8")

    with pytest.raises(FileError, match="gzip"):
        read(path)


def test_what_is_named_parquet_must_be_parquet(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no Parquet file"):
        read(write(tmp_path / "a.parquet", "text\n好\n"))


def test_a_parquet_row_that_is_no_utf8_is_rejected_alone(tmp_path: Path) -> None:
    column = pa.array(["一".encode(), b"\xff\xfe", "三".encode()], pa.binary()).view(pa.string())

    records, rejects, _ = read(write_parquet(tmp_path / "a.parquet", text=column))

    assert [record.data_id for record in records] == ["row-1", "row-3"]
    assert [reject.line for reject in rejects] == [2]


# Encodings


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert texts(write(tmp_path / "a.csv", "\ufefftext\n好\n")) == ["好"]


def test_gb18030_is_read_when_declared(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text\n全网最低价\n".encode("gb18030"))

    assert texts(path, encoding="gb18030") == ["全网最低价"]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl"])
def test_undeclared_gb18030_is_recognised(tmp_path: Path, name: str) -> None:
    rows = "text\nok\n" + "全网最低价，假一赔十\n" * 5
    path = write(tmp_path / name, rows.encode("gb18030"))

    with pytest.raises(FileError, match=r":3: .*byte \d+ .* add --encoding gb18030"):
        read(path)


def test_gb18030_is_recognised_even_if_its_first_row_happens_to_be_utf8(tmp_path: Path) -> None:
    rows = "text\n全\n" + "全网最低价，假一赔十\n" * 5
    path = write(tmp_path / "a.csv", rows.encode("gb18030"))

    with pytest.raises(FileError, match="add --encoding gb18030"):
        read(path)


def test_utf8_declared_as_something_else_is_recognised(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text\n好€\n")

    with pytest.raises(FileError, match="leave --encoding out"):
        read(path, encoding="ascii")


def test_utf16_is_recognised(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="UTF-16"):
        read(write(tmp_path / "a.csv", "text\n好\n".encode("utf-16")))


@pytest.mark.parametrize("broken_first", [True, False])
def test_one_broken_row_does_not_make_the_file_another_encoding(
    tmp_path: Path, broken_first: bool
) -> None:
    good, broken = "假一赔十".encode(), b"\xe5\x81"
    rows = [broken, good, good] if broken_first else [good, broken, good]
    path = write(tmp_path / "a.csv", b"text\n" + b"\n".join(rows))

    records, [reject], _ = read(path)

    assert len(records) == 2
    assert reject.line == (2 if broken_first else 3)
    assert reject.reason == "byte 1 of the line is no utf-8"


# Rows that cannot be read


def test_an_open_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'data_id,text\na,一\nb,"二\nc,三\nd,"四"\ne,五\n')

    records, [reject], _ = read(path)

    assert [record.data_id for record in records] == ["a", "c", "d", "e"]
    assert (reject.line, reject.raw) == (3, 'b,"二\n')
    assert "quote" in reject.reason


def test_an_open_quote_in_the_last_row_is_rejected(tmp_path: Path) -> None:
    records, [reject], _ = read(write(tmp_path / "a.csv", 'data_id,text\na,一\nb,"二'))

    assert [record.data_id for record in records] == ["a"]
    assert (reject.line, reject.reason) == (
        3,
        "a quote is opened in this row and never closed",
    )


def test_an_open_quote_does_not_swallow_a_long_file(tmp_path: Path) -> None:
    rows = "".join(f"{number},好\n" for number in range(5_000))
    path = write(tmp_path / "a.csv", f'data_id,text\nx,"\n{rows}')

    records, [reject], _ = read(path)

    assert len(records) == 5_000
    assert reject.line == 2
    assert "still open after 2000 lines" in reject.reason


def test_quotes_inside_a_plain_cell_are_text(tmp_path: Path) -> None:
    assert texts(write(tmp_path / "a.csv", 'text\n13" 屏\n')) == ['13" 屏']


def test_an_open_quote_in_the_header_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=":1: the header cannot be read"):
        read(write(tmp_path / "a.csv", 'text,"room\n好,1\n'))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,b,c", "has 3 cells, the header has 2"),
        ("a", "has 1 cells, the header has 2"),
        ("a,b\0c", "holds a NUL byte"),
        ("a," + "x" * 200_001, "is longer than 200000 characters"),
        ("a," + "x" * 140_000, "is no CSV: field larger than field limit"),
        ("a," + "x" * 5_000_000, "is longer than 4000000 bytes"),
        ("a," + "x" * 20_001, "text: must hold at most 20000 characters, found 20001"),
        ("a b,x", 'data_id: must be 1 to 128 of A-Z a-z 0-9 _ . -, found "a b"'),
        ("a,", "text: is required, and missing"),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_and_the_next_one_read(
    tmp_path: Path, row: str, reason: str
) -> None:
    path = write(tmp_path / "a.csv", f"data_id,text\n{row}\nz,好\n")

    records, [reject], _ = read(path)

    assert [record.data_id for record in records] == ["z"]
    assert reject.line == 2
    assert reject.reason.startswith(reason)
    assert len(reject.raw) <= 500


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": ', "is no JSON: Expecting value"),
        ("[1]", "must be a JSON object, found a list"),
        ('"好"', 'must be a JSON object, found "好"'),
        ('{"text": NaN}', "is no JSON: NaN"),
        ("[" * 100_000, "is no JSON: nested too deeply"),
        ('{"text": ' + "9" * 5_000 + "}", "is no JSON: "),
        ('{"text": "\\ud800"}', "text: holds half a character"),
        ('{"text": "好", "licences": {"\\ud800": "1"}}', "licences."),
        ('{"text": "a\0b"}', "holds a NUL byte"),
        ("{}", "text: is required, and missing"),
        ('{"text": "x' + "x" * 4_000_000 + '"}', "is longer than 4000000 bytes"),
    ],
)
def test_a_json_line_that_cannot_be_read_is_rejected_and_the_next_one_read(
    tmp_path: Path, line: str, reason: str
) -> None:
    path = write(tmp_path / "a.jsonl", f'{line}\n\n{{"text": "好"}}\n')

    records, [reject], _ = read(path)

    assert [record.data_id for record in records] == ["row-3"]
    assert reject.line == 1
    assert reject.reason.startswith(reason)


def test_a_reason_repeats_at_most_80_characters_of_what_was_found(tmp_path: Path) -> None:
    row = {**LISTING, "condition": "假" * 5_000, "attributes": {"键" * 5_000: 1}}

    _, [reject], _ = read(write(tmp_path / "a.jsonl", json.dumps(row)), Listing)

    assert reject.reason.count("假") == 80
    assert reject.reason.count("键") <= 80


CELLS = st.text(st.sampled_from('a,"\n好\0\r'), max_size=12)


@given(st.lists(CELLS, max_size=6))
def test_whatever_stands_in_a_file_every_row_is_answered_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    path = tmp_path_factory.mktemp("files") / "a.csv"
    write(path, "data_id,text\n" + "\n".join(cells) + "\nlast,好\n")

    records, rejects, _ = read(path)

    lines = [reject.line for reject in rejects]
    assert lines == sorted(set(lines))
    assert records or rejects


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)))
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[str]
) -> None:
    path = tmp_path_factory.mktemp("files") / "a.csv"
    quoted = ['"' + text.replace('"', '""') + '"' for text in wanted]
    write(path, "text,room_id\n" + "".join(f"{text},1\n" for text in quoted))

    assert texts(path) == wanted


# Real files


@pytest.mark.skipif(not DATASETS.exists(), reason="MINGCHA_DATASETS is absent")
def test_every_row_of_a_real_shop_crawl_is_answered_or_rejected() -> None:
    rejects: list[Rejected] = []
    warnings: list[str] = []
    layout = Layout(
        map={
            "data_id": "product_id",
            "merchant.merchant_id": "shop_id",
            "merchant.name": "shop_name",
        },
        constants={"category": "电脑/笔记本"},
    )
    found = read_records(
        DATASETS / "listings/jd_laptops.csv.gz",
        Listing,
        layout,
        on_reject=rejects.append,
        on_warning=warnings.append,
    )

    answered = sum(1 for _ in found)

    assert answered + len(rejects) == 58_824
    assert answered > 50_000
    assert len(warnings) == 1


@pytest.mark.skipif(not DATASETS.exists(), reason="MINGCHA_DATASETS is absent")
@pytest.mark.parametrize(
    ("name", "rows"), [("liveamr/train_long.csv", 3_360), ("transcripts/live_segments.csv", 1_089)]
)
def test_every_real_speech_window_is_readable(name: str, rows: int) -> None:
    records, rejects, _ = read(DATASETS / name)

    assert (len(records), rejects) == (rows, [])
