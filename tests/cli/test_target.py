"""What people name on the command line, before anything is imported."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from penstock.authoring import discovery
from penstock.cli.main import _call
from penstock.cli.target import Target, pairs, params_file
from penstock.errors import DefinitionError, NotFound, NotSupportedYet, UsageError


def test_pairs_are_split_at_the_first_equals_sign() -> None:
    assert pairs(["a=1", "b=x=y", "c="], "parameter") == {"a": "1", "b": "x=y", "c": ""}
    assert pairs(["a=1", "a=1"], "label") == {"a": "1"}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["year"], "'year' is no parameter; write it as name=value"),
        (["=1"], "'=1' is no"),
        (["a=1", "a=2"], "'a' is given twice"),
    ],
)
def test_what_is_no_pair_is_an_error(texts: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        pairs(texts, "parameter")


def test_parameters_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"year": 2013, "days": [1, 2]}')
    (tmp_path / "p.toml").write_text("year = 2013\ndays = [1, 2]\n")
    assert params_file(tmp_path / "p.json") == params_file(tmp_path / "p.toml") == {"year": 2013, "days": [1, 2]}


@pytest.mark.parametrize(
    ("name", "text", "kind", "told"),
    [
        ("p.json", b'{"year": 2013,\n}', DefinitionError, "this is no JSON"),
        ("p.toml", b"year = ", DefinitionError, "this is no TOML"),
        ("p.json", b"\xff", DefinitionError, "this is no JSON"),
        ("p.json", b"[1]", UsageError, "no names with values"),
        ("p.yaml", b"year: 2013", NotSupportedYet, "YAML"),
    ],
)
def test_a_wrong_file_of_parameters_is_told(
    tmp_path: Path, name: str, text: bytes, kind: type[Exception], told: str
) -> None:
    (tmp_path / name).write_bytes(text)
    with pytest.raises(kind, match=told):
        params_file(tmp_path / name)


def test_a_file_of_parameters_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no file .*p\.json"):
        params_file(tmp_path / "p.json")


@pytest.mark.parametrize("name", ["nightly.yaml", "nightly.yml", "nightly.yaml:part"])
def test_yaml_is_not_part_of_this_version(name: str) -> None:
    with pytest.raises(NotSupportedYet, match=r"nightly\.ya?ml: pipelines in YAML"):
        Target(name)


def test_a_kedro_project_is_known_by_its_section(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.kedro]\npackage_name = 'x'\n")
    target = Target(str(tmp_path), "some")
    target.end()
    with pytest.raises(UsageError, match=r"flights.py is no Kedro project, and --pipeline is for those"):
        Target("flights.py", "some")
    with pytest.raises(UsageError, match=r"is no Kedro project, and --env is for those; leave --env out"):
        Target(str(tmp_path.parent), None, "prod")


def test_a_folder_names_a_file_of_it(tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text("x = 1\n")
    (tmp_path / "shop.py").write_text("from penstock import Pipeline\n")
    with pytest.raises(UsageError, match=r"is a folder; .*penstock run .*shop\.py"):
        Target(str(tmp_path))


def test_a_file_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "flights.py").write_text("")
    with pytest.raises(NotFound, match=r"no file .*fligths\.py; did you mean 'flights\.py'\?"):
        Target(str(tmp_path / "fligths.py"))


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "flow.py").touch()
    os.mkfifo(tmp_path / "flaw.py")
    with pytest.raises(UsageError, match=r"flaw\.py is no file; did you mean 'flow\.py'\?"):
        Target(str(tmp_path / "flaw.py"))


def test_what_leads_nowhere_and_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to("gone.py")
    with pytest.raises(NotFound, match=r"link.py leads to gone.py, where nothing is"):
        Target(str(tmp_path / "link.py"))
    with pytest.raises(UsageError, match=r"/dev/null is no file"):
        Target("/dev/null")


def test_where_there_is_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=f"there is no file of Python in {tmp_path}"):
        Target(str(tmp_path / "flow.py"))


PAIR = """
from penstock import Pipeline
a, b = Pipeline("same", namespace="one"), Pipeline("same", namespace="two")
@a.task
def x(): ...
@b.task
def y(): ...
"""


def test_pipelines_of_one_name_are_told_apart_by_their_namespace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pair.py").write_text(PAIR)
    monkeypatch.chdir(tmp_path)
    for text, where in (("pair.py", "pair.py holds 2 pipelines"), ("same", "2 pipelines 'same', in pair.py;")):
        with pytest.raises(UsageError, match=f"{where}.*say which, as in pair.py:one/same"):
            Target(text).spec()
    for text in ("pair.py:two/same", "two/same", "pair.py:b"):
        spec = Target(text).spec()
        assert (spec.namespace, spec.name) == ("two", "same")
    with pytest.raises(NotFound, match="no pipeline 'three/same'; did you mean 'one/same' or 'two/same'"):
        Target("three/same").spec()


def test_a_file_without_its_end_is_told(tmp_path: Path) -> None:
    (tmp_path / "flights.py").touch()
    with pytest.raises(NotFound, match=r"did you mean .*/flights\.py\?"):
        Target(str(tmp_path / "flights"))


def test_a_folder_that_is_not_there_is_no_name_of_a_pipeline(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=f"there is no folder {tmp_path / 'flights'}"):
        Target(f"{tmp_path / 'flights'}/")


#: The first of two can only be imported while the second one is.
FIRST = "import penstock\nopen({gate!r}).read()\n"
SECOND = """
from penstock import Pipeline
open({gate!r}, "w")
flow = Pipeline("flow")
@flow.task
def a(): ...
"""


@pytest.fixture
def gated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose file a.py waits for its b.py; an import takes long at once, and there is one core."""
    gate = str(tmp_path / "gate")
    os.mkfifo(gate)
    (tmp_path / "a.py").write_text(FIRST.format(gate=gate) + "# flow\n")
    (tmp_path / "b.py").write_text(SECOND.format(gate=gate))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(discovery, "SLOW", 0.0)
    monkeypatch.setenv("PYTHON_CPU_COUNT", "1")
    return tmp_path


def test_what_is_waited_for_is_told_and_holds_up_no_other_file(gated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Target("flow").spec().name == "flow"
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert re.fullmatch(r"still importing a.py, which may have 'flow': it gets \d\d s more, Ctrl-C ends it", told[0])
    assert _call(["pipelines", "list", "--json"]) == 0
    said = capsys.readouterr()
    assert [one["name"] for one in json.loads(said.out)["items"]] == ["flow"]
    assert re.match(r"still importing a.py: it gets \d\d s more", said.err)


def test_a_name_waits_for_no_file_that_does_not_have_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flow.py").write_text(PAIR.replace("same", "flow"))
    (tmp_path / "other.py").write_text("import pathlib, penstock\npathlib.Path('seen').touch()\n")
    monkeypatch.chdir(tmp_path)
    assert Target("two/flow").spec().namespace == "two"
    assert not (tmp_path / "seen").exists()
    with pytest.raises(NotFound, match="no pipeline 'flew'; did you mean"):
        Target("flew").spec()
    assert (tmp_path / "seen").exists()


@pytest.mark.parametrize("text", ["odd", "three/odd"])
def test_a_name_that_is_put_together_is_found_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    if "/" in text:  # a file has the name, in another namespace
        (tmp_path / "pair.py").write_text(PAIR.replace("same", "odd"))
    pieces = PAIR.replace('"same", namespace="one"', '"o" + "dd", namespace="three"')
    (tmp_path / "pieces.py").write_text(pieces)
    monkeypatch.chdir(tmp_path)
    assert Target(text).spec().namespace == "three"
