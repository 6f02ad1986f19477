"""The store's picture of a project while its files change under the watcher's eyes."""

from __future__ import annotations

import os
import queue
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.compose import watcher as module
from penstock.compose.watcher import State, Watcher
from penstock.store.database import Database, open_database

FLOW = """
from penstock import Pipeline
flow = Pipeline("{name}")

@flow.task
def one():
    return {value}
"""
#: Seconds in which a change must be there (the issue: 2), and what a machine with other things to do needs more.
SOON = 60.0


class Project:
    """A project that is watched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database: Database = open_database(folder / ".penstock" / "penstock.db")
        self.states: queue.SimpleQueue[State] = queue.SimpleQueue()
        self.watcher = Watcher(folder, self.database, self.states.put)
        self.state = State(-1, [])

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def swap(self, file: Path, text: str) -> None:
        """Write it anew at once: who looks sees all of it, never the empty file of an editor that writes in place."""
        new = self.folder / "new.txt"
        new.write_text(text)
        new.replace(file)

    def flow(self, file: str, name: str, value: int = 1) -> Path:
        return self.write(file, FLOW.format(name=name, value=value))

    def until(self, true: Callable[[State], object]) -> State:
        """The first state of which that is true."""
        while not true(self.state):
            self.state = self.states.get(timeout=SOON)
        return self.state

    def start(self) -> None:
        self.watcher.start()
        self.until(lambda state: state.pipelines >= 0)

    def pipelines(self) -> dict[str, dict[str, Any]]:
        with self.database.read() as connection:
            rows = connection.all("SELECT pipeline, version, file, present, problem FROM pipeline")
        return {row[0]: dict(zip(("version", "file", "present", "problem"), row[1:], strict=True)) for row in rows}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    made.watcher.close()
    made.database.close()


def test_what_is_there_is_found_and_what_breaks_keeps_its_last_version(project: Project) -> None:
    file = project.flow("flow.py", "a")
    project.start()
    assert project.state == State(1, [])
    before = project.pipelines()["a"]
    file.write_text("from penstock import Pipeline\n\nflow = Pipelin('a')\n")
    (problem,) = project.until(lambda state: state.problems).problems
    assert (problem.file, problem.line, problem.cure) == ("flow.py", 3, "did you mean 'Pipeline'?")
    broken = project.pipelines()["a"]
    assert (broken["version"], broken["present"]) == (before["version"], True)
    project.flow("flow.py", "a", value=2)
    project.until(lambda state: not state.problems and state.pipelines == 1)
    assert project.pipelines()["a"]["version"] != before["version"]
    assert project.pipelines()["a"]["problem"] is None


def test_a_file_that_is_removed_takes_its_pipelines_along(project: Project) -> None:
    file = project.flow("flow.py", "a")
    project.flow("other.py", "b")
    project.start()
    file.unlink()
    project.until(lambda state: state.pipelines == 1)
    assert [bool(project.pipelines()[name]["present"]) for name in ("a", "b")] == [False, True]


def test_a_module_that_a_file_imports_counts_as_well(project: Project) -> None:
    helper = project.write("lib/numbers.py", "VALUE = 1\n")
    project.write("lib/__init__.py", "")
    project.write(
        "flow.py", FLOW.format(name="a", value="lib.numbers.VALUE").replace("flow =", "import lib.numbers\nflow =")
    )
    project.start()
    before = project.pipelines()["a"]["version"]
    project.swap(helper, "VALUE = 23\n")
    project.until(lambda _: project.pipelines()["a"]["version"] != before)
    project.swap(helper, "VALUE = oops\n")
    (problem,) = project.until(lambda state: state.problems).problems
    assert problem.file == "flow.py"
    assert "lib/numbers.py:1" in problem.message
    project.swap(helper, "VALUE = 3\n")
    project.until(lambda state: not state.problems)


def test_a_module_that_was_missing_makes_well_what_needs_it(project: Project) -> None:
    project.write("flow.py", FLOW.format(name="a", value=1) + "\nimport helper\n")
    project.start()
    assert "helper" in project.state.problems[0].message
    project.write("helper.py", "")
    project.until(lambda state: state == State(1, []))


def test_a_folder_that_appears_later_is_looked_into(project: Project) -> None:
    project.start()
    assert project.state == State(0, [])
    project.flow("pipelines/flow.py", "a")
    project.until(lambda state: state.pipelines == 1)
    assert project.pipelines()["a"]["file"] == "pipelines/flow.py"
    shutil.rmtree(project.folder / "pipelines")
    project.until(lambda state: state.pipelines == 0)


def test_the_folders_of_the_settings_are_those_that_count(project: Project) -> None:
    project.flow("jobs/flow.py", "a")
    project.flow("flow.py", "b")
    project.start()
    assert project.pipelines().keys() == {"b"}
    settings = project.write("penstock.toml", 'pipelines = ["jobs"]\n')
    project.until(lambda _: "a" in project.pipelines())
    assert not project.pipelines()["b"]["present"]
    settings.write_text('pipelines = ["jobs"\n')
    (problem,) = project.until(lambda state: state.problems).problems
    assert problem.file == "penstock.toml"
    assert project.pipelines()["a"]["present"]
    settings.write_text('pipelines = ["jobs", "more"]\n')
    project.until(lambda state: state.problems and "more" in state.problems[0].message)
    project.flow("more/flow.py", "c")
    project.until(lambda state: not state.problems and state.pipelines == 2)


def test_editors_leave_no_trace(project: Project) -> None:
    file = project.flow("flow.py", "a")
    project.start()
    project.write(".flow.py.swp", "from penstock import\n")
    project.write(".flow.py", "from penstock import\n")
    project.write("flow.py~", "from penstock import\n")
    (project.folder / ".#flow.py").symlink_to("nobody@nowhere")
    new = project.write("4913", FLOW.format(name="a", value=7))
    before = project.pipelines()["a"]["version"]
    new.replace(file)
    project.until(lambda _: project.pipelines()["a"]["version"] != before)
    assert project.state == State(1, [])


def test_links_in_a_circle_and_odd_things_do_no_harm(project: Project) -> None:
    (project.folder / "pipelines").mkdir()
    (project.folder / "pipelines" / "again").symlink_to(project.folder)
    (project.folder / "pipelines" / "self.py").symlink_to("self.py")
    (project.folder / "pipelines" / "folder.py").mkdir()
    os.mkfifo(project.folder / "pipelines" / "pipe.py")
    project.flow("pipelines/flow.py", "a")
    project.start()
    assert project.state == State(1, [])


def test_one_name_in_two_files_is_told(project: Project) -> None:
    project.flow("a.py", "same")
    second = project.flow("b.py", "same", value=2)
    project.start()
    (problem,) = project.state.problems
    assert (problem.file, project.state.pipelines) == ("b.py", 1)
    assert "also in a.py" in problem.message
    second.unlink()
    project.until(lambda state: not state.problems)
    assert project.pipelines()["same"]["file"] == "a.py"


def test_a_file_that_hangs_holds_up_no_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.authoring.discovery.SLOW", 1.0)
    monkeypatch.setenv("PYTHON_CPU_COUNT", "1")
    hanging = project.write("a.py", "import penstock, time\ntime.sleep(600)\n")
    project.flow("b.py", "b")
    project.start()
    state = project.until(lambda state: state.pipelines == 1)
    assert [(one.file, "taken more than" in one.message) for one in state.problems] == [("a.py", True)]
    hanging.write_text(FLOW.format(name="a", value=1))
    project.until(lambda state: state == State(2, []))


def test_changes_during_a_look_are_not_lost(project: Project) -> None:
    gate = project.folder / "gate"
    os.mkfifo(gate)
    text = FLOW.format(name="a", value=1) + f"\nopen({str(gate)!r}).read()\n"
    project.write("flow.py", text)
    project.watcher.start()
    with open(gate, "w"):  # the child has opened it: it is in the middle of the file
        project.flow("flow.py", "b")
    project.until(lambda _: "b" in project.pipelines())


def test_hundreds_of_files_cost_one_look_each(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Path] = []
    real = module.Looks._begin

    def begin(self: Any, path: Path, *rest: Any) -> None:
        looked.append(path)
        real(self, path, *rest)

    monkeypatch.setattr(module.Looks, "_begin", begin)
    for number in range(500):
        project.write(f"plain{number}.py", "VALUE = 1\n")
    files = [project.flow(f"flow{number}.py", f"f{number}") for number in range(12)]
    project.start()
    project.until(lambda state: state.pipelines == 12)
    assert sorted(looked) == sorted(files)
    project.flow("flow3.py", "f3", value=9)
    version = project.pipelines()["f3"]["version"]
    project.until(lambda _: project.pipelines()["f3"]["version"] != version)
    assert looked[12:] == [files[3]]
    assert "plain1.py" not in str(looked)


def test_without_a_doorbell_it_looks_by_itself(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "no watches left")

    monkeypatch.setattr("watchfiles.watch", refuse)
    project.start()
    project.flow("flow.py", "a")
    project.until(lambda state: state.pipelines == 1)


def test_a_store_that_can_not_be_written_is_tried_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from penstock.errors import StoreBusy
    from penstock.store import definitions

    failing = iter([True])
    real = definitions.record_definitions

    def record(*arguments: Any) -> bool:
        if next(failing, False):
            raise StoreBusy
        return real(*arguments)

    monkeypatch.setattr(definitions, "record_definitions", record)
    project.flow("flow.py", "a")
    project.start()
    assert project.state.pipelines == 1
