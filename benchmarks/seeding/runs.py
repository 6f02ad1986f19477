"""Runs with all their rows, as an engine would have written them."""

from __future__ import annotations

import json
import random
from typing import Final

from benchmarks.seeding.errors import error_of
from benchmarks.seeding.pipelines import Known
from penstock.model import ids
from penstock.store.rows import Commit, NewArtifact, NewAttempt, NewEvent, NewMetric, NewRun, NewTaskRun

SECOND: Final = 1_000_000
#: How runs end that do not fail, and how often in a thousand.
_ENDS: Final = (("succeeded", 935), ("warning", 30), ("cancelled", 25), ("skipped", 10))
_TRIGGERS: Final = (
    ('{"kind": "schedule", "name": "every-hour"}', 60), ('{"kind": "manual", "name": null}', 25),
    ('{"kind": "event", "name": "new-file"}', 10), ('{"kind": "completion", "name": "upstream"}', 5),
)  # fmt: skip
_TYPES: Final = (("standard", 90), ("test", 5), ("replay", 3), ("backfill", 2))
_PEOPLE: Final = ("ada", "grace", "edsger", "barbara", "donald", "margaret", "tony", "frances")
_SCHEMA: Final = '[{"name": "id", "type": "int64"}, {"name": "amount", "type": "double"}]'


class Maker:
    """Makes runs in the order of time, each with a commit's worth of rows."""

    def __init__(self, known: list[Known], seed: int, first: float, last: float, runs: int) -> None:
        self._known = known
        self._shares = [one.share for one in known]
        self._chance = random.Random(seed)
        self._first, self._step = first, (last - first) / max(1, runs)

    def add(self, out: Commit, number: int, *, whole: bool) -> None:
        """Add run `number` (from 0) to a commit; with its task runs where `whole`."""
        chance = self._chance
        at = self._first + (number + chance.random()) * self._step
        known = chance.choices(self._known, self._shares)[0]
        # The later in the year, the slower: a trend to be found.
        drift = 1 + 0.4 * number * self._step / (365 * 86_400)
        duration = known.seconds * drift * chance.lognormvariate(0, 0.35)
        failed = chance.random() < known.failing
        state = "failed" if failed else _one_of(chance, _ENDS)
        key = ids.run_key(at, chance.getrandbits(ids.CHANCE_BITS))
        self._labels(out, key, known, number)
        start = int((at + chance.expovariate(2.0)) * SECOND)
        row = _run(key, known, state, start, int(duration * SECOND), number, chance)
        out.new_runs.append(row)
        if whole:
            tasks(out, row, known, chance)

    def _labels(self, out: Commit, key: int, known: Known, number: int) -> None:
        chance = self._chance
        out.labels.append((key, "team", known.spec.namespace))
        if number % 3 == 0:
            out.labels.append((key, "owner", chance.choice(_PEOPLE)))
        if number % 10 == 0:
            out.labels.append((key, "ticket", f"OPS-{chance.randrange(1, 20_000)}"))
        if number % 500 == 0:
            out.labels.append((key, "incident", chance.choice(("late", "wrong", "lost"))))


