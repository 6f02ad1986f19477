"""Types of runs, and results of earlier ones, of Kedro projects on our engine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.kedro.written import User, states, write_project

pytestmark = pytest.mark.beside

Make = Callable[[str], Path]


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def files(folder: Path) -> dict[str, tuple[int, int]]:
    found = {file: file.stat() for file in folder.rglob("*") if file.is_file()}
    return {str(file.relative_to(folder)): (about.st_size, about.st_mtime_ns) for file, about in found.items()}


def reasons(document: dict[str, Any]) -> dict[str, str | None]:
    return {each["name"]: each["reason"] for each in document["tasks"]}


def ran(document: dict[str, Any]) -> set[str]:
    return {each["name"] for each in document["tasks"] if each["attempts"]}


def test_a_test_run_writes_nothing_into_the_project(user: User, project: Make) -> None:
    folder = project("spaceflights")
    before = files(folder / "data")
    document = user.runs("spaceflights", "--type", "test")
    assert (document["type"], set(states(document).values())) == ("test", {"succeeded"})
    assert files(folder / "data") == before
    # What would have been saved is in the run, and was read by the nodes after it.
    made = {each["dataset"]: each for known in document["tasks"] for each in known["outputs"]}
    assert made["model_input_table"]["kind"] == "table"
    assert made["model_input_table"]["rows"] > 0
    refused = user.types("run", "spaceflights", "--from", "train_model_node")
    assert "no succeeded run has it" in refused.stderr
    whole = user.runs("spaceflights")
    assert set(states(whole).values()) == {"succeeded"}
    assert files(folder / "data") != before
    # A part of it reads what the project has, where no node of the run makes it.
    kept = files(folder / "data")
    part = user.runs("spaceflights", "--type", "test", "--only", "create_model_input_table_node")
    assert states(part)["create_model_input_table_node"] == "succeeded"
    assert files(folder / "data") == kept


REGISTRY = """
    from kedro.pipeline import Pipeline, node

    def clean(raw, factor):
        return raw * factor

    def count(table):
        return len(table)

    def show(number):
        return str(number)

    def register_pipelines():
        return {"__default__": Pipeline([
            node(clean, ["raw", "params:factor"], "table", name="clean"),
            node(count, "table", "number", name="count"),
            node(show, "number", "text", name="show"),
        ])}
"""
CATALOG = """
    raw: {type: pandas.CSVDataset, filepath: data/raw.csv}
    table: {type: pandas.CSVDataset, filepath: data/table.csv, save_args: {index: false}}
"""


def test_an_incremental_run_makes_what_changed_in_files_code_and_params(user: User, tmp_path: Path) -> None:
    folder = write_project(tmp_path, REGISTRY, catalog=CATALOG, parameters="factor: 2")
    (folder / "data/raw.csv").write_text("a\n1\n2\n")
    everything = {"clean", "count", "show"}

    def run(*more: str) -> dict[str, Any]:
        document = user.runs("small", "--type", "incremental", *more)
        assert document["state"] == "succeeded"
        return document

    assert ran(run()) == everything
    again = run()
    assert (ran(again), set(reasons(again).values())) == (set(), {"cached"})
    # The number of rows stays the same, and that is all that the last node sees.
    assert ran(run("-p", "factor=3")) == {"clean", "count"}
    (folder / "data/raw.csv").write_text("a\n1\n2\n3\n")
    assert ran(run("-p", "factor=3")) == everything
    # Somebody wrote over what a node had saved: it is not what was made.
    (folder / "data/table.csv").write_text("a\n1\n")
    os.utime(folder / "data/table.csv", (1, 1))
    assert "clean" in ran(run("-p", "factor=3"))
    source = next(folder.rglob("pipeline_registry.py"))
    source.write_text(source.read_text().replace("str(number)", "str(number + 1)"))
    assert ran(run("-p", "factor=3")) == {"show"}
