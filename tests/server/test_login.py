"""The link that the terminal prints: good once, for a person, and for nobody who only looks ahead."""

from __future__ import annotations

import threading
import time
from urllib.parse import urlsplit

import pytest

from penstock.server.doors import TRIES
from penstock.server.login import safe_path
from penstock.store import sessions
from tests.server.world import COOKIE, ORIGIN, TOKEN, World, problem

COMES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"}


def test_the_link_signs_in_and_leads_on(world: World) -> None:
    answer = world.visitor.get("/login", params={"code": world.code(), "next": "/runs/x?tab=logs#l1"}, headers=COMES)
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs/x?tab=logs#l1")
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {part.strip().lower() for part in cookie.split(";")[1:]} >= {"httponly", "samesite=lax", "path=/"}
    assert "domain" not in cookie.lower()
    assert world.visitor.get("/api/v1/runs").status_code == 200


def test_the_code_is_good_once(world: World) -> None:
    code = world.code()
    assert world.client().get("/login", params={"code": code}, headers=COMES).status_code == 303
    answer = world.client().get("/login", params={"code": code}, headers=COMES)
    assert answer.status_code == 401
    assert "no longer good" in answer.text
    assert "penstock link" in answer.text
    assert "set-cookie" not in answer.headers


def test_of_many_who_follow_it_at_once_one_comes_in(world: World) -> None:
    code = world.code()
    start = threading.Barrier(8)
    answers = []

    def follow() -> None:
        client = world.client()
        start.wait()
        answers.append(client.post("/api/v1/session", json={"code": code}, headers=COMES).status_code)

    threads = [threading.Thread(target=follow) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [204] + [401] * 7


def test_the_code_is_good_for_five_minutes(world: World) -> None:
    with world.database.write() as connection:
        old = sessions.create_code(connection, time.time() - 301)
    answer = world.visitor.get("/login", params={"code": old}, headers=COMES)
    assert answer.status_code == 401


def test_who_is_in_already_does_not_use_the_code_up(world: World) -> None:
    person, code = world.person(), world.code()
    answer = person.get("/login", params={"code": code, "next": "/runs"}, headers=COMES)
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs")
    assert world.client().get("/login", params={"code": code}, headers=COMES).status_code == 303


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("HEAD", COMES, 200),
        ("GET", {}, 200),  # a preview in a chat, curl
        ("GET", {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 200),
        ("GET", {**COMES, "Sec-Purpose": "prefetch"}, 503),
        ("GET", {**COMES, "Sec-Purpose": "prefetch;prerender"}, 503),
        ("GET", {**COMES, "Purpose": "prefetch"}, 503),
    ],
)
def test_who_only_looks_ahead_does_not_use_the_code_up(
    world: World, method: str, headers: dict[str, str], status: int
) -> None:
    code = world.code()
    answer = world.visitor.request(method, "/login", params={"code": code}, headers=headers)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers
    assert world.visitor.get("/login", params={"code": code}, headers=COMES).status_code == 303


def test_a_browser_that_does_not_say_what_it_does_gets_a_button(world: World) -> None:
    page = world.visitor.get("/login", params={"code": world.code(), "next": "/runs"})
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    code = page.text.split('name="code" value="')[1].split('"')[0]
    answer = world.visitor.post("/login", data={"code": code, "next": "/runs"}, headers={"Origin": ORIGIN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs")
    assert world.visitor.get("/api/v1/runs").status_code == 200


def test_what_stands_in_the_link_is_text_on_the_page(world: World) -> None:
    bad = '"><script>alert(1)</script>'
    page = world.visitor.get("/login", params={"code": bad, "next": f"/{bad}"})
    assert "<script" not in page.text


@pytest.mark.usefixtures("at_once")
def test_wrong_codes_are_slowed(world: World) -> None:
    for _ in range(TRIES):
        assert world.visitor.get("/login", params={"code": "x"}, headers=COMES).status_code == 401
    answer = world.visitor.get("/login", params={"code": world.code()}, headers=COMES)
    assert answer.status_code == 429
    problem(world.visitor.post("/api/v1/session", json={"code": "x"}, headers=COMES), 429, "too_many_tries")


@pytest.mark.parametrize(
    "given",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "/\n/evil.example", "javascript:alert(1)", "evil.example", "", "/ /evil.example", "/\x7f", None,
    ],
)  # fmt: skip
def test_no_link_leads_elsewhere(world: World, given: str | None) -> None:
    assert safe_path(given) == "/"
    params = {"code": world.code(), **({} if given is None else {"next": given})}
    answer = world.visitor.get("/login", params=params, headers=COMES)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("given", ["/", "/runs/1?tab=logs&q=a%20b#x", "/pipelines/größe", "/runs?label=a=b"])
def test_links_lead_anywhere_on_the_page(given: str) -> None:
    parts = urlsplit(safe_path(given))
    assert (parts.scheme, parts.netloc) == ("", "")
    assert parts.path.startswith(given[:5])


def test_calls_sign_in_by_code_or_token(world: World) -> None:
    for body in ({"code": world.code()}, {"token": TOKEN}):
        client = world.client(**{"Sec-Fetch-Site": "same-origin"})
        assert client.post("/api/v1/session", json=body).status_code == 204
        assert client.get("/api/v1/runs").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [({"code": "x"}, 401), ({"token": "x"}, 401), ({}, 401), ({"code": 1}, 422), ({"cod": "x"}, 422), ([], 422)],
)
def test_calls_with_something_else_do_not(world: World, body: object, status: int) -> None:
    answer = world.visitor.post("/api/v1/session", json=body, headers={"Sec-Fetch-Site": "same-origin"})
    problem(answer, status)
    assert "set-cookie" not in answer.headers


def test_sessions_and_codes_are_kept_as_digests_only(world: World) -> None:
    code, session = world.code(), world.person().cookies[COOKIE]
    with world.database.read() as connection:
        rows = connection.all("SELECT digest FROM session UNION ALL SELECT digest FROM sign_in_code")
    assert len(rows) == 2
    assert not {code, session} & {row[0] for row in rows}
