"""What becomes of a run, told attempt by attempt."""

from __future__ import annotations

import pytest

from penstock.engine.request import RunRequest
from penstock.engine.rules.release_ready import WAVE
from penstock.errors import DiskFull, Fenced, StoreBusy
from penstock.model.fanout import MOST
from penstock.model.spec import Resources, RetrySpec, Source
from penstock.ports.executor import Assignment
from tests.engine.world import ScriptedExecutor, World, inline, pipeline, reasons, run_of, states, task


def test_a_chain_runs_in_order_and_hands_values_on() -> None:
    world = World()
    view = world.submit(pipeline(task("a"), task("b", "a"), task("c", "b")))
    assert world.names() == ["a"]
    world.end("a", value=7)
    assert world.names() == ["b"]
    assert world.executor.seen[-1].inputs == {"a": inline(7)}
    world.end("b")
    world.end("c")
    assert view.state == "succeeded"
    assert states(view) == {"a": "succeeded", "b": "succeeded", "c": "succeeded"}
    assert view.handle.wait(0)
    assert world.executor.forgotten == [view.id]


def test_independent_tasks_are_out_at_the_same_time() -> None:
    world = World()
    world.submit(pipeline(task("a"), task("b"), task("c", "a", "b")))
    assert world.names() == ["a", "b"]


def test_workers_begin_before_the_last_of_many_is_queued() -> None:
    executor, waiting = ScriptedExecutor(), list[int]()
    world = World(executor=executor)
    many = [task(f"m{at}", "start") for at in range(5 * WAVE)]
    view = world.submit(pipeline(task("start"), *many))
    dispatch = executor.dispatch

    def look(assignments: list[Assignment]) -> None:
        waiting.append(sum(run.state == "created" for run in view.task_runs))
        dispatch(assignments)

    executor.dispatch = look  # type: ignore[method-assign]
    world.end("start")
    assert waiting[0] == 4 * WAVE
    assert all(run.state == "queued" for run in view.task_runs[1:])
    world.end_all()
    assert view.state == "succeeded"
    assert [assignment.task for assignment in executor.seen[1:]] == [one.name for one in many]


def test_a_failure_ends_what_follows_and_nothing_else() -> None:
    world = World()
    view = world.submit(pipeline(task("a"), task("b", "a"), task("c", "b"), task("x"), task("y", "x")))
    world.end("a", "failed")
    assert states(view)["b"] == states(view)["c"] == "upstream_failed"
    assert view.state == "running"
    world.end("x")
    world.end("y")
    assert (view.state, view.reason) == ("failed", "user_error")
    assert view.error is not None
    assert view.error["task"] == "a"
    assert view.tasks_done == view.tasks_total == 5


def test_an_allowed_failure_is_a_warning_and_its_value_is_missing() -> None:
    world = World()
    view = world.submit(pipeline(task("a", allow_failure=True), task("b", "a")))
    world.end("a", "failed")
    assert world.executor.seen[-1].inputs == {"a": None}
    world.end("b")
    assert view.state == "warning"
    assert states(view) == {"a": "warning", "b": "succeeded"}


@pytest.mark.parametrize(
    ("rule", "outcomes", "expected"),
    [
        ("all_succeeded", ("succeeded", "succeeded"), "queued"),
        ("all_succeeded", ("succeeded", "failed"), "upstream_failed"),
        ("all_succeeded", ("succeeded", "skipped"), "skipped"),
        ("all_succeeded", ("failed", "skipped"), "upstream_failed"),
        ("all_succeeded", ("skipped", "failed"), "upstream_failed"),
        ("all_done", ("failed", "skipped"), "queued"),
        ("all_done", ("succeeded", "failed"), "queued"),
        ("one_failed", ("succeeded", "failed"), "queued"),
        ("one_failed", ("succeeded", "succeeded"), "skipped"),
        ("one_failed", ("succeeded", "skipped"), "skipped"),
        ("none_failed", ("succeeded", "skipped"), "queued"),
        ("none_failed", ("skipped", "skipped"), "queued"),
        ("none_failed", ("succeeded", "failed"), "upstream_failed"),
    ],
)
def test_trigger_rules(rule: str, outcomes: tuple[str, str], expected: str) -> None:
    world = World()
    view = world.submit(pipeline(task("a"), task("b"), task("c", "a", "b", trigger=rule)))
    world.end("a", outcomes[0])
    world.end("b", outcomes[1])
    assert states(view)["c"] == expected


