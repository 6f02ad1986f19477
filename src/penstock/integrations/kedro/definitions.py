"""The definitions of a Kedro project: its registered pipelines as ours, with policies and the way to their code."""

from __future__ import annotations

import dataclasses
import os
import re
import sys
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from penstock.authoring import own_code
from penstock.authoring.environments import BASE_OPTION, CONF_OPTION
from penstock.authoring.load import PRELOAD
from penstock.authoring.problems import Problems
from penstock.authoring.project import KEDRO_PROJECT
from penstock.errors import DefinitionError
from penstock.integrations.kedro.ahead import LOADER, libraries
from penstock.integrations.kedro.catalog_checks import is_well
from penstock.integrations.kedro.closing import closing_tasks
from penstock.integrations.kedro.describe import describe
from penstock.integrations.kedro.files import files
from penstock.integrations.kedro.node_digests import NodeDigests
from penstock.integrations.kedro.package_troubles import registry_place
from penstock.integrations.kedro.policies import Policies
from penstock.integrations.kedro.project import DEFAULT, Project
from penstock.integrations.kedro.runtime_names import runtime_names
from penstock.integrations.kedro.sketch import plain
from penstock.integrations.kedro.stated import BASE, CONF
from penstock.model import nested
from penstock.model.nearest import did_you_mean
from penstock.model.params import type_of
from penstock.model.spec import CodeRef, ParamSpec, PipelineSpec

#: What Kedro's `find_pipelines` says of a module that it passes over.
_PASSED_OVER: Final = re.compile(r"An error occurred while importing the '([^']+)' module")
_LAST_LINE: Final = re.compile(r"^(\w[\w.]*(?:Error|Exception|Exit)\b.*)$", re.MULTILINE)
_FRAME: Final = re.compile(r'File "([^"]+)", line (\d+)')


def definitions(project: Project, name: str | None = None) -> tuple[list[PipelineSpec], DefinitionError | None]:
    """The definitions of all registered pipelines that have nodes, or of the one of that name.

    And what is wrong with those of all that are left out because of it. Raises DefinitionError where none is left, and
    what the project's code raises.
    """
    problems = Problems()
    whole = name is None or name == DEFAULT
    pipelines = _registered(project, name, problems)
    if name is not None and name not in pipelines:
        problems.raise_if_any()
        raise _no_such(name, project)
    chosen = {known: each for known, each in pipelines.items() if each.nodes and name in (None, known)}
    if not chosen:
        problems.raise_if_any()
        told = f"pipeline '{name}' has no nodes" if name else "this project registers no pipeline with nodes"
        raise _of_registry(told, "let register_pipelines() return some", project)
    catalog = project.catalog(chosen)
    # Asked before any dataset is made: the catalogue then has it.
    unknown = {dataset for each in chosen.values() for dataset in each.datasets() if dataset not in catalog}
    good = {known: each for known, each in chosen.items() if is_well(each, catalog, unknown, project, problems)}
    error = _in_one(problems)
    if error is not None and not good:
        raise error
    params = project.params()
    # Policies may be of nodes that only others of the registered pipelines have.
    others = {known: each for known, each in pipelines.items() if each.nodes} if whole and error is None else good
    drawn = {
        known: describe(each, catalog, name=known, namespace=project.package, params=params, project=project.folder)
        for known, each in others.items()
    }
    folders = [project.conf / project.base_env, project.conf / project.env]
    policies = Policies(folders, drawn.values() if whole and error is None else None)
    made = _Made(project, _code(project), policies, params, NodeDigests(project, catalog))
    return [made.whole(drawn[known], pipelines[known]) for known in good], error


def _in_one(problems: Problems) -> DefinitionError | None:
    try:
        problems.raise_if_any()
    except DefinitionError as error:
        return error
    return None


def _registered(project: Project, name: str | None, problems: Problems) -> dict[str, Any]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = project.pipelines(None if name in (None, DEFAULT) else [str(name)])
    for warning in told:
        text = str(warning.message)
        module = _PASSED_OVER.search(text)
        if module is None:
            print(f"warning: {text}", file=sys.stderr)
            continue
        # `kedro run` warns and goes on with what is left; a part that is run as if it were the whole is worse.
        error = _broken_module(module[1], text, project)
        if name is not None:
            raise error
        problems.keep(error)
        found.pop(DEFAULT, None)
    return {known: each for known, each in found.items() if _is_pipeline(known, each, project, problems)}


