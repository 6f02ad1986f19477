"""Nobody gets behind the door without a session or the token, by whatever route, name or method."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from starlette.routing import Match

from penstock.server.doors import TRIES, Tries
from penstock.server.refusals import TooManyTries
from tests.server.test_openapi import COMMITTED
from tests.server.world import COOKIE, ORIGIN, TOKEN, World, problem

#: All that anybody may ask for.
PUBLIC = {("get", "/health"), ("post", "/api/v1/session")}


def operations() -> list[tuple[str, str]]:
    """All of them: what is committed is what the server has (test_openapi)."""
    paths: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods]


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: "1" if found[1] == "view_id" else "x", path)


# --- who may not come in ------------------------------------------------------------------------------


STRANGERS: dict[str, dict[str, str]] = {
    "nothing": {},
    "a wrong token": {"Authorization": "Bearer wrong"},
    "an empty token": {"Authorization": "Bearer "},
    "the token as a password": {"Authorization": f"Basic {TOKEN}"},
    "a wrong session": {"Cookie": f"{COOKIE}=wrong"},
    "the token as a session": {"Cookie": f"{COOKIE}={TOKEN}"},
    "other cookies": {"Cookie": f"penstock_session={TOKEN}; session={TOKEN}"},
}


@pytest.mark.parametrize(("method", "path"), operations())
def test_every_route_is_shut(world: World, method: str, path: str) -> None:
    for brought, headers in STRANGERS.items():
        # The body is no JSON: of who has no business here nothing is read.
        said = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json", **headers}
        answer = world.visitor.request(method, filled(path), headers=said, content=b"{" if method != "get" else None)
        if (method, path) in PUBLIC:
            assert answer.status_code in (200, 400), brought
            continue
        body = problem(answer, 401, "not_signed_in")
        assert "penstock" in body["cure"]
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "path",
    [
        "/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/openapi.json", "/api/v1/runs/",
        "/api//v1/runs", "/api/v1/health", "/api/v1/runs/health", "/api/v1/runs?path=/health", "/api/v1/runs/login",
        "/api/v1/runs;/health", "/api/v1/runs/x%2fhealth", "/api/v1/%2e%2e/health", "/api/v1/session",
    ],
)  # fmt: skip
def test_no_name_opens_the_door(world: World, path: str) -> None:
    problem(world.visitor.get(path), 401, "not_signed_in")


@pytest.mark.parametrize(
    "path", ["/API/v1/runs", "//api/v1/runs", "/./api/v1/runs", "/x/../api/v1/runs", "/%2fapi/v1/runs"]
)
def test_other_spellings_lead_to_the_page_only(world: World, path: str) -> None:
    world.run()
    answer = world.visitor.get(ORIGIN + path)
    assert answer.status_code in (200, 401, 503)
    assert "flights" not in answer.text


def test_every_route_outside_of_the_door_is_on_the_list(world: World) -> None:
    """What is added to the outermost router stands in front of the door: it must be meant to."""
    found = {(route.path, tuple(sorted(route.methods or ()))) for route in world.app.routes}  # type: ignore[attr-defined]
    assert found == {
        ("/health", ("GET", "HEAD")),
        ("/login", ("GET", "HEAD", "POST")),
        ("/api/v1/session", ("POST",)),
        ("/api", ()),
        ("/api/{rest:path}", ()),
        ("/{rest:path}", ()),
    }


def test_all_of_the_api_is_behind_the_door(world: World) -> None:
    """Each operation of the document is answered by the guarded app, or is public by name."""
    for method, path in operations():
        scope = {"type": "http", "path": filled(path), "method": method.upper(), "headers": []}
        route = next(route for route in world.app.routes if route.matches(scope)[0] is Match.FULL)
        guarded = type(route.app).__name__ == "Guarded"  # type: ignore[attr-defined]
        assert guarded != ((method, path) in PUBLIC), path


def test_the_guarded_app_stays_shut_when_it_is_served_alone(world: World) -> None:
    from fastapi.testclient import TestClient

    answer = TestClient(world.api, base_url=ORIGIN, raise_server_exceptions=False).get("/api/v1/runs")
    assert answer.status_code == 500


def test_websockets_are_refused(world: World) -> None:
    from starlette.websockets import WebSocketDisconnect

    for path in ("/api/v1/stream", "/api/v1/runs", "/"):
        with pytest.raises(WebSocketDisconnect), world.visitor.websocket_connect(path):
            pass


# --- who may ------------------------------------------------------------------------------------------


def test_programs_come_in_by_the_token(world: World) -> None:
    assert world.program.get("/api/v1/runs").status_code == 200
    assert world.visitor.get("/api/v1/runs", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


def test_people_come_in_by_a_session_among_others_cookies(world: World) -> None:
    person = world.person()
    session = person.cookies[COOKIE]
    assert person.get("/api/v1/runs").status_code == 200
    strange = f'theirs="a;b={{"x":1}}; =; {COOKIE}={session}; last'
    assert world.visitor.get("/api/v1/runs", headers={"Cookie": strange}).status_code == 200


def test_a_wrong_token_is_not_made_good_by_a_session(world: World) -> None:
    problem(world.person().get("/api/v1/runs", headers={"Authorization": "Bearer wrong"}), 401)


def test_who_signs_out_is_out_at_once_everywhere(world: World) -> None:
    person, other = world.person(), world.person()
    copied = person.cookies[COOKIE]
    assert person.get("/api/v1/runs").status_code == 200
    answer = person.delete("/api/v1/session")
    assert answer.status_code == 204
    assert COOKIE not in person.cookies
    problem(world.visitor.get("/api/v1/runs", headers={"Cookie": f"{COOKIE}={copied}"}), 401)
    assert other.get("/api/v1/runs").status_code == 200


def test_a_program_that_signs_out_loses_nothing(world: World) -> None:
    assert world.program.delete("/api/v1/session").status_code == 204
    assert world.program.get("/api/v1/runs").status_code == 200


def test_a_server_without_a_token_takes_none(world: World) -> None:
    from penstock.server.doors import Doors

    world.service.token = ""
    assert not Doors(world.service).is_token("", "here")


# --- wrong tries --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_once")
def test_wrong_tokens_are_slowed(world: World) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answers = [world.visitor.get("/api/v1/about", headers=wrong).status_code for _ in range(TRIES + 1)]
    assert answers == [401] * TRIES + [429]
    answer = world.program.get("/api/v1/about")  # also a right one waits: else guessing would go on
    problem(answer, 429, "too_many_tries")
    assert 1 <= int(answer.headers["retry-after"]) <= 2


@pytest.mark.usefixtures("at_once")
def test_people_who_are_in_are_not_slowed_by_others(world: World) -> None:
    person = world.person()
    for _ in range(TRIES + 1):
        world.visitor.get("/api/v1/about", headers={"Authorization": "Bearer wrong"})
    assert person.get("/api/v1/about").status_code == 200


def test_requests_without_a_secret_are_no_tries(world: World) -> None:
    for _ in range(TRIES + 5):
        problem(world.visitor.get("/api/v1/about"), 401)
    assert world.program.get("/api/v1/about").status_code == 200


def test_tries_come_back_with_time_and_each_address_has_its_own() -> None:
    now = 100.0
    tries = Tries(lambda: now)
    for _ in range(TRIES):
        tries.check("here")
        tries.count("here")
    with pytest.raises(TooManyTries) as refused:
        tries.check("here")
    assert refused.value.wait == 1
    tries.check("there")
    now = 101.0
    tries.check("here")


def test_only_so_many_addresses_are_remembered() -> None:
    tries = Tries(lambda: 0.0)
    for number in range(5000):
        tries.count(f"10.0.{number}")
    assert len(tries._wrong) <= 1000
