"""The digest of a task's code: what changes it, and what does not."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.authoring.fingerprint import Fingerprints

FILES = {
    "helpers.py": """
import os
LIMIT = int(os.environ.get("LIMIT", "3"))
def twice(x):
    return x * 2
def unused(x):
    return x
def lazily(x):
    return x
""",
    "settings.py": "RATE = 5\nOTHER = 1\n",
    "late.py": "def f(): return 1\n",
    "flow.py": '''
import functools
import logging
import math

import helpers
from helpers import twice
from settings import RATE, OTHER

log = logging.getLogger(__name__)
NAMES = ["a"]
NAMES.append("b")


class Base:
    def size(self):
        return 1


class Box(Base):
    colour = "red"

    @property
    def double(self):
        return twice(self.size())


def decorated(function):
    @functools.wraps(function)
    def inner(x):
        return function(x) + 0
    return inner


class Scale:
    def __init__(self, by):
        self.by = by


def scaled(scale):
    def decorate(function):
        def inner(x):
            return function(x) * scale.by
        return inner
    return decorate


@scaled(Scale(7))
def by_object(x):
    return x


def direct(x):
    """What it does."""
    log.info("x")
    return twice(x)


def by_module(x):
    return helpers.twice(x) if x < helpers.LIMIT else x


def of_value(x):
    return [x * RATE, NAMES]


def of_class(x):
    return Box().double


@decorated
def wrapped(x):
    return x + 1


def imports(x):
    import late
    return late.f()


def with_default(x, limit=3):
    return [y for y in range(x) if y in {"c", "a", "b"}]


def of_library(x):
    return math.floor(x)


partial = functools.partial(direct, 1)
''',
}
TASKS = ["direct", "by_module", "of_value", "of_class", "wrapped", "imports", "with_default", "of_library", "partial",
    "by_object",
]  # fmt: skip


class Project:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            (folder / name).write_text(text)

    def digests(self) -> dict[str, str]:
        for name in (Path(file).stem for file in FILES):
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        flow = importlib.import_module("flow")
        known = Fingerprints(self.folder)
        return {name: known.of(getattr(flow, name)) for name in TASKS}

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.folder / file).read_text()
        assert old in text
        (self.folder / file).write_text(text.replace(old, new))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.syspath_prepend(str(tmp_path))
    # Bytecode files know their source by size and second; what is edited here keeps both.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Project(tmp_path)
    for file in FILES:
        sys.modules.pop(Path(file).stem, None)


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("flow.py", "import math", "import math\n# a line more, and all that follows stands lower\n", set()),
        ("flow.py", "math.floor", "math.ceil", {"of_library"}),
        ("flow.py", "x + 1", "x + 2", {"wrapped"}),
        ("flow.py", "function(x) + 0", "function(x) + 9", {"wrapped"}),
        ("flow.py", "limit=3", "limit=4", {"with_default"}),
        ("flow.py", "Scale(7)", "Scale(8)", {"by_object"}),
        ("flow.py", "* scale.by", "/ scale.by", {"by_object"}),
        ("flow.py", '"red"', '"blue"', {"of_class"}),
        ("flow.py", "return 1\n\n\nclass", "return 2\n\n\nclass", {"of_class"}),
        ("flow.py", 'append("b")', 'append("c")', {"of_value"}),
        ("flow.py", "direct, 1", "direct, 2", {"partial"}),
        ("helpers.py", "x * 2", "x + x", {"direct", "by_module", "of_class", "partial"}),
        ("helpers.py", "def unused(x):\n    return x", "def unused(x):\n    return 7", set()),
        ("helpers.py", '"3"', '"4"', {"by_module"}),
        ("settings.py", "RATE = 5", "RATE = 6", {"of_value"}),
        ("settings.py", "OTHER = 1", "OTHER = 2", set()),
        ("late.py", "return 1", "return 2", {"imports"}),
    ],
)
def test_a_change_is_seen_by_those_that_it_reaches(
    project: Project, file: str, old: str, new: str, changed: set[str]
) -> None:
    before = project.digests()
    project.replace(file, old, new)
    after = project.digests()
    assert {name for name in TASKS if before[name] != after[name]} == changed


def test_it_does_not_depend_on_the_process_nor_on_the_environment(project: Project) -> None:
    code = (
        "import sys; sys.dont_write_bytecode = True\n"
        f"sys.path.insert(0, {str(project.folder)!r})\n"
        "import flow\nfrom penstock.authoring.fingerprint import Fingerprints\n"
        f"known = Fingerprints({str(project.folder)!r})\n"
        f"print([known.of(getattr(flow, name)) for name in {TASKS!r}])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "LIMIT": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1


def test_functions_that_call_each_other_come_to_an_end() -> None:
    def even(n: int) -> bool:
        return n == 0 or odd(n - 1)

    def odd(n: int) -> bool:
        return n != 0 and even(n - 1)

    class Odd:
        other: object = None

    Odd.other = Odd()
    known = Fingerprints(Path(__file__).parent)
    assert known.of(even) != known.of(odd)
    assert known.of(Odd.other.__class__)  # type: ignore[arg-type]
    assert known.of(None) == known.of(None) != known.of(None, None)