def test_one_failed_does_not_wait_for_the_others() -> None:
    world = World()
    view = world.submit(pipeline(task("a"), task("b"), task("c", "a", "b", trigger="one_failed")))
    world.end("a", "failed")
    assert states(view)["c"] == "queued"


def test_a_condition_that_is_false_skips_the_task_and_what_follows() -> None:
    world = World()
    view = world.submit(pipeline(task("a", when={}), task("b", "a")))
    assert world.executor.seen[0].when == {}
    world.end("a", "skipped")
    assert states(view) == {"a": "skipped", "b": "skipped"}
    assert reasons(view) == {"a": "condition", "b": "trigger_rule"}
    assert view.state == "succeeded"


class TestRetry:
    def test_attempts_are_made_after_their_delays(self) -> None:
        world = World()
        retry = RetrySpec(attempts=3, delay=10, backoff="exponential", factor=3)
        view = world.submit(pipeline(task("a", retry=retry)))
        world.end("a", "failed")
        assert states(view) == {"a": "retrying"}
        world.pass_time(9.9)
        assert world.names() == []
        world.pass_time(0.2)
        assert world.names() == ["a"]
        world.end("a", "failed")
        world.pass_time(29)
        assert world.names() == []
        world.pass_time(2)
        world.end("a")
        assert view.state == "succeeded"
        assert run_of(view, "a").attempts == 3

    def test_when_attempts_are_used_up_the_task_fails(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a", retry=RetrySpec(attempts=2, delay=1))))
        world.end("a", "failed")
        world.pass_time(1.1)
        world.end("a", "failed")
        assert (view.state, view.reason) == ("failed", "user_error")

    def test_only_named_exceptions_are_tried_again(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a", retry=RetrySpec(attempts=2, on=("ConnectionError",)))))
        world.end("a", "failed")
        assert view.state == "failed"

    def test_timers_are_stored_and_cleared(self) -> None:
        world = World()
        world.submit(pipeline(task("a", retry=RetrySpec(attempts=2, delay=10))))
        world.end("a", "failed")
        world.turn()
        assert [timer.kind for commit in world.writer.commits for timer in commit.timers] == ["retry"]
        world.pass_time(11)
        assert [gone[1] for commit in world.writer.commits for gone in commit.timers_gone] == ["retry"]


class TestLoss:
    def test_a_lost_worker_follows_the_retry_policy(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a")))
        world.end("a", "lost")
        assert (view.state, view.reason) == ("failed", "worker_lost")

    def test_three_losses_in_a_row_are_poison(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a", retry=RetrySpec(attempts=9, delay=0))))
        for _ in range(3):
            world.end("a", "lost")
            world.turn()
        assert (view.state, view.reason) == ("failed", "poison")
        assert run_of(view, "a").attempts == 3

    def test_a_lost_node_is_tried_again_without_a_policy(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a")))
        world.end("a", "lost", "node_lost")
        world.turn()
        world.end("a")
        assert view.state == "succeeded"

    def test_unless_the_task_says_that_a_loss_is_a_failure(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a", on_lost="fail")))
        world.end("a", "lost", "node_lost")
        assert (view.state, view.reason) == ("failed", "node_lost")


class TestTimeouts:
    @pytest.mark.parametrize(
        ("becomes", "state", "run_state"),
        [("failed", "failed", "failed"), ("warning", "warning", "warning"), ("cancelled", "cancelled", "warning")],
    )
    def test_of_a_task(self, becomes: str, state: str, run_state: str) -> None:
        world = World()
        view = world.submit(pipeline(task("a", timeout=1, on_timeout=becomes)))
        assert world.executor.seen[0].timeout == 1
        world.end("a", "failed", "timeout")
        assert states(view)["a"] == state
        assert reasons(view)["a"] == "timeout"
        assert view.state == run_state

    @pytest.mark.parametrize(
        ("becomes", "state"), [("failed", "failed"), ("warning", "warning"), ("cancelled", "cancelled")]
    )
    def test_of_a_run(self, becomes: str, state: str) -> None:
        world = World()
        tasks = (task("a"), task("b", "a"), task("tidy", role="finally"))
        view = world.submit(pipeline(*tasks, timeout=60, on_timeout=becomes))
        world.start("a")
        world.pass_time(61)
        assert view.state == "cancelling"
        assert len(world.executor.cancelled) == 1
        assert states(view) == {"a": "cancelling", "b": "cancelled", "tidy": "created"}
        world.end("a", "cancelled")
        world.end("tidy")
        assert (view.state, view.reason) == (state, "timeout")
        assert view.error is not None
        assert view.error["message"] == "the run took longer than its timeout of 60 s, and was at 'a'"

    @pytest.mark.parametrize(("becomes", "handled"), [("failed", True), ("warning", False), ("cancelled", False)])
    def test_of_a_run_is_handled_where_it_fails(self, becomes: str, handled: bool) -> None:
        world = World()
        handler = task("alarm", role="on_failure", inputs={"error": Source("error", "error")})
        view = world.submit(pipeline(task("a"), handler, task("tidy", role="finally"), timeout=60, on_timeout=becomes))
        world.start("a")
        world.pass_time(61)
        world.end("a", "cancelled")
        if handled:
            assert world.names() == ["alarm"]
            given = world.executor.seen[-1].inputs["error"]["json"]
            assert (given["task"], given["type"]) == (None, "TimeoutError")
            world.end("alarm")
        assert world.names() == ["tidy"]
        world.end("tidy")
        assert states(view)["alarm"] == ("succeeded" if handled else "cancelled")

    def test_of_a_run_ends_a_handler_that_takes_too_long(self) -> None:
        world = World()
        handler, tidy = task("alarm", role="on_failure"), task("tidy", role="finally")
        view = world.submit(pipeline(task("a"), handler, tidy, timeout=60))
        world.end("a", "failed")
        world.start("alarm")
        world.pass_time(61)
        world.end("alarm", "cancelled")
        world.end("tidy")
        assert (view.state, view.reason) == ("failed", "timeout")
        assert view.error is not None
        assert view.error["task"] == "a"


class TestCancel:
    def test_what_waits_ends_at_once_and_what_runs_is_asked_to(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a"), task("b", "a"), task("tidy", role="finally")))
        world.start("a")
        view.handle.cancel()
        world.turn()
        assert states(view) == {"a": "cancelling", "b": "cancelled", "tidy": "created"}
        world.end("a", "cancelled")
        assert world.names() == ["tidy"]
        world.end("tidy")
        assert (view.state, view.reason) == ("cancelled", "user")

    def test_clean_up_is_told_so_and_that_it_was_no_task(self) -> None:
        world = World()
        tidy = task("tidy", role="finally", inputs={"error": Source("error", "error")})
        view = world.submit(pipeline(task("a"), tidy))
        world.start("a")
        view.handle.cancel()
        world.turn()
        world.end("a", "cancelled")
        given = world.executor.seen[-1].inputs["error"]["json"]
        assert (given["task"], given["type"], given["message"]) == (None, "Cancelled", "the run was cancelled (user)")

    def test_a_late_success_loses(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a")))
        world.start("a")
        view.handle.cancel()
        world.turn()
        world.end("a")
        assert states(view) == {"a": "cancelled"}
        assert view.state == "cancelled"

    def test_an_attempt_that_waits_in_the_agent_keeps_the_run_open_until_it_is_reported(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a")))
        view.handle.cancel()
        world.turn()
        assert states(view) == {"a": "cancelling"}
        assert view.state == "cancelling"
        world.end("a", "cancelled", started=False)
        assert (view.state, states(view)) == ("cancelled", {"a": "cancelled"})
        assert run_of(view, "a").started_at is None

    def test_what_begins_before_it_hears_of_a_cancel_is_cancelled_once_it_is_gone(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a")))
        view.handle.cancel()
        world.start("a")
        assert (states(view), run_of(view, "a").started_at is None) == ({"a": "cancelling"}, False)
        world.end("a")
        assert (view.state, states(view)) == ("cancelled", {"a": "cancelled"})

    def test_twice_ends_clean_up_too(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a"), task("tidy", role="finally")))
        world.start("a")
        view.handle.kill()
        world.turn()
        assert world.executor.cancelled.count(next(iter(world.executor.waiting))) >= 2
        world.end("a", "cancelled")
        assert view.state == "cancelled"
        assert states(view)["tidy"] == "cancelled"

    def test_a_retry_that_waits_is_cancelled(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a", retry=RetrySpec(attempts=2, delay=100))))
        world.end("a", "failed")
        view.handle.cancel()
        world.turn()
        assert view.state == "cancelled"
        world.pass_time(200)
        assert world.names() == []


class TestHandlers:
    def test_a_failing_run_runs_its_handler_once_with_the_error_then_cleans_up(self) -> None:
        world = World()
        handler = task("alarm", role="on_failure", inputs={"error": Source("error", "error")})
        view = world.submit(pipeline(task("a"), task("b"), handler, task("tidy", role="finally")))
        world.end("a", "failed")
        assert world.names() == ["b"]
        world.end("b", "failed")
        assert world.names() == ["alarm"]
        given = world.executor.seen[-1].inputs["error"]["json"]
        assert (given["task"], given["type"], given["message"]) == ("a", "builtins.ValueError", "no")
        world.end("alarm")
        assert world.names() == ["tidy"]
        world.end("tidy")
        assert view.state == "failed"

    def test_a_run_that_goes_well_skips_its_handler(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a"), task("alarm", role="on_failure"), task("tidy", role="finally")))
        world.end("a")
        assert world.names() == ["tidy"]
        world.end("tidy")
        assert view.state == "succeeded"
        assert states(view)["alarm"] == "skipped"

    def test_clean_up_that_fails_fails_the_run(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a"), task("tidy", role="finally")))
        world.end("a")
        world.end("tidy", "failed")
        assert view.state == "failed"


class TestFanOut:
    def test_over_a_list_that_a_task_made(self) -> None:
        world = World()
        each = task("each", inputs={"x": Source("item", "a", over="dataset")}, foreach=("x",), label="no {x}")
        view = world.submit(pipeline(task("a"), each, task("sum", "each")))
        world.end("a", value=[10, 20, 30])
        assert world.names() == ["each[0]", "each[1]", "each[2]"]
        assert [one.label for one in world.executor.seen[1:]] == ["no 10", "no 20", "no 30"]
        assert world.executor.seen[2].inputs == {"x": {"json": 20}}
        world.end("each[2]", value=3)
        world.end("each[0]", value=1)
        world.end("each[1]", value=2)
        assert world.executor.seen[-1].inputs == {"each": {"list": [inline(1), inline(2), inline(3)]}}
        world.end("sum")
        assert view.state == "succeeded"
        assert view.tasks_done == view.tasks_total == 5

    @pytest.mark.parametrize(("label", "days"), [("{x.year}", [1, 2]), ("{x}", [0] * (MOST + 1))])
    def test_items_that_can_not_be_told_are_left_to_a_worker(self, label: str, days: list[int]) -> None:
        world = World()
        each = task("each", inputs={"x": Source("item", "days", over="param")}, foreach=("x",), label=label)
        world.submit(pipeline(each), params={"days": days})
        assert [one.mode for one in world.executor.seen] == ["expand"]

    def test_over_a_parameter(self) -> None:
        world = World()
        each = task("each", inputs={"x": Source("item", "days", over="param")}, foreach=("x",))
        world.submit(pipeline(each), params={"days": ["mon", "tue"]})
        assert [one.label for one in world.executor.seen] == ["mon", "tue"]

    def test_over_nothing_succeeds_with_an_empty_list(self) -> None:
        world = World()
        each = task("each", inputs={"x": Source("item", "a", over="dataset")}, foreach=("x",))
        view = world.submit(pipeline(task("a"), each, task("sum", "each")))
        world.end("a", value=[])
        assert world.executor.seen[-1].inputs == {"each": {"list": []}}
        world.end("sum")
        assert view.state == "succeeded"
        assert view.tasks_total == 3

    @pytest.mark.parametrize("ending", ["failed", "cancelled", "lost"])
    def test_who_waits_for_all_reads_what_the_others_made(self, ending: str) -> None:
        world = World(workers=3)
        each = task("each", inputs={"x": Source("item", "days", over="param")}, foreach=("x",), on_lost="fail")
        world.submit(pipeline(each, task("sum", "each", trigger="all_done")), params={"days": ["mon", "tue", "wed"]})
        world.end("each[0]", value=1)
        world.end("each[1]", ending)
        world.end("each[2]", value=3)
        assert world.executor.seen[-1].inputs == {"each": {"list": [inline(1), None, inline(3)]}}

    def test_one_that_never_had_items_gives_no_list(self) -> None:
        world = World()
        each = task("each", inputs={"x": Source("item", "a", over="dataset")}, foreach=("x",))
        world.submit(pipeline(task("a"), each, task("sum", "each", trigger="all_done")))
        world.end("a", "failed")
        assert world.executor.seen[-1].inputs == {"each": None}

    def test_over_what_only_a_worker_can_read(self) -> None:
        world = World()
        each = task("each", inputs={"x": Source("item", "a", over="dataset")}, foreach=("x",))
        view = world.submit(pipeline(task("a"), each))
        world.end("a", value={"k": 1})
        assert world.executor.seen[-1].mode == "expand"
        world.end("each", "expanded", items=[["k", {"x": {"json": 1}}]])
        assert world.names() == ["each[0]"]
        assert world.executor.seen[-1].mode == "run"
        world.end("each[0]")
        assert view.state == "succeeded"

    def test_items_fail_retry_and_are_allowed_to_fail_one_by_one(self) -> None:
        world = World()
        item = {"x": Source("item", "days", over="param")}
        each = task("each", inputs=item, foreach=("x",), retry=RetrySpec(attempts=2, delay=0))
        view = world.submit(pipeline(each, task("sum", "each")), params={"days": [1, 2]})
        world.end("each[0]", "failed")
        world.turn()
        world.end("each[0]", "failed")
        assert view.state == "running"
        world.end("each[1]")
        assert states(view) == {"each": "failed", "sum": "upstream_failed"}
        assert view.error is not None
        assert view.error["map_index"] == 0

    def test_no_more_items_at_once_than_its_concurrency(self) -> None:
        world = World(workers=8)
        item = {"x": Source("item", "days", over="param")}
        each = task("each", inputs=item, foreach=("x",), concurrency=2)
        view = world.submit(pipeline(each), params={"days": list(range(5))})
        assert world.names() == ["each[0]", "each[1]"]
        world.end("each[1]")
        assert world.names() == ["each[0]", "each[2]"]
        world.end_all()
        assert view.state == "succeeded"


class TestLimits:
    def test_a_wide_task_waits_for_its_cores_and_is_not_overtaken(self) -> None:
        world = World(workers=2)
        wide = task("wide", resources=Resources(cpu=2))
        view = world.submit(pipeline(task("a"), wide, task("b")))
        assert world.names() == ["a"]
        world.end("a")
        assert world.names() == ["wide"]
        world.end("wide")
        world.end_all()
        assert view.state == "succeeded"

    def test_a_pool_lets_as_many_in_as_it_is_large(self) -> None:
        world = World(workers=4, pools={"db": 1})
        needs = Resources(pool="db")
        view = world.submit(pipeline(task("a", resources=needs), task("b", resources=needs), task("c")))
        assert world.names() == ["a", "c"]
        world.end("a")
        assert world.names() == ["b", "c"]
        world.end_all()
        assert view.state == "succeeded"


class TestSlices:
    def test_tasks_outside_are_skipped_and_their_datasets_given(self) -> None:
        world = World()
        spec = pipeline(task("a"), task("b", "a"), task("c", "b"))
        view = world.submit(spec, RunRequest(from_=("b",)), given={"a": inline(5)})
        assert states(view)["a"] == "skipped"
        assert reasons(view)["a"] == "slice"
        assert world.executor.seen[0].inputs == {"a": inline(5)}
        world.end_all()
        assert view.state == "succeeded"
        assert view.tasks_total == 2
        assert view.selection == {"from": ["b"]}


class TestDurability:
    def test_pipelined_runs_go_on_while_a_commit_is_under_way(self) -> None:
        world = World()
        world.submit(pipeline(task("a"), task("b", "a")))
        world.writer.hold = True
        world.end("a")
        assert world.names() == ["b"]

    def test_nothing_begins_of_a_run_that_is_on_no_record(self) -> None:
        world = World()
        world.writer.hold = True
        world.submit(pipeline(task("a"), task("b")))
        world.turn()
        assert world.names() == []
        world.writer.answer()
        world.turn()
        assert world.names() == ["a", "b"]

    def test_a_commit_with_an_attempt_has_the_task_run_that_counts_it(self) -> None:
        world = World(workers=1)
        world.submit(pipeline(task("a"), task("b")))
        world.pass_time(0.1)
        world.end("a")
        world.pass_time(0.1)
        for commit in world.writer.commits:
            counted = {row.seq: row.attempts for row in (*commit.new_task_runs, *commit.task_run_updates)}
            assert all(counted.get(row.seq, 0) >= row.n for row in commit.new_attempts)
        assert sum(len(commit.new_attempts) for commit in world.writer.commits) == 2

    def test_strict_runs_wait_for_the_commit(self) -> None:
        world = World()
        world.writer.hold = True
        world.submit(pipeline(task("a"), task("b", "a"), durability="strict"))
        assert world.names() == []
        world.writer.answer()
        world.turn()
        assert world.names() == ["a"]
        world.writer.answer()
        world.end("a")
        world.turn()
        assert world.names() == []
        world.writer.answer()
        world.turn()
        world.writer.answer()
        world.turn()
        assert world.names() == ["b"]

    def test_an_answer_in_the_middle_of_a_turn_is_not_slept_through(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World()
        world.writer.hold = True
        world.submit(pipeline(task("a"), durability="strict"))
        dispatch = world.engine._dispatch

        def answered(now: float) -> None:
            dispatch(now)
            world.writer.answer()

        monkeypatch.setattr(world.engine, "_dispatch", answered)
        world.turn(1)
        assert world.names() == []
        assert world.engine._patience() == 0.0
        world.turn(1)
        assert world.names() == ["a"]

    def test_a_run_is_over_for_its_caller_when_its_last_commit_is(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a")))
        world.writer.hold = True
        world.end("a")
        assert view.state == "succeeded"
        assert not view.handle.wait(0)
        world.writer.answer()
        world.turn()
        world.writer.answer()
        world.turn()
        assert view.handle.wait(0)

    def test_a_late_result_is_recorded_and_changes_nothing(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a"), task("b")))
        assignment = world.take("a")
        world.report(assignment)
        world.report(assignment, "failed")
        world.turn()
        assert states(view)["a"] == "succeeded"
        kinds = [event.kind for commit in world.writer.commits for event in commit.events]
        assert kinds.count("attempt.fenced") == 1


def test_two_upstream_tasks_that_end_together_queue_what_follows_once() -> None:
    world = World()
    view = world.submit(pipeline(task("a"), task("b"), task("c", "a", "b")))
    first, second = world.take("a"), world.take("b")
    world.report(first)
    world.report(second)
    world.turn()
    assert states(view)["c"] == "queued"
    assert world.names() == ["c"]


class TestRefusedCommits:
    def test_a_run_of_somebody_else_is_let_go(self) -> None:
        world = World()
        view = world.submit(pipeline(task("a"), task("b", "a")))
        world.writer.errors.append(Fenced("it belongs to another engine"))
        world.start("a")
        assert view.handle.wait(0)
        assert isinstance(view.handle.failure, Fenced)
        assert len(world.executor.cancelled) == 2
        world.end("a", "cancelled")
        assert world.engine.limits.out == 0

    def test_the_other_runs_of_the_commit_go_on(self) -> None:
        world = World()
        lost = world.submit(pipeline(task("a"), task("b", "a")))
        kept = world.submit(pipeline(task("c"), task("d", "c")))
        world.pass_time(0.1)
        world.writer.hold = True
        first, second = world.take("a"), world.take("c")
        world.report(first)
        world.report(second)
        world.turn()
        both = world.writer.commits[-1]
        assert {fence.run_key for fence in both.fences} == {lost.key, kept.key}
        world.writer.hold = False
        world.writer.errors.append(Fenced("it belongs to another engine", run_key=lost.key))
        world.writer.answer()
        world.turn()
        assert isinstance(lost.handle.failure, Fenced)
        again = world.writer.commits[world.writer.commits.index(both) + 1]
        assert {event.run_key for event in again.events} == {kept.key}
        assert [row.state for row in again.attempt_updates] == ["succeeded"]
        world.end("d")
        assert kept.handle.wait(0)
        assert (kept.state, kept.handle.failure) == ("succeeded", None)

    def test_a_locked_database_is_tried_again_with_the_same_commit(self) -> None:
        world = World()
        world.writer.errors.append(StoreBusy())
        view = world.submit(pipeline(task("a")))
        assert world.names() == []
        world.pass_time(1.1)
        assert world.writer.commits[0] is world.writer.commits[1]
        world.end("a")
        assert view.handle.wait(0)

    def test_a_full_disk_ends_the_run_as_such(self) -> None:
        made: list[str] = []
        world = World(make_room=lambda: made.append("room"))
        view = world.submit(pipeline(task("a"), task("b", "a")))
        world.writer.errors.append(DiskFull())
        world.start("a")
        assert made == ["room"]
        world.end("a", "cancelled")
        world.pass_time(1.1)
        assert (view.state, view.reason) == ("failed", "disk_full")
        assert view.handle.wait(0)
        assert view.handle.failure is None


def test_all_tasks_are_on_record_from_the_start() -> None:
    world = World()
    world.submit(pipeline(task("a"), task("b", "a"), task("c")), RunRequest(to=("b",)))
    rows = {row.task: (row.state, row.reason) for row in world.writer.commits[0].new_task_runs}
    assert rows == {"a": ("queued", None), "b": ("created", None), "c": ("skipped", "slice")}
