"""What is told of how a run was started."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from penstock.integrations.kedro.beginning import _command


@pytest.mark.parametrize(("shell", "told"), [(None, "my.py --fast"), (object(), "notebook")])
def test_a_script_whose_libraries_import_ipython_is_no_notebook(
    monkeypatch: pytest.MonkeyPatch, shell: Any, told: str
) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(sys, "argv", ["my.py", "--fast"])
    assert _command().endswith(told)
