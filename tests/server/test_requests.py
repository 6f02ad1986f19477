"""Asking for a run: held against the definition, written once, answered with the run."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from penstock.model.spec import CodeRef, ParamSpec, PipelineSpec, Source, TaskSpec, to_json
from penstock.store import requests
from penstock.store.definitions import Found, Trouble, record_definitions
from penstock.wire.runs import RunSummary
from tests.server.world import World, problem

ORDERS = PipelineSpec(
    "orders",
    namespace="shop",
    labels={"team": "data", "tier": "1"},
    tags=("daily",),
    params={
        "day": ParamSpec("day", "date", "2026-03-01"),
        "rows": ParamSpec("rows", "int", 10, min=1, max=100),
        "who": ParamSpec("who", "str", required=True),
        "currency": ParamSpec("currency", "str", "EUR", choices=("EUR", "USD")),
    },
    tasks={
        "raw": TaskSpec("raw", outputs=("raw",), tags=("in",)),
        "sold": TaskSpec("sold", inputs={"raw": Source("dataset", "raw")}, outputs=("sold",)),
        "told": TaskSpec("told", role="on_failure"),
    },
)
ASKED: dict[str, Any] = {"pipeline": "orders", "namespace": "shop", "params": {"who": "ann"}}


@pytest.fixture
def orders(world: World) -> World:
    world.define(ORDERS)
    return world


def ask(world: World, key: str | None = None, **facts: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return world.program.post("/api/v1/runs", json={**ASKED, **facts}, headers=headers)


def count(world: World) -> int:
    return len(world.program.get("/api/v1/runs").json()["items"])


def test_what_is_asked_for_waits_for_an_engine(orders: World) -> None:
    answer = ask(orders, labels={"tier": "2"}, tags=["mine"], params={"who": "ann", "rows": 20})
    assert answer.status_code == 201, answer.text
    run = RunSummary.model_validate_json(answer.content, strict=True)
    assert answer.headers["location"] == f"/api/v1/runs/{run.id}"
    assert (run.state, run.tasks_total, run.started_at) == ("created", 3, None)
    assert run.params == {"day": "2026-03-01", "rows": 20, "who": "ann", "currency": "EUR"}
    assert run.labels == {"team": "data", "tier": "2"}
    assert run.tags == ["daily", "mine"]
    with orders.database.write() as connection:
        (key,) = requests.unclaimed(connection)
        taken = requests.claim(connection, key, owner=1)
    assert taken is not None
    assert (taken.id, taken.version, taken.params["rows"]) == (run.id, ORDERS.version, 20)


def test_a_part_of_a_parameter_is_asked_for_by_dots(world: World) -> None:
    options = ParamSpec("options", "dict", {"size": 0.2, "seed": 3})
    world.define(replace(ORDERS, params={"options": options}))
    answer = ask(world, params={"options.size": 0.5})
    assert answer.status_code == 201, answer.text
    assert answer.json()["params"] == {"options": {"size": 0.5, "seed": 3}}
    body = problem(ask(world, params={"options.seed": "many", "options.sizes": 1}), 422, "usage")
    told = {part["where"]: part["detail"] for part in body["errors"]}
    assert "is int" in told["params.options.seed"]
    assert "no such parameter" in told["params.options.sizes"]


def test_a_pipeline_whose_file_is_gone_is_refused_at_once(orders: World) -> None:
    folder = orders.folder / "shop"
    folder.mkdir()
    code = CodeRef(root=str(folder), file="orders.py", module="orders", name="orders", digest="d")
    orders.define(replace(ORDERS, code=code))
    told = problem(ask(orders), 409, "pipeline_gone")
    assert "orders.py" in told["detail"]
    assert told["cure"]
    assert count(orders) == 0
    (folder / "orders.py").write_text("")
    assert ask(orders).status_code == 201


def test_a_pipeline_that_its_file_does_not_define_any_more_is_refused_at_once(orders: World) -> None:
    found = Found("shop", "orders", ORDERS.version, json.dumps(to_json(ORDERS)), "orders.py")
    for present, troubles, status in (
        ([found], [], 201), ([], [], 409), ([found], [], 201), ([], [Trouble("orders.py", "no Python")], 201),
    ):  # fmt: skip
        with orders.database.write() as connection:
            record_definitions(connection, present, troubles, 1.0)
        assert ask(orders).status_code == status, (present, troubles)


def test_all_mistakes_are_told_with_their_places_and_nothing_is_written(orders: World) -> None:
    answer = ask(
        orders, params={"rows": 0, "dya": 1, "day": "x", "currency": "EUX"}, only=["raw", "sodl"], select_tags=["inn"]
    )
    body = problem(answer, 422, "usage")
    told = {part["where"]: part["detail"] for part in body["errors"]}
    assert set(told) == {
        "params.dya", "params.day", "params.rows", "params.who", "params.currency", "only.1", "select_tags.0",
    }  # fmt: skip
    assert "did you mean 'day'?" in told["params.dya"]
    assert "at least 1" in told["params.rows"]
    assert told["params.who"] == "parameter 'who' is required"
    address = body["cure"].partition("GET ")[2]
    assert orders.program.get(address).json()["params"], address
    assert "'EUR'" in told["params.currency"]
    assert "did you mean 'sold'?" in told["only.1"]
    assert "did you mean 'in'?" in told["select_tags.0"]
    assert count(orders) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"pipeline": 1}, 422),
        ({"pipeline": "orders", "nmespace": "shop"}, 422),
        ({"pipeline": "ordres", "namespace": "shop"}, 404),
        ({"pipeline": "ordres"}, 404),
        ({"pipeline": "orders", "namespace": "default"}, 404),
        ({"pipeline": "default/orders"}, 404),
        ({**ASKED, "version": "000000000000"}, 404),
        ({**ASKED, "type": "backfill"}, 422), ({**ASKED, "type": "replay"}, 422),
        ({**ASKED, "breakpoints": ["pull"]}, 422), ({**ASKED, "type": "debug", "breakpoints": ["no"]}, 422),
        ({**ASKED, "params": ["who"]}, 422),
        ({**ASKED, "refresh": "yes"}, 422), ({**ASKED, "refresh": 1}, 422),
        ({**ASKED, "params": {"who": "a\x00b"}}, 422),
        ({**ASKED, "params": {"who": "\ud800"}}, 422),
        ({**ASKED, "labels": {"a": 1}}, 422),
        ({**ASKED, "labels": {"": "x"}}, 422),
        ({**ASKED, "labels": {f"l{number}": "x" for number in range(10_000)}}, 422),
        ({**ASKED, "labels": {"a": "x" * 100_000}}, 422),
        ({**ASKED, "tags": ["\x00"]}, 422),
        ({**ASKED, "from_run": "0000000000001"}, 422),
        ({**ASKED, "from": [".."]}, 422),
        ({**ASKED, "params": {"who": 10**400}}, 422),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(orders: World, body: dict[str, Any], status: int) -> None:
    import json

    content = json.dumps(body).encode()  # with half characters as escapes, which httpx would not send
    answer = orders.program.post("/api/v1/runs", content=content, headers={"Content-Type": "application/json"})
    problem(answer, status)
    assert count(orders) == 0


def test_a_slice_is_kept_and_counted(orders: World) -> None:
    run = ask(orders, to=["raw"]).json()
    assert run["tasks_total"] == 2  # with the handler of failures
    document = orders.program.get(f"/api/v1/runs/{run['id']}").json()
    assert document["selection"] == {"to": ["raw"]}


def test_a_slice_that_needs_what_no_run_has_is_told(orders: World) -> None:
    body = problem(ask(orders, only=["sold"]), 422)
    assert "needs 'raw', and no succeeded run has it" in body["detail"]


def test_a_slice_of_nothing_is_told(orders: World) -> None:
    problem(ask(orders, **{"from": ["sold"], "to": ["raw"]}), 422)


def test_the_same_key_asks_once(orders: World) -> None:
    first, again = ask(orders, key="k1"), ask(orders, key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert ask(orders, key="k2").json()["id"] != first.json()["id"]
    assert count(orders) == 2


def test_the_same_key_at_once_asks_once(orders: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(orders, key="k"), range(8)))
    assert {answer.status_code for answer in answers} <= {201, 503}
    assert len({answer.json().get("id") for answer in answers if answer.status_code == 201}) == 1
    assert count(orders) == 1


def test_the_same_key_for_something_else_is_refused(orders: World) -> None:
    ask(orders, key="k")
    problem(ask(orders, key="k", labels={"a": "b"}), 422, "idempotency_key_reused")
    assert count(orders) == 1


def test_a_refused_request_may_be_mended_under_its_key(orders: World) -> None:
    problem(ask(orders, key="k", params={}), 422)
    assert ask(orders, key="k").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_keys_have_a_size(orders: World, key: str) -> None:
    problem(ask(orders, key=key), 422)


def test_a_lone_name_means_the_only_pipeline_that_has_it(orders: World) -> None:
    def told(body: dict[str, Any]) -> tuple[str, str]:
        answer = orders.program.post("/api/v1/runs", json={"params": {"who": "ann"}, **body})
        assert answer.status_code == 201, answer.text
        return answer.json()["namespace"], answer.json()["pipeline"]

    for body in ({"pipeline": "orders"}, {"pipeline": "shop/orders"}, {"pipeline": "orders", "namespace": "shop"}):
        assert told(body) == ("shop", "orders")
    missing = problem(orders.program.post("/api/v1/runs", json={"pipeline": "default/orders"}), 404, "not_found")
    assert missing["cure"] == "did you mean 'shop/orders'?"
    orders.define(replace(ORDERS, namespace="default"))
    several = problem(orders.program.post("/api/v1/runs", json={"pipeline": "orders"}), 422, "usage")
    assert several["detail"] == "there are 2 pipelines 'orders', in namespaces default, shop"
    assert [part["where"] for part in several["errors"]] == ["namespace"]
    assert told({"pipeline": "default/orders"}) == ("default", "orders")
    # One that has moved to another namespace is the same to who calls it by its name.
    found = Found("shop", "orders", ORDERS.version, json.dumps(to_json(ORDERS)), "orders.py")
    moved = found._replace(namespace="default", spec=json.dumps(to_json(replace(ORDERS, namespace="default"))))
    with orders.database.write() as connection:
        record_definitions(connection, [found, moved], [], 1.0)
        record_definitions(connection, [found], [], 2.0)
    assert told({"pipeline": "orders"}) == ("shop", "orders")


@pytest.mark.parametrize("what", ["", "/graph", "/grid", "/source/raw"])
def test_all_addresses_of_a_pipeline_take_a_lone_name(orders: World, what: str) -> None:
    def get(name: str, **query: str) -> Any:
        return orders.program.get(f"/api/v1/pipelines/{name}{what}", params=query)

    named, alone = get("orders", namespace="shop"), get("orders")
    assert (alone.status_code, alone.content) == (named.status_code, named.content)
    assert problem(get("ordres"), 404)["cure"] == "did you mean 'shop/orders'?"
    orders.define(replace(ORDERS, namespace="default"))
    problem(get("orders"), 422, "usage")
    assert get("orders", namespace="shop").content == named.content


def test_two_namespaces_for_one_pipeline_are_refused(orders: World) -> None:
    body = problem(orders.program.post("/api/v1/runs", json={"pipeline": "shop/orders", "namespace": "default"}), 422)
    assert [part["where"] for part in body["errors"]] == ["namespace"]
    assert body["cure"] == "leave out the one or the other"
    assert ask(orders, pipeline="shop/orders").status_code == 201
    problem(orders.program.post("/api/v1/runs", json={"pipeline": "/orders", "params": {"who": "ann"}}), 404)


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_graph_says_once_that_it_depends_on_the_encoding(orders: World, encoding: str) -> None:
    answer = orders.program.get("/api/v1/pipelines/orders/graph", headers={"Accept-Encoding": encoding})
    assert (answer.status_code, answer.headers["vary"]) == (200, "Accept-Encoding")


def test_events_of_a_task_that_is_not_there_are_refused_and_those_of_one_that_has_not_begun_are_none(
    orders: World,
) -> None:
    run = ask(orders).json()["id"]

    def events(task: str) -> Any:
        return orders.program.get(f"/api/v1/runs/{run}/events", params={"task": task})

    assert events("sold").json() == {"items": [], "next_cursor": None}
    assert len(events("").json()["items"]) == 1
    body = problem(events("sodl"), 404, "not_found")
    assert (body["detail"], body["cure"]) == ("the run has no task 'sodl'", "did you mean 'sold'?")
