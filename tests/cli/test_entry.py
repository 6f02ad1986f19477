"""The first moments of the program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.cli import main
from tests.plain_user import bound

INTERRUPTED = """
import os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), 2)

sys.meta_path.insert(0, Watch())
from penstock.cli.entry import main
main()
"""


@pytest.mark.parametrize("module", ["penstock.cli.main", "click"])
def test_ctrl_c_while_it_is_imported_ends_it_without_a_word(module: str) -> None:
    ended = subprocess.run([sys.executable, "-c", INTERRUPTED, module], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize("step", ["prepare", "failure"])
def test_ctrl_c_before_or_after_a_verb_ends_it_without_a_traceback(step: str) -> None:
    program = (
        "import signal\n"
        "from penstock.cli import entry, output\n"
        f"output.{step} = lambda: signal.raise_signal(signal.SIGINT)\n"
        "entry.main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "")


def test_ctrl_c_within_a_verb_ends_it_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main.app, "invoke", lambda _: signal.raise_signal(signal.SIGINT))
    assert (main._call(["doctor"]), capfd.readouterr()) == (130, ("", ""))


@pytest.mark.parametrize("words", [["--version"], ["runs", "list"]])
def test_a_verb_begins_without_heavy_libraries(words: list[str], tmp_path: Path) -> None:
    program = "import sys; from penstock.cli.main import _call; _call(sys.argv[1:]); print(*sys.modules)"
    command = [sys.executable, "-c", program, *words]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split()
    assert "penstock.cli.runs" in told
    assert {"pydantic", "typer", "rich", "sqlalchemy", "fastapi"}.isdisjoint(told)


BEGINS = """
import subprocess, sys
from penstock.cli.main import _call

begin = subprocess.Popen.__init__

def told(self, command, *more, **options):
    if "penstock.agent" in command:
        print("loaded", *sys.modules)
    begin(self, command, *more, **options)

subprocess.Popen.__init__ = told
sys.exit(_call(["run", "flow.py", "--quiet"]))
"""


def test_a_run_starts_its_processes_before_it_loads_the_engine(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(
        "from penstock import Pipeline\np = Pipeline('p')\n\n\n@p.task\ndef one() -> int:\n    return 1\n"
    )
    command = [sys.executable, "-c", BEGINS]
    lines = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.splitlines()
    (loaded,) = (line.split() for line in lines if line.startswith("loaded "))
    assert "penstock.executors.local" in loaded
    assert {"penstock.engine.loop", "penstock.compose.local", "penstock.store.write"}.isdisjoint(loaded)


def test_the_end_of_a_verb_looks_for_no_circles(tmp_path: Path) -> None:
    program = (
        "import atexit, gc; atexit.register(lambda: print('left alone', gc.get_freeze_count() > 1000))\n"
        "from penstock.cli.entry import main; main()"
    )
    command = [sys.executable, "-c", program, "runs", "list"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert told.endswith("left alone True\n")


LEFT_OPEN = """
from penstock import Pipeline

p = Pipeline("p")
left = open("left.txt", "w")


@p.task
def one() -> None:
    left.write("all of it")
"""


def test_what_a_task_leaves_open_in_the_terminals_own_process_is_closed(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(LEFT_OPEN)
    command = [sys.executable, "-m", "penstock", "run", "flow.py", "--executor", "inline", "--quiet"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert (tmp_path / "left.txt").read_text() == "all of it"


def test_shells_are_offered_no_completion(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("_PENSTOCK_COMPLETE", "bash_source")
    assert main._call(["--version"]) == 0
    assert capfd.readouterr().out.startswith("penstock ")


def test_a_group_alone_shows_its_page(capfd: pytest.CaptureFixture[str]) -> None:
    assert [main._call([*words, "db"]) for words in ([], ["--"])] == [2, 2]
    assert capfd.readouterr().err.count("Usage: penstock db VERB") == 2


def test_nobody_hears_standard_error(tmp_path: Path) -> None:
    hears, tells = os.pipe()
    os.close(hears)
    command = [sys.executable, "-m", "penstock", "runs", "list"]
    ended = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=tells, check=False)
    os.close(tells)
    assert (ended.returncode, ended.stdout) == (1, b"")


def test_it_starts_as_a_module_too() -> None:
    command = [sys.executable, "-m", "penstock", "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("penstock ")


def test_as_a_module_it_takes_no_file_of_the_folder_for_a_library(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise RuntimeError('not the library')")
    command = [sys.executable, "-m", "penstock", "runs", "list", "--json"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, '"items": []' in ended.stdout) == (0, True), ended.stderr


def test_a_time_that_is_none_names_its_option(capfd: pytest.CaptureFixture[str]) -> None:
    assert main._call(["runs", "list", "--since", "soon"]) == 2
    assert "--since: 'soon' is no duration" in capfd.readouterr().err


def test_a_name_that_no_file_can_have(capfd: pytest.CaptureFixture[str]) -> None:
    code = main._call(["run", "x" * 300])
    assert (code, "too long for a name" in " ".join(capfd.readouterr().err.split())) == (2, True)


def test_a_folder_that_is_somebody_elses(tmp_path: Path) -> None:
    folder = tmp_path / "theirs" / "below"
    folder.mkdir(parents=True)
    program = "import os, sys; os.chmod('..', 0); from penstock.cli.entry import main; main()"
    command = bound([sys.executable, "-c", program, "runs", "list"])
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    folder.parent.chmod(0o700)
    told = f"the current folder, {folder}, is not for you to read"
    assert (ended.returncode, told in " ".join(ended.stderr.split())) == (2, True), ended.stderr


def test_a_folder_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    code = main._call(["runs", "list"])
    assert (code, "the current folder is gone" in " ".join(capfd.readouterr().err.split())) == (2, True)
