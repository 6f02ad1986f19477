"""One `penstock up` a home, and nothing stale believed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.compose.presence import FILE, Address, Presence, find
from penstock.errors import SettingsError

HERE = Address("127.0.0.1", 7420, 1)


def test_the_one_is_found_until_it_leaves(tmp_path: Path) -> None:
    one = Presence(tmp_path)
    assert find(tmp_path) is None
    assert one.take()
    assert find(tmp_path) is None  # it has told no address yet
    one.tell(HERE)
    assert find(tmp_path) == HERE
    assert not Presence(tmp_path).take()
    one.leave()
    assert find(tmp_path) is None
    assert Presence(tmp_path).take()


def test_one_that_was_killed_is_not_believed(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from penstock.compose.presence import *;"
        "one = Presence(Path(sys.argv[1])); assert one.take(); one.tell(Address('127.0.0.1', 1, os.getpid()));"
        "print('told', flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"told\n"
        assert find(tmp_path) == Address("127.0.0.1", 1, child.pid)
        child.kill()
    assert (tmp_path / FILE).read_text()
    assert find(tmp_path) is None
    assert Presence(tmp_path).take()


def test_who_only_looks_does_not_keep_others_from_starting(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    for _ in range(100):
        assert find(tmp_path) is None
        one = Presence(tmp_path)
        assert one.take()
        one.leave()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": "x"}', '{"host": "x", "port": "y", "pid": 1}'])
def test_a_file_that_tells_nothing_is_no_address(tmp_path: Path, text: str) -> None:
    one = Presence(tmp_path)
    assert one.take()
    (tmp_path / FILE).write_text(text)
    assert find(tmp_path) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(SettingsError, match="can't be written"):
        Presence(tmp_path).take()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:7420"), ("0.0.0.0", "http://127.0.0.1:7420"), ("::", "http://[::1]:7420"),
        ("::1", "http://[::1]:7420"), ("box.local", "http://box.local:7420"),
    ],
)  # fmt: skip
def test_addresses_are_written_as_this_machine_reaches_them(host: str, url: str) -> None:
    assert Address(host, 7420, 1).url == url
