"""`penstock up`, as people and kernels treat it."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

import penstock
from tests.journeys.conftest import PATIENCE, User, until
from tests.loopback import NO_TLS
from tests.warm import warm

pytestmark = pytest.mark.waits

FLOW = """
from pathlib import Path
import time
from penstock import Pipeline

flow = Pipeline("flow", params={"seconds": 0.0, "mark": ""}, labels={"team": "data"})

@flow.task(grace="1s")
def wait(seconds: float, mark: str) -> float:
    if mark:
        Path(mark).touch()
    end = time.monotonic() + seconds
    while time.monotonic() < end and not Path(mark + ".go").exists():
        time.sleep(0.01)
    return seconds

@flow.task
def double(wait):
    return 2 * wait
"""


class Site:
    """A `penstock up`, with its API."""

    def __init__(self, user: User, *words: str, **env: str) -> None:
        self.user = user
        command = ["penstock.cli", "up", "--port", "0", "--json", *words]
        self.process = warm.start(command, cwd=user.folder, env=user.env | env)
        user.children.append(self.process)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr and self.process.stderr.read()
        self.document: dict[str, Any] = json.loads(line)
        token = (Path(self.document["home"]) / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx2.Client(
            base_url=f"{self.document['url']}/api/v1", headers=headers, timeout=PATIENCE, verify=NO_TLS
        )

    def get(self, path: str, **query: str) -> Any:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, pipeline: str = "flow", /, **params: Any) -> str:
        """Ask for a run; its id."""
        answer = self.http.post("/runs", json={"pipeline": pipeline, "params": params})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def act(self, run: str, action: str, **body: Any) -> None:
        """Ask something of a run: it is obeyed, at once or in a while."""
        answer = self.http.post(f"/runs/{run}/actions/{action}", json=body)
        assert answer.status_code in (200, 202), answer.text

    def state(self, run: str) -> str:
        return str(self.get(f"/runs/{run}")["state"])

    def over(self, run: str) -> dict[str, Any]:
        """The run's document once it is over."""
        until(lambda: self.get(f"/runs/{run}")["ended_at"], lambda: f"the run ends: {self.get(f'/runs/{run}')}")
        return dict(self.get(f"/runs/{run}"))

    def begun(self, **params: Any) -> str:
        """A run of `flow` whose first task is at work now, and known to be."""
        mark = self.user.folder / f"mark-{time.monotonic_ns()}"
        run = self.ask(mark=str(mark), **params)
        until(mark.exists, "the task begins")
        until(lambda: self.get(f"/runs/{run}")["state"] == "running", "its start is on record")
        return run

    def child(self, module: str) -> psutil.Process:
        """A process of it, by the module that it runs."""
        found: list[psutil.Process] = []

        def there() -> bool:
            with contextlib.suppress(psutil.NoSuchProcess):
                children = psutil.Process(self.process.pid).children()
                found[:] = [one for one in children if any(module in word for word in one.cmdline())]
            return bool(found)

        until(there, f"{module} runs")
        return found[0]

    def ends(self, number: int = signal.SIGTERM, seconds: float = PATIENCE) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)


@pytest.fixture
def up(user: User) -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def start(*words: str, **env: str) -> Site:
        sites.append(Site(user, *words, **env))
        return sites[-1]

    yield start
    for site in sites:
        site.http.close()
        if site.process.poll() is None:
            site.ends()
        if site.process.stderr is not None:
            site.process.stderr.close()


def test_on_postgresql_too(user: User, up: Callable[..., Site], postgres_schema: str) -> None:
    user.write("flow.py", FLOW)
    user.write("penstock.toml", f'database = "{postgres_schema}"\n')
    site = up()
    assert (site.document["pipelines"], site.document["problems"]) == (1, [])
    document = site.over(site.ask(seconds=0.1))
    assert {task["name"]: task["state"] for task in document["tasks"]} == {"wait": "succeeded", "double": "succeeded"}
    long = site.begun(seconds=60)
    until(lambda: any(task["attempts"] for task in site.get(f"/runs/{long}")["tasks"]), "that is on record")
    site.child("engine_process").kill()
    site.act(long, "cancel")
    document = site.over(long)
    assert (document["state"], document["reason"]) == ("cancelled", "user")
    assert [one["state"] for one in document["tasks"][0]["attempts"]] == ["cancelled"]  # the next engine had it
    assert [run["id"] for run in site.get("/runs", state="cancelled")["items"]] == [long]
    assert site.get("/about")["workers"] >= 1
    assert user.document(long)["state"] == "cancelled"
    assert user.types("db", "check").returncode == 0
    assert site.ends() == 0
    assert not (Path(site.document["home"]) / "penstock.db").exists()


