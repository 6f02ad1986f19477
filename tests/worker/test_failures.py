"""What is told of an exception."""

from __future__ import annotations

import asyncio
import bdb
import errno
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from penstock.artifacts.folders import Folders
from penstock.artifacts.sealing import seal
from penstock.worker import failures


def caught(function: object) -> BaseException:
    try:
        function()  # type: ignore[operator]
    except BaseException as error:
        return error
    raise AssertionError("it did not raise")


def line_of(text: str) -> int:
    return next(at for at, line in enumerate(Path(__file__).read_text().splitlines(), 1) if line.strip() == text)


class Own(ValueError):
    """An exception of a user."""


def raises_own() -> None:
    raise Own("why")


def test_type_message_names_and_place() -> None:
    told = failures.describe(caught(raises_own))
    assert told["type"].endswith("test_failures.Own")
    assert told["message"] == "why"
    assert told["names"][1:] == ["ValueError", "Exception", "BaseException"]
    assert told["file"] == __file__
    assert told["line"] == line_of('raise Own("why")')


@pytest.mark.parametrize(
    ("script", "options", "ends"),
    [
        ("echo out; echo why >&2; exit 3", {"capture_output": True}, "status 3.\nwhy"),
        ("echo out; exit 3", {"capture_output": True, "text": True}, "status 3.\nout"),
        ("exit 3", {"capture_output": True}, "status 3."),
        ("exit 3", {}, "status 3."),
        ("yes | head -c 9999 >&2; exit 3", {"capture_output": True, "text": True}, "status 3.\n… " + "y\n" * 999 + "y"),
    ],
)
def test_what_a_program_wrote_that_failed_is_told_where_it_is_in_no_log(
    script: str, options: dict[str, bool], ends: str
) -> None:
    told = failures.describe(caught(lambda: subprocess.run(["sh", "-c", script], check=True, **options)))  # type: ignore[call-overload]
    assert told["message"].endswith(ends)


def test_the_place_is_the_users_even_if_a_library_raised() -> None:
    told = failures.describe(caught(lambda: json.loads("{")))
    assert told["type"] == "json.decoder.JSONDecodeError"
    assert told["file"] == __file__
    assert "json/decoder.py" in told["traceback"]


def test_the_place_is_the_users_even_if_compiled_code_raised() -> None:
    def fails() -> None:
        exec(compile("def convert(): raise OSError('no parquet')", "pyarrow/error.pxi", "exec"), known := {})
        known["convert"]()

    told = failures.describe(caught(fails))
    assert (told["file"], told["line"]) == (__file__, line_of('known["convert"]()'))
    assert "pyarrow/error.pxi" in told["traceback"]


def test_what_penstock_itself_raises_has_no_place_in_a_library(tmp_path: Path) -> None:
    def full(_sink: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    error = caught(lambda: seal(Folders(tmp_path), tmp_path / "value", full))
    while error.__traceback__ is not None and error.__traceback__.tb_frame.f_code.co_filename == __file__:
        error.__traceback__ = error.__traceback__.tb_next
    told = failures.describe(error)
    assert (told["type"], told["file"], told["line"]) == ("DiskFull", None, None)
    assert "contextlib" not in told["traceback"]


def test_causes_contexts_and_groups_are_told_without_our_frames() -> None:
    def fails() -> None:
        try:
            raises_own()
        except Own as error:
            raise ExceptionGroup("several", [KeyError("a"), error]) from error

    told = failures.describe(caught(fails))
    for words in ("several", "KeyError: 'a'", "Own: why", "direct cause"):
        assert words in told["traceback"]
    assert str(Path(failures.__file__).parent) not in told["traceback"]


def test_a_group_tells_what_is_in_it_and_where_the_first_was_raised() -> None:
    async def fails() -> None:
        raises_own()

    async def together() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())

    told = failures.describe(caught(lambda: asyncio.run(together())))
    first, second = told["message"].splitlines()
    assert (first, second.endswith("Own: why")) == ("unhandled errors in a TaskGroup (1 sub-exception)", True)
    assert (told["file"], told["line"]) == (__file__, line_of('raise Own("why")'))


def test_a_large_group_names_some() -> None:
    def fails() -> None:
        raise ExceptionGroup("all", [ExceptionGroup("inner", [KeyError(each) for each in range(9)])])

    told = failures.describe(caught(fails))
    assert told["message"].splitlines()[1:] == [*(f"KeyError: {each}" for each in range(5)), "and 4 more"]
    assert told["line"] == line_of(
        'raise ExceptionGroup("all", [ExceptionGroup("inner", [KeyError(each) for each in range(9)])])'
    )


def test_notes_are_told() -> None:
    error = Own("why")
    error.add_note("while reading day.csv")
    assert failures.describe(error)["message"] == "why\nwhile reading day.csv"


def leaves_the_debugger() -> None:
    raise bdb.BdbQuit  # as pdb does where it reads the end of the input


@pytest.mark.parametrize(("call", "said"), [(leaves_the_debugger, "breakpoint()"), (input, "input()")])
def test_who_waits_for_a_keyboard_is_told_that_there_is_none(
    call: object, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        told = failures.describe(caught(call))
    assert told["message"].startswith(f"{said} had nobody to ask: a task has no keyboard")
    assert "--executor inline" in told["message"]


def test_who_leaves_a_debugger_is_not_told_of_keyboards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    assert failures.describe(bdb.BdbQuit())["message"] == ""


def test_endless_recursion_is_told_in_bounds() -> None:
    def again(depth: int) -> int:
        return again(depth + 1) + again(-depth)

    told = failures.describe(caught(lambda: again(0)))
    assert told["type"] == "RecursionError"
    assert len(told["traceback"]) < failures.TRACEBACK + 1000


def test_a_long_traceback_keeps_both_ends() -> None:
    told = failures.describe(caught(lambda: exec("raise ValueError('x' * 200_000 + 'end')")))
    assert len(told["traceback"]) < failures.TRACEBACK + 1000
    assert told["traceback"].startswith("Traceback")
    assert told["traceback"].rstrip().endswith("end")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "broken_module.py"
    sys.modules.pop("broken_module", None)


def test_a_syntax_error_is_where_it_is_written(module: Path) -> None:
    module.write_text("import os\n\ndef f(:\n    pass\n")
    told = failures.describe(caught(lambda: importlib.import_module("broken_module")))
    assert told["type"] == "SyntaxError"
    assert (told["file"], told["line"]) == (str(module), 3)
    assert "<frozen" not in told["traceback"]


def test_an_error_at_import_is_where_it_is_raised(module: Path) -> None:
    module.write_text("import os\n1 / 0\n")
    told = failures.describe(caught(lambda: importlib.import_module("broken_module")))
    assert (told["type"], told["file"], told["line"]) == ("ZeroDivisionError", str(module), 2)


class Hostile(Exception):
    def __str__(self) -> str:
        raise SystemExit("in str")


def test_an_exception_that_fights_back_is_told(module: Path) -> None:
    def fails() -> None:
        raise Hostile

    assert failures.describe(caught(fails))["type"].endswith("Hostile")


def test_texts_that_are_no_unicode_can_be_sent() -> None:
    def fails() -> None:
        raise ValueError("\ud800")

    json.dumps(failures.describe(caught(fails))).encode("utf-8")
