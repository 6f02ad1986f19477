"""The short-lived child that imports a user's file: `python -P -m penstock.authoring.discover FILE [NAME]`.

It prints one line on standard output, a JSON document: `{"pipelines": [spec, ...]}` or `{"error": {...}}`. What the
file prints goes to standard error. The child then ends at once, whatever threads the file has started.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

from penstock.authoring import load
from penstock.authoring.answering import answers, leave
from penstock.authoring.fingerprint import Fingerprints
from penstock.authoring.pipeline import Pipeline
from penstock.errors import DefinitionError
from penstock.model.spec import CodeRef, PipelineSpec, TaskSpec, to_json


def main(arguments: list[str]) -> None:
    """Answer, whatever happens in the file."""
    told = answers()
    file, name = Path(arguments[0]), arguments[1] if len(arguments) > 1 else None
    print(json.dumps(_answer(file, name)), file=told, flush=True)
    leave()


def _answer(file: Path, name: str | None) -> dict[str, Any]:
    try:
        return {"pipelines": [to_json(_whole(code, one)) for code, one in load.find(file, name)]}
    except DefinitionError as error:
        facts = {key: error.facts[key] for key in ("problems", "empty") if key in error.facts}
        told = {"message": error.message, "cure": error.cure, "file": error.file, "line": error.line}
        return {"error": {"code": error.code, **told, **facts}}
    except BaseException as error:
        from penstock.authoring.import_errors import described

        return {"error": {"code": DefinitionError.code, **described(error, file.resolve())}}


def _whole(code: CodeRef, pipeline: Pipeline) -> PipelineSpec:
    """The spec with its code, and files told from the root of it: the same wherever the project lies."""
    spec = pipeline.spec()
    functions, conditions, known = pipeline.functions, pipeline.conditions, Fingerprints(code.root)
    tasks = {
        name: dataclasses.replace(
            task, file=_told(code.root, task), digest=known.of(functions[name], conditions.get(name))
        )
        for name, task in spec.tasks.items()
    }
    return dataclasses.replace(spec, code=code, tasks=tasks)


def _told(root: str, task: TaskSpec) -> str | None:
    """A file of the project from its root; one of a library from where its modules begin."""
    if task.file is None or task.file.startswith(root + os.sep):
        return task.file and os.path.relpath(task.file, root)
    module = task.call.partition(":")[0].replace(".", os.sep)
    for end in (f"{module}.py", os.path.join(module, "__init__.py")):
        if task.file.endswith(os.sep + end):
            return end
    return os.path.basename(task.file)


if __name__ == "__main__":
    main(sys.argv[1:])