def _is_pipeline(name: object, found: object, project: Project, problems: Problems) -> bool:
    from kedro.pipeline import Pipeline

    if not isinstance(name, str):
        told, cure = f"a pipeline is registered as {name!r}, which is no text", f"call it '{name}'"
    elif not isinstance(found, Pipeline):
        told, cure = f"what is registered as pipeline '{name}' is of type {type(found).__name__}", "give it a Pipeline"
    else:
        return True
    problems.add(told, cure, registry_place(project.folder))
    return False


def _broken_module(module: str, text: str, project: Project) -> DefinitionError:
    source = str(project.metadata.source_dir)
    frames = [(file, int(line)) for file, line in _FRAME.findall(text) if file.startswith(source)]
    file, line = frames[-1] if frames else (str(project.folder / KEDRO_PROJECT), None)
    said = _LAST_LINE.findall(text)
    told = f"importing the pipeline module '{module}' raised {said[-1] if said else 'an error'}"
    return DefinitionError(told, cure="mend it, or take it out of the pipelines folder", file=file, line=line)


def _no_such(name: str, project: Project) -> DefinitionError:
    known = [known for known, each in project.pipelines().items() if getattr(each, "nodes", None)]
    cure = did_you_mean(name, known) if known else "let register_pipelines() return some"
    return _of_registry(f"this project registers no pipeline '{name}'", cure, project)


def _of_registry(told: str, cure: str, project: Project) -> DefinitionError:
    place = registry_place(project.folder)
    return DefinitionError(told, cure=cure, file=place.file, line=place.line)


def _code(project: Project) -> CodeRef:
    names = files(project.folder, project.conf)
    digest = own_code.digest(project.folder, names)
    preload = tuple(dict.fromkeys((*libraries(project.folder), *(each for each in PRELOAD if each in sys.modules))))
    from kedro import __version__

    options = {"env": project.env, "kedro_version": __version__, **_unusual(project)}
    return CodeRef(str(project.folder), KEDRO_PROJECT, project.package, "", digest, names, preload, LOADER, options)


def _unusual(project: Project) -> dict[str, str]:
    """Where environments are, if they are not where Kedro's template has them (see authoring.environments)."""
    known = {CONF_OPTION: (os.path.relpath(project.conf, project.folder), CONF), BASE_OPTION: (project.base_env, BASE)}
    return {option: value for option, (value, usual) in known.items() if value != usual}


class _Made(NamedTuple):
    """What all definitions of a project have in common."""

    project: Project
    code: CodeRef
    policies: Policies
    params: Mapping[str, Any]
    digests: NodeDigests

    def whole(self, spec: PipelineSpec, pipeline: Any) -> PipelineSpec:
        """The spec with what describes no nodes; files are told from the root, the same wherever the project lies."""
        project = self.project
        spec = self.policies.applied(spec)
        nodes = {node.name: node for node in pipeline.nodes}
        taken = runtime_names([project.conf / project.base_env, project.conf / project.env])
        tasks = {
            name: dataclasses.replace(
                task,
                file=_told(task.file, project.folder),
                digest=self.digests.of(nodes[name]),
                # Where a run's own params say where its data is, an earlier run may have made other data.
                cache="never" if taken and self.digests.keeps(nodes[name]) else task.cache,
            )
            for name, task in spec.tasks.items()
        }
        tasks.update(closing_tasks(project, tasks))
        # Hooks read what no node does, and a run may be given any parameter that the project has.
        known = {**spec.params, **{each: _param(each, plain(value)) for each, value in _rest(spec.params, self.params)}}
        for name, default in taken.items():
            if nested.holder(name, known) is None:
                known.setdefault(name, _param(name, default))
        return dataclasses.replace(spec, tasks=tasks, params=known, code=dataclasses.replace(self.code, name=spec.name))


def _rest(specs: Mapping[str, ParamSpec], params: Mapping[str, Any], outer: str = "") -> Iterable[tuple[str, Any]]:
    """The parameters that no node reads: whole, or of a dict that is read in parts its other parts."""
    for key, value in params.items():
        name = f"{outer}{key}"
        if name in specs:
            continue
        if isinstance(value, Mapping) and any(known.startswith(f"{name}.") for known in specs):
            yield from _rest(specs, value, f"{name}.")
        else:
            yield name, value


def _param(name: str, default: Any) -> ParamSpec:
    return ParamSpec(name, "any" if default is None else type_of(default), default)


def _told(file: str | None, root: Path) -> str | None:
    """A file of the project from its root; one of a library from where its modules begin."""
    if file is None or file.startswith(f"{root}{os.sep}"):
        return file and os.path.relpath(file, root)
    for folder in sorted((path for path in sys.path if path), key=len, reverse=True):
        if file.startswith(folder.rstrip(os.sep) + os.sep):
            return os.path.relpath(file, folder)
    return os.path.basename(file)
