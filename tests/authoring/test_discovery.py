"""Files of users in real child processes: whatever they do, the answer is one."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import psutil
import pytest

from penstock.authoring import other_tools
from penstock.authoring.discover import _answer
from penstock.authoring.discovery import Discovery, discover, discover_project, project_files
from penstock.errors import DefinitionError, NotFound, NotSupportedYet, SettingsError
from penstock.model.spec import PipelineSpec

GOOD = """
    from penstock import Pipeline
    {name} = Pipeline("{name}")

    @{name}.task
    def work() -> int:
        return 1
"""


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dedent(text).lstrip(), encoding="utf-8")
    return file


def good(file: Path, name: str = "good") -> Path:
    return write(file, GOOD.format(name=name))


def only(file: Path) -> PipelineSpec:
    (spec,) = discover(file)
    return spec


def gone(pid: int) -> None:
    """Wait until a process that was killed is no more; the interval only bounds how often it is asked."""
    deadline = time.monotonic() + 20
    while _lives(pid):
        assert time.monotonic() < deadline, f"process {pid} lives"
        select.select([], [], [], 0.01)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # between two looks, too
        return False


def refused(file: Path, timeout: float = 60) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        discover(file, timeout=timeout)
    return caught.value


def test_a_spec_tells_how_to_find_its_code(tmp_path: Path) -> None:
    spec = only(good(tmp_path / "flow.py"))
    assert spec.code is not None
    assert (spec.code.root, spec.code.file, spec.code.module, spec.code.name) == (
        str(tmp_path.resolve()), "flow.py", "flow", "good",
    )  # fmt: skip
    assert spec.code.files == ("flow.py",)
    one = spec.tasks["work"]
    assert (one.file, one.line, one.call) == ("flow.py", 4, "flow:work")
    assert one.source is not None
    assert one.source.endswith("return 1\n")


def test_what_a_file_prints_does_not_disturb(tmp_path: Path) -> None:
    noise = """
        import os, subprocess, sys
        print('{"file": "x"}')
        os.write(1, b"raw\\n")
        sys.__stdout__.write("more\\n")
        subprocess.run(["echo", "child"])
    """
    file = write(tmp_path / "loud.py", dedent(noise) + dedent(GOOD.format(name="loud")) + "print('end')\n")
    assert only(file).name == "loud"


def test_two_pipelines_in_a_file(tmp_path: Path) -> None:
    text = dedent(GOOD.format(name="one")) + dedent(GOOD.format(name="two")) + "alias = two\n"
    file = write(tmp_path / "both.py", text)
    assert [spec.name for spec in discover(file)] == ["one", "two"]
    assert [spec.name for spec in discover(file, "two")] == ["two"]
    with pytest.raises(DefinitionError, match="no pipeline 'tow' in this file; did you mean 'two'"):
        discover(file, "tow")


def test_a_variable_goes_before_the_name_of_another(tmp_path: Path) -> None:
    text = (
        "from penstock import Pipeline\na = Pipeline('b')\nb = Pipeline('a')\nfor p in (a, b): p.task(len, name='x')\n"
    )
    text = text.replace("len", "print_it").replace("a = ", "def print_it(): ...\na = ", 1)
    file = write(tmp_path / "both.py", text)
    assert [(spec.name, spec.code and spec.code.name) for spec in discover(file, "a")] == [("b", "a")]


def test_pipelines_of_another_file_stay_there(tmp_path: Path) -> None:
    good(tmp_path / "one.py", "one")
    factory = "from penstock import Pipeline\ndef make(name):\n    p = Pipeline(name)\n    p.task(work)\n    return p\n"
    write(tmp_path / "factory.py", f"def work(): ...\n{factory}")
    text = f"from one import one\nfrom factory import make\nthree = make('three')\n{dedent(GOOD.format(name='two'))}"
    assert [spec.name for spec in discover(write(tmp_path / "two.py", text))] == ["three", "two"]
    assert [spec.name for spec in discover(write(tmp_path / "all.py", "from one import one\n"))] == ["one"]


def test_a_syntax_error_is_told_with_its_line(tmp_path: Path) -> None:
    file = write(tmp_path / "bad.py", "import penstock\n\nx = (1,\ny = = 2\n")
    error = refused(file)
    assert error.message.startswith("syntax error: ")
    assert (error.file, error.line) == (str(file), 3)


@pytest.mark.parametrize("line", [b'x = "\xe4"\n', "x = 1\n".encode("utf-16")])
def test_a_file_in_another_encoding_is_told_to_be_saved_as_utf_8(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "latin.py"
    file.write_bytes(b"import penstock\n" + line)
    assert refused(file).cure == "save the file as UTF-8"


def test_an_error_at_import_is_told_with_the_line_of_the_user(tmp_path: Path) -> None:
    write(tmp_path / "lower.py", "def fail():\n    raise ValueError('no luck')\n")
    file = write(tmp_path / "bad.py", "import lower\n\nlower.fail()\n")
    error = refused(file)
    assert error.message == "importing this file raised ValueError: no luck"
    assert (error.file, error.line) == (str(tmp_path / "lower.py"), 2)
    assert "lower.fail()" in error.facts["traceback"]
    assert "penstock/authoring" not in error.facts["traceback"]


def test_a_module_that_is_missing(tmp_path: Path) -> None:
    error = refused(write(tmp_path / "bad.py", "import penstock\nimport nowhere_to_be_found\n"))
    assert "No module named 'nowhere_to_be_found'" in error.message
    assert error.cure == "install it, or run with the Python that has it"
    assert error.line == 2
    write(tmp_path / "cleaning.py", "")
    error = refused(write(tmp_path / "bad.py", "import penstock\nimport claening\n"))
    assert error.cure == "did you mean 'cleaning'?"


def test_a_module_that_is_nearly_named_as_a_library(tmp_path: Path) -> None:
    write(tmp_path / "random_other.py", "")
    error = refused(write(tmp_path / "bad.py", "import penstock\nimport sqlalchmey\n"))
    assert error.cure == "did you mean 'sqlalchemy'? else install it, or run with the Python that has it"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("colorsys", "from colorsys import rgb_to_hsv"),
        ("colorsys", "import colorsys\ncolorsys.rgb_to_hsv"),
        ("sqlalchemy", "import sqlalchemy.orm"),
    ],
)
def test_a_file_that_hides_a_module_is_told(tmp_path: Path, name: str, line: str) -> None:
    write(tmp_path / f"{name}.py", "")
    error = refused(write(tmp_path / "bad.py", f"import penstock\n{line}\n"))
    assert error.cure == f"{name}.py hides the module '{name}' that is meant: give that file another name"


@pytest.mark.parametrize(
    ("line", "message", "cure"),
    [
        ("from penstock import Pipelin", "cannot import name 'Pipelin'", "did you mean 'Pipeline'?"),
        ("p.tsak", "has no attribute 'tsak'", "did you mean 'task'?"),
        ("pipelin('x')", "name 'pipelin' is not defined", "did you mean 'Pipeline'?"),
        ("from penstock import flow", "cannot import name 'flow'", other_tools._BY_TASKS),
        ("import penstock; penstock.task", "has no attribute 'task'", other_tools._BY_TASKS),
        ("with Pipeline('x'): pass", "the context manager protocol", other_tools._BY_TASKS),
        ("exec('a b')", "SyntaxError: invalid syntax", None),
        (
            "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd",
            "Odd: <exception str() failed>",
            None,
        ),
    ],
)
def test_a_wrong_word_is_told_with_the_nearest(tmp_path: Path, line: str, message: str, cure: str | None) -> None:
    head = "from penstock import Param, Pipeline, Retry\np = Pipeline('p')\n"
    error = refused(write(tmp_path / "bad.py", head + line + "\n"))
    assert error.message.startswith("importing this file raised ")
    assert message in error.message
    assert error.cure == cure
    assert (error.file, error.line) == (str(tmp_path / "bad.py"), 2 + len(line.splitlines()))


@pytest.mark.parametrize(
    ("call", "option", "cure"),
    [
        ("Retry(attemps=3)", "attemps", "did you mean 'attempts'?"),
        ("Param('int', defualt=3)", "defualt", "did you mean 'default'?"),
        (
            "Param('int', zzz=3)",
            "zzz",
            "there are 'choices', 'default', 'description', 'max', 'min', 'pattern', 'required', 'type'",
        ),
        ("Cache('inputs', tll='7d')", "tll", "did you mean 'ttl'?"),
        ("Limit(3, ful='skip')", "ful", "did you mean 'full'?"),
        ("Pipeline('x', namspace='y')", "namspace", "did you mean 'namespace'?"),
        ("Pipeline('x', schedule='@daily')", "schedule", other_tools._NO_CLOCK),
        ("Pipeline('x', retries=3)", "retries", other_tools._OF_TASKS),
    ],
)
def test_a_wrong_option_is_told_as_one_of_a_task_is(tmp_path: Path, call: str, option: str, cure: str) -> None:
    error = refused(write(tmp_path / "bad.py", f"from penstock import *\n\n{call}\n"))
    assert error.message == f"{call.partition('(')[0]} can't have the option '{option}'"
    assert error.cure == cure
    assert (error.file, error.line) == (str(tmp_path / "bad.py"), 3)
    assert "traceback" not in error.facts


def test_an_error_in_a_library_is_told_at_the_line_that_called_it(tmp_path: Path) -> None:
    error = refused(write(tmp_path / "bad.py", "import penstock, json\n\njson.loads('{')\n"))
    assert "JSONDecodeError" in error.message
    assert (error.file, error.line) == (str(tmp_path / "bad.py"), 3)
    assert "json.loads('{')" in error.facts["traceback"]
    assert "decoder.py" not in error.facts["traceback"]


def test_what_is_no_python(tmp_path: Path) -> None:
    file = tmp_path / "picture.py"
    file.write_bytes(b"\x89PNG\x00\x01\x02")
    message = refused(file).message
    assert "syntax error" in message or "null bytes" in message


def test_errors_keep_their_class(tmp_path: Path) -> None:
    text = "from penstock.errors import NotSupportedYet\nraise NotSupportedYet('later')\n"
    error = refused(write(tmp_path / "bad.py", text))
    assert (type(error), error.message) == (NotSupportedYet, "later")


def test_leaving_at_import_is_an_error_of_the_file(tmp_path: Path) -> None:
    error = refused(write(tmp_path / "bad.py", "import sys\nsys.exit(3)\n"))
    assert (error.message, error.line) == ("importing this file raised SystemExit: 3", 2)
    assert error.cure is not None
    assert "__main__" in error.cure
    error = refused(
        write(tmp_path / "gone.py", "import os, sys\nprint('bye', file=sys.stderr, flush=True)\nos._exit(7)")
    )
    assert error.message == "importing it ended the process (exit 7)"
    assert error.cure == "it printed: bye"
    assert error.file == str(tmp_path / "gone.py")
    error = refused(write(tmp_path / "killed.py", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"))
    assert error.message == "importing it ended the process (killed by SIGKILL)"


def test_an_import_that_never_ends_is_ended_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    text = f"""
        import subprocess
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        open({str(pid)!r}, "w").write(str(child.pid))
        child.wait()
    """
    error = refused(write(tmp_path / "slow.py", text), timeout=1.5)
    assert error.message == "importing it took more than 1.5 s"
    assert error.cure == "do slow work in tasks, not at import"
    gone(int(pid.read_text()))


def test_an_import_that_never_ends_ends_with_who_waits_for_it(tmp_path: Path) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    file = write(
        tmp_path / "stuck.py",
        f"""
        import os, subprocess, time
        child = subprocess.Popen(["sleep", "600"])
        with open({str(told)!r}, "w") as pipe:
            pipe.write(f"{{os.getpid()}} {{child.pid}}")
        time.sleep(600)
        """,
    )
    waits = "import sys; from pathlib import Path; from penstock.authoring.discovery import discover"
    waiting = subprocess.Popen([sys.executable, "-c", f"{waits}; discover(Path(sys.argv[1]))", str(file)])
    with told.open() as pipe:
        importing, below = map(int, pipe.read().split())
    waiting.kill()
    waiting.wait()
    gone(importing)
    gone(below)


def test_threads_and_processes_of_a_file_do_not_keep_its_answer(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    text = f"""
        import os, threading
        threading.Thread(target=threading.Event().wait).start()
        if os.fork() == 0:
            open({str(pid)!r}, "w").write(str(os.getpid()))
            threading.Event().wait()
        while not os.path.exists({str(pid)!r}) or not open({str(pid)!r}).read():
            pass
    """
    file = write(tmp_path / "busy.py", dedent(text) + dedent(GOOD.format(name="p")))
    began = time.monotonic()
    assert only(file).name == "p"
    assert time.monotonic() - began < 20
    gone(int(pid.read_text()))


def test_a_file_that_prints_without_end_is_only_late(tmp_path: Path) -> None:
    text = "import sys\nwhile True: print('x' * 100_000); sys.stderr.write('y' * 100_000)\n"
    assert refused(write(tmp_path / "loud.py", text), timeout=1.0).message == "importing it took more than 1 s"


def test_a_file_that_closes_everything(tmp_path: Path) -> None:
    error = refused(write(tmp_path / "bad.py", "import os\nos.closerange(0, 1000)\n"))
    assert error.message.startswith("importing it ended the process")


def test_ending_twice_harms_nobody(tmp_path: Path) -> None:
    discovery = Discovery([good(tmp_path / f"{name}.py", name) for name in "abc"])
    discovery.end()
    discovery.end()
    assert discovery.result() == []


def test_problems_of_a_definition_come_through(tmp_path: Path) -> None:
    text = """
        from penstock import Pipeline
        p = Pipeline("p", params={"year": 1})

        @p.task
        def one(yaer): ...

        @p.task
        def two(oen): ...
    """
    file = write(tmp_path / "bad.py", text)
    error = refused(file)
    assert (error.file, error.line) == (str(file), 4)
    assert [one["line"] for one in error.facts["problems"]] == [4, 7]


def test_no_pipeline_and_no_file(tmp_path: Path) -> None:
    error = refused(write(tmp_path / "none.py", "import penstock\n"))
    assert "there is no pipeline in this file; make one" in str(error)
    with pytest.raises(NotFound, match="there is no file"):
        discover(tmp_path / "missing.py")


def test_two_that_nobody_could_tell_apart(tmp_path: Path) -> None:
    text = """
        from penstock import Pipeline

        one = Pipeline("p")
        also = one
        other = Pipeline("p")
    """
    error = refused(write(tmp_path / "two.py", text))
    assert "'one' and 'other' are both called 'p', in namespace 'default'; give each its own" in str(error)
    assert error.line == 5


def test_a_module_of_a_package_has_relative_imports(tmp_path: Path) -> None:
    write(tmp_path / "shop" / "__init__.py", "")
    write(tmp_path / "shop" / "deep" / "__init__.py", "")
    write(tmp_path / "shop" / "prices.py", "def price() -> int:\n    return 1\n")
    write(tmp_path / "shop" / "unused.py", "")
    text = """
        from penstock import Pipeline
        from ..prices import price
        p = Pipeline("p")
        p.task(price)
    """
    spec = only(write(tmp_path / "shop" / "deep" / "flow.py", text))
    assert spec.code is not None
    assert (spec.code.root, spec.code.module) == (str(tmp_path.resolve()), "shop.deep.flow")
    deep = os.path.join("shop", "deep")
    assert set(spec.code.files) == {
        os.path.join("shop", "__init__.py"), os.path.join("shop", "prices.py"), os.path.join(deep, "__init__.py"),
        os.path.join(deep, "flow.py"),
    }  # fmt: skip
    assert spec.tasks["price"].call == "shop.prices:price"
    assert spec.tasks["price"].file == os.path.join("shop", "prices.py")


def test_a_package_that_imports_the_file_gets_it_once(tmp_path: Path) -> None:
    write(tmp_path / "shop" / "__init__.py", "from .flow import good\n")
    once = "import os\nassert os.environ.setdefault('TIMES', 'once') == 'once'\nos.environ['TIMES'] = 'twice'\n"
    spec = only(write(tmp_path / "shop" / "flow.py", once + dedent(GOOD.format(name="good"))))
    assert spec.tasks["work"].call == "shop.flow:work"


def test_a_file_called_like_a_library_does_not_stand_in_its_way(tmp_path: Path) -> None:
    write(tmp_path / "beside.py", "x = 1\n")
    text = f"import tempfile, beside\n{dedent(GOOD.format(name='p'))}"  # tempfile imports random
    assert only(write(tmp_path / "random.py", text)).name == "p"


def test_the_current_folder_is_no_place_for_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "here" / "json.py", "raise RuntimeError\n")
    monkeypatch.chdir(tmp_path / "here")
    assert only(good(tmp_path / "flow.py")).name == "good"


def test_the_init_file_of_a_package(tmp_path: Path) -> None:
    spec = only(good(tmp_path / "shop" / "__init__.py"))
    assert spec.code is not None
    assert (spec.code.root, spec.code.module, spec.code.file) == (str(tmp_path.resolve()), "shop", "shop/__init__.py")


@pytest.mark.parametrize("stem", ["json", "typing", "pytest", "my-flow"])
def test_a_stem_that_is_taken_gets_another_name(tmp_path: Path, stem: str) -> None:
    text = f"import json\nassert json.dumps([]) == '[]'\n{dedent(GOOD.format(name='p'))}"
    spec = only(write(tmp_path / f"{stem}.py", text))
    assert spec.code is not None
    assert spec.code.module == f"pipeline_{stem}"
    assert spec.tasks["work"].call == f"pipeline_{stem}:work"


# --- versions -----------------------------------------------------------------------------------------


def project(folder: Path) -> Path:
    write(folder / "lib" / "__init__.py", "")
    write(folder / "lib" / "clean.py", "def clean() -> int:\n    return 1\n")
    write(folder / "notes.txt", "nothing")
    write(folder / "other.py", "x = 1\n")
    text = """
        import textwrap
        from penstock import Pipeline
        from lib.clean import clean
        p = Pipeline("p", params={"text": ""})
        p.task(clean)
        p.task(textwrap.dedent)
    """
    return write(folder / "flow.py", text)


def test_the_digest_changes_exactly_with_the_files_of_the_project(tmp_path: Path) -> None:
    file = project(tmp_path)
    first = only(file)
    assert first.code is not None
    write(tmp_path / "notes.txt", "something")
    write(tmp_path / "other.py", "x = 2\n")
    file.touch()
    assert only(file) == first
    write(tmp_path / "lib" / "clean.py", "def clean() -> int:\n    return 2\n")
    second = only(file)
    assert second.code is not None
    assert second.code.digest != first.code.digest
    assert second.version != first.version


def test_a_project_that_moves_keeps_its_versions(tmp_path: Path) -> None:
    here = only(project(tmp_path / "here"))
    there = tmp_path / "some" / "where" / "else"
    shutil.copytree(tmp_path / "here", there, ignore=shutil.ignore_patterns("__pycache__"))
    moved = only(there / "flow.py")
    assert moved.code is not None
    assert moved.code.root == str(there.resolve())
    assert moved.version == here.version


def test_a_library_that_lies_elsewhere_keeps_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = set()
    for place in ("here", "there"):
        write(tmp_path / place / "lib" / "tools" / "__init__.py", "def work(): return 1\n")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / place / "lib"), prepend=os.pathsep)
        text = "from penstock import Pipeline\nfrom tools import work\np = Pipeline('p')\np.task(work)\n"
        spec = only(write(tmp_path / "project" / "flow.py", text))
        assert spec.tasks["work"].file == os.path.join("tools", "__init__.py")
        versions.add(spec.version)
    assert len(versions) == 1


def test_what_another_file_imports_is_no_part_of_a_version(tmp_path: Path) -> None:
    alone = only(good(tmp_path / "b.py", "b"))
    write(tmp_path / "shared.py", "x = 1\n")
    write(tmp_path / "a.py", f"import shared, numpy\n{dedent(GOOD.format(name='a'))}")
    found = {spec.name: spec for one in discover_project(tmp_path) for spec in one.specs}
    assert found["b"] == alone
    assert found["a"].code is not None
    assert found["a"].code.files == ("a.py", "shared.py")


def test_installed_libraries_are_no_part_of_a_project(tmp_path: Path) -> None:
    write(tmp_path / ".venv" / "lib" / "site-packages" / "thing.py", "")
    text = f"import sys\nsys.path.append('.venv/lib/site-packages')\nimport thing\n{dedent(GOOD.format(name='p'))}"
    text = text.replace("'.venv", f"'{tmp_path}/.venv")
    spec = only(write(tmp_path / "flow.py", text))
    assert spec.code is not None
    assert spec.code.files == ("flow.py",)


def test_slow_libraries_that_a_file_uses_are_noted(tmp_path: Path) -> None:
    code = only(write(tmp_path / "flow.py", f"import numpy\n{dedent(GOOD.format(name='p'))}")).code
    assert code is not None
    assert code.preload == ("numpy",)


# --- projects -----------------------------------------------------------------------------------------


def test_a_broken_file_takes_no_other_along(tmp_path: Path) -> None:
    good(tmp_path / "a.py", "a")
    write(tmp_path / "b.py", "import os, penstock\nos._exit(1)\n")
    good(tmp_path / "c.py", "c")
    write(tmp_path / "library.py", "import penstock\n")
    write(tmp_path / "unrelated.py", "raise SystemExit\n")
    found = {one.file.name: one for one in discover_project(tmp_path)}
    assert list(found) == ["a.py", "b.py", "c.py"]
    assert [one.specs[0].name for one in (found["a.py"], found["c.py"])] == ["a", "c"]
    assert found["b.py"].error is not None


def test_files_are_looked_into_in_order(tmp_path: Path) -> None:
    files = [good(tmp_path / "a.py", "a"), write(tmp_path / "b.py", "1 / 0"), good(tmp_path / "c.py", "c")]
    found = Discovery(files).result()
    assert [one.file for one in found] == files
    assert [bool(one.error) for one in found] == [False, True, False]


def test_where_a_project_keeps_its_pipelines(tmp_path: Path) -> None:
    here = good(tmp_path / "here.py")
    assert project_files(tmp_path) == [here]
    inside = good(tmp_path / "pipelines" / "inside.py")
    assert project_files(tmp_path) == [inside]
    named = good(tmp_path / "flows" / "named.py")
    write(tmp_path / "penstock.toml", 'pipelines = ["flows"]\n')
    assert project_files(tmp_path) == [named]
    write(tmp_path / "penstock.toml", 'pipelines = ["flaws"]\n')
    with pytest.raises(SettingsError, match="the folder 'flaws', which is not there"):
        project_files(tmp_path)
    write(tmp_path / "penstock.toml", "pipelines = \n")
    with pytest.raises(SettingsError, match="can't be read"):
        project_files(tmp_path)


def test_settings_of_a_folder_above(tmp_path: Path) -> None:
    named = good(tmp_path / "flows" / "named.py")
    write(tmp_path / "penstock.toml", 'pipelines = ["flows"]\n')
    (tmp_path / "deep" / "down").mkdir(parents=True)
    assert project_files(tmp_path / "deep" / "down") == [named]
    write(tmp_path / "penstock.toml", "workers = 2\n")
    mine = good(tmp_path / "deep" / "mine.py")
    assert project_files(tmp_path / "deep") == [mine]


@pytest.mark.parametrize("value", ['"flows"', "[1]", "3"])
def test_folders_that_are_no_list(tmp_path: Path, value: str) -> None:
    write(tmp_path / "penstock.toml", f"pipelines = {value}\n")
    with pytest.raises(SettingsError, match="give a list of folders"):
        project_files(tmp_path)


def test_what_only_looks_like_a_file_of_pipelines(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "broken.py").symlink_to(tmp_path / "nowhere")
    good(tmp_path / "__init__.py")
    assert project_files(tmp_path) == []


def test_a_script_of_the_client_is_not_imported_for_a_look(tmp_path: Path) -> None:
    write(tmp_path / "start.py", "from penstock.client import Client\nClient().runs.start('good')\n")
    both = write(tmp_path / "both.py", "from penstock.client import Client\n" + dedent(GOOD.format(name="both")))
    assert project_files(tmp_path) == [both]


def test_nothing_of_the_user_is_imported_here(tmp_path: Path) -> None:
    before = set(sys.modules)
    only(good(tmp_path / "never_seen_before.py"))
    assert "never_seen_before" not in set(sys.modules) - before


CURES = {
    "argv.py": ("import sys\nyear = sys.argv[1]\n", "parameters, not arguments"),
    "parsed.py": ("import argparse\nargparse.ArgumentParser().parse_args(['--year'])\n", "parameters, not arguments"),
    "near.py": ("from .other import clean\n", "`from other import …`"),
    "one.py": ("import two\nname = 1\n", "one.py and two.py import each other"),
    "outside.py": ("import shop.clean\n", "PYTHONPATH={above}/src"),
    "made.py": ("from penstock import Pipeline\ndef make(): return Pipeline('made')\n", "call the function that makes"),
    "notes.ipynb": ("{}", "move its functions into a file that ends in .py"),
    "method.py": (
        "from penstock import Pipeline\np = Pipeline('p')\nclass It:\n    @p.task\n    def make(self): ...\n",
        "move the function out of its class",
    ),
}


@pytest.mark.parametrize("name", CURES)
def test_what_scripts_modules_and_notebooks_do_is_told_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    write(tmp_path / "src" / "shop" / "__init__.py", "")
    write(tmp_path / "flows" / "two.py", "from one import name")
    text, cure = CURES[name]
    error = _answer(write(tmp_path / "flows" / name, text), None)["error"]
    told = [error, *error.get("problems", ())]
    assert any(cure.format(above=tmp_path) in (each["cure"] or "") for each in told), told


def test_a_name_with_dots_and_dashes(tmp_path: Path) -> None:
    assert only(good(tmp_path / "my-flow.v2.py")).name == "good"


def test_a_file_sees_the_arguments_of_a_script_without_any(tmp_path: Path) -> None:
    text = GOOD.format(name="seen").replace('"seen"', "f'n{len(sys.argv)}'")
    assert only(write(tmp_path / "flow.py", f"    import sys{text}")).name == "n1"


def test_a_file_and_a_link_to_it_are_one(tmp_path: Path) -> None:
    file = good(tmp_path / "flow.py")
    (tmp_path / "a_link.py").symlink_to(file)
    elsewhere = good(tmp_path / "more" / "other.py")
    (tmp_path / "linked.py").symlink_to(elsewhere)
    (tmp_path / "circle.py").symlink_to(tmp_path / "circle.py")
    assert [each.name for each in project_files(tmp_path)] == ["flow.py", "linked.py"]


def test_settings_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "penstock.toml", "workers = 2")

    def read_text(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")  # root may read everything

    monkeypatch.setattr(Path, "read_text", read_text)
    with pytest.raises(SettingsError, match="Permission denied; see who may read it"):
        project_files(tmp_path)