SETTINGS = """
workers = 3
gpus = 1
pools = {db = 1}
log_limit = "1KB"
[limits.tags]
heavy = {runs = 1, full = "skip"}
"""
NEEDY = """

@flow.task(resources={"gpu": 1, "pool": "db"})
def needs(wait):
    for line in range(100):
        print("line", line)
"""


def test_what_the_settings_say_reaches_what_it_is_for(user: User, up: Callable[..., Site]) -> None:
    user.write("penstock.toml", SETTINGS)
    user.write("flow.py", FLOW.replace('labels={"team": "data"}', 'tags=["heavy"]') + NEEDY)
    site = up()
    assert site.get("/about")["workers"] == 3
    first = site.begun(seconds=60)
    assert (site.over(site.ask())["state"], site.state(first)) == ("skipped", "running")
    Path(site.get(f"/runs/{first}")["params"]["mark"] + ".go").touch()
    assert site.over(first)["state"] == "succeeded"
    told = [line["message"] for line in site.get(f"/runs/{first}/logs")["lines"]]
    assert any("the log is full (1,000 bytes)" in line for line in told)


@pytest.mark.drill
def test_an_up_deletes_what_is_kept_long_enough_and_ends_when_its_home_is_removed(
    user: User, up: Callable[..., Site]
) -> None:
    user.write("penstock.toml", '[retention]\nkeep = "0s"\n')
    user.write("flow.py", FLOW)
    site = up()
    first, second = site.over(site.ask())["id"], site.over(site.ask())["id"]
    until(lambda: site.http.get(f"/runs/{first}").status_code == 404, "it was kept for long enough")
    assert site.state(second) == "succeeded"
    shutil.rmtree(site.document["home"])
    assert site.process.wait(PATIENCE) == 1
    assert site.process.stderr is not None
    assert "was removed while `penstock up` had it open" in " ".join(site.process.stderr.read().split())
    until(lambda: not user.processes(), lambda: f"every process is gone: {user.processes()}")


def test_without_an_up_there_is_no_link(user: User) -> None:
    user.write("flow.py", FLOW)
    assert user.types("run", "flow").returncode == 0
    shown = user.types("link")
    assert shown.returncode == 2
    assert "`penstock up` does not run here" in shown.stderr


