"""What every request passes first: hosts, origins, kinds and sizes of bodies, addresses; and headers of all answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from penstock.server.front import LARGEST_BODY, LONGEST_TARGET
from tests.server.world import COOKIE, ORIGIN, TOKEN, World, problem

VIEW = {"name": "mine", "query": "state=failed"}


# --- hosts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1:7420", "localhost:7420", "LOCALHOST:7420", "[::1]:7420"])
def test_our_hosts_are_answered(world: World, host: str) -> None:
    assert world.program.get("/api/v1/about", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:7420", "127.0.0.1", "127.0.0.1:7421", "localhost:74200",
        "localhost.evil.example:7420", "127.0.0.1:7420.evil.example", "127.0.0.1:7420@evil.example",
        "user@127.0.0.1:7420", "127.0.0.1:7420:7420",
        "127.1:7420", "0.0.0.0:7420", "2130706433:7420", "localhost.:7420", " 127.0.0.1:7420", "",
    ],
)  # fmt: skip
def test_other_hosts_are_refused_everywhere(world: World, host: str) -> None:
    """A page that points its own name at 127.0.0.1 (DNS rebinding) gets nothing."""
    for path in ("/health", "/login", "/", "/api/v1/about", "/assets/x.js"):
        problem(world.program.get(path, headers={"Host": host}), 403, "wrong_host")


def test_two_hosts_are_none(world: World) -> None:
    answer = world.program.get("/health", headers=[("Host", "127.0.0.1:7420"), ("Host", "127.0.0.1:7420")])  # type: ignore[arg-type]
    problem(answer, 403, "wrong_host")


def test_names_that_were_set_are_answered(world: World) -> None:
    from fastapi.testclient import TestClient

    from penstock.server.app import create_app

    world.service.hosts = ("runs.example", "127.0.0.1")
    client = TestClient(create_app(world.service), base_url="http://runs.example:7420")
    assert client.get("/health").status_code == 200
    assert client.get("/health", headers={"Host": "runs.example"}).status_code == 200  # a proxy at 443
    for other in ("localhost:7420", "127.0.0.1", "runs.example:7421", "runs.example.evil.example"):
        assert client.get("/health", headers={"Host": other}).status_code == 403


# --- origins ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "fine"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),  # another port of this machine
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "SAME-ORIGIN-not"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}, False),
        ({"Origin": ORIGIN}, True),
        ({"Origin": "http://127.0.0.1:7421"}, False),
        ({"Origin": "https://127.0.0.1:7420"}, False),
        ({"Origin": "http://localhost:7420"}, False),  # ours, but not the one that was asked
        ({"Origin": "null"}, False),
        ({"Origin": "http://127.0.0.1:7420.evil.example"}, False),
        ({"Origin": ""}, False),
        ({}, False),
    ],
)
def test_other_pages_change_nothing(world: World, headers: dict[str, str], fine: bool) -> None:
    brought = {"Cookie": f"{COOKIE}={world.person().cookies[COOKIE]}", **headers}
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = world.visitor.request(method, "/api/v1/views/7", json=VIEW, headers=brought)
        if fine:
            assert answer.status_code in (404, 405)  # it was looked for
        else:
            problem(answer, 403, "cross_origin")


def test_a_program_needs_no_origin_but_a_page_with_the_token_does(world: World) -> None:
    assert world.program.post("/api/v1/views", json=VIEW).status_code == 201
    other = world.program.post("/api/v1/views", json=VIEW, headers={"Sec-Fetch-Site": "cross-site"})
    problem(other, 403, "cross_origin")


def test_other_pages_sign_nobody_in(world: World) -> None:
    """Else somebody could be made to work in a session of somebody else's."""
    answer = world.visitor.post("/api/v1/session", json={"token": TOKEN}, headers={"Sec-Fetch-Site": "cross-site"})
    problem(answer, 403, "cross_origin")
    form = world.visitor.post("/login", data={"code": world.code()}, headers={"Origin": "http://evil.example"})
    problem(form, 403, "cross_origin")


