"""A pipeline and a module of its own that are saved twice within a second, at the same length."""

from __future__ import annotations

import pytest

from tests.authoring.saved_twice import FIRST, save, save_again
from tests.journeys.conftest import User

FLOW = """
import prices
from penstock import Pipeline
flow = Pipeline("flow")
@flow.task
def total():
    print("of file one, of module", prices.NAME)
    assert prices.NAME == "two"
"""
NAME = 'NAME = "one"\n'


@pytest.mark.parametrize("again", [("run", "flow.py"), ("runs", "retry", "latest")])
def test_what_was_saved_last_runs(user: User, again: tuple[str, ...]) -> None:
    user.env.pop("PYTHONDONTWRITEBYTECODE", None)
    texts = {user.folder / "flow.py": FLOW, user.folder / "prices.py": NAME}
    for file, text in texts.items():
        save(file, text, FIRST)
    assert user.types("run", "flow.py").returncode == 1
    for file, text in texts.items():
        save_again(file, text)
    done = user.types(*again)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "of file two, of module two" in user.types("runs", "logs", "latest").stdout
