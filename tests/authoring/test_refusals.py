"""Every bad definition: the line that is wrong, what is wrong, and the cure."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from penstock.authoring.load import import_file, pipelines
from penstock.authoring.problems import MOST
from penstock.errors import DefinitionError

HEAD = """\
import functools
from penstock import Cache, Limit, Param, Pipeline, Retry
p = Pipeline("p", params={"year": 2013, "years": [2012, 2013], "mode": Param("str", "fast", choices=["fast", "slow"])})
@p.task
def raw(year): return [year]
"""
FIRST = HEAD.count("\n") + 1

#: Name, code after HEAD, and what is told of each; `# <-` marks the line that is wrong where that is not the first.
CASES = {
    name: (code, told)
    for name, code, told in re.findall(
        r"^== (.*?)\n(.*?)\n-> (.*?)$",
        (Path(__file__).parent / "refusals.txt").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
}

PIPELINES = {
    "name": ("Pipeline('a/b')", "'a/b' is no name for a pipeline"),
    "name that is a function": ("Pipeline(len)", "a function is no name for a pipeline; write a text: p = Pipeline"),
    "name that is no text": ("Pipeline(5)", "5 is no name for a pipeline"),
    "namespace": ("Pipeline('q', namespace='')", "'' is no name for a namespace"),
    "timeout": ("Pipeline('q', timeout='x')", "timeout of pipeline 'q': 'x' is no duration"),
    "on_timeout": ("Pipeline('q', on_timeout='fail')", "on_timeout of pipeline 'q' is 'fail'; did you mean 'failed'?"),
    "durability": ("Pipeline('q', durability='strong')", "durability of pipeline 'q' is 'strong'; did you mean 'stri"),
    "concurrency": ("Pipeline('q', concurrency=0)", "concurrency of pipeline 'q' is 0; give a whole number from 1"),
    "runs of a limit": ("Pipeline('q', concurrency=Limit('2'))", "Limit lets '2' runs go; give a whole number from 1"),
    "full": ("Pipeline('q', concurrency=Limit(2, 'skp'))", "Limit can't do 'skp' when it is full; did you mean"),
    "tags": ("Pipeline('q', tags=5)", "tags of pipeline 'q' is 5; give a list of names"),
    "labels": ("Pipeline('q', labels=['a'])", "labels of pipeline 'q' is ['a']; give a dict, as in labels="),
    "description": ("Pipeline('q', description=5)", "description of pipeline 'q' is 5; give a text"),
    "params": ("Pipeline('q', params=['a'])", "params of pipeline 'q' is ['a']; give a dict"),
    "name of a parameter": ("Pipeline('q', params={'a b': 1})", "'a b' is no name for a parameter"),
    "default": ("Pipeline('q', params={'a': object()})", "parameter 'a' is any, and <object"),
    "bounds": ("Pipeline('q', params={'n': Param('int', 9, max=5)})", "parameter 'n' is 9, and must be at most 5"),
}  # fmt: skip


def problems_of(folder: Path, text: str) -> tuple[DefinitionError, list[tuple[int, str]]]:
    file = folder / "flow.py"
    file.write_text(text, encoding="utf-8")
    try:
        found = pipelines(import_file(file, folder, "flow_that_is_wrong"))
        with pytest.raises(DefinitionError) as caught:
            list(found.values())[-1].spec()
    finally:
        sys.modules.pop("flow_that_is_wrong", None)
    problems = caught.value.facts["problems"]
    assert {one["file"] for one in problems} <= {str(file), None}
    return caught.value, [(one["line"], one["message"]) for one in problems]


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.mark.parametrize("case", CASES)
def test_a_bad_task(case: str, tmp_path: Path) -> None:
    text, told = CASES[case]
    marked = [at for at, line in enumerate(text.splitlines()) if line.endswith("# <-")]
    line = marked[0] if marked else 0
    error, problems = problems_of(tmp_path, f"{HEAD}{text}\n")
    ((at, message),) = problems
    assert told in message
    assert at == FIRST + line
    assert (error.file, error.line) == (str(tmp_path / "flow.py"), at)


@pytest.mark.parametrize("case", PIPELINES)
def test_a_bad_pipeline(case: str, tmp_path: Path) -> None:
    text, told = PIPELINES[case]
    _, problems = problems_of(tmp_path, f"{HEAD}q = {text}\nq.task(raw, inputs={{'year': 'y'}}, outputs='y2')\n")
    (message,) = [message for line, message in problems if line == FIRST]
    assert told in message


def test_what_is_wrong_elsewhere_does_not_hide_a_problem(tmp_path: Path) -> None:
    """One of each kind in one file: none is lost, none is told twice, and they are in the order of the file."""
    bad = [text for name, (text, _) in CASES.items() if name in ("unknown option", "star", "retry of nothing")]
    bad = [text.replace("def b(", f"def b{at}(") for at, text in enumerate(bad)]
    cycle = "@p.task\ndef c(d): ...\n@p.task\ndef d(c): ..."
    error, problems = problems_of(tmp_path, HEAD + "\n".join([*bad, "@p.task\ndef x(rwa): ...", cycle]) + "\n")
    assert [line for line, _ in problems] == sorted(line for line, _ in problems)
    assert len(problems) == 5
    assert len(error.__notes__) == 5
    assert error.__notes__[0] == f"{error.where}: {error}"


def test_thousands_of_problems_are_told_as_some(tmp_path: Path) -> None:
    text = "for i in range(5000):\n    p.task(raw, name=f't{i}', inputs={'year': f'yaer{i}'})\n"
    _, problems = problems_of(tmp_path, HEAD + text)
    assert len(problems) == MOST + 1
    assert problems[-1] == (None, f"there may be more: these are the first {MOST}")
