"""Pages of runs: whatever the filter and the order, each run that fits comes once, in its place."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.errors import UsageError
from penstock.model import ids
from penstock.model.states import TERMINAL_RUN
from penstock.store import fitting, ways
from penstock.store.database import Database, open_database
from penstock.store.error_text import folded, mask_of
from penstock.store.filters import RunFilter
from penstock.store.rows import Commit, NewRun, NewVersion
from penstock.store.runs import count_runs, export_runs, keys_fitting, list_runs
from penstock.store.sorts import SORTS, Place, cursor_of, place_of, sort_of
from penstock.store.write import apply
from tests.store import made

RUNS = 300
SECOND = 1_000_000
Label = tuple[int, str, str]


@cache
def made_up(count: int, first: int = 0) -> tuple[list[NewRun], list[Label]]:
    """Runs that differ in all that filters look at; many have equal durations and sizes, or none."""
    chance = random.Random(count + first)
    rows, labels = [], []
    for at in range(first, first + count):
        key = made.key_at(at // 3, at)  # three in a second
        state = chance.choice(["succeeded", "succeeded", "failed", "warning", "skipped", "running"])
        started = None if state == "skipped" else made.AT + at * SECOND // 3
        over = state in TERMINAL_RUN
        ended = None if not over else (started or made.AT) + chance.randrange(5) * SECOND
        idle = chance.choice([0, 0, 1]) * (0 if ended is None or ended == started else SECOND)
        error = {"task": "raw", "type": "E", "message": chance.choice(["late train", "Lost Bag"])}
        rows.append(made.run(
            key, state=state, started_at=started, ended_at=ended, idle=idle, bytes=chance.choice([None, 0, 5, 7]),
            pipeline=chance.choice(["flights", "trains"]), namespace=chance.choice(["default", "sales"]),
            type=chance.choice(["standard", "test"]), tags=chance.choice(['["a"]', '["a", "b é"]', "[]"]),
            trigger=json.dumps({"kind": chance.choice(["manual", "schedule"]), "name": None}),
            error=json.dumps(error) if state == "failed" else None,
        ))  # fmt: skip
        if at % 2:
            labels.append((key, "owner", chance.choice(["me", "you"])))
    return rows, labels


@cache
def facts_of(count: int) -> list[tuple[NewRun, str, dict[str, set[str]]]]:
    """The runs of `made_up`, each with the words of its error and the words that filters name."""
    rows, labels = made_up(count)
    found = []
    for row in rows:
        error = "" if row.error is None else f"raw E {json.loads(row.error)['message']}".lower()
        own = {name: value for key, name, value in labels if key == row.key}
        found.append((row, error, {
            "pipeline": {row.pipeline}, "namespace": {row.namespace}, "state": {row.state}, "type": {row.type},
            "trigger": {json.loads(row.trigger)["kind"]}, "tag": set(json.loads(row.tags)), "id": {row.id},
            "label": {*own, *(f"{name}={value}" for name, value in own.items())},
        }))  # fmt: skip
    return found


def fitting_rows(count: int, chosen: RunFilter) -> list[NewRun]:
    """The filter once more, in plain words."""
    named = {name: set(getattr(chosen, name)) for name in facts_of(count)[0][2]}
    wanted = {name: {one for one in given_ if not one.startswith("!")} for name, given_ in named.items()}
    excluded = {name: {one[1:] for one in given_ if one.startswith("!")} for name, given_ in named.items()}
    return [
        row
        for row, error, facts in facts_of(count)
        if all((not wanted[name] or wanted[name] & has) and not excluded[name] & has for name, has in facts.items())
        and fits(row, error, chosen)
    ]


def fits(row: NewRun, error: str, chosen: RunFilter) -> bool:
    """The filters that name no words."""
    created = row.created_at / SECOND
    lasted = took(row)
    duration = None if lasted is None else lasted / SECOND
    return (
        (chosen.q is None or chosen.q.lower() in error)
        and (chosen.created_after is None or created >= chosen.created_after)
        and (chosen.created_before is None or created < chosen.created_before)
        and (chosen.duration_gt is None or (duration is not None and duration > chosen.duration_gt))
        and (chosen.duration_lt is None or (duration is not None and duration < chosen.duration_lt))
    )


def took(row: NewRun) -> int | None:
    """What lies between generations is no part of a duration."""
    return None if row.started_at is None or row.ended_at is None else row.ended_at - row.started_at - row.idle


def in_order(rows: list[NewRun], sort: str) -> list[str]:
    """Ids in an order; runs without the value last."""
    name, sign = sort.removeprefix("-"), -1 if sort.startswith("-") else 1

    def value(row: NewRun) -> int | None:
        if name == "duration":
            return took(row)
        found: int | None = row.key if name == "created_at" else getattr(row, name)
        return found

    def place(row: NewRun) -> tuple[bool, int, int]:
        at = value(row)
        return at is None, sign * (at or 0), sign * row.key

    return [row.id for row in sorted(rows, key=place)]


@pytest.fixture(scope="module", params=["sqlite", "sqlite with many", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Three hundred runs. With `many`, SQLite is told that all of them are too many to be looked up one by one."""
    if request.param == "postgresql":
        database = open_database(request.getfixturevalue("postgres_schema"))
    else:
        database = open_database(tmp_path_factory.mktemp("lists") / "penstock.db")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "sqlite with many":
            for name in ("FEW", "FEW_TO_SORT"):
                patch.setattr(ways, name, 1)
            patch.setattr(fitting, "BUDGETS", (1, 30))
        rows, labels = made_up(RUNS)
        names = {(row.namespace, row.pipeline) for row in rows}
        versions = [NewVersion(*name, "v1", "{}", made.AT) for name in sorted(names)]
        with database.write() as connection:
            apply(connection, Commit(versions=versions, new_runs=rows, labels=labels))
        yield database
    database.close()


