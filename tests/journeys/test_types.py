"""Types of runs, as people ask for them: incremental, test, debug."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import Any

from tests.journeys.conftest import User, until
from tests.journeys.test_up import Site, up  # noqa: F401  a fixture

SHOP = """
    from penstock import Cache, Pipeline, run

    shop = Pipeline("shop", params={"day": 1, "prices": [3, 5]})

    @shop.task
    def orders(day):
        return [{"pieces": day + number} for number in range(3)]

    @shop.task(foreach={"order": "orders"})
    def priced(order, prices):
        return order["pieces"] * prices[0]

    @shop.task
    def total(priced):
        return sum(priced)

    @shop.task(cache=False)
    def publish(total):
        return "dry" if run.dry else total
"""


def ran(document: dict[str, Any]) -> list[str]:
    """Tasks and items with attempts of their own."""
    return sorted(
        each["name"] if each["map_index"] is None else f"{each['name']}[{each['map_index']}]"
        for each in document["tasks"]
        if each["attempts"]
    )


def runs(user: User, *words: str) -> dict[str, Any]:
    done = user.types("run", "shop.py", *words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def test_an_incremental_run_makes_only_what_is_new_or_changed(user: User) -> None:
    user.write("shop.py", SHOP)
    items = [f"priced[{at}]" for at in range(3)]
    assert ran(runs(user, "--type", "incremental")) == ["orders", *items, "publish", "total"]
    again = runs(user, "--type", "incremental")
    assert ran(again) == ["publish"]
    assert {each["reason"] for each in again["tasks"]} == {"cached", None}
    # Two of the orders were there before, in other places.
    changed = runs(user, "--type", "incremental", "-p", "day=2")
    assert ran(changed) == ["orders", "priced[2]", "publish", "total"]
    # Longer than before: Python takes a file of the same length and second for the one that it has compiled.
    user.write("shop.py", SHOP.replace("range(3)", "range(3 + 2)"))
    assert ran(runs(user, "--type", "incremental")) == ["orders", "priced[4]", "publish", "total"]
    user.write("shop.py", SHOP.replace("range(3)", "range(3 + 2)").replace("sum(priced)", "sum(priced) + 0"))
    assert ran(runs(user, "--type", "incremental")) == ["publish", "total"]
    assert len(ran(runs(user, "--type", "incremental", "--refresh"))) == 8
    listed = user.types("runs", "list")
    assert listed.stdout.count("incremental") == 6


def test_a_test_run_says_so_to_its_tasks_and_gives_nothing_to_others(user: User) -> None:
    user.write("shop.py", SHOP)
    document = runs(user, "--type", "test")
    assert document["type"] == "test"
    shown = user.types("runs", "show", "latest")
    assert "test" in shown.stdout
    refused = user.types("run", "shop.py", "--from", "total")
    assert refused.returncode == 2
    assert "no succeeded run" in refused.stderr
    for type_, told in (("backfill", "does not have yet"), ("replay", "penstock runs replay"), ("tset", "mean 'test'")):
        refused = user.types("run", "shop.py", "--type", type_)
        assert refused.returncode == 2
        assert told in " ".join(refused.stderr.split())


def test_in_a_terminal_a_person_looks_changes_and_steps(user: User) -> None:
    user.write("shop.py", SHOP)
    typed = ["i orders", "p day=x", "p prices=[10]", "n", "c"]
    done: list[str] = []

    def act(shown: str, types: Callable[[bytes], object]) -> None:
        if shown.count("\n> ") > len(done) and len(done) < len(typed):
            done.append(typed[len(done)])
            types(f"{done[-1]}\n".encode())

    code, shown = user.in_terminal("run", "shop.py", "--type", "debug", "--break", "priced", act=act, NO_COLOR="1")
    assert code == 0, shown
    assert done == typed
    assert "rests before priced" in shown
    assert '"pieces": 3' in shown or '"pieces":3' in shown
    assert "'day' is int" in shown
    # The step after it is before its first item.
    assert shown.count("rests before") == 2
    document = user.document()
    assert (document["type"], document["params"]["prices"], document["state"]) == ("debug", [10], "succeeded")
    assert "60" in user.types("runs", "show", "latest").stdout or ran(document)


def test_where_nobody_can_be_asked_a_rest_is_told_and_a_signal_cancels(user: User) -> None:
    user.write("shop.py", SHOP)
    child = user.starts("run", "shop.py", "--type", "debug", "--break", "total")
    assert child.stdout is not None
    lines = iter(child.stdout.readline, "")
    told = next(line for line in lines if "penstock runs resume" in line)
    child.send_signal(signal.SIGTERM)
    shown = told + "".join(lines)
    assert child.wait() == 143, shown
    document = user.document()
    assert (document["state"], document["reason"]) == ("cancelled", "user")
    assert document["id"] in told


def test_to_quit_is_to_cancel_and_breakpoints_name_tasks(user: User) -> None:
    user.write("shop.py", SHOP)

    def act(shown: str, types: Callable[[bytes], object]) -> None:
        if shown.endswith("\n> "):
            types(b"q\n")

    code, shown = user.in_terminal("run", "shop.py", "--type", "debug", "--break", "total", act=act, NO_COLOR="1")
    assert code == 1, shown
    assert user.document()["state"] == "cancelled"
    for words, told in (
        (("--type", "debug", "--break", "totl"), "did you mean 'total'"),
        (("--break", "total"), "add --type debug"),
    ):
        refused = user.types("run", "shop.py", *words)
        assert refused.returncode == 2
        assert told in " ".join(refused.stderr.split())


def test_over_http_a_run_rests_and_goes_on_also_when_its_engine_was_killed(
    user: User,
    up: Callable[..., Site],  # noqa: F811
) -> None:
    user.write("shop.py", SHOP)
    site = up()
    body = {"pipeline": "shop", "type": "debug", "breakpoints": ["priced"]}
    answer = site.http.post("/runs", json=body)
    assert answer.status_code == 201, answer.text
    run = answer.json()["id"]

    def rests(task: str, index: int | None = None) -> None:
        place = {"reason": "breakpoint", "task": task, "map_index": index}

        def there() -> bool:
            told = [one["data"] for one in site.get(f"/runs/{run}/events", limit="500")["items"]
                    if one["kind"] == "run.paused"]  # fmt: skip
            return site.state(run) == "paused" and bool(told) and told[-1] == place

        until(there, f"it rests before {task}")

    def act(action: str, **more: Any) -> Any:
        return site.http.post(f"/runs/{run}/actions/{action}", json=more)

    rests("priced")
    assert act("breakpoints", set=["totl"]).status_code == 404
    assert act("breakpoints", remove=["priced"]).status_code == 200
    changed = user.types("runs", "breakpoints", run, "--break", "total")
    assert changed.returncode == 0, changed.stdout + changed.stderr
    site.child("engine_process").kill()
    answer = act("resume", params={"prices": [10]})
    assert answer.status_code in (200, 202), answer.text
    rests("total")
    assert site.get(f"/runs/{run}")["params"]["prices"] == [10]
    stepped = user.types("runs", "resume", run, "--step")
    assert stepped.returncode == 0, stepped.stdout + stepped.stderr
    rests("publish")
    assert act("resume").status_code == 200
    assert site.over(run)["state"] == "succeeded"
    refused = site.http.post("/runs", json={"pipeline": "shop", "type": "backfill"})
    assert refused.status_code == 422
