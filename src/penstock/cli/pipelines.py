"""`penstock pipelines list|show|validate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli import terminal
from penstock.errors import NotFound

app = typer.Typer(help="See pipelines: list, show, validate.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Aim = Annotated[str, typer.Argument(metavar="TARGET", help="FILE.py, FILE.py:NAME, or the name of a pipeline.")]


@app.command("list", epilog="Example: penstock pipelines list")
def list_(as_json: Json = False) -> None:
    """List the pipelines of this project; files that can't be imported are told."""
    from penstock.authoring.discovery import discover_project
    from penstock.cli.render.table import table

    found = discover_project(Path.cwd())
    items: list[dict[str, Any]] = [
        {
            "name": spec.name, "namespace": spec.namespace, "file": _near(one.file), "version": spec.version,
            "tasks": len(spec.tasks), "params": list(spec.params), "description": spec.description,
        }
        for one in found
        for spec in one.specs
    ]  # fmt: skip
    broken = [{"file": _near(one.file), "message": str(one.error)} for one in found if one.error is not None]
    if as_json:
        print(json.dumps({"items": items, "broken": broken, "next_cursor": None}, ensure_ascii=False, indent=2))
        return
    if not items and not broken:
        raise NotFound("there is no pipeline in this folder", cure="write one: docs/authoring.md begins with ten lines")
    paint = terminal.paint()
    if items:
        rows = [[one["name"], one["namespace"], one["file"], str(one["tasks"]), one["description"]] for one in items]
        print(
            table(["pipeline", "namespace", "file", "tasks", "description"], rows, paint, terminal.width(), right=(3,))
        )
    for each in broken:
        print(f"{paint.dye('broken', 'red')} {each['file']}: {each['message']}")


@app.command("show", epilog="Example: penstock pipelines show flights.py")
def show(target: Aim, as_json: Json = False) -> None:
    """Show a pipeline: params, tasks, what flows where."""
    from penstock.cli.render.definition import definition
    from penstock.cli.target import Target
    from penstock.model.spec import to_json

    spec = Target(target).spec()
    if as_json:
        print(json.dumps({**to_json(spec), "version": spec.version}, ensure_ascii=False, indent=2))
    else:
        print(definition(spec, terminal.paint(), terminal.width()))


@app.command("validate", epilog="Example: penstock pipelines validate flights.py")
def validate(target: Aim, as_json: Json = False) -> None:
    """Check a definition without running anything. Exit code 2 when something is wrong."""
    from penstock.cli.target import Target

    spec = Target(target).spec()
    if as_json:
        print(json.dumps({"valid": True, "name": spec.name, "version": spec.version, "tasks": len(spec.tasks)}))
    else:
        paint = terminal.paint()
        print(
            f"{paint.glyph('succeeded')} {spec.namespace}/{spec.name}: {len(spec.tasks)} tasks, version {spec.version}"
        )


def _near(file: Path) -> str:
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)
