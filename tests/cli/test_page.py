"""The page of the command line names every verb and every option, and none besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from penstock.cli.main import app

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (penstock .+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def _verbs(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for word, child in children.items():
        yield from _verbs(child, f"{name} {word}")


VERBS = dict(_verbs(typer.main.get_command(app), "penstock"))


def test_every_verb_has_a_section_and_every_section_a_verb() -> None:
    assert SECTIONS.keys() == VERBS.keys()


@pytest.mark.parametrize("verb", VERBS)
def test_the_options_of_a_verb_are_those_of_its_section(verb: str) -> None:
    shown = {word for option in VERBS[verb].params for word in option.opts if word.startswith("-")}
    rows = re.findall(r"^\| (`-.*?) \|", SECTIONS[verb], re.MULTILINE)
    told = {word for row in rows for word in re.findall(r"`(-[\w-]+)", row)}
    assert told == shown - {"-h", "--help"}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_an_example_of_options_that_it_has(verb: str) -> None:
    examples = re.findall(rf"^({verb}\b.*)$", SECTIONS[verb], re.MULTILINE)
    assert examples
    shown = {word for option in VERBS[verb].params for word in option.opts}
    for example in examples:
        assert {word for word in example.split() if word.startswith("-")} <= shown


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_shows_the_options_that_it_has(verb: str) -> None:
    text = VERBS[verb].get_help(VERBS[verb].make_context(verb, [], resilient_parsing=True))
    for option in VERBS[verb].params:
        for word in option.opts:
            assert not word.startswith("-") or word in text
