"""`penstock pipelines list` tells a problem with the file that it is in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from penstock.authoring import discovery
from penstock.authoring.discovery import Found
from penstock.cli.main import _call
from penstock.errors import DefinitionError


def test_the_line_of_a_problem_is_that_of_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "pyproject.toml"
    settings = DefinitionError("HOOKS is None", cure="leave it out", file=str(tmp_path / "src" / "settings.py"), line=2)
    found = [Found(project, error=settings), Found(tmp_path / "flows.py", error=DefinitionError("killed"))]
    monkeypatch.setattr(discovery, "discover_project", lambda *_: found)
    monkeypatch.chdir(tmp_path)
    assert _call(["pipelines", "list", "--json"]) == 0
    broken = json.loads(capsys.readouterr().out)["broken"]
    assert [(one["file"], one["line"]) for one in broken] == [("src/settings.py", 2), ("flows.py", None)]
