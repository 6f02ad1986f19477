"""What nodes print is in their logs, and still where the user looks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integrations.kedro.recorded import Recorded
from tests.integrations.kedro.written import write_project

REGISTRY = """
    import logging, sys, threading
    from kedro.pipeline import Pipeline, node

    def talk(name):
        def say():
            print(f"{name} speaks")
            logging.getLogger("small").warning("%s is logged", name)
            for part in ("10 %", "50 %", "100 %"):
                sys.stderr.write(f"\\r{name} {part}")
            sys.stderr.write("\\n")
            sys.stdout.write(f"{name} has no end")
            return name
        say.__name__ = name
        return say

    def register_pipelines():
        names = ("ada", "bob", "cid")
        return {"__default__": Pipeline([node(talk(one), None, f"of_{one}", name=one) for one in names])}
"""


@pytest.mark.parametrize("runner", ["SequentialRunner", "ThreadRunner", "ParallelRunner"])
def test_each_node_has_the_lines_that_it_printed(runner: str, tmp_path: Path) -> None:
    recorded = Recorded(write_project(tmp_path, REGISTRY.replace("talk(one)", "Talk(one)").replace(
        "def talk(name):", "class Talk:\n        def __init__(self, name): self.__name__ = self.name = name\n"
        "        def __call__(self):\n            return talk(self.name)()\n\n    def talk(name):"
    )))  # fmt: skip
    said = recorded.kedro("run", "--runner", runner)
    (run,) = recorded.runs()
    for name in ("ada", "bob", "cid"):
        assert f"{name} speaks" in said
        assert f"{name} has no end" in said
        lines = [
            (line["stream"], line["message"]) for line in recorded.log(run, name) if line["logger"] in (None, "small")
        ]
        assert [line for line in lines if name in line[1]] == lines
        assert ("stdout", f"{name} speaks") in lines
        assert ("stderr", f"{name} 100 %") in lines
        # Handlers write their records to the terminal too: they are kept once, as records.
        assert [stream for stream, text in lines if "is logged" in text] == ["log"]
        assert ("stdout", f"{name} has no end") in lines


def test_streams_are_as_before_after_the_run(tmp_path: Path) -> None:
    recorded = Recorded(write_project(tmp_path, REGISTRY))
    cells = [
        "%load_ext kedro.ipython", f"%reload_kedro {recorded.project}", "import sys; before = sys.stdout, sys.stderr",
        "session.run()", "assert (sys.stdout, sys.stderr) == before",
    ]  # fmt: skip
    assert recorded.cells(*cells) == [None] * 5