def _run(
    key: int, known: Known, state: str, start: int, duration: int, number: int, chance: random.Random
) -> NewRun:  # fmt: skip
    created = int(ids.created_at(key) * SECOND)
    total = len(known.names)
    never = state == "skipped"
    end = created if never else start + duration
    error = json.dumps(error_of(chance, chance.choice(known.names))) if state == "failed" else None
    reason = {"failed": "user_error", "cancelled": "user", "skipped": "condition"}.get(state)
    params = f'{{"day": "2026-{number % 12 + 1:02}-{number % 28 + 1:02}", "limit": {number % 5 * 1000}}}'
    version = known.versions[min(2, chance.randrange(7) // 2)]
    return NewRun(
        key, ids.run_id(key), known.spec.name, known.spec.namespace, version, _one_of(chance, _TYPES), state,
        reason, created, None if never else start, end, params, _one_of(chance, _TRIGGERS), known.tags, None, None,
        None, None, 1, error, total, 0 if never else total, None, 1, 1,
        None if never else int(chance.lognormvariate(17, 1.5)),
    )  # fmt: skip


def tasks(out: Commit, run: NewRun, known: Known, chance: random.Random) -> None:
    """Task runs, attempts, outputs, figures and events of a run that is over."""
    event = out.events.append
    if run.started_at is None or run.ended_at is None:
        event(NewEvent(run.key, None, None, run.created_at, "run.skipped", '{"reason": "condition"}'))
        return
    event(NewEvent(run.key, None, None, run.started_at, "run.running", None))
    spread = _schedule(known, run, chance)
    broken = _broken(run, known, chance)
    lost: set[int] = set() if broken is None else {broken}
    for seq, (queued, started, ended) in enumerate(spread):
        before = known.upstream[seq]
        if broken is not None and seq != broken and any(place in lost for place in before):
            lost.add(seq)
            state = "upstream_failed" if run.state == "failed" else "cancelled"
            _never(out, run, known, seq, state, ended)
        else:
            state = "succeeded" if seq != broken else run.state
            _ran(out, run, known, seq, state, (queued, started, ended), chance)
    event(NewEvent(run.key, None, None, run.ended_at, f"run.{run.state}", None))


def _broken(run: NewRun, known: Known, chance: random.Random) -> int | None:
    """The place of the task that ends the run early."""
    if run.error is not None:
        return known.names.index(json.loads(run.error)["task"])
    return chance.randrange(len(known.names)) if run.state == "cancelled" else None


def _schedule(known: Known, run: NewRun, chance: random.Random) -> list[tuple[int, int, int]]:
    """When each task was queued, started and ended: by its upstream, scaled to the duration of the run."""
    assert run.started_at is not None
    assert run.ended_at is not None
    ready: list[float] = []
    plain = []
    for before in known.upstream:
        queued = max((ready[place] for place in before), default=0.0)
        started = queued + chance.random() * 0.05
        ended = started + chance.lognormvariate(0, 0.8)
        ready.append(ended)
        plain.append((queued, started, ended))
    scale = (run.ended_at - run.started_at) / max(ready)
    begin = run.started_at
    return [(begin + int(a * scale), begin + int(b * scale), begin + int(c * scale)) for a, b, c in plain]


def _never(out: Commit, run: NewRun, known: Known, seq: int, state: str, ended: int) -> None:
    out.new_task_runs.append(NewTaskRun(
        run.key, seq, known.names[seq], "python", -1, None, 1, state, None, run.created_at, None, None, ended, 0, None,
        None, None, None, 1,
    ))  # fmt: skip
    out.events.append(NewEvent(run.key, seq, None, ended, f"task_run.{state}", None))


def _ran(
    out: Commit, run: NewRun, known: Known, seq: int, state: str, times: tuple[int, int, int], chance: random.Random
) -> None:  # fmt: skip
    key, name = run.key, known.names[seq]
    queued, started, ended = times
    reason = {"failed": "user_error", "cancelled": "user"}.get(state)
    retried = seq % 5 == 0 and chance.random() < 0.03
    n = 2 if retried else 1
    if retried:
        middle = (started + ended) // 2
        out.new_attempts.append(_attempt(key, seq, 1, "failed", started, middle, chance, error_of(chance, name)))
        out.events.append(NewEvent(key, seq, 1, middle, "task_run.retrying", '{"reason": "user_error", "delay": 1.0}'))
        started = middle + (ended - middle) // 10
    out.new_task_runs.append(NewTaskRun(
        key, seq, name, "python", -1, None, 1, state, reason, run.created_at, queued, started, ended, n, None, None,
        None, None, 2,
    ))  # fmt: skip
    failed = state == "failed"
    error = {**json.loads(run.error or "{}"), "task": None} if failed else None
    out.new_attempts.append(_attempt(key, seq, n, state, started, ended, chance, error))
    out.events += (
        NewEvent(key, seq, None, queued, "task_run.queued", None),
        NewEvent(key, seq, n, started, "task_run.running", None),
        NewEvent(key, seq, n, ended, f"task_run.{state}", None),
    )
    if state == "succeeded":
        rows = int(chance.lognormvariate(9, 1.5))
        out.artifacts.append(NewArtifact(
            key, seq, n, name, "arrow", None, f"seeded/{key}/{seq}", rows * 16, None, rows, _SCHEMA, "pandas.DataFrame",
            True, ended,
        ))  # fmt: skip
        if seq % 4 == 0:
            out.metrics.append(NewMetric(key, seq, n, ended, "rows", float(rows), "rows"))


def _attempt(
    key: int, seq: int, n: int, state: str, started: int, ended: int, chance: random.Random, error: object
) -> NewAttempt:  # fmt: skip
    reason = {"failed": "user_error", "cancelled": "user"}.get(state)
    cpu = (ended - started) / SECOND * chance.random()
    return NewAttempt(
        key, seq, n, state, reason, started - 800, started, ended, f"w{seq % 8}", cpu, chance.randrange(40, 900) << 20,
        chance.randrange(1 << 24), chance.randrange(1 << 24), json.dumps(error) if error else None,
        f"seeded/{key}/{seq}.{n}.jsonl",
    )  # fmt: skip


def _one_of(chance: random.Random, words: tuple[tuple[str, int], ...]) -> str:
    left = chance.randrange(sum(weight for _, weight in words))
    for word, weight in words:
        left -= weight
        if left < 0:
            return word
    raise AssertionError("weights add up")
