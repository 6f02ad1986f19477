"""Tables through workers, and the libraries that are loaded before they are forked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.agent.trees import descendants
from penstock.authoring import load
from penstock.executors.local import LocalExecutor
from tests.agent.conftest import eventually
from tests.executors.stage import Stage

TABLES = Path(__file__).parent / "pipelines" / "tables.py"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    executor = LocalExecutor(2)
    executor.open()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "PRELOAD", ("numpy", "pandas", "pyarrow"))
        yield Stage(executor, tmp_path_factory.mktemp("tables"), TABLES)
    executor.close()


def test_a_table_goes_from_task_to_task(tables: Stage) -> None:
    made = tables.run("made").outputs[0][1]
    assert (made[0], made[5]) == ("table", 1000)
    grouped = tables.run("grouped", inputs={"made": made}, holds=(made[2],)).outputs[0][1]
    ended = tables.run("each", mode="expand", inputs={"row": grouped})
    assert [label for label, _ in ended.items] == [f"word w{at}" for at in range(7)]
    assert ended.items[3][1] == {"row": {"item": grouped, "at": 3}}
    sums = [tables.value(tables.run("each", map_index=at, inputs=item)) for at, (_, item) in enumerate(ended.items)]
    assert sum(sums) == sum(range(1000))


def test_a_task_that_changes_its_input_changes_it_for_itself_only(tables: Stage) -> None:
    made = tables.run("made").outputs[0][1]
    inputs = {"made": made}
    assert tables.value(tables.run("changed_in_place", inputs=inputs)) == 0
    for _ in range(4):
        assert tables.value(tables.run("total", inputs=inputs)) == sum(range(1000))


def test_libraries_are_loaded_once_before_the_forks(tables: Stage) -> None:
    assert tables.context.code["preload"]
    template, _ = json.loads(tables.run("loaded_before").outputs[0][1][1])["$"][1]
    with open(f"/proc/{template}/maps") as maps:
        assert "pandas" in maps.read()


def test_libraries_can_be_loaded_before_anything_is_known(tmp_path: Path) -> None:
    executor = LocalExecutor(1, preload=["pandas", "no_such_library"])
    executor.open()
    try:
        agent = executor._agent.pid  # type: ignore[union-attr]
        eventually(lambda: any("pandas" in Path(f"/proc/{pid}/maps").read_text() for pid in descendants(agent)))
        stage = Stage(executor, tmp_path, TABLES)
        assert stage.run("made").outcome == "succeeded"
    finally:
        executor.close()


def test_linear_algebra_works_after_a_fork(tables: Stage) -> None:
    assert tables.value(tables.run("multiplied")) == 64.0 * 64 * 64


def test_a_corrupt_input_is_told(tables: Stage) -> None:
    made = tables.run("made", n=2).outputs[0][1]
    agent = tables.executor._agent.pid  # type: ignore[attr-defined]
    # Who holds the table in memory would not look at the file.
    workers = [pid for pid in descendants(agent) if Path(f"/proc/{pid}/comm").read_text().startswith("penstock-w")]
    for pid in workers:
        os.kill(pid, 9)
    eventually(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))
    file = Path(tables.context.artifacts) / made[2]
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-10] + b"corruption")
    ended = tables.run("total", inputs={"made": made})
    assert (ended.outcome, ended.reason) == ("failed", "artifact_corrupt"), ended
