"""The process that reads: what it gives back when it has gone, and what becomes of one that dies, hangs or is left."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest

from penstock.artifacts import ArtifactStore
from penstock.artifacts.reader import Readers, TooBusy, pool
from penstock.artifacts.reader.process import Process
from penstock.errors import ArtifactCorrupt, ArtifactError, UsageError
from penstock.model.artifact import Artifact
from tests.artifacts.conftest import KEY

#: Children that do as told instead of reading. Each has one question.
FRAMES = (
    "import os, sys, time, struct; input(); frame = lambda kind, size: os.write(1, struct.pack('!cI', kind, size)); "
)


def scripted(*scripts: str) -> Callable[[], Process]:
    """Starts these children one after the other, and then the real ones."""
    left = list(scripts)
    return lambda: Process(("-c", FRAMES + left.pop(0))) if left else Process()


@pytest.fixture
def artifact(store: ArtifactStore) -> Artifact:
    return store.put(pa.table({"x": range(100_000)}), KEY)


@pytest.fixture
def make(store: ArtifactStore) -> Iterator[Callable[..., Readers]]:
    made: list[Readers] = []

    def start(**facts: Any) -> Readers:
        made.append(Readers(store.root, **facts))
        return made[-1]

    yield start
    for readers in made:
        readers.close()


def rows(readers: Readers, artifact: Artifact) -> Any:
    return json.loads(readers.look("preview", artifact, 0, 2, 0))["rows"]


def children() -> set[int]:
    return {each.pid for each in psutil.Process().children() if lives(each)}


def lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False  # it ended between the two looks


def gone(pids: set[int]) -> bool:
    watched = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            watched.append(psutil.Process(pid))
    return not psutil.wait_procs(watched, timeout=10)[1]


def test_one_process_answers_one_question_after_the_other(make: Any, artifact: Artifact) -> None:
    before = children()
    readers = make()
    assert rows(readers, artifact) == [[0], [1]]
    first = children() - before
    assert rows(readers, artifact) == [[0], [1]]
    assert json.loads(readers.look("summary", artifact))["rows_read"] == 100_000
    assert children() - before == first
    assert len(first) == 1
    readers.close()
    assert gone(first)


def test_nothing_heavy_is_loaded_into_the_server(store: ArtifactStore, artifact: Artifact) -> None:
    script = (
        "import json, sys; from pathlib import Path; from penstock.artifacts.reader import Readers; "
        "from penstock.model.artifact import Artifact; root, told = json.loads(input()); "
        "readers = Readers(Path(root)); readers.look('preview', Artifact.from_list(told), 0, 5, 0); readers.close(); "
        "print(sorted({'pyarrow', 'numpy', 'pandas', 'polars'} & set(sys.modules)))"
    )
    question = json.dumps([str(store.root), artifact.to_list()])
    done = subprocess.run([sys.executable, "-c", script], input=question, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_process_that_nobody_asks_ends(make: Any, artifact: Artifact) -> None:
    script = "from penstock.artifacts.reader import child; child.IDLE = 0.01; child.main()"
    before = children()
    readers = make(start=lambda: Process(("-c", script)))
    readers.warm()
    assert gone(children() - before)
    # It is not seen here that it has gone, or it is: both end in an answer of another one.
    readers._start = Process
    assert rows(readers, artifact) == [[0], [1]]


def test_one_that_went_when_it_was_asked_is_replaced(make: Any, artifact: Artifact) -> None:
    assert rows(make(start=scripted("sys.exit(0)")), artifact) == [[0], [1]]


@pytest.mark.parametrize(
    "script",
    [
        "os.abort()",
        "os.kill(os.getpid(), 9)",
        "frame(b'p', 100); os.write(1, b'x'); os.abort()",
        "frame(b'p', 0); sys.exit()",
    ],
    ids=["abort", "killed", "within a part", "between parts"],
)
def test_one_that_dies_of_a_value_takes_nobody_with_it(make: Any, artifact: Artifact, script: str) -> None:
    readers = make(start=scripted(script))
    with pytest.raises(ArtifactCorrupt, match="has died"):
        rows(readers, artifact)
    assert rows(readers, artifact) == [[0], [1]]


def test_one_that_takes_too_long_is_ended(make: Any, artifact: Artifact) -> None:
    before = children()
    readers = make(start=scripted("time.sleep(1000)"), seconds=0.5)
    with pytest.raises(ArtifactError, match="takes too long"):
        rows(readers, artifact)
    assert gone(children() - before)


def test_one_that_answers_without_end_is_ended(make: Any, artifact: Artifact) -> None:
    with pytest.raises(ArtifactError, match="too large to be shown"):
        rows(make(start=scripted("frame(b'p', 2**31); time.sleep(1000)")), artifact)


def test_a_value_that_takes_too_much_memory_is_an_error(make: Any, artifact: Artifact) -> None:
    script = (
        "from penstock.artifacts.reader import child, looks; child.MEMORY = 300 << 20; "
        "looks._LOOKS['preview'] = lambda *_: iter([bytes(1 << 30)]); child.main()"
    )
    with pytest.raises(ArtifactError, match="too large to be looked at"):
        rows(make(start=lambda: Process(("-c", script))), artifact)


def test_errors_of_people_come_through(store: ArtifactStore, make: Any) -> None:
    with pytest.raises(UsageError, match="is no table"):
        make().look("summary", store.put(1, KEY))


@pytest.mark.parametrize(("waiting", "patience"), [(0, 60.0), (1, 0.01)], ids=["no room to wait", "no patience"])
def test_more_than_a_few_at_once_are_turned_away(
    make: Any, artifact: Artifact, monkeypatch: pytest.MonkeyPatch, waiting: int, patience: float
) -> None:
    """Those that wait take threads, which all other requests need too."""
    monkeypatch.setattr(pool, "WAITING", waiting)
    monkeypatch.setattr(pool, "PATIENCE", patience)
    started, go_on = threading.Semaphore(0), threading.Event()

    def start() -> Process:
        started.release()
        go_on.wait(20)
        return Process()

    readers = make(start=start)
    looks = [threading.Thread(target=rows, args=(readers, artifact)) for _ in range(pool.PROCESSES)]
    for look in looks:
        look.start()
        assert started.acquire(timeout=20)
    with pytest.raises(TooBusy):
        rows(readers, artifact)
    go_on.set()
    for look in looks:
        look.join()
    assert rows(readers, artifact) == [[0], [1]]


def test_an_export_that_is_left_ends_its_process(make: Any, artifact: Artifact) -> None:
    before = children()
    readers = make()
    exports = [readers.csv(artifact) for _ in range(pool.EXPORTS)]
    assert len(children() - before) == pool.EXPORTS
    with pytest.raises(TooBusy):
        readers.csv(artifact)
    assert next(exports[0]) == b"x\n"
    for export in exports:
        export.close()
    assert gone(children() - before)
    assert b"".join(readers.csv(artifact)).count(b"\n") == 100_001


def test_an_export_that_can_not_begin_leaves_room_for_others(store: ArtifactStore, make: Any) -> None:
    readers = make()
    for _ in range(pool.EXPORTS + 1):
        with pytest.raises(UsageError):
            readers.csv(store.put(1, KEY))


def test_the_environment_of_the_server_stays_with_it(
    monkeypatch: pytest.MonkeyPatch, make: Any, artifact: Artifact
) -> None:
    monkeypatch.setenv("PENSTOCK_TEST_SECRET", "hunter2")
    before = children()
    readers = make()
    rows(readers, artifact)
    (pid,) = children() - before
    assert "PENSTOCK_TEST_SECRET" not in psutil.Process(pid).environ()


def test_modules_of_the_folder_are_not_loaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make: Any, artifact: Artifact
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('this is not numpy')")
    monkeypatch.chdir(tmp_path)
    assert rows(make(), artifact) == [[0], [1]]