def words(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    """No value, one, or several; some of them excluded."""
    every = [*values, *(f"!{value}" for value in values)]
    return st.one_of(st.just(()), st.lists(st.sampled_from(every), max_size=3, unique=True).map(tuple))


times = st.one_of(st.none(), st.integers(-3, 320).map(lambda third: made.START + third / 3))
lengths = st.one_of(st.none(), st.integers(0, 5).map(float))
filters = st.builds(
    RunFilter, pipeline=words("flights", "trains", "none"), namespace=words("default", "sales"),
    state=words("failed", "skipped", "running", "succeeded", "paused"), type=words("standard", "test", "debug"),
    trigger=words("manual", "schedule", "retry"), tag=words("a", "b é", "b"), label=words("owner", "owner=me", "x=y"),
    created_after=times, created_before=times, duration_gt=lengths, duration_lt=lengths,
    q=st.sampled_from([None, None, None, "LOST", "late train", "%", "nothing"]),
    id=st.one_of(st.just(()), words(*(row.id for row in made_up(RUNS)[0][:4]))),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(chosen=filters, sort=st.sampled_from(SORTS), limit=st.integers(1, 120))
def test_each_run_comes_once_and_in_order(stored: Database, chosen: RunFilter, sort: str, limit: int) -> None:
    rows = fitting_rows(RUNS, chosen)
    expected = in_order(rows, sort)
    seen, cursor, pages = [], None, 0
    with stored.read() as connection:
        while pages == 0 or cursor is not None:
            page = list_runs(connection, chosen, sort, limit, cursor)
            seen += [item["id"] for item in page.items]
            cursor, pages = page.next_cursor, pages + 1
        assert count_runs(connection, chosen) == (len(expected), True)
        assert [item["id"] for part in export_runs(connection, chosen, sort) for item in part] == expected
        newest = in_order(rows, "-created_at")
        assert [ids.run_id(key) for key in keys_fitting(connection, chosen, 10)] == newest[:10]
    assert seen == expected
    assert pages == max(1, -(-len(expected) // limit))


@pytest.mark.parametrize("sort", SORTS)
def test_runs_that_are_added_meanwhile_disturb_no_page(database: Database, sort: str) -> None:
    rows, labels = made_up(60)
    with database.write() as connection:
        apply(connection, Commit(new_runs=rows, labels=labels))
    seen: list[str] = []
    cursor, more = None, 60
    while cursor is not None or not seen:
        with database.read() as connection:
            page = list_runs(connection, sort=sort, limit=7, cursor=cursor)
        seen += [item["id"] for item in page.items]
        cursor = page.next_cursor
        if more < 90:
            new, labels = made_up(5, more)
            more += 5
            with database.write() as connection:
                apply(connection, Commit(new_runs=new, labels=labels))
    assert len(seen) == len(set(seen))
    before = {row.id for row in rows}
    assert [one for one in seen if one in before] == in_order(rows, sort)


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=40))
def test_a_part_of_an_error_has_no_pairs_that_it_has_not(before: str, part: str, after: str) -> None:
    whole, small = mask_of(folded(before) + folded(part) + folded(after)), mask_of(folded(part))
    assert whole & small == small
    assert whole < 1 << 61


def test_errors_that_an_older_penstock_wrote_are_found(database: Database) -> None:
    error = json.dumps({"task": "raw", "type": "E", "message": "Lost Bag"})
    with database.write() as connection:
        apply(connection, Commit(new_runs=[made.run(state="failed", error=error)]))
        connection.run("UPDATE run SET error_mask = NULL")
        assert count_runs(connection, RunFilter(q="lost b")) == (1, True)
        assert count_runs(connection, RunFilter(q="lost c")) == (0, True)


def test_counting_stops(database: Database) -> None:
    with database.write() as connection:
        apply(connection, Commit(new_runs=made_up(20)[0]))
    with database.read() as connection:
        assert count_runs(connection, limit=20) == (20, True)
        assert count_runs(connection, limit=19) == (19, False)
        assert count_runs(connection, RunFilter(state=("paused",)), limit=1) == (0, True)


def test_a_filter_that_is_wrong_is_told_before_an_export_begins(database: Database) -> None:
    with database.read() as connection, pytest.raises(UsageError, match="no state of a run"):
        export_runs(connection, RunFilter(state=("x",)))


class TestCursors:
    @given(st.sampled_from(SORTS), st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), st.integers(0, 2**63 - 1))
    def test_a_cursor_is_its_place(self, sort: str, value: int | None, key: int) -> None:
        order = sort_of(sort)
        assert place_of(order, cursor_of(order, Place(value, key))) == Place(value, key)

    @given(st.text(max_size=80))
    def test_another_text_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError, match="no cursor of this list"):
            place_of(sort_of("-created_at"), text)

    def test_a_cursor_of_another_order_is_refused(self) -> None:
        cursor = cursor_of(sort_of("bytes"), Place(1, 2))
        with pytest.raises(UsageError, match="with the same sort"):
            place_of(sort_of("-bytes"), cursor)

    @pytest.mark.parametrize("body", ["[1]", "{}", '["bytes", true, 1]', '["bytes", 1, null]', '["bytes", 1.5, 1]',
                                      f'["bytes", 1, {2**64}]', "[" * 9000])  # fmt: skip
    def test_a_forged_cursor_is_refused(self, body: str) -> None:
        import base64

        with pytest.raises(UsageError):
            place_of(sort_of("bytes"), base64.urlsafe_b64encode(body.encode()).decode())


