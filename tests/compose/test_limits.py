"""Limits of runs and pools, with engines and terminals on one store. Tasks run in real workers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from penstock.compose import left
from penstock.compose.local import LocalEngine
from penstock.engine.request import RetryWish, RunRequest
from penstock.errors import LimitReached
from penstock.model import ids
from penstock.store.check import check
from tests.compose.limited import FLOW, Limited
from tests.journeys.conftest import PATIENCE, until
from tests.postgres import empty, postgres_schema, postgres_server  # noqa: F401  fixtures


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Limited]:
    yield from _on(tmp_path)


@pytest.fixture(scope="module")
def engine_of_many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Limited, LocalEngine]]:
    with contextlib.contextmanager(_on)(tmp_path_factory.mktemp("many")) as made, made.engine() as engine:
        yield made, engine


@pytest.fixture
def engine(engine_of_many: tuple[Limited, LocalEngine]) -> LocalEngine:
    """At work, for one test after the other."""
    return engine_of_many[1]


@pytest.fixture
def at_work(engine_of_many: tuple[Limited, LocalEngine]) -> Iterator[Limited]:
    """With that engine."""
    made, _ = engine_of_many
    made.begin()
    yield made
    until(lambda: made.held() == [], lambda: f"nothing is held: {made.held()}")


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Limited]:
    yield from _on(tmp_path, request.getfixturevalue("postgres_schema") if request.param == "postgresql" else None)


def _on(folder: Path, url: str | None = None) -> Iterator[Limited]:
    if url is not None:
        empty(url)
    made = Limited(folder, url)
    yield made
    assert check(made.database) == []
    assert made.held() == []
    made.database.close()


def test_runs_wait_for_their_turn_first_come_first(at_work: Limited) -> None:
    runs = [at_work.ask("one", str(n)) for n in range(4)]
    at_work.becomes(runs[0], "running")
    for run in runs[1:]:
        at_work.becomes(run, "queued/limit")
    free = at_work.ask("free")
    at_work.becomes(free, "succeeded")
    for n, run in enumerate(runs):
        at_work.becomes(run, "running")
        at_work.open(str(n))
        at_work.becomes(run, "succeeded")
    (_, created, _), (_, queued, told), *_ = at_work.events(runs[1])
    assert (created, queued) == ("run.created", "run.queued")
    assert told == {"reason": "limit", "limit": "pipeline:default/one", "most": 1, "held": 1, "by_runs": [runs[0]]}
    assert [run for run, kind, _ in at_work.events() if kind == "run.running" and run != free] == runs


def test_two_engines_let_two_in(anywhere: Limited) -> None:
    with anywhere.engine(), anywhere.engine():
        runs = [anywhere.ask("two") for _ in range(20)]
        for run in runs:
            anywhere.becomes(run, "succeeded")
    assert anywhere.most_at_once() == 2


#: Of a pipeline, what one run more than its limit becomes.
AT_ONCE = {"skipping": "skipped/limit", "failing": "failed/limit"}


def test_one_more_than_the_limit_ends_at_once(at_work: Limited) -> None:
    for pipeline, state in AT_ONCE.items():
        first = at_work.ask(pipeline, pipeline)
        at_work.becomes(first, "running")
        more = at_work.ask(pipeline)
        at_work.becomes(more, state)
        at_work.open(pipeline)
        at_work.becomes(first, "succeeded")
        last = at_work.ask(pipeline)
        at_work.becomes(last, "succeeded")
    error = at_work.document(more)["error"]
    assert error["message"] == f"1 of 1 runs of 'failing' are running ({first}); retry it when one is over"


def test_the_newest_takes_the_place_of_the_oldest(at_work: Limited) -> None:
    first = at_work.ask("newest", "never")
    at_work.becomes(first, "running")
    second = at_work.ask("newest", "never")
    at_work.becomes(first, "cancelled/limit")
    at_work.becomes(second, "running")
    third = at_work.ask("newest")
    at_work.becomes(third, "succeeded")
    at_work.becomes(second, "cancelled/limit")
    assert at_work.most_at_once() == 1


def test_of_those_that_wait_for_the_oldest_to_end_the_newest_is_left(anywhere: Limited) -> None:
    runs = [anywhere.ask("newest", "never" if n < 4 else "") for n in range(5)]
    with anywhere.engine():
        anywhere.becomes(runs[4], "succeeded")
        for run in runs[:4]:
            anywhere.becomes(run, "cancelled/limit")


def test_a_tag_limits_runs_of_all_its_pipelines(at_work: Limited) -> None:
    first = at_work.ask("left", "a")
    at_work.becomes(first, "running")
    second, third = at_work.ask("right"), at_work.ask("left")
    at_work.becomes(second, "queued/limit")
    at_work.becomes(third, "queued/limit")
    at_work.open("a")
    for run in (first, second, third):
        at_work.becomes(run, "succeeded")
    assert at_work.most_at_once() == 1


def test_a_limit_that_is_lowered_lets_nobody_in_until_there_are_fewer(at_work: Limited) -> None:
    runs = [at_work.ask("two", gate) for gate in ("a", "b", "c")]
    at_work.becomes(runs[1], "running")
    at_work.becomes(runs[2], "queued/limit")
    at_work.define(FLOW.replace('made("two", 2)', 'made("two", 1)'))
    at_work.open("a")
    at_work.becomes(runs[0], "succeeded")
    at_work.becomes(at_work.ask("free"), "succeeded")
    assert at_work.state(runs[2]) == "queued/limit"
    at_work.open("b")
    at_work.becomes(runs[2], "running")
    at_work.open("c")
    at_work.becomes(runs[2], "succeeded")


def test_a_limit_that_is_no_more_lets_all_in(at_work: Limited) -> None:
    runs = [at_work.ask("one", "a") for _ in range(3)]
    at_work.becomes(runs[2], "queued/limit")
    at_work.define(FLOW.replace('made("one", 1)', 'made("one", None)'))
    at_work.becomes(runs[2], "running")
    at_work.open("a")
    for run in runs:
        at_work.becomes(run, "succeeded")


def test_runs_of_terminals_wait_too(limited: Limited) -> None:
    with limited.terminal() as first, limited.terminal() as second:
        one = first.submit(limited.specs["one"], RunRequest({"gate": limited.gate("a")}))
        until(lambda: one.picture().state == "running", "it runs")
        two = second.submit(limited.specs["one"], RunRequest({"gate": limited.gate("a")}))
        assert two.waits_for == f"1 of 1 runs of 'one' are running ({one.id})"
        limited.becomes(two.id, "queued/limit")
        three = second.submit(limited.specs["one"])
        limited.becomes(three.id, "queued/limit")
        two.cancel()
        assert two.wait(PATIENCE)
        assert limited.state(two.id) == "cancelled/user"
        limited.open("a")
        assert three.wait(PATIENCE)
        assert limited.state(three.id) == "succeeded"
        assert three.waits_for is None
    assert limited.most_at_once() == 1


def test_what_a_terminal_leaves_behind_lets_the_others_in(limited: Limited, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(left.ENDED, "terminal", 0.0)  # no lifeline tells that it has ended what it ran
    with limited.terminal() as first:
        holds = first.submit(limited.specs["one"], RunRequest({"gate": limited.gate("never")}))
        limited.becomes(holds.id, "running")
        waits = first.submit(limited.specs["one"])
        limited.becomes(waits.id, "queued/limit")
    with limited.terminal() as second:
        assert [limited.state(one.id) for one in (holds, waits)] == ["failed/lease_lost"] * 2
        assert second.submit(limited.specs["one"]).wait(PATIENCE)


def test_a_run_of_a_terminal_ends_where_its_limit_says_so(limited: Limited) -> None:
    with limited.terminal() as local:
        for pipeline, state in AT_ONCE.items():
            one = local.submit(limited.specs[pipeline], RunRequest({"gate": limited.gate(pipeline)}))
            limited.becomes(one.id, "running")
            two = local.submit(limited.specs[pipeline])
            assert two.wait(PATIENCE)
            assert limited.state(two.id) == state
            limited.open(pipeline)
            assert one.wait(PATIENCE)


def test_a_retry_needs_a_slot_again(at_work: Limited) -> None:
    first = at_work.ask("one", fails=True)
    at_work.becomes(first, "failed/user_error")
    other = at_work.ask("one", "a")
    at_work.becomes(other, "running")
    outcome = at_work.order(first, "retry", params={"fails": False})
    at_work.becomes(first, "queued/limit")
    with at_work.database.read() as connection:
        outcome.look(connection)
    assert outcome.state == "applied"
    at_work.open("a")
    at_work.becomes(first, "succeeded")
    assert at_work.document(first)["generation"] == 2
    assert [kind for _, kind, _ in at_work.events(first)][-3:] == ["run.queued", "run.running", "run.succeeded"]
    assert at_work.most_at_once() == 1


@pytest.mark.waits
def test_what_holds_and_what_waits_is_taken_over_with_its_slots(limited: Limited) -> None:
    failed = limited.ask("one", fails=True)
    with limited.engine():
        limited.becomes(failed, "failed/user_error")
        holds = limited.ask("one", "a")
        limited.becomes(holds, "running")
        limited.order(failed, "retry", params={"fails": False})
        limited.becomes(failed, "queued/limit")
    waits = limited.ask("one")
    with limited.engine():
        until(lambda: len(limited.document(holds)["tasks"][0]["attempts"]) == 2, "it is tried again")
        limited.becomes(waits, "queued/limit")
        assert limited.state(failed) == "queued/limit"
        limited.open("a")
        for run in (holds, failed, waits):
            limited.becomes(run, "succeeded")
    assert limited.most_at_once() == 1


def test_a_retry_that_may_not_wait_is_refused(limited: Limited) -> None:
    with limited.terminal() as local:
        failed = local.submit(limited.specs["skipping"], RunRequest({"fails": True}))
        assert failed.wait(PATIENCE)
        one = local.submit(limited.specs["skipping"], RunRequest({"gate": limited.gate("a")}))
        with pytest.raises(LimitReached, match="1 of 1 runs of 'skipping' are running"):
            local.retry(failed.key, RetryWish())
        assert limited.state(failed.id) == "failed/user_error"
        limited.open("a")
        assert one.wait(PATIENCE)
        again = local.retry(failed.key, RetryWish(params={"fails": False}))
        assert again.wait(PATIENCE)
        assert limited.state(failed.id) == "succeeded"


def test_who_waits_can_be_cancelled_and_lets_the_others_in(at_work: Limited) -> None:
    runs = [at_work.ask("one", "a"), at_work.ask("one"), at_work.ask("one")]
    at_work.becomes(runs[2], "queued/limit")
    assert at_work.order(runs[1], "cancel").state == "applied"
    assert at_work.state(runs[1]) == "cancelled/user"
    at_work.open("a")
    at_work.becomes(runs[2], "succeeded")


def test_a_run_can_be_forced_past_its_limit(at_work: Limited, engine: LocalEngine) -> None:
    runs = [at_work.ask("one", "a"), at_work.ask("one", "b"), at_work.ask("one")]
    at_work.becomes(runs[2], "queued/limit")
    assert at_work.order(runs[1], "force-run").state == "applied"
    at_work.becomes(runs[1], "running")
    assert at_work.events(runs[1])[-1][2] == {"forced": {"by": "ann"}}
    assert at_work.order(runs[1], "force-run").state == "refused"
    mine = engine.submit(at_work.specs["one"])
    at_work.becomes(mine.id, "queued/limit")
    at_work.order(mine.id, "force-run")
    assert mine.wait(PATIENCE)
    assert at_work.state(runs[2]) == "queued/limit"
    at_work.open("a")
    at_work.becomes(runs[2], "succeeded")
    at_work.open("b")
    at_work.becomes(runs[1], "succeeded")


def test_slots_of_a_pool_count_over_all_engines(anywhere: Limited) -> None:
    with anywhere.engine(), anywhere.engine(), anywhere.terminal() as local:
        runs = [anywhere.ask("pooled"), anywhere.ask("pooled")]
        own = local.submit(anywhere.specs["pooled"])
        assert own.wait(PATIENCE)
        for run in runs:
            anywhere.becomes(run, "succeeded")
    with anywhere.database.read() as connection:
        spans = connection.all("SELECT started_at, ended_at FROM attempt ORDER BY started_at")
    assert len(spans) == 12
    for (_, ended), (started, _) in pairwise(spans):
        assert ended <= started


def test_a_cancelled_task_gives_up_its_place_in_the_line_of_a_pool(limited: Limited) -> None:
    with limited.terminal() as local:
        one, two = local.submit(limited.specs["pooled"]), local.submit(limited.specs["pooled"])
        one.cancel()
        assert one.wait(PATIENCE)
        assert two.wait(PATIENCE)
        assert limited.state(two.id) == "succeeded"
        assert ids.key_of(one.id) == one.key
