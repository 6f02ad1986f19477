"""What `penstock run` is told to run: a file, a file and a name, or the name of a pipeline of this project."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from penstock.authoring.discovery import Discovery, discover_project
from penstock.errors import DefinitionError, NotFound, NotSupportedYet, UsageError
from penstock.model.nearest import did_you_mean
from penstock.model.spec import PipelineSpec

_YAML: Final = (".yaml", ".yml")


class Target:
    """A target whose file is being imported in a child since it was made; `spec` waits for that."""

    def __init__(self, text: str) -> None:
        self.text = text
        path, name = _split(text)
        self._name: str | None = name
        self._discovery: Discovery | None = None
        if path.suffix in _YAML:
            raise NotSupportedYet("pipelines in YAML can't be run yet", cure="write the pipeline in Python")
        if path.suffix == ".py":
            if not path.is_file():
                raise NotFound(f"there is no file {path}", cure=_nearest_file(path))
            self._discovery = Discovery([path], name)
        elif path.is_dir():
            raise UsageError(
                f"{path} is a folder", cure="give a file, as in `penstock run flights.py`, or the name of a pipeline"
            )

    def spec(self) -> PipelineSpec:
        """The one pipeline that is meant. Raises DefinitionError, NotFound, UsageError."""
        if self._discovery is None:
            return _of_project(self.text)
        found = self._discovery.result()[0]
        if found.error is not None:
            raise found.error
        if len(found.specs) > 1:
            names = [spec.name for spec in found.specs]
            raise UsageError(
                f"{self.text} holds {len(names)} pipelines: {', '.join(names)}",
                cure=f"say which: penstock run {self.text}:{names[0]}",
            )
        return found.specs[0]

    def end(self) -> None:
        """Give up waiting."""
        if self._discovery is not None:
            self._discovery.end()


def _split(text: str) -> tuple[Path, str | None]:
    head, colon, tail = text.rpartition(":")
    if colon and head.endswith(".py"):
        return Path(head), tail or None
    return Path(text), None


def _nearest_file(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    return did_you_mean(path.name, [file.name for file in folder.glob("*.py")])


def _of_project(name: str) -> PipelineSpec:
    found = discover_project(Path.cwd())
    specs = [spec for one in found for spec in one.specs if spec.name == name]
    if len(specs) > 1:
        files = ", ".join(str(one.file) for one in found if any(spec.name == name for spec in one.specs))
        raise UsageError(f"there are {len(specs)} pipelines '{name}': in {files}", cure="give the file instead")
    if specs:
        return specs[0]
    broken = [one.error for one in found if one.error is not None]
    if broken and not any(one.specs for one in found):
        raise broken[0]
    names = [spec.name for one in found for spec in one.specs]
    cure = did_you_mean(name, names) if names else "give a file, as in `penstock run flights.py`"
    raise NotFound(f"this project has no pipeline '{name}'", cure=cure)


def pairs(texts: list[str], what: str) -> dict[str, str]:
    """`name=value` texts as a dict. Raises UsageError for one without `=`."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"'{text}' is no {what}", cure=f"write {what} as name=value")
        found[name] = value
    return found


def params_file(path: Path) -> dict[str, object]:
    """The values of a JSON or TOML file. Raises UsageError, DefinitionError."""
    import json
    import tomllib

    if not path.is_file():
        raise NotFound(f"there is no file {path}", cure="give a JSON or TOML file of parameters")
    text = path.read_text(encoding="utf-8")
    try:
        values = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise DefinitionError(f"{path} can't be read: {error}", file=str(path)) from error
    if not isinstance(values, dict):
        raise UsageError(f"{path} holds no names with values", cure='write {"name": value, ...}')
    return values
