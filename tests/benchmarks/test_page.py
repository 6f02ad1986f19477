"""What measures the page: its arithmetic, its made runs, and what it says of what could not be measured."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.page import __main__ as program
from benchmarks.page import browser
from benchmarks.page.figures import Figure, absent, percentile, spread, table
from benchmarks.page.made import Maker, home_for, spec_of_graph
from benchmarks.page.serving import end, first_answer
from penstock.model.ids import key_of
from penstock.store.documents import run_document


@pytest.mark.parametrize(
    ("samples", "share", "expected"),
    [
        ([5.0], 0.95, 5.0),
        (range(1, 101), 0.95, 95),
        (range(1, 101), 0.5, 50),
        ([3, 1, 2], 0.5, 2),
        (range(1, 21), 0.95, 19),
    ],
)
def test_percentiles(samples: list[float], share: float, expected: float) -> None:
    assert percentile(list(samples), share) == expected


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("p", "w", 10.0, "ms", 10.0), "met"),
        (Figure("p", "w", 10.1, "ms", 10.0), "missed"),
        (Figure("p", "w", 59.0, "fps", 60.0, at_least=True), "met"),
        (Figure("p", "w", 50.0, "fps", 60.0, at_least=True), "missed"),
        (Figure("p", "w", 10.0, "ms"), ""),
        (absent("p", "w", "no\nbrowser"), "not measured"),
    ],
)
def test_verdicts(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict
    assert figure.to_json()["verdict"] == verdict


def test_the_table_tells_what_was_missed() -> None:
    console = Console(file=io.StringIO(), width=160)
    console.print(
        table([*spread("lists", "50 runs", [1.0, 2.0, 90.0], "ms", 10, 40), absent("up", "penstock up", "gone")])
    )
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "3 times, 1.0 to 90.0" in told
    assert [word in told for word in ("met", "missed", "not measured", "gone")] == [True] * 4


def test_a_part_that_breaks_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken() -> object:
        raise RuntimeError("no such thing")
        yield

    monkeypatch.setattr(
        program, "parts", lambda _: {"one": broken, "two": lambda: iter([Figure("two", "w", 1.0, "ms", 2.0)])}
    )
    assert program.main(["--json", str(tmp_path / "out.json")]) == 1
    figures = json.loads((tmp_path / "out.json").read_text())["figures"]
    assert [(each["verdict"], each["note"]) for each in figures] == [
        ("not measured", "RuntimeError: no such thing"), ("met", ""),
    ]  # fmt: skip


def test_unknown_parts_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        program.parse(["--only", "lists,lits"])
    assert "there is no lits; there are up, site, lists" in capsys.readouterr().err


@pytest.mark.parametrize(("tasks", "edges"), [(100, 150), (1_000, 1_500)])
def test_made_graphs_have_the_size_that_was_asked_for(tasks: int, edges: int) -> None:
    spec = spec_of_graph(tasks, edges, random.Random(1))
    assert len(spec.tasks) == tasks
    assert sum(len(task.inputs) for task in spec.tasks.values()) == edges
    order = {name: at for at, name in enumerate(spec.tasks)}
    for name, task in spec.tasks.items():
        assert all(order[maker] < order[name] for maker in task.inputs)


def test_made_runs_are_runs(tmp_path: Path) -> None:
    home = home_for(tmp_path)
    maker = Maker(home)
    graph, bars, log = maker.graph(60, 90), maker.bars(40), maker.log(30)
    live = maker.live(3)
    live.end_task(1)
    with maker.database.read() as connection:
        documents = {run: run_document(connection, key_of(run)) for run in (graph, bars, log, live.id)}
    assert [(len(each["tasks"]), each["state"]) for each in documents.values()] == [
        (60, "succeeded"), (40, "succeeded"), (1, "succeeded"), (3, "running"),
    ]  # fmt: skip
    assert [task["state"] for task in documents[live.id]["tasks"]] == ["running", "succeeded", "running"]
    (file,) = (home / "logs" / log).iterdir()
    assert len(file.read_text().splitlines()) == 30
    maker.close()


def test_a_server_that_ends_is_not_waited_for() -> None:
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"], text=True)
    process.wait()
    with pytest.raises(ConnectionError, match="exit status 3"):
        first_answer(process, "http://127.0.0.1:9", time.perf_counter())


def test_all_that_was_started_is_ended() -> None:
    script = (
        "import subprocess, sys, signal, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)']); "
        "print(child.pid, flush=True); time.sleep(1000)"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    end(process)
    assert process.returncode == 0
    for _ in range(100):
        if not _lives(child):
            break
        threading.Event().wait(0.05)
    assert not _lives(child)


def _lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_without_a_browser_the_rest_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(browser, "BENCH", Path("/nowhere"))
    with pytest.raises(browser.NoBrowser):
        list(browser.measured("http://127.0.0.1:9", "", []))


def test_a_browser_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "measure.ts").write_text("throw new Error('no room')")
    monkeypatch.setattr(browser, "BENCH", tmp_path)
    with pytest.raises(browser.NoBrowser, match="Error: no room"):
        list(browser.measured("http://127.0.0.1:9", "", []))


@pytest.mark.beside
@pytest.mark.skipif(
    shutil.which("chromium") is None and os.environ.get("CI") != "true", reason="no Chromium here; CI has it"
)
def test_the_browser_measures_a_page(tmp_path: Path) -> None:
    """A page of a few lines, whose weight and words are known."""
    (tmp_path / "page.js").write_text("document.body.append('here it is')")
    (tmp_path / "index.html").write_text("<!doctype html><body><script src=page.js></script>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            visit = {"name": "v", "path": "/", "ready": {"text": "here it is"}, "repeat": 2}
            (told,) = browser.measured(f"http://127.0.0.1:{server.server_port}", "", [visit])
        finally:
            server.shutdown()
            serving.join()
    assert len(told["ready"]) == 2
    assert 30 < told["scripts"] < 1_000
    assert "error" not in told
