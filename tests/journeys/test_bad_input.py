"""Definition errors: exit 2 with file and line, what is wrong, the nearest right name; nothing is run or recorded."""

from __future__ import annotations

import json

import pytest

from tests.journeys.conftest import User

HEAD = """from penstock import Param, Pipeline, Retry
p = Pipeline("p", params={"year": 2013, "mode": Param("str", "fast", choices=["fast", "slow"])})
@p.task
def raw(year): return year
"""

#: Mistakes that a file may have beside each other, each in the first line of its text, and what is told.
MISTAKES = (
    ("@p.task\ndef clean(rawd): ...\n", "did you mean 'raw'?"),
    ("@p.task\ndef a(b): ...\n@p.task\ndef b(a): ...\n", "a -> b -> a"),
    ("@p.task\ndef raw(): ...\n", "two tasks 'raw'"),
    ("@p.task(retry=Retry(0))\ndef c(raw): ...\n", "whole number from 1"),
    ("@p.task(retry=Retry(2, backoff='exponentail'))\ndef d(raw): ...\n", "did you mean 'exponential'?"),
    ("@p.task(triger='all_done')\ndef e(raw): ...\n", "did you mean 'trigger'?"),
    ("@p.task(timeout='5 parsecs')\ndef f(raw): ...\n", "5 parsecs"),
    ("@p.task\ndef g(*raw): ...\n", "name each argument"),
    ("@p.task\nasync def h(raw): ...\n", "asyncio.run"),
    ("@p.task(after=['rwa'])\ndef i(): ...\n", "did you mean 'raw'?"),
    ("@p.task(resources={'memroy': '1GB'})\ndef j(): ...\n", "did you mean 'memory'?"),
    ("@p.task(cache=True)\ndef k(raw): ...\n", 'give "inputs"'),
)
#: Those after which nothing more is read, in line 5.
FATAL = (
    ("q = Pipeline('q', params={'n': Param('int', 'x')})\n@q.task\ndef z(): ...\n", "'n'"),
    ("def b(:\n", "syntax error"),
    ("import pandsa\n", "No module named 'pandsa'"),
)


def test_all_mistakes_of_a_file_are_told(user: User) -> None:
    user.write("flow.py", HEAD + "".join(text for text, _ in MISTAKES))
    ran = user.types("run", "flow.py")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (user.folder / ".penstock").exists()
    told, line = ran.stderr.split("flow.py:"), HEAD.count("\n") + 1
    for text, why in MISTAKES:
        assert any(one.startswith(f"{line}: error:") and why in one for one in told), (line, why, ran.stderr)
        line += text.count("\n")
    assert len(told) == 1 + len(MISTAKES)


@pytest.mark.parametrize(("text", "told"), FATAL, ids=["default", "syntax", "import"])
def test_a_file_that_can_not_be_read_to_its_end(user: User, text: str, told: str) -> None:
    user.write("flow.py", HEAD + text)
    ran = user.types("run", "flow.py:p" if "q =" not in text else "flow.py:q")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "flow.py:5: error:" in ran.stderr
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr or "import" in text
    assert not (user.folder / ".penstock").exists()


def test_errors_as_json(user: User) -> None:
    user.write("flow.py", HEAD + MISTAKES[0][0])
    ran = user.types("run", "flow.py", "--json")
    error = json.loads(ran.stdout)["error"]
    assert error["code"] == "definition"
    assert error["line"] == 5
    assert error["problems"][0]["message"].endswith("did you mean 'raw'?")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-p", "yaer=1"], "did you mean 'year'?"),
        (["-p", "year=x"], "'year' is int"),
        (["-p", "mode=fsat"], "choose one of 'fast', 'slow'"),
        (["-p", "year"], "name=value"),
        (["--from", "rwa"], "did you mean 'raw'?"),
        (["--type", "tset"], "did you mean 'test'?"),
        (["--executor", "lcal"], "did you mean 'local'?"),
        (["--wokers", "2"], "--workers"),
        (["--from-run", "latest"], "choose tasks by --from"),
    ],
)
def test_usage_errors(user: User, words: list[str], told: str) -> None:
    user.write("flow.py", HEAD)
    ran = user.types("run", "flow.py", *words)
    assert ran.returncode == 2, ran.stdout
    assert told in ran.stderr
    assert not (user.folder / ".penstock").exists()


BIG = "9999999999999999999999"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "flow.py", "--workers", BIG], "--workers is at most 10000"),
        (["up", "--workers", BIG], "--workers is at most 10000"),
        (["up", "--port", BIG], "--port is at most 65535"),
        (["up", "--port", "0", "--grace", "101y"], "--grace: '101y' is longer than anything lasts"),
        (["runs", "retry", "latest", "--workers", BIG], "--workers is at most 10000"),
        (["runs", "replay", "latest", "--workers", BIG], "--workers is at most 10000"),
        (["runs", "set-state", "latest", "failed", "--task", "raw", "--map-index", BIG], "--map-index is at most"),
        (["runs", "logs", "latest", "--map-index", BIG], "--map-index is at most"),
        (["runs", "list", "--limit", BIG], "--limit is at most 500"),
        (["runs", "list", "--filter", "created_after=12026-01-01"], "is no time"),
    ],
)
def test_numbers_beyond_all_that_can_be_meant(user: User, words: list[str], told: str) -> None:
    user.write("flow.py", HEAD)
    ran = user.types(*words)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert told in ran.stderr


def test_a_resource_that_is_not_there(user: User) -> None:
    user.write(
        "flow.py",
        HEAD + "@p.task(resources={'gpu': 1})\ndef b(): ...\n@p.task(resources={'pool': 'db'})\ndef c(): ...\n",
    )
    ran = user.types("run", "flow.py")
    assert ran.returncode == 2
    assert "1 GPUs" in ran.stderr
    user.write("penstock.toml", "gpus = 1\n[pools]\ndb = 1\n")
    ran = user.types("run", "flow.py", "-q", PENSTOCK_GPU="1")
    assert (ran.returncode, ran.stderr) == (0, "warning: nothing reads PENSTOCK_GPU (did you mean PENSTOCK_GPUS?)\n")


def test_a_wrong_setting(user: User) -> None:
    user.write("flow.py", HEAD)
    user.write("penstock.toml", "wokers = 3\n")
    ran = user.types("run", "flow.py")
    assert ran.returncode == 2
    assert "did you mean 'workers'?" in ran.stderr


def test_the_settings_between_the_folder_and_the_home_count(user: User) -> None:
    (user.folder / ".penstock").mkdir()
    user.folder = user.folder / "below"
    user.folder.mkdir()
    test_a_wrong_setting(user)


def test_a_home_that_is_removed_under_a_run(user: User) -> None:
    user.write(
        "flow.py", HEAD + "@p.task\ndef gone(raw):\n    import shutil\n    shutil.rmtree('.penstock')\n    return [1]\n"
    )
    ran = user.types("run", "flow.py")
    assert "The record of this run is lost: " in ran.stderr
    assert "was removed while it ran" in ran.stderr


def test_a_database_of_a_newer_version(user: User) -> None:
    import sqlite3

    user.write("flow.py", HEAD)
    user.types("run", "flow.py")
    with sqlite3.connect(user.folder / ".penstock" / "penstock.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    ran = user.types("run", "flow.py")
    assert ran.returncode == 2
    assert "needs" in ran.stderr
