"""The page of settings names all there are, and none besides."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from penstock.compose.settings import Settings, variable

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
#: Variables of our own tests, benchmarks and processes, which are no settings.
OURS = {"PENSTOCK_FAULT", "PENSTOCK_FAULT_ONCE", "PENSTOCK_AGENT_PROFILE", "PENSTOCK_KEDRO_SPOOL"}


def _headed(prefix: str) -> set[str]:
    return set(re.findall(rf"^\| `({prefix}\w+)`", PAGE, re.MULTILINE))


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    assert _headed("(?!PENSTOCK)") == {field.name for field in fields(Settings)}


def test_every_variable_that_the_code_reads_has_a_row() -> None:
    read = set()
    for file in (ROOT / "src").rglob("*.py"):
        read |= set(re.findall(r"PENSTOCK_[A-Z]+(?:_[A-Z]+)*", file.read_text(encoding="utf-8")))
    # These are put together from the names of settings.
    read |= {variable(field.name) for field in fields(Settings)} - {"PENSTOCK_PIPELINES", "PENSTOCK_RETENTION"}
    assert _headed("PENSTOCK_") == read - OURS