#: Where a list may read all runs, it reads the narrow index; nowhere does it read the table from end to end.
PLANS: list[tuple[dict[str, Any], str]] = [
    ({"state": ("failed",), "created_after": 1.0}, "run_state (state=? AND key>?)"),
    ({"pipeline": ("flights",)}, "run_pipeline (pipeline=?)"),
    ({"pipeline": ("flights",), "state": ("failed",)}, "run_place (namespace=? AND pipeline=? AND state=?)"),
    ({"label": ("owner=me",), "created_after": 1.0}, "label_run (key=? AND value=? AND run_key>?)"),
    ({"label": ("owner=me",), "state": ("failed",)}, "label_run (key=? AND value=?)"),
    ({"q": "late"}, "COVERING INDEX run_error"),
    ({"type": ("test",)}, "run_type (type=?)"),
    ({"type": ("standard",)}, "COVERING INDEX run_line"),
    ({"trigger": ("retry",), "created_after": 1.0}, "run_trigger (trigger_kind=? AND key>?)"),
    ({"trigger": ("manual",), "tag": ("a",)}, "COVERING INDEX run_line"),
    ({"duration_gt": 1.0, "tag": ("a",)}, "COVERING INDEX run_line"),
    ({}, "COVERING INDEX run_line"),
]


@pytest.mark.parametrize(("facts", "plan"), PLANS, ids=[plan for _, plan in PLANS])
def test_long_lists_are_read_by_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any], plan: str
) -> None:
    for name in ("FEW", "FEW_TO_SORT"):
        monkeypatch.setattr(ways, name, 1)
    database = open_database(tmp_path / "penstock.db")
    rows, labels = made_up(50)
    only = [row._replace(namespace="default") for row in rows]
    with database.write() as connection:
        versions = [NewVersion("default", name, "v1", "{}", made.AT) for name in ("flights", "trains")]
        apply(connection, Commit(versions=versions, new_runs=only, labels=labels))
    with database.read() as connection:
        asked: list[tuple[str, Any]] = []
        all_ = connection.all
        monkeypatch.setattr(connection, "all", lambda sql, parameters=(): asked.append((sql, parameters))
                            or all_(sql, parameters))  # fmt: skip
        list_runs(connection, RunFilter(**facts))
        sql, parameters = next(one for one in asked if "run.key FROM" in one[0])
        steps = [row[3] for row in all_("EXPLAIN QUERY PLAN " + sql, parameters)]
    database.close()
    assert plan in steps[0]
    assert not any("TEMP B-TREE" in step for step in steps)
