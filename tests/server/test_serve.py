"""The server process: what it refuses to start with, what it keeps secret, how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from penstock.compose.serve import is_loopback
from penstock.compose.token import make_token, set_by_person
from penstock.errors import SettingsError
from tests.loopback import NO_TLS
from tests.server.streams import PATIENCE

pytestmark = pytest.mark.waits


def start(folder: Path, *options: str, **env: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    return subprocess.Popen(
        [sys.executable, "-m", "penstock.compose.serve", "--project", str(folder), "--home", str(folder / ".penstock"),
         *options],
        env={**kept, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@contextmanager
def serving(folder: Path, *options: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port, and its link."""
    process = start(folder, "--port", "0", "--link", *options, **env)
    try:
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        assert link.startswith("http://"), process.communicate(timeout=PATIENCE)
        yield process, link
    finally:
        process.kill()
        process.communicate()


def ends(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def origin(link: str) -> str:
    return link.partition("/login")[0]


# --- what it gives ------------------------------------------------------------------------------------


def test_it_answers_prints_only_its_link_and_ends_when_told(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, link):
        assert httpx2.get(f"{origin(link)}/health", timeout=PATIENCE, verify=NO_TLS).json() == {"status": "ok"}
        with httpx2.Client(base_url=origin(link), timeout=PATIENCE, verify=NO_TLS) as person:
            assert person.get(link, headers={"Sec-Fetch-Mode": "navigate"}).status_code == 303
            assert person.get("/api/v1/runs").json() == {"items": [], "next_cursor": None}
            process.send_signal(signal.SIGTERM)
            output, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, said) == (0, "", "")


def test_answers_go_out_at_once(tmp_path: Path) -> None:
    """Head and body are two writes; without TCP_NODELAY the second would wait 40 ms for the first's acknowledgement."""
    import time

    with (
        serving(tmp_path) as (_, link),
        httpx2.Client(base_url=origin(link), timeout=PATIENCE, verify=NO_TLS) as client,
    ):
        times = []
        for _ in range(100):
            before = time.perf_counter()
            client.get("/health")
            times.append(time.perf_counter() - before)
    # On a loaded machine many take long, and some do not.
    assert sorted(times)[20] < 0.03


def test_interrupt_ends_it_as_well(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, _):
        process.send_signal(signal.SIGINT)
        assert ends(process) == (0, "")


def test_an_idle_connection_does_not_hold_it_up(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, link):
        host, port = origin(link).removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % int(port))
            assert idle.recv(1000).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGTERM)
            assert ends(process) == (0, "")


# --- what it refuses ----------------------------------------------------------------------------------


def test_a_taken_port_is_told_with_the_cure(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said = ends(start(tmp_path, "--port", str(port)))
    assert code == 2
    assert f"127.0.0.1:{port}" in said
    assert "--port" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_an_address_that_others_reach_needs_a_token_of_a_person(tmp_path: Path, host: str) -> None:
    make_token(tmp_path)  # one that was made by itself does not count
    code, said = ends(start(tmp_path, "--host", host, "--port", "0"))
    assert code == 2
    assert "PENSTOCK_TOKEN" in said
    assert not (tmp_path / ".penstock").exists()


def test_with_a_token_of_a_person_it_may(tmp_path: Path) -> None:
    token = "a-good-long-secret-of-ann"
    with serving(tmp_path, "--host", "0.0.0.0", "--name", "runs.example", PENSTOCK_TOKEN=token) as (_, link):
        port = origin(link).rpartition(":")[2]
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE, verify=NO_TLS)
        assert client.get("/api/v1/runs").status_code == 200
        assert client.get("/api/v1/runs", headers={"Host": f"runs.example:{port}"}).status_code == 200
        assert client.get("/api/v1/runs", headers={"Host": f"other.example:{port}"}).status_code == 403
    assert not (tmp_path / ".penstock" / "token").exists()


@pytest.mark.parametrize("token", ["short", "with a\nnew line in it", "größe-größe-größe-größe"])
def test_a_token_that_is_none_is_told(token: str) -> None:
    with pytest.raises(SettingsError, match="PENSTOCK_TOKEN"):
        set_by_person(token)


def test_a_database_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / ".penstock").mkdir()
    (tmp_path / ".penstock" / "penstock.db").write_bytes(b"this is no database" * 100)
    code, said = ends(start(tmp_path, "--port", "0"))
    assert code == 1
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("host", "only_here"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False),
        ("localhost.example", False), ("10.0.0.1", False), ("", False), ("::ffff:10.0.0.1", False),
    ],
)  # fmt: skip
def test_loopback_is_told_from_the_rest(host: str, only_here: bool) -> None:
    assert is_loopback(host) is only_here


# --- the token ----------------------------------------------------------------------------------------


def test_the_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    token = make_token(tmp_path)
    assert len(token) >= 32
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    assert make_token(tmp_path) == token
    assert [file.name for file in tmp_path.iterdir()] == ["token"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_token_that_others_could_read_is_replaced(tmp_path: Path, mode: int) -> None:
    token = make_token(tmp_path)
    (tmp_path / "token").chmod(mode)
    assert make_token(tmp_path) != token
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("held", ["", "\n", "short"])
def test_a_token_that_is_too_short_is_replaced(tmp_path: Path, held: str) -> None:
    (tmp_path / "token").write_text(held)
    (tmp_path / "token").chmod(0o600)
    assert len(make_token(tmp_path)) >= 32


def test_a_token_is_no_link_to_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("x" * 40)
    (tmp_path / "token").symlink_to(tmp_path / "other")
    assert make_token(tmp_path) != "x" * 40
    assert not (tmp_path / "token").is_symlink()
    assert (tmp_path / "other").read_text() == "x" * 40


def test_many_that_make_it_at_once_use_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made: list[Any] = list(pool.map(lambda _: make_token(tmp_path), range(8)))
    assert set(made) == {make_token(tmp_path)}
