"""Every action, from the command line, over HTTP and from Python: on one run, on several, on all that fit a filter, and
refused where it has to be; on runs of `penstock up` and of `penstock run`. No action may be missing anywhere."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest

from penstock.cli.main import main
from penstock.client import Client, Refused, Where
from penstock.client.runs import Runs
from penstock.model.ids import key_of
from penstock.server.openapi import document_text
from tests.cli.verbs import VERBS
from tests.journeys.conftest import User, until
from tests.journeys.test_up import Site

FLOW = """
import signal
import time
from pathlib import Path
from penstock import Limit, Param, Pipeline

hold = Pipeline("hold", params={"mark": "", "stubborn": False})

@hold.task
def first():
    return 1

@hold.task(grace="10m")
def waits(first, mark, stubborn):
    if not mark:
        return first
    if stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Path(mark).touch()
    time.sleep(600)

@hold.task
def last(waits):
    return waits

steps = Pipeline("steps", params={"good": False, "n": 1})

@steps.task
def one(n):
    return n

@steps.task
def two(one, good):
    if not good:
        raise ValueError("no")
    return one

@steps.task
def three(two):
    return two

narrow = Pipeline("narrow", params={"mark": ""}, concurrency=Limit(1))

@narrow.task
def work(mark):
    if mark:
        Path(mark).touch()
        time.sleep(600)

ask = Pipeline("ask")
ask.approval("release", params={"amount": Param("int", max=200)})

@ask.task
def pay(release):
    return release["amount"]
