"""Errors as text and as documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from penstock.cli.problems import tell
from penstock.cli.render.problem import document, problem
from penstock.cli.render.spans import plain
from penstock.cli.render.states import Paint
from penstock.errors import DefinitionError, NotFound, ParameterError
from penstock.model.params import resolve
from penstock.model.spec import ParamSpec
from penstock.store.missing import no_run

PLAIN = Paint(colour=False, unicode=True)


def test_an_error_says_where_what_and_the_cure(tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text("one\ndef clean(rawd): ...\nthree\n")
    error = DefinitionError("task 'clean' reads 'rawd'", cure="did you mean 'raw'?", file=str(file), line=2)
    assert plain(problem(error, PLAIN, 80, tmp_path)).split("\n") == [
        "flow.py:2: error: task 'clean' reads 'rawd'",
        "  ▸ 2 │ def clean(rawd): ...",
        "  hint: did you mean 'raw'?",
    ]
    assert document(error) == {
        "code": "definition", "message": "task 'clean' reads 'rawd'", "cure": "did you mean 'raw'?",
        "file": str(file), "line": 2,
    }  # fmt: skip


def test_an_error_without_a_place_has_none() -> None:
    error = NotFound("there is no run 'x1y2'", cure="list them")
    assert plain(problem(error, PLAIN, 80, Path())) == "error: there is no run 'x1y2'\n  hint: list them"
    assert document(error)["file"] is None


def test_in_a_terminal_the_cure_for_what_is_not_there_names_the_verb(capfd: pytest.CaptureFixture[str]) -> None:
    error = no_run("x1y2")
    assert "`penstock" not in (error.cure or "")
    assert tell(error, as_json=True) == 2
    assert json.loads(capfd.readouterr().out)["error"]["cure"].startswith("`penstock runs list`")


def test_a_param_that_is_missing_is_given_as_a_terminal_takes_it(capfd: pytest.CaptureFixture[str]) -> None:
    specs = {name: ParamSpec(name, "str", required=True) for name in ("who", "why")}
    with pytest.raises(ParameterError) as caught:
        resolve(specs, {}, {})
    assert tell(caught.value, as_json=False) == 2
    assert capfd.readouterr().err == (
        "error: parameter 'who' is required\nerror: parameter 'why' is required\n  hint: give -p who=… -p why=…\n"
    )
    assert tell(caught.value, as_json=True) == 2
    assert json.loads(capfd.readouterr().out)["error"]["cure"] == "give -p who=… -p why=…"


def test_all_problems_are_told(tmp_path: Path) -> None:
    told = [{"message": f"wrong {at}", "file": str(tmp_path / "none.py"), "line": at} for at in range(1, 40)]
    error = DefinitionError("wrong 1", file=told[0]["file"], line=1, problems=told)
    lines = plain(problem(error, PLAIN, 80, tmp_path)).split("\n")
    assert lines[0] == "none.py:1: error: wrong 1"
    assert lines[-1] == "and 19 more errors"
    assert len(lines) == 21
    assert document(error)["problems"] == told
    both = ParameterError("a; b", problems=["a", "b"])
    assert plain(problem(both, PLAIN, 80, tmp_path)) == "error: a\nerror: b"


def test_the_traceback_of_an_import_comes_last() -> None:
    error = DefinitionError("importing it raised E", traceback='  File "a.py", line 1\n    \x1b[2J\nE: x\n')
    text = plain(problem(error, PLAIN, 80, Path()))
    assert text.endswith('\n  File "a.py", line 1\n    \ufffd[2J\nE: x')


def test_a_narrow_terminal_breaks_between_words() -> None:
    error = NotFound("there is no pipeline of that name here", cure="give a file, as in `penstock run flights.py`")
    assert plain(problem(error, PLAIN, 30, Path())).split("\n") == [
        "error: there is no pipeline of",
        "  that name here",
        "  hint: give a file, as in",
        "    `penstock run flights.py`",
    ]
