"""`apply` against a model of the database in a dozen lines: random commits, right and wrong expectations, takeovers."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from penstock.errors import Fenced, StaleWrite
from penstock.model.states import ATTEMPT_STATES, TERMINAL_ATTEMPT
from penstock.store import ownership
from penstock.store.database import Database, open_database
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.store import made

KEYS = [made.key_at(second) for second in range(2)]
ROWS = [(key, seq) for key in KEYS for seq in range(2)]

keys, places = st.sampled_from(KEYS), st.sampled_from(ROWS)
versions = st.integers(1, 3)


class Model:
    """What the database must hold: owner and epoch by run, version by task run, state by attempt, events."""

    def __init__(self) -> None:
        self.runs: dict[int, tuple[int | None, int]] = {}
        self.tasks: dict[tuple[int, int], int] = {}
        self.attempts: dict[tuple[int, int, int], str] = {}
        self.events: list[str] = []

    def copy(self) -> Model:
        other = Model()
        other.runs, other.tasks = dict(self.runs), dict(self.tasks)
        other.attempts, other.events = dict(self.attempts), list(self.events)
        return other

    def take(self, commit: Commit) -> type[Exception] | None:
        """Change the model as the commit says; the error that the commit must meet, if any."""
        for fence in commit.fences:
            if self.runs.get(fence.run_key) != (fence.owner, fence.epoch):
                return Fenced
        for run in commit.new_runs:
            if run.key in self.runs:
                return StaleWrite
            self.runs[run.key] = (run.owner, run.epoch)
        for new in commit.new_task_runs:
            if (new.run_key, new.seq) in self.tasks:
                return StaleWrite
            self.tasks[new.run_key, new.seq] = new.row_version
        return self._attempts(commit) or self._updates(commit)

    def _attempts(self, commit: Commit) -> type[Exception] | None:
        for update in commit.attempt_updates:
            place = (update.run_key, update.seq, update.n)
            if self.attempts.get(place, "lost") in TERMINAL_ATTEMPT:
                return StaleWrite
            self.attempts[place] = update.state
        for new in commit.new_attempts:
            place = (new.run_key, new.seq, new.n)
            if place in self.attempts:
                return StaleWrite
            self.attempts[place] = new.state
        if any(self._twice(place) for place in ROWS):
            return StaleWrite
        return None

    def _twice(self, place: tuple[int, int]) -> bool:
        states = [state for at, state in self.attempts.items() if at[:2] == place]
        return states.count("succeeded") > 1 or sum(state not in TERMINAL_ATTEMPT for state in states) > 1

    def _updates(self, commit: Commit) -> type[Exception] | None:
        for update in commit.task_run_updates:
            if self.tasks.get((update.run_key, update.seq)) != update.expected:
                return StaleWrite
            self.tasks[update.run_key, update.seq] = update.row_version
        self.events.extend(event.kind for event in commit.events)
        return None


# Made once: to make a strategy costs more than to draw from it.
_STATES = st.sampled_from(ATTEMPT_STATES)
_TRIES = st.lists(st.tuples(places, st.integers(1, 3)), max_size=4, unique=True)
_PLACES = st.lists(places, max_size=4, unique=True)
_FENCED = st.lists(keys, max_size=2, unique=True)
_NEW = st.lists(keys, max_size=1)
_EVENTS = st.text("abc", max_size=3)


@st.composite
def commits(draw: st.DrawFn) -> Commit:
    """Some rows of every kind, each row at most once; some fit and some do not."""
    updated = draw(_TRIES)
    return Commit(
        fences=[made.fence(key, epoch=draw(versions)) for key in draw(_FENCED)],
        new_runs=[made.run(key) for key in draw(_NEW)],
        new_task_runs=[made.task_run(seq, key) for key, seq in draw(_PLACES)],
        attempt_updates=[made.attempt_update(seq, n, key, state=draw(_STATES)) for (key, seq), n in updated],
        new_attempts=[made.attempt(seq, n, key, draw(_STATES)) for (key, seq), n in draw(_TRIES)],
        task_run_updates=[
            made.task_run_update(seq, key, expected=(expected := draw(versions)), row_version=expected + 1)
            for key, seq in draw(_PLACES)
        ],
        events=[made.event(kind) for kind in draw(_EVENTS)],
    )


class ApplyMachine(RuleBasedStateMachine):
    """Whatever is written, the database holds what the model holds, and says no exactly when the model does."""

    database: Database
    model: Model

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.database = open_database(Path(self.folder.name) / "penstock.db")
        self.model = Model()
        self._write(Commit(new_runs=[made.run(KEYS[0])], new_task_runs=[made.task_run(0, KEYS[0])]))

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    def _write(self, commit: Commit) -> None:
        after = self.model.copy()
        expected = after.take(commit)
        met: type[Exception] | None = None
        try:
            with self.database.write() as connection:
                apply(connection, commit)
        except StaleWrite as error:
            met = type(error)
        assert met == expected
        if expected is None:
            self.model = after

    @rule(commit=commits())
    def write(self, commit: Commit) -> None:
        self._write(commit)

    @rule(place=places, n=st.integers(1, 3), state=st.sampled_from(ATTEMPT_STATES))
    def write_an_attempt(self, place: tuple[int, int], n: int, state: str) -> None:
        self._write(Commit(new_attempts=[made.attempt(place[1], n, place[0], state)]))

    @rule(place=places, n=st.integers(1, 2), state=st.sampled_from(ATTEMPT_STATES))
    def update_an_attempt(self, place: tuple[int, int], n: int, state: str) -> None:
        self._write(Commit(attempt_updates=[made.attempt_update(place[1], n, place[0], state=state)]))

    @rule(place=places)
    def update_a_task_run_as_it_is(self, place: tuple[int, int]) -> None:
        key, seq = place
        owner, epoch = self.model.runs.get(key, (None, 0))
        version = self.model.tasks.get(place, 1)
        update = made.task_run_update(seq, key, expected=version, row_version=version + 1)
        self._write(Commit(fences=[made.fence(key, owner or 0, epoch)], task_run_updates=[update]))

    @rule(key=keys)
    def take_over(self, key: int) -> None:
        with self.database.write() as connection:
            epoch = ownership.claim(connection, key, made.OWNER, made.START)
        known = self.model.runs.get(key)
        assert epoch == (None if known is None else known[1] + 1)
        if epoch is not None:
            self.model.runs[key] = (made.OWNER, epoch)

    @invariant()
    def the_database_holds_what_the_model_holds(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.database.read() as connection:
            runs = {row[0]: row[1:] for row in connection.all("SELECT key, owner, epoch FROM run")}
            tasks = {row[:2]: row[2] for row in connection.all("SELECT run_key, seq, row_version FROM task_run_row")}
            attempts = {row[:3]: row[3] for row in connection.all("SELECT run_key, seq, n, state FROM attempt")}
            events = [row[0] for row in connection.all("SELECT kind FROM event ORDER BY id")]
        assert (runs, tasks, attempts, events) == (
            self.model.runs, self.model.tasks, self.model.attempts, self.model.events,
        )  # fmt: skip


ApplyMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestApply = ApplyMachine.TestCase
