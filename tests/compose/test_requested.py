"""Where the code of a stored run is taken from: two checkouts may share one database."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from penstock.authoring.discovery import discover
from penstock.compose.requested import Definitions
from penstock.errors import DefinitionError
from penstock.model import ids
from penstock.model.spec import CodeRef, PipelineSpec, to_json
from penstock.store import requests
from penstock.store.database import open_database
from penstock.store.definitions import Found, record_definitions
from penstock.store.requests import Requested

FLOW = """
from penstock import Pipeline
from shared import value
flow = Pipeline("flow")

@flow.task
def first():
    return value
"""


def checkout(folder: Path) -> Path:
    """A project with its pipelines in a folder, and a module of their own."""
    (folder / "pipelines").mkdir(parents=True)
    (folder / "pipelines" / "flow.py").write_text(FLOW)
    (folder / "pipelines" / "shared.py").write_text("value = 1\n")
    return folder


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    return checkout(tmp_path / "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    return checkout(tmp_path / "theirs")


@pytest.fixture
def asked(tmp_path: Path, theirs: Path) -> Requested:
    """A run of what the other checkout has told of."""
    database = open_database(tmp_path / "penstock.db")
    (spec,) = discover(theirs / "pipelines" / "flow.py")
    found = Found("default", "flow", spec.version, json.dumps(to_json(spec)), "pipelines/flow.py")
    with database.write() as connection:
        record_definitions(connection, [found], [], time.time())
        run = requests.ask_for_run(connection, pipeline="flow", now=time.time())
        made = requests.requested(connection, ids.key_of(run))
    database.close()
    assert made is not None
    return made


def root(asked: Requested, project: Path | None) -> Path:
    code = Definitions(project).of(asked).code
    assert code is not None
    return Path(code.root)


def test_the_code_of_this_checkout_is_taken_where_it_is_the_same(asked: Requested, ours: Path, theirs: Path) -> None:
    assert root(asked, ours) == ours / "pipelines"
    assert root(asked, ours / "pipelines") == ours / "pipelines"
    assert root(asked, theirs) == theirs / "pipelines"
    assert root(asked, None) == theirs / "pipelines"
    shutil.rmtree(theirs)
    assert root(asked, ours) == ours / "pipelines"


def test_where_it_is_another_the_one_that_told_of_it_is_taken(asked: Requested, ours: Path, theirs: Path) -> None:
    (ours / "pipelines" / "shared.py").write_text("value = 2\n")
    assert root(asked, ours) == theirs / "pipelines"
    shutil.rmtree(ours)
    assert root(asked, ours) == theirs / "pipelines"


def test_where_neither_has_it_that_is_told(asked: Requested, ours: Path, theirs: Path) -> None:
    (ours / "pipelines" / "shared.py").write_text("value = 2\n")
    shutil.rmtree(theirs)
    with pytest.raises(DefinitionError, match="was told of by another checkout") as caught:
        root(asked, ours)
    assert str(theirs / "pipelines") in str(caught.value)
    assert "check that version out here" in str(caught.value)
    with pytest.raises(DefinitionError, match=r"is not there any more: flow\.py"):
        root(asked, theirs)


def test_a_run_of_an_environment_that_its_project_has_no_more_is_told(asked: Requested, tmp_path: Path) -> None:
    code = CodeRef(str(tmp_path), "pyproject.toml", "shop", "flow", "ab12", options={"env": "prod"})
    asked = asked._replace(spec=json.dumps(to_json(PipelineSpec("flow", code=code))))
    (tmp_path / "pyproject.toml").touch()
    for name in ("base", "local", "prod"):
        (tmp_path / "conf" / name).mkdir(parents=True)
    assert root(asked, tmp_path) == tmp_path
    (tmp_path / "conf" / "prod").rmdir()
    with pytest.raises(DefinitionError, match="environment 'prod', which the run is of, is gone") as told:
        root(asked, tmp_path)
    assert told.value.cure == "put it back, or start a new run: environments are local"
