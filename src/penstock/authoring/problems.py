"""What is wrong with a definition, gathered so that it is told at once."""

from __future__ import annotations

from typing import Final

from penstock.authoring.places import Place
from penstock.errors import DefinitionError

#: Problems of one definition that are told; a wrong word in a loop makes thousands.
MOST: Final = 50


class Problems:
    """Keeps every problem, and raises one error for all of them."""

    def __init__(self) -> None:
        self.found: list[DefinitionError] = []

    def add(self, message: str, cure: str | None, place: Place, kind: type[DefinitionError] = DefinitionError) -> None:
        """Note a problem of a place. Raises what `raise_if_any` does when there are MOST."""
        self.keep(kind(message, cure=cure, file=place.file, line=place.line))

    def keep(self, error: DefinitionError) -> None:
        """Note a problem that was raised, or the several that one error stands for."""
        self.found += error.facts.get("each") or [error]
        if len(self.found) >= MOST:
            self.raise_if_any()

    def raise_if_any(self) -> None:
        """Raise one DefinitionError, of the first problem in the file.

        `facts["problems"]` has a message with its cure, file and line of each, in the order of the file; notes tell the
        others to those who see the exception in Python. The class is the problems' own when they are of one.
        """
        if not self.found:
            return
        ordered = sorted(self.found, key=lambda one: (one.file or "", one.line or 0))[:MOST]
        first = ordered[0]
        kind = type(first) if len({type(one) for one in ordered}) == 1 else DefinitionError
        told = [{"message": str(one), "file": one.file, "line": one.line} for one in ordered]
        if len(self.found) >= MOST:
            told.append({"message": f"there may be more: these are the first {MOST}", "file": None, "line": None})
        error = kind(
            first.message, cure=first.cure, file=first.file, line=first.line, problems=told, each=list(self.found)
        )
        for note in (f"{one.where}: {one}" if one.where else str(one) for one in ordered):
            error.add_note(note)
        raise error
