"""The page's files: for everybody, found by their names alone, kept by browsers for as long as they are right."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from penstock.server.page import Page
from tests.server.world import World, problem

SCRIPT = b"console.log(1)" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "page"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>Penstock</title>")
    (built / "mark.svg").write_text("<svg/>")
    (built / "assets" / "index-abc.js").write_bytes(SCRIPT)
    (built / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret.txt").write_text("secret")
    (built / "assets" / "out.txt").symlink_to(tmp_path / "secret.txt")
    return built


@pytest.fixture
def page(folder: Path) -> TestClient:
    return TestClient(Page(folder), follow_redirects=False)


@pytest.mark.parametrize("path", ["/", "/runs", "/runs/38fx/logs?task=a", "/pipelines/a%2Fb", "/index.html", "/login"])
def test_every_address_of_the_page_is_the_page(page: TestClient, path: str) -> None:
    answer = page.get(path)
    assert answer.text.startswith("<!doctype html>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self';" in answer.headers["content-security-policy"]


def test_files_with_a_digest_in_their_name_are_kept(page: TestClient) -> None:
    answer = page.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert answer.content == SCRIPT
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert page.get("/mark.svg").headers["cache-control"] == "no-cache"


def test_files_are_sent_as_they_were_packed(page: TestClient) -> None:
    answer = page.get("/assets/index-abc.js", headers={"Accept-Encoding": "br, gzip;q=0.9"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(SCRIPT)
    assert (answer.content, answer.headers["vary"]) == (SCRIPT, "Accept-Encoding")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip;q=0", None), ("gzip; q=0.000, br;q=0, *", None), ("*", "gzip"), ("*;q=0", None), ("br", None), ("", None)],
)
def test_files_are_sent_as_their_reader_takes_them(page: TestClient, accepted: str, coding: str | None) -> None:
    answer = page.get("/assets/index-abc.js", headers={"Accept-Encoding": accepted})
    assert (answer.headers.get("content-encoding"), answer.content) == (coding, SCRIPT)


def test_what_a_browser_has_is_not_sent_again(page: TestClient) -> None:
    tag = page.get("/").headers["etag"]
    assert page.get("/", headers={"If-None-Match": tag}).status_code == 304
    assert page.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_file_of_an_older_build_is_not_the_page(page: TestClient) -> None:
    """A script that is HTML would be a puzzle."""
    problem(page.get("/assets/index-old.js"), 404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt", "/%2e%2e/secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/..%2fsecret.txt",
        "/%252e%252e/secret.txt", "/assets/out.txt", "//etc/passwd", "/\\..\\secret.txt", "/assets/..\\..\\secret.txt",
    ],
)  # fmt: skip
def test_no_address_leads_out_of_the_folder(page: TestClient, path: str) -> None:
    assert "secret" not in page.get(path).text.replace("secret.txt", "")


def test_the_page_is_only_read(page: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = page.request(method, "/")
        problem(answer, 405, "method")
        assert answer.headers["allow"] == "GET, HEAD"
    assert page.head("/").text == ""


def test_a_page_that_is_built_anew_is_found(page: TestClient, folder: Path) -> None:
    assert page.get("/").status_code == 200
    (folder / "assets" / "index-new.js").write_text("2")
    (folder / "index.html").write_text("<!doctype html>new")
    os.utime(folder / "index.html", ns=(1, 1))
    assert page.get("/").text == "<!doctype html>new"
    assert page.get("/assets/index-new.js").text == "2"


def test_without_a_built_page_it_is_told_how_to_build_it(tmp_path: Path) -> None:
    answer = TestClient(Page(tmp_path / "nothing")).get("/runs")
    assert answer.status_code == 503
    assert "make" in answer.text


def test_anybody_may_load_the_page(world: World) -> None:
    assert world.visitor.get("/runs").status_code in (200, 503)
    assert world.visitor.get("/login").status_code in (200, 503)
