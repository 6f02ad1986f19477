"""The page of promises speaks of states, reasons and commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

from penstock.engine.rules.settle_attempts import POISON
from penstock.model.states import ATTEMPT_STATES, REASONS, RUN_STATES
from penstock.store.instances import TIME_TO_LIVE
from tests.crash.drills import ASKED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")


def test_states_and_reasons_are_words_of_the_model() -> None:
    pairs = re.findall(r"`(?!tests)([a-z_]+)/([a-z_]+)`", PAGE)
    assert len(pairs) > 5
    assert [pair for pair in pairs if pair[0] not in {*ATTEMPT_STATES, *RUN_STATES} or pair[1] not in REASONS] == []


def test_what_is_promised_in_seconds_is_what_the_drills_ask_for() -> None:
    assert f"lease ({TIME_TO_LIVE:.0f} s)" in PAGE
    assert POISON == 3
    assert "Three losses" in PAGE
    rows = dict(re.findall(r"^\| (.+?) \| [^|]+ \| ([\d.]+) \|$", PAGE, re.MULTILINE))
    assert set(ASKED.values()) <= {float(asked) for asked in rows.values()}


def test_files_that_it_names_are_there() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", PAGE)
    assert named
    assert all((ROOT / name).exists() for name in named)
