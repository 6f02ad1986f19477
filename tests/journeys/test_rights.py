"""A home that one may only read, or not even that."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.journeys.conftest import PATIENCE, User
from tests.plain_user import warm_bound

FLOW = """
from penstock import Pipeline
p = Pipeline("p")
@p.task
def one():
    print("said so")
    return 1
"""


def types(user: User, *words: str) -> tuple[int, str]:
    """How a command ended, and what it said, whatever the width of its lines."""
    ran = warm_bound().run(["penstock.cli", *words], cwd=user.folder, env=user.env, timeout=PATIENCE)
    return ran.returncode, " ".join((ran.stdout + ran.stderr).split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a run."""
    maker = User(tmp_path_factory.mktemp("folder"))
    maker.write("flow.py", FLOW)
    assert maker.types("run", "flow.py").returncode == 0
    return maker.folder


@pytest.mark.parametrize(
    ("shut", "told"),
    [
        (
            "pipelines/secret.py",
            "✗ pipelines/secret.py this file can't be read (Permission denied) hint: see who owns it",
        ),
        ("pipelines", "pipelines can't be read (Permission denied) hint: see who owns it"),
    ],
)
def test_where_pipelines_can_not_be_read_is_told(user: User, shut: str, told: str) -> None:
    (user.folder / "pipelines").mkdir()
    user.write("pipelines/flow.py", FLOW)
    user.write("pipelines/secret.py", FLOW)
    path = user.folder / shut
    path.chmod(0)
    code, text = types(user, "pipelines", "list")
    assert told in text
    assert code == (2 if path.is_dir() else 0)
    assert ("pipelines/flow.py" in text) is path.is_file()
    path.chmod(0o700)


@pytest.fixture
def home(user: User, folder: Path) -> Path:
    """Of a copy of that folder, in which the user is: nothing can be written in it."""
    shutil.copytree(folder, user.folder, dirs_exist_ok=True)
    home = user.folder / ".penstock"
    close(home)
    return home


def close(home: Path) -> None:
    for path in (*home.rglob("*"), home):
        path.chmod(0o555 if path.is_dir() else 0o444)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["runs", "list"], "✓ succeeded"),
        (["runs", "logs"], "said so"),
        (["db", "check"], "sound"),
    ],
)
def test_what_may_be_read_is_shown(user: User, home: Path, words: list[str], told: str) -> None:
    before = set(home.rglob("*"))
    code, text = types(user, *words)
    assert (code, told in text, "can't be" in text) == (0, True, False), text
    assert set(home.rglob("*")) == before


@pytest.mark.parametrize(
    "words", [["run", "flow.py"], ["up", "--port", "0"], ["runs", "delete", "latest"]], ids=" ".join
)
def test_what_would_be_written_is_refused(user: User, home: Path, words: list[str]) -> None:
    code, text = types(user, *words)
    assert code == 2, text
    assert f"{home}" in text
    assert "can't be written: its mode is 0" in text
    assert "hint: change its rights, or set PENSTOCK_HOME" in text


def test_a_run_that_was_killed_is_shown_as_it_was(user: User) -> None:
    user.write("flow.py", FLOW.replace("return 1", "import os; os._exit(9)"))
    user.types("run", "flow.py", "--executor", "inline")
    close(user.folder / ".penstock")
    code, text = types(user, "runs", "list")
    assert (code, "running" in text) == (0, True), text
    assert "Runs whose process is gone are shown as they were told last: " in text


def test_doctor_says_what_is_wrong(user: User, home: Path) -> None:
    code, text = types(user, "doctor", "--json")
    found = {one["what"]: one for one in json.loads(text)["findings"]}
    assert code == 1
    assert found["home"]["message"] == f"{home} can't be written: its mode is 0555"
    assert (found["home"]["state"], found["database"]["state"]) == ("fail", "ok")


@pytest.mark.parametrize(
    "words", [["runs", "list"], ["run", "flow.py"], ["link"], ["db", "upgrade"], ["doctor"]], ids=" ".join
)
def test_the_home_of_somebody_else(user: User, home: Path, words: list[str]) -> None:
    home.chmod(0o000)
    if os.geteuid() == 0:  # nobody else can give files away
        os.chown(home, 65534, 65534)
    code, text = types(user, *words)
    assert code == (1 if words == ["doctor"] else 2), text
    assert (f"it belongs to {home.owner()}" if os.geteuid() == 0 else "its mode is 0000") in text
    assert "Error" not in text
    home.chmod(0o700)
