"""The page of the command line names every verb and every option, and none besides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.verbs import VERBS

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (penstock .+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_every_verb_has_a_section_and_every_section_a_verb() -> None:
    assert SECTIONS.keys() == VERBS.keys()


@pytest.mark.parametrize("verb", VERBS)
def test_the_options_of_a_verb_are_those_of_its_section(verb: str) -> None:
    shown = {word for option in VERBS[verb].params for word in option.opts if word.startswith("-")}
    rows = re.findall(r"^\| (`-.*?) \|", SECTIONS[verb], re.MULTILINE)
    told = {word for row in rows for word in re.findall(r"`(-[\w-]+)", row)}
    assert told == shown - {"-h", "--help"}


@pytest.mark.parametrize("verb", VERBS)
def test_the_values_of_options_have_the_same_names_on_the_page(verb: str) -> None:
    told = dict(re.findall(r"(--[\w-]+) ([A-Z=]+)`", SECTIONS[verb]))
    shown = {
        option.opts[0] if option.opts[0].startswith("--") else option.opts[1]: option.metavar
        for option in VERBS[verb].params
        if option.param_type_name == "option" and not option.is_flag
    }
    assert told == shown


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_an_example_of_options_that_it_has(verb: str) -> None:
    examples = re.findall(rf"^({verb}\b.*)$", SECTIONS[verb], re.MULTILINE)
    assert examples
    shown = {word for option in VERBS[verb].params for word in option.opts}
    for example in examples:
        assert {word for word in example.split() if word.startswith("-")} <= shown
