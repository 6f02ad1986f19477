"""Every example of docs/authoring.md is a file that holds a good pipeline; every word is in it."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock import Limit, Param, Pipeline, Retry
from penstock.authoring.current import Facts
from penstock.authoring.load import import_file, pipelines
from penstock.authoring.vocabulary import OPTIONS
from penstock.model.params import TYPES
from penstock.model.spec import TRIGGER_RULES, WHEN_FULL

PAGE = (Path(__file__).parents[2] / "docs" / "authoring.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^## ([^\n]+)$|^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def examples() -> Iterator[tuple[str, str]]:
    title = ""
    for heading, code in EXAMPLES:
        title = heading or title
        if code:
            yield title, code


@pytest.mark.parametrize(("title", "code"), [pytest.param(*one, id=one[0]) for one in examples()])
def test_an_example_is_a_pipeline(title: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "flow.py"
    file.write_text(code, encoding="utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    try:
        module = import_file(file, tmp_path, "flow_of_docs")
    finally:
        sys.modules.pop("flow_of_docs", None)
    found = pipelines(module)
    assert found
    for one in found.values():
        assert one.spec().tasks
    for name, value in vars(module).items():
        if name.startswith("test_"):
            value()


@pytest.mark.parametrize("word", sorted({
    *OPTIONS, *inspect.signature(Pipeline).parameters, *inspect.signature(Retry).parameters,
    *inspect.signature(Param).parameters, *inspect.signature(Limit).parameters, *Facts._fields, *TYPES,
    *TRIGGER_RULES, *WHEN_FULL, "on_failure", "finally_", "idempotency_key", "metric", "progress", "log",
}))  # fmt: skip
def test_the_page_names_every_word(word: str) -> None:
    assert re.search(rf"\b{word}\b", PAGE)


def test_lines_of_the_page_are_short() -> None:
    assert [line for line in PAGE.splitlines() if len(line) > 120] == []