"""
GONE = "0000000000001"
#: Of a run of an action on it: its id, what became of it, the code of the refusal.
Told: TypeAlias = tuple[str, str, str | None]
Choice: TypeAlias = "str | list[str] | Where"


class Stage:
    """A `penstock up` with its three sides, and runs that are in a state."""

    def __init__(self, user: User, site: Site) -> None:
        self.user, self.site = user, site
        self.runs: Runs = Client(site.document["url"], (Path(site.document["home"]) / "token").read_text()).runs
        self.here: list[str] = []
        self._numbers = count()
        self.in_terminal = False

    def begin(self, pipeline: str, *, type: str = "standard", stop: str | None = None, **params: Any) -> str:
        """A run, begun by `penstock up` or by a terminal of its own."""
        case = f"{next(self._numbers)}"
        if self.in_terminal:
            words = [word for name, value in params.items() for word in ("-p", f"{name}={value}")]
            stops = ["--break", stop] if stop else []
            self.user.starts("run", f"flow.py:{pipeline}", "--type", type, "--label", f"case={case}", *words, *stops)
        else:
            body = {"pipeline": pipeline, "params": params, "type": type, "labels": {"case": case}}
            answer = self.site.http.post("/runs", json=body | ({"breakpoints": [stop]} if stop else {}))
            assert answer.status_code == 201, answer.text
        found: list[str] = []

        def there() -> bool:
            found[:] = [run["id"] for run in self.site.get("/runs", label=f"case={case}")["items"]]
            return bool(found)

        until(there, f"a run of {pipeline} is there")
        self.here.append(found[0])
        return found[0]

    def types(self, *words: str, alone: bool) -> tuple[int, str]:
        """The exit code and document of `penstock runs`: in a process of its own, or here, which is quicker."""
        if alone:
            done = self.user.types("runs", *words, "--json")
            return done.returncode, done.stdout
        shown = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(shown):
            patch.chdir(self.user.folder)
            patch.setattr(sys, "argv", ["penstock", "runs", *words, "--json"])
            for name in [name for name in os.environ if name.startswith("PENSTOCK_")]:
                patch.delenv(name)
            with pytest.raises(SystemExit) as end:
                main()
        return int(end.value.code or 0), shown.getvalue()

    def filter(self, run: str) -> str:
        """A filter that only this run fits."""
        return f"label=case={self.site.get(f'/runs/{run}')['labels']['case']}"

    def document(self, run: str) -> dict[str, Any]:
        return dict(self.site.get(f"/runs/{run}"))

    def reaches(self, run: str, *states: str) -> str:
        until(lambda: self.site.state(run) in states, f"{run} is {states}")
        return run

    def task(self, run: str, name: str) -> dict[str, Any]:
        return next(task for task in self.document(run)["tasks"] if task["name"] == name)

    def replays(self, run: str) -> list[dict[str, Any]]:
        return [self.document(one["id"]) for one in self.site.get(f"/runs/{run}/context")["replays"]]

    def mark(self) -> Path:
        return self.user.folder / f"mark-{next(self._numbers)}"


# --- runs in a state ------------------------------------------------------------------------------------


def held(stage: Stage, pipeline: str = "hold", **params: Any) -> str:
    mark = stage.mark()
    run = stage.begin(pipeline, mark=str(mark), **params)
    until(mark.exists, "its task is at work")
    return stage.reaches(run, "running")  # its start is on record some hundredths of a second later


def stubborn(stage: Stage) -> str:
    return held(stage, stubborn=True)


def paused(stage: Stage) -> str:
    run = held(stage)
    assert stage.runs.pause(run)["id"] == run
    return stage.reaches(run, "paused")


def succeeded(stage: Stage) -> str:
    return stage.reaches(stage.begin("steps", good=True), "succeeded")


def failed(stage: Stage) -> str:
    return stage.reaches(stage.begin("steps"), "failed")


def resting(stage: Stage) -> str:
    """Of type debug, before its task `two`."""
    return stage.reaches(stage.begin("steps", type="debug", stop="two"), "paused")


def asking(stage: Stage) -> str:
    return stage.reaches(stage.begin("ask"), "paused")


def queued(stage: Stage) -> str:
    if not any(run["pipeline"] == "narrow" for run in stage.site.get("/runs", state="running")["items"]):
        held(stage, "narrow")
    return stage.reaches(stage.begin("narrow"), "queued")


def parent(stage: Stage) -> str:
    """A run that began another: no component of this version does, so the record says so."""
    run, child = succeeded(stage), succeeded(stage)
    with contextlib.closing(sqlite3.connect(Path(stage.site.document["home"]) / "penstock.db", timeout=30)) as database:
        database.execute("UPDATE run SET parent_key = ? WHERE key = ?", (key_of(run), key_of(child)))
        database.commit()
    return run


# --- what became of it ----------------------------------------------------------------------------------


def is_(*states: str) -> Callable[[Stage, str], bool]:
    return lambda stage, run: stage.site.state(run) in states


def again(generation: int, state: str, **tries: int) -> Callable[[Stage, str], bool]:
    """It ran again and ended so; its tasks have so many tries."""

    def check(stage: Stage, run: str) -> bool:
        found = stage.document(run)
        made = {task["name"]: len(task["attempts"]) for task in found["tasks"]}
        return (found["generation"], found["state"]) == (generation, state) and tries.items() <= made.items()

    return check


def repeated(state: str, n: int = 1, **tries: int) -> Callable[[Stage, str], bool]:
    """There is one new run that repeats it, and ended so."""

    def check(stage: Stage, run: str) -> bool:
        found = stage.replays(run)
        if [one["state"] for one in found] != [state]:
            return False
        made = {task["name"]: len(task["attempts"]) for task in found[0]["tasks"]}
        return found[0]["replay_of"] == run and found[0]["params"]["n"] == n and tries.items() <= made.items()

    return check


def stands_still(stage: Stage, run: str) -> bool:
    return bool(stage.task(run, "waits")["state"] == "paused")


def rests_before_three(stage: Stage, run: str) -> bool:
    return bool(stage.document(run)["breakpoints"] == ["three", "two"])


def has_stepped(stage: Stage, run: str) -> bool:
    return stage.site.state(run) == "paused" and stage.task(run, "two")["state"] == "succeeded"


def last_is_done(stage: Stage, run: str) -> bool:
    return bool(stage.task(run, "last")["state"] == "succeeded")


def has_paid(stage: Stage, run: str) -> bool:
    return stage.site.state(run) == "succeeded" and stage.task(run, "pay")["state"] == "succeeded"


def is_labelled(stage: Stage, run: str) -> bool:
    return bool(stage.document(run)["labels"].get("seen") == "yes")


def is_gone(stage: Stage, run: str) -> bool:
    return bool(stage.site.http.get(f"/runs/{run}").status_code == 404)


def family_is_gone(stage: Stage, run: str) -> bool:
    with contextlib.closing(sqlite3.connect(Path(stage.site.document["home"]) / "penstock.db")) as database:
        left = database.execute("SELECT 1 FROM run WHERE key = ? OR parent_key = ?", (key_of(run),) * 2).fetchall()
    return not left


class Row(NamedTuple):
    """An action, as each side says it. `wrong`: a run that refuses it (`refusing`); None where any state will do."""

    name: str
    make: Callable[[Stage], str]
    words: str
    action: str
    body: dict[str, Any]
    method: str
    given: dict[str, Any]
    after: Callable[[Stage, str], bool]
    wrong: str | None


TWO, EDIT = {"task": "two"}, {"params": {"good": True}}
THREE, SEVEN = {"task": "three"}, {"params": {"n": 7}}
LATEST = {"version": "latest"}
LAST = {"task": "last", "state": "succeeded"}
PAY = {"decision": "approve", "values": {"amount": 7}}
NO = {"decision": "reject", "comment": "no"}
STEP = {"step": True, "params": {"good": True}}
SEEN = {"set": {"seen": "yes"}}
ROWS = (
    Row("cancel", held, "cancel RUN", "cancel", {}, "cancel", {}, is_("cancelled"), "over"),
    Row("cancel now", stubborn, "cancel RUN --now", "cancel", {"force": True}, "cancel", {"force": True},
        is_("cancelled"), "over"),
    Row("pause", held, "pause RUN", "pause", {}, "pause", {}, is_("paused"), "over"),
    Row("pause now", held, "pause RUN --now", "pause", {"now": True}, "pause", {"now": True}, stands_still, "over"),
    Row("resume", paused, "resume RUN", "resume", {}, "resume", {}, is_("running"), "over"),
    Row("step", resting, "resume RUN --step -p good=true", "resume", STEP, "resume", STEP, has_stepped, "held"),
    Row("breakpoints", resting, "breakpoints RUN --break three", "breakpoints", {"set": ["three"]}, "breakpoints",
        {"set": ["three"]}, rests_before_three, "over"),
    Row("retry", failed, "retry RUN", "retry", {}, "retry", {}, again(2, "failed", one=1, two=2), "held"),
    Row("retry from a task", succeeded, "retry RUN --task two", "retry", TWO, "retry", TWO,
        again(2, "succeeded", one=1, two=2, three=2), "resting"),
    Row("retry with edits", failed, "retry RUN -p good=true", "retry", EDIT, "retry", EDIT,
        again(2, "succeeded", two=2, three=1), "held"),
    Row("replay", succeeded, "replay RUN", "replay", {}, "replay", {}, repeated("succeeded", one=1, two=1), None),
    Row("replay from a task", succeeded, "replay RUN --task three", "replay", THREE, "replay", THREE,
        repeated("succeeded", one=0, two=0, three=1), None),
    Row("replay with edits", failed, "replay RUN -p n=7", "replay", SEVEN, "replay", SEVEN,
        repeated("failed", 7), None),
    Row("replay of the latest version", failed, "replay RUN --version latest", "replay", LATEST, "replay", LATEST,
        repeated("failed"), None),
    Row("set the state of a task", paused, "set-state RUN --task last succeeded", "set-state", LAST, "set_state", LAST,
        last_is_done, "held"),
    Row("set the state of a run", failed, "set-state RUN succeeded", "set-state", {"state": "succeeded"}, "set_state",
        {"state": "succeeded"}, is_("succeeded"), "held"),
    Row("force-run", queued, "force-run RUN", "force-run", {}, "force_run", {}, is_("running", "succeeded"), "over"),
    Row("approve", asking, "approve RUN -p amount=7", "approve", PAY, "approve", PAY, has_paid, "over"),
    Row("reject", asking, "reject RUN --comment no", "approve", NO, "approve", NO, is_("failed"), "over"),
    Row("labels", succeeded, "label RUN seen=yes", "labels", SEEN, "label", SEEN, is_labelled, None),
    Row("delete", succeeded, "delete RUN", "delete", {}, "delete", {}, is_gone, "held"),
    Row("delete with children", parent, "delete RUN --children", "delete", {"children": True}, "delete",
        {"children": True}, family_is_gone, "held"),
)  # fmt: skip

#: Runs of a terminal, and the rows that each is asked for, one after the other: what is left is what the next needs.
STORIES: tuple[tuple[Callable[[Stage], str], tuple[str, ...]], ...] = (
    (held, ("pause", "resume", "cancel")),
    (held, ("pause now", "set the state of a task")),
    (stubborn, ("cancel now",)),
    (resting, ("breakpoints", "step")),
    (failed, ("retry", "replay with edits", "set the state of a run")),
    (failed, ("replay of the latest version", "retry with edits")),
    (succeeded, ("labels", "replay", "retry from a task", "delete")),
    (parent, ("replay from a task", "delete with children")),
    (queued, ("force-run",)),
    (asking, ("approve",)),
    (asking, ("reject",)),
)


# --- the sides --------------------------------------------------------------------------------------------


def by_command(stage: Stage, row: Row, choice: Choice) -> list[Told]:
    if isinstance(choice, Where):
        chosen = ["--filter", choice.query, "--yes"]
    else:
        chosen = [choice] if isinstance(choice, str) else choice
    words = [piece for word in row.words.split() for piece in (chosen if word == "RUN" else [word])]
    code, shown = stage.types(*words, alone=isinstance(choice, str))
    told = json.loads(shown)
    if "items" in told:
        found = [(one["id"], one["outcome"], one["code"]) for one in told["items"]]
        assert code == (0 if all(outcome == "applied" for _, outcome, _ in found) else 1), shown
        if row.action == "replay":
            assert all((one["replay"] is not None) == (one["outcome"] == "applied") for one in told["items"])
        return found
    assert isinstance(choice, str)
    refused = told.keys() == {"error"}
    assert code == (1 if refused else 0), shown
    return [(choice, "refused", told["error"]["code"]) if refused else (choice, "applied", None)]


def over_http(stage: Stage, row: Row, choice: Choice) -> list[Told]:
    if isinstance(choice, str):
        answer = stage.site.http.post(f"/runs/{choice}/actions/{row.action}", json=row.body)
        assert answer.status_code in (200, 202, 409), answer.text
        return [(choice, "refused", answer.json()["code"]) if answer.status_code == 409 else (choice, "applied", None)]
    chosen = {"filter": choice.query} if isinstance(choice, Where) else {"ids": choice}
    answer = stage.site.http.post(f"/runs/actions/{row.action}", json={**row.body, **chosen})
    assert answer.status_code == 200, answer.text
    return _results(answer.json())


def from_python(stage: Stage, row: Row, choice: Choice) -> list[Told]:
    try:
        told = getattr(stage.runs, row.method)(choice, **row.given)
    except Refused as why:
        assert isinstance(choice, str)
        return [(choice, "refused", why.code)]
    return [(choice, "applied", None)] if isinstance(choice, str) else _results(told)


def _results(told: dict[str, Any]) -> list[Told]:
    return [(one["id"], one["outcome"], one["code"]) for one in told["results"]]


SIDES = (by_command, over_http, from_python)


# --- one `penstock up` for all ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    user = User(tmp_path_factory.mktemp("everywhere"))
    user.write("flow.py", FLOW)
    site = Site(user, "--workers", "8")
    stage = Stage(user, site)
    yield stage
    site.http.close()
    site.ends()
    assert user.types("db", "check").returncode == 0
    until(lambda: not user.processes(), "every process is gone", 20)


@pytest.fixture(scope="module")
def refusing(shared: Stage) -> dict[str, str]:
    """Runs that refuse: one that is over, one that is at work, and one that rests and has the tasks of the first."""
    return {"over": succeeded(shared), "held": held(shared), "resting": resting(shared)}


@pytest.fixture
def stage(shared: Stage, refusing: dict[str, str]) -> Iterator[Stage]:
    shared.here = []
    yield shared
    shared.in_terminal = False
    left = [run for run in shared.here if run not in refusing.values()]
    shared.site.http.post("/runs/actions/cancel", json={"ids": left, "force": True})
    for child in shared.user.children[1:]:
        child.wait(30)
        assert child.stdout is not None
        child.stdout.close()
    del shared.user.children[1:]


def _did(told: Sequence[Told], run: str) -> None:
    """It was done, or its engine answers in a moment."""
    assert [(one, outcome != "refused") for one, outcome, _ in told] == [(run, True)], told


@pytest.mark.parametrize("side", SIDES, ids=lambda side: side.__name__)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name.replace(" ", "-"))
def test_of_penstock_up(
    stage: Stage, refusing: dict[str, str], row: Row, side: Callable[[Stage, Row, Choice], list[Told]]
) -> None:
    one, of_several, fitting = (row.make(stage) for _ in range(3))
    _did(side(stage, row, one), one)
    several = [of_several, GONE, *([refusing[row.wrong]] if row.wrong else [])]
    told = {run: (outcome, code) for run, outcome, code in side(stage, row, several)}
    assert told[of_several][0] in ("applied", "waiting"), told
    assert told[GONE] == ("refused", "not_found")
    if row.wrong:
        wrong = refusing[row.wrong]
        outcome, code = told[wrong]
        assert (outcome, code) == ("refused", "action_refused"), told
        ((_, outcome, code),) = side(stage, row, wrong)
        assert (outcome, code) == ("refused", "action_refused")
    _did(side(stage, row, Where(stage.filter(fitting))), fitting)
    for run in (one, of_several, fitting):
        until(lambda run=run: row.after(stage, run), f"{row.name}: {run}")  # type: ignore[misc]


@pytest.mark.parametrize(("make", "names"), STORIES, ids=[", ".join(names).replace(" ", "-") for _, names in STORIES])
def test_of_a_terminal(stage: Stage, make: Callable[[Stage], str], names: tuple[str, ...]) -> None:
    """Each from one of the sides: they ask at the same door."""
    stage.in_terminal = True
    rows = {row.name: (row, SIDES[number % len(SIDES)]) for number, row in enumerate(ROWS)}
    run = make(stage)
    for name in names:
        row, side = rows[name]
        _did(side(stage, row, run), run)
        until(lambda row=row: row.after(stage, run), f"{name}: {run}")  # type: ignore[misc]


def test_no_action_is_missing_anywhere() -> None:
    addresses = [
        path.removeprefix("/api/v1/runs/") for path in json.loads(document_text())["paths"] if "/actions/" in path
    ]
    assert sorted(name for _, names in STORIES for name in names) == sorted(row.name for row in ROWS)
    actions = {row.action for row in ROWS}
    assert {path for path in addresses if path.startswith("actions/")} == {f"actions/{name}" for name in actions}
    assert {path for path in addresses if path.startswith("{run_id}/")} == {
        f"{{run_id}}/actions/{name}" for name in actions
    }
    reading = {"list", "show", "logs", "compare"}
    verbs = {name.rpartition(" ")[2] for name in VERBS if name.startswith("penstock runs ")}
    assert verbs - reading == {row.words.split()[0] for row in ROWS}
    methods = {name for name in vars(Runs) if not name.startswith("_")}
    assert methods - {"list", "get", "start"} == {row.method for row in ROWS}
