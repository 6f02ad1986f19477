"""Where a run of type debug rests, in a terminal: look at what the next task will read, change params, go on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from penstock.artifacts import ArtifactStore
from penstock.cli import output
from penstock.cli.orders import who
from penstock.cli.render.resting import inputs, summary, value
from penstock.cli.render.spans import Line, Span
from penstock.errors import PenstockError
from penstock.model import params
from penstock.model.nearest import did_you_mean

if TYPE_CHECKING:
    from penstock.engine.handle import RunHandle
    from penstock.engine.observe import Resting

HELP: Final = (
    "c  continue to the next breakpoint",
    "n  run this task, and rest before the next one",
    "i NAME  show an input; i alone: all of them",
    "p NAME=VALUE  change a param of the run, for this task and those after it",
    "q  cancel the run",
)
_WORDS: Final = {
    "continue": "c", "next": "n", "step": "n", "s": "n", "input": "i", "param": "p", "quit": "q", "exit": "q",
}  # fmt: skip


class Debugger:
    """Asks a person where a run rests; `ask` gives a line that was typed, None at the end of the input."""

    def __init__(
        self, handle: RunHandle, artifacts: Path, ask: Callable[[], str | None], show: Callable[[list[Line]], None]
    ) -> None:
        self._handle = handle
        self._store = ArtifactStore(artifacts)
        self._ask = ask
        self._show = show
        self._last = "n"
        #: Does it wait for a line?
        self.asking = False

    def rest(self, resting: Resting) -> None:
        """Tell where it rests, and do what is typed until the run is to go on."""
        texts: dict[str, str] = {}
        paint, width = output.paint(), output.width()
        self._show([*summary(resting), *inputs(resting, paint, width)])
        while True:
            self.asking = True
            try:
                line = self._ask()
            finally:
                self.asking = False
            if line is None:
                line = "q"
            word, _, rest = (line.strip() or self._last).partition(" ")
            word, rest = _WORDS.get(word, word), rest.strip()
            if word in ("c", "n"):
                self._last = word
                self._handle.go_on(step=word == "n", texts=texts, by=who())
                return
            if word == "q":
                self._handle.cancel()
                return
            if word == "i":
                self._look(resting, rest)
            elif word == "p":
                self._change(resting, rest, texts)
            else:
                self._show([[Span(each, "dim")] for each in HELP])

    def _look(self, resting: Resting, name: str) -> None:
        if not name:
            self._show(inputs(resting, output.paint(), output.width()))
        elif name not in resting.inputs:
            self._say(f"the task has no input '{name}'; {did_you_mean(name, resting.inputs)}")
        else:
            try:
                self._show(value(self._store, resting.inputs[name], output.paint(), output.width()))
            except PenstockError as error:
                self._say(str(error))

    def _change(self, resting: Resting, text: str, texts: dict[str, str]) -> None:
        name, equals, given = (part.strip() for part in text.partition("="))
        if not equals or not name:
            self._say("write it as p name=value")
            return
        try:
            params.resolve(resting.known, resting.params, {**texts, name: given})
        except PenstockError as error:
            self._say(str(error))
            return
        texts[name] = given
        self._say(f"{name} is {given} from this task on")

    def _say(self, text: str) -> None:
        self._show([[Span(text)]])


def ask() -> str | None:
    """A line of standard input; None at its end, and for Ctrl-C."""
    try:
        return input("> ")
    except (EOFError, KeyboardInterrupt):
        print()
        return None


def is_possible() -> bool:
    """Is there somebody to ask?"""
    return sys.stdin.isatty() and sys.stdout.isatty()
