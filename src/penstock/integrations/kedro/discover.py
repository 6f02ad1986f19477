"""The short-lived child that looks into a Kedro project.

`python -P -m penstock.integrations.kedro.discover PYPROJECT [NAME] [--env ENV]` prints one line on standard output, as
`penstock.authoring.discover` does for a file. What the project prints goes to standard error.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from penstock.authoring.answering import answers, leave
from penstock.errors import DefinitionError
from penstock.integrations.kedro.files import settings_of
from penstock.integrations.kedro.pyproject_checks import check
from penstock.model.spec import to_json


def main(arguments: list[str]) -> None:
    """Answer, whatever happens in the project."""
    told = answers()
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--env")
    given = parser.parse_args(arguments)
    print(json.dumps(answer(given.file.resolve(), given.name, given.env)), file=told, flush=True)
    leave()


def answer(file: Path, name: str | None, env: str | None) -> dict[str, Any]:
    """What is told of the project of a pyproject.toml, or of one of its pipelines; of whatever is wrong with it too.

    `pipelines`, `error`, or of a project in which some pipelines are wrong both.
    """
    try:
        settings_of(file.parent)
        check(file.parent, _kedro(file))
        from penstock.integrations.kedro.definitions import definitions
        from penstock.integrations.kedro.opened import ahead

        specs, error = definitions(ahead(file.parent, env), name)
        told = {} if error is None else {"error": _told(error)}
        return {"pipelines": [to_json(spec) for spec in specs], **told}
    except DefinitionError as error:
        return {"error": _told(error)}
    except BaseException as error:
        from penstock.integrations.kedro.troubles import described

        return {"error": {"code": DefinitionError.code, **described(error, file)}}


def _told(error: DefinitionError) -> dict[str, Any]:
    facts = {key: error.facts[key] for key in ("problems",) if key in error.facts}
    told = {"message": error.message, "cure": error.cure, "file": error.file, "line": error.line}
    return {"code": error.code, **told, **facts}


def _kedro(file: Path) -> str:
    """The version of the Kedro that is here. Raises DefinitionError."""
    try:
        from kedro import __version__
    except ImportError as error:
        cure = "pip install 'penstock[kedro]', in the environment of the project"
        raise DefinitionError(
            "this is a Kedro project, and Kedro is not installed here", cure=cure, file=str(file)
        ) from error
    if not __version__.startswith("1."):
        told = f"this version of Penstock runs projects of Kedro 1, and here is {__version__}"
        raise DefinitionError(told, cure="pip install 'kedro>=1,<2'", file=str(file))
    return str(__version__)


if __name__ == "__main__":
    main(sys.argv[1:])
