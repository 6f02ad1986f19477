"""What the doctor finds, and what to do about it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from penstock import machine
from penstock.compose import doctor
from penstock.compose.doctor import Finding, examine
from penstock.compose.home import Home
from penstock.compose.settings import Settings
from penstock.machine import Allowance
from penstock.store.database import open_database


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / ".penstock", str(tmp_path / ".penstock" / "penstock.db"))


def _found(home: Home, settings: Settings | None = None) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(home, settings or Settings())}


def test_all_is_well_and_nothing_is_made(home: Home) -> None:
    found = _found(home)
    assert list(found) == [
        "python", "machine", "settings", "home", "disk", "sync", "database", "in use", "workers", "libraries",
    ]  # fmt: skip
    assert {finding.what for finding in found.values() if finding.state == "fail"} == set()
    assert found["workers"].message.startswith("a task ran")
    assert found["database"].message.startswith(f"nothing is in {home.path / 'penstock.db'} yet")
    assert not home.exists


@pytest.fixture
def made(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(doctor, "_workers", lambda *_: Finding("workers", "ok", "not asked"))
    home.make()
    open_database(home.database_url).close()
    return home


def test_a_sound_database_is_told(made: Home) -> None:
    found = _found(made, Settings(workers=3))
    assert found["database"].message.endswith("is sound")
    assert found["in use"].message == "by nobody else"
    assert found["home"] == Finding("home", "ok", str(made.path))
    assert found["settings"].message == "workers=3"


def test_what_a_container_leaves_us_of_the_machine_is_told(made: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "cores", lambda: Allowance(64, 2, "/sys/fs/cgroup/cpu.max"))
    monkeypatch.setattr(machine, "memory", lambda: Allowance(256_000_000_000, 256_000_000_000))
    told = "2 of 64 cores (for /sys/fs/cgroup/cpu.max), 256.0 GB of memory; workers: "
    assert _found(made)["machine"].message == f"{told}2"
    assert _found(made, Settings(workers=5))["machine"].message == f"{told}5"


def test_a_damaged_database_is_told(made: Home) -> None:
    Path(made.database_url).write_bytes(b"not a database" * 100)
    found = _found(made)["database"]
    assert found.state == "fail"
    assert found.cure is not None


def test_who_has_the_database_open_is_named(made: Home) -> None:
    code = "import sys; file = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, made.database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        assert f"(process {child.pid})" in _found(made)["in use"].message
    finally:
        child.communicate()


def test_a_home_that_others_may_read_is_told(made: Home) -> None:
    made.path.chmod(0o755)
    found = _found(made)["home"]
    assert (found.state, found.cure) == ("warn", f"chmod go= {made.path}")


def test_a_home_that_can_not_be_written_is_told(made: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # root may write everywhere
    found = _found(made)["home"]
    assert found.state == "fail"
    assert "PENSTOCK_HOME" in (found.cure or "")


def test_a_file_where_the_home_should_be_is_told(home: Home) -> None:
    home.path.parent.mkdir(parents=True, exist_ok=True)
    home.path.write_text("")
    found = _found(home)
    assert (found["home"].state, found["home"].message) == ("fail", f"{home.path} is no folder")
    assert "Error" not in found["sync"].message


@pytest.mark.parametrize(("what", "name", "value"), [("disk", "LITTLE", 1 << 62), ("sync", "SLOW_SYNC", 0.0)])
def test_what_is_scarce_is_a_warning(
    made: Home, what: str, name: str, value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, name, value)
    found = _found(made)[what]
    assert found.state == "warn"
    assert found.cure is not None


def test_a_variable_that_nothing_reads_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_WORKER", "3")
    found = doctor._settings(home, Settings())
    assert (found.state, found.message) == ("warn", "as they come")
    assert "did you mean PENSTOCK_WORKERS?" in (found.cure or "")


def test_a_worker_that_can_not_run_is_a_finding(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    found = _found(home)["workers"]
    assert found.state == "fail"
    assert "/no/such/python" in found.message


def test_a_task_that_does_not_end_is_a_finding(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.0)
    found = _found(home)["workers"]
    assert (found.state, found.message) == ("fail", "a task did not end in 0 s")