def test_no_other_page_may_read(world: World) -> None:
    answer = world.program.get("/api/v1/runs", headers={"Origin": "http://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    asked = world.visitor.options("/api/v1/runs", headers={"Access-Control-Request-Method": "GET"})
    assert asked.status_code in (401, 405)


# --- bodies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx"],
)
def test_a_body_must_be_said_to_be_json(world: World, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    problem(world.program.post("/api/v1/views", content=b'{"name": "a"}', headers=headers), 415, "not_json")


def test_a_json_body_may_name_its_characters(world: World) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert world.program.post("/api/v1/views", content=b'{"name":"a","query":""}', headers=headers).status_code == 201


@pytest.mark.parametrize("path", ["/api/v1/views", "/api/v1/session", "/login"])
def test_a_body_that_is_too_long_is_refused(world: World, path: str) -> None:
    kind = "application/x-www-form-urlencoded" if path == "/login" else "application/json"
    body = b" " * (LARGEST_BODY + 1)
    for content in (body, _parts(body)):
        answer = world.program.post(path, content=content, headers={"Content-Type": kind})
        problem(answer, 413, "too_large")


def _parts(body: bytes) -> Iterator[bytes]:
    """Sent without its length."""
    for start in range(0, len(body), 100_000):
        yield body[start : start + 100_000]


def test_lengths_that_are_no_numbers_are_refused(world: World) -> None:
    for length in ("-1", "1e3", "\xb2", "9" * 400):
        headers = [("Content-Length", length.encode("latin-1")), ("Content-Type", b"application/json")]
        answer = world.program.post("/api/v1/views", headers=headers)  # type: ignore[arg-type]
        assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b'{"name": NaN}', b"[" * 200_000, b'{"a":' * 50_000,
        b'{"name": "' + b"9" * 900_000 + b'"}', b'{"name": ' + b"9" * 10_000 + b"}", b'{"name":"a","name":"b"}',
    ],
    ids=[
        "empty", "cut", "list", "null", "number", "text", "no-utf8", "nan", "deep-list", "deep-dict", "long", "big",
        "twice",
    ],
)  # fmt: skip
def test_strange_bodies_are_refused_and_the_server_goes_on(world: World, body: bytes) -> None:
    for path in ("/api/v1/views", "/api/v1/runs", "/api/v1/runs/actions/cancel", "/api/v1/session"):
        answer = world.program.post(path, content=body, headers={"Content-Type": "application/json"})
        problem(answer, answer.status_code)
        assert answer.status_code in (400, 401, 415, 422)
    assert world.program.get("/api/v1/about").status_code == 200


# --- addresses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/v1/runs/%00", "/api/v1/runs?q=%00", "/x%00y", "/assets/%00.js"])
def test_null_bytes_are_refused(world: World, path: str) -> None:
    problem(world.program.get(ORIGIN + path), 400, "unreadable")


@pytest.mark.parametrize("path", ["/api/v1/runs?pipeline=%ff", "/api/v1/runs?q=%ed%a0%80", "/api/v1/pipelines/%c3"])
def test_addresses_that_are_no_utf_8_are_refused(world: World, path: str) -> None:
    """Not taken for others: a filter with a letter in another encoding would fit nothing, and say so to nobody."""
    assert "UTF-8" in problem(world.program.get(ORIGIN + path), 400, "unreadable")["detail"]
    assert world.program.get("/api/v1/runs?pipeline=%F0%9F%92%A5").status_code == 200


@pytest.mark.parametrize(
    "query", ["limit=1&limit=2", "created_after=2h&created_after=3h", "sort=bytes&sort=-bytes", "q=&q="]
)
def test_a_key_with_one_value_is_given_once(world: World, query: str) -> None:
    body = problem(world.program.get(f"/api/v1/runs?{query}"), 422, "usage")
    key = query.partition("=")[0]
    assert (body["detail"], body["cure"]) == (f"{key}: it is given more than once", "keep one")
    assert world.program.get("/api/v1/runs?state=failed&state=running&id=38g3khvkk1j08&tag=a&tag=b").status_code == 200
    assert world.program.get("/api/v1/runs/export?columns=id&columns=state").status_code == 200


def test_addresses_have_a_longest(world: World) -> None:
    problem(world.program.get("/api/v1/runs?q=" + "x" * LONGEST_TARGET), 413, "too_large")


@pytest.mark.parametrize(
    "identity",
    [
        "..",
        "%2e%2e%2f%2e%2e",
        "%252e%252e",
        "a" * 300,
        "zzzzzzzzzzzzz",
        "0",
        "' OR 1=1 --",
        "%ff%fe",
        "💥",
        "\u202ea",
        "-1",
    ],
)  # fmt: skip
def test_ids_are_checked(world: World, identity: str) -> None:
    world.run()
    answer = world.program.get(f"{ORIGIN}/api/v1/runs/{identity}/context")
    problem(answer, answer.status_code)
    assert answer.status_code in (400, 404, 422)


# --- answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/health", "/login?code=x", "/", "/nothing", "/assets/x.js", "/api/v1/about", "/api/v1/x"]
)
def test_every_answer_says_what_browsers_may_do(world: World, path: str) -> None:
    answer = world.program.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    scripts = [part for part in policy.split("; ") if part.startswith("script-src")]
    assert scripts in ([], ["script-src 'self'"])


def test_data_may_not_run_where_it_is_shown(world: World) -> None:
    for path in ("/api/v1/runs", "/api/v1/nothing", "/health"):
        assert "sandbox" in world.program.get(path).headers["content-security-policy"]


def test_what_a_person_sees_is_kept_by_no_proxy(world: World) -> None:
    assert world.program.get("/api/v1/runs").headers["cache-control"] == "private, no-cache"
    assert world.visitor.get("/api/v1/runs").headers["cache-control"] == "no-store"


def test_longer_answers_are_compressed(world: World) -> None:
    for number in range(20):
        world.run(number)
    answer = world.program.get("/api/v1/runs")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["items"]) == 20
    plain = world.program.get("/api/v1/runs", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == answer.json()
