"""What is to be run or shown: a file, a file and a name, a Kedro project, or the name of a pipeline of this project."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from penstock.authoring.discovery import Discovery, Found, Search
from penstock.authoring.project import KEDRO_PROJECT, is_kedro_project, reads_as_pipelines
from penstock.cli.waiting import near, tell_waiting
from penstock.errors import DefinitionError, NotFound, NotSupportedYet, UsageError
from penstock.model.called import full_name, pipeline_meant
from penstock.model.nearest import did_you_mean
from penstock.model.spec import PipelineSpec

if TYPE_CHECKING:
    from penstock.integrations.kedro.look import Look
    from penstock.ports.executor import Executor

_YAML: Final = (".yaml", ".yml")
#: A namespace and a name in it.
_QUALIFIED: Final = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
#: The pipeline of a Kedro project that is meant where none is named.
KEDRO_DEFAULT: Final = "__default__"


class Target:
    """A target whose file is being imported in a child since this was made; `specs` and `spec` wait for that.

    `pipeline` and `env` are for Kedro projects: the name of a registered pipeline, and the environment of the
    configuration. `lone`: of a Kedro project, only the default pipeline is meant where none is named; what is wrong
    with others does not count. `by_workers`: a Kedro project is looked into by those who will run it, once they are
    given to `begin`. Raises NotFound, UsageError, NotSupportedYet for what can't be imported at all.
    """

    def __init__(
        self,
        text: str,
        pipeline: str | None = None,
        env: str | None = None,
        *,
        lone: bool = False,
        by_workers: bool = False,
    ) -> None:
        self.text = text
        path, name = _split(text)
        self._discovery: Discovery | Search | Look | None = None
        self._kedro: Path | None = None
        if env is not None and not path.exists() and is_kedro_project(Path(KEDRO_PROJECT)):
            path, name = Path(), text
        if is_kedro_project(path / KEDRO_PROJECT):
            self._kedro = (path / KEDRO_PROJECT).resolve()
            self._asked = pipeline or name or (KEDRO_DEFAULT if lone else None), env
            if not by_workers:
                options = [] if env is None else ["--env", env]
                self._discovery = Discovery([self._kedro], self._asked[0], options)
            return
        for option, given in (("--pipeline", pipeline), ("--env", env)):
            if given is not None:
                raise UsageError(f"{text} is no Kedro project, and {option} is for those", cure=f"leave {option} out")
        if path.suffix in _YAML:
            raise NotSupportedYet(
                f"{path}: pipelines in YAML are not part of this version", cure="write the pipeline in Python"
            )
        if path.is_dir():
            raise _folder(path)
        if path.suffix == ".py" or path.is_file():
            _check_file(path)
            self._discovery = Discovery([path], name)
        elif os.sep in text and (path.parent.is_dir() or not _QUALIFIED.fullmatch(text)):
            raise _nothing_at(path)
        else:
            self._discovery = Search(Path.cwd(), text)

    def begin(self, executor: Executor) -> None:
        """Have an open executor look into a Kedro project; for all other targets nothing happens."""
        if self._kedro is not None and self._discovery is None:
            from penstock.integrations.kedro.look import Look

            self._discovery = Look(executor, self._kedro, *self._asked)

    def specs(self) -> list[PipelineSpec]:
        """The pipelines that are meant, at least one. Raises DefinitionError, NotFound, UsageError."""
        assert self._discovery is not None
        if isinstance(self._discovery, Search):
            waiting = partial(tell_waiting, sought=self.text)
            return [_of_project(self.text, self._discovery.result(waiting))]
        found = self._discovery.result(waiting=tell_waiting)
        if found[0].error is not None:
            raise found[0].error
        return list(found[0].specs)

    def spec(self) -> PipelineSpec:
        """The one pipeline that is meant. Raises DefinitionError, NotFound, UsageError."""
        specs = self.specs()
        if self._kedro is not None and len(specs) > 1:
            return next((spec for spec in specs if spec.name == KEDRO_DEFAULT), specs[0])
        if len(specs) > 1:
            names = [_called(spec, specs) for spec in specs]
            file = _split(self.text)[0]
            raise UsageError(
                f"{file} holds {len(names)} pipelines: {', '.join(names)}", cure=f"say which, as in {file}:{names[0]}"
            )
        return specs[0]

    def libraries(self) -> tuple[str, ...]:
        """What workers will probably need, as far as it can be told before anything is imported."""
        if self._kedro is None:
            return ()
        from penstock.integrations.kedro.ahead import libraries

        return libraries(self._kedro.parent)

    def end(self) -> None:
        """Give up waiting."""
        if self._discovery is not None:
            self._discovery.end()


def _split(text: str) -> tuple[Path, str | None]:
    head, colon, tail = text.rpartition(":")
    if colon and (head.endswith((".py", *_YAML)) or is_kedro_project(Path(head, KEDRO_PROJECT))):
        return Path(head), tail or None
    return Path(text), None


def _folder(path: Path) -> UsageError:
    files = sorted(file for file in path.glob("*.py") if reads_as_pipelines(file))
    example = files[0] if files else "flights.py"
    return UsageError(f"{path} is a folder", cure=f"give a file, as in `penstock run {example}`")


def _nothing_at(path: Path) -> UsageError:
    """The error for a path that is neither a file nor a folder."""
    cure = "give a file of Python, or a Kedro project"
    if path.exists():
        return UsageError(f"{path} is no file", cure=cure)
    with_end = Path(f"{path}.py")
    return NotFound(f"there is no folder {path}", cure=f"did you mean {with_end}?" if with_end.is_file() else cure)


def _check_file(path: Path) -> None:
    """Raise NotFound, UsageError where no file can be read."""
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no file", cure=_nearest_file(path))
    if path.is_symlink() and not path.exists():
        raise NotFound(f"{path} leads to {os.readlink(path)}, where nothing is", cure=_nearest_file(path))
    if not path.is_file():
        raise NotFound(f"there is no file {path}", cure=_nearest_file(path))


def _nearest_file(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    names = [file.name for file in folder.glob("*.py") if file.is_file()]
    return did_you_mean(path.name, names) if names else f"there is no file of Python in {folder.absolute()}"


def _of_project(name: str, found: list[Found]) -> PipelineSpec:
    fitting = [(near(one.file), spec) for one in found for spec in one.specs if name in _names(spec)]
    if len(fitting) > 1:
        files = ", ".join(dict.fromkeys(file for file, _ in fitting))
        file, first = fitting[0]
        of_file = [spec for each, spec in fitting if each == file]
        cure = f"say which, as in {file}:{_called(first, of_file)}"
        raise UsageError(f"there are {len(fitting)} pipelines '{name}', in {files}", cure=cure)
    if fitting:
        return fitting[0][1]
    known = [(spec.namespace, spec.name) for one in found for spec in one.specs]
    broken = [one for one in found if one.error is not None]
    cure = pipeline_meant(name, known) if known else "give a file, as in `penstock run flights.py`"
    if broken:
        files = ", ".join(near(one.file) for one in broken[:5])
        cure += f" ({files} can't be imported: see `penstock pipelines list`)"
    raise NotFound(f"this project has no pipeline '{name}'", cure=cure)


def _names(spec: PipelineSpec) -> tuple[str, str]:
    return spec.name, full_name(spec.namespace, spec.name)


def _called(spec: PipelineSpec, among: list[PipelineSpec]) -> str:
    """Its name, with the namespace where others have the same."""
    return _names(spec)[sum(other.name == spec.name for other in among) > 1]


def pairs(texts: Iterable[str], what: str) -> dict[str, str]:
    """`name=value` texts as a dict. Raises UsageError for one without `=`, and for a name that is given twice."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"'{text}' is no {what}", cure="write it as name=value")
        if found.setdefault(name, value) != value:
            raise UsageError(f"the {what} '{name}' is given twice", cure=f"keep {name}={value} or {name}={found[name]}")
    return found


def params_file(path: Path) -> dict[str, object]:
    """The values of a JSON or TOML file. Raises NotFound, NotSupportedYet, DefinitionError, UsageError."""
    import json
    import tomllib

    if path.suffix in _YAML:
        raise NotSupportedYet(f"{path}: parameters in YAML are not part of this version", cure="write JSON or TOML")
    if not path.is_file():
        raise NotFound(f"there is no file {path}", cure="give a JSON or TOML file of parameters")
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:  # of either format, or of the encoding
        line = getattr(error, "lineno", None)
        raise DefinitionError(f"this is no {_format(path)}: {error}", file=str(path), line=line) from error
    if not isinstance(values, dict):
        raise UsageError(f"{path} holds no names with values", cure='write {"name": value, ...}')
    return values


def _format(path: Path) -> str:
    return "TOML" if path.suffix == ".toml" else "JSON"
