"""What is refused before anything is made."""

from __future__ import annotations

import os

import pytest

from penstock import Pipeline
from penstock.compose.local import check
from penstock.compose.settings import Settings
from penstock.engine.request import RunRequest
from penstock.errors import SettingsError


def test_a_task_whose_name_no_file_can_have_here_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = Pipeline("seasons")

    @pipeline.task
    def été() -> None: ...

    check(pipeline.spec(), RunRequest(), Settings(), 1)
    monkeypatch.setattr(os, "fsencode", lambda name: name.encode("ascii"))  # as with PYTHONUTF8=0 in the locale C
    with pytest.raises(SettingsError, match=r"no letters for 'été'.*UTF-8"):
        check(pipeline.spec(), RunRequest(), Settings(), 1)
