"""Runs from a notebook, from threads, and more than one from one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.kedro.projects.made import make_project
from tests.integrations.kedro.recorded import Recorded, states
from tests.integrations.kedro.written import write_project

pytestmark = pytest.mark.beside

LOAD = "%load_ext kedro.ipython"
INTERRUPTED = """
    import os, signal, time
    from kedro.pipeline import Pipeline, node

    def first():
        return 1

    def stuck(one):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)

    def register_pipelines():
        return {"__default__": Pipeline([
            node(first, None, "one", name="first"), node(stuck, "one", "two", name="stuck"),
        ])}
"""
THREADS = """
from threading import Barrier, Thread
from kedro.framework.session import KedroSession

begin, failed = Barrier(3), []

def work(name):
    with KedroSession.create(project_path=PROJECT) as session:
        begin.wait()
        try:
            session.run(pipeline_names=[name])
        except BaseException as error:
            failed.append(error)

threads = [Thread(target=work, args=[name]) for name in ("data_processing", "second", "third")]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failed, failed
"""


def test_cells_of_a_notebook(tmp_path: Path) -> None:
    recorded = Recorded(make_project("spaceflights", tmp_path))
    cells = [
        LOAD, f"%reload_kedro {recorded.project}", "session.run(pipeline_names=['data_processing'])",
        "session.run(pipeline_names=['data_processing'])", "%reload_kedro", "session.run(pipeline_names=['reporting'])",
        "1 + 1",
    ]  # fmt: skip
    # Kedro lets a session run once; what it refuses is no run.
    assert recorded.cells(*cells) == [None, None, None, "KedroSessionError", None, None, None]
    runs = recorded.runs()
    assert [(run["pipeline"], run["state"], run["facts"]["command"]) for run in runs] == [
        ("data_processing", "succeeded", "notebook"), ("reporting", "succeeded", "notebook"),
    ]  # fmt: skip


def test_an_interrupted_cell_is_a_cancelled_run_and_the_next_cell_runs(tmp_path: Path) -> None:
    recorded = Recorded(write_project(tmp_path, INTERRUPTED))
    cells = [
        LOAD,
        f"%reload_kedro {recorded.project}",
        "session.run()",
        "%reload_kedro",
        "session.run(to_nodes=['first'])",
    ]
    assert recorded.cells(*cells) == [None, None, "KeyboardInterrupt", None, None]
    cut, whole = recorded.runs()
    assert (cut["state"], cut["reason"]) == ("cancelled", "user")
    assert states(cut) == {"first": ("succeeded", None), "stuck": ("cancelled", "user")}
    assert (whole["state"], states(whole)["first"]) == ("succeeded", ("succeeded", None))


def test_several_named_pipelines_are_one_run(tmp_path: Path) -> None:
    recorded = Recorded(make_project("spaceflights", tmp_path))
    recorded.kedro("run", "--pipelines", "data_processing,reporting")
    (run,) = recorded.runs()
    assert (run["pipeline"], run["state"]) == ("data_processing+reporting", "succeeded")
    assert run["facts"]["pipelines"] == ["data_processing", "reporting"]
    assert list(states(run).values()) == [("succeeded", None)] * 4


def test_runs_in_threads_of_one_process_are_runs_of_their_own(tmp_path: Path) -> None:
    registry = """
        import time
        from kedro.pipeline import Pipeline, node

        def first(name):
            def make():
                time.sleep(0.1)
                return name
            make.__name__ = name
            return make

        def register_pipelines():
            names = ["data_processing", "second", "third"]
            each = {one: Pipeline([node(first(one), None, f"{one}_made", name=f"{one}_node")]) for one in names}
            return {**each, "__default__": sum(each.values())}
    """
    recorded = Recorded(write_project(tmp_path, registry))
    cells = [
        f"PROJECT = {str(recorded.project)!r}",
        "from kedro.framework.startup import bootstrap_project; bootstrap_project(PROJECT)", THREADS,
    ]  # fmt: skip
    assert recorded.cells(*cells) == [None] * 3
    runs = {run["pipeline"]: run for run in recorded.runs()}
    assert {name: (run["state"], states(run)) for name, run in runs.items()} == {
        name: ("succeeded", {f"{name}_node": ("succeeded", None)}) for name in ("data_processing", "second", "third")
    }
