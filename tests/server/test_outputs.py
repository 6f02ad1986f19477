"""Outputs over HTTP: what is listed, shown, summarized and downloaded, and what of it may do harm."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from penstock.artifacts.reader import Readers
from penstock.model.artifact import Artifact
from penstock.wire.outputs import OutputList, OutputPreview, TableSummary
from tests.server.stored import RUN, Home

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def client(home: Home) -> Iterator[TestClient]:
    with home.client() as client:
        yield client


def get(client: TestClient, address: str, **params: Any) -> Any:
    response = client.get(address, params=params)
    assert response.status_code == 200, response.text
    return response.json()


def problem(client: TestClient, address: str, status: int, **params: Any) -> dict[str, Any]:
    response = client.get(address, params=params)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    body: dict[str, Any] = response.json()
    return body


# --- the list -----------------------------------------------------------------------------------------


def test_the_list_tells_all(home: Home, client: TestClient, tmp_path: Path) -> None:
    home.store("count", 3)
    home.store("when", {"day": date(2013, 1, 1), "share": Decimal("0.5"), "tags": {"a"}, "big": 2**60})
    home.store("table", pd.DataFrame({"x": [1, 2]}))
    home.store("model", Bomb())
    (tmp_path / "chart.png").write_bytes(PNG)
    home.store("chart", tmp_path / "chart.png")
    body = get(client, "outputs")
    OutputList.model_validate(body)
    count, when, table, model, chart = body["items"]
    assert (count["dataset"], count["task"], count["kind"], count["value"], count["state"]) == (
        "count", "make_count", "json", 3, "ok",
    )  # fmt: skip
    assert when["value"] == {"day": "2013-01-01", "share": "0.5", "tags": ["a"], "big": 2**60}
    assert (table["rows"], table["columns"]) == (2, [{"name": "x", "type": "int64"}])
    assert table["media_type"] == "application/vnd.apache.arrow.file"
    assert (model["kind"], model["media_type"], model["value"]) == ("pickle", "application/octet-stream", None)
    assert (chart["media_type"], chart["picture"], table["picture"]) == ("image/png", True, False)
    assert body["next_cursor"] is None


@pytest.mark.parametrize(
    ("name", "warm"), [("a.csv", True), ("a.PQ", True), ("a.xlsx", True), ("a.png", False), ("a.txt", False)]
)
def test_a_reader_is_there_before_somebody_looks_at_rows(
    home: Home, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, warm: bool
) -> None:
    warmed: list[Readers] = []
    monkeypatch.setattr(Readers, "warm", lambda readers: warmed.append(readers))
    (tmp_path / name).write_bytes(b"x\n1\n")
    home.store("made", tmp_path / name)
    home.store("count", 3)
    get(client, "outputs")
    assert bool(warmed) == warm


def test_pages_of_the_list_hold_every_output_once(home: Home, client: TestClient) -> None:
    for index in range(7):
        home.store("each", index, map_index=index)
    seen, cursor = [], None
    for _ in range(4):
        page = get(client, "outputs", limit=2, **({} if cursor is None else {"cursor": cursor}))
        seen += [item["value"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (list(range(7)), None)


def test_many_outputs_are_told_in_pages_of_bounded_size(home: Home, client: TestClient) -> None:
    wide = tuple((f"a column with a long name {at}", "float64") for at in range(10_000))
    for index in range(12):
        home.keep(
            "wide", Artifact("table", None, f"none/{index}.arrow", 1, "sha256:0", 1, wide, "pandas.DataFrame"), index
        )
    page = client.get("outputs")
    assert len(page.content) < 8_000_000
    assert 0 < len(page.json()["items"]) < 12
    rest = get(client, "outputs", cursor=page.json()["next_cursor"])
    assert rest["items"][0]["map_index"] == page.json()["items"][-1]["map_index"] + 1


@pytest.mark.parametrize("cursor", ["", "x", "1", "-1.a", "9999999999.a", "²."])
def test_a_wrong_cursor_is_refused(client: TestClient, cursor: str) -> None:
    assert "no cursor" in problem(client, "outputs", 422, cursor=cursor)["detail"]


def test_gone_and_damaged_files_are_told_and_the_rest_is_shown(home: Home, client: TestClient) -> None:
    gone = home.store("gone", np.arange(10))
    damaged = home.store("damaged", np.arange(10))
    home.store("sound", np.arange(10))
    home.keep("outside", Artifact("file", None, "../../etc/passwd", 10, "sha256:0", None, None, "pathlib.Path"))
    home.file(gone).unlink()
    home.file(damaged).write_bytes(b"short")
    states = {item["dataset"]: item["state"] for item in get(client, "outputs")["items"]}
    assert states == {"gone": "gone", "damaged": "damaged", "sound": "ok", "outside": "gone"}
    for name in ("gone", "damaged", "outside"):
        for look in ("preview", "summary", "content"):
            body = problem(client, f"outputs/{name}/{look}", 409)
            assert body["code"] == "artifact_corrupt"
            assert body["detail"] == f"what 'make_{name}' stored as '{name}' is {states[name]}"
            assert body["cure"] == "run the task that made it again"
    assert get(client, "outputs/sound/preview")["total"] == 10


def test_a_link_out_of_the_artifacts_is_not_followed(home: Home, client: TestClient, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    home.artifacts.root.mkdir()
    (home.artifacts.root / "link.txt").symlink_to(secret)
    home.keep("link", Artifact("file", None, "link.txt", 6, None, None, None, "pathlib.Path"))
    assert problem(client, "outputs/link/content", 409)["code"] == "artifact_corrupt"
    assert problem(client, "outputs/link/preview", 409)["code"] == "artifact_corrupt"


def test_what_is_not_there(home: Home, client: TestClient) -> None:
    home.store("each", 1, map_index=0)
    assert "no 'nothing'" in problem(client, "outputs/nothing/preview", 404)["detail"]
    assert problem(client, "outputs/each/preview", 404)["cure"] == "say which by map_index"
    assert "item 5" in problem(client, "outputs/each/preview", 404, map_index=5)["detail"]
    assert get(client, "outputs/each/preview", map_index=0)["text"] == "1"
    assert problem(client, "http://testserver/api/v1/runs/0000000000000/outputs", 404)["code"] == "not_found"
    assert problem(client, "outputs/each/preview", 422, map_index=-1)["errors"][0]["where"] == "map_index"
    assert problem(client, "outputs/each/preview", 422, map_index=0, limit=501)["errors"][0]["where"] == "limit"
    assert problem(client, "outputs/each/preview", 422, map_index=0, offset=-1)["errors"][0]["where"] == "offset"


# --- a look -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "pyarrow"])
def test_pages_of_a_table(home: Home, client: TestClient, make: Any) -> None:
    home.store("table", make({"x": list(range(100)), "s": [f"row {at}" for at in range(100)]}))
    body = get(client, "outputs/table/preview", offset=98, limit=5)
    OutputPreview.model_validate(body)
    assert body["rows"] == [[98, "row 98"], [99, "row 99"]]
    assert [column["name"] for column in body["columns"]] == ["x", "s"]
    assert (body["dataset"], body["map_index"], body["total"], body["offset"], body["cut"]) == (
        "table", None, 100, 98, False,
    )  # fmt: skip
    assert get(client, "outputs/table/preview", offset=2**53)["rows"] == []


def test_columns_of_a_wide_table(home: Home, client: TestClient) -> None:
    home.store("wide", pa.table({f"c{at}": [at] for at in range(10_000)}))
    first = get(client, "outputs/wide/preview")
    assert first["cut"]
    count = len(first["columns"])
    assert 50 <= count < 1_000
    later = get(client, "outputs/wide/preview", first_column=9_990)
    assert [column["name"] for column in later["columns"]] == [f"c{at}" for at in range(9_990, 10_000)]
    assert (later["rows"], later["cut"]) == ([list(range(9_990, 10_000))], False)


def test_cells_of_any_size_make_an_answer_of_bounded_size(home: Home, client: TestClient) -> None:
    deep: Any = ["x" * 500] * 30
    for _ in range(2):
        deep = [deep] * 30
    home.store("huge", pa.table({"long": ["y" * 1_000_000] * 20, "deep": [deep] + [[]] * 19}))
    response = client.get("outputs/huge/preview", params={"limit": 500})
    assert response.status_code == 200
    assert len(response.content) < 100_000
    long, nested = response.json()["rows"][0]
    assert long == "y" * 999 + "…"
    assert nested.startswith('[[["xxx')


def test_plain_values_and_texts(home: Home, client: TestClient, tmp_path: Path) -> None:
    home.store("value", {"at": datetime(2013, 1, 1, tzinfo=UTC), 1: float("nan")})
    home.store("many", [date(2013, 1, 1)] * 10_000)
    (tmp_path / "note.txt").write_text("<script>alert(1)</script>")
    home.store("note", tmp_path / "note.txt")
    home.store("model", Bomb())
    assert get(client, "outputs/value/preview")["text"] == '{"at":"2013-01-01T00:00:00+00:00","1":"nan"}'
    many = get(client, "outputs/many/preview")
    assert many["text"].startswith('["2013-01-01","2013')
    assert many["cut"]
    assert get(client, "outputs/note/preview")["text"] == "<script>alert(1)</script>"
    assert "not opened here" in get(client, "outputs/model/preview")["text"]


@pytest.mark.parametrize("suffix", ["parquet", "csv", "feather", "CSV"])
def test_a_file_with_rows_is_shown_as_a_table(home: Home, client: TestClient, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"orders.{suffix}"
    table = pd.DataFrame({"x": range(100), "s": [f"row {at}" for at in range(100)]})
    {"parquet": table.to_parquet, "feather": table.to_feather}.get(suffix, partial(table.to_csv, index=False))(file)
    home.store("orders", file)
    body = get(client, "outputs/orders/preview", offset=98, limit=5)
    OutputPreview.model_validate(body)
    assert (body["kind"], body["rows"], body["total"]) == ("file", [[98, "row 98"], [99, "row 99"]], 100)
    assert [column["name"] for column in body["columns"]] == ["x", "s"]


def test_a_file_that_is_not_what_its_name_says(home: Home, client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "orders.parquet").write_bytes(b"PAR1" + bytes(300) + b"PAR1")
    artifact = home.store("orders", tmp_path / "orders.parquet")
    told = client.get("outputs/orders/preview").json()
    assert "'orders.parquet' can't be read as parquet" in told["detail"]
    assert told["cure"] == "download it to look at it"
    home.file(artifact).write_bytes(b"shorter")
    assert problem(client, "outputs/orders/preview", 409)["code"] == "artifact_corrupt"


class Bomb:
    """Tells when it is unpickled: by a file that then is there."""

    def __reduce__(self) -> Any:
        return (pytest.fail, ("unpickled",))


def test_damage_within_a_file_is_a_clear_problem(home: Home, client: TestClient) -> None:
    artifact = home.store("table", pa.table({"s": ["text"] * 1_000}))
    file = home.file(artifact)
    file.write_bytes(file.read_bytes()[:-40] + bytes(40))
    home.store("sound", pa.table({"s": ["text"]}))
    for address in ("preview", "summary", "content?format=csv"):
        response = client.get(f"outputs/table/{address}")
        assert response.status_code == 409
        assert response.json()["detail"] == "what 'make_table' stored as 'table' is damaged"
        assert str(home.artifacts.root) not in response.text
    assert get(client, "outputs/sound/preview")["rows"] == [["text"]]


def test_what_the_browser_has_already_is_not_made_again(home: Home, client: TestClient) -> None:
    artifact = home.store("table", pa.table({"x": [1]}))
    for look in ("preview", "summary", "content"):
        first = client.get(f"outputs/table/{look}")
        tag = first.headers["etag"]
        for known in (tag, f'"another", {tag}', tag.removeprefix("W/"), "*"):
            again = client.get(f"outputs/table/{look}", headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        other = client.get(f"outputs/table/{look}", headers={"If-None-Match": '"another"'})
        assert other.content == first.content
    tag = client.get("outputs/table/preview").headers["etag"]
    home.file(artifact).unlink()
    assert client.get("outputs/table/preview", headers={"If-None-Match": tag}).status_code == 409


# --- a summary ----------------------------------------------------------------------------------------


def test_a_summary(home: Home, client: TestClient) -> None:
    home.store(
        "table", pd.DataFrame({"x": [1, 2, 2, 5], "s": ["a", "b", "a", None], "when": pd.date_range("2013", periods=4)})
    )
    # A loaded machine may need more than the two seconds that a summary gets, the first time.
    body = next(body for _ in range(20) if not (body := get(client, "outputs/table/summary"))["cut"])
    TableSummary.model_validate(body)
    assert (body["rows"], body["rows_read"]) == (4, 4)
    x, s, when = body["columns"]
    assert (x["nulls"], x["distinct"], x["min"], x["max"], x["mean"]) == (0, 3, 1, 5, 2.5)
    assert [(each["label"], each["count"]) for each in x["bins"]] == [("1", 1), ("2", 2), ("3", 0), ("4", 0), ("5", 1)]
    assert (s["nulls"], s["distinct"], s["min"], s["max"], s["mean"]) == (1, 2, "a", "b", None)
    assert s["bins"] == [{"label": "a", "count": 2}, {"label": "b", "count": 1}]
    assert (when["min"], when["max"]) == ("2013-01-01 00:00:00", "2013-01-04 00:00:00")
    assert sum(each["count"] for each in when["bins"]) == 4


def test_a_value_that_is_no_table_has_no_summary(home: Home, client: TestClient) -> None:
    home.store("value", 1)
    home.store("cube", np.zeros((2, 2, 2)))
    assert "is no table" in problem(client, "outputs/value/summary", 422)["detail"]
    assert "(2, 2, 2)" in problem(client, "outputs/cube/summary", 422)["detail"]
    assert "(2, 2, 2)" in problem(client, "outputs/cube/content", 422, format="csv")["detail"]


# --- downloads ----------------------------------------------------------------------------------------


def test_an_attachment_that_runs_nowhere(home: Home, client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<script>alert(1)</script>")
    home.store("report", tmp_path / "report.html")
    response = client.get("outputs/report/content")
    assert response.content == b"<script>alert(1)</script>"
    headers = response.headers
    assert headers["content-disposition"] == "attachment; filename=\"report.html\"; filename*=UTF-8''report.html"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert (headers["content-length"], headers["content-encoding"]) == ("25", "identity")


@pytest.mark.parametrize(
    ("dataset", "plain", "full"),
    [
        ("delays", "delays.npy", "delays.npy"),
        ('a"b', "a_b.npy", "a%22b.npy"),
        ("größe", "gr__e.npy", "gr%C3%B6%C3%9Fe.npy"),
        ("a;b=c", "a;b=c.npy", "a%3Bb%3Dc.npy"),
        ("\u202egpj", "_gpj.npy", "_gpj.npy"),
    ],
)
def test_names_in_headers(home: Home, client: TestClient, dataset: str, plain: str, full: str) -> None:
    home.store(dataset, np.arange(3))
    disposition = client.get(f"outputs/{dataset}/content").headers["content-disposition"]
    assert disposition == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"


def test_line_breaks_do_not_make_headers(home: Home, client: TestClient) -> None:
    home.store("a\r\nSet-Cookie: x=1", np.arange(3))
    response = client.get("outputs/a%0D%0ASet-Cookie%3A%20x=1/content")
    assert response.status_code == 200
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("suffix", ["png", "jpg", "jpeg", "gif", "webp"])
def test_pictures_are_shown(home: Home, client: TestClient, tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"chart.{suffix}").write_bytes(PNG)
    home.store("chart", tmp_path / f"chart.{suffix}")
    shown = client.get("outputs/chart/content", params={"inline": True})
    assert shown.headers["content-disposition"].startswith("inline; ")
    assert shown.headers["content-type"].startswith("image/")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert client.get("outputs/chart/content").headers["content-disposition"].startswith("attachment; ")


def test_svg_is_a_picture_and_never_a_page(home: Home, client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "chart.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    home.store("chart", tmp_path / "chart.svg")
    response = client.get("outputs/chart/content", params={"inline": True})
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.headers["content-disposition"].startswith("attachment; ")
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_other_things_are_not_shown(home: Home, client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<b>hello</b>")
    home.store("page", tmp_path / "page.html")
    home.store("value", 1)
    for name in ("page", "value"):
        assert problem(client, f"outputs/{name}/content", 422, inline=True)["cure"] == "download it without inline=true"


@pytest.mark.parametrize("size", [100, 9 << 20], ids=["small", "large"])
def test_nobody_gets_the_whole_of_a_damaged_file(home: Home, client: TestClient, size: int) -> None:
    content = np.random.default_rng(1).bytes(size)
    artifact = home.store("data", content)
    if artifact.inline is not None:
        artifact = home.store("data", np.frombuffer(content, "u1"), map_index=0)
    params = {} if size > 1000 else {"map_index": 0}
    whole = client.get("outputs/data/content", params=params)
    assert whole.status_code == 200
    assert f"sha256:{hashlib.sha256(whole.content).hexdigest()}" == artifact.digest
    file = home.file(artifact)
    changed = bytearray(file.read_bytes())
    changed[-1] ^= 1
    file.write_bytes(changed)
    if size < 1000:
        assert problem(client, "outputs/data/content", 409, **params)["code"] == "artifact_corrupt"
        return
    received = bytearray()
    with pytest.raises(RuntimeError, match="response already started"):
        _receive(client, "outputs/data/content", received)
    assert 0 < len(received) < size


def _receive(client: TestClient, address: str, into: bytearray) -> None:
    with client.stream("GET", address) as response:
        for part in response.iter_raw():
            into += part


RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "plain", "", None, 'say "hi", now']


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "pyarrow"])
def test_csv_holds_no_formulas(home: Home, client: TestClient, make: Any) -> None:
    home.store("table", make({"=x": RISKY, "n": [-at for at in range(len(RISKY))]}))
    response = client.get("outputs/table/content", params={"format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "table.csv" in response.headers["content-disposition"]
    header, *rows = csv.reader(io.StringIO(response.text, newline=""))
    assert header == ["'=x", "n"]
    texts = ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'\r=1", "plain", "", "", 'say "hi", now']
    assert rows == [[text, str(-at)] for at, text in enumerate(texts)]


def test_csv_of_every_type(home: Home, client: TestClient) -> None:
    zoned = pa.timestamp("us", "America/New_York")
    columns = {
        "b": (pa.array([True]), "true"), "f": (pa.array([0.1], pa.float32()), "0.1"),
        "h": (pa.array([np.float16(0.5)]), "0.5"),
        "d": (pa.array([Decimal("-1.50")]), "-1.50"), "day": (pa.array([date(2013, 1, 1)]), "2013-01-01"),
        "at": (pa.array([datetime(2013, 1, 1, 5)], pa.timestamp("s")), "2013-01-01 05:00:00"),
        "zoned": (pa.array([datetime(2013, 1, 1, 5)], zoned), "2013-01-01 00:00:00.000000-0500"),
        "time": (pa.array([3_600], pa.time32("s")), "01:00:00"), "took": (pa.array([90], pa.duration("s")), "0:01:30"),
        "bytes": (pa.array([b"\x00\xff"]), "00ff"), "c": (pa.array(["=a"]).dictionary_encode(), "'=a"),
        "list": (pa.array([[1, None]]), "[1, null]"),
        "struct": (pa.array([{"a": date(2013, 1, 1)}]), '{"a": "2013-01-01"}'),
        "null": (pa.nulls(1), ""), "view": (pa.array(["é"], pa.string_view()), "é"),
    }  # fmt: skip
    home.store("table", pa.table({name: column for name, (column, _) in columns.items()}))
    header, row = csv.reader(io.StringIO(client.get("outputs/table/content?format=csv").text))
    assert dict(zip(header, row, strict=True)) == {name: text for name, (_, text) in columns.items()}


def test_csv_of_arrays_and_of_what_only_polars_knows(home: Home, client: TestClient) -> None:
    home.store("flat", np.arange(3, dtype=">i4"))
    home.store("square", np.array([[1.5, -2.0], [3.0, float("nan")]]))
    home.store("named", np.array([("=a", 1)], dtype=[("s", "U3"), ("n", "i8")]))
    home.store("big", pl.DataFrame({"n": pl.Series([2**100, None], dtype=pl.Int128), "s": ["=a", "b"]}))
    found = {name: client.get(f"outputs/{name}/content?format=csv").text for name in ("flat", "square", "named", "big")}
    assert found["flat"].split() == ["value", "0", "1", "2"]
    assert found["square"].split() == ["0,1", "1.5,-2", "3,nan"]
    assert list(csv.reader(io.StringIO(found["named"]))) == [["s", "n"], ["'=a", "1"]]
    assert list(csv.reader(io.StringIO(found["big"]))) == [["n", "s"], [str(2**100), "'=a"], ["", "b"]]


def test_the_run_is_found_as_people_name_it(home: Home, client: TestClient) -> None:
    home.store("count", 3)
    assert get(client, f"http://testserver/api/v1/runs/{RUN[:8]}/outputs")["items"][0]["value"] == 3
