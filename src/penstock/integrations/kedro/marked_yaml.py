"""A YAML file with the lines that its values stand in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped] # it comes with Kedro, and its stubs do not

from penstock.authoring.places import Place


class BadYaml(Exception):
    """The text is no YAML. `line` is 1-based, None where it is not known."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


class Marked:
    """A value of a file, and the place where it stands. What is not there has the value None."""

    def __init__(self, value: Any, file: str, node: yaml.Node | None, line: int | None) -> None:
        self.value = value
        self.place = Place(file, line)
        self._node = node

    def keys(self) -> Iterable[Any]:
        """The keys, where it is a mapping."""
        return self.value.keys() if isinstance(self.value, dict) else ()

    def at(self, key: Any) -> Marked:
        """What stands under a key."""
        if not isinstance(self.value, dict) or not isinstance(self._node, yaml.MappingNode) or key not in self.value:
            return Marked(None, self.place.file or "", None, self.place.line)
        for name, node in self._node.value:
            if name.value == str(key):
                return Marked(self.value[key], self.place.file or "", node, name.start_mark.line + 1)
        return Marked(self.value[key], self.place.file or "", None, self.place.line)


def read(file: Path) -> Marked:
    """The value of a file. Raises BadYaml."""
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadYaml(str(error.problem or error), None if mark is None else mark.line + 1) from error
    except UnicodeDecodeError as error:
        raise BadYaml("it is not written in UTF-8", error.object.count(b"\n", 0, error.start) + 1) from error
    except yaml.YAMLError as error:
        raise BadYaml(str(error), None) from error
    _refuse_twins(node)
    return Marked(value, str(file), node, None if node is None else node.start_mark.line + 1)


def _refuse_twins(node: yaml.Node | None) -> None:
    """YAML says that keys are unique; the library takes the last of several."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, inner in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value in seen:
                raise BadYaml(f"'{name.value}' stands here twice", name.start_mark.line + 1)
            seen.add(str(name.value))
            _refuse_twins(inner)
