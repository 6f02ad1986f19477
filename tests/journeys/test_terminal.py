"""What a person sees on a terminal, and what is left when nobody looks."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable

import pytest

from tests.journeys.conftest import COMMAND, PATIENCE, User, until

pytestmark = pytest.mark.waits

SHAPES = """
    from penstock import Pipeline, Retry, run

    p = Pipeline("shapes")

    @p.task
    def 日本語の名前():
        run.progress(1, 2)
        return [1, 2, 3]

    @p.task(foreach={"item": "日本語の名前"}, label="part {item}")
    def each(item): return item * 2

    @p.task(retry=Retry(2, delay=0))
    def flaky(each):
        if run.attempt == 1:
            raise ConnectionError("\\x1b[2J no route to a host with a rather long name that fills the line")
        return "done"

    @p.task(allow_failure=True)
    def optional(each): raise KeyError("nothing")
"""

WAITS = """
    import os, signal, time
    from penstock import Pipeline

    p = Pipeline("waits")

    @p.task
    def waits():
        print("under way", flush=True)
        signal.pause()
"""

COUNTS = """
    import time
    from pathlib import Path
    from penstock import Pipeline

    p = Pipeline("counts")

    @p.task
    def first():
        return 1

    @p.task
    def second(first):
        while not Path(__file__).with_name("go").exists():
            time.sleep(0.01)
        return 2

    @p.task
    def third(second): return 3
