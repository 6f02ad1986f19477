"""One `penstock up` for all of these: they leave it sound, whatever of it they kill."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from tests.journeys.conftest import PATIENCE, User, until
from tests.journeys.test_again import FLOW as AGAIN
from tests.journeys.test_again import ran
from tests.journeys.test_limits import FLOW as LIMITED
from tests.journeys.test_up import FLOW, HELD, Held, Site
from tests.loopback import NO_TLS

# They are not marked as waiting: such tests are dealt out one by one, and these share what is made for their module.
PROJECT = {
    "flow.py": FLOW,
    "held.py": HELD,
    "again.py": AGAIN.replace('"flow"', '"again"'),
    "limited.py": LIMITED.replace('"flow"', '"narrow"'),
}
#: `limited.py` has three.
PIPELINES = len(PROJECT) + 2
#: What is added to these for a while.
FIRST = FLOW.replace('"flow"', '"first"')


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    user = User(tmp_path_factory.mktemp("shared"))
    for name, text in PROJECT.items():
        user.write(name, text)
    site = Site(user)
    yield site
    site.http.close()
    try:
        assert site.ends() == 0
    finally:
        site.process.kill()
    if site.process.stderr is not None:
        site.process.stderr.close()
    assert user.types("db", "check").returncode == 0
    until(lambda: not user.processes(), lambda: f"every process is gone: {user.processes()}")


def test_what_is_asked_for_in_the_browser_runs(shared: Site) -> None:
    assert (shared.document["pipelines"], shared.document["problems"]) == (PIPELINES, [])
    document = shared.over(shared.ask(seconds=0.25))
    assert document["state"] == "succeeded"
    assert document["params"] == {"seconds": 0.25, "mark": ""}
    assert document["labels"] == {"team": "data"}
    assert {task["name"]: task["state"] for task in document["tasks"]} == {"wait": "succeeded", "double": "succeeded"}


def test_files_are_watched_and_the_last_good_version_stays(shared: Site) -> None:
    site, user = shared, shared.user

    def pipelines() -> dict[str, dict[str, Any]]:
        return {one["name"]: one for one in site.get("/pipelines")["items"]}

    user.write("first.py", FIRST)
    until(lambda: "first" in pipelines(), "a new one is there")
    first = pipelines()["first"]
    user.write("first.py", FIRST + "\noops(\n")
    until(lambda: pipelines()["first"]["problem"], "the problem is told")
    broken = pipelines()["first"]
    assert broken["version"] == first["version"]
    assert "syntax error" in broken["problem"]["message"]
    assert site.over(site.ask("first"))["state"] in ("succeeded", "failed")
    user.write("first.py", FIRST.replace("2 * wait", "3 * wait"))
    until(lambda: pipelines()["first"]["problem"] is None, "it is well again")
    assert pipelines()["first"]["version"] != first["version"]
    (user.folder / "first.py").unlink()
    until(lambda: not pipelines()["first"]["present"], "it is gone")


def test_a_run_is_cancelled_from_the_browser_or_a_terminal(shared: Site) -> None:
    site, user = shared, shared.user
    first, second = site.begun(seconds=60), site.begun(seconds=60)
    site.act(first, "cancel")
    shown = user.types("runs", "cancel", second, "--json")
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["items"][0]["outcome"] == "applied"
    for run in (first, second):
        assert (site.over(run)["state"], site.over(run)["reason"]) == ("cancelled", "user")
    again = user.types("runs", "cancel", second)
    assert again.returncode == 1
    assert "refused: the run is over" in again.stdout


def test_a_run_of_a_terminal_is_seen_and_cancelled_from_outside(shared: Site, tmp_path: Path) -> None:
    site, mark = shared, tmp_path / "mark"
    child = site.user.starts("run", "flow", "-p", "seconds=60", "-p", f"mark={mark}", "--label", "of=terminal")
    until(mark.exists, "the task begins")

    def seen() -> list[dict[str, Any]]:
        return list(site.get("/runs", label="of=terminal")["items"])

    until(lambda: [run["state"] for run in seen()] == ["running"], "that is on record")
    (run,) = seen()
    site.act(run["id"], "cancel")
    out, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 1
    assert f"live at {site.document['url']}/runs/{run['id']}" in out
    assert site.over(run["id"])["state"] == "cancelled"


def test_a_second_up_tells_the_link_of_the_first(shared: Site) -> None:
    site, user = shared, shared.user
    run = site.over(site.ask())["id"]
    second = user.types("up")
    assert second.returncode == 0
    assert f"process {site.process.pid}" in second.stdout
    assert f"{site.document['url']}/login?code=" in second.stdout
    link = user.types("link", "latest").stdout.strip()
    assert link.endswith(f"&next=/runs/{run}")
    with httpx2.Client(headers={"Sec-Fetch-Mode": "navigate"}, verify=NO_TLS) as browser:
        entered = browser.get(link)
        assert (entered.status_code, entered.headers["location"]) == (303, f"/runs/{run}")
        assert browser.get(f"{site.document['url']}/api/v1/runs").status_code == 200
    with httpx2.Client(headers={"Sec-Fetch-Mode": "navigate"}, verify=NO_TLS) as stranger:
        assert stranger.get(link).status_code == 401


def test_where_penstock_up_runs_it_does_that(shared: Site) -> None:
    site, user = shared, shared.user
    run = site.ask("again")
    assert site.over(run)["state"] == "failed"
    asked = user.types("runs", "retry", run, "-p", "good=true")
    assert asked.returncode == 0, asked.stderr
    assert "retried" in asked.stdout
    assert site.over(run)["state"] == "succeeded"
    refused = user.types("runs", "retry", run)
    assert refused.returncode == 1
    assert "nothing of it failed" in refused.stdout
    replay = user.types("runs", "replay", run, "--task", "second", "--json")
    assert replay.returncode == 0, replay.stderr
    document = site.over(json.loads(replay.stdout)["id"])
    assert (document["state"], document["replay_of"]) == ("succeeded", run)
    assert ran(document)["first"] == []


def test_over_http_runs_are_retried_and_replayed(shared: Site) -> None:
    site = shared
    runs = [site.ask("again"), site.ask("again", good=True)]
    assert [site.over(run)["state"] for run in runs] == ["failed", "succeeded"]
    many = site.http.post("/runs/actions/retry", json={"ids": runs, "params": {"good": True}}).json()
    told = [(one["outcome"], one["code"]) for one in many["results"]]
    assert told == [("applied", None), ("refused", "action_refused")]
    assert site.over(runs[0])["state"] == "succeeded"
    site.act(runs[0], "retry", task="first", params={"n": 4})
    until(lambda: site.get(f"/runs/{runs[0]}")["generation"] == 3 and site.over(runs[0]), "it is over")
    replay = site.http.post(f"/runs/{runs[0]}/actions/replay", json={"task": "third", "version": "latest"})
    assert replay.status_code == 200, replay.text
    document = site.over(replay.json()["id"])
    assert (document["state"], document["replay_of"], document["params"]) == (
        "succeeded", runs[0], {"good": True, "n": 4},
    )  # fmt: skip
    assert ran(document) == {"first": [], "second": [], "third": [(1, "succeeded")]}


def test_runs_that_wait_for_penstock_up_are_forced_and_cancelled(shared: Site, tmp_path: Path) -> None:
    site, user, gate = shared, shared.user, tmp_path / "gate"
    runs = [site.ask("narrow", gate=str(gate)) for _ in range(4)]
    until(lambda: [site.state(run) for run in runs] == ["running", "queued", "queued", "queued"], "three wait")
    forced = user.types("runs", "force-run", runs[1], runs[0], "--json")
    assert forced.returncode == 1
    assert [one["outcome"] for one in json.loads(forced.stdout)["items"]] == ["applied", "refused"]
    until(lambda: site.state(runs[1]) == "running", "it runs beside the first")
    (cancelled,) = site.http.post("/runs/actions/cancel", json={"ids": [runs[2]]}).json()["results"]
    assert cancelled["outcome"] == "applied"
    site.act(runs[3], "force-run")
    until(lambda: site.state(runs[3]) == "running", "so does that one")
    gate.touch()
    assert [site.over(run)["state"] for run in runs] == ["succeeded", "succeeded", "cancelled", "succeeded"]
    (begun,) = [one for one in site.get(f"/runs/{runs[3]}/events")["items"] if one["kind"] == "run.running"]
    assert begun["data"] == {"forced": {"by": "token"}}


def test_a_server_that_is_killed_comes_back_at_its_address(shared: Site) -> None:
    site = shared
    run = site.begun(seconds=1.5)
    server = site.child("compose.serve")
    server.kill()
    assert site.process.stderr is not None
    until(lambda: "the server was killed by SIGKILL" in site.process.stderr.readline(), "that is told")
    until(lambda: _answers(site), "the server is back")
    assert site.child("compose.serve").pid != server.pid
    assert site.over(run)["state"] == "succeeded"  # it went on meanwhile


def _answers(site: Site) -> bool:
    with contextlib.suppress(httpx2.TransportError):
        return site.http.get("/runs").status_code == 200
    return False


def _is_whole(held: Held, document: dict[str, Any], worker: str) -> None:
    """One attempt, made by one process from its begin to its end, with all that it has told, once."""
    assert document["state"] == "succeeded"
    assert held.begun == [worker]
    assert held.attempts == [("succeeded", None)] * 2
    assert held.messages() == ["begins", "ends"]
    figures = held.site.get(f"/runs/{held.run}/metrics")["points"]
    assert [one["value"] for one in figures if one["name"] == "parts"] == [1, 2]


def test_a_task_goes_on_when_its_engine_is_killed_and_the_next_falls_of_itself(shared: Site, tmp_path: Path) -> None:
    held = Held(shared, tmp_path)
    (worker,) = held.begun
    killed = held.kill_engine()
    held.next_engine()
    assert held.attempts == [("running", None)]
    engine = shared.child("engine_process")
    database = sqlite3.connect(Path(shared.document["home"]) / "penstock.db", isolation_level=None)
    database.execute("CREATE TRIGGER no BEFORE INSERT ON attempt BEGIN SELECT RAISE(ABORT, 'no'); END")
    shared.ask("held", folder="/nowhere")
    psutil.wait_procs([engine], timeout=PATIENCE)
    database.execute("DROP TRIGGER no")
    database.close()
    assert not engine.is_running()
    held.next_engine()
    assert len({killed.pid, engine.pid, shared.child("engine_process").pid}) == 3
    _is_whole(held, held.go(), worker)


def test_what_ends_while_no_engine_is_there_is_taken_by_the_next(shared: Site, tmp_path: Path) -> None:
    held = Held(shared, tmp_path)
    (worker,) = held.begun
    engine = shared.child("engine_process")
    os.kill(shared.process.pid, signal.SIGSTOP)  # so that nobody starts the next
    try:
        engine.kill()
        (held.folder / "go").touch()
        until(lambda: (held.folder / "ended").exists(), "the task ends")
    finally:
        os.kill(shared.process.pid, signal.SIGCONT)
    _is_whole(held, held.go(), worker)


def test_a_cancel_that_no_engine_heard_is_obeyed_by_the_next(shared: Site, tmp_path: Path) -> None:
    held = Held(shared, tmp_path)
    worker = held.worker
    held.kill_engine()
    shared.act(held.run, "cancel")
    document = shared.over(held.run)
    assert (document["state"], document["reason"]) == ("cancelled", "user")
    assert not worker.is_running()
    assert held.attempts == [("cancelled", "user")]


def test_an_agent_that_is_killed_with_its_engine_leaves_lost_attempts(shared: Site, tmp_path: Path) -> None:
    held = Held(shared, tmp_path)
    worker = held.worker
    agent = shared.child("penstock.agent")
    shared.child("engine_process").kill()
    agent.kill()
    psutil.wait_procs([worker], timeout=PATIENCE)
    until(lambda: len(held.begun) == 2, "the task begins again")
    assert not worker.is_running()
    assert held.go()["state"] == "succeeded"
    assert held.attempts == [("lost", "lease_lost"), ("succeeded", None), ("succeeded", None)]