def test_a_port_that_is_taken_is_told_with_the_cure(user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        shown = user.types("up", "--port", str(port))
    assert shown.returncode == 2
    assert f"port {port} is taken" in shown.stderr
    assert f"penstock up --port {port + 1}" in shown.stderr
    assert not user.processes()


def test_a_database_that_can_not_be_used_is_told_once(user: User) -> None:
    (user.folder / ".penstock").mkdir()
    (user.folder / ".penstock" / "penstock.db").write_text(
        "this is no database, and long enough to be seen as such" * 99
    )
    shown = user.types("up", "--port", "0")
    assert shown.returncode == 1
    assert shown.stderr.count("error:") == 1
    assert "is not a database" in shown.stderr
    assert not user.processes()


def test_a_database_belongs_to_one_project_until_it_is_given_to_another(user: User, up: Callable[..., Site]) -> None:
    user.write("flow.py", FLOW)
    user.write("penstock.toml", 'database = "shared.db"\n')
    other = User(user.folder / "stall")
    other.env |= {"PENSTOCK_TEST_MARK": user.env["PENSTOCK_TEST_MARK"]}
    other.folder.mkdir()
    other.write("fruit.py", "from penstock import Pipeline\nfruit = Pipeline('fruit')\n@fruit.task\ndef pear(): ...")
    other.write("penstock.toml", 'database = "../shared.db"\nproject = "stall"\n')
    site = up()
    refused = other.types("up", "--port", "0")
    assert (refused.returncode, refused.stdout) == (2, "")
    told = " ".join(refused.stderr.split())
    assert f"shared.db belongs to the project '{user.folder.name}'" in told
    assert "this is 'stall'" in told
    assert other.types("run", "fruit").returncode == 0
    assert "belongs to the project" in other.types("doctor").stdout
    assert other.types("db", "adopt").returncode == 2  # somebody works there
    present = {one["name"]: one["present"] for one in site.get("/pipelines")["items"]}
    assert present == {"flow": True, "fruit": False}
    assert site.ends() == 0
    adopted = other.types("db", "adopt", "--json")
    assert json.loads(adopted.stdout) == {"project": "stall", "before": user.folder.name}
    assert user.types("up", "--port", "0").returncode == 2
    second = Site(other)
    assert second.get("/about")["project"] == "stall"
    assert second.ends() == 0
    second.http.close()


@pytest.mark.parametrize(
    ("module", "who"), [("server/api", "server"), ("engine/loop", "engine"), ("agent/dispatcher", "agent")]
)
def test_code_that_can_not_be_loaded_is_told_once_with_its_place_and_cure(user: User, module: str, who: str) -> None:
    """`penstock up` ends, and does not start that process again and again."""
    installed = user.folder / "installed" / "penstock"
    shutil.copytree(Path(penstock.__file__).parent, installed, ignore=shutil.ignore_patterns("page", "__pycache__"))
    broken = installed / f"{module}.py"
    broken.write_text("\ndef x(:\n")
    shown = user.types("up", "--port", "0", PYTHONPATH=str(installed.parent))
    assert shown.returncode == 1, shown.stderr
    told = " ".join(shown.stderr.split())
    assert told.startswith(f"error: the {who} does not start: {broken}:2 can't be loaded: syntax error")
    assert told.endswith("brings all that it needs")
    assert "starts again" not in shown.stdout
    assert not user.processes()


def test_an_address_that_others_reach_needs_a_token(user: User) -> None:
    shown = user.types("up", "--host", "0.0.0.0", "--port", "0")
    assert shown.returncode == 2
    assert "PENSTOCK_TOKEN" in shown.stderr


HELD = """
import os, time
from pathlib import Path
from penstock import Pipeline, run

flow = Pipeline("held", params={"folder": ""})

@flow.task(grace="1s")
def held(folder: str) -> int:
    folder = Path(folder)
    with open(folder / "begun", "a") as file:
        file.write(f"{os.getpid()}\\n")
    print("begins")
    run.metric("parts", 1)
    while not (folder / "go").exists():
        time.sleep(0.01)
    print("ends")
    run.metric("parts", 2)
    (folder / "ended").touch()
    return os.getpid()

@flow.task
def after(held):
    return held
"""


class Held:
    """A run of a task that goes on until it is let go."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.folder = folder
        self.run = site.ask("held", folder=str(folder))
        until(lambda: (self.folder / "begun").exists() and self.begun, "the task begins")
        until(lambda: self.attempts, "that is on record")

    @property
    def begun(self) -> list[str]:
        return (self.folder / "begun").read_text().split()

    @property
    def attempts(self) -> list[tuple[str, str | None]]:
        tasks = self.site.get(f"/runs/{self.run}")["tasks"]
        return [(one["state"], one["reason"]) for task in tasks for one in task["attempts"]]

    @property
    def worker(self) -> psutil.Process:
        return psutil.Process(int(self.begun[-1]))

    def kill_engine(self) -> psutil.Process:
        """Kill the engine; it is gone then."""
        engine = self.site.child("engine_process")
        engine.kill()
        psutil.wait_procs([engine], timeout=PATIENCE)
        return engine

    def next_engine(self) -> None:
        """Wait until another engine has the run and works."""
        until(lambda: self.site.over(self.site.ask("held", folder="/nowhere"))["state"] == "failed", "another works")

    def go(self) -> dict[str, Any]:
        (self.folder / "go").touch()
        return self.site.over(self.run)

    def messages(self) -> list[str]:
        lines = self.site.get(f"/runs/{self.run}/logs")["lines"]
        return [line["message"] for line in lines]


POISON = """
import os, signal, time
import psutil
from pathlib import Path
from penstock import Pipeline

flow = Pipeline("kills", params={"folder": ""})

@flow.task
def kills(folder: str) -> None:
    with open(Path(folder) / "begun", "a") as file:
        file.write(f"{os.getpid()}\\n")
    agent = psutil.Process(os.getppid()).parent()
    for process in (*agent.parent().children(), agent):
        if any("engine_process" in word or "penstock.agent" in word for word in process.cmdline()):
            process.kill()
    time.sleep(60)
"""


def test_a_task_that_kills_what_runs_it_is_given_up_and_an_up_without_an_engine_leaves_nothing(
    user: User, up: Callable[..., Site]
) -> None:
    user.write("kills.py", POISON)
    user.write("held.py", HELD)
    site = up()
    document = site.over(site.ask("kills", folder=str(user.folder)))
    assert document["state"] == "failed"
    (task,) = document["tasks"]
    assert (task["state"], task["reason"]) == ("failed", "poison")
    # It may kill before it is on record that it was begun: then that try does not count.
    assert [one["state"] for one in task["attempts"]] == ["lost"] * 3
    begun = user.folder / "begun"
    assert len(begun.read_text().split()) >= 3
    assert site.over(site.ask("kills", folder="/nowhere"))["state"] == "failed"
    begun.unlink()
    Held(site, user.folder).kill_engine()
    assert site.ends() == 0
    assert not user.processes()


#: A task that heeds no signal, and neither does what it has started in a session of its own.
DEAF = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
""" + FLOW.replace(
    "    if mark:\n",
    "    if mark and not Path(mark + '.go').exists():\n"
    "        subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n",
)


def test_nothing_is_left_of_an_up_that_is_killed_and_the_next_goes_on(user: User, up: Callable[..., Site]) -> None:
    user.write("flow.py", DEAF)
    user.write("held.py", HELD)
    first = up()
    held = Held(first, user.folder)
    engine = first.child("engine_process")
    engine.suspend()
    asked = first.ask()
    first.process.kill()
    engine.kill()
    # The agent ends without both of them.
    until(lambda: not user.processes(), lambda: f"every process is gone: {user.processes()}")
    site = up("--grace", "120s")
    assert site.over(asked)["state"] == "succeeded", "nobody had taken it"
    held.site = site
    until(lambda: len(held.begun) == 2, "the task begins again")
    assert held.go()["state"] == "succeeded"
    run = site.begun(seconds=60)
    site.process.kill()
    site.process.wait()
    # Nobody waits for what is being done: not for its grace, nor for that of `up`.
    until(lambda: not user.processes(), lambda: f"every process is gone: {user.processes()}")
    document = user.document(run)
    assert document["state"] == "running", "nobody has asked for its end: it waits for the next"
    later = up()
    assert later.document["pid"] != site.document["pid"]
    Path(document["params"]["mark"] + ".go").touch()
    until(lambda: later.get(f"/runs/{run}")["state"] == "succeeded", "it goes on")
    tries = [one["reason"] for task in later.get(f"/runs/{run}")["tasks"] for one in task["attempts"]]
    assert tries.count("lease_lost") == 1


def test_sigterm_lets_short_runs_end_and_cancels_long_ones(user: User, up: Callable[..., Site]) -> None:
    user.write("flow.py", FLOW)
    site = up("--grace", "6s")
    short, long = site.begun(seconds=60), site.begun(seconds=60)
    go = Path(site.get(f"/runs/{short}")["params"]["mark"] + ".go")
    with site.http.stream("GET", "/stream") as stream:
        assert any("snapshot" in line for line in stream.iter_lines())
        began = time.monotonic()
        site.process.send_signal(signal.SIGTERM)
        go.touch()
        assert site.process.wait(PATIENCE) == 0
        assert time.monotonic() - began < 30
    assert user.document(short)["state"] == "succeeded"
    assert (user.document(long)["state"], user.document(long)["reason"]) == ("cancelled", "interrupted")
    assert not user.processes()


def test_a_second_signal_ends_all_at_once(user: User, up: Callable[..., Site]) -> None:
    user.write("flow.py", FLOW)
    site = up("--grace", "10m")
    run = site.begun(seconds=60)
    began = time.monotonic()
    site.process.send_signal(signal.SIGINT)
    # Two of one number that come at once are one signal to a process.
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(PATIENCE) == 0
    assert time.monotonic() - began < PATIENCE
    assert user.document(run)["state"] == "cancelled"


def test_the_screen_tells_what_is_wrong_and_what_gets_well(user: User) -> None:
    user.write("flow.py", FLOW)
    user.write("broken.py", "from penstock import Pipeline\nflow = Pipelin('x')\n")
    child = user.starts("up", "--port", "0")
    assert child.stdout is not None
    shown = ""
    while "did you mean 'Pipeline'" not in shown:
        line = child.stdout.readline()
        assert line, shown
        shown += line
    assert "Penstock is up" in shown
    assert "1 pipeline" in shown
    assert "broken.py:2" in shown
    assert "/login?code=" in shown
    user.write("broken.py", "from penstock import Pipeline\n")
    while "broken.py is fine again" not in shown:
        line = child.stdout.readline()
        assert line, shown
        shown += line
    child.send_signal(signal.SIGINT)
    assert child.wait(PATIENCE) == 0
