from __future__ import annotations

from pathlib import Path

from tests.engine.again_cases import text

FILE = Path(__file__).parents[2] / "ui/src/domain/again.cases.json"


def test_the_cases_of_the_page_are_what_the_engine_does() -> None:
    said = "it is not: `python -m tests.engine.again_cases > ui/src/domain/again.cases.json`, then its test in ui/"
    assert FILE.read_text(encoding="utf-8") == text(), said
