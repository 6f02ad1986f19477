"""What goes to standard output, and how it looks there."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from penstock.cli import output
from penstock.cli.render.spans import Span


class Stream(io.TextIOWrapper):
    def __init__(self, encoding: str = "utf-8", *, tty: bool = False) -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, write_through=True)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty

    def fileno(self) -> int:
        raise OSError("no file")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("env", "tty", "colour"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, True, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colours_follow_the_environment(
    env: dict[str, str], tty: bool, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert output.paint(Stream(tty=tty)).colour is colour


@pytest.mark.parametrize(
    ("encoding", "unicode"), [("utf-8", True), ("UTF8", True), ("ascii", False), ("latin1", False)]
)
def test_shapes_follow_the_encoding(encoding: str, unicode: bool) -> None:
    assert output.paint(Stream(encoding)).unicode is unicode


def test_a_pipe_is_wide_and_columns_are_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert output.width(Stream()) == 1000
    assert output.width(Stream(tty=True)) == 80
    monkeypatch.setenv("COLUMNS", "60")
    assert output.width(Stream()) == 60
    monkeypatch.setenv("COLUMNS", "many")
    assert output.width(Stream()) == 1000


def test_text_that_can_not_be_encoded_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream("ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    output.prepare()
    output.show([[Span("café")]])
    assert stream.bytes.getvalue() == b"caf\\xe9\n"


@pytest.mark.parametrize("text", ["café", "日本", "\udcff"])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "latin1"])
def test_json_stays_json_whatever_the_encoding(text: str, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    output.prepare()
    output.show_json({"name": text})
    output.show_json_lines("lines", [{"name": text}, {}])
    output.show_json_lines("lines", [])
    first, second, third = (
        stream.bytes.getvalue().decode(encoding).rstrip("\n").split("\n}\n")[0] + "\n}",
        *(stream.bytes.getvalue().decode(encoding).split("\n}\n")[1].split("]}\n")[:2]),
    )
    assert json.loads(first) == {"name": text}
    assert json.loads(second + "]}") == {"lines": [{"name": text}, {}]}
    assert json.loads(third + "]}") == {"lines": []}


COMMAND = [sys.executable, "-m", "penstock.cli"]
WORDS = [["--help"], ["pipelines", "list", "--json"], ["runs", "show", "--json"], ["nothing"]]


@pytest.mark.parametrize("buffered", ["1", ""])
@pytest.mark.parametrize("words", WORDS, ids="-".join)
def test_a_full_disk_behind_standard_output_is_told(words: list[str], buffered: str, tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text("from penstock import Pipeline\nflow = Pipeline('flow')\n")
    with open("/dev/full", "wb") as full:
        env = os.environ | {"PYTHONUNBUFFERED": buffered}
        ran = subprocess.run([*COMMAND, *words], cwd=tmp_path, env=env, stdout=full, stderr=subprocess.PIPE, text=True)
    if words == ["nothing"]:
        assert (ran.returncode, ran.stderr.splitlines()[0]) == (2, "error: `penstock` has no verb 'nothing'")
    else:
        assert ran.returncode == 1
        told = "error: standard output can't be written: No space left on device"
        assert ran.stderr.splitlines()[0] == told


@pytest.mark.parametrize("words", WORDS, ids="-".join)
def test_who_reads_no_more_gets_no_error(words: list[str], tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run([*COMMAND, *words], cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert ran.returncode == (2 if words[0] in ("nothing", "runs") else 0)
    assert "Traceback" not in ran.stderr
    assert "written" not in ran.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_closed_streams_are_no_error_and_no_file_takes_their_place(closed: str, tmp_path: Path) -> None:
    flow = "from penstock import Pipeline\nflow = Pipeline('flow')\n@flow.task\ndef a():\n    print('out')\n"
    (tmp_path / "flow.py").write_text(flow)
    for words, code in (("run flow.py", 0), ("runs cancel latest", 1), ("runs show zzzz", 2), ("db check", 0)):
        line = f"{' '.join(COMMAND)} {words} {closed}"
        ran = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True)
        assert (ran.returncode, "Traceback" in ran.stderr) == (code, False), (words, ran.stderr)


def test_what_others_print_stays_out_of_standard_output() -> None:
    code = (
        "import os, sys\nfrom penstock.cli import output\n"
        "with output.reserved():\n    print('from python'); sys.stdout.flush(); os.write(1, b'from below\\n')\n"
        "print('ours')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert ran.stdout == "ours\n"
    assert ran.stderr == "from python\nfrom below\n"


def test_a_terminal_that_was_closed_is_nobody_who_reads() -> None:
    ours, theirs = os.openpty()
    stream = output._kept(io.TextIOWrapper(open(theirs, "wb"), encoding="utf-8"))  # noqa: SIM115  closed below
    os.close(ours)
    with suppress(OSError):
        stream.write("told\n")
    why = output.failure(stream)
    assert why is not None
    assert output.lost(why).facts["gone"]
    stream.close()
