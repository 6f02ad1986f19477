"""Letting runs go, as people do it: some by name, others by age, and what happens when that is cut short."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.conftest import User, until
from tests.journeys.test_up import Site, up  # noqa: F401  fixture

FLOW = """
from penstock import Pipeline

flow = Pipeline("flow", params={"n": 2})

@flow.task
def raw(n: int):
    print("raw")
    return "x" * 100_000

@flow.task
def count(raw):
    return len(raw)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With two runs and a replay of the first, from its second task on."""
    maker = User(tmp_path_factory.mktemp("folder"))
    maker.write("flow.py", FLOW)
    for _ in range(2):
        assert maker.types("run", "flow.py", "-q").returncode == 0
    assert maker.types("runs", "replay", ids(maker)[-1], "--task", "count", "-q").returncode == 0
    return maker.folder


@pytest.fixture
def home(user: User, folder: Path) -> Path:
    """Of a copy of that folder, in which the user is."""
    shutil.copytree(folder, user.folder, dirs_exist_ok=True)
    return user.folder / ".penstock"


def ids(user: User) -> list[str]:
    """Newest first."""
    shown = user.types("runs", "list", "--json")
    return [run["id"] for run in json.loads(shown.stdout)["items"]]


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder).parts[0]) for path in folder.rglob("*") if path.is_file()}


def test_a_run_goes_with_its_files_but_for_those_that_a_replay_names(user: User, home: Path) -> None:
    replay, second, first = ids(user)
    kept = {str(path) for path in (home / "artifacts" / first).rglob("*") if path.is_file()}
    assert kept
    done = user.types("runs", "delete", first, second, "--json")
    told = [(one["outcome"], one["state"]) for one in json.loads(done.stdout)["items"]]
    assert (done.returncode, told) == (0, [("applied", None)] * 2)
    assert ids(user) == [replay]
    # The replay has printed nothing.
    assert files(home / "logs") == set()
    # What the replay took from the first run.
    assert {str(path) for path in (home / "artifacts").rglob("*") if path.is_file()} <= kept
    assert files(home / "artifacts") == {first}
    shown = user.types("runs", "show", replay, "--json")
    assert json.loads(shown.stdout)["replay_of"] == first
    assert user.types("db", "check").returncode == 0
    assert user.types("runs", "delete", replay).stdout.endswith("deleted\n")
    assert files(home / "artifacts") == set()


@pytest.mark.parametrize("place", ["before_write:1", "after_write:1", "before_write:2", "after_write:2"])
def test_who_comes_next_finishes_what_was_cut_short(user: User, home: Path, place: str) -> None:
    replay, second, first = ids(user)
    killed = user.types("runs", "delete", first, second, PENSTOCK_FAULT=place)
    assert killed.returncode == -9
    assert user.types("db", "check").returncode == 0
    # Nobody sees a half of a run.
    left = ids(user)
    assert left in ([replay, second, first], [replay])
    assert (left == [replay]) == (place != "before_write:1")
    done = user.types("runs", "delete", *left)
    assert done.returncode == 0, done.stderr
    assert (files(home / "artifacts"), files(home / "logs")) == (set(), set())
    assert user.types("db", "check").returncode == 0


def test_penstock_up_erases_what_was_deleted(user: User, up: Callable[..., Site]) -> None:  # noqa: F811
    user.write("flow.py", FLOW)
    home = user.folder / ".penstock"
    site = up()
    runs = [str(site.http.post("/runs", json={"pipeline": "flow"}).json()["id"]) for _ in range(3)]
    for run in runs:
        assert site.over(run)["state"] == "succeeded"
    waited = user.types("runs", "delete", runs[2], "--wait")
    assert waited.returncode == 0, waited.stderr
    assert files(home / "artifacts") == {*runs[:2]}
    deleted = site.http.post("/runs/actions/delete", json={"ids": runs[:1]}).json()
    assert (deleted["applied"], deleted["refused"]) == (1, 0)
    assert site.http.get(f"/runs/{runs[0]}").status_code == 404
    until(lambda: files(home / "artifacts") == {runs[1]}, "its files are gone")
    assert user.types("db", "check").returncode == 0


def test_prune_says_what_would_go_and_asks(user: User, home: Path) -> None:
    assert "write [retention]" in user.types("db", "prune").stderr
    user.write("penstock.toml", '[retention]\nkeep = "0s"\n')
    _, second, first = ids(user)
    told = json.loads(user.types("db", "prune", "--dry-run", "--json").stdout)
    assert (told["runs"], [one["pipeline"] for one in told["pipelines"]]) == (2, ["flow"])
    assert len(ids(user)) == 3
    refused = user.types("db", "prune")
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    asked: list[str] = []

    def say_no(shown: str, types: object) -> None:
        if "[y/N]" in shown and not asked:
            asked.append(shown)
            types(b"n\n")  # type: ignore[operator]

    code, shown = user.in_terminal("db", "prune", act=say_no)
    assert (code, "2 runs" in shown) == (130, True)
    assert len(ids(user)) == 3
    before = (home / "penstock.db").stat().st_size
    done = json.loads(user.types("db", "prune", "--yes", "--vacuum", "--json").stdout)
    assert (done["runs"], done["vacuumed"] is not None) == (2, True)
    assert (home / "penstock.db").stat().st_size <= before
    assert not {first, second} & set(ids(user))


def test_files_of_runs_that_the_database_does_not_know(user: User, home: Path) -> None:
    stray = home / "artifacts" / "0000000000001" / "raw.json"
    stray.parent.mkdir()
    stray.write_text("x")
    told = json.loads(user.types("db", "prune", "--files", "--dry-run", "--json", "--keep", "1y").stdout)
    assert told["files"] == [{"run": "0000000000001", "bytes": 1}]
    before = files(home / "artifacts")
    assert user.types("db", "prune", "--files", "--yes", "--keep", "1y").returncode == 0
    assert files(home / "artifacts") == before - {"0000000000001"}


def test_labels_by_name_and_by_filter(user: User, home: Path) -> None:
    run, *others = ids(user)
    assert user.types("runs", "label", run, "owner=me", "ticket=42").returncode == 0
    assert (
        user.types("runs", "label", "--filter", "pipeline=flow", "seen=yes", "--remove", "ticket", "--yes").returncode
        == 0
    )
    assert user.document(run)["labels"] == {"owner": "me", "seen": "yes"}
    assert user.document(others[0])["labels"] == {"seen": "yes"}
    assert "no label is given" in user.types("runs", "label", run).stderr
    assert home.is_dir()
