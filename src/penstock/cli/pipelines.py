"""`penstock pipelines list|show|validate`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from penstock.cli import output
from penstock.cli.help import Argument, Verb, Verbs

app = Verbs("pipelines", help="Pipelines: list them, show one, check its definition.")

takes_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
takes_target = click.argument(
    "target", cls=Argument, metavar="TARGET", help="FILE.py, FILE.py:NAME, or the name of a pipeline of this project."
)
LIST = """
penstock pipelines list
penstock pipelines list --json
"""
SHOW = """
penstock pipelines show flights.py
penstock pipelines show flights --json
"""
VALIDATE = """
penstock pipelines validate flights.py
"""
#: What is told where there is none.
FIRST = """There is no pipeline here. The first one, as pipelines/hello.py:

    from penstock import Pipeline

    hello = Pipeline("hello", params={"name": "world"})


    @hello.task
    def greeting(name: str) -> str:
        return f"Hello, {name}!"

Then: penstock run pipelines/hello.py"""


@app.command("list", cls=Verb, epilog=LIST)
@takes_json
def list_(as_json: bool) -> None:
    """List the pipelines of this project, and files that can't be imported.

    They are looked for in the folders that penstock.toml names, else in pipelines/, else in this folder.
    """
    from penstock.authoring.discovery import discover_project
    from penstock.cli.waiting import near, tell_waiting

    found = discover_project(Path.cwd(), tell_waiting)
    items: list[dict[str, Any]] = [
        {
            "name": spec.name, "namespace": spec.namespace, "file": near(one.file), "version": spec.version,
            "tasks": len(spec.tasks), "params": list(spec.params), "description": spec.description,
        }
        for one in found
        for spec in one.specs
    ]  # fmt: skip
    broken = [
        {
            "file": near(Path(one.error.file or one.file)), "line": one.error.line,
            "message": one.error.message, "cure": one.error.cure,
        }
        for one in found
        if one.error is not None
    ]  # fmt: skip
    broken += _twice(items)
    if as_json:
        output.show_json({"items": items, "broken": broken, "next_cursor": None})
        return
    from penstock.cli.render.pipelines import listed

    if items or broken:
        output.show(listed(items, broken, output.paint(), output.width()))
    else:
        print(FIRST, file=sys.stderr)


def _twice(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Pipelines that have the name of one in a file before it: `penstock up` takes that one."""
    first: dict[tuple[str, str], str] = {}
    return [
        {
            "file": one["file"], "line": None, "message": f"pipeline '{one['name']}' is also in {known}",
            "cure": "give each its own name or namespace",
        }
        for one in items
        if (known := first.setdefault((one["namespace"], one["name"]), one["file"])) != one["file"]
    ]  # fmt: skip


@app.command("show", cls=Verb, epilog=SHOW)
@takes_target
@takes_json
def show(target: str, as_json: bool) -> None:
    """Show a pipeline: its params, its tasks in the order of flow, what they read and make."""
    from penstock.cli.target import Target
    from penstock.model.spec import to_json

    spec = Target(target).spec()
    if as_json:
        output.show_json({**to_json(spec), "version": spec.version})
        return
    from penstock.cli.render.definition import definition

    output.show(definition(spec, output.paint(), output.width()))


@app.command("validate", cls=Verb, epilog=VALIDATE)
@takes_target
@takes_json
def validate(target: str, as_json: bool) -> None:
    """Check definitions without running anything; every problem is told.

    Exit code: 0 when all is well, 2 otherwise.
    """
    from penstock.cli.target import Target

    specs = Target(target).specs()
    if as_json:
        known = [
            {"name": spec.name, "namespace": spec.namespace, "version": spec.version, "tasks": len(spec.tasks)}
            for spec in specs
        ]
        output.show_json({"valid": True, "pipelines": known})
        return
    from penstock.cli.render.pipelines import valid

    output.show([valid(spec, output.paint()) for spec in specs])