"""


def _under_way(user: User, name: str = "waits") -> bool:
    return any("under way" in file.read_text() for file in user.folder.glob(f".penstock/logs/*/{name}.1.jsonl"))


@pytest.mark.parametrize("columns", [40, 60, 120])
def test_the_live_view_on_terminals_of_all_widths(user: User, columns: int) -> None:
    user.write("shapes.py", SHAPES)
    code, shown = user.in_terminal("run", "shapes.py", columns=columns, rows=20)
    assert code == 0, shown
    assert "日本語の名前" in shown
    assert "3/3" in shown or columns < 60
    assert "\x1b[2J" not in shown
    assert "\x1b[?25h" in shown  # the cursor is back
    for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "\r", shown).replace("\r", "\n").split("\n"):
        wide = sum(2 if ord(each) > 0x2FFF else 1 for each in line)
        assert wide <= columns or "penstock runs" in line, line


def test_a_terminal_without_colours_and_one_that_can_only_print(user: User) -> None:
    user.write("shapes.py", SHAPES)
    _, plain = user.in_terminal("run", "shapes.py", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*m", plain)
    assert "\x1b[" in plain  # it is drawn anew all the same
    _, dumb = user.in_terminal("run", "shapes.py", TERM="dumb")
    assert "\x1b" not in dumb
    assert re.search(r"\d\d:\d\d:\d\d\.\d{3} flaky ✓ succeeded", dumb)


def test_a_terminal_without_unicode(user: User) -> None:
    user.write("shapes.py", SHAPES)
    code, shown = user.in_terminal("run", "shapes.py", PYTHONIOENCODING="ascii")
    assert code == 0, shown
    assert shown.isascii()
    assert re.search(r"\+\S* flaky", re.sub(r"\x1b\[[0-9;]*m", "", shown))
    listed = user.types("runs", "show", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(listed.stdout)["tasks"][0]["name"] == "日本語の名前"


def test_ctrl_c_on_the_keyboard(user: User) -> None:
    user.write("waits.py", WAITS)
    typed: list[str] = []

    def act(shown: str, types: Callable[[bytes], object]) -> None:
        if not typed and _under_way(user):
            typed.append("ctrl-c")
            types(b"\x03")

    code, shown = user.in_terminal("run", "waits.py", act=act)
    assert code == 130, shown
    assert "cancelled" in shown
    assert "Traceback" not in shown
    assert user.states() == {"waits": "cancelled"}
    assert user.processes() == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_other_requests_to_end_are_like_ctrl_c(user: User, number: int, code: int) -> None:
    user.write("waits.py", WAITS)
    child = user.starts("run", "waits.py", "--quiet")
    until(lambda: _under_way(user), "the task runs")
    child.send_signal(number)
    assert child.wait(PATIENCE) == code
    assert user.document()["state"] == "cancelled"
    assert user.processes() == []


def test_ctrl_c_before_there_is_a_run_leaves_nothing(user: User) -> None:
    user.write("slow.py", "import pathlib, time\npathlib.Path('importing').touch()\ntime.sleep(1000)\n")
    child = user.starts("run", "slow.py")
    until((user.folder / "importing").exists, "the file is being imported")
    child.send_signal(signal.SIGINT)
    assert child.wait(PATIENCE) == 130
    until(lambda: not user.processes(), "no process is left")
    assert not (user.folder / ".penstock").exists()


def test_a_run_goes_on_when_its_output_is_closed(user: User) -> None:
    user.write("counts.py", COUNTS)
    child = user.starts("run", "counts.py")
    assert child.stdout is not None
    assert "of counts" in child.stdout.readline()
    child.stdout.close()
    (user.folder / "go").touch()
    assert child.wait(PATIENCE) == 0
    assert set(user.states().values()) == {"succeeded"}


def test_a_run_that_ignores_hanging_up_goes_on(user: User) -> None:
    user.write("counts.py", COUNTS)
    child = subprocess.Popen(
        ["nohup", *COMMAND, "run", "counts.py"], cwd=user.folder, env=user.env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    user.children.append(child)
    assert child.stdout is not None
    while "of counts" not in child.stdout.readline():
        pass
    child.send_signal(signal.SIGHUP)
    (user.folder / "go").touch()
    assert child.wait(PATIENCE) == 0


def test_json_of_tasks_that_print_in_this_process(user: User) -> None:
    user.write(
        "loud.py",
        """
        import os
        from penstock import Pipeline
        p = Pipeline("loud")
        @p.task
        def loud():
            print("noise")
            os.system("echo more noise")
        """,
    )
    ran = user.types("run", "loud.py", "--executor", "inline", "--json")
    assert json.loads(ran.stdout)["state"] == "succeeded"
    assert "noise" in ran.stderr


def test_quiet_says_only_how_it_ended(user: User) -> None:
    user.write("counts.py", COUNTS)
    (user.folder / "go").touch()
    ran = user.types("run", "counts.py", "-q")
    assert ran.stdout.lstrip().startswith("✓ succeeded  counts")
    assert not re.search(r"^\d\d:\d\d:\d\d", ran.stdout, re.MULTILINE)
    loud = user.types("run", "counts.py")
    assert re.search(r"^\d\d:\d\d:\d\d", loud.stdout, re.MULTILINE)


def test_parameters_come_from_a_file_and_the_command_line_goes_before(user: User) -> None:
    user.write(
        "flow.py",
        """
        from penstock import Pipeline
        p = Pipeline("p", params={"year": 2013, "days": [1], "mode": "fast"})
        @p.task
        def out(year, days, mode): return [year, days, mode]
        """,
    )
    user.write("p.toml", "year = 2014\ndays = [1, 2]\n")
    ran = user.types("run", "flow.py", "--params-file", "p.toml", "-p", "year=2015")
    assert ran.returncode == 0, ran.stderr
    assert user.document()["params"] == {"year": 2015, "days": [1, 2], "mode": "fast"}
    wrong = user.types("run", "flow.py", "--params-file", "p.yaml")
    assert wrong.returncode == 2
    assert "YAML" in wrong.stderr


BROKEN = """
    import penstock.compose.doctor

    def broken(*_):
        raise RuntimeError("boom")

    penstock.compose.doctor.examine = broken
"""


def test_a_mistake_of_ours_is_told_in_two_lines(user: User) -> None:
    user.write("sitecustomize.py", BROKEN)
    path = os.pathsep.join([str(user.folder), os.environ.get("PYTHONPATH", "")])
    told = user.types("doctor", PYTHONPATH=path)
    assert told.returncode == 70
    assert len(told.stderr.splitlines()) == 2
    assert "RuntimeError: boom" in told.stderr
    assert "issues" in told.stderr
    assert "Traceback" in user.types("doctor", PYTHONPATH=path, PENSTOCK_DEBUG="1").stderr
    assert json.loads(user.types("doctor", "--json", PYTHONPATH=path).stdout)["error"]["code"] == "error"
