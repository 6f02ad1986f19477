"""Runs of a size that seldom is: written into a store as an engine would have, with nothing run."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

from penstock.agent.logs import LogFile
from penstock.model import ids
from penstock.model.spec import PipelineSpec, Source, TaskSpec, to_json
from penstock.store.database import Database, open_database
from penstock.store.rows import Commit, NewAttempt, NewEvent, NewRun, NewTaskRun, NewVersion, TaskRunUpdate
from penstock.store.write import apply

ACROSS = 25
"""Tasks of a layer of a made graph."""
_WORDS = ("load", "clean", "join", "split", "score", "rank", "merge", "check", "export", "report")


def home_for(folder: Path) -> Path:
    """A home of its own, empty."""
    home = folder / ".penstock"
    home.mkdir(mode=0o700, parents=True)
    return home


class Maker:
    """Writes runs into the store of a home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database: Database = open_database(home / "penstock.db")
        self._chance = random.Random(7)

    def close(self) -> None:
        """Let go of the store."""
        self.database.close()

    def graph(self, tasks: int, edges: int) -> str:
        """A run of a layered graph, over a minute ago; its id."""
        return self._over(spec_of_graph(tasks, edges, self._chance))

    def bars(self, count: int) -> str:
        """A run of `count` tasks of one attempt each, on 16 workers."""
        spec = PipelineSpec(f"bars_{count}", tasks={f"step_{at}": TaskSpec(f"step_{at}") for at in range(count)})
        return self._over(spec)

    def log(self, lines: int) -> str:
        """A run of one task that printed `lines` lines."""
        spec = PipelineSpec(f"lines_{lines}", tasks={"talk": TaskSpec("talk", outputs=("talk",))})
        run = self._over(spec)
        key = ids.key_of(run)
        path = self.home / "logs" / _log_of(key, 0)
        path.parent.mkdir(parents=True, exist_ok=True)
        start = ids.created_at(key)
        out = LogFile(str(path))
        for at in range(lines):
            level = "error" if at % 9973 == 0 else "warning" if at % 499 == 0 else "info"
            message = f"line {at}: took {self._chance.random():.3f} s for {_WORDS[at % 10]} of part {at % 1000}"
            out.record(start + at / 10_000, level, "shop.orders", message)
        out.close()
        return run

    def live(self, tasks: int) -> Live:
        """A run that is under way, whose tasks the caller ends."""
        spec = PipelineSpec(f"live_{tasks}", tasks={f"step_{at:03}": TaskSpec(f"step_{at:03}") for at in range(tasks)})
        key = ids.run_key(time.time(), self._chance.getrandbits(21))
        now = int(time.time() * 1_000_000)
        rows = [_task_run(key, seq, name, "running", now, now, None) for seq, name in enumerate(spec.tasks)]
        attempts = [_attempt(key, seq, "running", now, None) for seq in range(tasks)]
        self._write(spec, _run(key, spec, "running", now, None, tasks), rows, attempts)
        return Live(self.database, key)

    def _over(self, spec: PipelineSpec) -> str:
        count = len(spec.tasks)
        key = ids.run_key(time.time() - 3600, self._chance.getrandbits(21))
        start = int(ids.created_at(key) * 1_000_000)
        workers = [start] * 16
        rows, attempts = [], []
        for seq, name in enumerate(spec.tasks):
            worker = min(range(16), key=workers.__getitem__)
            begun = workers[worker] + self._chance.randrange(1_000, 30_000)
            ended = begun + int(self._chance.lognormvariate(12, 1))
            workers[worker] = ended
            rows.append(_task_run(key, seq, name, "succeeded", start, begun, ended))
            attempts.append(_attempt(key, seq, "succeeded", begun, ended, f"w{worker}"))
        self._write(spec, _run(key, spec, "succeeded", start, max(workers), count), rows, attempts)
        return ids.run_id(key)

    def _write(self, spec: PipelineSpec, run: NewRun, rows: list[NewTaskRun], attempts: list[NewAttempt]) -> None:
        version = NewVersion(spec.namespace, spec.name, spec.version, json.dumps(to_json(spec)), run.created_at)
        events = [NewEvent(run.key, None, None, run.created_at, "run.running", None)]
        commit = Commit(versions=[version], new_runs=[run], new_task_runs=rows, new_attempts=attempts, events=events)
        with self.database.write() as connection:
            apply(connection, commit)


class Live:
    """A run whose tasks end when they are told to."""

    def __init__(self, database: Database, key: int) -> None:
        self.id = ids.run_id(key)
        self._database = database
        self._key = key

    def end_task(self, seq: int) -> float:
        """A task succeeds; the time (seconds since 1970) just before that was committed."""
        before = time.time()
        now = int(before * 1_000_000)
        update = TaskRunUpdate("succeeded", None, now, now, now, 1, None, None, None, None, 2, self._key, seq, 1)
        event = NewEvent(self._key, seq, 1, now, "task.succeeded", None)
        with self._database.write() as connection:
            apply(connection, Commit(task_run_updates=[update], events=[event]))
        return before


def spec_of_graph(tasks: int, edges: int, chance: random.Random) -> PipelineSpec:
    """Layers of tasks, each of which reads from the layer before it; the edges that are left go further back."""
    names = [f"{_WORDS[at % 10]}_{at:04}" for at in range(tasks)]
    inputs: dict[str, dict[str, Source]] = {name: {} for name in names}
    for at in range(ACROSS, tasks):
        _wire(inputs, names, at, at - ACROSS + chance.randrange(-2, 3))
    left = edges - sum(map(len, inputs.values()))
    while left > 0:
        at = chance.randrange(2 * ACROSS, tasks)
        left -= _wire(inputs, names, at, at - chance.choice((ACROSS, ACROSS, 2 * ACROSS)) + chance.randrange(-3, 4))
    made = {name: TaskSpec(name, inputs=inputs[name], outputs=(f"{name}_out",)) for name in names}
    return PipelineSpec(f"graph_{tasks}", tasks=made)


def _wire(inputs: dict[str, dict[str, Source]], names: list[str], at: int, source: int) -> int:
    """Let a task read what an earlier one made; 1 when it did not before."""
    maker = names[min(max(source, 0), at - at % ACROSS - 1)]
    if maker in inputs[names[at]]:
        return 0
    inputs[names[at]][maker] = Source("dataset", f"{maker}_out")
    return 1


def _run(key: int, spec: PipelineSpec, state: str, start: int, end: int | None, tasks: int) -> NewRun:
    trigger: dict[str, Any] = {"kind": "manual", "name": None}
    return NewRun(
        key, ids.run_id(key), spec.name, spec.namespace, spec.version, "standard", state, None, start, start, end, "{}",
        json.dumps(trigger), "[]", None, None, None, None, 1, None, tasks, tasks if end else 0, 1, 1, 1,
    )  # fmt: skip


def _task_run(key: int, seq: int, name: str, state: str, queued: int, start: int, end: int | None) -> NewTaskRun:
    return NewTaskRun(
        key, seq, name, "python", -1, None, 1, state, None, queued, queued, start, end, 1, None, None, None, None, 1
    )


def _attempt(key: int, seq: int, state: str, start: int, end: int | None, worker: str = "w0") -> NewAttempt:
    return NewAttempt(
        key, seq, 1, state, None, start, start, end, worker, 0.2, 50_000_000, 0, 0, None, _log_of(key, seq)
    )


def _log_of(key: int, seq: int) -> str:
    return f"{ids.run_id(key)}/{seq}.1.jsonl"
