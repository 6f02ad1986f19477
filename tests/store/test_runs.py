"""Lists of runs, and finding one by what a person types."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.errors import NotFound, UsageError
from penstock.model import ids
from penstock.store import runs
from penstock.store.database import Database
from penstock.store.filters import RunFilter
from penstock.store.rows import Commit, NewRun
from penstock.store.runs import find_run, latest_succeeded, list_runs
from penstock.store.write import apply
from penstock.wire.runs import RunSummary
from tests.store import made
from tests.store.wired import assert_wire


def write(database: Database, rows: list[NewRun], **kinds: Any) -> None:
    with database.write() as connection:
        apply(connection, Commit(new_runs=rows, **kinds))


def listed(database: Database, chosen: RunFilter | None = None, **how: Any) -> list[int]:
    """Which runs a list shows, as the seconds after START at which they were created."""
    with database.read() as connection:
        page = list_runs(connection, chosen, **how)
    return [round(ids.created_at(ids.key_of(item["id"])) - made.START) for item in page.items]


def test_an_item_of_a_list(database: Database) -> None:
    error = {"task": "raw", "map_index": None, "type": "E", "message": "m", "traceback": "long"}
    row = made.run(state="failed", reason="user_error", ended_at=made.AT + 5_000_000, error=json.dumps(error))
    row = row._replace(idle=3_500_000, generation=2)
    write(database, [row._replace(tags='["nightly"]')], labels=[(made.KEY, "owner", "data"), (made.KEY, "cost", "9")])
    with database.read() as connection:
        (item,) = list_runs(connection).items
    assert item == {
        "id": row.id,
        "pipeline": "flights",
        "namespace": "default",
        "version": "v1",
        "type": "standard",
        "state": "failed",
        "reason": "user_error",
        "created_at": "2013-01-01T00:00:00.000000Z",
        "started_at": "2013-01-01T00:00:00.000000Z",
        "ended_at": "2013-01-01T00:00:05.000000Z",
        "duration": 1.5,
        "idle": 3.5,
        "params": json.loads(row.params),
        "generation": 2,
        "tasks_total": 1,
        "tasks_done": 0,
        "trigger": {"kind": "manual", "name": None, "at": "2013-01-01T00:00:00.000000Z"},
        "tags": ["nightly"],
        "labels": {"cost": "9", "owner": "data"},
        "bytes": 0,
        "error": {"task": "raw", "map_index": None, "label": None, "type": "E", "message": "m"},
    }
    assert_wire(RunSummary, item)


def test_a_run_with_ten_thousand_labels_does_not_hold_up_the_list(database: Database) -> None:
    labels = [(made.KEY, f"{number:05}", "") for number in range(10_000)]
    write(database, [made.run(), made.run(made.key_at(1))], labels=[*labels, (made.key_at(1), "a", "b")])
    with database.read() as connection:
        last, first = list_runs(connection).items
    assert list(first["labels"]) == [f"{number:05}" for number in range(100)]
    assert last["labels"] == {"a": "b"}


@pytest.mark.parametrize(("sort", "order"), [("-created_at", -1), ("created_at", 1)])
def test_pages_follow_each_other_without_gap_or_double(database: Database, sort: str, order: int) -> None:
    write(database, [made.run(made.key_at(second)) for second in range(7)])
    seen, cursor = [], None
    with database.read() as connection:
        for size in (3, 3, 1):
            page = list_runs(connection, sort=sort, limit=3, cursor=cursor)
            assert len(page.items) == size
            seen += [item["id"] for item in page.items]
            cursor = page.next_cursor
    assert cursor is None
    assert seen == [ids.run_id(made.key_at(second)) for second in range(7)][::order]


SEVERAL = [
    made.run(made.key_at(0), state="succeeded", ended_at=made.AT + 10_000_000, tags='["a", "b"]'),
    made.run(made.key_at(1), state="failed", pipeline="other", error='{"message": "100%_ wrong é \\"quoted\\""}'),
    made.run(made.key_at(2), state="failed", namespace="sales", error='{"message": "wrong"}', type="test"),
    made.run(made.key_at(3), trigger='{"kind": "schedule", "name": "x"}', tags='["b"]'),
]
LABELS = [
    (made.key_at(0), "owner", "data"), (made.key_at(1), "owner", "ops=1"), (made.key_at(3), "cost", "data"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "seconds"),
    [
        (RunFilter(), [3, 2, 1, 0]),
        (RunFilter(pipeline=("other",)), [1]),
        (RunFilter(pipeline=("!other",)), [3, 2, 0]),
        (RunFilter(pipeline=("other", "flights")), [3, 2, 1, 0]),
        (RunFilter(namespace=("sales",)), [2]),
        (RunFilter(state=("failed",)), [2, 1]),
        (RunFilter(state=("failed", "succeeded")), [2, 1, 0]),
        (RunFilter(state=("!failed", "!succeeded")), [3]),
        (RunFilter(state=("failed",), pipeline=("flights",)), [2]),
        (RunFilter(type=("test",)), [2]),
        (RunFilter(trigger=("schedule",)), [3]),
        (RunFilter(trigger=("!schedule",)), [2, 1, 0]),
        (RunFilter(tag=("b",)), [3, 0]),
        (RunFilter(tag=("a", "!b")), []),
        (RunFilter(label=("owner=data",)), [0]),
        (RunFilter(label=("owner=ops=1",)), [1]),
        (RunFilter(label=("owner",)), [1, 0]),
        (RunFilter(label=("!owner",)), [3, 2]),
        (RunFilter(label=("owner=data", "cost")), [3, 0]),
        (RunFilter(created_after=made.START + 2), [3, 2]),
        (RunFilter(created_before=made.START + 2), [1, 0]),
        (RunFilter(created_after=made.START + 0.9995, created_before=made.START + 2.0005), [2, 1]),
        (RunFilter(duration_gt=9.5), [0]),
        (RunFilter(duration_gt=10), []),
        (RunFilter(duration_lt=10.5), [0]),
        (RunFilter(duration_gt=9, duration_lt=10), []),
        (RunFilter(duration_gt=-1e308, duration_lt=1e308), [0]),
        (RunFilter(created_after=-1e308, created_before=1e308), [3, 2, 1, 0]),
        (RunFilter(created_after=1e308), []),
        (RunFilter(id=(ids.run_id(made.key_at(1)), ids.run_id(made.key_at(9)))), [1]),
        (RunFilter(id=("!" + ids.run_id(made.key_at(1)),)), [3, 2, 0]),
        (RunFilter(q="wrong"), [2, 1]),
        (RunFilter(q="WRONG"), [2, 1]),
        (RunFilter(q="0%_ w"), [1]),
        (RunFilter(q="%"), [1]),
        (RunFilter(q="é"), [1]),
        (RunFilter(q='"quoted"'), [1]),
        (RunFilter(q="'; DROP TABLE run --"), []),
    ],
    ids=str,
)
def test_filters(database: Database, chosen: RunFilter, seconds: list[int]) -> None:
    write(database, SEVERAL, labels=LABELS)
    assert listed(database, chosen) == seconds


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"sort": "cost"}, "sort by -created_at, created_at, -started_at"),
        ({"limit": 0}, "1 to 500"),
        ({"limit": 501}, "1 to 500"),
        ({"cursor": "nonsense"}, "next_cursor"),
        ({"chosen": RunFilter(state=("suceeded",))}, "'suceeded' is no state of a run; did you mean 'succeeded'"),
        ({"chosen": RunFilter(type=("!tset",))}, "'tset' is no type of a run; did you mean 'test'"),
        ({"chosen": RunFilter(trigger=("cron",))}, "'cron' is no trigger of a run; there are manual, schedule"),
        ({"chosen": RunFilter(id=("latest",))}, "'latest' is no run id"),
    ],
)
def test_what_can_not_be_listed(database: Database, how: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message), database.read() as connection:
        list_runs(connection, **how)


def found(database: Database, text: str) -> int:
    with database.read() as connection:
        return find_run(connection, text)


def test_a_run_is_found_by_its_id_or_a_part_of_it(database: Database) -> None:
    first, second = made.key_at(0, 0b10101_01010_10101_01010), made.key_at(0, 0b11111_00000_11111_00000)
    far = made.key_at(30_000_000, 3)
    write(database, [made.run(first), made.run(second), made.run(far)])
    for key in (first, second, far):
        assert found(database, ids.run_id(key)) == key
        assert found(database, ids.run_id(key).upper()) == key
        assert found(database, ids.run_id(key)[-4:]) == key
    assert found(database, ids.run_id(far)[:5]) == far
    with pytest.raises(UsageError, match="fits several runs") as caught:
        found(database, ids.run_id(first)[:5])
    assert caught.value.facts["candidates"] == [ids.run_id(second), ids.run_id(first)]
    assert not isinstance(caught.value, NotFound)


def test_many_candidates_are_not_all_named(database: Database) -> None:
    write(database, [made.run(made.key_at(0, chance)) for chance in range(20)])
    with pytest.raises(UsageError, match="and more") as caught:
        found(database, ids.run_id(made.KEY)[:8])
    assert len(caught.value.facts["candidates"]) == 5


@pytest.mark.parametrize("text", ["", "abc", "zzzz", "%%%%", "____", "not an id", "2ezkd1c00000", "0000000000000", "é"])
def test_a_run_that_is_not_there(database: Database, text: str) -> None:
    with pytest.raises(NotFound, match=r"names no run|there is no run"):
        found(database, text)


def test_the_latest_run(database: Database) -> None:
    with pytest.raises(NotFound, match="no run yet"):
        found(database, "latest")
    write(database, [made.run(made.key_at(1)), made.run(made.key_at(2), pipeline="other"), made.run(made.KEY)])
    assert found(database, "latest") == made.key_at(2)
    assert found(database, "latest:flights") == found(database, "latest:default/flights") == made.key_at(1)
    with pytest.raises(NotFound, match="no run of 'shop/flights' yet"):
        found(database, "latest:shop/flights")
    with pytest.raises(NotFound, match="no run of 'fligths' yet"):
        found(database, "latest:fligths")


def test_the_latest_success_that_has_what_is_needed(database: Database) -> None:
    rows = [
        made.run(made.key_at(0), state="succeeded"),
        made.run(made.key_at(1), state="succeeded"),
        made.run(made.key_at(2), state="failed"),
        made.run(made.key_at(3), state="succeeded", namespace="sales"),
    ]
    artifacts = [
        made.artifact(key=made.key_at(0), dataset="raw"), made.artifact(key=made.key_at(0), dataset="clean"),
        made.artifact(key=made.key_at(1), dataset="clean"), made.artifact(key=made.key_at(2), dataset="raw"),
    ]  # fmt: skip
    write(database, rows, artifacts=artifacts)
    with database.read() as connection:
        assert latest_succeeded(connection, "default", "flights") == made.key_at(1)
        assert latest_succeeded(connection, "default", "flights", having=["clean"]) == made.key_at(1)
        assert latest_succeeded(connection, "default", "flights", having=["clean", "raw"]) == made.key_at(0)
        assert latest_succeeded(connection, "default", "flights", having=["rare"]) is None
        assert latest_succeeded(connection, "default", "other") is None


@settings(max_examples=200, deadline=None)
@given(key=st.integers(0, 2**63 - 1), start=st.integers(0, 9), length=st.integers(4, 13))
def test_every_beginning_of_an_id_is_a_range_that_holds_its_key(key: int, start: int, length: int) -> None:
    part = ids.run_id(key)[:length]
    assert ids.key_of(part.ljust(13, "0")) <= key <= ids.key_of(part.ljust(13, "z"))
    assert runs.SHORTEST == 4
