"""Outputs that the project keeps itself, over HTTP: what is told of them, shown, and downloaded."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from penstock.model.artifact import Artifact
from penstock.model.spec import CodeRef, PipelineSpec, to_json
from penstock.server.kept import Folders
from penstock.store.rows import Commit
from penstock.store.write import apply
from penstock.wire.outputs import OutputList, OutputPreview
from tests.server.stored import Home
from tests.server.test_outputs import PNG, get, problem
from tests.store import made

TABLE = pd.DataFrame({"x": [1, 2, 3], "y": ["a", "b", "c"]})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def client(home: Home) -> Iterator[TestClient]:
    with home.client() as client:
        yield client


def saved(home: Home, path: Path, form: str | None, **facts: Any) -> Artifact:
    """The record of a file as it is now, saved when the run was."""
    if path.is_file():
        os.utime(path, (made.START, made.START))
    place = {"type": "pandas.CSVDataset", "path": path.name, "version": None, "format": form}
    size = path.stat().st_size if path.is_file() else None
    columns = (("x", "int64"), ("y", "object")) if form == "csv" else None
    rows = 3 if columns else None
    artifact = Artifact("dataset", json.dumps(place), None, size, None, rows, columns, "pandas.DataFrame")
    return home.keep(path.name.partition(".")[0], replace(artifact, **facts))


def test_a_table_in_a_file_of_the_project(home: Home, client: TestClient, tmp_path: Path) -> None:
    TABLE.to_csv(tmp_path / "shops.csv", index=False)
    saved(home, tmp_path / "shops.csv", "csv")
    body = get(client, "outputs")
    OutputList.model_validate(body)
    (shops,) = body["items"]
    assert (shops["kind"], shops["state"], shops["media_type"], shops["rows"]) == (
        "dataset", "ok", "text/csv; charset=utf-8", 3,
    )  # fmt: skip
    assert shops["value"] == {"type": "pandas.CSVDataset", "path": "shops.csv", "version": None, "format": "csv"}
    preview = get(client, "outputs/shops/preview", offset=1)
    OutputPreview.model_validate(preview)
    assert (preview["dataset"], preview["rows"], preview["total"]) == ("shops", [[2, "b"], [3, "c"]], 3)
    assert [column["name"] for column in preview["columns"]] == ["x", "y"]
    content = client.get("outputs/shops/content")
    assert content.content == (tmp_path / "shops.csv").read_bytes()
    assert "attachment" in content.headers["content-disposition"]
    assert "shops.csv" in content.headers["content-disposition"]
    problem(client, "outputs/shops/content", 422, format="csv")
    problem(client, "outputs/shops/content", 422, inline=True)
    problem(client, "outputs/shops/summary", 422)


def test_a_preview_is_read_once_while_the_file_stays(home: Home, client: TestClient, tmp_path: Path) -> None:
    TABLE.to_csv(tmp_path / "shops.csv", index=False)
    saved(home, tmp_path / "shops.csv", "csv")
    tag = client.get("outputs/shops/preview").headers["etag"]
    assert client.get("outputs/shops/preview", headers={"If-None-Match": tag}).status_code == 304
    (tmp_path / "shops.csv").write_text("x,y\n9,z\n")
    again = client.get("outputs/shops/preview", headers={"If-None-Match": tag})
    assert (again.status_code, again.json()["rows"]) == (200, [[9, "z"]])


def test_what_was_written_again_or_removed_is_told(home: Home, client: TestClient, tmp_path: Path) -> None:
    for name in ("changed", "touched", "gone"):
        (tmp_path / f"{name}.csv").write_text("x,y\n1,a\n")
        saved(home, tmp_path / f"{name}.csv", "csv")
    (tmp_path / "changed.csv").write_text("x,y\n")
    os.utime(tmp_path / "touched.csv")
    (tmp_path / "gone.csv").unlink()
    states = {item["dataset"]: item["state"] for item in get(client, "outputs")["items"]}
    assert states == {"changed": "changed", "touched": "changed", "gone": "gone"}
    assert get(client, "outputs/changed/preview")["rows"] == []
    for address in ("outputs/gone/preview", "outputs/gone/content"):
        assert "is gone" in problem(client, address, 409)["detail"]


@pytest.mark.parametrize("path", [None, "s3://shop/shops.csv"])
def test_what_is_kept_elsewhere_tells_its_rows(home: Home, client: TestClient, path: str | None) -> None:
    place = {"type": "MemoryDataset", "path": path, "version": None, "format": None}
    home.keep("mem", Artifact("dataset", json.dumps(place), None, None, None, 3, (("x", "int64"),), "pandas.DataFrame"))
    (mem,) = get(client, "outputs")["items"]
    assert (mem["state"], mem["bytes"], mem["rows"], mem["columns"]) == (
        "elsewhere", None, 3, [{"name": "x", "type": "int64"}],
    )  # fmt: skip
    for address in ("outputs/mem/preview", "outputs/mem/content"):
        assert "not kept in a file of this machine" in problem(client, address, 409)["detail"]


def test_a_picture_is_shown(home: Home, client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "chart.png").write_bytes(PNG)
    saved(home, tmp_path / "chart.png", "png")
    assert get(client, "outputs")["items"][0]["picture"]
    shown = client.get("outputs/chart/content", params={"inline": True})
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert shown.headers["content-security-policy"].startswith("sandbox")


def test_paths_are_below_the_code_of_the_run_then_below_the_project(home: Home, tmp_path: Path) -> None:
    spec = PipelineSpec("flights", code=CodeRef("/srv/shop", "/srv/shop/a.py", "a", "a"))
    with home.database.write() as connection:
        runs = [made.run(made.key_at(1), version="v2", facts='{"project": "/srv/kedro"}')]
        apply(connection, Commit(versions=[made.version(to_json(spec), "v2")], new_runs=runs))
    with home.database.read() as connection:
        assert list(Folders(connection, made.key_at(1), tmp_path)) == [Path("/srv/shop"), Path("/srv/kedro"), tmp_path]
        assert list(Folders(connection, made.KEY, tmp_path)) == [tmp_path]


def test_a_record_that_makes_no_sense_is_damage(home: Home, client: TestClient) -> None:
    home.keep("odd", Artifact("dataset", "[]", None, None, None, None, None, "x"))
    assert get(client, "outputs")["items"][0]["state"] == "damaged"
    problem(client, "outputs/odd/preview", 409)


def test_nothing_but_plain_files_and_folders_is_read(home: Home, client: TestClient, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    saved(home, tmp_path / "pipe.csv", "csv")
    place = json.dumps({"type": None, "path": "/dev/zero", "version": None, "format": "text"})
    home.keep("zero", Artifact("dataset", place, None, None, None, None, None, "x"))
    assert {item["state"] for item in get(client, "outputs")["items"]} == {"gone"}
    problem(client, "outputs/zero/preview", 409)
    problem(client, "outputs/pipe/content", 409)


def test_a_folder_is_listed_and_not_downloaded(home: Home, client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "a.csv").write_text("x\n")
    saved(home, tmp_path / "parts", None)
    assert get(client, "outputs/parts/preview")["text"].split() == ["2", "a.csv"]
    problem(client, "outputs/parts/content", 409)
