"""Help pages fit eighty columns, and every verb has an example that it understands."""

from __future__ import annotations

import shlex
from typing import Any

import click
import pytest

from penstock.cli import main, problems
from penstock.cli.problems import wrong_use
from tests.cli.verbs import GROUPS, VERBS, page, understood


@pytest.mark.parametrize("verb", VERBS | GROUPS)
def test_a_page_fits_eighty_columns(verb: str) -> None:
    assert max(map(len, page(verb).splitlines())) <= 80


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_examples_that_it_understands(verb: str) -> None:
    _, _, examples = page(verb).partition("\nExamples\n")
    lines = [line.strip().partition(" > ")[0] for line in examples.splitlines()]
    assert lines
    for line in lines:
        assert line.startswith(verb)
        words = shlex.split(line.removeprefix(verb))
        understood(verb, words)


@pytest.mark.parametrize("verb", VERBS)
def test_a_page_shows_all_options_and_arguments(verb: str) -> None:
    text = page(verb)
    for parameter in VERBS[verb].params:
        words = parameter.opts if parameter.param_type_name == "option" else [parameter.metavar]
        assert all(word in text for word in words)
        assert parameter.help


def test_the_first_page_lists_the_verbs() -> None:
    text = page("penstock")
    _, _, verbs = text.partition("\nVerbs\n")
    names = [
        line.split()[0] for line in verbs.split("\n\n")[0].splitlines() if line.startswith("  ") and line[2] != " "
    ]
    assert names == ["run", "up", "link", "runs", "pipelines", "db", "doctor"]


@pytest.mark.parametrize("width", [40, 60])
@pytest.mark.parametrize("name", VERBS)
def test_the_page_of_a_verb_fits_a_narrow_terminal(name: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    _usage, _, rest = page(name).partition("\n")
    text, _, _examples = rest.partition("\nExamples\n")  # commands to copy are not broken
    assert [line for line in text.splitlines() if len(line) > width] == []


def _words(command: Any) -> list[str]:
    return [word for option in command.params for word in option.opts]


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ("dags", "did you mean `penstock pipelines`?"),
        ("flow.py:one", "did you mean `penstock run flow.py:one`?"),
        ("./flow.py", "did you mean `penstock run ./flow.py`?"),
        ("init", problems._NOTHING),
        ("schedule", problems._NO_CLOCK),
        ("backfill", problems._NO_RANGE),
        ("runs ls", "did you mean `penstock runs list`?"),
        ("pipelines kill", "`penstock pipelines --help` shows how"),
        ("--json runs", "write it behind the verb: `penstock VERB --json`"),
        ("runs --grep", "write it behind the verb: `penstock runs VERB --grep`"),
        ("-v", "did you mean '--version'?"),
        ("runs -v", "did you mean '-h'?"),
        ("list", "did you mean `penstock runs list` or `penstock pipelines list`?"),
        ("logs", "did you mean `penstock runs logs`?"),
        ("upgrade", "did you mean `penstock db upgrade`?"),
        ("help", "did you mean `penstock --help`?"),
        ("serve", "did you mean `penstock up`?"),
        ("docter", "did you mean 'doctor'?"),
        ("nothing", "`penstock --help` shows how"),
    ],
)
def test_a_verb_that_is_not_there_leads_to_the_one_that_is(words: str, cure: str) -> None:
    with pytest.raises(click.UsageError) as wrong:
        main._invoke(words.split())
    assert wrong_use(wrong.value, "penstock").cure == cure


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("run", "`penstock run` needs TARGET"),
        ("runs set-state", "`penstock runs set-state` needs RUN... STATE"),
        ("run hello.py -p", "the option -p needs a value"),
        ("up here there", "`penstock up` takes no 'here there'"),
        ("link latest here", "`penstock link` takes no 'here'"),
        ("doctor --json=1", "option '--json' does not take a value"),
        ("run hello.py -qx", "`penstock run` has no option '-x'"),
        ("runs lst", "`penstock runs` has no verb 'lst'"),
        ("up --port here", "--port takes a whole number"),
        ("up --port -1", "--port is at least 0"),
        ("up --port 65536", "--port is at most 65535"),
        ("runs logs --tail 0", "--tail is at least 1"),
    ],
)
def test_what_does_not_fit_is_told_in_our_words(words: str, told: str) -> None:
    with pytest.raises(click.UsageError) as wrong:
        main._invoke(words.split())
    assert wrong_use(wrong.value, "penstock run").message == told


def test_one_word_means_one_thing() -> None:
    """Options of the same name take the same kind of value everywhere."""
    kinds: dict[str, set[str]] = {}
    for command in VERBS.values():
        for option in command.params:
            for word in option.opts:
                if word.startswith("--"):
                    kinds.setdefault(word, set()).add(str(option.metavar))
    assert {word: found for word, found in kinds.items() if len(found) > 1} == {}
