"""The short-lived child that imports users' files: `python -m penstock.authoring.discover [--name NAME] FILE...`.

It prints one JSON document a line on standard output, for each file in turn: `{"file", "pipelines": [spec, ...]}` or
`{"file", "error": {...}}`. What the files print goes to standard error.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from penstock.authoring import load
from penstock.errors import DefinitionError
from penstock.model.spec import CodeRef, PipelineSpec, to_json

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


def main(arguments: list[str]) -> None:
    """Answer for every file, whatever happens in it."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    name = None
    if arguments[:1] == ["--name"]:
        name, arguments = arguments[1], arguments[2:]
    for file in arguments:
        print(json.dumps({"file": file, **_answer(Path(file), name)}), file=answers, flush=True)


def _answer(file: Path, name: str | None) -> dict[str, Any]:
    try:
        return {"pipelines": [to_json(_whole(code, one.spec())) for code, one in load.find(file, name)]}
    except DefinitionError as error:
        return {"error": _described(error)}
    except SyntaxError as error:
        place = {"file": error.filename or str(file), "line": error.lineno}
        return {"error": {"code": "definition", "message": f"syntax error: {error.msg}", "cure": None, **place}}
    except BaseException as error:
        return {"error": _raised(error, file)}


def _whole(code: CodeRef, spec: PipelineSpec) -> PipelineSpec:
    """The spec with its code, and files told from the root of it: the same wherever the project lies."""
    tasks = {
        name: dataclasses.replace(task, file=_below(code.root, task.file) if task.file else None)
        for name, task in spec.tasks.items()
    }
    return dataclasses.replace(spec, code=code, tasks=tasks)


def _below(root: str, file: str) -> str:
    """The file told from the root; a library's, which does not move with the project, as it is."""
    told = os.path.relpath(file, root)
    return file if told.startswith(os.pardir + os.sep) else told


def _described(error: DefinitionError) -> dict[str, Any]:
    told = {"code": error.code, "message": error.message, "cure": error.cure, "file": error.file, "line": error.line}
    return {**told, "problems": error.facts.get("problems", [])}


def _raised(error: BaseException, file: Path) -> dict[str, Any]:
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(_OURS) and "importlib" not in frame.filename
    ]
    own = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    place = {"file": own[-1].filename, "line": own[-1].lineno} if own else {"file": str(file), "line": None}
    text = str(error)
    message = f"importing this file raised {type(error).__name__}{': ' + text if text else ''}"
    cure = "install it, or run with the Python that has it" if isinstance(error, ModuleNotFoundError) else None
    trace = "".join([*traceback.format_list(frames), *traceback.format_exception_only(error)])
    return {"code": "definition", "message": message, "cure": cure, **place, "traceback": trace}


if __name__ == "__main__":
    main(sys.argv[1:])
