"""A run document as text."""

from __future__ import annotations

from typing import Any

from penstock.cli.render import amounts
from penstock.cli.render.states import Paint
from penstock.cli.render.table import table


def overview(document: dict[str, Any], paint: Paint, width: int) -> str:
    """Everything that matters of a run on a screen."""
    facts = [
        ("pipeline", f"{document['namespace']}/{document['pipeline']} (version {document['version']})"),
        ("state", paint.state(document["state"], document["reason"])),
        ("started", amounts.utc(document["started_at"])),
        ("duration", amounts.duration(document["duration"])),
        (
            "trigger",
            document["trigger"]["kind"] + (f" {document['trigger']['name']}" if document["trigger"]["name"] else ""),
        ),
        ("type", document["type"]),
        ("params", ", ".join(f"{name}={value!r}" for name, value in document["params"].items())),
        ("labels", ", ".join(f"{name}={value}" for name, value in document["labels"].items())),
    ]
    lines = [f"{paint.dye('run', 'bold')} {document['id']}"]
    lines += [
        f"  {name:<9} {value if name == 'state' else amounts.cut(value, width - 12)}" for name, value in facts if value
    ]
    error = document.get("error")
    if error and document["state"] != "succeeded":
        lines.append(f"  {'error':<9} {paint.dye(_error(error), 'red')}")
    return "\n".join([*lines, "", tasks(document["tasks"], paint, width)])


def _error(error: dict[str, Any]) -> str:
    task = f"{error['task']}: " if error.get("task") else ""
    kind = str(error.get("type") or "").removeprefix("builtins.")
    return amounts.cut(f"{task}{kind}: {error.get('message')}", 400)


def tasks(found: list[dict[str, Any]], paint: Paint, width: int) -> str:
    """The tasks of a run with attempts, figures and what they made."""
    rows = []
    for task in found:
        name = task["name"] + (f"[{task['label']}]" if task["label"] is not None else "")
        last = task["attempts"][-1] if task["attempts"] else {}
        rows.append([
            amounts.cut(name, 40),
            paint.state(task["state"], task["reason"]),
            amounts.duration(task["duration"]),
            amounts.duration(task["queued_for"]),
            str(len(task["attempts"]) or ""),
            amounts.duration(last.get("cpu_seconds")),
            amounts.size(last.get("peak_rss_bytes")),
            _made(task["outputs"]),
        ])  # fmt: skip
    heads = ["task", "state", "duration", "queued", "tries", "cpu", "memory", "outputs"]
    return table(heads, rows, paint, width, right=(2, 3, 4, 5, 6))


def _made(found: list[dict[str, Any]]) -> str:
    texts = []
    for output in found:
        rows = f"{output['rows']:,} rows, " if output["rows"] is not None else ""
        texts.append(f"{output['dataset']} ({output['kind']}, {rows}{amounts.size(output['bytes'])})")
    return "; ".join(texts)
