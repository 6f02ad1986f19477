"""Values that the project keeps: where the record says, whether they are still what was saved, and looks at them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from penstock.artifacts import kept
from penstock.artifacts.kept import Place
from penstock.artifacts.reader import Readers
from penstock.errors import ArtifactCorrupt, ArtifactError
from penstock.model.artifact import Artifact

TABLE = pd.DataFrame(
    {"name": [f"shop {i}" for i in range(250)], "sold": range(250), "share": [i / 4 for i in range(250)]}
)


def artifact(size: int | None = None, rows: int | None = None, **place: Any) -> Artifact:
    return Artifact("dataset", json.dumps(place), None, size, None, rows, None, "pandas.DataFrame")


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    made = Readers(tmp_path_factory.mktemp("artifacts"))
    yield made
    made.close()


def looked(readers: Readers, path: Path, form: str | None, *part: int, **facts: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(readers.look("kept", artifact(**facts), str(path), form, *(part or (0, 50, 0))))
    return found


def test_the_record_says_where() -> None:
    place = kept.place_of(artifact(type="pandas.CSVDataset", path="data/a.csv", version=None, format="csv"))
    assert place == Place("pandas.CSVDataset", "data/a.csv", None, "csv")
    assert kept.place_of(artifact()) == Place(None, None, None, None)
    for text in ("[]", "nonsense"):
        with pytest.raises(ArtifactCorrupt):
            kept.place_of(Artifact("dataset", text, None, None, None, None, None, "x"))


def test_a_file_of_the_project_or_of_a_version(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n")
    version = tmp_path / "b.csv" / "2026-03-01T08.00.00.000Z" / "b.csv"
    version.parent.mkdir(parents=True)
    version.write_text("x\n")
    other = tmp_path / "other"
    assert kept.find(Place(None, "a.csv", None, None), [other, tmp_path]) == tmp_path / "a.csv"
    assert kept.find(Place(None, str(tmp_path / "a.csv"), None, None), [other]) == tmp_path / "a.csv"
    assert kept.find(Place(None, "b.csv", version.parent.name, None), [tmp_path]) == version
    assert kept.find(Place(None, str(version), version.parent.name, None), []) == version
    assert kept.find(Place(None, "b.csv", "2001", None), [tmp_path]) is None
    assert kept.find(Place(None, "c.csv", None, None), [tmp_path]) is None
    assert kept.find(Place(None, "s3://shop/a.csv", None, None), [tmp_path]) is None
    assert kept.find(Place(None, None, None, None), [tmp_path]) is None


def test_what_is_no_longer_as_it_was_saved(tmp_path: Path) -> None:
    file, place = tmp_path / "a.csv", Place(None, "a.csv", None, "csv")
    file.write_text("x\n")
    saved = file.stat().st_mtime
    assert kept.state_of(place, file, 2, saved) == "ok"
    assert kept.state_of(place, file, None, saved) == "ok"
    assert kept.state_of(place, file, 3, saved) == "changed"
    assert kept.state_of(place, file, 2, saved - 60) == "changed"
    assert kept.state_of(Place(None, "a.csv", "v1", "csv"), file, 2, saved - 60) == "ok", (
        "versions are not written over"
    )
    assert kept.state_of(place, tmp_path, 2, saved - 60) == "ok"
    assert kept.state_of(place, None, 2, saved) == kept.state_of(place, tmp_path / "b", 2, saved) == "gone"
    assert kept.state_of(Place(None, None, None, None), None, None, saved) == "elsewhere"
    assert kept.state_of(Place(None, "s3://shop/a.csv", None, None), None, None, saved) == "elsewhere"


def test_only_plain_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path / "absent"):
        with pytest.raises(OSError, match=r"no file|No such file|Errno"):
            kept.open_file(path)


def write(path: Path, form: str) -> None:
    if form == "csv":
        TABLE.to_csv(path, index=False)
    elif form == "parquet":
        TABLE.to_parquet(path, row_group_size=40)
    elif form == "feather":
        TABLE.to_feather(path)
    else:
        TABLE.to_excel(path, index=False)


@pytest.mark.parametrize("form", ["csv", "parquet", "feather", "xlsx"])
def test_rows_of_a_table(readers: Readers, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"table.{form}"
    write(path, form)
    first = looked(readers, path, form, 0, 3, 0)
    assert [column["name"] for column in first["columns"]] == ["name", "sold", "share"]
    assert first["rows"] == [["shop 0", 0, 0.0], ["shop 1", 1, 0.25], ["shop 2", 2, 0.5]]
    assert (first["kind"], first["total"], first["cut"]) == ("dataset", 250, False)
    assert looked(readers, path, form, 118, 4, 1)["rows"] == [[i, i / 4] for i in range(118, 122)]
    assert looked(readers, path, form, 249, 50, 0)["rows"] == [["shop 249", 249, 62.25]]
    assert looked(readers, path, form, 900, 50, 0)["rows"] == []


def test_a_csv_file_of_many_blocks_whose_types_change(readers: Readers, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("a;b\n" + "1;first\n" * 400_000 + "x;last, of all\n", encoding="utf-8")
    last = looked(readers, path, "csv", 400_000, 5, 0)
    assert (last["rows"], last["total"]) == ([["x", "last, of all"]], 400_001)
    assert {column["type"] for column in last["columns"]} == {"string"}
    known = looked(readers, path, "csv", 0, 1, 0, size=path.stat().st_size, rows=7)
    assert known["total"] == 7, "what the run counted is not counted again"


def test_a_csv_file_in_another_encoding_and_packed(readers: Readers, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_bytes("name,n\nMüller,1\n".encode("latin-1"))
    assert looked(readers, tmp_path / "old.csv", "csv")["rows"] == [["Müller", "1"]]
    TABLE.to_csv(tmp_path / "packed.csv.gz", index=False)
    assert looked(readers, tmp_path / "packed.csv.gz", "csv", 1, 1, 0)["rows"] == [["shop 1", 1, 0.25]]


def test_texts_and_what_is_none(readers: Readers, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"r2": 0.5}')
    assert looked(readers, tmp_path / "a.json", "json")["text"] == '{"r2": 0.5}'
    (tmp_path / "a.pkl").write_bytes(b"\x80\x04K\x01.")
    assert "not opened here" in looked(readers, tmp_path / "a.pkl", "pickle")["text"]
    assert looked(readers, tmp_path / "a.pkl", None)["text"] == "80 04 4b 01 2e"


def test_a_folder_is_listed(readers: Readers, tmp_path: Path) -> None:
    (tmp_path / "parts" / "deep").mkdir(parents=True)
    (tmp_path / "parts" / "b.csv").write_text("x\n")
    (tmp_path / "parts" / "deep" / "a.csv").write_text("x\n1\n")
    told = looked(readers, tmp_path / "parts", None)
    assert [line.split() for line in told["text"].splitlines()] == [["2", "b.csv"], ["4", "deep/a.csv"]]


@pytest.mark.parametrize("form", ["csv", "parquet", "feather", "xlsx"])
def test_what_makes_no_sense_is_told(readers: Readers, tmp_path: Path, form: str) -> None:
    path = tmp_path / "broken"
    path.write_bytes(b"")
    with pytest.raises(ArtifactError, match=f"'broken' can't be read as {form}"):
        looked(readers, path, form)
