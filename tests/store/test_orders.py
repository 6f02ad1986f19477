"""What is asked of runs through the one door: written, refused, or done at once where rows alone change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from penstock.errors import UsageError
from penstock.model.states import RUN_STATES, TERMINAL_RUN
from penstock.store import commands, instances, orders
from penstock.store.check import check
from penstock.store.database import Database
from penstock.store.documents import run_document
from penstock.store.orders import Outcome
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.store import made

NOW = made.START + 100


def write(database: Database, *tasks: dict[str, Any], **facts: Any) -> None:
    """A run, over or not, with task runs in given states."""
    over = facts.get("state", "running") in TERMINAL_RUN
    run = made.run(ended_at=made.AT + 9 if over else None, tasks_total=len(tasks), tasks_done=len(tasks), **facts)
    rows = [
        made.task_run(seq, ended_at=made.AT + 5, **{"state": "failed", "started_at": made.AT, **task})
        for seq, task in enumerate(tasks)
    ]
    version = made.first_commit().versions
    with database.write() as connection:
        apply(connection, Commit(new_runs=[run], versions=version, new_task_runs=rows))


def ask(database: Database, kind: str, key: str | None = None, run: int = made.KEY, **arguments: Any) -> Outcome:
    with database.write() as connection:
        return orders.ask(connection, run, kind, arguments, NOW, "ann", key)


def told(database: Database) -> list[tuple[str, Any]]:
    with database.read() as connection:
        rows = connection.all("SELECT kind, data FROM event WHERE run_key = ? ORDER BY id", (made.KEY,))
    return [(kind, json.loads(data) if data else None) for kind, data in rows]


def waiting(database: Database) -> list[commands.Command]:
    with database.read() as connection:
        return commands.waiting(connection, made.OWNER)


@pytest.mark.parametrize("state", RUN_STATES)
@pytest.mark.parametrize("kind", ["cancel", "pause", "resume", "retry"])
def test_a_state_takes_a_command_or_refuses_it(database: Database, kind: str, state: str) -> None:
    allowed = {
        "cancel": state not in TERMINAL_RUN, "pause": state in ("running", "paused"), "resume": state == "paused",
        "retry": state in TERMINAL_RUN,
    }  # fmt: skip
    write(database, state=state)
    outcome = ask(database, kind)
    assert outcome.state == ("waiting" if allowed[kind] else "refused")
    assert (outcome.command is not None) == allowed[kind]
    if not allowed[kind]:
        assert outcome.code == "action_refused"
        assert "the run is" in (outcome.detail or "")


def test_what_is_not_there_is_told(database: Database) -> None:
    for kind in ("cancel", "set-state"):
        outcome = ask(database, kind, state="failed")
        assert (outcome.state, outcome.code) == ("refused", "not_found")


@pytest.mark.parametrize("state", RUN_STATES)
@pytest.mark.parametrize(
    ("kind", "wish"),
    [
        ("retry", {"task": "rwa"}), ("approve", {"task": "rwa", "decision": "approve"}),
        ("set-state", {"task": "rwa", "state": "failed"}), ("breakpoints", {"set": ["raw", "rwa"]}),
    ],
)  # fmt: skip
def test_a_task_that_a_run_does_not_have_is_told_at_once(
    database: Database, kind: str, wish: dict[str, Any], state: str
) -> None:
    write(database, {}, state=state)
    outcome = ask(database, kind, **wish)
    assert (outcome.state, outcome.code, outcome.cure) == ("refused", "not_found", "did you mean 'raw'?")
    assert outcome.detail == "the run has no task 'rwa'"
    assert waiting(database) == []


@pytest.mark.parametrize("task", ["raw", "task0"])
def test_a_task_of_its_definition_or_of_its_record_is_one(database: Database, task: str) -> None:
    write(database, {}, state="failed")
    assert ask(database, "retry", task=task).state == "waiting"


def test_of_a_run_that_is_not_there_no_task_is_missed(database: Database) -> None:
    outcome = ask(database, "retry", task="raw")
    assert (outcome.code, (outcome.detail or "")[:15]) == ("not_found", "there is no run")


def test_of_wishes_with_one_key_the_first_counts(database: Database) -> None:
    write(database)
    first, second = ask(database, "pause", "k", now=True), ask(database, "pause", "k", now=True)
    assert first.command == second.command
    assert [(one.id, one.by, one.arguments) for one in waiting(database)] == [(first.command, "ann", {"now": True})]
    with pytest.raises(UsageError, match="another wish"):
        ask(database, "pause", "k")
    assert ask(database, "pause", "other").command != first.command


def test_what_became_of_it_is_seen_later(database: Database) -> None:
    write(database)
    outcomes = [ask(database, "cancel"), ask(database, "cancel")]
    with database.write() as connection:
        commands.settle(connection, outcomes[0].command or 0, "applied", {"state": "cancelling"}, NOW)
        commands.settle(connection, outcomes[1].command or 0, "refused", {"code": "x", "detail": "why"}, NOW)
        for outcome in outcomes:
            outcome.look(connection)
    assert [(one.state, one.code, one.detail) for one in outcomes] == [
        ("applied", None, None), ("refused", "x", "why"),
    ]  # fmt: skip


def test_what_comes_too_late_is_refused_once_nobody_else_will(database: Database) -> None:
    with database.write() as connection:
        owner = instances.register(connection, "terminal", NOW)
    write(database, owner=owner)
    numbers = [ask(database, kind).command or 0 for kind in ("cancel", "pause")]
    with database.write() as connection:
        again = commands.add(connection, made.KEY, "retry", {}, NOW)
        connection.run("UPDATE run SET state = 'failed', ended_at = ?", (made.AT + 9,))
        commands.refuse_late(connection, NOW)
        assert len(commands.waiting(connection, owner)) == 2, "its engine is there"
        instances.gone(connection, owner, NOW)
        commands.refuse_late(connection, NOW)
        found = [commands.find(connection, number) for number in (*numbers, again)]
    assert [one.state for one in found if one] == ["refused", "refused", "waiting"]


# --- states that a person sets of what is over -----------------------------------------------------------------------


def test_a_run_that_is_over_is_taken_for_another(database: Database) -> None:
    write(database, {}, state="failed", error='{"type": "E", "message": "no"}')
    assert ask(database, "set-state", state="succeeded").state == "applied"
    with database.read() as connection:
        document = run_document(connection, made.KEY)
        text = connection.one("SELECT error_text FROM run WHERE key = ?", (made.KEY,))
    assert (document["state"], document["reason"], document["error"], text) == ("succeeded", "user", None, (None,))
    assert told(database) == [("run.succeeded", {"reason": "user", "before": "failed", "by": "ann"})]
    assert ask(database, "set-state", state="succeeded").state == "refused"
    assert check(database) == []


def test_a_task_of_it_is_taken_for_another(database: Database) -> None:
    items = [{"map_index": at, "task": "each", "state": "failed"} for at in (0, 1)]
    write(database, {}, {"state": "upstream_failed"}, *items, state="failed")
    assert ask(database, "set-state", task="task0", state="succeeded").state == "applied"
    assert ask(database, "set-state", task="each", map_index=1, state="skipped").state == "applied"
    with database.read() as connection:
        rows = connection.all("SELECT seq, state, reason FROM task_run_row ORDER BY seq")
        run = connection.one("SELECT state FROM run")
    assert rows == [(0, "succeeded", "user"), (1, "upstream_failed", None), (2, "failed", None), (3, "skipped", "user")]
    assert run == ("failed",), "the run stays as it is"
    assert [data["by"] for _, data in told(database)] == ["ann", "ann"]
    assert check(database) == []


def fan_out(*items: str, state: str = "failed", **facts: Any) -> list[dict[str, Any]]:
    """The rows of a fan-out: the whole, then its items by their states."""
    whole = {"task": "each", "items": len(items), "state": state, **facts}
    return [whole, *({"task": "each", "map_index": at, "state": item, **facts} for at, item in enumerate(items))]


def ends(database: Database) -> list[tuple[int, str, str | None]]:
    with database.read() as connection:
        return connection.all("SELECT map_index, state, reason FROM task_run_row WHERE task = 'each' ORDER BY seq")


def test_a_fan_out_of_it_ends_as_its_items_do_then(database: Database) -> None:
    write(database, *fan_out("succeeded", "failed", "failed"), state="failed")
    assert ask(database, "set-state", task="each", map_index=1, state="succeeded").state == "applied"
    assert ends(database)[0] == (-1, "failed", None), "another item failed too"
    assert ask(database, "set-state", task="each", map_index=2, state="warning").state == "applied"
    assert ends(database) == [
        (-1, "warning", "user"), (0, "succeeded", None), (1, "succeeded", "user"), (2, "warning", "user"),
    ]  # fmt: skip
    assert told(database) == [
        ("task_run.succeeded", {"reason": "user", "before": "failed", "by": "ann"}),
        ("task_run.warning", {"reason": "user", "before": "failed", "by": "ann"}),
        ("task_run.warning", {"reason": "user", "before": "failed", "by": "ann"}),
    ]
    with database.read() as connection:
        assert connection.all("SELECT seq FROM event ORDER BY id") == [(2,), (3,), (0,)]
        assert connection.one("SELECT state, reason FROM run") == ("failed", None), "the run stays as it is"
    assert check(database) == []


def test_items_of_an_earlier_generation_that_were_kept_count(database: Database) -> None:
    earlier = fan_out("succeeded", "failed", "failed")
    later = fan_out("failed", "failed", generation=2)
    kept = [later[0], later[2]]  # the first one kept what it had made, the third one is no more
    write(database, *earlier, *kept, state="failed", generation=2)
    gone = ask(database, "set-state", task="each", map_index=2, state="succeeded")
    assert (gone.state, gone.code) == ("refused", "not_found")
    assert ask(database, "set-state", task="each", map_index=1, state="succeeded").state == "applied"
    assert ends(database) == [
        (-1, "failed", None), (0, "succeeded", None), (1, "failed", None), (2, "failed", None),
        (-1, "succeeded", "user"), (1, "succeeded", "user"),
    ]  # fmt: skip


def test_a_fan_out_of_it_is_as_its_items_are(database: Database) -> None:
    write(database, *fan_out("failed", "failed"), state="failed")
    refused = ask(database, "set-state", task="each", state="succeeded")
    assert (refused.state, refused.code) == ("refused", "action_refused")
    assert "set its items" in (refused.cure or "")
    assert told(database) == []


def test_a_fan_out_that_never_had_items_is_a_task(database: Database) -> None:
    write(database, {"task": "each", "items": 0}, {"task": "other", "items": None}, state="failed")
    for task in ("each", "other"):
        assert ask(database, "set-state", task=task, state="succeeded").state == "applied"


def test_the_task_run_of_the_last_generation_is_meant(database: Database) -> None:
    write(database, {}, {"task": "task0", "generation": 2}, state="failed", generation=2)
    ask(database, "set-state", task="task0", state="succeeded")
    with database.read() as connection:
        rows = connection.all("SELECT generation, state FROM task_run_row ORDER BY generation")
    assert rows == [(1, "failed"), (2, "succeeded")]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"state": "skipped"}, "action_refused"), ({"state": "running"}, "action_refused"),
        ({"state": "failed"}, "action_refused"), ({"task": "no", "state": "failed"}, "not_found"),
        ({"task": "task0", "map_index": 3, "state": "failed"}, "not_found"),
        ({"task": "task0", "state": "upstream_failed"}, "action_refused"),
        ({"task": "task1", "state": "succeeded"}, "action_refused"),
    ],
)  # fmt: skip
def test_what_the_table_does_not_have_is_refused(database: Database, wish: dict[str, Any], code: str) -> None:
    write(database, {}, {"state": "skipped", "reason": "slice"}, state="failed")
    outcome = ask(database, "set-state", **wish)
    assert (outcome.state, outcome.code) == ("refused", code)
    assert outcome.detail
    assert told(database) == []


def test_of_a_run_that_is_not_over_its_engine_sets_it(database: Database) -> None:
    write(database, {}, state="running")
    assert ask(database, "set-state", task="task0", state="succeeded").state == "waiting"
    assert [one.kind for one in waiting(database)] == ["set-state"]


def test_a_cancel_is_one_of_the_runs_that_it_has_begun_too(database: Database) -> None:
    children = [made.key_at(second) for second in (1, 2, 3, 4)]
    states = ("created", "running", "succeeded", "running")
    parents = (made.KEY, made.KEY, made.KEY, children[1])
    write(database, {}, state="running")
    runs = [
        made.run(
            key, state=state, parent_key=parent, ended_at=made.AT + 9 if state == "succeeded" else None,
            **({"owner": None, "epoch": 0} if state == "created" else {}),
        )
        for key, state, parent in zip(children, states, parents, strict=True)
    ]  # fmt: skip
    with database.write() as connection:
        apply(connection, Commit(new_runs=runs))
    assert ask(database, "pause").state == "waiting"
    assert ask(database, "cancel").state == "waiting"
    with database.read() as connection:
        asked = connection.all("SELECT run_key, kind FROM command ORDER BY id")
        now = connection.all("SELECT state FROM run WHERE parent_key IS NOT NULL ORDER BY key")
    assert asked == [(made.KEY, "pause"), *((key, "cancel") for key in (made.KEY, children[1], children[3]))]
    assert [state for (state,) in now] == ["cancelled", "running", "succeeded", "running"]
